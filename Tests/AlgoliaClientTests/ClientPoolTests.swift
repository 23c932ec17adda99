import AlgoliaClient
import CoreMetrics
import Foundation
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("Clients over reloads of the configuration")
struct ClientPoolTests {
    private let world = World(requestsPerMinute: 100_000)

    private func pool() -> ClientPool {
        ClientPool(
            transport: SimulatorTransport(world.simulator, clock: nil), clock: world.clock,
            metrics: NOOPMetricsHandler.instance)
    }

    private func options(_ requestsPerMinute: Int) -> RequestOptions {
        var options = RequestOptions()
        options.requestsPerMinute = requestsPerMinute
        return options
    }

    private let request = UsageRequest(
        scope: Scope(application: "APP"), statistics: .names(["records"]), granularity: .hourly,
        range: TimeRange(World.start - 7200 - 1200, World.start - 1200))

    @Test("A new client of an application goes on with the quota that is left; another application has its own")
    func quota() async throws {
        let pool = pool()
        let start = world.clock.monotonic
        // A tenth of the quota may come at once.
        for _ in 0..<6 {
            _ = try await pool.client("APP", usageKey: .value("usage-key"), options: options(60)).usage(request)
        }
        #expect(world.clock.monotonic == start)
        _ = try await pool.client("APP", usageKey: .value("usage-key"), options: options(60)).usage(request)
        #expect(world.clock.monotonic > start + 0.5)
        let before = world.clock.monotonic
        let other = try pool.client("OTHER", usageKey: .value("usage-key"), options: options(60))
        _ = try? await other.usage(request)
        #expect(world.clock.monotonic == before)
    }

    @Test("A configured quota is in force for clients that were made before")
    func change() async throws {
        let pool = pool()
        let client = try pool.client("APP", usageKey: .value("usage-key"), options: options(60))
        _ = try pool.client("APP", usageKey: .value("usage-key"), options: options(6))
        let start = world.clock.monotonic
        for _ in 0..<8 { _ = try await client.usage(request) }
        #expect(world.clock.monotonic > start + 60)
    }

    @Test("A key that was rejected stays known as such while it stays configured")
    func keys() async throws {
        let pool = pool()
        let wrong = try pool.client("APP", usageKey: .value("wrong"), options: options(60_000))
        _ = try? await wrong.usage(request)
        #expect(wrong.key(.usage)?.hasReplacement == false)
        let again = try pool.client("APP", usageKey: .value("wrong"), options: options(60_000))
        #expect(again.key(.usage)?.hasReplacement == false)
        let right = try pool.client("APP", usageKey: .value("usage-key"), options: options(60_000))
        #expect(right.key(.usage)?.hasReplacement == true)
        _ = try await right.usage(request)
    }

    @Test("The same text as the key of another API or application is another key")
    func identity() async throws {
        let pool = pool()
        let client = try pool.client(
            "APP", usageKey: .value("wrong"), monitoringKey: .value("wrong"), options: options(60_000))
        _ = try? await client.usage(request)
        #expect(client.key(.usage)?.hasReplacement == false)
        #expect(client.key(.monitoring)?.hasReplacement == true)
        let other = try pool.client("OTHER", usageKey: .value("wrong"), options: options(60_000))
        #expect(other.key(.usage)?.hasReplacement == true)
    }

    @Test("A key of a file is read when it is needed, so the file may come later")
    func file() async throws {
        let folder = TemporaryFolder()
        let client = try pool().client("APP", usageKey: .file(folder.file("key")), options: options(60_000))
        await #expect(throws: AlgoliaError.self) { try await client.usage(request) }
        try "usage-key\n".write(toFile: folder.file("key"), atomically: true, encoding: .utf8)
        #expect(try await client.usage(request).series.map(\.statistic) == ["records"])
    }

    @Test("A key that no header can carry is refused with its API and application, and is not shown")
    func invalid() {
        let error = #expect(throws: ClientPool.InvalidKey.self) {
            try pool().client(
                "APP", usageKey: .value("good"), searchKey: .value("not a key"), options: RequestOptions())
        }
        #expect(
            error?.description
                == "the search API key of application APP has characters that no key has; "
                + "expected letters, digits and punctuation without spaces")
    }
}

@Suite("Whether keys work")
struct ClientCheckTests {
    private func check(
        _ world: World, usageKey: String = "usage-key", monitoringKey: String = "monitoring-key",
        listsIndices: Bool = true
    ) throws -> ClientCheck {
        ClientCheck(
            try world.client(
                usageKey: Secret(try #require(SecretText(key: usageKey))),
                monitoringKey: Secret(try #require(SecretText(key: monitoringKey))), listsIndices: listsIndices))
    }

    @Test("Each API is named with what its key may see")
    func good() async throws {
        let world = World()
        let check = try check(world)
        let usage = await check.usage(now: world.clock.now)
        #expect(usage.verdict == .works)
        #expect(usage.what == "APP usage API")
        #expect(usage.text.hasPrefix("the key works; "))
        #expect(usage.text.hasSuffix(" statistics in the last hours"))
        #expect(!usage.text.contains(" 0 statistics"))
        let indices = await check.indices()
        #expect(indices.verdict == .works)
        #expect(indices.what == "APP search API")
        #expect(indices.text == "the key works; 2 indices")
        #expect(indices.indices?.count == 2)
        let monitoring = await check.monitoring()
        #expect(monitoring.verdict == .works)
        #expect(monitoring.what == "APP monitoring API")
        #expect(monitoring.text.wholeMatch(of: /the key works; [1-9][0-9]* servers, [1-9][0-9]* metrics/) != nil)
        #expect(world.simulator.requests.count <= 5)
    }

    @Test("A wrong key fails its own API, and is not shown")
    func wrong() async throws {
        let world = World()
        let check = try check(world, usageKey: "n0t-the-key", monitoringKey: "n0t-the-key")
        for finding in [await check.usage(now: world.clock.now), await check.monitoring()] {
            #expect(finding.verdict == .fails, "\(finding)")
            #expect(!finding.text.contains("n0t-the-key"))
            #expect(!finding.text.isEmpty)
        }
        #expect(await check.indices().verdict == .works)
    }

    @Test("A plan without the wildcard is asked for one statistic by name, which says that the key works")
    func wildcard() async throws {
        var faults = Faults()
        faults.refusedWildcardStatus = 422
        let world = World(faults: faults)
        let finding = try await check(world).usage(now: world.clock.now)
        #expect(finding.verdict == .works)
        #expect(!finding.servesWildcard)
        #expect(
            finding.text
                == "the key works; the plan does not include the wildcard, requesting statistics by name")
        #expect(world.simulator.requests.map(\.statistics) == [["*"], ["total_search_requests"]])
    }

    @Test("An answer that holds an error is not a key that works")
    func errorObject() async throws {
        let world = World(faults: Faults(injected: [Fault(.errorObject)]))
        let finding = try await check(world).usage(now: world.clock.now)
        #expect(finding.verdict == .fails)
    }

    @Test("Without a search key the list of indices is not asked for")
    func withoutSearchKey() async throws {
        let world = World()
        let finding = try await check(world, listsIndices: false).indices()
        #expect(finding.verdict == .skipped)
        #expect(finding.text == "no search key; only indices named in the configuration are collected")
        #expect(world.simulator.requests.isEmpty)
    }

    @Test("Without a monitoring key servers are not asked for")
    func withoutMonitoringKey() async throws {
        let world = World()
        let pool = ClientPool(
            transport: SimulatorTransport(world.simulator, clock: world.clock), clock: world.clock,
            metrics: NOOPMetricsHandler.instance)
        let client = try pool.client("APP", usageKey: .value("usage-key"), options: RequestOptions())
        let finding = await ClientCheck(client).monitoring()
        #expect(finding.verdict == .skipped)
        #expect(finding.text == "no monitoring key; servers are not collected")
        #expect(world.simulator.requests.isEmpty)
    }

    @Test("The status of clusters is told by name; one that Algolia does not know is a mistake where it is configured")
    func clusters() async throws {
        let world = World()
        let check = try check(world, monitoringKey: "n0t-the-key")
        let known = try #require(try await self.check(world).monitoring().clusters)
        #expect(known.map(\.text) == world.simulator.truth.clusters(application: "APP").sorted())
        let good = await check.status(of: known, areConfigured: false)
        #expect(good.verdict == .works && good.what == "APP cluster status")
        #expect(good.text.split(separator: ", ").count == known.count && good.text.hasPrefix("\(known[0]) "))
        let odd = await check.status(of: known + ["c0-xx", "c1-xx"], areConfigured: false)
        #expect(odd.verdict == .works && odd.text == "\(good.text); unknown to Algolia: c0-xx, c1-xx")
        #expect(await check.status(of: known + ["c0-xx"], areConfigured: true).verdict == .fails)
        let none = await check.status(of: ["c0-xx"], areConfigured: false)
        #expect(none.verdict == .fails && none.text == "Algolia knows none of the clusters c0-xx")
        world.simulator.clearRequests()
        #expect(await check.status(of: [], areConfigured: false).text.hasPrefix("no cluster is known; "))
        #expect(await check.status(of: [], areConfigured: true).text == "clusters is empty; not collected")
        #expect(world.simulator.requests.isEmpty)
    }

    @Test("Beside a gateway for usage alone, the status of clusters is not asked for without a key")
    func gateway() async throws {
        let world = World()
        var options = RequestOptions()
        options.endpoints.usage = "https://gateway.example"
        let pool = ClientPool(
            transport: SimulatorTransport(world.simulator, clock: world.clock), clock: world.clock,
            metrics: NOOPMetricsHandler.instance)
        let client = try pool.client("APP", usageKey: .value("usage-key"), options: options)
        let finding = await ClientCheck(client).status(of: ["c4-fr"], areConfigured: true)
        #expect(finding.verdict == .skipped)
        #expect(
            finding.text
                == "endpoints.usage is set and endpoints.monitoring is not; not asking https://status.algolia.com")
        #expect(world.simulator.requests.isEmpty)
    }

    @Test("Whether Usage API v2 is served is told, and is no failure when it is not")
    func usageV2() async throws {
        let (served, without) = (World { $0.servesUsageV2 = true }, World())
        let works = try await check(served).usageV2(isOn: true)
        #expect(works.verdict == .works && works.what == "APP usage API v2")
        #expect(works.text == "served; 5 billing metrics")
        let refused = try await check(without).usageV2(isOn: true)
        #expect(refused.verdict == .skipped)
        #expect(refused.text == "not served to this key (404); billing metrics are not collected")
        served.simulator.faults.injected = [Fault(.status(500))]
        let failed = try await check(served).usageV2(isOn: true)
        #expect(failed.verdict == .skipped && failed.text.contains("500 Injected error"))
        let off = try await check(served).usageV2(isOn: false)
        #expect(off.verdict == .skipped && off.text == "usage_v2 is off; billing metrics are not collected")
        #expect(served.simulator.requests.count == 2 && without.simulator.requests.count == 1)
    }
}
