import Exposition
import History
import TestSupport
import Testing
import UsageModel

@Suite("The history as Prometheus sees it")
struct OpenMetricsExportTests {
    private let folder = TemporaryFolder()
    /// 2026-07-15T00:00:00Z.
    private let start: UnixTime = 1_784_073_600

    private func store(
        _ history: History, _ statistic: StatisticName, key: ServerName = "", index: IndexName = "", api: API = .usage,
        by granularity: Granularity = .hourly, _ values: [Double]
    ) async throws {
        let width = granularity.seconds
        let points = values.enumerated().map { Point(time: start + Int64($0) * width, value: PointValue($1)) }
        _ = try await history.store(
            [SeriesPoints(statistic: statistic, key: key, points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), api: api, granularity: granularity,
                range: TimeRange(start, start + Int64(values.count) * width), statistics: .all,
                fetchedAt: start + 900 * 86_400, settleDelay: 7200))
    }

    private func export(
        _ history: History, _ granularities: [Granularity] = Granularity.allCases, range: TimeRange? = nil,
        now: UnixTime? = nil
    ) async throws -> (text: String, samples: Int) {
        var bytes: [UInt8] = []
        let samples = try await OpenMetricsExport(
            history.storedSeries(), granularities: granularities, range: range ?? TimeRange(0, start + 900 * 86_400),
            now: now ?? start + 900 * 86_400
        ).write(from: history) { bytes += $0 }
        return (String(decoding: bytes, as: UTF8.self), samples)
    }

    @Test("Each bucket is a sample of the family of /metrics, in its unit, stamped at its end")
    func samples() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "insights_operations", [5, 6])
        try await store(history, "insights_operations", by: .daily, [11])
        try await store(history, "90p_processing_time", index: "shop/\"eu\"", [14])
        try await store(history, "max_qps", key: "c4-fr-1", [40])
        let exported = try await export(history)
        #expect(
            exported.text
                == """
                # HELP algolia_index_usage_processing_time_p90_seconds Hour of Algolia's statistic 90p_processing_time: 90th percentile of processing time (vendor's unit: milliseconds).
                # TYPE algolia_index_usage_processing_time_p90_seconds gauge
                algolia_index_usage_processing_time_p90_seconds{application="APP",index="shop/\\"eu\\""} 0.014 1784077200
                # HELP algolia_usage_insights_operations_daily Day of Algolia's statistic insights_operations: operations on the Insights API (vendor's unit: operations).
                # TYPE algolia_usage_insights_operations_daily gauge
                algolia_usage_insights_operations_daily{application="APP"} 11 1784160000
                # HELP algolia_usage_insights_operations_hourly Hour of Algolia's statistic insights_operations: operations on the Insights API (vendor's unit: operations).
                # TYPE algolia_usage_insights_operations_hourly gauge
                algolia_usage_insights_operations_hourly{application="APP"} 5 1784077200
                algolia_usage_insights_operations_hourly{application="APP"} 6 1784080800
                # HELP algolia_usage_max_qps Hour of Algolia's statistic max_qps: maximum queries per second per server (vendor's unit: queries per second).
                # TYPE algolia_usage_max_qps gauge
                algolia_usage_max_qps{application="APP",server="c4-fr-1"} 40 1784077200
                # EOF

                """.replacing(
                    "# TYPE algolia_index_usage_processing_time_p90_seconds gauge\n",
                    with:
                        "# TYPE algolia_index_usage_processing_time_p90_seconds gauge\n# UNIT algolia_index_usage_processing_time_p90_seconds seconds\n"
                ))
        #expect(exported.samples == 5)
    }

    @Test("A range of several years comes whole and in order, page by page")
    func long() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "records", (0..<20_000).map(Double.init))
        let exported = try await export(history)
        let samples = exported.text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(exported.samples == 20_000)
        #expect(
            samples.enumerated().allSatisfy { number, line in
                line == "algolia_usage_records{application=\"APP\"} \(number) \(start + Int64(number + 1) * 3600)"
            })
        #expect(exported.text.split(separator: "\n").count { $0.hasPrefix("# TYPE") } == 1, "one family, told once")
        let part = try await export(history, range: TimeRange(start + 7200, start + 4 * 3600))
        #expect(part.samples == 2)
    }

    @Test("A cluster's status is a state set over time; what /metrics does not have is left out")
    func states() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "cluster_status", key: "c4-fr", api: .monitoring, by: .minutely, [0, 3])
        try await store(history, "records", by: .daily, [1])
        let exported = try await export(history)
        #expect(exported.samples == 8)
        let major = exported.text.split(separator: "\n").filter { $0.contains("status=\"major_outage\"") }
        #expect(
            major.map { $0.split(separator: " ").dropFirst().joined(separator: " ") } == [
                "0 \(start + 60)", "1 \(start + 120)",
            ])
        #expect(!exported.text.contains("algolia_usage_records"))
    }

    @Test("A bucket that has not ended has no sample yet, and none has a time to come")
    func unfinished() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "insights_operations", [5, 6, 7])
        try await store(history, "insights_operations", by: .daily, [11, 12])
        let now = start + 86_400 + 7200 + 600
        let text = try await export(history, now: now).text
        let times = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap {
            $0.split(separator: " ").last.flatMap { UnixTime($0) }
        }
        #expect(times == [start + 86_400, start + 3600, start + 7200, start + 10_800])
        let early = try await export(history, now: start + 7200 + 600).text
        #expect(early.contains(" 6 \(start + 7200)\n") && !early.contains("\(start + 10_800)"))
        #expect(!early.contains("daily"))
    }

    @Test("An empty history is an empty document")
    func empty() async throws {
        let history = try History(path: folder.file("history.db"))
        #expect(try await export(history).text == "# EOF\n")
    }

    @Test("Labels of the configuration are exported, too")
    func labels() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, "records", index: "a", [5])
        var bytes: [UInt8] = []
        try await OpenMetricsExport(
            history.storedSeries(), granularities: [.hourly], range: TimeRange(0, start + 86_400), now: start + 86_400,
            labels: ApplicationLabels(["APP": ["team": "a\"b"], "OTHER": ["team": "c"]])
        ).write(from: history) { bytes += $0 }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(
            text.contains(
                "\nalgolia_index_usage_records{application=\"APP\",index=\"a\",team=\"a\\\"b\"} 5 1784077200\n"),
            "\(text)")
    }
}
