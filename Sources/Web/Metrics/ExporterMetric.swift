public import UsageModel

/// The metrics about the process as a whole: its version, database, configuration and log.
public enum ExporterMetric {
    public static let build = MetricDeclaration(
        "algolia_exporter_build_info", .gauge, labels: ["version"],
        help: "Exporter version as a label; the value is always 1.",
        meaning: "constant 1")
    public static let databaseSize = MetricDeclaration(
        "algolia_exporter_database_size_bytes", .gauge,
        help: "Size of the database and its write-ahead log in bytes.",
        meaning: "size of the database and its write-ahead log")
    public static let contractLimit = MetricDeclaration(
        "algolia_contract_limit", .gauge, labels: ["application", "limit"],
        help: "Contract limit from the configuration: search requests per month, records, queries per second.",
        meaning: "the contract limit; `limit` is `search_requests_per_month`, `records` or `max_qps`")
    public static let requestsPerMinuteLimit = MetricDeclaration(
        "algolia_exporter_requests_per_minute_limit", .gauge, labels: ["application"],
        help: "Configured limit of requests per minute that this process sends to Algolia.",
        meaning: "requests a minute that this process may send, as configured")
    public static let logLinesDropped = MetricDeclaration(
        "algolia_exporter_log_lines_dropped_total", .counter,
        help: "Log lines dropped because standard error was blocked.",
        meaning: "log lines dropped because standard error was blocked")
    public static let isReloadSuccessful = MetricDeclaration(
        "algolia_exporter_config_last_reload_successful", .gauge,
        help: "Whether the last attempt to load the configuration succeeded.",
        meaning: "1 when the newest attempt to load the configuration succeeded, else 0")
    public static let lastReload = MetricDeclaration(
        "algolia_exporter_config_last_reload_success_timestamp_seconds", .gauge,
        help: "Unix time of the last successful load of the configuration.",
        meaning: "when the configuration was last loaded")

    /// All of them.
    public static let all = [
        build, databaseSize, contractLimit, requestsPerMinuteLimit, logLinesDropped, isReloadSuccessful, lastReload,
    ]
}
