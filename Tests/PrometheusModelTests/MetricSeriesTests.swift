import TestSupport
import Testing
import UsageModel

@testable import PrometheusModel

@Suite("Series as Prometheus sees them")
struct MetricSeriesTests {
    private func all(
        _ statistic: StatisticName, _ granularity: Granularity, key: ServerName = "", index: IndexName = "",
        api: API = .usage
    ) -> [MetricSeries] {
        MetricSeries.all(
            SeriesKey(application: "APP", api: api, statistic: statistic, index: index, key: key), granularity)
    }

    @Test("A count has hours and days; a gauge of usage hours; of servers minutes")
    func granularities() {
        #expect(all("total_search_requests", .hourly).map(\.metric) == ["algolia_usage_total_search_requests_hourly"])
        #expect(all("total_search_requests", .daily).map(\.metric) == ["algolia_usage_total_search_requests_daily"])
        #expect(all("total_search_requests", .minutely).isEmpty)
        #expect(all("records", .hourly).map(\.metric) == ["algolia_usage_records"])
        #expect(all("records", .daily).isEmpty && all("records", .minutely).isEmpty)
        let server = all("cpu_usage", .minutely, key: "c4-fr-1", api: .monitoring)
        #expect(server.map(\.metric) == ["algolia_infrastructure_cpu_idle_ratio"])
        #expect(all("cpu_usage", .hourly, key: "c4-fr-1", api: .monitoring).isEmpty)
        #expect(all("cpu_usage_min", .minutely, key: "c4-fr-1", api: .monitoring).isEmpty)
    }

    @Test("A statistic that is called as the inventory of servers has no series")
    func reserved() {
        #expect(all("server_info", .minutely, key: "c", api: .monitoring).isEmpty)
        #expect(all("server_infos", .minutely, key: "c", api: .monitoring).count == 1)
    }

    @Test("A sample is stamped at the end of its bucket", arguments: Granularity.allCases)
    func times(granularity: Granularity) throws {
        let key = SeriesKey(
            application: "APP", api: granularity == .minutely ? .monitoring : .usage,
            statistic: granularity == .minutely ? "cpu_usage" : "total_search_requests",
            key: granularity == .minutely ? "c" : "")
        let series = try #require(MetricSeries.all(key, granularity).first)
        for time in [0, -86_400, 1_709_164_800, 1_735_603_200] as [UnixTime] {
            #expect(series.time(Point(time: time, value: .integer(1))) == time + granularity.seconds)
        }
    }

    @Test("A value is the same whether it is asked for as a number or as a sample", arguments: 0..<4 as Range<UInt64>)
    func values(seed: UInt64) throws {
        var generator = SeededGenerator(seed)
        let series =
            all("records", .hourly) + all("avg_processing_time", .hourly)
            + all("total_used_search_capacity", .hourly)
            + all("ram_search_usage", .minutely, key: "c", api: .monitoring)
            + all("cluster_status", .minutely, key: "c", api: .monitoring)
        #expect(series.count == 8)
        let borders: [PointValue] = [
            .integer(0), .integer(1 << 53), .integer((1 << 53) + 1), .integer(.max), .integer(.min), .real(-0.0),
            .real(1e308),
            .real(.leastNonzeroMagnitude),
        ]
        let random =
            (0..<200).map { _ in PointValue.integer(.random(in: -1000...1000, using: &generator)) }
            + (0..<200).map { _ in PointValue(Double.random(in: -1e6...1e6, using: &generator)) }
        for value in borders + random {
            let point = Point(time: 0, value: value)
            for one in series {
                #expect(one.value(point).double == one.double(point), "seed \(seed): \(one.metric) of \(value)")
            }
        }
    }

    @Test("A state set has one series for each state, and one of them is 1")
    func states() {
        let series = all("cluster_status", .minutely, key: "c4-fr", api: .monitoring)
        #expect(series.count == ClusterStatus.allCases.count)
        for status in ClusterStatus.allCases {
            let point = Point(time: 0, value: .integer(status.rawValue))
            #expect(series.map { $0.double(point) }.reduce(0, +) == 1)
            let isOn = series.filter { $0.double(point) == 1 }
            #expect(isOn.map { $0.labels.first { $0.name == "status" }?.value } == [status.name])
        }
        // A state that nobody knows is none of them.
        #expect(series.allSatisfy { $0.double(Point(time: 0, value: .integer(99))) == 0 })
    }

    @Test("Labels ascend by their bytes, the metric's name first, whatever the key is")
    func labels() {
        for index in ["", "shop", "\u{1F6D2}", "__name__"] as [IndexName] {
            for series in all("records", .hourly, index: index) {
                #expect(series.labels.first?.name == "__name__")
                #expect(series.labels == series.labels.sorted())
                #expect(series.labels.count == (index.isEmpty ? 2 : 3))
                #expect(series.metric == (index.isEmpty ? "algolia_usage_records" : "algolia_index_usage_records"))
            }
        }
    }

    @Test("Texts are equal and ordered by their bytes, as Prometheus does", arguments: 0..<4 as Range<UInt64>)
    func bytes(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let alphabet: [Unicode.Scalar] = ["\0", "a", "e", "\u{301}", "\u{E9}", "\u{FFFD}", "\u{10000}", "\u{7F}"]
        func text() -> String {
            String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...4, using: &generator)).map { _ in alphabet.randomElement(using: &generator)!
                    }))
        }
        for _ in 0..<3000 {
            let (left, right) = (text(), text())
            let (a, b) = (Array(left.utf8), Array(right.utf8))
            #expect((ExactText(left) == ExactText(right)) == (a == b), "seed \(seed)")
            #expect((Set([ExactText(left), ExactText(right)]).count == 1) == (a == b), "seed \(seed)")
            #expect((Label("n", left) < Label("n", right)) == a.lexicographicallyPrecedes(b), "seed \(seed)")
            #expect((Label(left, "v") < Label(right, "v")) == a.lexicographicallyPrecedes(b), "seed \(seed)")
            #expect((Label(left, "v") == Label(right, "v")) == (a == b), "seed \(seed)")
        }
    }

    @Test(
        "The unit of a family is the one its name ends in",
        arguments: [
            ("algolia_usage_processing_time_p90_seconds", "seconds"), ("algolia_usage_data_size_bytes", "bytes"),
            ("algolia_infrastructure_cpu_idle_ratio", "ratio"), ("algolia_usage_records", ""), ("seconds", ""),
            ("algolia_usage_seconds_total", ""), ("", ""),
        ])
    func units(family: String, unit: String) {
        #expect(MetricName.unit(of: family) == unit)
    }

    @Test("Milliseconds become seconds and percent a ratio by division, which is exact where the result is")
    func baseUnits() {
        #expect(BaseUnit(.milliseconds).value(.integer(1)) == .real(0.001))
        #expect(BaseUnit(.milliseconds).value(.integer(3000)) == .integer(3))
        #expect(BaseUnit(.percent).double(.integer(7)) == 0.07)
        #expect(BaseUnit(.megabytes).value(.integer(3)) == .integer(3_000_000))
        #expect(BaseUnit(.bytes) == .same)
        // As it is, beyond what a double holds.
        #expect(BaseUnit(.bytes).value(.integer(.max)) == .integer(.max))
    }
}

@Suite("All series as Prometheus sees them")
struct MetricSeriesSetTests {
    private static let keys = [
        SeriesKey(application: "APP", statistic: "records"),
        SeriesKey(application: "APP", statistic: "records", index: "shop"),
        SeriesKey(application: "APP", statistic: "records", index: "\u{E9}"),
        SeriesKey(application: "APP", statistic: "total_search_requests"),
        SeriesKey(application: "B", statistic: "total_search_requests"),
        SeriesKey(application: "APP", statistic: "max_qps", key: "c-1"),
        SeriesKey(application: "APP", statistic: "brand.new"),
        SeriesKey(application: "APP", api: .monitoring, statistic: "cluster_status", key: "c"),
        SeriesKey(application: "APP", api: .monitoring, statistic: "cpu_usage_min", key: "c"),
    ]

    @Test("A family is one run of members, and the runs together are all of them")
    func families() {
        let set = MetricSeriesSet(Self.keys)
        for (name, range) in set.families {
            #expect(!range.isEmpty)
            #expect(set.members[range].allSatisfy { $0.series.metric == name })
        }
        #expect(set.families.values.reduce(0) { $0 + $1.count } == set.members.count)
        for (first, second) in zip(set.members, set.members.dropFirst()) {
            #expect(first.series.labels.lexicographicallyPrecedes(second.series.labels), "no two are the same")
        }
        #expect(set.members.allSatisfy { Self.keys[$0.position] == $0.series.key })
        #expect(!set.members.contains { $0.position == 8 }, "an hourly extreme")
    }

    @Test("The order in which the series are stored does not matter", arguments: 0..<10 as Range<UInt64>)
    func order(seed: UInt64) {
        var generator = SeededGenerator(seed)
        let expected = MetricSeriesSet(Self.keys).members.map(\.series.labels)
        let shuffled = Self.keys.shuffled(using: &generator)
        #expect(MetricSeriesSet(shuffled).members.map(\.series.labels) == expected, "seed \(seed)")
    }

    @Test("Only the widths that are wanted are there")
    func granularities() {
        for granularity in Granularity.allCases {
            let set = MetricSeriesSet(Self.keys, granularities: [granularity])
            #expect(!set.members.isEmpty)
            #expect(set.members.allSatisfy { $0.series.granularity == granularity })
        }
        #expect(MetricSeriesSet(Self.keys, granularities: []).members.isEmpty)
        #expect(MetricSeriesSet([]).members.isEmpty)
    }

    @Test("A known statistic keeps its name, also when an unknown one of the same name was stored first")
    func known() {
        let keys = [
            SeriesKey(application: "APP", statistic: "max-qps", key: "c"),
            SeriesKey(application: "APP", statistic: "max_qps", key: "c"),
        ]
        #expect(MetricSeriesSet(keys).members.map(\.position) == [1])
        #expect(MetricSeriesSet(keys.reversed()).members.map(\.position) == [0])
        #expect(MetricSeriesSet(Array(keys[..<1])).members.map(\.position) == [0], "alone it has the name")
    }
}
