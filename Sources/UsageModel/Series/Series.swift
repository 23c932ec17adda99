/// Which of the vendor's APIs a series comes from.
public enum API: String, Sendable, Hashable, CaseIterable, Codable {
    /// `usage.algolia.com`: everything in the statistics catalogue.
    case usage
    /// `status.algolia.com`: infrastructure and status.
    case monitoring
    /// `{application}-dsn.algolia.net`: the list of indices, with the levels of each.
    case search
    /// Version 2 of the Usage API at the same address: the metrics that its registry lists.
    case usageV2 = "usage_v2"
}

/// The identity of one time series.
public struct SeriesKey: Sendable, Hashable {
    public var application: ApplicationID
    public var api: API
    public var statistic: StatisticName
    /// The index, or `""` at application level.
    public var index: IndexName
    /// Server, region or cluster, or `""` for a scalar statistic.
    public var key: ServerName

    public init(
        application: ApplicationID, api: API = .usage, statistic: StatisticName, index: IndexName = "",
        key: ServerName = ""
    ) {
        self.application = application
        self.api = api
        self.statistic = statistic
        self.index = index
        self.key = key
    }
}

/// Where series are collected: an application as a whole, or one of its indices.
public struct Scope: Sendable, Hashable {
    public var application: ApplicationID
    /// The index, or `""` for the application itself.
    public var index: IndexName

    public init(application: ApplicationID, index: IndexName = "") {
        self.application = application
        self.index = index
    }

    public var isIndex: Bool { !index.isEmpty }
}

extension Scope: CustomStringConvertible {
    public var description: String { isIndex ? "\(application)/\(index)" : application.text }
}

/// The points of one statistic and key in one answer, ascending as the vendor sent them.
public struct SeriesPoints: Sendable, Hashable {
    public var statistic: StatisticName
    /// Server, region or cluster, or `""` for a scalar statistic.
    public var key: ServerName
    public var points: [Point]

    public init(statistic: StatisticName, key: ServerName = "", points: [Point]) {
        self.statistic = statistic
        self.key = key
        self.points = points
    }
}
