internal import AlgoliaClient
internal import History
internal import Logging
internal import UsageModel

/// One request to make, and why.
struct PlannedRequest: Hashable {
    enum Purpose: String {
        /// The unsettled tail.
        case live
        /// A statistic that was refused a while ago.
        case probe
        /// The settled newest week, for late revisions.
        case revision
        case backfill
        /// A range that was set aside a day ago.
        case retry
        /// One bucket older than the vendor served a day ago.
        case horizon
        /// A part of a request that fails, to find what makes it fail.
        case isolation
        /// Somebody has asked for it.
        case readThrough = "read_through"
    }

    var scope: Scope
    var granularity: Granularity
    var range: TimeRange
    var statistics: StatisticSelection
    var purpose: Purpose

    /// Seconds that one request may span.
    static func longest(_ granularity: Granularity) -> Int64 { UsageRequest.longestRange(granularity) }

    /// The part of `range` that one request asks for, at its end: backfill goes newest first.
    static func newestWindow(of range: TimeRange, _ granularity: Granularity) -> TimeRange {
        TimeRange(max(range.start, range.end - longest(granularity)), range.end)
    }

    /// The number of requests that `range` takes, one ``newestWindow(of:_:)`` after the other.
    static func windows(in range: TimeRange, _ granularity: Granularity) -> Int {
        Int((range.seconds + longest(granularity) - 1) / longest(granularity))
    }

    /// The window that its answer covers when it was sent at `fetchedAt`.
    func window(fetchedAt: UnixTime, _ settings: CollectionSettings) -> AnsweredWindow {
        AnsweredWindow(
            scope: scope, api: statistics.isBilling ? .usageV2 : .usage, granularity: granularity, range: range,
            statistics: statistics, fetchedAt: fetchedAt, settleDelay: settings.settleDelay)
    }

    /// Its description in the log.
    var metadata: Logger.Metadata {
        ["index": "\(scope.index)", "granularity": "\(granularity.rawValue)", "range": "\(range)"]
    }
}
