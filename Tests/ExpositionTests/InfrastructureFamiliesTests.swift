@testable import History
import Testing
import UsageModel

@testable import Exposition

@Suite("Families of servers and clusters")
struct InfrastructureFamiliesTests {
    private let minute: UnixTime = 1_784_073_600

    private func series(_ statistic: StatisticName, key: ServerName, _ value: PointValue, time: UnixTime? = nil)
        -> LatestSeries
    {
        LatestSeries(
            key: SeriesKey(application: "APP", api: .monitoring, statistic: statistic, key: key),
            hourly: Point(time: minute - 3600, value: .integer(99)), daily: nil,
            minutely: Point(time: time ?? minute, value: value), total: nil)
    }

    private func page(_ series: [LatestSeries], now: UnixTime? = nil) -> String {
        let latest = Latest(series: series, freshness: [], coverage: [])
        var writer = ExpositionWriter(.text)
        InfrastructureFamilies(latest, staleness: .init(), now: now ?? minute + 90).write(to: &writer)
        UsageFamilies(latest, staleness: .init(), now: now ?? minute + 90).write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("Values are in base units, by server or cluster, under names that say what they are")
    func names() {
        let page = page([
            series("cpu_usage", key: "c1-1", .real(71.5)), series("ram_search_usage", key: "c1-1", .integer(14_000)),
            series("ram_indexing_usage", key: "c1-1", .integer(1)), series("ssd_usage", key: "c1-1", .integer(50)),
            series("avg_build_time", key: "c1-1", .real(1.5)), series("latency", key: "c1", .integer(64)),
            series("indexing", key: "c1", .integer(200)), series("reachability", key: "c1", .integer(75)),
            series("future", key: "c1-1", .integer(7)),
        ])
        for line in [
            #"algolia_infrastructure_cpu_idle_ratio{application="APP",server="c1-1"} 0.715"#,
            #"algolia_infrastructure_ram_search_usage_bytes{application="APP",server="c1-1"} 14000000000"#,
            #"algolia_infrastructure_ram_indexing_usage_bytes{application="APP",server="c1-1"} 1000000"#,
            #"algolia_infrastructure_ssd_usage_ratio{application="APP",server="c1-1"} 0.5"#,
            #"algolia_infrastructure_avg_build_time_seconds{application="APP",server="c1-1"} 1.5"#,
            #"algolia_cluster_latency_seconds{application="APP",cluster="c1"} 0.064"#,
            #"algolia_cluster_indexing_seconds{application="APP",cluster="c1"} 0.2"#,
            #"algolia_cluster_reachability_ratio{application="APP",cluster="c1"} 0.75"#,
            #"algolia_infrastructure_future{application="APP",server="c1-1"} 7"#,
        ] {
            #expect(page.contains(line + "\n"), "\(line)")
        }
        #expect(!page.contains("algolia_usage_"))
        #expect(!page.contains("99"), "the hourly mean is not shown")
    }

    @Test("A cluster's status is a state set")
    func status() {
        let page = page([
            series("cluster_status", key: "c1", .integer(2)), series("cluster_status", key: "c2", .integer(0)),
        ])
        func line(_ cluster: ServerName, _ status: String, _ value: Int) -> String {
            #"algolia_cluster_status{application="APP",cluster="\#(cluster)",status="\#(status)"} \#(value)"#
        }
        let expected = [
            line("c1", "operational", 0), line("c1", "degraded_performance", 0), line("c1", "partial_outage", 1),
            line("c1", "major_outage", 0), line("c2", "operational", 1), line("c2", "degraded_performance", 0),
            line("c2", "partial_outage", 0), line("c2", "major_outage", 0),
        ]
        #expect(page.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init) == expected)
    }

    @Test("Hourly extremes are not shown, and nothing under a name that is taken")
    func hidden() {
        #expect(page([series("latency_max", key: "c1", .integer(1))]).isEmpty)
        #expect(page([series("cpu_usage_min", key: "c1-1", .integer(1))]).isEmpty)
        #expect(page([series("server_info", key: "c1-1", .integer(1))]).isEmpty)
        let twice = page([series("a-b", key: "s", .integer(1)), series("a_b", key: "s", .integer(2))])
        #expect(twice.contains(#"algolia_infrastructure_a_b{application="APP",server="s"} 1"#))
        #expect(!twice.contains("} 2"))
    }

    @Test("A usage statistic's name does not make a metric of servers one of usage")
    func otherAPI() {
        let page = page([series("records", key: "c1-1", .integer(5))])
        #expect(page.contains(#"algolia_infrastructure_records{application="APP",server="c1-1"} 5"#))
    }

    @Test("A value is left out when its minute is too long ago; a probe's when the next is overdue")
    func staleness() {
        let latest = Latest(
            series: [series("ssd_usage", key: "s", .integer(1)), series("latency", key: "c", .integer(1))],
            freshness: [], coverage: [])
        func shown(_ now: UnixTime) -> (server: Bool, probe: Bool) {
            var writer = ExpositionWriter(.text)
            InfrastructureFamilies(latest, staleness: .init(), now: now).write(to: &writer)
            let page = String(decoding: writer.bytes, as: UTF8.self)
            return (page.contains("ssd_usage_ratio{"), page.contains("latency_seconds{"))
        }
        let families = InfrastructureFamilies(latest, staleness: .init(), now: minute + 90)
        #expect(families.validUntil == minute + 661)
        #expect(shown(minute + 660) == (true, true))
        #expect(shown(minute + 661) == (false, true))
        #expect(shown(minute + 1800) == (false, true))
        #expect(shown(minute + 1801) == (false, false))
        let later = InfrastructureFamilies(latest, staleness: .init(), now: minute + 661)
        #expect(later.validUntil == minute + 1801)
    }
}
