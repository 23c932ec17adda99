import Capacity
import Collector
import History
import Simulator
import TestSupport
import Testing
import UsageModel
import Web

@Suite("What is told of an application with a search key alone")
struct SearchKeyAloneTests {
    private func withServer(
        _ body: @Sendable (WebClient, World, ApplicationCollector) async throws -> Void
    ) async throws {
        let world = World()
        let history = try world.openHistory()
        let collector = try world.collector(history, client: world.client(usageKey: nil))
        let exporter = Exporter.test(history, world.clock) { [await collector.status()] }
        try await WebTests.withServer(exporter) { web in try await body(web, world, collector) }
    }

    @Test("/ready waits for the first list")
    func ready() async throws {
        try await withServer { web, world, collector in
            world.simulator.faults.injected = [Fault(.status(503), times: 4)]
            _ = await collector.step()
            let before = try await web.get("/ready")
            #expect(before.status == 503 && before.text.contains("APP: requests fail, retrying later (503)"))
            try await world.run(collector, until: World.start + 60)
            #expect(try await web.get("/ready").status == 200)
            #expect(try await web.get("/api/v1/status").json()["ready"] == .bool(true))
        }
    }

    @Test("The pages say what a usage key would add, and show nothing as missing or zero")
    func pages() async throws {
        try await withServer { web, world, collector in
            try await world.run(collector, until: World.start + 60)
            for path in ["/", "/collector"] {
                let answer = try await web.get(path)
                try answer.page(current: path)
                #expect(
                    answer.text.contains("No usage key") && answer.text.contains("A usage key (Premium plans) adds"))
                #expect(answer.text.contains("2\u{A0}indices"))
                #expect(!answer.text.contains("Backfill") && !answer.text.contains("class=\"calendar\""), "\(path)")
            }
            let collector = try await web.get("/collector").text
            #expect(collector.contains("<th scope=\"row\">usage</th><td>not configured</td>"))
        }
    }

    @Test("/metrics has the levels, and nothing of usage")
    func metrics() async throws {
        try await withServer { web, world, collector in
            try await world.run(collector, until: World.start + 60)
            let page = try ExpositionPage(await web.get("/metrics").text)
            #expect(page.samples(of: "algolia_index_entries").count == 2)
            let names = page.types.keys.filter { $0.contains("_usage_") || $0.contains("_capacity_") }
            #expect(names.isEmpty, "\(names)")
        }
    }

    @Test("The capacity page has the list from the first hour, and records with a forecast in time")
    func capacity() async throws {
        try await withServer { web, world, collector in
            try await world.run(collector, until: World.start + 60)
            let first = try await web.get("/capacity")
            try first.page(current: "/capacity")
            #expect(first.text.contains("List of indices") && first.text.contains("2\u{A0}indices"))
            #expect(first.text.contains("A usage key (Premium plans) adds searches"))
            #expect(!first.text.contains("Processing time"))
        }
        let site = try Site()
        try await site.history.register(application: "APP", now: 0)
        for day in (0..<200).reversed() as [Int64] {
            var index = ListedIndex("products")
            index.entries = .integer(50_000 - 20 * day)
            _ = try await site.history.store(
                IndexSnapshot(
                    application: "APP", indices: [index], isWhole: true, collected: ["products"],
                    time: midnight + 36_000 - day * 86_400))
        }
        let exporter = site.exporter(
            planning: CapacityCache.Planning(contracts: { ["APP": Contract(records: 60_000)] })
        ) { [] }
        try await WebTests.withServer(exporter) { web in
            let report = try await exporter.capacity.report("APP")
            let records = try #require(report.limits.first { $0.limit == .records })
            #expect(records.projection != nil && records.used != nil)
            let json = try await web.get("/api/v1/capacity").text
            #expect(json.contains("\"indices.number\""))
        }
    }

    @Test("The collector's page lists the indices with what each holds")
    func list() async throws {
        try await withServer { web, world, collector in
            try await world.run(collector, until: World.start + 60)
            let answer = try await web.get("/collector")
            #expect(answer.text.contains("2\u{A0}indices in Algolia"))
            #expect(answer.text.contains("<th scope=\"row\"><bdi>tmp_old</bdi></th><td>index</td>"))
        }
    }
}
