/// A half-open interval of Unix seconds, `start ..< end`.
public struct TimeRange: Sendable, Hashable {
    public var start: UnixTime
    public var end: UnixTime

    /// A range; one whose `end` is not after its `start` is empty.
    public init(_ start: UnixTime, _ end: UnixTime) {
        self.start = start
        self.end = max(start, end)
    }

    public var isEmpty: Bool { end <= start }

    /// Length in seconds; the largest integer where that is not enough.
    public var seconds: Int64 {
        let (length, isTooLong) = end.subtractingReportingOverflow(start)
        return isTooLong ? .max : length
    }

    public func contains(_ time: UnixTime) -> Bool { time >= start && time < end }

    /// The intersection of both ranges; empty when they share nothing.
    public func intersection(_ other: TimeRange) -> TimeRange {
        TimeRange(max(start, other.start), min(end, other.end))
    }

    public func overlaps(_ other: TimeRange) -> Bool { start < other.end && other.start < end }
}

extension TimeRange: CustomStringConvertible {
    /// `2026-07-15T00:00:00Z/2026-07-22T00:00:00Z`, as ISO 8601 writes intervals.
    public var description: String { "\(RFC3339.string(start))/\(RFC3339.string(end))" }
}
