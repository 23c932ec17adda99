import Foundation
import History
import UsageModel

/// From the start of the process to `/ready` on a file of ten million points, the vendor away.
enum StartBenchmark {
    static func run(folder: String) async throws {
        guard ReleaseBinary.exists else {
            return Table.row("start", "not measured", "build the exporter first: make build")
        }
        let path = "\(folder)/start.db"
        let history = try History(path: path)
        let statistics = Array(StatisticCatalogue.names(perIndex: true).prefix(60))
        let points = try await Synthetic.fill(history, indices: 19, statistics: statistics)
        try history.close()
        // Port 1 of loopback: nobody listens there.
        let file = "\(folder)/start.yml"
        try "endpoints: { usage: \"http://127.0.0.1:1\" }".write(toFile: file, atomically: true, encoding: .utf8)
        var resident = 0.0
        let time = try await median(runs: 5) {
            let port = try freePort()
            let binary = try ReleaseBinary(
                ["serve", "--config.file=\(file)", "--storage.path=\(path)", "--web.listen-address=127.0.0.1:\(port)"],
                environment: ["ALGOLIA_APPLICATION_ID": "APP", "ALGOLIA_USAGE_API_KEY": "benchmark"])
            try await waitFor("http://127.0.0.1:\(port)/ready", seconds: 30)
            resident = binary.residentBytes
            binary.stop()
        }
        Table.row(
            "start to ready and stop, \(points / 1_000_000) million points", "\((time * 1000).text(0)) ms",
            "promised 300 to ready; \((resident / 1e6).text(0)) MB resident")
    }
}
