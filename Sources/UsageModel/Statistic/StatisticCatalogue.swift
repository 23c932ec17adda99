/// The statistics of the Usage API, as its public documentation lists them.
public enum StatisticCatalogue {
    /// Every known statistic, in the vendor's order.
    public static let all: [Statistic] = [
        statistic(
            "queries_operations", "search", .count, .operations, .scalar, perIndex: true,
            "single-index search operations"),
        statistic(
            "multi_queries_operations", "search", .count, .operations, .scalar, perIndex: true,
            "multi-index search operations"),
        statistic(
            "total_search_operations", "search", .count, .operations, .scalar, perIndex: true,
            "sum of all search operations"),
        statistic(
            "total_search_requests", "search", .count, .requests, .scalar, perIndex: true,
            "search requests; billed search requests = this minus querysuggestions_total_search_requests"),
        statistic(
            "get_api_keys_operations", "acl", .count, .operations, .scalar, perIndex: true,
            "list API keys operations"),
        statistic(
            "get_api_key_operations", "acl", .count, .operations, .scalar, perIndex: true,
            "get API key operations"),
        statistic(
            "add_api_key_operations", "acl", .count, .operations, .scalar, perIndex: true,
            "create API key operations"),
        statistic(
            "update_api_key_operations", "acl", .count, .operations, .scalar, perIndex: true,
            "update API key operations"),
        statistic(
            "delete_api_key_operations", "acl", .count, .operations, .scalar, perIndex: true,
            "delete API key operations"),
        statistic(
            "list_api_key_operations", "acl", .count, .operations, .scalar, perIndex: true,
            "list index API keys operations"),
        statistic(
            "total_acl_operations", "acl", .count, .operations, .scalar, perIndex: true,
            "sum of all ACL operations"),
        statistic(
            "browse_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "browse index operations"),
        statistic(
            "clear_index_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "clear records operations"),
        statistic(
            "copy_move_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "copy or move index operations"),
        statistic(
            "delete_index_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "delete index operations"),
        statistic(
            "get_log_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "get logs operations"),
        statistic(
            "get_settings_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "get settings operations"),
        statistic(
            "set_settings_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "set settings operations"),
        statistic(
            "list_indices_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "list indices operations"),
        statistic(
            "wait_task_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "wait for task operations"),
        statistic(
            "total_indexing_operations", "indexing", .count, .operations, .scalar, perIndex: true,
            "sum of all indexing operations"),
        statistic(
            "add_record_operations", "record", .count, .operations, .scalar, perIndex: true,
            "add record operations"),
        statistic(
            "batch_operations", "record", .count, .operations, .scalar, perIndex: true,
            "batch indexing operations"),
        statistic(
            "delete_by_query_operations", "record", .count, .operations, .scalar, perIndex: true,
            "delete by query operations"),
        statistic(
            "delete_record_operations", "record", .count, .operations, .scalar, perIndex: true,
            "delete record operations"),
        statistic(
            "get_record_operations", "record", .count, .operations, .scalar, perIndex: true,
            "get record operations"),
        statistic(
            "partial_update_record_operations", "record", .count, .operations, .scalar, perIndex: true,
            "partial update operations"),
        statistic(
            "update_record_operations", "record", .count, .operations, .scalar, perIndex: true,
            "add or replace by objectID operations"),
        statistic(
            "total_records_operations", "record", .count, .operations, .scalar, perIndex: true,
            "sum of all record operations"),
        statistic(
            "batch_synonym_operations", "synonym", .count, .operations, .scalar, perIndex: true,
            "save all synonyms operations"),
        statistic(
            "clear_synonym_operations", "synonym", .count, .operations, .scalar, perIndex: true,
            "clear synonyms operations"),
        statistic(
            "delete_synonym_operations", "synonym", .count, .operations, .scalar, perIndex: true,
            "delete synonym operations"),
        statistic(
            "get_synonym_operations", "synonym", .count, .operations, .scalar, perIndex: true,
            "get synonym operations"),
        statistic(
            "query_synonym_operations", "synonym", .count, .operations, .scalar, perIndex: true,
            "search synonyms operations"),
        statistic(
            "update_synonym_operations", "synonym", .count, .operations, .scalar, perIndex: true,
            "save a synonym operations"),
        statistic(
            "total_synonym_operations", "synonym", .count, .operations, .scalar, perIndex: true,
            "sum of all synonym operations"),
        statistic(
            "batch_rules_operations", "rule", .count, .operations, .scalar, perIndex: true,
            "batch rules operations"),
        statistic(
            "clear_rules_operations", "rule", .count, .operations, .scalar, perIndex: true,
            "clear rules operations"),
        statistic(
            "delete_rules_operations", "rule", .count, .operations, .scalar, perIndex: true,
            "delete rule operations"),
        statistic(
            "get_rules_operations", "rule", .count, .operations, .scalar, perIndex: true,
            "get rule operations"),
        statistic(
            "save_rules_operations", "rule", .count, .operations, .scalar, perIndex: true,
            "save rule operations"),
        statistic(
            "search_rules_operations", "rule", .count, .operations, .scalar, perIndex: true,
            "search rules operations"),
        statistic(
            "total_rules_operations", "rule", .count, .operations, .scalar, perIndex: true,
            "sum of all rule operations"),
        statistic(
            "insights_operations", "insights", .count, .operations, .scalar, perIndex: false,
            "operations on the Insights API"),
        statistic(
            "total_recommend_requests", "total", .count, .requests, .scalar, perIndex: true,
            "Recommend requests"),
        statistic(
            "total_write_operations", "total", .count, .operations, .scalar, perIndex: true,
            "write operations"),
        statistic(
            "total_read_operations", "total", .count, .operations, .scalar, perIndex: true,
            "read operations"),
        statistic(
            "total_operations", "total", .count, .operations, .scalar, perIndex: true,
            "sum of all operations"),
        statistic(
            "querysuggestions_total_search_requests", "query_suggestions", .count, .requests, .scalar, perIndex: true,
            "Query Suggestions search requests"),
        statistic(
            "querysuggestions_total_search_operations", "query_suggestions", .count, .operations, .scalar,
            perIndex: true,
            "Query Suggestions search operations"),
        statistic(
            "querysuggestions_total_acl_operations", "query_suggestions", .count, .operations, .scalar, perIndex: true,
            "Query Suggestions ACL operations"),
        statistic(
            "querysuggestions_total_indexing_operations", "query_suggestions", .count, .operations, .scalar,
            perIndex: true,
            "Query Suggestions indexing operations"),
        statistic(
            "querysuggestions_total_records_operations", "query_suggestions", .count, .operations, .scalar,
            perIndex: true,
            "Query Suggestions record operations"),
        statistic(
            "querysuggestions_total_synonym_operations", "query_suggestions", .count, .operations, .scalar,
            perIndex: true,
            "Query Suggestions synonym operations"),
        statistic(
            "querysuggestions_total_rules_operations", "query_suggestions", .count, .operations, .scalar,
            perIndex: true,
            "Query Suggestions rule operations"),
        statistic(
            "querysuggestions_total_write_operations", "query_suggestions", .count, .operations, .scalar,
            perIndex: true,
            "Query Suggestions write operations"),
        statistic(
            "querysuggestions_total_read_operations", "query_suggestions", .count, .operations, .scalar, perIndex: true,
            "Query Suggestions read operations"),
        statistic(
            "querysuggestions_total_operations", "query_suggestions", .count, .operations, .scalar, perIndex: true,
            "sum of all Query Suggestions operations"),
        statistic(
            "avg_processing_time", "processing_time", .mean, .milliseconds, .scalar, perIndex: true,
            "average processing time"),
        statistic(
            "90p_processing_time", "processing_time", .percentile, .milliseconds, .scalar, perIndex: true,
            "90th percentile of processing time"),
        statistic(
            "99p_processing_time", "processing_time", .percentile, .milliseconds, .scalar, perIndex: true,
            "99th percentile of processing time"),
        statistic(
            "queries_above_last_ms_processing_time", "processing_time", .count, .queries, .scalar, perIndex: true,
            "queries that took one second or more"),
        statistic(
            "records", "indices", .level, .records, .scalar, perIndex: true,
            "number of records"),
        statistic(
            "data_size", "indices", .level, .bytes, .scalar, perIndex: true,
            "size of the records"),
        statistic(
            "file_size", "indices", .level, .bytes, .scalar, perIndex: true,
            "size of the records and index metadata"),
        statistic(
            "max_qps", "max_qps", .maximum, .queriesPerSecond, .byServer, perIndex: false,
            "maximum queries per second per server"),
        statistic(
            "region_max_qps", "max_qps", .maximum, .queriesPerSecond, .byRegion, perIndex: false,
            "maximum queries per second per region"),
        statistic(
            "total_max_qps", "max_qps", .maximum, .queriesPerSecond, .scalar, perIndex: false,
            "maximum queries per second across all servers"),
        statistic(
            "used_search_capacity", "search_capacity", .maximum, .percent, .byServer, perIndex: false,
            "maximum search capacity used per server"),
        statistic(
            "avg_used_search_capacity", "search_capacity", .mean, .percent, .byServer, perIndex: false,
            "average search capacity used per server"),
        statistic(
            "region_used_search_capacity", "search_capacity", .maximum, .percent, .byRegion, perIndex: false,
            "maximum search capacity used per region"),
        statistic(
            "region_avg_used_search_capacity", "search_capacity", .mean, .percent, .byRegion, perIndex: false,
            "average search capacity used per region"),
        statistic(
            "total_used_search_capacity", "search_capacity", .maximum, .percent, .scalar, perIndex: false,
            "maximum search capacity used across all servers"),
        statistic(
            "total_avg_used_search_capacity", "search_capacity", .mean, .percent, .scalar, perIndex: false,
            "average search capacity used across all servers"),
        statistic(
            "degraded_queries_ssd_used_queries_impacted", "degraded_queries", .share, .percent, .byServer,
            perIndex: false,
            "share of queries degraded because the engine read from SSD"),
        statistic(
            "degraded_queries_ssd_used_seconds_impacted", "degraded_queries", .share, .percent, .byServer,
            perIndex: false,
            "share of seconds with queries degraded because the engine read from SSD"),
        statistic(
            "degraded_queries_max_capacity_queries_impacted", "degraded_queries", .share, .percent, .byServer,
            perIndex: false,
            "share of queries degraded because every search thread was busy"),
        statistic(
            "degraded_queries_max_capacity_seconds_impacted", "degraded_queries", .share, .percent, .byServer,
            perIndex: false,
            "share of seconds with queries degraded because every search thread was busy"),
    ]

    /// Statistics that are computed when their operands are stored.
    public static let derived: [Statistic] = [
        Statistic(
            name: "billed_search_requests", group: "derived", kind: .count, unit: .requests, shape: .scalar,
            perIndex: true, meaning: "search requests that Algolia bills: those of Query Suggestions are free",
            derivation: Difference("total_search_requests", minus: "querysuggestions_total_search_requests"))
    ]

    /// Everything that has a description: the Usage API's, the derived, the Monitoring API's, the Search API's.
    public static let every = all + derived + monitoring + search

    private static let byName = Dictionary(every.map { ($0.name, $0) }) { first, _ in first }

    /// The groups that a request may name instead of statistics. A group
    /// answers with its members, never with its own name.
    public static let groups: [StatisticName: [StatisticName]] = [
        "search_operations": members("search"),
        "acl_operations": members("acl"),
        "indexing_operations": members("indexing"),
        "record_operations": members("record"),
        "synonym_operations": members("synonym"),
        "rule_operations": members("rule"),
    ]

    /// The catalogue's entry, or nil for a name it does not hold.
    public static func statistic(named name: StatisticName) -> Statistic? { byName[name] }

    /// The catalogue's entry, or a description of an unknown statistic.
    public static func describe(_ name: StatisticName) -> Statistic {
        byName[name] ?? .unknown(name, api: name.isBilling ? .usageV2 : .usage)
    }

    /// Names that the application-level endpoint serves, or the per-index one.
    public static func names(perIndex: Bool) -> [StatisticName] {
        all.filter { !perIndex || $0.perIndex }.map(\.name)
    }

    private static func members(_ group: String) -> [StatisticName] {
        all.filter { $0.group == group }.map(\.name)
    }

    private static func statistic(
        _ name: StatisticName, _ group: String, _ kind: StatisticKind, _ unit: StatisticUnit, _ shape: StatisticShape,
        perIndex: Bool, _ meaning: String
    ) -> Statistic {
        Statistic(
            name: name, group: group, kind: kind, unit: unit, shape: shape, perIndex: perIndex, meaning: meaning)
    }
}

extension StatisticCatalogue {
    /// The levels in the list of indices of the Search API, which every plan has. An application itself has the sums
    /// over its indices but virtual replicas, which hold nothing; a build time has no sum.
    public static let search: [Statistic] = [
        level(entries, .records, "records in the list of indices"),
        level(dataSize, .bytes, "size of the records in the list of indices"),
        level(fileSize, .bytes, "size of the records and index metadata in the list of indices"),
        level(lastBuildTime, .seconds, "duration of the last build of the index"),
    ]

    /// The records of an index by the list of indices.
    public static let entries: StatisticName = "index_entries"
    static let dataSize: StatisticName = "index_data_size"
    static let fileSize: StatisticName = "index_file_size"
    static let lastBuildTime: StatisticName = "index_last_build_time"

    private static func level(_ name: StatisticName, _ unit: StatisticUnit, _ meaning: String) -> Statistic {
        Statistic(
            name: name, api: .search, group: "index_list", kind: .level, unit: unit, shape: .scalar, perIndex: true,
            meaning: meaning)
    }
}
