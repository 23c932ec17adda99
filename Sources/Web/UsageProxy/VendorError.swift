internal import AlgoliaClient
internal import HTTPTypes
internal import Hummingbird
internal import UsageModel

/// An error in the words and the form of Algolia's Usage API: `{"status":422,"message":"…"}`.
struct VendorError: Error, Hashable {
    /// As the vendor sends it.
    static let contentType = "application/json; charset=UTF-8"

    var status: Int
    var message: String

    init(_ status: Int, _ message: String) {
        self.status = status
        self.message = message
    }

    static let missingHeaders = VendorError(401, "Missing X-Algolia-Application-Id or X-Algolia-API-Key header")
    /// The same for an application that does not exist: who has no key learns nothing.
    static let wrongKey = VendorError(401, "Invalid credentials")
    static let notGET = VendorError(405, "Method not allowed")
    static let noSuchPath = VendorError(404, "Path not found")
    static let internalError = VendorError(500, "Internal server error")

    static func unknownMetric(_ name: StatisticName) -> VendorError { VendorError(422, "Metric \"\(name)\" not found") }
    static func unknownIndex(_ name: IndexName) -> VendorError { VendorError(404, "Index \(name) does not exist") }

    /// The vendor's answer to the question itself; nil for everything that may be otherwise the next time.
    init?(_ error: AlgoliaError) {
        switch error {
        case .notFound(let message): self.init(404, message)
        case .refused(let status, let message): self.init(status, message)
        default: return nil
        }
    }

    func response(to request: Request) -> Response {
        var json = JSONBytes(capacity: 64 + message.utf8.count)
        json.raw(#"{"status":"#)
        json.integer(Int64(status))
        json.raw(#","message":"#)
        json.string(message)
        json.raw("}")
        var response = Response.bytes(
            json.bytes, type: Self.contentType, status: HTTPResponse.Status(code: status))
        if status == 405 { response.headers[.allow] = "GET" }
        return response
    }
}
