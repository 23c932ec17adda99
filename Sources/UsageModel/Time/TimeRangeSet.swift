/// A set of instants held as disjoint, non-adjacent ranges in ascending order.
///
/// Coverage is such a set, and what to fetch is the difference of two.
public struct TimeRangeSet: Sendable, Hashable {
    /// Disjoint, non-adjacent, ascending, none empty.
    public private(set) var ranges: [TimeRange] = []

    public init() {}

    public init(_ ranges: some Sequence<TimeRange>) {
        let sorted = ranges.filter { !$0.isEmpty }.sorted { $0.start < $1.start }
        for range in sorted {
            if let last = self.ranges.last, last.end >= range.start {
                self.ranges[self.ranges.count - 1].end = max(last.end, range.end)
            } else {
                self.ranges.append(range)
            }
        }
    }

    public init(_ range: TimeRange) { if !range.isEmpty { ranges = [range] } }

    /// - Parameter ranges: as the set holds them.
    private init(normal ranges: [TimeRange]) { self.ranges = ranges }

    public var isEmpty: Bool { ranges.isEmpty }

    /// Sum of the lengths, in seconds; the largest integer where that is not enough.
    public var seconds: Int64 {
        ranges.reduce(0) { sum, range in
            let (longer, isTooLong) = sum.addingReportingOverflow(range.seconds)
            return isTooLong ? .max : longer
        }
    }

    public func union(_ other: TimeRangeSet) -> TimeRangeSet {
        if other.isEmpty { return self }
        if isEmpty { return other }
        var union: [TimeRange] = []
        union.reserveCapacity(ranges.count + other.ranges.count)
        var (left, right) = (ranges[...], other.ranges[...])
        // The one that starts first; at the end of one list, what is left of the other.
        while let next = (left.first?.start ?? .max) <= (right.first?.start ?? .max)
            ? left.popFirst() ?? right.popFirst() : right.popFirst()
        {
            if let last = union.last, last.end >= next.start {
                union[union.count - 1].end = max(last.end, next.end)
            } else {
                union.append(next)
            }
        }
        return TimeRangeSet(normal: union)
    }

    public func intersection(_ other: TimeRangeSet) -> TimeRangeSet {
        var shared: [TimeRange] = []
        var left = 0
        var right = 0
        while left < ranges.count, right < other.ranges.count {
            let overlap = ranges[left].intersection(other.ranges[right])
            if !overlap.isEmpty { shared.append(overlap) }
            if ranges[left].end < other.ranges[right].end { left += 1 } else { right += 1 }
        }
        return TimeRangeSet(normal: shared)
    }

    public func subtracting(_ other: TimeRangeSet) -> TimeRangeSet {
        var rest: [TimeRange] = []
        for range in ranges {
            var start = range.start
            for hole in other.ranges where hole.overlaps(range) {
                if hole.start > start { rest.append(TimeRange(start, hole.start)) }
                start = max(start, hole.end)
            }
            if start < range.end { rest.append(TimeRange(start, range.end)) }
        }
        return TimeRangeSet(normal: rest)
    }

    public func contains(_ range: TimeRange) -> Bool {
        range.isEmpty || ranges.contains { $0.start <= range.start && $0.end >= range.end }
    }
}
