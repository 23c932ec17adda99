/// Strings of JSON (RFC 8259).
public enum JSONText {
    /// Appends a string with its quotes, escaped.
    ///
    /// Not generic, because a module's callers elsewhere would not get it specialised; most texts need no escape.
    public static func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if utf8.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                for byte in utf8 { append(byte, to: &bytes) }
            } else {
                bytes.append(contentsOf: utf8)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// A string with its quotes, for people and terminals.
    /// - Parameter isEscaped: scalars to escape beyond those that JSON demands, of the basic plane.
    public static func quoted(_ text: String, escaping isEscaped: (Unicode.Scalar) -> Bool) -> String {
        var bytes = [UInt8(ascii: "\"")]
        for scalar in text.unicodeScalars {
            if scalar.value >= 0x20, isEscaped(scalar) {
                escape(scalar.value, to: &bytes)
            } else {
                for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter { append(byte, to: &bytes) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return String(decoding: bytes, as: UTF8.self)
    }

    @inline(__always)
    private static func append(_ byte: UInt8, to bytes: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""): bytes += #"\""#.utf8
        case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
        case 0x0A: bytes += #"\n"#.utf8
        case 0x0D: bytes += #"\r"#.utf8
        case 0x09: bytes += #"\t"#.utf8
        case 0..<0x20: escape(UInt32(byte), to: &bytes)
        default: bytes.append(byte)
        }
    }

    /// Appends `\u` and four hexadecimal digits.
    private static func escape(_ value: UInt32, to bytes: inout [UInt8]) {
        bytes += #"\u"#.utf8
        for shift in [12, 8, 4, 0] as [UInt32] {
            let digit = UInt8(value >> shift & 15)
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}

/// A property of a document that is encoded as `null`, and not left out, when it has no value.
@propertyWrapper
public struct OrNull<Value: Encodable>: Encodable {
    public var wrappedValue: Value?

    public init(wrappedValue: Value?) { self.wrappedValue = wrappedValue }

    /// Encodes the value, or `null`.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(wrappedValue)
    }
}
