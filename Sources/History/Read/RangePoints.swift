internal import GRDB
public import UsageModel

/// The answer to a range query before any point is read.
public struct RangePlan: Sendable {
    public let query: RangeQuery
    /// The series with points, in the order of the answer.
    public internal(set) var series: [StoredSeries]
    /// The time that was fetched; nil where the series were selected otherwise.
    public internal(set) var fetched: FetchedRanges?

    /// The share of the asked range (up to now) that was fetched; nil where the series were selected otherwise.
    public var coverage: Double? { fetched?.share }
}

/// Reads the points of a plan, some thousands at a time.
///
/// However long the answer is and however many there are, each needs the memory of one batch; between two batches
/// nothing is held, neither points nor a transaction.
public struct RangePoints: Sendable {
    /// Points of one series; the next part may have more of it.
    public struct Part: Sendable {
        /// The position in ``RangePlan/series``. Never lower than the one before.
        public var series: Int
        /// Never empty; ascending, combined as the query asks.
        public var points: [Point]
    }

    /// Points of a batch: half a year of hours, 105 kB.
    private static let batch = 4392

    private let history: History
    private let plan: RangePlan
    private let slices: [SeriesSlice]
    /// Where to read on; nil after the end.
    private var position: PointBatch.Position? = .start
    /// What was combined of the series to read on with.
    private var fold: BucketFold?

    public init(_ history: History, _ plan: RangePlan) {
        self.history = history
        self.plan = plan
        let query = plan.query
        slices = plan.series.map { SeriesSlice(series: $0.id, granularity: query.granularity, range: query.range) }
    }

    /// The next parts, which may be none; nil after the last.
    public mutating func next() async throws -> [Part]? {
        guard let start = position else { return nil }
        try Task.checkCancellation()
        if let step = plan.query.step, step > plan.query.granularity.seconds {
            let (plan, fold) = (plan, fold)
            let combined = try await history.read { db in
                var combined = CombinedPoints(plan: plan, step: step, fold: fold)
                // Many stored points become few.
                let factor = min(step / plan.query.granularity.seconds, 16)
                try combined.read(db, from: start, limit: min(Self.batch * Int(factor), History.batchPoints))
                return combined
            }
            position = combined.rest
            self.fold = combined.fold
            return combined.parts
        }
        let batch = try await history.points(of: slices, from: start, limit: Self.batch)
        position = batch.rest
        if batch.runs.count == 1 { return [Part(series: batch.runs[0].slice, points: batch.points)] }
        return batch.runs.map { Part(series: $0.slice, points: Array(batch.points[$0.points])) }
    }
}

/// Points that are combined while they are read, in one transaction: they are never in memory as such.
private struct CombinedPoints: Sendable {
    let plan: RangePlan
    /// Seconds of a bucket.
    let step: Int64
    /// What was combined of the series to begin with; afterwards, of the series that is left in the middle.
    private(set) var fold: BucketFold?
    private(set) var parts: [RangePoints.Part] = []
    /// Where to read on; nil after the end.
    private(set) var rest: PointBatch.Position?

    init(plan: RangePlan, step: Int64, fold: BucketFold?) {
        self.plan = plan
        self.step = step
        self.fold = fold
    }

    /// - Parameter limit: stored points to read, and a row more.
    mutating func read(_ db: Database, from start: PointBatch.Position, limit: Int) throws {
        let query = plan.query
        let reader = try PackedRowReader(db, query.granularity)
        var (position, read) = (start, 0)
        while position.slice < plan.series.count {
            let series = plan.series[position.slice]
            var buckets =
                fold
                ?? BucketFold(
                    step: step, aggregate: query.aggregate(for: series.key.statistic), origin: query.origin,
                    isMonthly: query.isMonthly)
            let range = TimeRange(position.time ?? query.range.start, query.range.end)
            position.time = try reader.fold(series: series.id, range: range, into: &buckets, read: &read, limit: limit)
            if position.time == nil { buckets.finish() }
            let points = buckets.take()
            if !points.isEmpty { parts.append(RangePoints.Part(series: position.slice, points: points)) }
            fold = position.time == nil ? nil : buckets
            if position.time == nil { position.slice += 1 }
            // A look-up of a series without points costs as much as some points.
            read += 16
            if read >= limit, position.slice < plan.series.count {
                rest = position
                return
            }
        }
    }
}
