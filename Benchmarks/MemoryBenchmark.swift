import Foundation

/// The exporter after a backfill of some ten thousand series from the simulator, scraped and idle.
enum MemoryBenchmark {
    static func run(folder: String) async throws {
        guard ReleaseBinary.exists else {
            return Table.row("memory", "not measured", "build the exporter first: make build")
        }
        let vendor = try freePort()
        let port = try freePort()
        let simulator = try ReleaseBinary([
            "simulate", "--indices=170", "--requests-per-minute=100000", "--web.listen-address=127.0.0.1:\(vendor)",
        ])
        defer { simulator.stop() }
        let configuration = """
            endpoints: { usage: "http://127.0.0.1:\(vendor)", search: "http://127.0.0.1:\(vendor)" }
            polling: { requests_per_minute: 60000 }
            """
        let file = "\(folder)/memory.yml"
        try configuration.write(toFile: file, atomically: true, encoding: .utf8)
        let exporter = try ReleaseBinary(
            [
                "serve", "--config.file=\(file)", "--storage.path=\(folder)/memory.db",
                "--web.listen-address=127.0.0.1:\(port)",
            ],
            environment: [
                "ALGOLIA_APPLICATION_ID": "DEMOAPP", "ALGOLIA_USAGE_API_KEY": "demo-usage-key",
                "ALGOLIA_SEARCH_API_KEY": "demo-search-key",
            ])
        defer { exporter.stop() }
        try await waitFor("http://127.0.0.1:\(port)/api/v1/status", seconds: 600) {
            $0.contains(#""state":"current""#) && !$0.contains(#""indices":0"#)
        }
        var series = 0
        for _ in 0..<5 {
            try await waitFor("http://127.0.0.1:\(port)/metrics", seconds: 30) { page in
                series = page.split(separator: "\n").filter { !$0.hasPrefix("#") }.count
                return true
            }
        }
        // What is given back is given back within seconds of the last request.
        try await Task.sleep(for: .seconds(10))
        Table.row(
            "resident, \(series) lines on /metrics, idle", "\((exporter.residentBytes / 1e6).text(0)) MB", "promised 64"
        )
    }
}
