import AlgoliaClient
import AsyncHTTPClient
import CoreMetrics
import Foundation
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel

@Suite("The client against the simulator")
struct ClientTests {
    private static let hour = TimeRange(1_784_100_000 - 3600 * 24, 1_784_100_000)

    private func request(
        _ statistics: StatisticSelection = .all, index: IndexName = "", range: TimeRange = hour,
        granularity: Granularity = .hourly
    ) -> UsageRequest {
        UsageRequest(
            scope: Scope(application: "APP", index: index), statistics: statistics, granularity: granularity,
            range: range)
    }

    @Test("An answer is the truth")
    func truth() async throws {
        let world = World()
        let series = try await world.client().usage(request(.names(["records", "max_qps"]))).series
        for statistic in ["records", "max_qps"] as [StatisticName] {
            let expected = world.simulator.truth.series(
                application: "APP", statistic: statistic, granularity: .hourly, range: Self.hour, asOf: world.clock.now)
            #expect(Set(series.filter { $0.statistic == statistic }) == Set(expected))
        }
    }

    @Test("Every awkward index name arrives as it is", arguments: SimulatorConfiguration.awkwardIndices)
    func names(index: IndexName) async throws {
        let world = World(indices: SimulatorConfiguration.awkwardIndices)
        _ = try await world.client().usage(request(.names(["records"]), index: index))
        #expect(world.simulator.requests.map(\.index) == [index])
    }

    @Test("Index names are listed page after page")
    func listing() async throws {
        let names = (0..<230).map { "index \($0)" as IndexName }
        let world = World(indices: names)
        #expect(try await Set(world.client().indexNames()) == Set(names))
        #expect(world.simulator.requests.count == 3)
    }

    @Test("Each refusal has its type")
    func refusals() async throws {
        let world = World()
        let client = try world.client()
        await #expect(throws: AlgoliaError.notFound(message: "Index nope does not exist")) {
            try await client.usage(request(index: "nope"))
        }
        await #expect(throws: AlgoliaError.refused(status: 422, message: "Metric \"nope\" not found")) {
            try await client.usage(request(.names(["nope"])))
        }
        await #expect(throws: AlgoliaError.unauthorized(status: 401, message: "Invalid credentials")) {
            try await world.client(key: "wrong").usage(request())
        }
    }

    @Test(
        "Each fault has its type",
        arguments: [
            (Fault.Effect.tooManyRequests(.seconds(7)), AlgoliaError.rateLimited(retryAfter: 7)),
            (.tooManyRequests(.absent), .rateLimited(retryAfter: nil)), (.hang, .timeout),
            (.cutConnection(), .connection("cut off")),
        ])
    func faults(effect: Fault.Effect, error: AlgoliaError) async throws {
        var faults = Faults()
        faults.injected = [Fault(effect)]
        let world = World(faults: faults)
        await #expect(throws: error) { try await world.client().usage(request()) }
    }

    // Fault (Algolia): Answers that are garbage, JSON that is cut off, 5xx
    // Done: each sent by a server on loopback
    // Seen: an error of its kind; the request is retried with backoff
    // Lost: nothing
    @Test("Garbage, cut JSON and server errors are told apart")
    func broken() async throws {
        func error(_ effect: Fault.Effect) async throws -> AlgoliaError? {
            var faults = Faults()
            faults.injected = [Fault(effect)]
            let client = try World(faults: faults).client()
            return await #expect(throws: AlgoliaError.self) { try await client.usage(request()) }
        }
        guard case .broken(let cut)? = try await error(.truncatedJSON) else { throw Unexpected() }
        #expect(cut.reason == .truncated)
        guard case .broken(let garbage)? = try await error(.garbage) else { throw Unexpected() }
        #expect(garbage.reason == .malformed)
        guard case .server(503, _, _)? = try await error(.status(503)) else { throw Unexpected() }
    }

    private struct Unexpected: Error {}
}

@Suite("The client over real sockets")
struct ClientSocketTests {
    /// Runs `body` with a client whose simulator listens on loopback.
    private func withClient(
        faults: Faults, timeout: Double, _ body: (AlgoliaClient) async throws -> Void
    ) async throws {
        let application = SimulatedApplication(id: "APP", usageKey: "usage-key", indices: ["shop/eu 🛒"])
        let simulator = Simulator(
            configuration: SimulatorConfiguration(applications: [application], faults: faults),
            clock: VirtualClock(World.start))
        let server = SimulatorServer(simulator: simulator)
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .algolia)
        let running = Task { try await server.run() }
        var options = RequestOptions()
        options.timeout = timeout
        options.endpoints.usage = "http://127.0.0.1:\(try await server.port)/"
        let key = try #require(SecretText(key: "usage-key"))
        let client = AlgoliaClient(
            application: "APP", options: options, usageKey: Secret(key),
            transport: AsyncHTTPTransport(http),
            quota: TokenBucket(requestsPerMinute: 6000, clock: SystemClock()), clock: SystemClock(),
            metrics: NOOPMetricsHandler.instance)
        let result: Result<Void, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        running.cancel()
        _ = try? await running.value
        try await http.shutdown()
        try result.get()
    }

    private let request = UsageRequest(
        scope: Scope(application: "APP", index: "shop/eu 🛒"), statistics: .all, granularity: .hourly,
        range: TimeRange(World.start - 7 * 86_400 - 1200, World.start - 1200))

    @Test("A compressed answer for an awkward index arrives whole")
    func whole() async throws {
        try await withClient(faults: Faults(), timeout: 600) { client in
            let series = try await client.usage(request).series
            #expect(series.count > 10)
        }
    }

    // Fault (Algolia): An answer that never comes
    // Done: a server that accepts and is silent
    // Seen: a timeout; the request is retried
    // Lost: nothing
    @Test("An answer that hangs ends with the timeout")
    func hang() async throws {
        var faults = Faults()
        faults.injected = [Fault(.hang)]
        try await withClient(faults: faults, timeout: 0.2) { client in
            await #expect(throws: AlgoliaError.timeout) { try await client.usage(request) }
        }
    }

    // Fault (Algolia): A body that comes byte by byte without end
    // Done: a server that dribbles
    // Seen: the same timeout, which is for the whole answer
    // Lost: nothing
    @Test("A body that dribbles ends with the timeout, too")
    func slow() async throws {
        var faults = Faults()
        faults.injected = [Fault(.slowBody(chunkBytes: 1, delay: .milliseconds(50)))]
        try await withClient(faults: faults, timeout: 0.3) { client in
            await #expect(throws: AlgoliaError.timeout) { try await client.usage(request) }
        }
    }

    // Fault (Algolia): A connection that is cut in the middle of an answer
    // Done: a server that closes
    // Seen: a connection error; retried
    // Lost: nothing
    @Test("A connection that is cut is a connection error")
    func cut() async throws {
        var faults = Faults()
        faults.injected = [Fault(.cutConnection())]
        try await withClient(faults: faults, timeout: 600) { client in
            let error = await #expect(throws: AlgoliaError.self) { try await client.usage(request) }
            guard case .connection? = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
    }

    // Fault (Algolia): Nothing listens at the address
    // Done: a port of loopback that is closed
    // Seen: a connection error that says so
    // Lost: nothing
    @Test("Nobody at the address is a connection error that says so")
    func refused() async throws {
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .algolia)
        let transport = AsyncHTTPTransport(http)
        // Port 1 of loopback: nobody listens there.
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(
                TransportRequest(url: "http://127.0.0.1:1/", headers: [], timeout: 60, maximumBody: 1))
        }
        try await http.shutdown()
        #expect(error == .connection("connection refused"))
    }

    @Test("A proxy that wants a password fails the request, and not the key")
    func proxyPassword() async throws {
        let proxy = try await TestProxy { _ in
            .bytes("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        }
        var proxies = ProxyRules()
        proxies.https = ProxyServer(
            host: "127.0.0.1", port: proxy.port, credentials: SecretText(password: "user:s3cret"))
        let transport = AsyncHTTPTransport(.algolia, proxies: proxies)
        let folder = TemporaryFolder()
        try "usage-key".write(toFile: folder.file("key"), atomically: true, encoding: .utf8)
        let key = Secret(file: folder.file("key"), as: .key, writingTime: 0)
        var options = RequestOptions()
        options.timeout = 3600
        let client = AlgoliaClient(
            application: "APP", options: options, usageKey: key, transport: transport,
            quota: TokenBucket(requestsPerMinute: 6000, clock: SystemClock()), clock: SystemClock(),
            metrics: NOOPMetricsHandler.instance)
        let error = await #expect(throws: AlgoliaError.self) { try await client.usage(request) }
        #expect(error == .connection("proxy 127.0.0.1:\(proxy.port) rejected its user and password"))
        #expect(error?.code == "connection_error")
        #expect(proxy.requests.map(\.target) == ["usage.algolia.com:443"])
        #expect(key.hasReplacement, "no key was refused")
        await transport.closed()
        try await proxy.stop()
    }
}
