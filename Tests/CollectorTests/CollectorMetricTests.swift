import AlgoliaClient
import CoreMetrics
import History
import TestSupport
import Testing
import UsageModel

@testable import Collector

@Suite("The collector's metrics")
struct CollectorMetricTests {
    private let recorded = RecordedMetrics()

    private func metrics(_ application: ApplicationID = "APP") -> CollectorMetrics {
        CollectorMetrics(application: application, factory: recorded)
    }

    @Test("Counters are there from the start, at 0; gauges when there is something to say")
    func start() {
        _ = metrics()
        #expect(
            recorded.values == [
                "algolia_exporter_points_stored_total": 0, "algolia_exporter_points_outside_range_total APP": 0,
            ])
    }

    @Test("Points stored are one counter of all applications, points outside one of each")
    func counters() {
        let (one, other) = (metrics("ONE"), metrics("TWO"))
        one.stored(5)
        other.stored(7)
        one.outside(2)
        #expect(recorded.values["algolia_exporter_points_stored_total"] == 12)
        #expect(recorded.values["algolia_exporter_points_outside_range_total ONE"] == 2)
        #expect(recorded.values["algolia_exporter_points_outside_range_total TWO"] == 0)
    }

    @Test("An API is up after a success and down after a failure, each by itself; the time of the success stays")
    func apis() {
        let metrics = metrics()
        metrics.succeeded(.usage, now: World.start)
        metrics.failed(.search)
        metrics.failed(.usage)
        let values = recorded.values
        #expect(values["algolia_exporter_up APP usage"] == 0 && values["algolia_exporter_up APP search"] == 0)
        #expect(values["algolia_exporter_last_success_timestamp_seconds APP usage"] == Double(World.start))
        #expect(values["algolia_exporter_last_success_timestamp_seconds APP search"] == nil)
        metrics.succeeded(.usage, now: World.start + 1)
        #expect(recorded.values["algolia_exporter_up APP usage"] == 1)
    }

    @Test(
        "The clock's offset is shown to a tenth of a second",
        arguments: [
            (0.0, 0.0), (0.04, 0), (0.05, 0.1), (-61.26, -61.3), (864_000.123, 864_000.1),
        ])
    func offset(seconds: Double, shown: Double) {
        metrics().clockOffset(seconds, .usage)
        #expect(recorded.values["algolia_exporter_clock_offset_seconds APP usage"] == shown)
    }

    @Test("What remains, is set aside and is limited is shown for hours and days, summed over all scopes")
    func remaining() throws {
        let metrics = metrics()
        var collection = PlannedCollection(indices: ["a"])
        let key = ReachKey(.application, .hourly)
        collection.planner.reaches.setHorizon(
            VendorHorizon(level: .application, granularity: .hourly, age: 2_592_000, reason: "", triedAt: World.start),
            for: key)
        for index in ["", "a"] as [IndexName] {
            collection.planner.update(PlannedCollection.scope(index), .hourly) { track in
                track.setAside = [
                    SetAside(
                        scope: track.scope, granularity: .hourly, statistic: "records",
                        range: TimeRange(0, 3600), reason: "", triedAt: World.start)
                ]
            }
        }
        metrics.remaining(collection.planner, now: collection.now)
        let values = recorded.values
        #expect(values["algolia_exporter_set_aside_ranges APP hourly"] == 2)
        #expect(values["algolia_exporter_set_aside_ranges APP daily"] == 0)
        #expect(values["algolia_exporter_vendor_horizon_seconds APP hourly"] == 2_592_000)
        #expect(values["algolia_exporter_vendor_horizon_seconds APP daily"] == nil)
        let hourly = try #require(values["algolia_exporter_backfill_remaining_seconds APP hourly"])
        #expect(hourly == Double(collection.planner.remaining(.hourly, now: collection.now)) && hourly > 0)
        collection.planner.reaches.setHorizon(nil, for: key)
        try collection.finish()
        metrics.remaining(collection.planner, now: collection.now)
        #expect(recorded.values["algolia_exporter_vendor_horizon_seconds APP hourly"] == nil, "nothing is limited now")
        #expect(recorded.values["algolia_exporter_backfill_remaining_seconds APP hourly"] == 0)
    }

    @Test("An application that is no longer collected leaves no gauge behind, and others keep theirs")
    func forget() {
        let (gone, other) = (metrics("GONE"), metrics("OTHER"))
        for metrics in [gone, other] {
            for api in API.allCases {
                metrics.succeeded(api, now: World.start)
                metrics.clockOffset(1, api)
            }
            metrics.storage(isUp: true)
            metrics.remaining(PlannedCollection().planner, now: World.start)
        }
        let before = recorded.values.filter { $0.key.contains("OTHER") }
        gone.forget([.monitoring])
        #expect(recorded.values["algolia_exporter_up GONE usage"] == 1)
        #expect(recorded.values["algolia_exporter_up GONE monitoring"] == nil)
        gone.forget([.usage, .search, .usageV2])
        #expect(
            recorded.values.keys.filter { $0.contains("GONE") }
                == ["algolia_exporter_points_outside_range_total GONE"], "counters never go back")
        #expect(recorded.values.filter { $0.key.contains("OTHER") } == before)
    }

    @Test("Each declaration is a metric by the rules: its name, its unit, its labels, one sentence of help")
    func declarations() {
        #expect(Set(CollectorMetric.all.map(\.name)).count == CollectorMetric.all.count)
        for metric in CollectorMetric.all {
            #expect(metric.name.hasPrefix("algolia_exporter_"))
            #expect((metric.type == .counter) == metric.name.hasSuffix("_total"), "\(metric.name)")
            #expect(metric.help.hasSuffix(".") && metric.meaning?.isEmpty == false, "\(metric.name)")
            let knownLabels = ["application", "api", "granularity", "state"]
            #expect(metric.labels.allSatisfy(knownLabels.contains), "\(metric.name)")
        }
    }

    @Test("A collection shows every metric that is declared for it, and none that is not")
    func complete() async throws {
        let world = World(indices: ["products"])
        let history = try world.openHistory()
        let client = try world.client()
        let usage = ApplicationCollector(
            settings: world.settings, client: client, history: history, clock: world.clock, metrics: recorded,
            logger: CapturedLog().logger)
        for _ in 0..<20 { _ = await usage.step() }
        let watch = HistoryWatch(
            history: history, clock: world.clock, metrics: recorded, logger: CapturedLog().logger)
        _ = watch.check(nil)
        let names = Set(recorded.values.keys.map { String($0.prefix { $0 != " " }) })
        // Nothing is limited in this world.
        let declared = Set(CollectorMetric.all.map(\.name)).subtracting([CollectorMetric.vendorHorizon.name])
        #expect(names == declared)
    }
}
