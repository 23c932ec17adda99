import History
import UsageModel
import Web

/// A year of hours of one series as JSON, from the file to the bytes of the answer.
enum RangeBenchmark {
    static func run(folder: String) async throws {
        let history = try History(path: "\(folder)/range.db")
        _ = try await Synthetic.fill(history, indices: 4, statistics: ["records", "total_search_requests"])
        let query = RangeQuery(
            statistics: ["records"], indices: .names(["index_1"]),
            range: TimeRange(Synthetic.end - 364 * 86_400, Synthetic.end))
        var bytes = 0
        let time = try await median(runs: 101) {
            var body = RangeBody(history, try await history.plan(query, now: Synthetic.end), .json)
            bytes = 0
            while let part = try await body.next() { bytes += part.count }
        }
        Table.row(
            "one year of hours as JSON, \(bytes / 1000) kB", "\((time * 1000).text(2)) ms",
            "promised 1.5; \(ownResidentMegabytes)")
        try history.close()
    }
}
