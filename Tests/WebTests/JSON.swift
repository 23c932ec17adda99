import Foundation
import Testing
import UsageModel

/// Any JSON, with integers exactly as they were written.
enum JSON: Decodable, Hashable, Sendable {
    case null
    case bool(Bool)
    case number(PointValue)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    static func parse(_ bytes: [UInt8]) throws -> JSON {
        try JSONDecoder().decode(JSON.self, from: Data(bytes))
    }

    static func parse(_ text: String) throws -> JSON { try parse(Array(text.utf8)) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? container.decode(Int64.self) {
            self = .number(.integer(integer))
        } else if let real = try? container.decode(Double.self) {
            self = .number(.real(real))
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try? container.decode([JSON].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    subscript(_ name: String) -> JSON? { object?[name] }

    var string: String? { if case .string(let string) = self { string } else { nil } }
    var number: PointValue? { if case .number(let number) = self { number } else { nil } }
    var array: [JSON]? { if case .array(let array) = self { array } else { nil } }
    var object: [String: JSON]? { if case .object(let object) = self { object } else { nil } }

    /// `[milliseconds, value]` as a point.
    func point() throws -> Point {
        let pair = try #require(array)
        guard pair.count == 2, case .number(.integer(let milliseconds)) = pair[0], milliseconds % 1000 == 0,
            let value = pair[1].number
        else { throw NotAPoint(json: self) }
        return Point(time: milliseconds / 1000, value: value)
    }

    struct NotAPoint: Error { let json: JSON }

    /// The series of an answer.
    func series() throws -> [JSON] { try #require(self["series"]?.array) }

    /// The points of one series.
    func points() throws -> [Point] { try #require(self["points"]?.array).map { try $0.point() } }
}

extension JSON: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .number(.integer(let integer)): try container.encode(integer)
        case .number(.real(let real)): try container.encode(real)
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }

    /// As it would be written.
    func text() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }
}
