import UsageModel

/// A small JSON document, for answers too small to need their own writer.
enum JSONValue: Sendable {
    case string(String)
    case integer(Int64)
    case number(Double)
    case bool(Bool)
    /// A text that is written as it is, JSON or not.
    case raw(String)
    case array([JSONValue])
    /// Attributes in the order in which they are written.
    case object([(String, JSONValue)])

    init(_ value: PointValue) {
        self =
            switch value {
            case .integer(let integer): .integer(integer)
            case .real(let real): .number(real)
            }
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .string(let text): bytes.write(string: text)
        case .integer(let integer): bytes.write(integer: integer)
        case .number(let number): bytes.write(number: number)
        case .raw(let text): bytes.write(raw: text)
        case .bool(let bool): bytes.write(bool ? "true" : "false")
        case .array(let elements):
            bytes.write("[")
            for (position, element) in elements.enumerated() {
                if position > 0 { bytes.write(",") }
                element.write(to: &bytes)
            }
            bytes.write("]")
        case .object(let attributes):
            bytes.write("{")
            for (position, attribute) in attributes.enumerated() {
                if position > 0 { bytes.write(",") }
                bytes.write(string: attribute.0)
                bytes.write(":")
                attribute.1.write(to: &bytes)
            }
            bytes.write("}")
        }
    }
}
