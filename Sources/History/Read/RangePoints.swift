public import UsageModel

/// The answer to a range query before any point is read.
public struct RangePlan: Sendable {
    public let query: RangeQuery
    /// The series with points, in the order of the answer.
    public let series: [StoredSeries]
    /// The share of the asked range (up to now) that was fetched; nil where the series were selected otherwise.
    public let coverage: Double?
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

    /// Stored points of a batch: about 100 kB.
    private static let batch = 4096

    private let history: History
    private let plan: RangePlan
    private let slices: [SeriesSlice]
    private let limit: Int
    /// Where to read on; nil after the end.
    private var position: PointBatch.Position? = .start
    /// The series whose last bucket may still grow.
    private var open: (series: Int, fold: BucketFold)?

    public init(_ history: History, _ plan: RangePlan) {
        self.history = history
        self.plan = plan
        let query = plan.query
        slices = plan.series.map { SeriesSlice(series: $0.id, granularity: query.granularity, range: query.range) }
        // Many stored points become few.
        let factor = (query.step ?? 0) / query.granularity.seconds
        limit = min(Self.batch * Int(max(min(factor, 16), 1)), History.batchPoints)
    }

    /// The next parts, which may be none; nil after the last.
    public mutating func next() async throws -> [Part]? {
        guard let start = position else { return nil }
        try Task.checkCancellation()
        let batch = try await history.points(of: slices, from: start, limit: limit)
        position = batch.rest
        var parts: [Part] = []
        for run in batch.runs {
            guard let step = plan.query.step, step > plan.query.granularity.seconds else {
                parts.append(Part(series: run.slice, points: Array(batch.points[run.points])))
                continue
            }
            if open?.series != run.slice {
                close(&parts)
                let aggregate = plan.query.aggregate(for: plan.series[run.slice].key.statistic)
                let fold = BucketFold(
                    step: step, aggregate: aggregate, origin: plan.query.origin, isMonthly: plan.query.isMonthly)
                open = (run.slice, fold)
            }
            for point in batch.points[run.points] { open?.fold.add(point) }
            append(open?.fold.take() ?? [], of: run.slice, to: &parts)
        }
        if position == nil { close(&parts) }
        return parts
    }

    private mutating func close(_ parts: inout [Part]) {
        guard var last = open else { return }
        last.fold.finish()
        append(last.fold.take(), of: last.series, to: &parts)
        open = nil
    }

    private func append(_ points: [Point], of series: Int, to parts: inout [Part]) {
        if !points.isEmpty { parts.append(Part(series: series, points: points)) }
    }
}
