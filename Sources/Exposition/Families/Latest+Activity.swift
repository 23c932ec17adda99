internal import History
internal import UsageModel

extension Latest {
    /// Operations that together tell how much an index is used.
    private static let activities: Set<StatisticName> = [
        "total_search_requests", "total_indexing_operations", "total_records_operations",
    ]

    /// Searches, indexing and record operations of each index in its newest day, failing that in its newest hour.
    var activityByIndex: [Scope: Double] {
        var daily: [Scope: Double] = [:]
        var hourly: [Scope: Double] = [:]
        for one in series where one.key.api == .usage && Self.activities.contains(one.key.statistic) {
            if let day = one.daily { daily[one.key.scope, default: 0] += day.value.double }
            if let hour = one.hourly { hourly[one.key.scope, default: 0] += hour.value.double }
        }
        return daily.merging(hourly) { day, _ in day }
    }
}
