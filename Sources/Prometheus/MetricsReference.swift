private import UsageModel

/// `docs/metrics.md`: every metric with its unit, labels and meaning, derived
/// from the catalogue and ``MetricName``, so that the page cannot say anything
/// else than `/metrics` does.
public enum MetricsReference {
    /// The whole page.
    public static func markdown() -> String {
        [introduction, statistics, counters, staleness, unknown, own].joined(separator: "\n")
    }

    // MARK: Statistics

    /// The vendor's groups in the catalogue's order, with a title for people.
    private static let titles = [
        "search": "Search", "acl": "API keys", "indexing": "Indexing", "record": "Record operations",
        "synonym": "Synonyms", "rule": "Rules", "insights": "Insights", "total": "Totals",
        "query_suggestions": "Query Suggestions", "processing_time": "Processing time", "indices": "Size",
        "max_qps": "Maximum queries per second", "search_capacity": "Search capacity",
        "degraded_queries": "Degraded queries",
    ]

    private static var statistics: String {
        var groups: [String] = []
        for statistic in StatisticCatalogue.all where !groups.contains(statistic.group) {
            groups.append(statistic.group)
        }
        return groups.map(section).joined(separator: "\n")
    }

    private static func section(_ group: String) -> String {
        let rows = StatisticCatalogue.all.filter { $0.group == group }.map(row)
        return """
            ### \(titles[group] ?? group)

            | statistic | application level | per index | kind | unit | labels | meaning |
            |---|---|---|---|---|---|---|
            \(rows.joined(separator: "\n"))

            """
    }

    private static func row(_ statistic: Statistic) -> String {
        let labels = ["application", statistic.shape.label].compactMap(\.self)
        let cells = [
            "`\(statistic.name)`", names(MetricName(statistic, perIndex: false)),
            statistic.perIndex ? names(MetricName(statistic, perIndex: true)) : "not served",
            statistic.kind.rawValue, unit(statistic), labels.map { "`\($0)`" }.joined(separator: ", "),
            statistic.meaning,
        ]
        return "| \(cells.joined(separator: " | ")) |"
    }

    /// The names of the families; all but the first by their endings alone.
    private static func names(_ name: MetricName) -> String {
        guard name.statistic.kind == .count else { return "`\(name.gauge)`" }
        let stem = name.hourly.dropLast("_hourly".count)
        return "`\(name.hourly)`, `…\(name.daily.dropFirst(stem.count))`, `…\(name.total.dropFirst(stem.count))`"
    }

    /// The unit on `/metrics`, and the vendor's where it is another.
    private static func unit(_ statistic: Statistic) -> String {
        let vendors = statistic.unit.rawValue.replacing("_", with: " ")
        switch statistic.unit {
        case .milliseconds: return "seconds (vendor: \(vendors))"
        case .percent: return "ratio, 0 to 1 (vendor: \(vendors))"
        default: return vendors
        }
    }

    // MARK: Text

    private static let introduction = """
        # Metrics

        <!-- Generated from the statistics catalogue by `make docs`. Do not edit. -->

        What `/metrics` shows, in the Prometheus text format 0.0.4 or in OpenMetrics 1.0,
        whichever the `Accept` header prefers, and compressed when `Accept-Encoding`
        allows gzip.

        * A statistic of the kind `count` has three families: `…_hourly` and `…_daily`
          are gauges of the newest complete hour and day, `…_total` is a counter.
        * Any other statistic has one gauge: the newest complete hour.
        * Values per index are another family, `algolia_index_usage_…`, with the label
          `index` beside those of the table, so that a `sum()` over one family never
          counts a request twice.
        * Units are base units: milliseconds are shown as seconds, percent as a ratio.
          The JSON and SQL interfaces have Algolia's own units.
        * A leading number moves to the end of a name (`90p_processing_time` becomes
          `…_processing_time_p90_…`). `ms` is spelled out, because `promtool check metrics`
          refuses abbreviated units: `queries_above_last_ms_processing_time` becomes
          `algolia_usage_queries_above_last_millisecond_processing_time_…`.

        A gauge is about a finished bucket, not about the moment of the scrape:
        `algolia_usage_newest_bucket_timestamp_seconds` is that bucket's end.

        ## Statistics

        """

    private static let counters = """
        ## Counters

        `…_total` exists for each statistic of the kind `count`, at 0 from the first answer
        that reports it. It is kept in the database, so a restart does not reset it.

        * It gains each hour exactly once, when the hour settles: at the first answer that
          comes `polling.settle_delay` (2 h) or more after the hour's end. It is therefore
          two to three hours behind.
        * It counts hours that begin after the exporter first saw the application.
          Backfilled hours from before do not count; hours missed during an outage do,
          as soon as they are repaired.
        * It never decreases. A revision that arrives after an hour was counted changes
          the stored point but not the counter.
        * It stays while the newest hour is not reported. It starts again at 0 only with
          a new database.

        Use `increase(…_total[1d])` for trends and the `_hourly` and `_daily` gauges for
        exact figures: `increase()` extrapolates, and a whole hour arrives in one step.

        """

    private static let staleness = """
        ## What is left out

        * A value whose bucket ended longer ago than `metrics.staleness` (hourly 3 h,
          daily 50 h) is left out rather than repeated for ever.
        * A gauge is absent when its newest complete bucket was not reported, however
          recent the one before. Absent is not 0.
        * A bucket is complete when it was fetched after its end. It may still be revised:
          only after `polling.settle_delay` is it taken to be final.

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `algolia_usage_newest_bucket_timestamp_seconds` | gauge | `application`, `granularity` | end of the newest complete bucket at application level; `granularity` is `hourly` or `daily`; it is shown however old it is |

        """

    private static let unknown = """
        ## Statistics that this version does not know

        Algolia adds statistics without notice. One that is not in the tables is stored
        and shown like a level, as a gauge `algolia_usage_<name>` in Algolia's own unit. If
        its values are maps, the label `key` holds their keys. Characters that a metric
        name cannot have become `_`.

        """

    private static let own = """
        ## The exporter itself

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `algolia_exporter_build_info` | gauge | `version` | constant 1 |
        | `algolia_exporter_up` | gauge | `application`, `api` | 1 when the newest request to this API succeeded, else 0; a refused statistic is not a failure; absent before the first request |
        | `algolia_exporter_last_success_timestamp_seconds` | gauge | `application`, `api` | when that was last so; absent before the first success since the start |
        | `algolia_exporter_api_requests_total` | counter | `api`, `code` | requests sent; `code` is the HTTP status, or `timeout`, `connection_error`, `broken_answer`, `cancelled` |
        | `algolia_exporter_api_request_duration_seconds` | histogram | | from sending a request to its decoded answer, without waiting for quota |
        | `algolia_exporter_backfill_remaining_seconds` | gauge | `application`, `granularity` | history still to be fetched, summed over the application and its indices |
        | `algolia_exporter_points_stored_total` | counter | | points stored new or revised since the start of the process |
        | `algolia_exporter_database_size_bytes` | gauge | | size of the database and its write-ahead log |

        `api` is `usage` or `search`. These counters start at 0 with the process.

        ## The process

        From `/proc`, so on Linux only: `process_cpu_seconds_total`,
        `process_virtual_memory_bytes`, `process_resident_memory_bytes`,
        `process_start_time_seconds`, `process_open_fds`, `process_max_fds`.

        """
}
