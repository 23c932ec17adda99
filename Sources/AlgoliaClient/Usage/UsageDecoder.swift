public import UsageModel

/// Decodes answers of the Usage API in one pass over the bytes, without a tree
/// in between.
///
///     {"records":[{"t":1455451200000,"v":53863464}, …],
///      "max_qps":[{"t":1455451200000,"v":{"c4-fr-1":35,"c4-fr-2":40}}, …]}
///
/// Guarantees:
/// * attributes in any order, white space, unknown attributes, any spelling of
///   numbers; `null` is not reported; `{}` and the old `[]` are empty;
/// * an object without a single array of points is no answer, whatever else it has: it could not have held the data;
/// * a value that is no number, `NaN` included, is set aside with its statistic and time; everything else is kept;
/// * whatever else is not strict JSON throws, and nothing of it is returned;
/// * a statistic or attribute that comes twice counts as its last occurrence.
public enum UsageDecoder {
    /// - Parameter asked: statistics that are known beside the catalogue's.
    /// - Throws: ``UsageDecodingError``.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer, asked: StatisticSelection = .all
    ) throws(UsageDecodingError) -> UsageAnswer {
        var pass = UsageDecodingPass(JSONScanner(bytes.assumingMemoryBound(to: UInt8.self)), asked)
        return try pass.run()
    }
}

/// One pass over one document.
private struct UsageDecodingPass {
    /// Statistics and keys of one answer, which become rows for ever.
    private static let seriesLimit = 100_000

    /// The values read of one statistic.
    private struct Entry {
        var series: [SeriesPoints] = []
        var unreadable: UnreadableStatistic?
    }

    private var parser: PointParser<Milliseconds>
    private let asked: StatisticSelection
    private var entries: [Entry] = []
    /// Where each name's entry is, by its bytes.
    private var positions: [StatisticName: Int] = [:]
    private var seriesCount = 0
    /// Whether anything of the document could have held the data.
    private var hasSeries = false
    private var failure: String?
    private var unnamed = 0

    init(_ scanner: JSONScanner, _ asked: StatisticSelection) {
        parser = PointParser(scanner)
        self.asked = asked
    }

    mutating func run() throws(UsageDecodingError) -> UsageAnswer {
        switch try parser.scanner.peek() {
        case UInt8(ascii: "["):
            try parser.scanner.expect(UInt8(ascii: "["))
            guard try parser.scanner.consume(UInt8(ascii: "]")) else {
                throw UsageDecodingError(.notAnAnswer, at: parser.scanner.index)
            }
            hasSeries = true
        case UInt8(ascii: "{"):
            try statistics()
        default:
            let start = parser.scanner.index
            try parser.scanner.skipValue()
            throw UsageDecodingError(.notAnAnswer, at: start)
        }
        try parser.scanner.expectEnd()
        guard hasSeries else { throw UsageDecodingError(.notAnAnswer, at: 0) }
        var answer = UsageAnswer(series: entries.flatMap(\.series))
        answer.unreadable = entries.compactMap(\.unreadable)
        answer.failure = failure
        answer.unnamed = unnamed + parser.unnamed
        return answer
    }

    private mutating func statistics() throws(UsageDecodingError) {
        try parser.scanner.expect(UInt8(ascii: "{"))
        if try parser.scanner.consume(UInt8(ascii: "}")) {
            hasSeries = true
            return
        }
        repeat {
            let name = StatisticName(try parser.scanner.text(parser.scanner.string()))
            try parser.scanner.expect(UInt8(ascii: ":"))
            guard let name else {
                // What cannot be a name is no statistic's.
                unnamed += 1
                try parser.scanner.skipValue()
                continue
            }
            if try parser.scanner.peek() == UInt8(ascii: "[") {
                try points(of: name)
            } else {
                try attribute(name)
            }
        } while try parser.scanner.anotherElement(until: UInt8(ascii: "}"))
    }

    private mutating func points(of name: StatisticName) throws(UsageDecodingError) {
        let start = parser.scanner.index
        try parser.points()
        var entry = Entry()
        for column in parser.columns where !column.points.isEmpty {
            entry.series.append(SeriesPoints(statistic: name, key: column.key, points: column.points))
        }
        if isKnown(name) {
            if let text = parser.flaws.text {
                entry.unreadable = unreadable(name, parser.flaws, text)
            }
            hasSeries = hasSeries || parser.timed > 0 || parser.flaws.isEmpty
        } else if !entry.series.isEmpty {
            if let text = parser.flaws.text { entry.unreadable = unreadable(name, parser.flaws, text) }
            hasSeries = true
        } else if let text = parser.flaws.text {
            // No statistic, so that nothing can be set aside of it: strict JSON like everything else.
            parser.scanner.move(to: start)
            try parser.scanner.skipValue()
            if name == "errors" { failure = text }
        }
        try note(entry, name)
    }

    /// An attribute that is no array: of a statistic it is unreadable, of anything else it may tell of an error.
    private mutating func attribute(_ name: StatisticName) throws(UsageDecodingError) {
        _ = try parser.scanner.peek()
        let start = parser.scanner.index
        guard isKnown(name) else {
            try parser.scanner.skipValue()
            return noteFailure(name, parser.scanner.text(from: start, limit: 200))
        }
        try parser.scanner.skipValueOrToken()
        guard !parser.scanner.isAtEnd else { throw UsageDecodingError(.truncated, at: parser.scanner.index) }
        let text = parser.scanner.text(from: start, limit: 40)
        guard text != "null" else { return }
        var flaws = Flaws()
        flaws.note(at: nil, text)
        try note(Entry(unreadable: unreadable(name, flaws, text)), name)
    }

    /// Notes that an attribute tells of an error, if it does.
    private mutating func noteFailure(_ name: StatisticName, _ text: String) {
        switch name.text {
        case "status", "code", "statusCode":
            if let status = Int(text), status >= 400 { failure = failure ?? "status \(status)" }
        case "error": if !["null", "false", "\"\"", "{}"].contains(text) { failure = text }
        default: break
        }
    }

    private func unreadable(_ name: StatisticName, _ flaws: Flaws, _ text: String) -> UnreadableStatistic {
        UnreadableStatistic(statistic: name, times: flaws.times, isSomewhere: flaws.isSomewhere, text: text)
    }

    private mutating func note(_ entry: Entry, _ name: StatisticName) throws(UsageDecodingError) {
        if let position = positions[name] {
            seriesCount += entry.series.count - entries[position].series.count
            entries[position] = entry
        } else {
            guard !entry.series.isEmpty || entry.unreadable != nil else { return }
            positions[name] = entries.count
            entries.append(entry)
            seriesCount += entry.series.count
        }
        guard seriesCount <= Self.seriesLimit else {
            throw UsageDecodingError(.tooMany(limit: Self.seriesLimit), at: parser.scanner.index)
        }
    }

    /// Whether a statistic of this name is certain to exist.
    private func isKnown(_ name: StatisticName) -> Bool {
        if StatisticCatalogue.statistic(named: name) != nil { return true }
        guard case .names(let names) = asked else { return false }
        return names.contains(name)
    }
}
