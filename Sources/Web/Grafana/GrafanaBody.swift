internal import Hummingbird
internal import NIOCore

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
        let bytes: [UInt8]
        do {
            bytes = Array(try await request.body.collect(upTo: limit).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw Problem(
                status: .contentTooLarge, detail: "the body has more than \(limit) bytes", parameter: "body",
                accepted: "at most \(limit) bytes")
        }
        return try decode(type, bytes.isEmpty ? Array("{}".utf8) : bytes, field: "body")
    }

    /// `bytes` as a document.
    /// - Parameter field: what problems name when the fault is not in a field within it.
    static func decode<Body: Decodable>(_ type: Body.Type, _ bytes: [UInt8], field: String) throws -> Body {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
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
