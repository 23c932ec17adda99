public import History
public import UsageModel

/// Writes the history as OpenMetrics 1.0 with timestamps, as `promtool tsdb create-blocks-from
/// openmetrics` reads it: family by family, series by series, ascending in time.
///
/// Constant memory: a page of one series at a time.
public struct OpenMetricsExport: Sendable {
    private let series: [(stored: StoredSeries, historical: HistoricalSeries)]
    private let range: TimeRange

    /// - Parameters:
    ///   - series: the stored series to write; those that `/metrics` does not have are left out.
    ///   - granularities: the widths of buckets to write.
    public init(_ series: [StoredSeries], granularities: [Granularity], range: TimeRange) {
        self.range = range
        var owners: [String: String] = [:]
        self.series = series.flatMap { stored in
            granularities.flatMap { HistoricalSeries.all(stored.key, $0) }.map { (stored, $0) }
        }.filter { stored, historical in
            // Two unknown names can become the same metric name; the first keeps it.
            let owner = "\(stored.key.api.rawValue) \(stored.key.statistic)"
            return owners[historical.metric, default: owner] == owner
                && {
                    owners[historical.metric] = owner
                    return true
                }()
        }.sorted { ($0.1.metric, $0.1.labels.text) < ($1.1.metric, $1.1.labels.text) }
    }

    /// Writes everything.
    /// - Parameter write: is given the text piece by piece.
    /// - Returns: how many samples there were.
    @discardableResult
    public func write(from history: History, to write: ([UInt8]) throws -> Void) async throws -> Int {
        var samples = 0
        var family = ""
        for (stored, historical) in series {
            var rest: TimeRange? = range
            while let asked = rest {
                let page = try await history.page(of: stored, historical.granularity, range: asked)
                rest = page.rest
                guard !page.points.isEmpty else { continue }
                var head: [UInt8] = []
                if family != historical.metric {
                    family = historical.metric
                    var writer = ExpositionWriter(.openMetrics)
                    writer.family(family, .gauge, help: historical.help)
                    head = writer.bytes
                }
                samples += page.points.count
                try write(head + Self.samples(page.points, historical))
            }
        }
        try write(Array("# EOF\n".utf8))
        return samples
    }

    private static func samples(_ points: [Point], _ series: HistoricalSeries) -> [UInt8] {
        let prefix = Array("\(series.metric){\(series.labels.text)} ".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(points.count * (prefix.count + 24))
        for point in points {
            bytes += prefix
            bytes += ExpositionWriter.number(series.value(point)).utf8
            bytes.append(UInt8(ascii: " "))
            bytes += series.time(point).description.utf8
            bytes.append(0x0A)
        }
        return bytes
    }
}
