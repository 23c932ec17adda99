import History
import TestSupport
import Testing
import UsageModel

@Suite("Points of many series, batch by batch")
struct PointBatchTests {
    private let folder = TemporaryFolder()
    /// 2026-07-15T00:00:00Z.
    private let start: UnixTime = 1_784_073_600

    private func store(
        _ history: History, _ statistic: StatisticName, by granularity: Granularity = .hourly, _ points: [Point]
    ) async throws {
        _ = try await history.store(
            [SeriesPoints(statistic: statistic, points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), granularity: granularity,
                range: TimeRange(points[0].time, points[points.count - 1].time + granularity.seconds),
                statistics: .all, fetchedAt: start + 10_000 * 86_400, settleDelay: 7200))
    }

    /// The points of each slice, by reading batch after batch.
    private func read(_ history: History, _ slices: [SeriesSlice]) async throws -> (points: [[Point]], batches: Int) {
        var points = slices.map { _ in [Point]() }
        var batches = 0
        var position: PointBatch.Position? = .start
        while let from = position {
            let batch = try await history.points(of: slices, from: from)
            for run in batch.runs {
                #expect(!run.points.isEmpty)
                points[run.slice] += batch.points[run.points]
            }
            #expect(batch.points.count < 66_000)
            batches += 1
            position = batch.rest
        }
        return (points, batches)
    }

    @Test("Every slice has its points and no others, whatever its length and width")
    func slices() async throws {
        let history = try History(path: folder.file("history.db"))
        let hours = (0..<100_000).filter { $0 % 5000 < 4500 }.map {
            Point(time: start + Int64($0) * 3600, value: .integer(Int64($0)))
        }
        let days = (0..<50).map { Point(time: start + $0 * 86_400, value: .real(Double($0) + 0.5)) }
        try await store(history, "records", hours)
        try await store(history, "records", by: .daily, days)
        try await store(history, "data_size", Array(hours.prefix(10)))
        let ids = try await history.storedSeries().reduce(into: [:]) { $0[$1.key.statistic] = $1.id }
        let records = try #require(ids["records"])
        let size = try #require(ids["data_size"])
        func slice(_ id: Int64, _ granularity: Granularity, _ from: Int64, _ to: Int64) -> SeriesSlice {
            SeriesSlice(series: id, granularity: granularity, range: TimeRange(from, to))
        }
        let slices = [
            slice(records, .hourly, .min, .max), slice(records, .daily, start + 86_400, start + 3 * 86_400),
            slice(size, .daily, 0, .max), slice(size, .hourly, start + 3600, start + 7201), slice(99, .hourly, 0, .max),
            slice(records, .hourly, start + 1, start + 90_000 * 3600), slice(records, .hourly, start, start),
            slice(size, .hourly, -10, 0), slice(size, .hourly, 0, .max),
        ]
        let (points, batches) = try await read(history, slices)
        #expect(points[0] == hours)
        #expect(points[1] == Array(days[1..<3]))
        #expect(points[2].isEmpty && points[4].isEmpty && points[6].isEmpty && points[7].isEmpty)
        #expect(points[3] == Array(hours[1...2]))
        #expect(points[5] == hours.filter { $0.time > start && $0.time < start + 90_000 * 3600 })
        #expect(points[8] == Array(hours.prefix(10)))
        #expect(batches == 3)
        try history.close()
    }

    @Test("Thousands of empty slices, and none at all, end")
    func empty() async throws {
        let history = try History(path: folder.file("history.db"))
        #expect(try await history.newestSeries() == 0)
        try await store(history, "records", [Point(time: start, value: .integer(1))])
        #expect(try await history.newestSeries() == 1)
        #expect(try await read(history, []).batches == 1)
        let slices = (0..<10_000).map {
            SeriesSlice(series: 10_001 - $0, granularity: .hourly, range: TimeRange(0, .max))
        }
        let (points, batches) = try await read(history, slices.reversed())
        #expect(points.map(\.count).reduce(0, +) == 0 && batches == 3)
        let first = [SeriesSlice(series: 1, granularity: .hourly, range: TimeRange(0, .max))]
        #expect(try await read(history, slices + first).points.last?.count == 1)
        try history.close()
    }
}
