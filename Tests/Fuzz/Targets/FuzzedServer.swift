import Exposition
import Foundation
import HTTPTypes
import History
import Hummingbird
import Logging
import NIOCore
import Synchronization
import TestSupport
import UsageModel

@testable import RemoteStorage
@testable import Web

/// The endpoints over a small history, without a network.
struct FuzzedServer: Sendable {
    /// Made by whoever needs it first; an application, two indices, two servers, three days.
    static let shared = Task { try await FuzzedServer() }

    let remoteRead: RemoteRead
    private let folder = TemporaryFolder()
    private let clock = VirtualClock(World.start)
    private let endpoints: [String: Endpoint]

    var now: UnixTime { clock.now }

    /// Those that do little beside reading what they were asked for.
    private static let queried: Set<String> = [
        "/api/v1/range", "/api/v1/series", "/api/v1/latest", "/api/v1/incidents", "/metrics", "/probe", "/explore",
        "/explore.csv",
    ]

    private init() async throws {
        let history = try History(path: folder.file("history.db"))
        try await Self.fill(history, clock)
        let exporter = Exporter(
            history: history, options: { MetricsOptions() }, registry: MetricsRegistry(),
            process: ProcessMetrics(started: Double(clock.now)), clock: clock,
            build: BuildInformation(
                version: "1.2.3", revision: "abc", branch: "main", date: "2026-07-15T00:00:00Z", swiftVersion: "6.3"),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }, status: { [] })
        endpoints = Dictionary(
            try WebServer.endpoints(exporter).map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        remoteRead = RemoteRead(history)
    }

    private static func fill(_ history: History, _ clock: VirtualClock) async throws {
        try await history.register(application: "APP", now: 0)
        let end = Granularity.daily.floor(clock.now)
        for (granularity, index) in [(Granularity.hourly, ""), (.hourly, "products"), (.daily, ""), (.daily, "blog")] {
            let times = Array(stride(from: end - 3 * 86_400, to: end, by: Int(granularity.seconds)))
            func series(_ statistic: StatisticName, _ key: ServerName = "") -> SeriesPoints {
                SeriesPoints(
                    statistic: statistic, key: key, points: times.map { Point(time: $0, value: .integer($0 % 1000)) })
            }
            var all = [series("records"), series("total_search_requests")]
            if index.isEmpty { all += [series("max_qps", "c4-fr-1"), series("max_qps", "c4-fr-2")] }
            _ = try await history.store(
                all,
                answering: AnsweredWindow(
                    scope: Scope(application: "APP", index: "\(index)"), granularity: granularity,
                    range: TimeRange(end - 3 * 86_400, end), statistics: .all, fetchedAt: clock.now, settleDelay: 7200))
        }
    }

    /// Answers a GET.
    func get(_ target: String) async throws {
        let parts = target.unicodeScalars.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var path = String(parts[0])
        var query = parts.count > 1 ? String(parts[1]) : nil
        if !Self.queried.contains(path) { (path, query) = ("/api/v1/range", target) }
        guard let endpoint = endpoints[path] else { throw FuzzFinding(description: "there is no \(path)") }
        // As the server hands it over: an HTTP parser lets no other characters through.
        let isPossible = (query ?? "").unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7F && $0 != "#" }
        guard isPossible else { return }
        try await answer(endpoint, query: query, body: [])
    }

    /// Answers a POST.
    /// - Parameter otherwise: the path when `path` is none.
    func post(_ path: String, _ body: [UInt8], otherwise: String) async throws {
        guard let endpoint = endpoints[path] ?? endpoints[otherwise] else {
            throw FuzzFinding(description: "there is no \(path)")
        }
        try await answer(endpoint, query: nil, body: body)
    }

    private func answer(_ endpoint: Endpoint, query: String?, body: [UInt8]) async throws {
        guard let handle = endpoint.handle else { return }
        let target = endpoint.path + (query.map { "?\($0)" } ?? "")
        let request = Request(
            head: HTTPRequest(method: endpoint.method, scheme: nil, authority: nil, path: target),
            body: RequestBody(buffer: ByteBuffer(bytes: body)))
        var response: Response
        do {
            let checked = endpoint.checksQuery || endpoint.ignoresOtherParameters ? request.uri.query : nil
            let parameters = try QueryParameters(
                checked, accepting: endpoint.parameters, ignoringOthers: endpoint.ignoresOtherParameters)
            response = try await handle(request, parameters)
        } catch let problem as Problem {
            response = problem.response()
        } catch let error as any HTTPResponseError {
            response = Response(status: error.status)
        }
        try check(response.status.code < 500, "the status \(response.status)")
        let received = Received()
        try await response.body.write(received)
        let bytes = received.bytes.withLock { $0 }
        if response.headers[.contentType]?.contains("json") == true {
            let isJSON = (try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)) != nil
            try check(isJSON, "no JSON: \(String(decoding: bytes.prefix(1000), as: UTF8.self))")
        }
    }
}

/// The body of an answer.
private final class Received: ResponseBodyWriter {
    let bytes = Mutex<[UInt8]>([])

    func write(_ buffer: ByteBuffer) { bytes.withLock { $0 += buffer.readableBytesView } }

    consuming func finish(_ trailingHeaders: HTTPFields?) {}
}
