internal import UsageModel

/// A strict RFC 8259 scanner over bytes in memory: it validates everything it
/// passes and builds nothing.
///
/// The usage decoder drives it. Bytes must stay alive and unchanged while a
/// scanner points at them.
struct JSONScanner {
    /// Containers inside each other that a skipped value may have.
    static let maximumDepth = 64

    private let base: UnsafePointer<UInt8>
    private let count: Int
    /// Offset of the next byte.
    private(set) var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        // An empty buffer may have no address; any will do, none is read.
        base = bytes.baseAddress ?? UnsafePointer(bitPattern: 1).unsafelyUnwrapped
        count = bytes.count
    }

    var isAtEnd: Bool { index >= count }

    /// Goes back, or on, to a place in the document.
    mutating func move(to index: Int) { self.index = min(max(index, 0), count) }

    /// The document's bytes from `start` to where the scanner is, at most `limit` of them.
    func text(from start: Int, limit: Int) -> String {
        let end = min(index, start + limit)
        guard start < end else { return "" }
        return String(decoding: UnsafeBufferPointer(start: base + start, count: end - start), as: UTF8.self)
    }

    /// The next byte that is not white space, not consumed.
    @inline(__always)
    mutating func peek() throws(UsageDecodingError) -> UInt8 {
        while index < count {
            let byte = base[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
            index += 1
        }
        throw UsageDecodingError(.truncated, at: index)
    }

    /// Consumes `byte` when it comes next after white space.
    @inline(__always)
    mutating func consume(_ byte: UInt8) throws(UsageDecodingError) -> Bool {
        guard try peek() == byte else { return false }
        index += 1
        return true
    }

    /// Consumes `byte`, which must come next after white space.
    @inline(__always)
    mutating func expect(_ byte: UInt8) throws(UsageDecodingError) {
        guard try consume(byte) else { throw unexpected() }
    }

    /// Consumes white space; anything but the end after it is an error.
    mutating func expectEnd() throws(UsageDecodingError) {
        while index < count, [0x20, 0x0A, 0x0D, 0x09].contains(base[index]) { index += 1 }
        guard isAtEnd else { throw unexpected() }
    }

    func unexpected() -> UsageDecodingError {
        UsageDecodingError(isAtEnd ? .truncated : .malformed, at: index)
    }

    /// Moves past one element separator: true when another element follows,
    /// false when `close` ended the container.
    @inline(__always)
    mutating func anotherElement(until close: UInt8) throws(UsageDecodingError) -> Bool {
        let byte = try peek()
        index += 1
        if byte == 0x2C { return true }
        if byte == close { return false }
        index -= 1
        throw unexpected()
    }

    // MARK: Strings

    /// A string in the document, between its quotes and not yet unescaped.
    struct RawString {
        var bytes: UnsafeBufferPointer<UInt8>
        /// Whether the raw bytes are the string: no escape among them.
        var isLiteral: Bool
        var offset: Int

        @inline(__always)
        func equals(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
            guard bytes.count == other.count else { return false }
            for position in 0..<bytes.count where bytes[position] != other[position] { return false }
            return true
        }
    }

    /// Reads a string, validating escapes, control characters and UTF-8.
    @inline(__always)
    mutating func string() throws(UsageDecodingError) -> RawString {
        try expect(0x22)
        let start = index
        var seen: UInt8 = 0
        while index < count {
            let byte = base[index]
            if byte == 0x22 {
                let raw = RawString(
                    bytes: UnsafeBufferPointer(start: base + start, count: index - start), isLiteral: true,
                    offset: start)
                index += 1
                if seen >= 0x80, String(validating: raw.bytes, as: UTF8.self) == nil {
                    throw UsageDecodingError(.malformed, at: start)
                }
                return raw
            }
            if byte == 0x5C || byte < 0x20 { break }
            seen |= byte
            index += 1
        }
        index = start
        return try stringWithEscapes()
    }

    /// The slow way through a string: after the opening quote, to its end.
    private mutating func stringWithEscapes() throws(UsageDecodingError) -> RawString {
        let start = index
        while index < count, base[index] != 0x22 {
            if base[index] < 0x20 { throw UsageDecodingError(.malformed, at: index) }
            index += base[index] == 0x5C ? 2 : 1
        }
        guard index < count else { throw UsageDecodingError(.truncated, at: count) }
        let raw = RawString(
            bytes: UnsafeBufferPointer(start: base + start, count: index - start), isLiteral: false, offset: start)
        _ = try text(raw)
        index += 1
        return raw
    }

    /// The string that `raw` spells.
    func text(_ raw: RawString) throws(UsageDecodingError) -> String {
        guard !raw.isLiteral else {
            guard let text = String(validating: raw.bytes, as: UTF8.self) else {
                throw UsageDecodingError(.malformed, at: raw.offset)
            }
            return text
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(raw.bytes.count)
        var position = 0
        while position < raw.bytes.count {
            let byte = raw.bytes[position]
            position += 1
            guard byte == 0x5C else {
                bytes.append(byte)
                continue
            }
            let escape = position < raw.bytes.count ? raw.bytes[position] : 0
            position += 1
            switch escape {
            case 0x22, 0x5C, 0x2F: bytes.append(escape)
            case 0x62: bytes.append(0x08)
            case 0x66: bytes.append(0x0C)
            case 0x6E: bytes.append(0x0A)
            case 0x72: bytes.append(0x0D)
            case 0x74: bytes.append(0x09)
            case 0x75:
                guard let scalar = unicodeEscape(in: raw.bytes, at: &position) else {
                    throw UsageDecodingError(.malformed, at: raw.offset + position)
                }
                bytes.append(contentsOf: String(Character(scalar)).utf8)
            default: throw UsageDecodingError(.malformed, at: raw.offset + position)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw UsageDecodingError(.malformed, at: raw.offset)
        }
        return text
    }

    /// The scalar of four hexadecimal digits, or of a surrogate pair of them; nil when it is none.
    private func unicodeEscape(in bytes: UnsafeBufferPointer<UInt8>, at position: inout Int) -> Unicode.Scalar? {
        func unit() -> UInt32? {
            guard position + 4 <= bytes.count else { return nil }
            var value: UInt32 = 0
            for offset in 0..<4 {
                guard let digit = Character(Unicode.Scalar(bytes[position + offset])).hexDigitValue,
                    bytes[position + offset] < 0x80
                else { return nil }
                value = value << 4 | UInt32(digit)
            }
            position += 4
            return value
        }
        guard let high = unit() else { return nil }
        guard (0xD800...0xDBFF).contains(high) else { return Unicode.Scalar(high) }
        guard position + 2 <= bytes.count, bytes[position] == 0x5C, bytes[position + 1] == 0x75 else { return nil }
        position += 2
        guard let low = unit(), (0xDC00...0xDFFF).contains(low) else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    // MARK: Skipping

    /// Passes over one value of any type, validating it.
    mutating func skipValue(depth: Int = 0) throws(UsageDecodingError) {
        guard depth < Self.maximumDepth else { throw UsageDecodingError(.malformed, at: index) }
        switch try peek() {
        case 0x22: _ = try string()
        case 0x7B:
            index += 1
            if try consume(0x7D) { return }
            repeat {
                _ = try string()
                try expect(0x3A)
                try skipValue(depth: depth + 1)
            } while try anotherElement(until: 0x7D)
        case 0x5B:
            index += 1
            if try consume(0x5D) { return }
            repeat { try skipValue(depth: depth + 1) } while try anotherElement(until: 0x5D)
        case 0x74: try literal("true")
        case 0x66: try literal("false")
        case 0x6E: try literal("null")
        default: _ = try number()
        }
    }

    /// The longest token that is passed over though it is not JSON.
    private static let longestToken = 64

    /// Passes over one value, also over a bare token that JSON does not have (`NaN`, `-Infinity`, `1.`, none at all):
    /// what surrounds it still is a document, and the rest of it is read.
    mutating func skipValueOrToken() throws(UsageDecodingError) {
        let byte = try peek()
        let start = index
        switch byte {
        case 0x22, 0x5B, 0x7B: return try skipValue()
        default:
            while index < count, index - start < Self.longestToken, !Self.endsToken(base[index]) { index += 1 }
        }
    }

    @inline(__always)
    private static func endsToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x2C, 0x5D, 0x7D, 0x22, 0x3A, 0x5B, 0x7B, 0...0x20: true
        default: false
        }
    }

    /// Consumes `word`.
    mutating func literal(_ word: StaticString) throws(UsageDecodingError) {
        for offset in 0..<word.utf8CodeUnitCount {
            guard index < count else { throw UsageDecodingError(.truncated, at: index) }
            guard base[index] == word.utf8Start[offset] else { throw unexpected() }
            index += 1
        }
    }

    // MARK: Numbers

    /// Reads a number; its value is exact when integral and below 2^63, and
    /// otherwise the nearest double.
    @inline(__always)
    mutating func number() throws(UsageDecodingError) -> PointValue {
        _ = try peek()
        let start = index
        let isNegative = base[index] == 0x2D
        if isNegative { index += 1 }
        let firstDigit = index
        var magnitude: UInt64 = 0
        while index < count, case let digit = base[index] &- 0x30, digit < 10 {
            magnitude = magnitude &* 10 &+ UInt64(digit)
            index += 1
        }
        let digits = index - firstDigit
        guard digits > 0, digits == 1 || base[firstDigit] != 0x30 else {
            if digits > 0 { index = firstDigit + 1 }
            throw unexpected()
        }
        let next = index < count ? base[index] : 0
        if digits <= 18, next == 0x2C || next == 0x7D || next == 0x5D || next <= 0x20 {
            let integer = Int64(bitPattern: magnitude)
            return .integer(isNegative ? -integer : integer)
        }
        return try decimal(from: start)
    }

    /// The slow way through a number: fractions, exponents, many digits.
    private mutating func decimal(from start: Int) throws(UsageDecodingError) -> PointValue {
        if index < count, base[index] == 0x2E {
            index += 1
            try skipDigits()
        }
        if index < count, base[index] | 0x20 == 0x65 {
            index += 1
            if index < count, base[index] == 0x2B || base[index] == 0x2D { index += 1 }
            try skipDigits()
        }
        guard isAtEnd || Self.endsToken(base[index]) else { throw unexpected() }
        let text = String(decoding: UnsafeBufferPointer(start: base + start, count: index - start), as: UTF8.self)
        if let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw UsageDecodingError(.numberRange, at: start) }
        return PointValue(number)
    }

    private mutating func skipDigits() throws(UsageDecodingError) {
        let start = index
        while index < count, base[index] &- 0x30 < 10 { index += 1 }
        guard index > start else { throw unexpected() }
    }
}
