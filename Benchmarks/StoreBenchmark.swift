import History
import UsageModel

/// A year of hours, a transaction for each answer of a week of every statistic.
enum StoreBenchmark {
    static func run(folder: String) async throws {
        let history = try History(path: "\(folder)/store.db")
        let statistics = StatisticCatalogue.names(perIndex: true)
        var stored = 0
        var seconds = 0.0
        for week in 0..<52 as Range<Int64> {
            let range = TimeRange(Synthetic.end - (week + 1) * 7 * 86_400, Synthetic.end - week * 7 * 86_400)
            for index in 0..<3 {
                let series = Synthetic.series(statistics, range: range, seed: UInt64(week) << 20 | UInt64(index))
                let window = Synthetic.window(range, index: "index_\(index)")
                seconds += try await median(runs: 1) {
                    stored += try await history.store(series, answering: window).added
                }
            }
        }
        Table.row(
            "store \(stored) points", "\((Double(stored) / seconds / 1e6).text(2)) M points/s",
            "promised 1.5; \(ownResidentMegabytes)")
        func bytesAPoint() -> String { (Double(history.size) / Double(stored)).text(2) }
        let before = bytesAPoint()
        try await history.compact()
        Table.row(
            "size of noisy values below 10⁶", "\(bytesAPoint()) bytes/point",
            "promised 6; \(before) with the log, before the compaction")
        try history.close()
    }
}
