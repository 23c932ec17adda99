internal import HTTPTypes
internal import Hummingbird

/// One path of the HTTP interface: how it is served and how it is described,
/// in one place, so that `/openapi.json` cannot say anything else than the code does.
struct Endpoint: Sendable {
    /// A parameter of the query, or another part of a request.
    struct Parameter: Sendable {
        enum Schema: Sendable {
            case string
            case integer(minimum: Int)
            case options([String])
        }

        enum Place: String, Sendable {
            case query, path, header
        }

        var name: String
        var summary: String
        var schema: Schema = .string
        var place: Place = .query
        var isRequired = false
        /// Whether the parameter may come several times.
        var repeats = false
    }

    /// The document that a request carries.
    struct Body: Sendable {
        var summary: String
        var type = "application/json"
        var schema: JSONValue
        /// One that is accepted.
        var example: JSONValue?
    }

    /// An answer with status 200.
    struct Content: Sendable {
        var type: String
        var summary: String
    }

    /// A header of an answer with status 200.
    struct Header: Sendable {
        var name: String
        var summary: String
        var schema: Parameter.Schema
    }

    /// The form of an error.
    enum FailureForm: Sendable {
        case problem, vendor
        /// A page that says what was wrong.
        case page
    }

    /// Bytes for an answer that is made a part at a time. Clients that read slowly took 184 kB each.
    static let memoryOfParts = 256_000
    /// Bytes for an answer that is made as a whole. A page of the explorer took 1.4 MB, with a year of 150 indices.
    static let memoryOfWhole = 2_000_000

    var method: HTTPRequest.Method = .get
    var path: String
    var summary: String
    var parameters: [Parameter] = []
    var body: Body?
    var contents: [Content]
    var headers: [Header] = []
    /// Other statuses that it may answer, with their meaning.
    var failures: [Int: String] = [:]
    var failureForm = FailureForm.problem
    /// Whether it is answered before all others, and always: it takes little, and those who ask watch the exporter.
    var isUrgent = false
    /// Bytes that ``MemoryGate`` sets aside for each request until it has been answered.
    var memory = Self.memoryOfParts
    /// Whether parameters that are not declared are ignored, but those that are declared are checked.
    var ignoresOtherParameters = false
    /// Whether the router checks the query, and a parameter that is not declared is an error. It is where people
    /// write queries; what monitors fetch is served whatever they add to the address, and pages with a form check
    /// what they are given themselves, to show it again.
    var checksQuery: Bool { path.hasPrefix("/api/") }
    /// Nil for what the usage proxy serves: it looks at the raw path, which a router would take apart wrongly.
    var handle: (@Sendable (Request, QueryParameters) async throws -> Response)?
}
