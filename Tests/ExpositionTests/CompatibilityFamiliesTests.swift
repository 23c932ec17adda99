@testable import History
import Testing
import UsageModel

@testable import Exposition

@Suite("The Python exporter's metrics of servers")
struct CompatibilityFamiliesTests {
    private let minute: UnixTime = 1_784_073_600

    private func series(_ statistic: StatisticName, key: ServerName, minute time: UnixTime?) -> LatestSeries {
        LatestSeries(
            key: SeriesKey(application: "APP", api: .monitoring, statistic: statistic, key: key),
            hourly: Point(time: minute - 3600, value: .integer(99)), daily: nil,
            minutely: time.map { Point(time: $0, value: .real(71.5)) }, total: nil)
    }

    @Test("Each has the newest minute in Algolia's unit; clusters, old minutes and hours have none")
    func servers() {
        let latest = Latest(
            series: [
                series("cpu_usage", key: "c1-1", minute: minute), series("future", key: "c1-1", minute: minute),
                series("cpu_usage", key: "c1-2", minute: minute - 3600), series("latency", key: "c1", minute: minute),
                series("cpu_usage_max", key: "c1-1", minute: nil),
            ], freshness: [], coverage: [])
        var writer = ExpositionWriter(.text)
        CompatibilityFamilies(latest, recent: [:], options: MetricsOptions(), now: minute + 90)
            .write(to: &writer, dropping: [])
        #expect(
            String(decoding: writer.bytes, as: UTF8.self) == """
                # HELP algolia_infra_metric Newest minute of the server's metric, in Algolia's unit.
                # TYPE algolia_infra_metric gauge
                algolia_infra_metric{app_id="APP",metric="cpu_usage",server="c1-1"} 71.5
                algolia_infra_metric{app_id="APP",metric="future",server="c1-1"} 71.5

                """)
    }
}
