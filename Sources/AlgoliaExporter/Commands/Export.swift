import ArgumentParser
import Exposition
import History
import Output
import Settings
import UsageModel

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
                throw ValidationError("expected hourly, daily or minutely")
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
        try await DatabaseCommand.withHistory(common, readOnly: true) { history, settings in
            let now = SystemClock().now
            let range = try range(now: now)
            let series = try select(try await history.storedSeries())
            let granularities = try granularities()
            let target = try OutputFile(output)
            switch format {
            case .openmetrics:
                try await OpenMetricsExport(
                    series, granularities: granularities, range: range, now: now, labels: settings.applicationLabels
                ).write(from: history, to: target.write)
            case .csv, .jsonl:
                try await RowsExport(
                    series, granularity: granularities[0], range: range, format: format == .csv ? .csv : .jsonLines
                ).write(from: history, to: target.write)
            }
            try target.close()
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
        let choice = SeriesChoice(
            statistics: statistics, applications: application.compactMap { ApplicationID($0) },
            indices: index.compactMap { IndexName($0) })
        do throws(SeriesChoice.UnknownName) {
            return try choice.selected(from: series)
        } catch {
            let kind = error.kind.rawValue
            throw CommandError("--\(kind): there is no \(kind) \"\(error.name)\" in the history")
        }
    }
}
