public import UsageModel

/// The window, statistics and time that an answer stands for.
public struct AnsweredWindow: Sendable, Hashable {
    public var scope: Scope
    public var api: API
    public var granularity: Granularity
    /// The range that was asked for.
    public var range: TimeRange
    /// The statistics that were asked for.
    public var statistics: StatisticSelection
    /// When the request was sent: what happened later is not in the answer.
    public var fetchedAt: UnixTime
    /// Buckets that ended at least this many seconds before ``fetchedAt`` are final but for late revisions.
    public var settleDelay: Int64
    /// The unreadable ranges of the answer, by statistic: it says nothing about them.
    public var unreadable: [StatisticName: UnreadableRanges] = [:]

    public init(
        scope: Scope, api: API = .usage, granularity: Granularity, range: TimeRange, statistics: StatisticSelection,
        fetchedAt: UnixTime, settleDelay: Int64
    ) {
        self.scope = scope
        self.api = api
        self.granularity = granularity
        self.range = range
        self.statistics = statistics
        self.fetchedAt = fetchedAt
        self.settleDelay = settleDelay
    }

    /// Whether it is about billing metrics.
    var isBilling: Bool { api == .usageV2 }

    /// The boundary between settled and provisional buckets.
    public var settledUntil: UnixTime { granularity.floor(fetchedAt - settleDelay) }

    /// The part of ``range`` that is settled, whole buckets only.
    public var settled: TimeRange {
        TimeRange(granularity.ceiling(range.start), min(granularity.floor(range.end), settledUntil))
    }
}

/// Where the values of one statistic could not be read.
public struct UnreadableRanges: Sendable, Hashable {
    public var ranges: TimeRangeSet
    /// Why, for people.
    public var reason: String
    /// Whether every answer that has them fails.
    public var breaksAnswers: Bool

    public init(_ ranges: TimeRangeSet, reason: String, breaksAnswers: Bool = false) {
        self.ranges = ranges
        self.reason = reason
        self.breaksAnswers = breaksAnswers
    }
}

/// The outcome of storing an answer.
public struct StoreOutcome: Sendable, Hashable {
    /// Points that were not there before.
    public var added = 0
    /// Points that had another value before.
    public var revised = 0
    /// The ranges that are now answered for the scope and granularity, by statistic or `*`.
    public var answered: [StatisticName: TimeRangeSet] = [:]
    /// The ranges that are now set aside in the scope and granularity.
    public var setAside: [SetAside] = []
}
