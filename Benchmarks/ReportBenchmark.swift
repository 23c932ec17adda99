import AsyncHTTPClient
import Foundation
import History
import NIOCore
import NIOHTTP1
import UsageModel

/// Reports and pages on three years of an application with 25 indices: every statistic, its hours and its days.
enum ReportBenchmark {
    private static let years = 3
    private static let indices = (0..<25).map { "index_\($0)" as IndexName }
    private static let pages = [
        "/", "/explore", "/explore?statistic=total_search_requests&range=1y",
        "/explore?statistic=records&index=*&range=all",
        "/capacity", "/collector", "/api/v1/capacity",
    ]

    static func run(folder: String) async throws {
        guard ReleaseBinary.exists else {
            return Table.row("report", "not measured", "build the exporter first: make build")
        }
        let path = "\(folder)/report.db"
        let history = try History(path: path)
        let points = try await fill(history)
        try history.close()
        let file = "\(folder)/report.yml"
        // Port 1 of loopback: nobody listens there.
        try """
        applications:
          - { id: APP, usage_api_key: benchmark,
              contract: { search_requests_per_month: 20000000, records: 1000000, max_qps: 1000000 } }
        endpoints: { usage: "http://127.0.0.1:1" }
        """.write(toFile: file, atomically: true, encoding: .utf8)
        for format in ["html", "markdown", "json", "csv"] {
            let runs = try (0..<3).map { _ in
                try ReleaseBinary.run([
                    "report", "--config.file=\(file)", "--storage.path=\(path)", "--format=\(format)",
                    "--output=\(folder)/report.\(format)",
                ])
            }.sorted { $0.seconds < $1.seconds }
            let size = (try? Data(contentsOf: URL(filePath: "\(folder)/report.\(format)")).count) ?? 0
            Table.row(
                "report of \(points / 1_000_000) million points, \(format)",
                "\((runs[1].seconds * 1000).text(0)) ms, \((runs[1].peakBytes / 1e6).text(0)) MB",
                "promised 2000 ms, 200 MB; \(size / 1000) kB")
        }
        try await measurePages(file, path, points)
    }

    private static func measurePages(_ file: String, _ path: String, _ points: Int) async throws {
        let port = try freePort()
        let binary = try ReleaseBinary([
            "serve", "--config.file=\(file)", "--storage.path=\(path)", "--web.listen-address=127.0.0.1:\(port)",
        ])
        defer { binary.stop() }
        try await waitFor("http://127.0.0.1:\(port)/ready", seconds: 30)
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        for page in pages {
            var size = 0
            func ask() async throws {
                let response = try await http.execute(
                    HTTPClientRequest(url: "http://127.0.0.1:\(port)\(page)"), timeout: .seconds(60))
                size = try await response.body.collect(upTo: 1 << 26).readableBytes
                guard response.status.code == 200 else { throw TimedOut(url: page) }
            }
            let first = try await median(runs: 1, ask)
            let time = try await median(runs: 11, ask)
            Table.row(
                "page \(page)", "\((time * 1000).text(1)) ms, first \((first * 1000).text(0)) ms",
                "promised 100 ms on 10 million points, these are \(points / 1_000_000); \(size / 1000) kB")
        }
        try await http.shutdown()
    }

    private static func fill(_ history: History) async throws -> Int {
        try await history.register(application: "APP", now: 0)
        let names = StatisticCatalogue.names(perIndex: true)
        let all = StatisticCatalogue.all.filter { $0.shape == .scalar }.map(\.name)
        var points = 0
        for (number, index) in ([""] + indices).enumerated() {
            let statistics = index.isEmpty ? all : names
            for window in 0..<years * 5 {
                let end = Synthetic.end - Int64(window) * 73 * 86_400
                let range = TimeRange(end - 73 * 86_400, end)
                for granularity in [Granularity.hourly, .daily] {
                    let series = Synthetic.series(
                        statistics, granularity, range: range, seed: UInt64(window) << 20 | UInt64(number))
                    points += try await history.store(
                        series, answering: Synthetic.window(range, granularity, index: index)
                    ).added
                }
            }
        }
        return points
    }
}
