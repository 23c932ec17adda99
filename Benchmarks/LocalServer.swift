import Exposition
import History
import Logging
import TestSupport
import UsageModel
import Web

/// The HTTP interface over a history, on a free port.
enum LocalServer {
    /// - Parameter body: is given the port; the server stops after it.
    static func with(_ history: History, _ body: (Int) async throws -> Void) async throws {
        let clock = VirtualClock(Synthetic.end + 60)
        let quiet = Logger(label: "benchmark") { _ in SwiftLogNoOpLogHandler() }
        let exporter = Exporter(
            history: history, options: { MetricsOptions() }, registry: MetricsRegistry(),
            process: ProcessMetrics(started: clock.seconds), clock: clock,
            build: BuildInformation(version: "benchmark"), logger: quiet,
            status: { [] })
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let server = try WebServer(exporter, addresses: [.tcp(host: "127.0.0.1", port: 0)], logger: quiet) {
            port.yield($0[0].port ?? 0)
        }
        let running = Task { try await server.run() }
        var iterator = ports.makeAsyncIterator()
        if let number = await iterator.next() { try await body(number) }
        running.cancel()
        _ = try? await running.value
    }
}
