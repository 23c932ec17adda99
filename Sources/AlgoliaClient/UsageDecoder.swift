public import UsageModel

/// Decodes answers of the Usage API in one pass over the bytes, without a tree
/// in between.
///
///     {"records":[{"t":1455451200000,"v":53863464}, …],
///      "max_qps":[{"t":1455451200000,"v":{"c4-fr-1":35,"c4-fr-2":40}}, …]}
///
/// What it promises:
/// * attributes in any order, white space, unknown attributes, any spelling of
///   numbers; `null` is not reported; `{}` and the old `[]` are empty;
/// * whatever is not strict JSON, or not such an answer, throws, and nothing of
///   it is returned;
/// * a statistic or attribute that comes twice counts as its last occurrence.
public enum UsageDecoder {
    /// Series in the order of the document, one for each statistic and key;
    /// a statistic without points yields none.
    /// - Throws: ``UsageDecodingError``.
    public static func decode(_ bytes: UnsafeRawBufferPointer) throws(UsageDecodingError) -> [SeriesPoints] {
        var pass = UsageDecodingPass(JSONScanner(bytes.assumingMemoryBound(to: UInt8.self)))
        return try pass.run()
    }
}

/// One pass over one document.
private struct UsageDecodingPass {
    private var parser: PointParser<Milliseconds>
    private var series: [SeriesPoints] = []

    init(_ scanner: JSONScanner) {
        parser = PointParser(scanner)
    }

    mutating func run() throws(UsageDecodingError) -> [SeriesPoints] {
        switch try parser.scanner.peek() {
        case UInt8(ascii: "["):
            try parser.scanner.expect(UInt8(ascii: "["))
            guard try parser.scanner.consume(UInt8(ascii: "]")) else {
                throw UsageDecodingError(.notAnAnswer, at: parser.scanner.index)
            }
        case UInt8(ascii: "{"):
            try statistics()
        default:
            let start = parser.scanner.index
            try parser.scanner.skipValue()
            throw UsageDecodingError(.notAnAnswer, at: start)
        }
        try parser.scanner.expectEnd()
        return series
    }

    private mutating func statistics() throws(UsageDecodingError) {
        try parser.scanner.expect(UInt8(ascii: "{"))
        if try parser.scanner.consume(UInt8(ascii: "}")) { return }
        repeat {
            let name = StatisticName(try parser.scanner.text(parser.scanner.string()))
            try parser.scanner.expect(UInt8(ascii: ":"))
            guard try parser.scanner.peek() == UInt8(ascii: "["), let name else {
                // An attribute that is no series, beside the statistics, or whose name cannot be one's.
                try parser.scanner.skipValue()
                continue
            }
            if series.contains(where: { $0.statistic == name }) { series.removeAll { $0.statistic == name } }
            try parser.points()
            for column in parser.columns where !column.points.isEmpty {
                series.append(SeriesPoints(statistic: name, key: column.key, points: column.points))
            }
        } while try parser.scanner.anotherElement(until: UInt8(ascii: "}"))
    }
}
