public import UsageModel

extension Statistic {
    /// The name for people, such as `Search requests` for `total_search_requests`; the API's words where none is better.
    public var title: String {
        if isHourlyExtreme {
            let isMaximum = name.hasSuffix(StatisticCatalogue.maximumSuffix)
            let suffix = isMaximum ? StatisticCatalogue.maximumSuffix : StatisticCatalogue.minimumSuffix
            let base = String(name.text.dropLast(suffix.text.count))
            return "\(Self.title(base)), \(isMaximum ? "highest" : "lowest") minute"
        }
        return Self.title(name.text)
    }

    private static func title(_ name: String) -> String {
        if let title = titles[name] { return title }
        let ofSuggestions = "querysuggestions_"
        if name.hasPrefix(ofSuggestions) {
            return "\(title(String(name.dropFirst(ofSuggestions.count)))) of Query Suggestions"
        }
        let words = name.split(separator: "_").map { acronyms.contains($0) ? $0.uppercased() : String($0) }
        let title = words.joined(separator: " ")
        return title.prefix(1).uppercased() + title.dropFirst()
    }

    private static let acronyms: Set<Substring> = ["acl", "api", "cpu", "qps", "ram", "ssd"]

    /// The names whose words alone do not say what is counted.
    private static let titles = [
        "billed_search_requests": "Billed searches",
        "queries_operations": "Single-index searches",
        "multi_queries_operations": "Multi-index searches",
        "total_search_operations": "Search operations",
        "total_search_requests": "Search requests",
        "total_recommend_requests": "Recommend requests",
        "total_acl_operations": "ACL operations",
        "total_indexing_operations": "Indexing operations",
        "total_records_operations": "Record operations",
        "total_synonym_operations": "Synonym operations",
        "total_rules_operations": "Rule operations",
        "total_write_operations": "Write operations",
        "total_read_operations": "Read operations",
        "total_operations": "All operations",
        "get_log_operations": "Get logs operations",
        "avg_processing_time": "Mean processing time",
        "90p_processing_time": "Processing time, 90th percentile",
        "99p_processing_time": "Processing time, 99th percentile",
        "queries_above_last_ms_processing_time": "Queries of one second or more",
        "max_qps": "Peak queries per second, by server",
        "region_max_qps": "Peak queries per second, by region",
        "total_max_qps": "Peak queries per second",
        "used_search_capacity": "Peak search capacity, by server",
        "avg_used_search_capacity": "Mean search capacity, by server",
        "region_used_search_capacity": "Peak search capacity, by region",
        "region_avg_used_search_capacity": "Mean search capacity, by region",
        "total_used_search_capacity": "Peak search capacity",
        "total_avg_used_search_capacity": "Mean search capacity",
        "degraded_queries_ssd_used_queries_impacted": "Queries degraded by SSD reads",
        "degraded_queries_ssd_used_seconds_impacted": "Time degraded by SSD reads",
        "degraded_queries_max_capacity_queries_impacted": "Queries degraded at full capacity",
        "degraded_queries_max_capacity_seconds_impacted": "Time degraded at full capacity",
        "cpu_usage": "Idle CPU",
        "ram_search_usage": "Memory used for searching",
        "ram_indexing_usage": "Memory used for indexing",
        "ssd_usage": "Disk used by indices",
        "avg_build_time": "Mean build time",
        "indexing": "Indexing time",
    ]
}
