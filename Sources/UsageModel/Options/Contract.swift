/// The limits of the contract with Algolia; nil where nothing was agreed.
public struct Contract: Sendable, Hashable {
    public var searchRequestsPerMonth: Double?
    public var records: Double?
    /// Queries per second.
    public var maxQPS: Double?

    public init(searchRequestsPerMonth: Double? = nil, records: Double? = nil, maxQPS: Double? = nil) {
        self.searchRequestsPerMonth = searchRequestsPerMonth
        self.records = records
        self.maxQPS = maxQPS
    }

    public subscript(limit: ContractLimit) -> Double? {
        switch limit {
        case .searchRequestsPerMonth: searchRequestsPerMonth
        case .records: records
        case .maxQPS: maxQPS
        }
    }
}

/// The measures that contracts with Algolia limit. The raw value is the label `limit` of metrics.
public enum ContractLimit: String, Sendable, Hashable, CaseIterable {
    /// Billed search requests of a calendar month: search requests without those of Query Suggestions.
    case searchRequestsPerMonth = "search_requests_per_month"
    case records
    /// The highest second, over all servers.
    case maxQPS = "max_qps"

    /// The daily statistic that is held against it.
    public var statistic: StatisticName {
        switch self {
        case .searchRequestsPerMonth: "billed_search_requests"
        case .records: "records"
        case .maxQPS: "total_max_qps"
        }
    }
}
