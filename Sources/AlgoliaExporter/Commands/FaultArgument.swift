import Simulator

/// A fault as it is written on the command line: `KIND` or `KIND:PROBABILITY`.
struct FaultArgument {
    /// The help text about the kinds of faults.
    static let kinds = """
        A fault is KIND or KIND:PROBABILITY; --fault is repeatable. KIND is a status from 0 to 999 (3xx redirects to \
        --redirect-to, 429 has the Retry-After of --retry-after) or one of 429-date, 429-bare, 503-text, 503-html, \
        503-error, error-object, wrong-object, wrong-array, html (or garbage), hang, slow, cut, truncated.

        error-object answers 200 with {"status":503,"message":"…"}, wrong-object and wrong-array answer 200 with series \
        where none belong, html answers 200 with a page. --monitoring-fault affects the Monitoring API alone.
        """

    private let effect: Fault.Effect
    private let probability: Double

    /// Reads an argument.
    static var argument: @Sendable (String) throws -> FaultArgument {
        ArgumentRule.reading("KIND or KIND:PROBABILITY, such as 500:0.1", FaultArgument.init)
    }

    init?(_ argument: String) {
        let parts = argument.split(separator: ":", maxSplits: 1)
        guard let kind = parts.first, let effect = Self.effect(String(kind)) else { return nil }
        let probability = parts.count > 1 ? Double(parts[1]) : 1
        guard let probability, (0...1).contains(probability) else { return nil }
        self.effect = effect
        self.probability = probability
    }

    /// The fault, with what other options say of redirects and of 429.
    func fault(location: String, retryAfter: String?) -> Fault {
        var effect = effect
        switch effect {
        case .status(let status) where (300...399).contains(status) && status != 304:
            effect = .redirect(status: status, location: location)
        case .tooManyRequests(.seconds):
            if let retryAfter { effect = .tooManyRequests(.text(retryAfter)) }
        default: break
        }
        return Fault(effect, probability: probability)
    }

    private static func effect(_ kind: String) -> Fault.Effect? {
        if let effect = effects[kind] { return effect }
        guard let status = UInt16(kind), status <= 999 else { return nil }
        return .status(Int(status))
    }

    private static let effects: [String: Fault.Effect] = [
        "429": .tooManyRequests(.seconds(5)), "429-date": .tooManyRequests(.date(in: 5)),
        "429-bare": .tooManyRequests(.absent),
        "503-text": .answer(status: 503, contentType: "text/plain", body: "Service Unavailable"),
        "503-html": .answer(
            status: 503, contentType: "text/html",
            body: "<html><head><title>503 Service Unavailable</title></head><body>Please try again.</body></html>"),
        "503-error": .answer(
            status: 503, contentType: "application/json",
            body: #"{"error":{"code":"unavailable","message":"Service temporarily unavailable"}}"#),
        "error-object": .errorObject, "wrong-object": .wrappedObject, "wrong-array": .arrayOfObjects,
        "html": .garbage, "garbage": .garbage, "hang": .hang,
        "slow": .slowBody(chunkBytes: 4096, delay: .milliseconds(50)), "cut": .cutConnection(),
        "truncated": .truncatedJSON,
    ]
}
