public import UsageModel

/// The metrics that the collector keeps.
public enum CollectorMetric {
    public static let isUp = MetricDeclaration(
        "algolia_exporter_up", .gauge, labels: ["application", "api"],
        help: "Whether the last request to this API succeeded.",
        meaning:
            """
            1 when the newest request to this API succeeded, else 0; a refused statistic is not a failure; absent \
            before the first request
            """)
    public static let lastSuccess = MetricDeclaration(
        "algolia_exporter_last_success_timestamp_seconds", .gauge, labels: ["application", "api"],
        help: "Unix time of the last successful request to this API.",
        meaning: "when that was last so; absent before the first success since the start")
    public static let pointsStored = MetricDeclaration(
        "algolia_exporter_points_stored_total", .counter,
        help: "New and revised points stored since the start.",
        meaning: "points stored new or revised since the start of the process")
    public static let clockOffset = MetricDeclaration(
        "algolia_exporter_clock_offset_seconds", .gauge, labels: ["application", "api"],
        help: "Seconds by which this machine's clock is ahead of Algolia's, from the Date of the last response.",
        meaning:
            """
            seconds that this machine's clock is ahead of Algolia's (behind when negative), by the `Date` of the \
            newest answer; beyond 60 the exporter collects by Algolia's; absent before the first dated answer
            """)
    public static let databaseState = MetricDeclaration(
        "algolia_exporter_database_state", .gauge, labels: ["state"],
        help: "State of the database file: 1 for the current state. Data is written only in the state good.",
        meaning:
            """
            1 for the present state of the database file, else 0: `good`, `deleted`, `replaced`, `overwritten`, \
            `truncated`, `log_deleted`, `log_overwritten`, `damaged`; nothing is written unless it is `good`
            """)
    public static let pointsOutside = MetricDeclaration(
        "algolia_exporter_points_outside_range_total", .counter, labels: ["application"],
        help: "Points dropped because they were outside the requested range.",
        meaning: "points that were dropped because Algolia sent them for times that were not asked for")
    public static let setAsideRanges = MetricDeclaration(
        "algolia_exporter_set_aside_ranges", .gauge, labels: ["application", "granularity"],
        help: "Ranges of single statistics that Algolia rejected or sent unreadably; retried once a day.",
        meaning:
            """
            ranges of single statistics that Algolia sent unreadably, refused, or cannot answer; asked for once a \
            day, listed by `/api/v1/status`
            """)
    public static let vendorHorizon = MetricDeclaration(
        "algolia_exporter_vendor_horizon_seconds", .gauge, labels: ["application", "granularity"],
        help: "How far back Algolia serves data, where that is less than requested.",
        meaning: "how far back Algolia serves ranges; absent while nothing that is wanted was refused")
    public static let storageIsUp = MetricDeclaration(
        "algolia_exporter_storage_up", .gauge, labels: ["application"],
        help: "Whether the last write to the history database succeeded.",
        meaning: "1 when the newest attempt to write the history succeeded, else 0; absent before the first")
    public static let backfillRemaining = MetricDeclaration(
        "algolia_exporter_backfill_remaining_seconds", .gauge, labels: ["application", "granularity"],
        help: "Seconds of history still to be fetched, summed over the application and its indices.",
        meaning: "history still to be fetched, summed over the application and its indices")

    /// All of them.
    public static let all = [
        isUp, lastSuccess, pointsStored, clockOffset, databaseState, pointsOutside, setAsideRanges, vendorHorizon,
        storageIsUp, backfillRemaining,
    ]
}
