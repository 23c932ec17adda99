import UsageModel

/// The recipe of every statistic in the catalogue, and of those that a future
/// Algolia might add.
enum Recipes {
    /// Statistics that no catalogue knows; see ``Faults/unknownStatistics``.
    static let unknown: [StatisticName] = ["future_metric_operations", "future_by_zone"]
    /// Keys of `future_by_zone`.
    static let zones = ["zone-a", "zone-b", "zone é"]

    static let all: [String: Recipe] = leaves.merging(totals) { leaf, _ in leaf }
        .merging(measures) { leaf, _ in leaf }

    /// Writes among the leaves; all other leaves are reads.
    private static let writes: Set<String> = [
        "add_api_key_operations", "update_api_key_operations", "delete_api_key_operations",
        "clear_index_operations", "copy_move_operations", "delete_index_operations", "set_settings_operations",
        "add_record_operations", "batch_operations", "delete_by_query_operations", "delete_record_operations",
        "partial_update_record_operations", "update_record_operations", "batch_synonym_operations",
        "clear_synonym_operations", "delete_synonym_operations", "update_synonym_operations",
        "batch_rules_operations", "clear_rules_operations", "delete_rules_operations", "save_rules_operations",
    ]

    private static let leaves: [String: Recipe] = [
        "queries_operations": .traffic(perSearch: 0.62),
        "multi_queries_operations": .traffic(perSearch: 0.71),
        "get_api_keys_operations": .rare(share: 0.05, typical: 2),
        "get_api_key_operations": .traffic(perSearch: 0.0004),
        "add_api_key_operations": .rare(share: 0.02, typical: 1.5),
        "update_api_key_operations": .rare(share: 0.015, typical: 1.5),
        "delete_api_key_operations": .rare(share: 0.01, typical: 1.5),
        "list_api_key_operations": .rare(share: 0.03, typical: 3),
        "browse_operations": .traffic(perSearch: 0.003),
        "clear_index_operations": .rare(share: 0.04, typical: 2),
        "copy_move_operations": .rare(share: 0.12, typical: 3),
        "delete_index_operations": .rare(share: 0.03, typical: 2),
        "get_log_operations": .rare(share: 0.2, typical: 6),
        "get_settings_operations": .traffic(perSearch: 0.0011),
        "set_settings_operations": .rare(share: 0.18, typical: 4),
        "list_indices_operations": .traffic(perSearch: 0.0006),
        "wait_task_operations": .traffic(perSearch: 0.004),
        "add_record_operations": .traffic(perSearch: 0.006),
        "batch_operations": .traffic(perSearch: 0.11),
        "delete_by_query_operations": .rare(share: 0.15, typical: 5),
        "delete_record_operations": .traffic(perSearch: 0.002),
        "get_record_operations": .traffic(perSearch: 0.013),
        "partial_update_record_operations": .traffic(perSearch: 0.04),
        "update_record_operations": .traffic(perSearch: 0.021),
        "batch_synonym_operations": .rare(share: 0.03, typical: 20),
        "clear_synonym_operations": .rare(share: 0.006, typical: 2),
        "delete_synonym_operations": .rare(share: 0.02, typical: 3),
        "get_synonym_operations": .rare(share: 0.1, typical: 6),
        "query_synonym_operations": .rare(share: 0.14, typical: 8),
        "update_synonym_operations": .rare(share: 0.05, typical: 3),
        "batch_rules_operations": .rare(share: 0.04, typical: 12),
        "clear_rules_operations": .rare(share: 0.006, typical: 2),
        "delete_rules_operations": .rare(share: 0.02, typical: 3),
        "get_rules_operations": .rare(share: 0.1, typical: 6),
        "save_rules_operations": .rare(share: 0.05, typical: 4),
        "search_rules_operations": .rare(share: 0.16, typical: 9),
        "insights_operations": .traffic(perSearch: 1.9),
        "total_recommend_requests": .traffic(perSearch: 0.06),
        "querysuggestions_total_acl_operations": .rare(share: 0.05, typical: 2),
        "querysuggestions_total_indexing_operations": .rare(share: 0.25, typical: 5),
        "querysuggestions_total_records_operations": .rare(share: 0.3, typical: 400),
        "querysuggestions_total_synonym_operations": .rare(share: 0.03, typical: 2),
        "querysuggestions_total_rules_operations": .rare(share: 0.03, typical: 2),
        "future_metric_operations": .traffic(perSearch: 0.02),
    ]

    private static let totals: [String: Recipe] = {
        func group(_ name: String) -> [String] {
            StatisticCatalogue.all.filter { $0.group == name && leaves[$0.name.text] != nil }.map(\.name.text)
        }
        let operations = ["search", "acl", "indexing", "record", "synonym", "rule"].flatMap(group)
        func suggestions(_ parts: [String]) -> Recipe {
            .total(parts.map { "querysuggestions_total_\($0)_operations" })
        }
        return [
            "total_search_operations": .total(group("search")),
            "total_acl_operations": .total(group("acl")),
            "total_indexing_operations": .total(group("indexing")),
            "total_records_operations": .total(group("record")),
            "total_synonym_operations": .total(group("synonym")),
            "total_rules_operations": .total(group("rule")),
            "total_write_operations": .total(operations.filter(writes.contains)),
            "total_read_operations": .total(operations.filter { !writes.contains($0) }),
            "total_operations": .total(operations),
            // A multi-index search is one request for several operations.
            "total_search_requests": .weighted([("queries_operations", 1), ("multi_queries_operations", 0.55)]),
            "querysuggestions_total_search_requests": .part(of: "total_search_requests", share: 0.08),
            "querysuggestions_total_search_operations": .weighted([("querysuggestions_total_search_requests", 1.2)]),
            "querysuggestions_total_write_operations": suggestions(["indexing", "records"]),
            "querysuggestions_total_read_operations": suggestions(["search", "acl", "synonym", "rules"]),
            "querysuggestions_total_operations":
                suggestions(["search", "acl", "synonym", "rules", "indexing", "records"]),
            "queries_above_last_ms_processing_time": .part(of: "queries_operations", share: 0.00004),
        ]
    }()

    private static let measures: [String: Recipe] = [
        "avg_processing_time": .processingTime(.average),
        "90p_processing_time": .processingTime(.percentile90),
        "99p_processing_time": .processingTime(.percentile99),
        "records": .level(.records),
        "data_size": .level(.dataSize),
        "file_size": .level(.fileSize),
        "max_qps": .perServer(.peakQueries),
        "region_max_qps": .perRegion(.peakQueries, .simultaneous),
        "total_max_qps": .overall(.peakQueries, .simultaneous),
        "used_search_capacity": .perServer(.peakCapacity),
        "avg_used_search_capacity": .perServer(.meanCapacity),
        "region_used_search_capacity": .perRegion(.peakCapacity, .highest),
        "region_avg_used_search_capacity": .perRegion(.meanCapacity, .mean),
        "total_used_search_capacity": .overall(.peakCapacity, .highest),
        "total_avg_used_search_capacity": .overall(.meanCapacity, .mean),
        "degraded_queries_ssd_used_queries_impacted": .perServer(.degradedQueriesBySSD),
        "degraded_queries_ssd_used_seconds_impacted": .perServer(.degradedSecondsBySSD),
        "degraded_queries_max_capacity_queries_impacted": .perServer(.degradedQueriesByCapacity),
        "degraded_queries_max_capacity_seconds_impacted": .perServer(.degradedSecondsByCapacity),
        "future_by_zone": .perZone(perSearch: 0.3),
    ]
}
