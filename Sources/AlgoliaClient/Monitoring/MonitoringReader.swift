internal import UsageModel

/// Walks through an answer of the Monitoring API, or a list of indices.
///
/// Unknown attributes are passed over, and `[]` and `null` stand for an empty
/// object, which is how the vendor's server may write one. What is not strict
/// JSON, or has something else where the answer itself should be, throws.
struct MonitoringReader {
    private var parser: PointParser<SecondsOrMilliseconds>

    /// Returns the whole document as `read` reads it in `bytes`.
    static func read<Answer>(
        _ bytes: UnsafeRawBufferPointer, _ read: (inout MonitoringReader) throws(UsageDecodingError) -> Answer
    ) throws(UsageDecodingError) -> Answer {
        var reader = MonitoringReader(
            parser: PointParser(JSONScanner(bytes.assumingMemoryBound(to: UInt8.self))))
        let first = try reader.parser.scanner.peek()
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
            try reader.skip()
            throw UsageDecodingError(.notAnAnswer, at: 0)
        }
        let answer = try read(&reader)
        try reader.parser.scanner.expectEnd()
        return answer
    }

    /// Reads the document `{"name": …}`; `value` reads what is under `name`.
    /// An empty document has nothing there; one with other attributes alone is no answer.
    mutating func document(
        _ name: String, _ value: (inout MonitoringReader) throws(UsageDecodingError) -> Bool
    ) throws(UsageDecodingError) {
        var attributes = 0
        var hasAnswer = false
        let isObject = try members { reader, attribute throws(UsageDecodingError) in
            attributes += 1
            guard attribute == name else { return try reader.skip() }
            let start = reader.parser.scanner.index
            guard try value(&reader) else { throw UsageDecodingError(.notAnAnswer, at: start) }
            hasAnswer = true
        }
        guard isObject, hasAnswer || attributes == 0 else {
            throw UsageDecodingError(.notAnAnswer, at: 0)
        }
    }

    /// Reads an object; `member` gets each name and must read or skip its value.
    /// - Returns: false when the value is neither an object nor empty; it is passed over.
    @discardableResult
    mutating func members(
        _ member: (inout MonitoringReader, String) throws(UsageDecodingError) -> Void
    ) throws(UsageDecodingError) -> Bool {
        switch try parser.scanner.peek() {
        case UInt8(ascii: "{"):
            try parser.scanner.expect(UInt8(ascii: "{"))
            if try parser.scanner.consume(UInt8(ascii: "}")) { return true }
            repeat {
                let name = try parser.scanner.text(parser.scanner.string())
                try parser.scanner.expect(UInt8(ascii: ":"))
                try member(&self, name)
            } while try parser.scanner.anotherElement(until: UInt8(ascii: "}"))
            return true
        case UInt8(ascii: "["):
            var isEmpty = true
            try elements { reader throws(UsageDecodingError) in
                isEmpty = false
                try reader.skip()
            }
            return isEmpty
        case let byte:
            try skip()
            return byte == UInt8(ascii: "n")
        }
    }

    /// Whether the next value is an array.
    mutating func isArray() throws(UsageDecodingError) -> Bool { try parser.scanner.peek() == UInt8(ascii: "[") }

    /// Reads an array; `element` must read or skip each of its values.
    /// - Returns: false when the value is neither an array nor `null`; it is passed over.
    @discardableResult
    mutating func elements(
        _ element: (inout MonitoringReader) throws(UsageDecodingError) -> Void
    ) throws(UsageDecodingError) -> Bool {
        let byte = try parser.scanner.peek()
        guard byte == UInt8(ascii: "[") else {
            try skip()
            return byte == UInt8(ascii: "n")
        }
        try parser.scanner.expect(UInt8(ascii: "["))
        if try parser.scanner.consume(UInt8(ascii: "]")) { return true }
        repeat { try element(&self) } while try parser.scanner.anotherElement(until: UInt8(ascii: "]"))
        return true
    }

    /// The points of an array of plain numbers, without those that cannot be read, how many those are, and whether the
    /// array makes any sense; nil for any other value but `null`, which is passed over.
    mutating func points() throws(UsageDecodingError) -> (points: [Point], unreadable: Int, hasSense: Bool)? {
        let byte = try parser.scanner.peek()
        guard byte == UInt8(ascii: "[") else {
            try skip()
            return byte == UInt8(ascii: "n") ? ([], 0, true) : nil
        }
        try parser.points()
        return (parser.scalars, parser.flaws.count, parser.timed > 0 || parser.flaws.isEmpty)
    }

    /// A number of things, 0 at least and as many as fit otherwise; nil for any other value, which is passed over.
    mutating func count() throws(UsageDecodingError) -> Int? {
        let byte = try parser.scanner.peek()
        guard byte &- 0x30 < 10 || byte == UInt8(ascii: "-") else {
            try skip()
            return nil
        }
        return switch try parser.scanner.number() {
        case .integer(let integer): Int(clamping: max(integer, 0))
        case .real(let real): real > 0 ? Int(exactly: real.rounded(.down)) ?? .max : 0
        }
    }

    /// An amount as the vendor sent it, 0 or more; nil for any other value, which is passed over.
    mutating func amount() throws(UsageDecodingError) -> PointValue? {
        let byte = try parser.scanner.peek()
        guard byte &- 0x30 < 10 || byte == UInt8(ascii: "-") else {
            try skip()
            return nil
        }
        do throws(UsageDecodingError) {
            let amount = try parser.scanner.number()
            return amount.double >= 0 && amount.double.isFinite ? amount : nil
        } catch {
            // One that no double holds was read to its end.
            guard error.reason == .numberRange else { throw error }
            return nil
        }
    }

    /// Where the reader is, in bytes from the document's start.
    var place: Int { parser.scanner.index }

    /// A string, or nil for any other value, which is passed over.
    mutating func text() throws(UsageDecodingError) -> String? {
        guard try parser.scanner.peek() == UInt8(ascii: "\"") else {
            try skip()
            return nil
        }
        return try parser.scanner.text(parser.scanner.string())
    }

    /// A name, or nil for any other value, which is passed over.
    mutating func name() throws(UsageDecodingError) -> ServerName? { try text().flatMap { ServerName($0) } }

    /// A string, or nil for any other value, which is passed over, and whether that value was empty.
    mutating func textOrNothing() throws(UsageDecodingError) -> (text: String?, isNothing: Bool) {
        if try parser.scanner.peek() == UInt8(ascii: "\"") { return (try text(), false) }
        var isNothing = true
        let isObject = try members { reader, _ throws(UsageDecodingError) in
            isNothing = false
            try reader.skip()
        }
        return (nil, isObject && isNothing)
    }

    /// A Boolean, or nil for any other value, which is passed over.
    mutating func flag() throws(UsageDecodingError) -> Bool? {
        let byte = try parser.scanner.peek()
        try skip()
        return switch byte {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// A point's time, in seconds; nil for any other value, which is passed over.
    mutating func time() throws(UsageDecodingError) -> UnixTime? {
        _ = try parser.scanner.peek()
        let start = parser.scanner.index
        do throws(UsageDecodingError) {
            return try parser.time()
        } catch {
            guard error.reason != .truncated else { throw error }
            parser.scanner.move(to: start)
            try skip()
            return nil
        }
    }

    mutating func skip() throws(UsageDecodingError) { try parser.scanner.skipValue() }
}
