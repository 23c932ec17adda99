import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel

@testable import Web

@Suite("Billing metrics on the web")
struct BillingPagesTests {
    /// A vendor with Usage API v2, or without, whose application was collected for a while.
    private struct Collected {
        let world: World
        let history: History
        let usage: ApplicationCollector
        let billing: BillingCollector

        init(served: Bool = true) async throws {
            var settings = CollectionSettings()
            settings.horizon = 2 * 86_400
            world = World(indices: ["products"], settings: settings) { $0.servesUsageV2 = served }
            history = try world.openHistory()
            usage = try world.collector(history)
            billing = try world.billing(history)
            #expect(try await world.settle(usage))
            try await world.run(billing, until: world.clock.now + 120)
        }

        var exporter: Exporter {
            .test(history, world.clock) { [self] in
                var status = await usage.status()
                status.billing = await billing.snapshot()
                return [status]
            }
        }
    }

    @Test("JSON, /metrics, the explorer and the collector's page have them, with the registry's words")
    func everywhere() async throws {
        let collected = try await Collected()
        let now = collected.world.clock.now
        try await withServer(collected.exporter) { web in
            let metrics = try await web.get("/metrics").text
            for name in ["search_requests", "records", "recommend_requests", "indexing_operations"] {
                #expect(metrics.contains("\nalgolia_billing_\(name)_daily{application=\"APP\"} "))
            }
            #expect(metrics.contains("\nalgolia_billing_query_suggestions_requests_hourly{application=\"APP\"} "))
            #expect(
                metrics.contains("# HELP algolia_billing_records_hourly Newest complete hour of Algolia's statistic"))
            #expect(metrics.contains("Records: Records of all indices, standard replicas included"))
            #expect(!metrics.contains("algolia_billing_records_total"))
            let chosen = try await web.get("/metrics?collect[]=usage").text
            #expect(chosen.contains("\nalgolia_billing_records_hourly{"))

            let all = try #require(try await web.get("/api/v1/statistics").json()["statistics"]?.array)
            let records = try #require(all.first { $0["statistic"] == .string("billing_records") }?.object)
            #expect(records["api"] == .string("usage_v2") && records["group"] == .string("billing"))
            #expect(records["meaning"] == .string("Records: Records of all indices, standard replicas included"))
            #expect(records["stored"] == .bool(true) && records["per_index"] == .bool(false))
            #expect(
                records["metrics"]
                    == .array([.string("algolia_billing_records_hourly"), .string("algolia_billing_records_daily")]))

            let range: KeyValuePairs = [
                "statistic": "billing_records", "granularity": "daily", "start": "now-30d", "end": "now-2d",
            ]
            let answer = try await web.range(range).json()
            let points = try #require(try answer.series().first?["points"]?.array).map { try $0.point() }
            let truth = collected.world.simulator.truth
            #expect(points.count == 28)
            for point in points {
                let day = point.time
                let value = truth.value(
                    application: "APP", statistic: "records", granularity: .daily, bucket: day, asOf: now)
                #expect(value?.double == point.value.double)
            }
            #expect(try await web.get("/api/v1/range?statistic=billing_nothing").status == 404)

            let explored = try await web.get("/explore?statistic=billing_records")
            #expect(explored.has("Records: Records of all indices, standard replicas included"))
            #expect(explored.has("algolia_billing_records_"))
            let page = try await web.get("/collector")
            #expect(page.has("Usage API v2: 5\u{A0}billing metrics"))
            #expect(page.has("usage_v2"))
        }
    }

    @Test("The status has what is served, what is missing and what is covered, apart from the Usage API's coverage")
    func status() async throws {
        let (with, without) = (try await Collected(), try await Collected(served: false))
        var coverages: [JSON?] = []
        for collected in [with, without] {
            try await withServer(collected.exporter) { web in
                let document = try await web.get("/api/v1/status").json()
                coverages.append(document["coverage"])
                let status = try #require(document["applications"]?.array?.first?["usage_v2"])
                let served = collected.world === with.world
                #expect(status["served"] == .bool(served))
                #expect(status["metrics"]?.array?.count == (served ? 5 : 0))
                #expect((status["last_error"] == .null) == served)
                let ranges = status["coverage"]?["hourly"]?.array
                #expect((ranges?.isEmpty == false) == served)
                if served {
                    let names = status["metrics"]?.array?.compactMap { $0["statistic"]?.string } ?? []
                    #expect(names.contains("billing_indexing_operations") && names.contains("billing_records"))
                }
                let page = try await web.get("/collector")
                #expect(page.has("billing metric") == served)
                #expect(try await web.get("/metrics").text.contains("algolia_billing_") == served)
            }
        }
        #expect(coverages[0] == coverages[1] && coverages[0] != nil)
    }
}
