import AlgoliaClient
import AsyncHTTPClient
import Exposition
import Foundation
import History
import NIOCore
import Simulator
import TestSupport
import Testing
import Transport
import UsageModel
import Web

/// A simulated vendor, and a history that asked it and stored every answer as it came.
struct ProxyWorld: Sendable {
    /// Names that need care in a path.
    static let indices: [IndexName] = [
        "products", "shop/eu", "100% cotton", "what?", "%2E%2E", "..", "🛒 cart", "line\nbreak", "a+b&c=d", "#1",
        "the \"best\" ones", "one,two;three",
    ]
    /// The credentials of the simulator's application, which the proxy asks for as well.
    static let credentials = ["X-Algolia-Application-Id": "APP", "X-Algolia-API-Key": "usage-key"]

    let world: World
    let history: History

    init(faults: Faults = Faults()) throws {
        world = World(indices: Self.indices, faults: faults)
        history = try world.openHistory()
    }

    /// Asks the vendor as a collector would, and stores what it answers.
    func fetch(_ scope: Scope, _ granularity: Granularity, _ range: TimeRange) async throws {
        let request = UsageRequest(scope: scope, statistics: .all, granularity: granularity, range: range)
        let fetchedAt = world.clock.now
        let series = try await world.client().usage(request).series
        _ = try await history.store(
            series,
            answering: AnsweredWindow(
                scope: scope, granularity: granularity, range: range, statistics: .all, fetchedAt: fetchedAt,
                settleDelay: 7200))
    }

    var exporter: Exporter {
        // Keeps the world, and so its folder, alive.
        .test(history, world.clock, usage: .fixed()) { [self] in
            _ = self
            return []
        }
    }

    /// What a client of `url` gets, by statistic and key.
    static func series(
        from url: String, _ scope: Scope, _ statistics: StatisticSelection, _ granularity: Granularity,
        _ range: TimeRange
    ) async throws -> [SeriesKey: [Point]] {
        let clock = VirtualClock(World.start)
        var options = RequestOptions()
        options.endpoints.usage = url
        options.endpoints.monitoring = url
        options.endpoints.search = url
        options.timeout = 3600
        let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .algolia)
        let client = AlgoliaClient(
            application: scope.application, options: options,
            usageKey: Secret(try #require(SecretText(key: "usage-key"))), transport: AsyncHTTPTransport(http),
            quota: TokenBucket(requestsPerMinute: 6000, clock: clock), clock: clock, metrics: MetricsRegistry())
        let request = UsageRequest(scope: scope, statistics: statistics, granularity: granularity, range: range)
        let answer: Result<[SeriesPoints], AlgoliaError>
        do throws(AlgoliaError) {
            answer = .success(try await client.usage(request).series)
        } catch {
            answer = .failure(error)
        }
        try await http.shutdown()
        return Dictionary(
            uniqueKeysWithValues: try answer.get().map { series in
                let key = SeriesKey(
                    application: scope.application, statistic: series.statistic, index: scope.index, key: series.key)
                return (key, series.points)
            })
    }
}

extension UsageGateway {
    /// A gateway that knows the application `APP` alone.
    static func fixed(readThrough: ReadThrough? = nil) -> UsageGateway {
        UsageGateway(
            usageKey: { $0 == "APP" ? SecretText(key: "usage-key") : nil }, settleDelay: { 7200 },
            readThrough: { readThrough })
    }
}

extension Site {
    /// A site whose usage proxy serves `APP`.
    func proxy(readThrough: UsageGateway.ReadThrough? = nil) -> Exporter {
        exporter(usage: .fixed(readThrough: readThrough)) { [] }
    }

    /// Stores an answer that names its statistics.
    func store(
        _ series: [SeriesPoints], statistics: [StatisticName], index: IndexName = "",
        granularity: Granularity = .hourly,
        answering range: TimeRange
    ) async throws {
        _ = try await history.store(
            series,
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), granularity: granularity, range: range,
                statistics: .names(statistics), fetchedAt: clock.now, settleDelay: 7200))
    }
}

extension WebClient {
    /// Asks the usage proxy with the right credentials.
    /// - Parameter path: what follows `/1/usage/`, percent-encoded.
    func usage(
        _ path: String, from start: UnixTime, to end: UnixTime, granularity: Granularity = .hourly,
        headers: [String: String] = [:], decompress: Bool = false
    ) async throws -> Answer {
        let target =
            "/1/usage/\(path)?startDate=\(RFC3339.string(start))&endDate=\(RFC3339.string(end))"
            + "&granularity=\(granularity.rawValue)"
        let headers = headers.merging(ProxyWorld.credentials) { given, _ in given }
        return try await get(target, headers: headers, decompress: decompress)
    }
}

extension Answer {
    var cache: String? { header["X-Cache"].first }
    var age: String? { header["Age"].first }

    /// The series of a usage answer.
    func usageSeries() throws -> [SeriesPoints] {
        #expect(status == 200, "\(text)")
        return try body.withUnsafeBytes { try UsageDecoder.decode($0).series }
    }
}
