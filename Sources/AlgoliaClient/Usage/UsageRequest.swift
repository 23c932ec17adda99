public import UsageModel

/// One question to the Usage API.
public struct UsageRequest: Sendable, Hashable {
    /// The longest range that one request may ask for, in seconds.
    public static func longestRange(_ granularity: Granularity) -> Int64 {
        granularity == .daily ? 365 * 86_400 : 7 * 86_400
    }

    public var scope: Scope
    public var statistics: StatisticSelection
    /// `hourly` or `daily`.
    public var granularity: Granularity
    public var range: TimeRange

    public init(scope: Scope, statistics: StatisticSelection, granularity: Granularity, range: TimeRange) {
        self.scope = scope
        self.statistics = statistics
        self.granularity = granularity
        self.range = range
    }

    /// Path and query, percent-encoded. The wildcard is sent as it is: `*` is legal in a path.
    var target: String {
        let names =
            switch statistics {
            case .all: "*"
            case .names(let names): names.map(PercentEncoding.pathSegment).joined(separator: ",")
            }
        let index = scope.isIndex ? "/" + PercentEncoding.pathSegment(scope.index) : ""
        return "/1/usage/\(names)\(index)?startDate=\(RFC3339.string(range.start))"
            + "&endDate=\(RFC3339.string(range.end))&granularity=\(granularity.rawValue)"
    }
}
