import AlgoliaClient
import AsyncHTTPClient
import Collector
import Foundation
import History
import Simulator
import TestSupport
import Testing
import UsageModel
import Web

/// The proxy, a collector behind it, and the vendor behind that.
private struct ReadThroughWorld {
    let world: World
    let history: History
    let collector: ApplicationCollector

    init(_ world: World) throws {
        self.world = world
        history = try world.openHistory()
        collector = try world.collector(history)
    }

    var exporter: Exporter {
        let gateway = UsageGateway(
            usageKey: { [collector] id in id == "APP" ? await collector.usageKey : nil }, settleDelay: { 7200 },
            readThrough: { [collector] in collector.readThrough })
        return .test(history, world.clock, usage: gateway) { [self] in [await collector.status()] }
    }

    /// Settled hourly windows that the vendor was asked for, with how often.
    func windows(of index: IndexName = "") -> [TimeRange: Int] {
        world.simulator.requests.filter { $0.index == index && $0.granularity == .hourly && $0.status == 200 }
            .compactMap(\.range).reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}

@Suite("Read-through")
struct ReadThroughTests {
    private let end = Granularity.hourly.floor(World.start - 7200)
    private var start: UnixTime { end - 90 * 86_400 }

    @Test("A hundred clients at once for 90 days that nobody has: the vendor sees each week once, all get the same")
    func hundred() async throws {
        let setup = try ReadThroughWorld(World())
        try await withServer(setup.exporter) { web in
            let answers = try await withThrowingTaskGroup(of: Answer.self) { group in
                for _ in 0..<100 {
                    group.addTask { [start, end] in
                        try await web.usage("search_operations,records,max_qps", from: start, to: end)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(answers[0].body.count > 300_000)
            let windows = setup.windows()
            #expect(windows.count == 13)
            #expect(windows.values.allSatisfy { $0 == 1 })
            #expect(windows.keys.reduce(0) { $0 + $1.seconds } == end - start)
            #expect(try await web.usage("*", from: start, to: end).cache == "HIT")
            #expect(setup.windows() == windows)
        }
        var comparison = TruthComparison()
        try await comparison.compare(
            setup.history, setup.world.simulator.truth, Scope(application: "APP"), .hourly,
            range: TimeRange(start + 86_400, end), asOf: setup.world.clock.now)
        #expect(comparison.isExact, "\(comparison.wrong) \(comparison.missing)")
    }

    @Test("What clients have fetched the collector does not fetch again, and the other way round")
    func shared() async throws {
        let setup = try ReadThroughWorld(World(indices: ["products"], requestsPerMinute: 600))
        try await withServer(setup.exporter) { web in
            async let settled = setup.world.settle(setup.collector)
            async let clients = withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask { [start, end] in
                        let from = start + Int64(number) * 3 * 86_400
                        let path = number.isMultiple(of: 2) ? "*" : "records/products"
                        return try await web.usage(path, from: from, to: min(from + 20 * 86_400, end)).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            let statuses = try await clients
            #expect(statuses.allSatisfy { $0 == 200 })
            let isSettled = try await settled
            #expect(isSettled)
        }
        for index in ["", "products"] as [IndexName] {
            let hours = setup.windows(of: index).keys.filter { $0.end <= end }.sorted { $0.start < $1.start }
            for (one, next) in zip(hours, hours.dropFirst()) { #expect(one.end <= next.start, "\(one) \(next)") }
            #expect(hours.count > 11)
        }
    }

    @Test("A client of the project cannot tell the proxy from the vendor, windows that nobody has included")
    func sameAsVendor() async throws {
        let setup = try ReadThroughWorld(World(indices: ["shop/eu", "🛒 cart"]))
        try await withSimulator(setup.world.simulator) { vendor in
            try await withServer(setup.exporter) { proxy in
                for scope in (["", "shop/eu", "🛒 cart"] as [IndexName]).map({ Scope(application: "APP", index: $0) }) {
                    for (granularity, days) in [(Granularity.hourly, Int64(7)), (.daily, 80)] {
                        let range = TimeRange(midnight - (days + 2) * 86_400, midnight - 2 * 86_400)
                        let expected = try await ProxyWorld.series(
                            from: vendor.url(""), scope, .all, granularity, range)
                        let answered = try await ProxyWorld.series(from: proxy.url(""), scope, .all, granularity, range)
                        #expect(answered == expected && !expected.isEmpty, "\(scope) \(granularity)")
                    }
                }
                let unknown = try await proxy.usage("records/nowhere", from: midnight - 86_400, to: midnight)
                #expect(unknown.status == 404 && unknown.text.contains("Index nowhere does not exist"))
            }
        }
    }

    @Test("A vendor in trouble is not asked by every client anew, and what is stored is answered")
    func trouble() async throws {
        let setup = try ReadThroughWorld(World())
        #expect(try await setup.world.settle(setup.collector))
        setup.world.simulator.faults.injected = [Fault(.status(500), target: .init(api: .usage))]
        let before = setup.world.simulator.requests.count
        try await withServer(setup.exporter) { web in
            for _ in 0..<50 {
                let answer = try await web.usage("records", from: start - 30 * 86_400, to: end)
                #expect(answer.status == 200 && answer.cache == "PARTIAL")
            }
        }
        #expect(setup.world.simulator.requests.count - before < 10)
    }

    @Test("A vendor that says wait is not asked, and an index that nobody has seen is not said to be missing")
    func paused() async throws {
        let setup = try ReadThroughWorld(World(indices: ["products", "tmp_hidden"]))
        setup.world.simulator.faults.injected = [
            Fault(.tooManyRequests(.seconds(600)), times: 1, target: .init(api: .usage))
        ]
        for _ in 0..<2 { _ = await setup.collector.step() }
        let before = setup.world.simulator.requests.count
        try await withServer(setup.exporter) { web in
            let answer = try await web.usage("records/tmp_hidden", from: start, to: end)
            #expect(answer.status == 200 && answer.text == "{}" && answer.cache == "MISS")
            #expect(setup.world.simulator.requests.count == before)
        }
    }

    @Test("The newest buckets of an index that nobody has seen are asked for, and of one that is not there a 404")
    func unseen() async throws {
        let setup = try ReadThroughWorld(World(indices: ["products"]))
        try await withServer(setup.exporter) { web in
            let today = try await web.usage("records/products", from: World.start - 3600, to: World.start)
            #expect(today.status == 200)
            let nowhere = try await web.usage("records/nowhere", from: World.start - 3600, to: World.start)
            #expect(nowhere.status == 404)
        }
    }

    @Test("A question that the vendor refuses for itself changes nothing for the collection")
    func refusedQuestion() async throws {
        let setup = try ReadThroughWorld(World(indices: ["products"]))
        #expect(try await setup.world.settle(setup.collector))
        setup.world.simulator.faults.injected = [Fault(.status(400), target: .init(index: "strange"))]
        let before = setup.world.simulator.requests.count
        try await withServer(setup.exporter) { web in
            for _ in 0..<20 {
                let answer = try await web.usage("records/strange", from: start, to: end)
                #expect(answer.status == 400)
            }
        }
        #expect(setup.world.simulator.requests.count - before <= 2)
        #expect(await setup.collector.status().refused["index"] == [])
    }
}
