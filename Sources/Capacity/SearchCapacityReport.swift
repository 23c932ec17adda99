public import Forecast
public import UsageModel

/// The load of the search servers at their peaks, and its effects.
public struct SearchCapacityReport: Sendable {
    /// The share of search capacity in use at the day's peak over all servers, in percent
    /// (`total_used_search_capacity`); Algolia's 100 may mean one saturated second.
    public var peaks: DailySeries?
    /// The day's mean (`total_avg_used_search_capacity`), in percent.
    public var means: DailySeries?
    /// The highest peak and its day, the newest of several.
    public var highest: DayValue?
    /// Days with a peak of 80 percent or more, and of 100, among the last 28.
    public var daysAbove80: Int
    public var daysSaturated: Int
    /// Servers with degraded queries in the report's days, the one with the worst day first.
    public var degraded: [DegradedQueries]
}

/// Queries of one server that were slower than they should have been, for one cause.
public struct DegradedQueries: Sendable, Hashable {
    public enum Cause: String, Sendable, Hashable, CaseIterable {
        /// The engine read from SSD: not enough memory.
        case ssd
        /// Every search thread was busy: not enough processors.
        case capacity
    }

    public var server: ServerName
    public var cause: Cause
    /// Days on which any query was degraded.
    public var days: Int
    /// The worst day's share of queries, in percent.
    public var worst: DayValue
    /// The same of the report's last 28 days; no day and nil where no query was degraded in them.
    public var recentDays: Int
    public var recentWorst: DayValue?
    /// The median of the server's peaks of used search capacity on those days and on all others, in percent; of
    /// all servers' peaks where the group has no peaks. Nil where nothing is known.
    public var peakOnThoseDays: Double?
    public var peakOnOtherDays: Double?
}

extension SearchCapacityReport {
    private static let high = 80.0
    private static let saturated = 100.0
    /// The number of newest days in which high peaks and degraded queries count as recent.
    fileprivate static let span = 28

    init(_ input: CapacityInput) {
        let peaks = input.days("total_used_search_capacity")
        let newest = peaks?.values(in: input.newest(Self.span)) ?? []
        self.peaks = peaks
        means = input.days("total_avg_used_search_capacity")
        highest = peaks?.values(in: input.days).highest
        daysAbove80 = newest.count { $0.value >= Self.high }
        daysSaturated = newest.count { $0.value >= Self.saturated }
        degraded = DegradedQueries.all(input)
    }
}

extension DegradedQueries.Cause {
    /// The share of a server's queries that it degraded.
    public var statistic: StatisticName {
        switch self {
        case .ssd: "degraded_queries_ssd_used_queries_impacted"
        case .capacity: "degraded_queries_max_capacity_queries_impacted"
        }
    }
}

extension DegradedQueries {
    /// Every server and cause with a degraded query; the worst day first, then the most days.
    static func all(_ input: CapacityInput) -> [DegradedQueries] {
        let found = Cause.allCases.flatMap { cause in
            input.byKey(cause.statistic).compactMap { DegradedQueries($0.key, cause, $0.days, input) }
        }
        return found.sorted {
            ($1.worst.value, $1.days, $0.server, $0.cause.rawValue)
                < ($0.worst.value, $0.days, $1.server, $1.cause.rawValue)
        }
    }

    /// Nil when no query was degraded.
    private init?(_ server: ServerName, _ cause: Cause, _ shares: DailySeries, _ input: CapacityInput) {
        let impacted = shares.values(in: input.days).filter { $0.value > 0 }
        guard let worst = impacted.highest else { return nil }
        let peaks =
            input.days("used_search_capacity", key: server) ?? input.days("total_used_search_capacity")
        let those = Set(impacted.map(\.day))
        var peaksThen: [Double] = []
        var peaksElse: [Double] = []
        for peak in peaks?.values(in: input.days) ?? [] {
            if those.contains(peak.day) { peaksThen.append(peak.value) } else { peaksElse.append(peak.value) }
        }
        self.server = server
        self.cause = cause
        days = impacted.count
        self.worst = worst
        let recent = input.newest(SearchCapacityReport.span)
        let impactedRecently = impacted.filter { recent.contains($0.day) }
        recentDays = impactedRecently.count
        recentWorst = impactedRecently.highest
        peakOnThoseDays = peaksThen.isEmpty ? nil : RobustStatistics.median(peaksThen)
        peakOnOtherDays = peaksElse.isEmpty ? nil : RobustStatistics.median(peaksElse)
    }
}
