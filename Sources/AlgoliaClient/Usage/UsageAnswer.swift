public import UsageModel

/// An answer of the Usage API, as far as it can be read.
public struct UsageAnswer: Sendable, Hashable {
    /// Series in the order of the document, one for each statistic and key; a statistic without points has none.
    public var series: [SeriesPoints] = []
    /// The unreadable values, by statistic. Nothing follows for the buckets that it names.
    public var unreadable: [UnreadableStatistic] = []
    /// An error that the answer reports beside its series; it may lack anything then. Nil when it says nothing.
    public var failure: String?
    /// Points of times that were not asked for; they are not among ``series``.
    public var outside = 0
    /// Statistics and keys whose names cannot be names, because they contain NUL; they are left out.
    public var unnamed = 0

    public init(series: [SeriesPoints] = []) { self.series = series }

    /// Takes away the points outside `range`, and counts them. Where none is within it, and any further than a bucket
    /// from it, the answer is to another question, and says nothing about this one.
    mutating func limit(to range: TimeRange, _ granularity: Granularity) {
        let near = TimeRange(range.start - granularity.seconds, range.end + granularity.seconds)
        let times = series.lazy.flatMap(\.points).map(\.time)
        if !times.contains(where: range.contains), times.contains(where: { !near.contains($0) }) {
            let count = series.reduce(0) { $0 + $1.points.count }
            failure = failure ?? "none of its \(count) points is of the time that was asked for"
        }
        for position in series.indices {
            let points = series[position].points
            guard !points.allSatisfy({ range.contains($0.time) }) else { continue }
            series[position].points = points.filter { range.contains($0.time) }
            outside += points.count - series[position].points.count
        }
        series.removeAll { $0.points.isEmpty }
        for position in unreadable.indices { unreadable[position].times.removeAll { !range.contains($0) } }
        unreadable.removeAll { $0.times.isEmpty && !$0.isSomewhere }
    }
}

/// One statistic's values that could not be read.
public struct UnreadableStatistic: Sendable, Hashable {
    public var statistic: StatisticName
    /// The buckets that they stand at, as the vendor named them.
    public var times: [UnixTime]
    /// Whether something stands at a time that is not known: any bucket without a point may be meant.
    public var isSomewhere: Bool
    /// How the first of them begins.
    public var text: String

    public init(statistic: StatisticName, times: [UnixTime], isSomewhere: Bool, text: String) {
        self.statistic = statistic
        self.times = times
        self.isSomewhere = isSomewhere
        self.text = text
    }
}
