import History
import TestSupport
import UsageModel

/// A history with an outbox, and short ways to fill the one and empty the other.
///
/// Hours are counted from `midnight`; what is missing is collected from there on.
struct OutboxFixture {
    static let now = midnight + 30 * 86_400
    let folder = TemporaryFolder()
    let history: History

    init() throws { history = try History(path: folder.file("history.db")) }

    func outbox(
        _ destination: String = "mimir", since: UnixTime = midnight, in other: History? = nil
    ) -> Outbox {
        Outbox(
            other ?? history, destination: destination, refreshInterval: 0,
            sampleCounts: { $0.map { _ in [.hourly: 1, .daily: 1, .minutely: 1] } },
            repairedSince: { granularity, _ in granularity.floor(since) })
    }

    /// Stores hours `range` of statistics, each with the value of `value`.
    func store(
        _ hours: Range<Int64>, _ statistics: [StatisticName] = ["records"], index: IndexName = "",
        granularity: Granularity = .hourly, asked: StatisticSelection = .all, api: API = .usage,
        fetchedAt: UnixTime = Self.now, settleDelay: Int64 = 7200, in other: History? = nil,
        value: (Int64) -> Int64? = { $0 }
    ) async throws {
        let seconds = granularity.seconds
        let points = hours.compactMap { hour in
            value(hour).map { Point(time: midnight + hour * seconds, value: .integer($0)) }
        }
        _ = try await (other ?? history).store(
            statistics.map { SeriesPoints(statistic: $0, points: points) },
            answering: AnsweredWindow(
                scope: Scope(application: "APP", index: index), api: api, granularity: granularity,
                range: TimeRange(midnight + hours.lowerBound * seconds, midnight + hours.upperBound * seconds),
                statistics: asked, fetchedAt: fetchedAt, settleDelay: settleDelay))
    }

    /// One point as it was sent: the statistic, the hour, the value.
    struct Sent: Hashable, CustomStringConvertible {
        var statistic: StatisticName
        var hour: Int64
        var value: Int64
        var description: String { "\(statistic)@\(hour)=\(value)" }
    }

    static func sent(_ batch: OutgoingBatch) -> [Sent] {
        batch.parts.flatMap { part in
            part.points.map { point in
                guard case .integer(let value) = point.value else { return Sent(statistic: "?", hour: 0, value: 0) }
                return Sent(
                    statistic: part.series.key.statistic, hour: (point.time - midnight) / part.granularity.seconds,
                    value: value)
            }
        }
    }

    /// Everything that waits, confirmed batch by batch.
    func drain(_ outbox: Outbox, limit: Int = 1000, now: UnixTime = Self.now) async throws -> [Sent] {
        var all: [Sent] = []
        while let batch = try await outbox.next(limit: limit, now: now) {
            all += Self.sent(batch)
            try await outbox.confirm()
        }
        return all
    }

    /// What is sent of one statistic, as hours.
    func hours(_ outbox: Outbox, now: UnixTime = Self.now) async throws -> [Int64] {
        try await drain(outbox, now: now).map(\.hour)
    }
}
