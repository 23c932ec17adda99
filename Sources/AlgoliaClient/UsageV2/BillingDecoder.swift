internal import UsageModel

/// Decodes answers of Usage API v2.
///
///     {"metrics":[{"name":"x","label":"X","description":"What X is"}]}
///     {"applications":{"APP":[{"date":"2026-11-01","values":{"x":1,"y":2}}]}}
///     {"metrics":[{"time":"2026-11-27T00:00:00Z","values":{"x":1}}]}
///
/// Guarantees:
/// * attributes in any order, unknown attributes, `date` for `time` and the reverse; `null` is not reported;
/// * a document without the list that was asked for is no answer, and neither is one with an error beside it;
/// * a value that is no 64-bit integer is set aside with its metric and time; everything else is kept;
/// * metrics that were not asked for are passed over;
/// * whatever else is not strict JSON throws, and nothing of it is returned.
enum BillingDecoder {
    /// Metrics of a registry, each of which becomes a series for ever.
    static let mostMetrics = 1000
    /// Bytes of a metric's name.
    static let longestName = 200
    /// Rows of one answer: a week has 168 hours, a year 365 days.
    static let mostRows = 10_000
    /// Bytes of an unreadable value that are shown.
    private static let shownBytes = 40

    /// The metrics of a registry, each name once, and how many entries have no usable name.
    static func registry(
        _ bytes: UnsafeRawBufferPointer
    ) throws(UsageDecodingError) -> ReadableParts<[BillingMetric]> {
        var metrics: [BillingMetric] = []
        var known: Set<StatisticName> = []
        var ignored = 0
        var scanner = JSONScanner(bytes.assumingMemoryBound(to: UInt8.self))
        try document(&scanner) { scanner, attribute throws(UsageDecodingError) in
            guard attribute == "metrics" else { return false }
            try list(&scanner) { scanner throws(UsageDecodingError) in
                guard let metric = try metric(&scanner) else {
                    ignored += 1
                    return
                }
                guard known.insert(metric.name).inserted else { return }
                metrics.append(metric)
                guard metrics.count <= mostMetrics else {
                    throw UsageDecodingError(.tooMany(limit: mostMetrics), at: scanner.index)
                }
            }
            return true
        }
        // Entries without a single name say nothing about which metrics there are.
        guard !metrics.isEmpty || ignored == 0 else { throw UsageDecodingError(.notAnAnswer, at: 0) }
        return ReadableParts(answer: metrics, ignored: ignored)
    }

    /// The points of `request`.
    static func points(
        _ bytes: UnsafeRawBufferPointer, of request: BillingRequest, _ application: ApplicationID
    ) throws(UsageDecodingError) -> UsageAnswer {
        var table = BillingTable(request)
        var scanner = JSONScanner(bytes.assumingMemoryBound(to: UInt8.self))
        try document(&scanner) { scanner, attribute throws(UsageDecodingError) in
            switch attribute {
            case "metrics":
                try list(&scanner) { scanner throws(UsageDecodingError) in try row(&scanner, &table) }
                return true
            case "applications":
                var (others, isThere) = (0, false)
                try object(&scanner) { scanner, name throws(UsageDecodingError) in
                    guard ApplicationID(name) == application else {
                        others += 1
                        return try scanner.skipValue()
                    }
                    isThere = true
                    try list(&scanner) { scanner throws(UsageDecodingError) in try row(&scanner, &table) }
                }
                // Another application's answer says nothing about this one.
                return isThere || others == 0
            default: return false
            }
        }
        return table.answer
    }

    // MARK: Documents

    /// Reads an object to the end of the text; `read` reads the value of an attribute and returns true if it was the list
    /// that was asked for, or returns false without reading anything.
    private static func document(
        _ scanner: inout JSONScanner,
        _ read: (inout JSONScanner, String) throws(UsageDecodingError) -> Bool
    ) throws(UsageDecodingError) {
        var (hasList, hasError) = (false, false)
        guard try scanner.peek() == UInt8(ascii: "{") else {
            try scanner.skipValue()
            throw UsageDecodingError(.notAnAnswer, at: 0)
        }
        try object(&scanner) { scanner, name throws(UsageDecodingError) in
            let start = scanner.index
            if try read(&scanner, name) {
                hasList = true
            } else if scanner.index == start {
                _ = try scanner.peek()
                let value = scanner.index
                try scanner.skipValue()
                let text = scanner.text(from: value, limit: shownBytes)
                if name == "error", !["null", "false", "\"\"", "{}"].contains(text) { hasError = true }
            }
        }
        try scanner.expectEnd()
        guard hasList, !hasError else { throw UsageDecodingError(.notAnAnswer, at: 0) }
    }

    /// Reads an object; `member` must read or skip the value of each of its attributes.
    private static func object(
        _ scanner: inout JSONScanner, _ member: (inout JSONScanner, String) throws(UsageDecodingError) -> Void
    ) throws(UsageDecodingError) {
        guard try scanner.peek() == UInt8(ascii: "{") else {
            throw UsageDecodingError(.notAnAnswer, at: scanner.index)
        }
        try scanner.expect(UInt8(ascii: "{"))
        if try scanner.consume(UInt8(ascii: "}")) { return }
        repeat {
            let name = try scanner.text(scanner.string())
            try scanner.expect(UInt8(ascii: ":"))
            try member(&scanner, name)
        } while try scanner.anotherElement(until: UInt8(ascii: "}"))
    }

    /// Reads an array; `element` must read or skip each of its values.
    private static func list(
        _ scanner: inout JSONScanner, _ element: (inout JSONScanner) throws(UsageDecodingError) -> Void
    ) throws(UsageDecodingError) {
        guard try scanner.peek() == UInt8(ascii: "[") else {
            throw UsageDecodingError(.notAnAnswer, at: scanner.index)
        }
        try scanner.expect(UInt8(ascii: "["))
        if try scanner.consume(UInt8(ascii: "]")) { return }
        repeat { try element(&scanner) } while try scanner.anotherElement(until: UInt8(ascii: "]"))
    }

    /// A string; nil for any other value, which is passed over.
    private static func text(_ scanner: inout JSONScanner) throws(UsageDecodingError) -> String? {
        guard try scanner.peek() == UInt8(ascii: "\"") else {
            try scanner.skipValue()
            return nil
        }
        return try scanner.text(scanner.string())
    }

    // MARK: Elements

    /// An entry of the registry; nil without a name that can be asked for: names are joined by commas.
    private static func metric(_ scanner: inout JSONScanner) throws(UsageDecodingError) -> BillingMetric? {
        guard try scanner.peek() == UInt8(ascii: "{") else {
            try scanner.skipValue()
            return nil
        }
        var texts: [String: String] = [:]
        try object(&scanner) { scanner, attribute throws(UsageDecodingError) in
            switch attribute {
            case "name", "label", "description": texts[attribute] = try text(&scanner)
            default: try scanner.skipValue()
            }
        }
        guard let name = texts["name"], (1...longestName).contains(name.utf8.count), !name.utf8.contains(0x2C),
            let name = StatisticName(name)
        else { return nil }
        return BillingMetric(name: name, label: texts["label"] ?? "", description: texts["description"] ?? "")
    }

    /// One bucket's values; its time may come after them.
    private static func row(_ scanner: inout JSONScanner, _ table: inout BillingTable) throws(UsageDecodingError) {
        _ = try scanner.peek()
        let start = scanner.index
        guard try scanner.peek() == UInt8(ascii: "{") else {
            try scanner.skipValue()
            return table.noteUnreadable(at: nil, scanner.text(from: start, limit: shownBytes))
        }
        var time: UnixTime?
        var values: [(name: StatisticName, value: Int64)] = []
        var flaws: [(name: StatisticName, text: String)] = []
        var flaw: String?
        try object(&scanner) { scanner, attribute throws(UsageDecodingError) in
            switch attribute {
            case "time", "date": time = try text(&scanner).flatMap(Self.time) ?? time
            case "values":
                _ = try scanner.peek()
                let place = scanner.index
                guard try scanner.peek() == UInt8(ascii: "{") else {
                    try scanner.skipValue()
                    let text = scanner.text(from: place, limit: shownBytes)
                    if text != "null" { flaw = text }
                    return
                }
                try object(&scanner) { scanner, name throws(UsageDecodingError) in
                    _ = try scanner.peek()
                    let place = scanner.index
                    let value = try integer(&scanner)
                    guard let name = StatisticName(name).map({ .billingPrefix + $0 }), table.asks(for: name) else {
                        return
                    }
                    if let value { return values.append((name, value)) }
                    let text = scanner.text(from: place, limit: shownBytes)
                    if text != "null" { flaws.append((name, text)) }
                }
            default: try scanner.skipValue()
            }
        }
        try table.countRow(at: scanner.index)
        if let flaw { table.noteUnreadable(at: time, flaw) }
        for (name, text) in flaws { table.noteUnreadable(name, at: time, text) }
        guard let time else {
            // Any bucket without a point may be the one that is meant.
            let text = scanner.text(from: start, limit: shownBytes)
            for (name, _) in values { table.noteUnreadable(name, at: nil, text) }
            return
        }
        for (name, value) in values { table.add(name, Point(time: time, value: .integer(value))) }
    }

    /// A 64-bit integer, however it is spelled; nil for any other value, which is passed over.
    private static func integer(_ scanner: inout JSONScanner) throws(UsageDecodingError) -> Int64? {
        let byte = try scanner.peek()
        let start = scanner.index
        if byte &- 0x30 < 10 || byte == UInt8(ascii: "-") {
            do throws(UsageDecodingError) {
                guard case .integer(let value) = try scanner.number() else { return nil }
                // Beyond 2^53 a number that is not spelled as an integer has been rounded.
                return Int64(scanner.text(from: start, limit: 64)) ?? (value.magnitude <= 1 << 53 ? value : nil)
            } catch {
                scanner.move(to: start)
            }
        }
        try scanner.skipValueOrToken()
        if scanner.isAtEnd { throw UsageDecodingError(.truncated, at: scanner.index) }
        return nil
    }

    /// The time of `2026-11-01` or `2026-11-27T00:00:00Z`.
    private static func time(_ text: String) -> UnixTime? {
        RFC3339.parse(text.utf8.count == 10 ? text + "T00:00:00Z" : text)
    }
}

/// The points of one answer as they are read.
private struct BillingTable {
    private let granularity: Granularity
    private var positions: [StatisticName: Int]
    private var points: [[Point]]
    private var flaws: [Flaws]
    private let statistics: [StatisticName]
    private var rows = 0

    init(_ request: BillingRequest) {
        granularity = request.granularity
        statistics = request.statistics
        positions = Dictionary(
            request.statistics.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        points = Array(repeating: [], count: request.statistics.count)
        flaws = Array(repeating: Flaws(), count: request.statistics.count)
    }

    func asks(for name: StatisticName) -> Bool { positions[name] != nil }

    mutating func countRow(at index: Int) throws(UsageDecodingError) {
        rows += 1
        guard rows <= BillingDecoder.mostRows else {
            throw UsageDecodingError(.tooMany(limit: BillingDecoder.mostRows), at: index)
        }
    }

    mutating func add(_ name: StatisticName, _ point: Point) {
        guard let position = positions[name] else { return }
        points[position].append(Point(time: granularity.floor(point.time), value: point.value))
    }

    /// Notes that every metric's value at `time` is unreadable.
    mutating func noteUnreadable(at time: UnixTime?, _ text: String) {
        for name in statistics { noteUnreadable(name, at: time, text) }
    }

    mutating func noteUnreadable(_ name: StatisticName, at time: UnixTime?, _ text: String) {
        guard let position = positions[name] else { return }
        flaws[position].note(at: time, text)
    }

    var answer: UsageAnswer {
        var answer = UsageAnswer(
            series: zip(statistics, points).filter { !$1.isEmpty }.map { SeriesPoints(statistic: $0, points: $1) })
        answer.unreadable = zip(statistics, flaws).compactMap { name, flaws in
            flaws.text.map {
                UnreadableStatistic(statistic: name, times: flaws.times, isSomewhere: flaws.isSomewhere, text: $0)
            }
        }
        return answer
    }
}
