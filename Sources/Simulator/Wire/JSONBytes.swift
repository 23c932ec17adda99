/// Writing JSON by hand, appending bytes: answers have tens of thousands of
/// numbers, and a value tree for them would take most of the time.
///
/// The simulator shares no code with what it judges, so that a misunderstanding cannot be in both.
extension [UInt8] {
    mutating func write(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    mutating func write(raw text: String) {
        append(contentsOf: text.utf8)
    }

    /// A JSON string with its quotes (RFC 8259: quotes, backslashes and control characters escaped).
    mutating func write(string text: String) {
        let hexadecimal = Array("0123456789abcdef".utf8)
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): write("\\\"")
            case UInt8(ascii: "\\"): write("\\\\")
            case UInt8(ascii: "\n"): write("\\n")
            case 0..<0x20:
                write("\\u00")
                append(hexadecimal[Int(byte >> 4)])
                append(hexadecimal[Int(byte & 15)])
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }

    mutating func write(integer: Int64) {
        var rest = integer.magnitude
        if integer < 0 { append(UInt8(ascii: "-")) }
        if rest < 10 { return append(UInt8(ascii: "0") + UInt8(rest)) }
        let start = count
        while rest > 0 {
            append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        }
        self[start...].reverse()
    }

    /// The shortest decimal that reads back as the same number; no point when it is integral.
    mutating func write(number: Double) {
        if abs(number) < 0x1p53, number.rounded(.towardZero) == number { return write(integer: Int64(number)) }
        let tenths = (number * 10).rounded()
        if abs(tenths) < 0x1p53, tenths / 10 == number {
            let magnitude = Int64(tenths.magnitude)
            if number < 0 { append(UInt8(ascii: "-")) }
            write(integer: magnitude / 10)
            append(UInt8(ascii: "."))
            return append(UInt8(ascii: "0") + UInt8(magnitude % 10))
        }
        write(raw: number.description)
    }
}
