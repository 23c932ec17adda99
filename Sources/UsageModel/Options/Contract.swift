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
    /// Billed search requests of a term. Has no effect without ``start``.
    public var searchRequestsPerYear: Double?
    /// Records of a term: what is charged for each of its twelve billing periods, added up. Has no effect without
    /// ``start``.
    public var recordsPerYear: Double?
    /// The first day of the first term, in days since 1970-01-01; terms of a year follow each other from it on.
    public var start: Int64?
    /// The day on which a billing period begins, 1 to 28.
    public var periodStartDay = 1
    /// The code of the currency of the prices, such as `USD`. Without it there are no prices.
    public var currency: String?
    /// The price of 1,000 search requests beyond a limit.
    public var pricePer1000SearchRequests: Double?
    /// The price of 1,000 records beyond a limit.
    public var pricePer1000Records: Double?

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
        case .searchRequestsPerYear: start == nil ? nil : searchRequestsPerYear
        case .recordsPerYear: start == nil ? nil : recordsPerYear
        }
    }

    /// The price of what exceeds a limit; nil where none is known.
    ///
    /// Where both a month and a year are limited, the year is billed: committed plans count over the year.
    public func price(beyond limit: ContractLimit) -> ExcessPrice? {
        let per1000: Double? =
            switch limit {
            case .searchRequestsPerYear: pricePer1000SearchRequests
            case .searchRequestsPerMonth: self[.searchRequestsPerYear] == nil ? pricePer1000SearchRequests : nil
            case .recordsPerYear: pricePer1000Records
            case .records: self[.recordsPerYear] == nil ? pricePer1000Records : nil
            case .maxQPS, .recommendRequestsPerMonth: nil
            }
        guard let currency, let per1000 else { return nil }
        return ExcessPrice(currency: currency, per1000: per1000)
    }
}

/// The price of requests or records beyond a limit.
public struct ExcessPrice: Sendable, Hashable {
    /// A code such as `USD`.
    public var currency: String
    /// The price of 1,000.
    public var per1000: Double

    public init(currency: String, per1000: Double) {
        self.currency = currency
        self.per1000 = per1000
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
    /// Billed search requests of a term.
    case searchRequestsPerYear = "search_requests_per_year"
    /// The records that are charged for each billing period of a term, added up.
    case recordsPerYear = "records_per_year"

    /// The limits that reports show whether something was agreed or not; the others only where it was.
    public static let usual: [ContractLimit] = [.searchRequestsPerMonth, .records, .maxQPS]

    /// Whether it is a commitment for a term of twelve billing periods, and not a limit of each.
    public var isAnnual: Bool {
        switch self {
        case .searchRequestsPerYear, .recordsPerYear: true
        case .searchRequestsPerMonth, .records, .maxQPS, .recommendRequestsPerMonth: false
        }
    }

    /// How the days of a billing period or term make the figure that is held against a limit.
    public enum Measure: Sendable, Hashable {
        case sum
        /// The fourth highest daily snapshot.
        case fourthHighest
        /// The fourth highest daily snapshot of each billing period, added up.
        case sumOfFourthHighest
        case highest
    }

    public var measure: Measure {
        switch self {
        case .searchRequestsPerMonth, .recommendRequestsPerMonth, .searchRequestsPerYear: .sum
        case .records: .fourthHighest
        case .recordsPerYear: .sumOfFourthHighest
        case .maxQPS: .highest
        }
    }

    /// The daily statistic that is held against it.
    public var statistic: StatisticName {
        switch self {
        case .searchRequestsPerMonth, .searchRequestsPerYear: "billed_search_requests"
        case .records, .recordsPerYear: "records"
        case .maxQPS: "total_max_qps"
        case .recommendRequestsPerMonth: "total_recommend_requests"
        }
    }
}
