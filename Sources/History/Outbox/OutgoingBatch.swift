public import UsageModel

/// The points to be sent next to one destination of remote write.
public struct OutgoingBatch: Sendable {
    /// A part of one series.
    public struct Part: Sendable {
        public let series: StoredSeries
        public let granularity: Granularity
        /// Settled, ascending.
        public internal(set) var points: [Point]
        /// Which buckets are done with when the batch is confirmed; nil for late ones.
        var range: TimeRange?
        /// Points of ``range`` that are not settled and never will be: they are not sent.
        var withheld: [Point] = []
        /// Late buckets that are done with.
        var late: [UnixTime] = []
        /// Where the series is in the outbox's table.
        var entry: Int?
    }

    /// Series by series; the points of each follow those of the batch before.
    public internal(set) var parts: [Part]
    /// Whether it sends again what was sent already, because it has changed since.
    public let isLate: Bool

    /// How many points it has. A batch without any only says that nothing was reported.
    public var pointCount: Int { parts.reduce(0) { $0 + $1.points.count } }

    /// The start of the oldest bucket; nil without points.
    public var oldest: UnixTime? { parts.compactMap(\.points.first?.time).min() }
}
