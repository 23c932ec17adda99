internal import GRDB
public import UsageModel

/// A part of one stored series.
public struct SeriesSlice: Sendable, Hashable {
    /// The ``StoredSeries/id``.
    public var series: Int64
    public var granularity: Granularity
    public var range: TimeRange

    public init(series: Int64, granularity: Granularity, range: TimeRange) {
        self.series = series
        self.granularity = granularity
        self.range = range
    }
}

/// Points of many slices, one slice after another.
public struct PointBatch: Sendable {
    /// Points of one slice; the next batch may begin with more of it.
    public struct Run: Sendable {
        /// Which slice.
        public var slice: Int
        /// Never empty; ascending in time.
        public var points: Range<Int>
    }

    /// Where to read on.
    public struct Position: Sendable, Hashable {
        var slice: Int
        /// Nil for the start of the slice.
        var time: UnixTime?

        /// Before everything.
        public static let start = Position(slice: 0, time: nil)
    }

    public fileprivate(set) var points: [Point] = []
    /// Slices without points have none.
    public fileprivate(set) var runs: [Run] = []
    /// Nil when everything has been read.
    public fileprivate(set) var rest: Position?
}

extension History {
    /// Points of a batch, which has up to a row more: 1.5 MB.
    public static let batchPoints = 65_536
    /// Slices of a batch, for those that are almost empty.
    private static let batchSlices = 4096

    /// The points of `slices` from a position on, as many as fit a batch, in one transaction.
    ///
    /// For readers of many series: a batch costs the same memory however many slices there are
    /// and however long they are.
    /// - Parameter limit: points of a batch, which has up to a row more.
    public func points(
        of slices: [SeriesSlice], from position: PointBatch.Position, limit: Int = History.batchPoints
    ) async throws -> PointBatch {
        try await read { db in
            var batch = PointBatch()
            batch.points.reserveCapacity(min(limit + 64, (slices.count - position.slice) * 8784))
            var readers: [Granularity: PackedRowReader] = [:]
            var time = position.time
            let end = min(position.slice + Self.batchSlices, slices.count)
            for number in position.slice..<end {
                let slice = slices[number]
                let reader = try readers[slice.granularity] ?? PackedRowReader(db, slice.granularity)
                readers[slice.granularity] = reader
                let first = batch.points.count
                time = try reader.read(
                    series: slice.series, range: TimeRange(time ?? slice.range.start, slice.range.end),
                    into: &batch.points, limit: limit)
                if batch.points.count > first {
                    batch.runs.append(PointBatch.Run(slice: number, points: first..<batch.points.count))
                }
                if time != nil {
                    batch.rest = PointBatch.Position(slice: number, time: time)
                    return batch
                }
                if batch.points.count >= limit, number + 1 < slices.count {
                    batch.rest = PointBatch.Position(slice: number + 1, time: nil)
                    return batch
                }
            }
            if end < slices.count { batch.rest = PointBatch.Position(slice: end, time: nil) }
            return batch
        }
    }

    /// Grows with each new series. Series are never taken away.
    public func newestSeries() async throws -> Int64 {
        try await read { db in try Int64.fetchOne(db, sql: "SELECT max(id) FROM series") ?? 0 }
    }
}
