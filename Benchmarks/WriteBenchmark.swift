import CoreMetrics
import Foundation
import HTTPTypes
import History
import Hummingbird
import Logging
import NIOCore
import RemoteStorage
import Transport
import UsageModel

/// A year of hours of a hundred series, by remote write to a receiver on loopback that discards it.
enum WriteBenchmark {
    static func run(folder: String) async throws {
        let history = try History(path: "\(folder)/write.db")
        let statistics = Array(StatisticCatalogue.names(perIndex: true).prefix(50))
        let points = try await Synthetic.fill(history, indices: 2, statistics: statistics)
        for message in RemoteWriteMessage.allCases {
            for samples in [2000, 5000] {
                let receiver = try await Receiver()
                var destination = RemoteWriteDestination(
                    name: "\(message.rawValue) \(samples)", url: "http://127.0.0.1:\(receiver.port)/write")
                destination.message = message
                destination.maxSamplesPerSend = samples
                let transport = AsyncHTTPTransport(tls: nil)
                var sender = RemoteWriteSender(
                    destination, history: history,
                    repairedSince: { granularity, _ in granularity.floor(Synthetic.end - 360 * 86_400) },
                    transport: transport, userAgent: "benchmark", clock: SystemClock(),
                    metrics: NOOPMetricsHandler.instance, logger: Logger(label: "") { _ in SwiftLogNoOpLogHandler() })
                let seconds = try await median(runs: 1) { while try await sender.step() {} }
                transport.close()
                receiver.stop()
                Table.row(
                    "remote write \(message == .version1 ? "1.0" : "2.0"), \(samples) a request",
                    "\((Double(points) / seconds / 1000).text(0)) k samples/s", "promised 200; \(ownResidentMegabytes)")
            }
        }
        try await refresh(history)
        try history.close()
    }

    /// How long a look at what is new takes with many series.
    private static func refresh(_ history: History) async throws {
        let statistics = StatisticCatalogue.names(perIndex: true)
        let range = TimeRange(Synthetic.end - 86_400, Synthetic.end)
        for index in 0..<180 {
            let series = Synthetic.series(statistics, range: range, seed: UInt64(index))
            for start in stride(from: 0, to: statistics.count, by: 20) {
                let names = Array(statistics[start..<min(start + 20, statistics.count)])
                let window = AnsweredWindow(
                    scope: Scope(application: "APP", index: "many_\(index)"), granularity: .hourly, range: range,
                    statistics: .names(names), fetchedAt: Synthetic.end + 86_400, settleDelay: 7200)
                _ = try await history.store(series.filter { names.contains($0.statistic) }, answering: window)
            }
        }
        let outbox = Outbox(
            history, destination: "refresh", refreshInterval: 0,
            sampleCounts: { $0.map { _ in [.hourly: 1, .daily: 1] } },
            // Everything is held back, so that looking is all that it does.
            repairedSince: { _, _ in 0 })
        _ = try await outbox.next(limit: 1, now: Synthetic.end)
        var now = Synthetic.end
        let seconds = try await median(runs: 11) {
            now += 1000
            _ = try await outbox.next(limit: 1, now: now)
        }
        Table.row(
            "a look at what is new, \(try await history.storedSeries().count) series asked for by name",
            "\((seconds * 1000).text(1)) ms", "promised 50; \(ownResidentMegabytes)")
    }
}

/// Says that it has stored whatever it gets.
private struct Receiver {
    let port: Int
    private let running: Task<Void, any Error>

    init() async throws {
        let router = Router()
        router.post("/write") { request, _ in
            for try await _ in request.body {}
            // As many as any request has: a receiver of 2.0 says that it has written them.
            var headers = HTTPFields()
            if let name = HTTPField.Name("X-Prometheus-Remote-Write-Samples-Written") { headers[name] = "1000000" }
            return Response(status: .noContent, headers: headers)
        }
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { port.yield($0.localAddress?.port ?? 0) },
            logger: Logger(label: "") { _ in SwiftLogNoOpLogHandler() })
        running = Task { try await application.run() }
        var iterator = ports.makeAsyncIterator()
        self.port = await iterator.next() ?? 0
    }

    func stop() { running.cancel() }
}
