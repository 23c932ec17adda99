public import UsageModel

/// Which indices a query is about.
public enum IndexSelection: Sendable, Hashable {
    /// The application itself, no index.
    case application
    /// Every index, not the application itself.
    case all
    case names([IndexName])
}

/// A question about stored series over a range.
public struct RangeQuery: Sendable, Hashable {
    public var statistics: [StatisticName]
    /// Nil for every application.
    public var applications: [ApplicationID]?
    public var indices: IndexSelection
    /// Servers, regions or clusters; nil for every key.
    public var keys: [ServerName]?
    public var granularity: Granularity
    public var range: TimeRange
    /// Seconds of one output bucket, a multiple of the granularity; nil to take points as they are.
    public var step: Int64?
    /// Where a bucket of `step` begins, at or before the range; at 0, days begin at UTC midnight.
    public var origin: UnixTime = 0
    /// Whether output buckets are calendar months of UTC; ``step`` is then ``longestMonth``.
    public var isMonthly = false
    /// How buckets become one; nil for each statistic's own default.
    public var aggregate: Aggregate?
    /// Only the series with the largest sums.
    public var top: Int?

    /// Seconds of 31 days.
    public static let longestMonth: Int64 = 31 * 86_400

    public init(
        statistics: [StatisticName], applications: [ApplicationID]? = nil, indices: IndexSelection = .application,
        keys: [ServerName]? = nil, granularity: Granularity = .hourly, range: TimeRange, step: Int64? = nil,
        aggregate: Aggregate? = nil, top: Int? = nil
    ) {
        self.statistics = statistics
        self.applications = applications
        self.indices = indices
        self.keys = keys
        self.granularity = granularity
        self.range = range
        self.step = step
        self.aggregate = aggregate
        self.top = top
    }

    /// Where the output bucket ends that begins at `time`.
    public func end(ofBucket time: UnixTime) -> UnixTime {
        isMonthly ? CivilTime.month(containing: time).end : time + max(step ?? 0, granularity.seconds)
    }

    /// The aggregate that `statistic` is combined with.
    public func aggregate(for statistic: StatisticName) -> Aggregate {
        aggregate ?? StatisticCatalogue.describe(statistic).defaultAggregate
    }
}

/// One series of a range query's answer.
public struct RangeSeries: Sendable, Hashable {
    public var key: SeriesKey
    /// Ascending; a bucket that was not reported is absent.
    public var points: [Point]
}

/// The answer to a range query.
public struct RangeAnswer: Sendable, Hashable {
    public var series: [RangeSeries]
    /// The time that was fetched of all scopes asked.
    public var fetched: FetchedRanges

    /// The share of the asked range (up to now) that was fetched, over all scopes asked, in 0 ... 1.
    public var coverage: Double { fetched.share }
}

/// A range query's answer would be larger than allowed.
public struct RangeTooLarge: Error, Sendable, Hashable {
    /// Points that the answer could have.
    public var points: Int
    public var limit: Int
    /// Seconds of the smallest step that would fit, if one does.
    public var fittingStep: Int64?
}
