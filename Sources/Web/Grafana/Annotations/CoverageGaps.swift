internal import History
internal import UsageModel

/// Time that ought to be fetched and is not.
struct CoverageGap: Sendable, Hashable {
    var application: ApplicationID
    /// Where it is missing: indices, `""` for the application itself.
    var indices: [IndexName]
    var granularity: Granularity
    var range: TimeRange
}

/// Finds gaps in what was fetched.
///
/// Time before a scope's first fetched instant is the past, not a gap, and time younger than
/// ``grace`` may still come. An index has no gap at its end: one that is deleted, or no longer
/// selected, would have it for ever.
struct CoverageGaps: Sendable {
    /// Seconds after a bucket's end within which every scope is polled.
    static let grace: Int64 = 7200

    private struct Track: Hashable {
        var scope: Scope
        var granularity: Granularity
    }

    private var fetched: [Track: TimeRangeSet] = [:]

    init(_ coverage: [Coverage], _ freshness: [Freshness]) {
        for one in coverage {
            fetched[Track(scope: one.scope, granularity: one.granularity), default: TimeRangeSet()] = one.ranges
        }
        // The tail was answered and may be revised.
        for tail in freshness {
            let track = Track(scope: tail.scope, granularity: tail.granularity)
            let range = TimeRange(min(tail.tailStart, tail.completeUntil), tail.completeUntil)
            fetched[track] = (fetched[track] ?? TimeRangeSet()).union(TimeRangeSet(range))
        }
    }

    /// The gaps within `range`, oldest first; those of an application's scopes that are alike are one.
    /// - Parameters:
    ///   - selects: which scopes are looked at.
    ///   - isCollected: whether an application is still collected.
    func gaps(
        in range: TimeRange, now: UnixTime, selects: (Scope) -> Bool, isCollected: (ApplicationID) -> Bool
    ) -> [CoverageGap] {
        var gaps: [CoverageGap: [IndexName]] = [:]
        for (track, known) in fetched where selects(track.scope) {
            guard let first = known.ranges.first, let last = known.ranges.last else { continue }
            let isOpen = !track.scope.isIndex && isCollected(track.scope.application)
            let settled = track.granularity.floor(now - Self.grace)
            let end = isOpen ? max(settled, last.end) : last.end
            let asked = TimeRangeSet(TimeRange(first.start, end).intersection(range))
            for gap in asked.subtracting(known).ranges {
                let alike = CoverageGap(
                    application: track.scope.application, indices: [], granularity: track.granularity, range: gap)
                gaps[alike, default: []].append(track.scope.index)
            }
        }
        return gaps.map { gap, indices in
            var gap = gap
            gap.indices = indices.sorted()
            return gap
        }.sorted {
            ($0.range.start, $0.application, $0.granularity.seconds, $0.indices.first ?? "")
                < ($1.range.start, $1.application, $1.granularity.seconds, $1.indices.first ?? "")
        }
    }
}
