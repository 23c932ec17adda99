import ArgumentParser
import History
import Prometheus
import UsageModel
import Web

struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Export the history as OpenMetrics, CSV or JSON Lines.",
        discussion: """
            OpenMetrics uses the names, labels and units of /metrics and the end of each bucket as its time;
            import it with `promtool tsdb create-blocks-from openmetrics`. CSV and JSON Lines contain Algolia's
            original values and the start of each bucket. The exporter may keep running.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable { case openmetrics, csv, jsonl }

    @OptionGroup var common: CommonOptions

    @Option(help: "Output format: openmetrics, csv or jsonl.")
    var format = Format.openmetrics

    @Option(help: "Comma-separated statistics. Default: all.")
    var statistic: String?

    @Option(help: "Application id; repeatable. Default: all.")
    var application: [String] = []

    @Option(help: "Index name, or * for all indices; repeatable. Default: all indices and application-level data.")
    var index: [String] = []

    @Option(
        help:
            "hourly, daily or minutely. Repeatable for openmetrics, where the default is all; csv and jsonl: one, default hourly.",
        transform: { text in
            guard let granularity = Granularity(rawValue: text) else {
                throw ValidationError("'\(text)' is not a granularity; expected hourly, daily or minutely")
            }
            return granularity
        })
    var granularity: [Granularity] = []

    @Option(help: "Start of the range: \(TimeText.accepted). Default: the oldest data.")
    var start: String?

    @Option(help: "End of the range (exclusive), in the same formats. Default: now.")
    var end: String?

    @Option(name: .shortAndLong, help: "Output file. Default: standard output.")
    var output: String?

    func run() async throws {
        try await DatabaseCommand.withHistory(common, readOnly: true) { history in
            let range = try range(now: SystemClock().now)
            let series = try select(try await history.storedSeries())
            let granularities = try granularities()
            let target = try OutputFile(output)
            switch format {
            case .openmetrics:
                try await OpenMetricsExport(series, granularities: granularities, range: range)
                    .write(from: history, to: target.write)
            case .csv, .jsonl:
                if format == .csv { try target.write(RangeEncoding.csvHeader) }
                for one in series {
                    for granularity in granularities {
                        try await write(one, granularity, range, from: history, to: target)
                    }
                }
            }
            try target.close()
        }
    }

    private func write(
        _ series: StoredSeries, _ granularity: Granularity, _ range: TimeRange, from history: History,
        to target: OutputFile
    ) async throws {
        var rest: TimeRange? = range
        while let asked = rest {
            let page = try await history.page(of: [series], granularity, range: asked)
            rest = page.rest
            try target.write(
                format == .csv
                    ? RangeEncoding.csv(series.key, page.points[0])
                    : RangeEncoding.jsonLines(series.key, page.points[0]))
        }
    }

    /// Rows do not say how wide their buckets are, so they are all of one width.
    private func granularities() throws -> [Granularity] {
        if format == .openmetrics { return granularity.isEmpty ? Granularity.allCases : granularity }
        guard granularity.count <= 1 else {
            throw CommandError("--granularity is given \(granularity.count) times; expected one for \(format.rawValue)")
        }
        return granularity.isEmpty ? [.hourly] : granularity
    }

    private func range(now: UnixTime) throws -> TimeRange {
        func time(_ text: String?, _ option: String, otherwise: UnixTime) throws -> UnixTime {
            guard let text else { return otherwise }
            guard let time = TimeText.parse(text, now: now) else {
                throw CommandError("--\(option): \"\(text)\" is not a time; expected \(TimeText.accepted)")
            }
            return time
        }
        let first = try time(start, "start", otherwise: 0)
        let last = try time(end, "end", otherwise: now)
        guard first < last else {
            throw CommandError("--start (\(RFC3339.string(first))) is not before --end (\(RFC3339.string(last)))")
        }
        return TimeRange(first, last)
    }

    /// The series that the options are about; what they name must exist.
    private func select(_ series: [StoredSeries]) throws -> [StoredSeries] {
        // An argument has no NUL, so that each of them is a name.
        let statistics = statistic.map {
            $0.unicodeScalars.split(separator: ",").compactMap { StatisticName(String($0)) }
        }
        let applications = application.compactMap { ApplicationID($0) }
        let indices = index.compactMap { IndexName($0) }
        func require<Kind>(
            _ names: [VendorName<Kind>], _ option: String, _ known: Set<VendorName<Kind>>
        ) throws {
            if let name = names.first(where: { !known.contains($0) }) {
                throw CommandError("--\(option): there is no \(option) \"\(name)\" in the history")
            }
        }
        try require(statistics ?? [], "statistic", Set(series.map(\.key.statistic)))
        try require(applications, "application", Set(series.map(\.key.application)))
        try require(indices.filter { $0 != "*" }, "index", Set(series.map(\.key.index)))
        return series.filter { one in
            statistics?.contains(one.key.statistic) ?? true
                && (applications.isEmpty || applications.contains(one.key.application))
                && (indices.isEmpty || indices.contains(one.key.index)
                    || indices.contains("*") && !one.key.index.isEmpty)
        }
    }
}
