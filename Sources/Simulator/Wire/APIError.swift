import UsageModel

/// An error answer of one of the APIs.
struct APIError: Error, Sendable {
    let status: Int
    let message: String
    /// Seconds, an HTTP date or anything else for `Retry-After`.
    var retryAfter: String?

    init(_ status: Int, _ message: String, retryAfter: String? = nil) {
        self.status = status
        self.message = message
        self.retryAfter = retryAfter
    }

    static let missingHeaders = APIError(
        401, "Missing X-Algolia-Application-Id or X-Algolia-API-Key header")
    /// A wrong key or application, of the Usage API and of a cluster's status.
    static let invalidCredentials = APIError(401, "Invalid credentials")
    /// A wrong key or application, of Usage API v2.
    static let invalidCredential = APIError(401, "Invalid credential")
    static let missingUsageACL = APIError(401, "The provided API key is missing the \"usage\" ACL")
    static let wrongSearchKey = APIError(403, "Invalid Application-ID or API key")
    static let noInfrastructure = APIError(
        401, "The infrastructure usage API is only available on Enterprise plans. Contact support to get access.")
    static let unknownServers = APIError(400, "Unknown servers")
    static let noData = APIError(404, "No data was found in the requested period")
    static let notGET = APIError(405, "Method not allowed")
    static let noSuchPath = APIError(404, "Path not found")

    static func tooManyRequests(retryAfter: String?) -> APIError {
        APIError(429, "Too many requests", retryAfter: retryAfter)
    }

    static func unknownMetric(_ name: String) -> APIError {
        APIError(422, "Metric \"\(name)\" not found")
    }

    /// A range that begins before the retention. The message names no statistic.
    static func tooOld(_ status: Int, retention seconds: Int64) -> APIError {
        APIError(status, "The period must be within the last \(seconds / 86_400) days")
    }

    /// The answer as the endpoint words it: plain text about clusters' status and incidents, `reason`
    /// in the rest of the Monitoring API, `status` and `message` elsewhere.
    func response(for route: Route?) -> SimulatedResponse {
        var response: SimulatedResponse
        switch route {
        case .status, .incidents:
            response = SimulatedResponse(
                status: status, headers: [(name: "Content-Type", value: "text/plain; charset=utf-8")],
                body: Array(message.utf8))
        case .infrastructure, .inventory, .probe, .reachability:
            response = .json(JSONValue.object([("reason", .string(message))]).bytes, status: status)
        case .billing where status == 422:
            // The words of a validator in front of the API.
            response = .json(
                JSONValue.object([("error", .string("request validation: \(message)"))]).bytes, status: status)
        case .usage, .indexes, .billing, nil:
            let body = JSONValue.object([("status", .integer(Int64(status))), ("message", .string(message))])
            response = .json(body.bytes, status: status)
        }
        if let retryAfter { response.headers.append((name: "Retry-After", value: retryAfter)) }
        if status == 405 { response.headers.append((name: "Allow", value: "GET")) }
        return response
    }
}
