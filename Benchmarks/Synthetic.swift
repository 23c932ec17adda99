import History
import UsageModel

/// Noisy values that compress no better than real ones.
enum Synthetic {
    /// 2026-07-15T00:00:00Z.
    static let end: UnixTime = 1_784_073_600

    /// A window of points of `statistics`, uniform below 10 to the sixth.
    static func series(
        _ statistics: [StatisticName], _ granularity: Granularity = .hourly, range: TimeRange, seed: UInt64
    ) -> [SeriesPoints] {
        var state = seed
        return statistics.map { statistic in
            var points: [Point] = []
            points.reserveCapacity(Int(range.seconds / granularity.seconds))
            for time in stride(from: range.start, to: range.end, by: Int(granularity.seconds)) {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                points.append(Point(time: time, value: .integer(Int64((state >> 33) % 1_000_000))))
            }
            return SeriesPoints(statistic: statistic, points: points)
        }
    }

    static func window(
        _ range: TimeRange, _ granularity: Granularity = .hourly, index: IndexName = ""
    ) -> AnsweredWindow {
        AnsweredWindow(
            scope: Scope(application: "APP", index: index), granularity: granularity, range: range, statistics: .all,
            fetchedAt: end + 86_400, settleDelay: 7200)
    }

    /// Fills `history` with a year of hours of `indices` indices, newest week first as a backfill does.
    /// - Returns: points stored.
    static func fill(_ history: History, indices: Int, statistics: [StatisticName]) async throws -> Int {
        var points = 0
        for week in 0..<52 as Range<Int64> {
            let range = TimeRange(end - (week + 1) * 7 * 86_400, end - week * 7 * 86_400)
            for index in 0..<indices {
                let series = series(statistics, range: range, seed: UInt64(week) << 20 | UInt64(index))
                points += try await history.store(series, answering: window(range, index: "index_\(index)")).added
            }
        }
        return points
    }
}
