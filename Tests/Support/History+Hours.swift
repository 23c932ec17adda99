public import History
public import UsageModel

extension History {
    /// Stores `records` of the application `APP`, 1 in each hour of `range`, as an answer that was settled when it came.
    public func storeHours(_ range: TimeRange) async throws {
        let points = stride(from: range.start, to: range.end, by: 3600).map { Point(time: $0, value: .integer(1)) }
        _ = try await store(
            [SeriesPoints(statistic: "records", points: points)],
            answering: AnsweredWindow(
                scope: Scope(application: "APP"), granularity: .hourly, range: range, statistics: .all,
                fetchedAt: range.end + 7200, settleDelay: 7200))
    }
}
