import AlgoliaClient
import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@Suite("What is kept of the Monitoring API's answers")
struct MonitoringAnswerTests {
    private let world = World(start: World.start - World.start % 3600)
    private let log = CapturedLog()
    private let recorded = RecordedMetrics()

    private func collector(_ vendor: ScriptedMonitoring, _ history: History) throws -> MonitoringCollector {
        MonitoringCollector(
            settings: CollectionSettings(), client: try vendor.client(), history: history, clock: world.clock,
            metrics: recorded, logger: log.logger, generator: SeededGenerator(1))
    }

    private func run(_ collector: MonitoringCollector, for duration: Int64) async throws {
        try await world.run(collector, until: world.clock.now + duration)
    }

    private func points(_ history: History, _ statistic: StatisticName) async throws -> [ServerName: [Point]] {
        let range = TimeRange(World.start - 9 * 86_400, World.start + 86_400)
        let answer = try await history.range(
            RangeQuery(statistics: [statistic], granularity: .minutely, range: range), now: range.end, limit: .max)
        return Dictionary(uniqueKeysWithValues: answer.series.map { ($0.key.key, $0.points) })
    }

    /// A vendor whose only cluster is this one.
    private func vendor(_ cluster: String = "c1", servers: [String] = ["s2", "s1"]) -> ScriptedMonitoring {
        let vendor = ScriptedMonitoring(world)
        let entries = servers.map { #"{"name":"\#($0)","cluster":"\#(cluster)","region":"eu","is_replica":false}"# }
        vendor.answer("inventory", .body(#"{"inventory":[\#(entries.joined(separator: ","))]}"#))
        vendor.answer("infrastructure", .body(#"{"metrics":{}}"#))
        for probe in ["latency", "indexing"] { vendor.answer(probe, .body(#"{"metrics":{"\#(probe)":{}}}"#)) }
        vendor.answer("reachability", .body("{}"))
        vendor.answer("incidents", .body(#"{"incidents":{}}"#))
        vendor.answer("status", .body(#"{"status":{"c1":"operational"}}"#))
        return vendor
    }

    @Test("An incident of the year 9999 is no newest incident; one of some minutes ahead is: clocks differ")
    func incidents() async throws {
        let vendor = vendor()
        let now = world.clock.now
        func incident(_ time: Int64, _ title: String) -> String {
            #"{"t":\#(time * 1000),"v":{"title":"\#(title)","status":"degraded_performance"}}"#
        }
        let entries = [
            incident(253_402_300_740, "never"), incident(now - 86_400, "old"), incident(now + 200, "new"),
            incident(now - 50, "middle"),
        ]
        vendor.answer("incidents", .body(#"{"incidents":{"c1":[\#(entries.joined(separator: ","))]}}"#))
        let history = try world.openHistory()
        let collector = try collector(vendor, history)
        try await run(collector, for: 60)
        #expect(await collector.snapshot().incidents.map(\.title) == ["new"])
        let stored = try await history.incidents(range: TimeRange(0, .max / 4000))
        #expect(Set(stored.map(\.title)) == ["old", "new", "middle"])
    }

    @Test("A cluster that is gone leaves the state, and its history stays")
    func goneCluster() async throws {
        let vendor = vendor()
        vendor.answer("reachability", .body(#"{"c1":{"paris":true,"tokyo":false}}"#))
        vendor.answer(
            "incidents",
            .body(#"{"incidents":{"c1":[{"t":\#(world.clock.now)000,"v":{"title":"x","status":"operational"}}]}}"#))
        let history = try world.openHistory()
        let collector = try collector(vendor, history)
        try await run(collector, for: 120)
        #expect(await collector.snapshot().clusters == ["c1"])
        #expect(await collector.snapshot().reachability == ["c1": ["paris": true, "tokyo": false]])
        #expect(await collector.snapshot().incidents.count == 1)
        vendor.answer("inventory", .body(#"{"inventory":[{"name":"s9","cluster":"c2"}]}"#))
        vendor.answer("reachability", .body(#"{"c2":{"paris":true}}"#))
        vendor.answer("incidents", .body(#"{"incidents":{}}"#))
        vendor.answer("status", .body(#"{"status":{"c2":"major_outage"}}"#))
        try await run(collector, for: 3700)
        #expect(await collector.snapshot().clusters == ["c2"])
        #expect(await collector.snapshot().servers.map(\.name) == ["s9"])
        #expect(await collector.snapshot().reachability.keys.sorted() == ["c2"])
        #expect(await collector.snapshot().incidents.isEmpty)
        #expect(try await points(history, "reachability")["c1"]?.isEmpty == false)
    }

    @Test("Reachability is the share of the probes that get through, in percent; a cluster without probes has none")
    func reachability() async throws {
        let vendor = vendor()
        vendor.answer(
            "inventory",
            .body(
                #"{"inventory":[{"name":"a","cluster":"c1"},{"name":"b","cluster":"c2"},{"name":"c","cluster":"c3"},{"name":"d","cluster":""}]}"#
            ))
        vendor.answer(
            "reachability",
            .body(#"{"c1":{"p1":true,"p2":false,"p3":true,"p4":true},"c2":{},"c3":{"p1":false},"c9":{"p1":true}}"#))
        let history = try world.openHistory()
        let collector = try collector(vendor, history)
        try await run(collector, for: 60)
        #expect(await collector.snapshot().clusters == ["c1", "c2", "c3"], "a server without a cluster has none")
        let stored = try await points(history, "reachability")
        #expect(stored.keys.sorted() == ["c1", "c3"])
        #expect(stored["c1"]?.map(\.value.double) == [75] && stored["c3"]?.map(\.value.double) == [0])
        #expect(stored["c1"]?.first.map { $0.time % 60 } == 0)
    }

    @Test("A status in words that nobody knows is not stored as another, and the others are")
    func unknownStatus() async throws {
        let vendor = vendor()
        vendor.answer("inventory", .body(#"{"inventory":[{"name":"a","cluster":"c1"},{"name":"b","cluster":"c2"}]}"#))
        vendor.answer("status", .body(#"{"status":{"c1":"on_holiday","c2":"major_outage"}}"#))
        let history = try world.openHistory()
        let collector = try collector(vendor, history)
        try await run(collector, for: 60)
        let stored = try await points(history, "cluster_status")
        #expect(stored.keys.sorted() == ["c2"])
        let severity = try #require(ClusterStatus(name: "major_outage")?.rawValue)
        #expect(stored["c2"]?.map(\.value) == [.integer(severity)])
    }

    @Test("Points outside the period that was asked for are dropped, counted, and told once")
    func outside() async throws {
        let vendor = vendor()
        let now = world.clock.now
        let times = [now - 3000, now - 120, now - 100 * 86_400, now + 400 * 86_400, 253_402_300_740, 0, now + 30]
        let entries = times.map { #"{"t":\#($0)000,"v":7}"# }.joined(separator: ",")
        vendor.answer("infrastructure", .body(#"{"metrics":{"cpu_usage":{"s1":[\#(entries)]}}}"#))
        let history = try world.openHistory()
        let collector = try collector(vendor, history)
        try await run(collector, for: 600)
        let stored = try #require(try await points(history, "cpu_usage")["s1"])
        #expect(stored.allSatisfy { $0.time >= now - 90_000 && $0.time <= now + 600 })
        #expect(stored.contains { $0.time == now - 120 - (now - 120) % 60 })
        #expect(recorded.values["algolia_exporter_points_outside_range_total APP"] ?? 0 >= 4)
        #expect(log.lines.count { $0.contains("points outside the requested range") } == 1)
    }

    @Test("Parts that cannot be read are left out, told once, and the rest is kept")
    func unreadable() async throws {
        let vendor = vendor()
        vendor.answer("status", .body(#"{"status":{"c1":{"nested":1},"c2":"operational"}}"#))
        vendor.answer("inventory", .body(#"{"inventory":[{"name":"a","cluster":"c1"},{"name":"b","cluster":"c2"}]}"#))
        let history = try world.openHistory()
        let collector = try collector(vendor, history)
        try await run(collector, for: 300)
        #expect(try await points(history, "cluster_status")["c2"]?.isEmpty == false)
        #expect(log.lines.count { $0.contains("unreadable parts") } == 1, "\(log.lines)")
    }

    @Test(
        "An answer that is none is a failure of that request alone",
        arguments: [
            "", "null", "<html>", #"{"status":503,"message":"Service Unavailable"}"#, #"{"inventory":"#,
        ])
    func noAnswer(body: String) async throws {
        let vendor = vendor()
        let history = try world.openHistory()
        let collector = try collector(vendor, history)
        try await run(collector, for: 60)
        #expect(await collector.snapshot().isUp)
        vendor.answer("inventory", .body(body))
        try await run(collector, for: 3700)
        #expect(await !collector.snapshot().isUp)
        #expect(await collector.snapshot().servers.map(\.name) == ["s1", "s2"], "what was known stays, sorted")
        let states = try await points(history, "cluster_status")["c1"]?.count ?? 0
        #expect(states > 58, "and the others go on")
    }
}
