public import UsageModel

/// One question to Usage API v2: billing metrics of an application.
public struct BillingRequest: Sendable, Hashable {
    /// The statistics under which the metrics are stored, at least one.
    public var statistics: [StatisticName]
    /// `hourly` or `daily`.
    public var granularity: Granularity
    /// Whole buckets; the last must have begun.
    public var range: TimeRange

    public init(statistics: [StatisticName], granularity: Granularity, range: TimeRange) {
        self.statistics = statistics
        self.granularity = granularity
        self.range = range
    }

    /// Path and query, percent-encoded. The vendor's ends are inclusive.
    func target(_ application: ApplicationID) -> String {
        let last = range.end - granularity.seconds
        let names = statistics.compactMap(\.billingName).map { "&name=\(PercentEncoding.component($0.text))" }.joined()
        let path = "/2/metrics/\(granularity.rawValue)?application=\(PercentEncoding.pathSegment(application))\(names)"
        guard granularity == .daily else {
            return path + "&startTime=\(RFC3339.string(range.start))&endTime=\(RFC3339.string(last))"
        }
        return path + "&startDate=\(Self.date(range.start))&endDate=\(Self.date(last))"
    }

    /// `2026-11-01`.
    private static func date(_ time: UnixTime) -> String { String(RFC3339.string(time).prefix(10)) }
}
