internal import UsageModel

/// What the number `t` of a point counts.
protocol PointTime {
    /// Seconds since 1970; `number` is not negative.
    static func seconds(_ number: Int64) -> UnixTime
}

/// The Usage API's times.
enum Milliseconds: PointTime {
    @inline(__always)
    static func seconds(_ number: Int64) -> UnixTime { number / 1000 }
}

/// The Monitoring API's times: milliseconds by its description, seconds in its
/// examples. Seconds reach 10¹¹ in the year 5138, milliseconds did in 1973.
enum SecondsOrMilliseconds: PointTime {
    @inline(__always)
    static func seconds(_ number: Int64) -> UnixTime { number < 100_000_000_000 ? number : number / 1000 }
}

/// Reads arrays of points, which nearly all bytes of an answer belong to, in one
/// pass and without a tree in between.
///
///     [{"t":1455451200000,"v":53863464}, {"t":1455454800000,"v":{"c4-fr-1":35,"c4-fr-2":40}}]
struct PointParser<Time: PointTime> {
    /// The points of one key.
    struct Column {
        /// The key as the document spells it.
        var raw: JSONScanner.RawString?
        /// `""` for plain numbers.
        var key: ServerName
        var points: [Point] = []
    }

    /// Where the parser is in the document; whoever reads what is around the points moves it, too.
    var scanner: JSONScanner
    /// What was read last: a column for each key, in order of appearance.
    private(set) var columns: [Column] = []
    /// Values of the point that is being read: `t` may come after `v`.
    private var pending: [(column: Int, value: PointValue)] = []

    init(_ scanner: JSONScanner) {
        self.scanner = scanner
    }

    /// Reads an array of points into ``columns``, replacing those of the array before.
    mutating func points() throws(UsageDecodingError) {
        columns.removeAll(keepingCapacity: true)
        try scanner.expect(UInt8(ascii: "["))
        if try scanner.consume(UInt8(ascii: "]")) { return }
        repeat {
            if try scanner.peek() == UInt8(ascii: "{") { try point() } else { try scanner.skipValue() }
        } while try scanner.anotherElement(until: UInt8(ascii: "]"))
    }

    @inline(__always)
    private mutating func point() throws(UsageDecodingError) {
        let start = scanner.index
        var time: UnixTime?
        var hasValue = false
        pending.removeAll(keepingCapacity: true)
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.consume(UInt8(ascii: "}")) { return }
        repeat {
            let name = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            switch try attribute(name) {
            case UInt8(ascii: "t"): time = try self.time()
            case UInt8(ascii: "v"):
                hasValue = true
                try value()
            default: try scanner.skipValue()
            }
        } while try scanner.anotherElement(until: UInt8(ascii: "}"))
        guard let time else {
            if hasValue { throw UsageDecodingError(.time, at: start) }
            return
        }
        guard hasValue else { throw UsageDecodingError(.value, at: start) }
        for (column, value) in pending {
            columns[column].points.append(Point(time: time, value: value))
        }
    }

    /// The one-letter name of an attribute, or 0 for any other.
    @inline(__always)
    private func attribute(_ name: JSONScanner.RawString) throws(UsageDecodingError) -> UInt8 {
        if name.isLiteral { return name.bytes.count == 1 ? name.bytes[0] : 0 }
        let text = try scanner.text(name)
        return text.utf8.count == 1 ? text.utf8[text.utf8.startIndex] : 0
    }

    /// The time that comes next, in seconds.
    @inline(__always)
    mutating func time() throws(UsageDecodingError) -> UnixTime {
        let byte = try scanner.peek()
        let start = scanner.index
        guard byte &- 0x30 < 10 || byte == UInt8(ascii: "-") else {
            try scanner.skipValue()
            throw UsageDecodingError(.time, at: start)
        }
        // To the end of the year 9999 in milliseconds, the last that RFC 3339 can write.
        guard case .integer(let number) = try scanner.number(), (0...253_402_300_799_999).contains(number)
        else { throw UsageDecodingError(.time, at: start) }
        return Time.seconds(number)
    }

    @inline(__always)
    private mutating func value() throws(UsageDecodingError) {
        pending.removeAll(keepingCapacity: true)
        let byte = try scanner.peek()
        if byte == UInt8(ascii: "{") {
            try map()
        } else if let number = try self.number(byte) {
            if columns.isEmpty { columns.append(Column(key: "")) }
            let column = columns[0].key.isEmpty && columns[0].raw == nil ? 0 : scalarColumn()
            pending.append((column, number))
        }
    }

    /// The column of plain numbers in a statistic that also has maps.
    private mutating func scalarColumn() -> Int {
        if let column = columns.firstIndex(where: { $0.key.isEmpty }) { return column }
        columns.append(Column(key: ""))
        return columns.count - 1
    }

    /// A number, or nil for `null`; `byte` is the value's first.
    @inline(__always)
    private mutating func number(_ byte: UInt8) throws(UsageDecodingError) -> PointValue? {
        if byte &- 0x30 < 10 || byte == UInt8(ascii: "-") { return try scanner.number() }
        let start = scanner.index
        try scanner.skipValue()
        guard byte == UInt8(ascii: "n") else { throw UsageDecodingError(.value, at: start) }
        return nil
    }

    private mutating func map() throws(UsageDecodingError) {
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.consume(UInt8(ascii: "}")) { return }
        // Maps tend to name the same keys in the same order, point after point.
        var expected = 0
        var isOrdered = true
        repeat {
            let raw = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            guard let number = try number(scanner.peek()) else { continue }
            guard let column = try self.column(raw, expected: expected) else { continue }
            isOrdered = isOrdered && column >= expected
            expected = column + 1
            if !isOrdered { pending.removeAll { $0.column == column } }
            pending.append((column, number))
        } while try scanner.anotherElement(until: UInt8(ascii: "}"))
    }

    @inline(__always)
    private mutating func column(_ raw: JSONScanner.RawString, expected: Int) throws(UsageDecodingError) -> Int? {
        if expected < columns.count, columns[expected].raw?.equals(raw.bytes) == true { return expected }
        return try findColumn(raw)
    }

    /// Nil for what cannot be a name.
    private mutating func findColumn(_ raw: JSONScanner.RawString) throws(UsageDecodingError) -> Int? {
        guard let key = ServerName(try scanner.text(raw)) else { return nil }
        if let column = columns.firstIndex(where: { $0.key == key && ($0.raw != nil || key.isEmpty) }) {
            return column
        }
        columns.append(Column(raw: raw, key: key))
        return columns.count - 1
    }
}
