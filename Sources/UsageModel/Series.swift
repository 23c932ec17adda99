/// Which of the vendor's APIs a series comes from.
public enum API: String, Sendable, Hashable, CaseIterable, Codable {
    /// `usage.algolia.com`: everything in the statistics catalogue.
    case usage
    /// `status.algolia.com`: infrastructure and status.
    case monitoring
    /// `{application}-dsn.algolia.net`: names of indices, no series.
    case search
}

/// The identity of one time series.
public struct SeriesKey: Sendable, Hashable {
    public var application: String
    public var api: API
    public var statistic: String
    /// The index, or `""` at application level.
    public var index: String
    /// Server, region or cluster, or `""` for a scalar statistic.
    public var key: String

    public init(application: String, api: API = .usage, statistic: String, index: String = "", key: String = "") {
        self.application = application
        self.api = api
        self.statistic = statistic
        self.index = index
        self.key = key
    }
}

/// Where series are collected: an application as a whole, or one of its indices.
public struct Scope: Sendable, Hashable {
    public var application: String
    /// The index, or `""` for the application itself.
    public var index: String

    public init(application: String, index: String = "") {
        self.application = application
        self.index = index
    }

    public var isIndex: Bool { !index.isEmpty }
}

extension Scope: CustomStringConvertible {
    public var description: String { isIndex ? "\(application)/\(index)" : application }
}

/// The points of one statistic and key in one answer, ascending as the vendor sent them.
public struct SeriesPoints: Sendable, Hashable {
    public var statistic: String
    /// Server, region or cluster, or `""` for a scalar statistic.
    public var key: String
    public var points: [Point]

    public init(statistic: String, key: String = "", points: [Point]) {
        self.statistic = statistic
        self.key = key
        self.points = points
    }
}
