internal import UsageModel

/// The unit of the number `t` of a point.
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

    /// Keys that one array of points may have: far more than servers or regions.
    static var keyLimit: Int { 50_000 }
    /// Bytes of an unreadable value that are kept, to be shown.
    private static var shownBytes: Int { 40 }

    /// Where the parser is in the document; readers of what surrounds the points move it, too.
    var scanner: JSONScanner
    /// The columns of the last array: one for each key, in order of appearance.
    private(set) var columns: [Column] = []
    /// The unreadable parts of the array.
    private(set) var flaws = Flaws()
    /// Elements of the array that name a time.
    private(set) var timed = 0
    /// Keys that cannot be names, in all arrays.
    private(set) var unnamed = 0
    /// Where the column of each key is, by the key's bytes; only once keys come out of order.
    private var positions: [ServerName: Int] = [:]
    /// The column of plain numbers.
    private var scalar: Int?
    /// Values of the point that is being read: `t` may come after `v`.
    private var pending: [(column: Int, value: PointValue)] = []
    /// Why the point that is being read is not whole.
    private var flaw: String?

    init(_ scanner: JSONScanner) {
        self.scanner = scanner
    }

    /// The points of plain numbers.
    var scalars: [Point] { scalar.map { columns[$0].points } ?? [] }

    /// Reads an array of points into ``columns``, replacing those of the array before.
    ///
    /// A value that is no number is passed over and noted in ``flaws``, together with the time that it stands at:
    /// everything else is read.
    /// - Throws: when the document around the points is not JSON.
    mutating func points() throws(UsageDecodingError) {
        columns.removeAll(keepingCapacity: true)
        positions.removeAll(keepingCapacity: true)
        scalar = nil
        flaws = Flaws()
        timed = 0
        try scanner.expect(UInt8(ascii: "["))
        if try scanner.consume(UInt8(ascii: "]")) { return }
        repeat {
            if try scanner.peek() == UInt8(ascii: "{") {
                try point()
            } else {
                flaws.note(at: nil, try passedOver())
            }
        } while try scanner.anotherElement(until: UInt8(ascii: "]"))
    }

    @inline(__always)
    private mutating func point() throws(UsageDecodingError) {
        var time: UnixTime?
        var hasValue = false
        flaw = nil
        pending.removeAll(keepingCapacity: true)
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.consume(UInt8(ascii: "}")) { return }
        repeat {
            let name = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            switch try attribute(name) {
            case UInt8(ascii: "t"): time = try pointTime()
            case UInt8(ascii: "v"):
                hasValue = true
                try value()
            default: try scanner.skipValue()
            }
        } while try scanner.anotherElement(until: UInt8(ascii: "}"))
        guard let time else { return flaws.note(at: nil, flaw ?? "no time") }
        timed += 1
        if flaw != nil || !hasValue { flaws.note(at: time, flaw ?? "no value") }
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

    /// The time of a point; nil when it has none that can be read.
    @inline(__always)
    private mutating func pointTime() throws(UsageDecodingError) -> UnixTime? {
        _ = try scanner.peek()
        let start = scanner.index
        do throws(UsageDecodingError) {
            return try time()
        } catch {
            guard error.reason != .truncated else { throw error }
            scanner.move(to: start)
            flaw = try passedOver()
            return nil
        }
    }

    /// The time that comes next, in seconds.
    @inline(__always)
    mutating func time() throws(UsageDecodingError) -> UnixTime {
        let byte = try scanner.peek()
        let start = scanner.index
        guard byte &- 0x30 < 10 || byte == UInt8(ascii: "-") else {
            try scanner.skipValueOrToken()
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
            pending.append((scalar ?? scalarColumn(), number))
        }
    }

    /// The column of plain numbers, made when the first comes.
    private mutating func scalarColumn() -> Int {
        let column = columns.count
        columns.append(Column(key: ""))
        positions[""] = column
        scalar = column
        return column
    }

    /// A number; nil for `null`, and for a value that is none, which is noted. `byte` is the value's first.
    @inline(__always)
    private mutating func number(_ byte: UInt8) throws(UsageDecodingError) -> PointValue? {
        guard byte &- 0x30 < 10 || byte == UInt8(ascii: "-") else { return try noNumber() }
        let start = scanner.index
        do throws(UsageDecodingError) {
            return try scanner.number()
        } catch {
            scanner.move(to: start)
            return try noNumber()
        }
    }

    /// Passes over a value that is no number, and notes it unless it is `null`.
    private mutating func noNumber() throws(UsageDecodingError) -> PointValue? {
        let text = try passedOver()
        if text != "null" { flaw = text }
        return nil
    }

    /// Passes over one value, whatever it is.
    /// - Returns: how it begins.
    private mutating func passedOver() throws(UsageDecodingError) -> String {
        _ = try scanner.peek()
        let start = scanner.index
        try scanner.skipValueOrToken()
        if scanner.isAtEnd { throw UsageDecodingError(.truncated, at: scanner.index) }
        return scanner.text(from: start, limit: Self.shownBytes)
    }

    private mutating func map() throws(UsageDecodingError) {
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.consume(UInt8(ascii: "}")) { return }
        // Maps tend to name the same keys in the same order, point after point.
        var expected = 0
        // Where the value of each column is in `pending`, once keys are out of order and may come twice.
        var places: [Int: Int]?
        repeat {
            let raw = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            guard let number = try number(scanner.peek()) else { continue }
            guard let column = try self.column(raw, expected: expected) else { continue }
            if places == nil, column < expected {
                places = Dictionary(
                    pending.enumerated().map { ($0.element.column, $0.offset) }, uniquingKeysWith: { $1 })
            }
            expected = column + 1
            if let place = places?[column] {
                pending[place].value = number
                continue
            }
            places?[column] = pending.count
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
        guard let key = ServerName(try scanner.text(raw)) else {
            unnamed += 1
            return nil
        }
        if let column = positions[key] { return column }
        guard columns.count < Self.keyLimit else {
            throw UsageDecodingError(.tooMany(limit: Self.keyLimit), at: raw.offset)
        }
        let column = columns.count
        columns.append(Column(raw: raw, key: key))
        positions[key] = column
        if key.isEmpty { scalar = column }
        return column
    }
}

/// The unreadable part of an array of points.
struct Flaws: Hashable {
    /// The times of points whose value, or a part of it, is no number.
    private(set) var times: [UnixTime] = []
    /// Whether something stands at a time that is not known.
    private(set) var isSomewhere = false
    /// How the first of it begins, as the document spells it; nil when everything was read.
    private(set) var text: String?

    /// Points that are not whole.
    private(set) var count = 0

    var isEmpty: Bool { text == nil }

    mutating func note(at time: UnixTime?, _ text: String) {
        count += 1
        if self.text == nil { self.text = text }
        if let time { times.append(time) } else { isSomewhere = true }
    }
}
