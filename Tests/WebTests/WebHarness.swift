import AsyncHTTPClient
import Collector
import Exposition
import Foundation
import History
import Logging
import NIOCore
import NIOHTTP1
import TestSupport
import Testing
import UsageModel
import Web

/// 2026-07-15T00:00:00Z, ten hours and twenty minutes before ``World/start``.
let midnight: UnixTime = 1_784_073_600

/// A history in a folder of its own, a clock that stands still, and short ways to fill it.
struct Site: Sendable {
    let clock: VirtualClock
    let history: History
    let registry: MetricsRegistry
    private let folder = TemporaryFolder()

    init(now: UnixTime = World.start, registry: MetricsRegistry = MetricsRegistry()) throws {
        clock = VirtualClock(now)
        self.registry = registry
        history = try History(path: folder.file("history.db"))
    }

    var exporter: Exporter { exporter { [] } }

    /// Keeps the site alive.
    func exporter(
        usage: UsageGateway = UsageGateway(), reload: (@Sendable () async throws -> Void)? = nil,
        planning: CapacityCache.Planning = CapacityCache.Planning(),
        status: @escaping @Sendable () async -> [ApplicationStatus]
    ) -> Exporter {
        .test(history, clock, registry: registry, usage: usage, planning: planning) { [folder] in
            _ = folder
            return await status()
        }
    }

    /// Stores an answer with these series, for the hours or days of their points.
    func store(
        _ series: [SeriesPoints], application: ApplicationID = "APP", index: IndexName = "",
        granularity: Granularity = .hourly,
        answering range: TimeRange? = nil
    ) async throws {
        // Seen since ever: every hour counts.
        try await history.register(application: application, now: 0)
        let times = series.flatMap { $0.points.map(\.time) }
        let range = range ?? TimeRange(times.min() ?? 0, (times.max() ?? 0) + granularity.seconds)
        _ = try await history.store(
            series,
            answering: AnsweredWindow(
                scope: Scope(application: application, index: index), granularity: granularity, range: range,
                statistics: .all, fetchedAt: clock.now, settleDelay: 7200))
    }

    /// Stores points of `records`.
    func store(
        application: ApplicationID = "APP", index: IndexName = "", granularity: Granularity = .hourly,
        answering range: TimeRange? = nil, _ points: [Point]
    ) async throws {
        try await store(
            "records", application: application, index: index, granularity: granularity, answering: range, points)
    }

    /// So many days up to the newest that is final, of what `value` says to the number of each.
    func storeDays(
        _ statistic: StatisticName, _ count: Int, key: ServerName = "", application: ApplicationID = "APP",
        index: IndexName = "",
        _ value: (Int) -> Int64
    ) async throws {
        let end = Granularity.daily.floor(clock.now - 7200)
        let points = (0..<count).map {
            Point(time: end - Int64(count - $0) * 86_400, value: .integer(value($0)))
        }
        try await store(
            statistic, key: key, application: application, index: index, granularity: .daily, points)
    }

    func store(
        _ statistic: StatisticName, key: ServerName = "", application: ApplicationID = "APP", index: IndexName = "",
        granularity: Granularity = .hourly, answering range: TimeRange? = nil, _ points: [Point]
    ) async throws {
        try await store(
            [SeriesPoints(statistic: statistic, key: key, points: points)], application: application, index: index,
            granularity: granularity, answering: range)
    }
}

/// A point an hour.
func hours(from start: UnixTime = midnight, _ values: [Int64]) -> [Point] {
    hours(from: start, values.map(PointValue.integer))
}

func hours(from start: UnixTime = midnight, _ values: [PointValue]) -> [Point] {
    values.enumerated().map { Point(time: start + Int64($0) * 3600, value: $1) }
}

/// A build with everything that is known of one.
private let testBuild = BuildInformation(
    version: "1.2.3", revision: "abc", branch: "main", date: "2026-07-15T00:00:00Z", swiftVersion: "6.3")

extension Exporter {
    static func test(
        _ history: History, _ clock: VirtualClock, registry: MetricsRegistry = MetricsRegistry(),
        options: @escaping @Sendable () -> MetricsOptions = { MetricsOptions() },
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        usage: UsageGateway = UsageGateway(), reload: (@Sendable () async throws -> Void)? = nil,
        planning: CapacityCache.Planning = CapacityCache.Planning(), paths: WebPaths = WebPaths(),
        memoryLimit: @escaping @Sendable () -> Int = { .max },
        status: @escaping @Sendable () async -> [ApplicationStatus]
    ) -> Exporter {
        Exporter(
            history: history, options: options, registry: registry,
            process: ProcessMetrics(started: Double(clock.now)), clock: clock, build: testBuild,
            logger: logger, paths: paths, usage: usage, reload: reload, planning: planning,
            memoryLimit: memoryLimit, status: status)
    }
}

/// Runs a server on a port of its own, and stops it after `body`.
func withServer(
    _ exporter: Exporter, security: WebSecurity = WebSecurity(),
    logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, accessLog: Logger? = nil,
    _ body: (WebClient) async throws -> Void
) async throws {
    let (ports, running) = AsyncStream.makeStream(of: Int.self)
    // A test process that shares two cores with a thousand tests is a slow client.
    var limits = ConnectionLimits()
    (limits.firstRequest, limits.request, limits.idle) = (3600, 3600, 3600)
    (limits.window, limits.linger) = (3600, 3600)
    let server = try WebServer(
        exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], security: security, limits: limits, logger: logger,
        accessLog: accessLog,
        onRunning: { running.yield($0[0].port ?? 0) })
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            defer { running.finish() }
            try await server.run()
        }
        let client = WebClient(port: try #require(await ports.first { _ in true }))
        do {
            try await body(client)
        } catch {
            try await client.shutdown()
            throw error
        }
        try await client.shutdown()
        group.cancelAll()
        while let end = await group.nextResult() {
            do { try end.get() } catch is CancellationError {}
        }
    }
}

/// Asks one server.
struct WebClient: Sendable {
    let port: Int
    /// Hands over bodies as they were sent.
    private let raw: HTTPClient
    private let decompressing: HTTPClient

    init(port: Int) {
        self.port = port
        raw = HTTPClient(eventLoopGroupProvider: .singleton, configuration: Self.patient(.init()))
        decompressing = HTTPClient(
            eventLoopGroupProvider: .singleton, configuration: Self.patient(.singletonConfiguration))
    }

    /// A hundred requests at once are a hundred connections, and none gives up while others are served.
    private static func patient(_ configuration: HTTPClient.Configuration) -> HTTPClient.Configuration {
        var configuration = configuration
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 200
        configuration.timeout = .init(connect: .seconds(3600))
        return configuration
    }

    func shutdown() async throws {
        try await raw.shutdown()
        try await decompressing.shutdown()
    }

    func url(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

    func get(_ path: String, headers: [String: String] = [:], decompress: Bool = false) async throws -> Answer {
        try await send("GET", path, headers: headers, decompress: decompress)
    }

    func send(
        _ method: String, _ path: String, headers: [String: String] = [:], body: [UInt8]? = nil,
        decompress: Bool = false
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url(path))
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        let client = decompress ? decompressing : raw
        let response = try await client.execute(request, deadline: .now() + .seconds(3600))
        let body = try await response.body.collect(upTo: 1 << 26)
        return Answer(
            status: Int(response.status.code), header: Answer.Headers(response.headers),
            body: Array(body.readableBytesView))
    }

    /// Asks `path` with these parameters, percent-encoded.
    func get(_ path: String, _ parameters: KeyValuePairs<String, String>) async throws -> Answer {
        try await get(path + "?" + parameters.map { "\($0)=\(Self.encode($1))" }.joined(separator: "&"))
    }

    func range(_ parameters: KeyValuePairs<String, String>) async throws -> Answer {
        try await get("/api/v1/range", parameters)
    }

    /// Everything but unreserved characters.
    static func encode(_ text: String) -> String {
        let unreserved = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? text
    }
}

/// What a server answered.
struct Answer: Sendable {
    struct Headers: Sendable {
        private let headers: HTTPHeaders

        init(_ headers: HTTPHeaders) { self.headers = headers }

        /// Every value of one header.
        subscript(name: String) -> [String] { headers[name] }
    }

    let status: Int
    let header: Headers
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var contentType: String { header["Content-Type"].first ?? "" }

    func json() throws -> JSON {
        #expect(contentType == "application/json")
        return try JSON.parse(body)
    }

    /// Expects a problem document.
    /// - Parameter parameter: the parameter that it names, if any.
    func expectProblem(
        _ status: Int, parameter: String? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
        #expect(contentType == "application/problem+json", sourceLocation: sourceLocation)
        let problem = try JSON.parse(body)
        #expect(problem["status"] == .number(.integer(Int64(status))), sourceLocation: sourceLocation)
        for field in ["type", "title", "detail"] {
            #expect(problem[field]?.string?.isEmpty == false, "\(field) in \(text)", sourceLocation: sourceLocation)
        }
        #expect(problem["parameter"]?.string == parameter, "\(text)", sourceLocation: sourceLocation)
        guard parameter != nil else { return }
        #expect(problem["accepted"]?.string?.isEmpty == false, "\(text)", sourceLocation: sourceLocation)
    }
}
