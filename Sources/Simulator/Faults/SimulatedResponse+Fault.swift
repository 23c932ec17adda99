/// Faults that spoil an answer which is ready to be sent.
extension SimulatedResponse {
    /// The answer with a spoiled body, or another in its place; faults of other kinds change nothing.
    func suffering(_ fault: Fault.Effect?, on request: SimulatedRequest) -> SimulatedResponse {
        switch fault {
        case .truncatedJSON:
            var response = self
            response.body = Array(body.prefix(body.count / 2))
            return response
        case .garbage:
            let page = "<!DOCTYPE html>\n<html><body><h1>Welcome to nginx!</h1></body></html>\n"
            return SimulatedResponse(
                status: 200, headers: [(name: "Content-Type", value: "text/html")], body: Array(page.utf8))
        case .answer(let status, let type, let body):
            return SimulatedResponse(
                status: status, headers: [(name: "Content-Type", value: type)], body: Array(body.utf8))
        case .redirect(let status, let location):
            return SimulatedResponse(
                status: status,
                headers: [(name: "Location", value: location.replacing("{target}", with: request.target))])
        default: return self
        }
    }

    /// How the encoded answer travels under a fault.
    mutating func suffer(delivery fault: Fault.Effect?) {
        switch fault {
        case .hang: self = SimulatedResponse(status: status, delivery: .hang)
        case .slowBody(let chunkBytes, let delay): delivery = .slow(chunkBytes: max(1, chunkBytes), delay: delay)
        case .cutConnection(let bytes): delivery = .cut(afterBytes: min(bytes ?? body.count / 2, body.count))
        default: break
        }
    }
}
