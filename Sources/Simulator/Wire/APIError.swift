import UsageModel

/// An error answer of one of the APIs.
struct APIError: Error, Sendable {
    let status: Int
    let message: String
    /// Seconds or an HTTP date for `Retry-After`.
    var retryAfter: String?

    init(_ status: Int, _ message: String, retryAfter: String? = nil) {
        self.status = status
        self.message = message
        self.retryAfter = retryAfter
    }

    static let missingHeaders = APIError(
        401, "Missing X-Algolia-Application-Id or X-Algolia-API-Key header")
    static let wrongKey = APIError(403, "Invalid Application-ID or API key")
    static let notGET = APIError(405, "Method not allowed")
    static let noSuchPath = APIError(404, "Path not found")

    static func tooManyRequests(retryAfter: String?) -> APIError {
        APIError(429, "Too many requests", retryAfter: retryAfter)
    }

    static func unknownMetric(_ name: String) -> APIError {
        APIError(422, "Metric \"\(name)\" not found")
    }

    /// The Monitoring API says `reason` where the others say `message`.
    func response(for api: API?) -> SimulatedResponse {
        let attribute = api == .monitoring ? "reason" : "message"
        let body = JSONValue.object([("status", .integer(Int64(status))), (attribute, .string(message))])
        var response = SimulatedResponse.json(body.bytes, status: status)
        if let retryAfter { response.headers.append((name: "Retry-After", value: retryAfter)) }
        if status == 405 { response.headers.append((name: "Allow", value: "GET")) }
        return response
    }
}
