/// The limits of the contract with Algolia; nil where nothing was agreed.
public struct Contract: Sendable, Hashable {
    public var searchRequestsPerMonth: Double?
    /// Records as Algolia charges them: the fourth highest day of a billing period.
    public var records: Double?
    /// Queries per second.
    public var maxQPS: Double?
    public var recommendRequestsPerMonth: Double?
    /// Indices, by the list of them.
    public var indices: Double?
    /// The day on which a billing period begins, 1 to 28.
    public var periodStartDay = 1

    public init(
        searchRequestsPerMonth: Double? = nil, records: Double? = nil, maxQPS: Double? = nil, periodStartDay: Int = 1
    ) {
        self.searchRequestsPerMonth = searchRequestsPerMonth
        self.records = records
        self.maxQPS = maxQPS
        self.periodStartDay = periodStartDay
    }

    public subscript(limit: ContractLimit) -> Double? {
        switch limit {
        case .searchRequestsPerMonth: searchRequestsPerMonth
        case .records: records
        case .maxQPS: maxQPS
        case .recommendRequestsPerMonth: recommendRequestsPerMonth
        }
    }
}

/// The measures that contracts with Algolia limit. The raw value is the label `limit` of metrics.
public enum ContractLimit: String, Sendable, Hashable, CaseIterable {
    /// Billed search requests of a billing period: search requests without those of Query Suggestions.
    case searchRequestsPerMonth = "search_requests_per_month"
    /// The records that are charged for a billing period: its three highest days are disregarded, the fourth highest
    /// counts.
    case records
    /// The highest second, over all servers.
    case maxQPS = "max_qps"
    /// Recommend requests of a billing period.
    case recommendRequestsPerMonth = "recommend_requests_per_month"

    /// The limits that reports show whether something was agreed or not; the others only where it was.
    public static let usual: [ContractLimit] = [.searchRequestsPerMonth, .records, .maxQPS]

    /// How the days of a billing period make the figure that is held against a limit.
    public enum Measure: Sendable, Hashable {
        case sum
        /// The fourth highest daily snapshot.
        case fourthHighest
        case highest
    }

    public var measure: Measure {
        switch self {
        case .searchRequestsPerMonth, .recommendRequestsPerMonth: .sum
        case .records: .fourthHighest
        case .maxQPS: .highest
        }
    }

    /// The daily statistic that is held against it.
    public var statistic: StatisticName {
        switch self {
        case .searchRequestsPerMonth: "billed_search_requests"
        case .records: "records"
        case .maxQPS: "total_max_qps"
        case .recommendRequestsPerMonth: "total_recommend_requests"
        }
    }
}
