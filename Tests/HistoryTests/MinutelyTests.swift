import GRDB
import History
import TestSupport
import Testing
import UsageModel

@Suite("Minutes, their roll-up and retention")
struct MinutelyTests {
    private let folder = TemporaryFolder()
    /// 2026-07-15T00:00:00Z.
    private let start: UnixTime = 1_784_073_600

    private func store(
        _ history: History, _ values: [(minute: Int64, value: Double)], of statistic: StatisticName = "cpu_usage"
    ) async throws {
        let points = values.map { Point(time: start + $0.minute * 60, value: PointValue($0.value)) }
        let end = (points.map(\.time).max() ?? start) + 60
        _ = try await history.store(
            [SeriesPoints(statistic: statistic, key: "c1-1", points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), api: .monitoring, granularity: .minutely,
                range: TimeRange(start, end), statistics: .all, fetchedAt: end, settleDelay: 0))
    }

    private func points(
        _ history: History, _ statistic: StatisticName, _ granularity: Granularity
    ) async throws -> [Point] {
        try await history.range(
            RangeQuery(
                statistics: [statistic], granularity: granularity, range: TimeRange(start, start + 400 * 86_400)),
            now: start
        ).series.first?.points ?? []
    }

    private func hour(_ number: Int64, _ value: Double) -> Point {
        Point(time: start + number * 3600, value: PointValue(value))
    }

    @Test("An hour becomes its mean and its extremes as soon as a later one begins")
    func rollUp() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, [(0, 90), (30, 70), (59, 50)])
        #expect(try await points(history, "cpu_usage", .hourly).isEmpty, "the hour is not over")
        try await store(history, [(60, 40)])
        #expect(try await points(history, "cpu_usage", .hourly) == [hour(0, 70)])
        #expect(try await points(history, "cpu_usage_max", .hourly) == [hour(0, 90)])
        #expect(try await points(history, "cpu_usage_min", .hourly) == [hour(0, 50)])
        try await store(history, [(1, 10)])
        #expect(try await points(history, "cpu_usage", .hourly) == [hour(0, 55)], "a late minute counts")
    }

    @Test("A severity rolls up to its worst, an unknown metric to mean and maximum")
    func kinds() async throws {
        let history = try History(path: folder.file("history.db"))
        for statistic in ["cluster_status", "gpu_usage"] as [StatisticName] {
            try await store(history, [(0, 0), (1, 3), (60, 0)], of: statistic)
        }
        #expect(try await points(history, "cluster_status", .hourly) == [hour(0, 3)])
        #expect(try await points(history, "cluster_status_max", .hourly).isEmpty)
        #expect(try await points(history, "gpu_usage", .hourly) == [hour(0, 1.5)])
        #expect(try await points(history, "gpu_usage_max", .hourly) == [hour(0, 3)])
    }

    @Test("Minutes that are too old leave their hours behind, also the last one of a server that is gone")
    func expiry() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, (0..<300).map { ($0, Double($0)) })
        let before = try await points(history, "cpu_usage", .minutely)
        #expect(try await history.expire(.minutely, before: start + 2 * 3600 + 59) == 2)
        #expect(try await points(history, "cpu_usage", .minutely) == Array(before.dropFirst(120)))
        #expect(try await history.expire(.minutely, before: start + 86_400) == 3)
        #expect(try await points(history, "cpu_usage", .minutely).isEmpty)
        #expect(
            try await points(history, "cpu_usage", .hourly).map(\.value.double) == [29.5, 89.5, 149.5, 209.5, 269.5])
        #expect(try await points(history, "cpu_usage_max", .hourly).map(\.value.double) == [59, 119, 179, 239, 299])
        #expect(try await history.expire(.minutely, before: start + 86_400) == 0)
    }

    @Test("Coverage ends where the points end")
    func coverage() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, (0..<300).map { ($0, 1) })
        try await history.expire(.minutely, before: start + 2 * 3600)
        let coverage = try await history.coverage().first { $0.granularity == .minutely }
        #expect(coverage?.ranges.ranges == [TimeRange(start + 2 * 3600, start + 300 * 60)])
    }

    @Test("Hourly points can be given an end as well; others are not touched")
    func hourly() async throws {
        let history = try History(path: folder.file("history.db"))
        for (granularity, width) in [(Granularity.hourly, Int64(3600)), (.daily, 86_400)] {
            let points = (0..<40).map { Point(time: start + $0 * width, value: .integer($0)) }
            _ = try await history.store(
                [SeriesPoints(statistic: "records", points: points)],
                answering: AnsweredWindow(
                    scope: Scope(application: "APP"), granularity: granularity,
                    range: TimeRange(start, start + 40 * width), statistics: .all, fetchedAt: start + 100 * 86_400,
                    settleDelay: 7200))
        }
        try await history.expire(.hourly, before: start + 30 * 3600)
        #expect(try await points(history, "records", .hourly).map(\.value) == (24..<40).map { .integer($0) })
        #expect(try await points(history, "records", .daily).count == 40)
    }

    @Test("Coarser points fill hours that were never seen, and no others")
    func fill() async throws {
        let history = try History(path: folder.file("history.db"))
        try await store(history, [(0, 80), (60, 40)])
        try await history.fill(
            [SeriesPoints(statistic: "cpu_usage", key: "c1-1", points: [hour(0, 1), hour(2, 2)])], application: "APP",
            api: .monitoring, granularity: .hourly)
        #expect(try await points(history, "cpu_usage", .hourly) == [hour(0, 80), hour(2, 2)])
    }

    @Test("Whoever stores goes in between the deletions")
    func smallTransactions() async throws {
        let history = try History(path: folder.file("history.db"))
        let keys = (0..<400).map { "c1-\($0)" as ServerName }
        let points = (0..<48).map { Point(time: start + $0 * 3600, value: .integer($0)) }
        let end = start + 48 * 3600
        _ = try await history.store(
            keys.map { SeriesPoints(statistic: "cpu_usage", key: $0, points: points) },
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), api: .monitoring, granularity: .minutely,
                range: TimeRange(start, end), statistics: .all, fetchedAt: end, settleDelay: 0))
        async let deleted = history.expire(.minutely, before: end)
        var stored = 0
        while try await history.range(
            RangeQuery(
                statistics: ["cpu_usage"], keys: [keys[399]], granularity: .minutely,
                range: TimeRange(start, end)), now: end
        ).series.first != nil {
            // After the deleted time, so that nothing of it is deleted.
            try await store(history, [(48 * 60 + Int64(stored), 1)], of: "ssd_usage")
            stored += 1
        }
        #expect(stored > 1, "the deletion is many transactions")
        #expect(try await deleted == 400 * 48)
    }
}
