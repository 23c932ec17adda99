import AsyncHTTPClient
import History
import NIOCore
import UsageModel

/// Scrapes over loopback, with the client in the same process on the same cores.
enum MetricsBenchmark {
    static func run(folder: String) async throws {
        for (series, indices) in [(100, 1), (10_000, 100)] {
            let history = try History(path: "\(folder)/metrics-\(series).db")
            let range = TimeRange(Synthetic.end - 86_400, Synthetic.end)
            let statistics = (0..<100).map { "statistic_\($0)" as StatisticName }
            for index in 0..<indices {
                var window = Synthetic.window(range, index: "index_\(index)")
                window.fetchedAt = Synthetic.end
                _ = try await history.store(
                    Synthetic.series(statistics, range: range, seed: UInt64(index)), answering: window)
            }
            try await scrape(history, series: series)
            try history.close()
        }
    }

    private static func scrape(_ history: History, series: Int) async throws {
        try await LocalServer.with(history) { number in try await scrape(port: number, series: series) }
    }

    private static func scrape(port number: Int, series: Int) async throws {
        let http = HTTPClient(eventLoopGroupProvider: .singleton)
        var size = 0
        func get() async throws {
            let response = try await http.execute(
                HTTPClientRequest(url: "http://127.0.0.1:\(number)/metrics"), timeout: .seconds(30))
            size = try await response.body.collect(upTo: 1 << 26).readableBytes
        }
        let first = try await median(runs: 1, get)
        let count = series > 1000 ? 500 : 5000
        let time = try await median(runs: 3) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<(count / 8) {
                            let response = try await http.execute(
                                HTTPClientRequest(url: "http://127.0.0.1:\(number)/metrics"), timeout: .seconds(30))
                            _ = try await response.body.collect(upTo: 1 << 26)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        Table.row(
            "/metrics with \(series) series, \(size / 1000) kB", "\((Double(count) / time).text(0)) requests/s",
            "first after a change \((first * 1000).text(1)) ms; \(ownResidentMegabytes)")
        try await http.shutdown()
    }
}
