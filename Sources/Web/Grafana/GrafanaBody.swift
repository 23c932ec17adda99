internal import Hummingbird
internal import UsageModel

#if canImport(FoundationEssentials)
    private import FoundationEssentials
#else
    private import Foundation
#endif

/// The JSON document of a request of Grafana's.
enum GrafanaBody {
    /// Bytes of the largest that is read; a variable with thousands of values makes a tenth of it.
    static let limit = 1 << 20

    /// The document of `request`; one that is missing is `{}`.
    /// - Throws: ``Problem`` 400 that names the field at fault, 413 when it is too large.
    static func decode<Body: Decodable>(_ type: Body.Type, from request: Request) async throws -> Body {
        let bytes = try await RequestBytes.read(request, limit: limit)
        return try decode(type, bytes.isEmpty ? Array("{}".utf8) : bytes, field: "body")
    }

    /// `bytes` as a document.
    /// - Parameter field: what problems name when the fault is not in a field within it.
    static func decode<Body: Decodable>(_ type: Body.Type, _ bytes: [UInt8], field: String) throws -> Body {
        // Foundation's decoder recurses, and would end the process.
        guard !JSONNesting.exceeds(in: bytes) else {
            throw Problem.parameter(
                field, "its arrays and objects are nested too deeply, or it is not UTF-8",
                accepted: "a JSON document in UTF-8 with at most \(JSONNesting.limit) arrays and objects in one another"
            )
        }
        do {
            let decoder = JSONDecoder()
            if let key = DocumentBudget.key { decoder.userInfo[key] = DocumentBudget() }
            return try decoder.decode(type, from: Data(bytes))
        } catch let error as DecodingError {
            let (path, detail) =
                switch error {
                case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
                    .dataCorrupted(let context):
                    (name(context.codingPath), context.debugDescription)
                @unknown default: ("", "it cannot be read")
                }
            throw Problem.parameter(
                path.isEmpty ? field : path, detail, accepted: "a JSON document as Grafana's JSON data source sends it")
        }
    }

    /// The field that `path` leads to, such as `targets[0].payload.index`.
    static func name(_ path: [any CodingKey]) -> String {
        path.reduce(into: "") { name, key in
            if let position = key.intValue {
                name += "[\(position)]"
            } else {
                name += (name.isEmpty ? "" : ".") + key.stringValue
            }
        }
    }
}
