internal import GRDB
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
        plan.series = try await largest(top, of: plan.series, query, now: now)
        plan.fetched = try await fetched
        return plan
    }

    /// The same for series that were selected in a way that no ``RangeQuery`` can say.
    public func plan(of selected: [StoredSeries], _ query: RangeQuery) async throws -> RangePlan {
        try await read { db in
            let reader = try PackedRowReader(db, query.granularity)
            let series = try selected.filter { try reader.hasPoint(series: $0.id, range: query.range) }
            return RangePlan(query: query, series: series, fetched: nil)
        }
    }

    static func points(
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
}
