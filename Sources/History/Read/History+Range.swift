internal import GRDB
private import Synchronization
public import UsageModel

extension History {
    /// The most points that one answer may have.
    public static let pointLimit = 1_000_000

    /// The series that answer `query`, in the order of application, index, statistic, key; those of the largest sums, the
    /// largest first.
    /// - Parameter now: the share of coverage counts up to here; the future cannot be fetched.
    /// - Throws: ``RangeTooLarge`` before anything is read.
    public func range(_ query: RangeQuery, now: UnixTime, limit: Int = History.pointLimit) async throws -> RangeAnswer {
        let plan = try await plan(query, now: now, limit: limit)
        let fetched = if let fetched = plan.fetched { fetched } else { try await fetchedRanges(of: query, now: now) }
        return RangeAnswer(series: try await range(of: plan.series, query), fetched: fetched)
    }

    /// The points of `selected`, in the order given, with the granularity, range, step and aggregate of `query`.
    ///
    /// For those who select series in a way that no ``RangeQuery`` can say, and who see to it that
    /// they are not too many. A series without points is left out.
    public func range(of selected: [StoredSeries], _ query: RangeQuery) async throws -> [RangeSeries] {
        try await read { db in
            let reader = try PackedRowReader(db, query.granularity)
            return try selected.compactMap { series in
                let points = try Self.points(of: series.id, series.key.statistic, query, reader)
                return points.isEmpty ? nil : RangeSeries(key: series.key, points: points)
            }
        }
    }

    /// Returns the plan that ``RangePoints`` reads for `query`: the series are known, and how much was fetched, but no
    /// point is in memory. Answers of a million points are written from this.
    /// - Parameter now: the share of coverage counts up to here; the future cannot be fetched.
    /// - Throws: ``RangeTooLarge``.
    public func plan(_ query: RangeQuery, now: UnixTime, limit: Int = History.pointLimit) async throws -> RangePlan {
        let isRanked = query.top != nil
        var plan = try await read { db in
            let matches = try SeriesSelection(db: db, query: query).matches()
            let reader = try PackedRowReader(db, query.granularity)
            try Self.refuseTooLarge(matches, query, reader, limit: limit)
            // Those of the largest sums are found by reading all; that says which have points.
            let series =
                try isRanked ? matches : matches.filter { try reader.hasPoint(series: $0.id, range: query.range) }
            let fetched = try isRanked ? nil : FetchedRanges(query, now: now, in: db)
            return RangePlan(query: query, series: series, fetched: fetched)
        }
        guard let top = query.top else { return plan }
        // How much was fetched of a thousand indices takes about as long as adding them up.
        async let fetched = fetchedRanges(of: query, now: now)
        plan.series = try await largest(top, of: plan.series, query)
        plan.fetched = try await fetched
        return plan
    }

    /// The series with the largest sums of what `query` asks for, the largest first. A series without points is left out.
    ///
    /// Two readers share the work, half of those that there are: the others are left to questions that are answered at
    /// once.
    private func largest(_ count: Int, of series: [StoredSeries], _ query: RangeQuery) async throws -> [StoredSeries] {
        let parts = Parts(of: series.count)
        async let second = sums(of: series, query, parts)
        let found = try await (sums(of: series, query, parts) + second).sorted { $0.position < $1.position }
        return Self.largest(found.map(\.sum), count).map { series[found[$0].position] }
    }

    /// Returns the sums that rank `series`, for the parts that this call takes. A series without points has no sum.
    private func sums(
        of series: [StoredSeries], _ query: RangeQuery, _ parts: Parts
    ) async throws -> [(position: Int, sum: Double)] {
        var sums: [(position: Int, sum: Double)] = []
        while let part = parts.take() {
            sums += try await read { db in
                let reader = try PackedRowReader(db, query.granularity)
                return try part.compactMap { position in
                    try Self.sum(of: series[position], query, reader).map { (position, $0) }
                }
            }
        }
        return sums
    }

    private static func sum(of series: StoredSeries, _ query: RangeQuery, _ reader: PackedRowReader) throws -> Double? {
        // Sums of sums need no buckets.
        if query.step == nil || query.aggregate(for: series.key.statistic) == .sum {
            return try reader.sum(series: series.id, range: query.range)
        }
        let points = try points(of: series.id, series.key.statistic, query, reader)
        return points.isEmpty ? nil : points.reduce(0) { $0 + $1.value.double }
    }

    /// The same for series that were selected in a way that no ``RangeQuery`` can say.
    public func plan(of selected: [StoredSeries], _ query: RangeQuery) async throws -> RangePlan {
        try await read { db in
            let reader = try PackedRowReader(db, query.granularity)
            let series = try selected.filter { try reader.hasPoint(series: $0.id, range: query.range) }
            return RangePlan(query: query, series: series, fetched: nil)
        }
    }

    private static func points(
        of series: Int64, _ statistic: StatisticName, _ query: RangeQuery, _ reader: PackedRowReader
    ) throws -> [Point] {
        guard let step = query.step, step > query.granularity.seconds else {
            return try reader.points(series: series, range: query.range)
        }
        var fold = BucketFold(
            step: step, aggregate: query.aggregate(for: statistic), origin: query.origin, isMonthly: query.isMonthly)
        try reader.forEach(series: series, range: query.range) { fold.add($0) }
        fold.finish()
        return fold.points
    }

    private static func refuseTooLarge(
        _ matches: [StoredSeries], _ query: RangeQuery, _ reader: PackedRowReader, limit: Int
    ) throws {
        let width = max(query.step ?? 0, query.granularity.seconds)
        // Without looking: the usual question is far below the limit.
        let most = (query.range.seconds / width + 2).multipliedReportingOverflow(by: Int64(matches.count))
        guard most.overflow || most.partialValue > Int64(limit) else { return }
        let slots = query.granularity
        let extents = try matches.compactMap { try reader.extent(series: $0.id)?.intersection(query.range) }
            .map { TimeRange(slots.ceiling($0.start), slots.ceiling($0.end)) }.filter { !$0.isEmpty }
        // The buckets from that of the first slot to that of the last: both may be partial.
        func count(_ width: Int64) -> Int64 {
            extents.reduce(Int64(0)) { sum, extent in
                let last = extent.end - slots.seconds
                return sum + (last - query.origin) / width - (extent.start - query.origin) / width + 1
            }
        }
        let points = count(width)
        guard points > limit else { return }
        let steps: [Int64] = [
            60, 300, 900, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 86_400, 7 * 86_400, 28 * 86_400, 364 * 86_400,
        ]
        throw RangeTooLarge(
            points: Int(points), limit: limit,
            fittingStep: steps.first { $0 > width && $0 % width == 0 && count($0) <= limit })
    }

    /// Positions of the largest sums, the largest first; a sum that is not a number is the smallest.
    private static func largest(_ sums: [Double], _ count: Int) -> [Int] {
        let sums = sums.map { $0.isNaN ? -.infinity : $0 }
        return Array(sums.indices.sorted { (sums[$0], $1) > (sums[$1], $0) }.prefix(count))
    }
}

/// Hands out ranges of positions to tasks that share a list: a task that finishes its range takes the next one.
private final class Parts: Sendable {
    private static let length = 64

    private let count: Int
    private let next = Atomic(0)

    init(of count: Int) { self.count = count }

    func take() -> Range<Int>? {
        let start = next.wrappingAdd(Self.length, ordering: .relaxed).oldValue
        return start < count ? start..<min(start + Self.length, count) : nil
    }
}
