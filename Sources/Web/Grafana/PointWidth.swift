internal import UsageModel

/// How wide the buckets of an answer are, so that a panel gets no more of them than it has room for.
struct PointWidth: Sendable, Equatable {
    /// Seconds, a multiple of the granularity.
    var step: Int64
    /// Where a bucket begins.
    var origin: UnixTime = 0

    /// Seconds that divide an hour, a day or the next width, so that buckets begin where people expect it.
    private static let widths: [Int64] = {
        let minutes: [Int64] = [1, 2, 5, 10, 15, 30]
        let hours: [Int64] = [1, 2, 3, 4, 6, 12]
        let days: [Int64] = [1, 2, 7, 14, 28, 84, 182, 364, 1820]
        return minutes.map { $0 * 60 } + hours.map { $0 * 3600 } + days.map { $0 * 86_400 }
    }()

    /// The narrowest of which `range` has at most `most`.
    ///
    /// Buckets begin at multiples of their width since 1970, and those of days at UTC midnight. A range
    /// too short for that (of an hour around midnight, in one bucket) is divided from its own start.
    /// - Parameters:
    ///   - most: points in a series; at least 1.
    ///   - interval: seconds; no bucket is narrower.
    static func fitting(
        _ range: TimeRange, _ granularity: Granularity, most: Int64, interval: Int64
    ) -> PointWidth {
        let start = granularity.floor(max(range.start, 0))
        let seconds = max(range.end - start, 1)
        let candidates = widths.filter { $0 % granularity.seconds == 0 && $0 >= interval }
        let fitting = candidates.first { width in
            let buckets = (start + seconds - 1) / width - start / width + 1
            return buckets <= most && (width <= seconds || width == candidates.first)
        }
        if let fitting { return PointWidth(step: fitting) }
        let needed = max((seconds + most - 1) / most, interval)
        return PointWidth(step: granularity.ceiling(needed), origin: start)
    }
}
