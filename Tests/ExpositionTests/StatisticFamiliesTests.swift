@testable import History
import Testing
import UsageModel

@testable import Exposition

@Suite("No more series than allowed")
struct StatisticFamiliesTests {
    private let hour: UnixTime = 1_784_073_600

    /// Requests of a day (or an hour) and a number of records.
    private func index(_ name: IndexName, daily: Int64? = nil, hourly: Int64? = nil) -> [LatestSeries] {
        let requests = LatestSeries(
            key: SeriesKey(application: "APP", statistic: "total_search_requests", index: name),
            hourly: hourly.map { Point(time: hour, value: .integer($0)) },
            daily: daily.map { Point(time: hour - 86_400, value: .integer($0)) }, total: nil)
        let records = LatestSeries(
            key: SeriesKey(application: "APP", statistic: "records", index: name),
            hourly: Point(time: hour, value: .integer(1)), daily: nil, total: nil)
        return [requests, records]
    }

    private func rendered(
        _ series: [LatestSeries], max: Int, reserved: Int = 0, filter: MetricFilter? = nil
    ) -> (page: String, samples: Int, dropped: DroppedSeries) {
        let application = LatestSeries(
            key: SeriesKey(application: "APP", statistic: "records"),
            hourly: Point(time: hour, value: .integer(9)), daily: nil, total: nil)
        let families = StatisticFamilies(
            Latest(series: [application] + series, freshness: [], coverage: []),
            options: MetricsOptions(maxSeries: max), now: hour + 3700)
        var writer = ExpositionWriter(.text, filter: filter)
        let dropped = families.write(to: &writer, reserved: reserved)
        return (String(decoding: writer.bytes, as: UTF8.self), writer.samples, dropped)
    }

    private func names(_ dropped: DroppedSeries) -> [String] { dropped.indices.map(\.index.text).sorted() }

    /// 2 + 2 + 3 + 2 samples, the application's own and the gauge.
    private var series: [LatestSeries] {
        index("busy", daily: 1000) + index("idle", daily: 5) + index("both", daily: 500, hourly: 1_000_000)
            + index("young", hourly: 700)
    }

    @Test("While everything fits, nothing is dropped, and the gauge says so")
    func fits() {
        let (page, samples, dropped) = rendered(series, max: 11)
        #expect(samples == 11)
        #expect(dropped.series == 0 && dropped.indices.isEmpty)
        #expect(page.contains("\nalgolia_exporter_series_dropped 0\n"))
        #expect(page.contains(#"{application="APP",index="idle"}"#))
    }

    @Test(
        "The least active indices are dropped whole, by their newest day, failing that by their newest hour",
        arguments: [
            (10, ["idle"], 2, 9), (9, ["idle"], 2, 9), (8, ["both", "idle"], 5, 6), (6, ["both", "idle"], 5, 6),
            (5, ["both", "idle", "young"], 7, 4), (1, ["both", "busy", "idle", "young"], 9, 2),
        ])
    func drops(max: Int, expected: [String], series count: Int, samples: Int) {
        let result = rendered(series, max: max)
        #expect(names(result.dropped) == expected)
        #expect(result.dropped.series == count)
        #expect(result.samples == samples)
        #expect(result.page.contains("\nalgolia_exporter_series_dropped \(count)\n"))
        for name in expected { #expect(!result.page.contains("index=\"\(name)\"")) }
        #expect(result.page.contains(#"algolia_usage_records{application="APP"} 9"#))
        #expect(rendered(series.shuffled(), max: max).dropped == result.dropped)
    }

    @Test("The rest of the page counts")
    func reserved() {
        #expect(names(rendered(series, max: 100, reserved: 90).dropped) == ["idle"])
        #expect(names(rendered(series, max: 100, reserved: 89).dropped).isEmpty)
    }

    @Test("Of equals, the first by name go first")
    func ties() {
        let series = ["b", "c", "a"].flatMap { index($0, daily: 5) }
        #expect(names(rendered(series, max: 7).dropped) == ["a"])
        #expect(names(rendered(series, max: 5).dropped) == ["a", "b"])
    }

    @Test("What a filter hides does not count")
    func filtered() throws {
        let filter = try MetricFilter(include: [".*"], exclude: ["algolia_index_usage_records"])
        let result = rendered(series, max: 7, filter: filter)
        #expect(result.samples == 7 && result.dropped.series == 0)
        #expect(names(rendered(series, max: 6, filter: filter).dropped) == ["idle"])
    }

    @Test("Searches, indexing and record operations are added up")
    func activity() {
        func day(_ statistic: StatisticName, _ index: IndexName, _ value: Int64) -> LatestSeries {
            LatestSeries(
                key: SeriesKey(application: "APP", statistic: statistic, index: index), hourly: nil,
                daily: Point(time: hour, value: .integer(value)), total: nil)
        }
        let latest = Latest(
            series: [
                day("total_search_requests", "a", 1), day("total_indexing_operations", "a", 20),
                day("total_records_operations", "a", 300), day("total_operations", "a", 4000),
            ], freshness: [], coverage: [])
        #expect(latest.activityByIndex == [Scope(application: "APP", index: "a"): 321])
    }
}
