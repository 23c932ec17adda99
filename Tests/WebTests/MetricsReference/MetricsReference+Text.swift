/// What `docs/metrics.md` says beside its tables of statistics.
extension MetricsReference {
    static let introduction = """
        # Metrics

        <!-- Generated from the statistics catalogue by `make docs`. Do not edit. -->

        The metrics on `/metrics`, in the Prometheus text format 0.0.4 or in OpenMetrics 1.0,
        as the `Accept` header prefers, and compressed when `Accept-Encoding` allows gzip.

        * A statistic of the kind `count` has three families: `…_hourly` and `…_daily`
          are gauges of the newest complete hour and day, `…_total` is a counter.
        * Any other statistic has one gauge: the newest complete hour.
        * Monitoring API statistics of servers and clusters have one gauge: the newest minute.
        * Values per index are another family, `algolia_index_usage_…`, with the label
          `index` beside those of the table, so that a `sum()` over one family never
          counts a request twice.
        * Units are base units: milliseconds are shown as seconds, percent as a ratio,
          megabytes as bytes.
          The JSON and SQL interfaces have Algolia's own units.
        * A leading number moves to the end of a name (`90p_processing_time` becomes
          `…_processing_time_p90_…`). `ms` is spelled out, because `promtool check metrics`
          refuses abbreviated units: `queries_above_last_ms_processing_time` becomes
          `algolia_usage_queries_above_last_millisecond_processing_time_…`.

        A gauge is about a finished bucket, not about the moment of the scrape:
        `algolia_usage_newest_bucket_timestamp_seconds` is that bucket's end.

        ## Statistics

        """

    static let counters = """
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
        * The counters of an index that is no longer collected, such as a deleted one, leave
          the page when its newest hour is older than the application's by
          `metrics.staleness.hourly` (3 h). The total is kept and resumes if the index returns.

        Use `increase(…_total[1d])` for trends and the `_hourly` and `_daily` gauges for
        exact figures: `increase()` extrapolates, and a whole hour arrives in one step.

        """

    static let monitoring = """
        ## Servers and clusters

        Shown for applications with a monitoring key whose plan has infrastructure metrics.
        Each is a gauge of the newest minute; the latency and indexing probes report every
        ten minutes. Hourly means and extremes (`…_max`, `…_min`) are in the history, but
        not on `/metrics`, where Prometheus has them of the minutes. Algolia calls the idle
        share of the processors `cpu_usage`; the metric is called what it is.

        """

    static let servers = """
        ### Server inventory

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `algolia_infrastructure_server_info` | gauge | `application`, `server`, `region`, `cluster`, `type`, `status` | constant 1 for each server of the inventory; join it to have a server's cluster or region as a label |
        | `algolia_cluster_probe_reachable` | gauge | `application`, `cluster`, `probe` | 1 when this probe of Algolia's reaches the cluster, else 0 |

        `algolia_cluster_status` has a sample for each status (`operational`,
        `degraded_performance`, `partial_outage`, `major_outage`): 1 for the cluster's own,
        0 for the others.

            algolia_infrastructure_cpu_idle_ratio
              * on(application, server) group_left(region) algolia_infrastructure_server_info

        """

    static let leftOut = """
        ## What is left out

        * A value whose bucket ended longer ago than `metrics.staleness` (`hourly` 3 h,
          `daily` 50 h, `minutely` 10 min) is left out rather than repeated indefinitely.
        * A gauge is absent when its newest complete bucket was not reported, however
          recent the one before. Absent is not 0.
        * A bucket is complete when it was fetched after its end. It may still be revised:
          only after `polling.settle_delay` is it taken to be final.
        * A family is shown when any pattern of `metrics.include` and none of
          `metrics.exclude` matches its whole name, with `_total` at the end of a counter's
          and without `_bucket`, `_sum` and `_count` of a histogram's. That holds for
          everything on the page, the exporter's own metrics and the process's too.
        * When the page would have more than `metrics.max_series` (100,000) series, the
          families per index leave out the least active indices, whole index by whole index,
          until it fits. Activity is the sum of `total_search_requests`,
          `total_indexing_operations` and `total_records_operations` in the index's newest
          day, failing that in its newest hour; of equals, the first by name go first. The
          history and every other interface still have them all.

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `algolia_usage_newest_bucket_timestamp_seconds` | gauge | `application`, `granularity` | end of the newest complete bucket at application level; `granularity` is `hourly`, `daily`, or `minutely` for servers and clusters; it is shown however old it is |
        | `algolia_exporter_series_dropped` | gauge | | series that `metrics.max_series` left out; 0 when the page is complete |

        """

    static let unknown = """
        ## Statistics that this version does not know

        Algolia adds statistics without notice. One that is not in the tables is stored
        and shown like a level, as a gauge `algolia_usage_<name>` in Algolia's own unit. If
        its values are maps, the label `key` holds their keys. One of the Monitoring API is
        `algolia_infrastructure_<name>` with the label `server`. Characters that a metric
        name cannot have become `_`.

        """

    static let own = """
        ## The exporter itself

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `algolia_exporter_build_info` | gauge | `version` | constant 1 |
        | `algolia_exporter_up` | gauge | `application`, `api` | 1 when the newest request to this API succeeded, else 0; a refused statistic is not a failure; absent before the first request |
        | `algolia_exporter_last_success_timestamp_seconds` | gauge | `application`, `api` | when that was last so; absent before the first success since the start |
        | `algolia_exporter_api_requests_total` | counter | `api`, `code` | requests sent; `code` is the HTTP status, or `timeout`, `connection_error`, `broken_answer`, `cancelled` |
        | `algolia_exporter_api_request_duration_seconds` | histogram | | from sending a request to its decoded answer, without waiting for quota |
        | `algolia_exporter_ignored_parts_total` | counter | `api` | parts of answers (names with NUL, values of a wrong type, points without a time) that were left out because they cannot be read; logged once. Unreadable values of the Usage API are set aside instead |
        | `algolia_exporter_backfill_remaining_seconds` | gauge | `application`, `granularity` | history still to be fetched, summed over the application and its indices |
        | `algolia_exporter_set_aside_ranges` | gauge | `application`, `granularity` | ranges of single statistics that Algolia sent unreadably, refused, or cannot answer; asked for once a day, listed by `/api/v1/status` |
        | `algolia_exporter_vendor_horizon_seconds` | gauge | `application`, `granularity` | how far back Algolia serves ranges; absent while nothing that is wanted was refused |
        | `algolia_exporter_points_outside_range_total` | counter | `application` | points that were dropped because Algolia sent them for times that were not asked for |
        | `algolia_exporter_storage_up` | gauge | `application` | 1 when the newest attempt to write the history succeeded, else 0; absent before the first |
        | `algolia_exporter_requests_per_minute_limit` | gauge | `application` | requests a minute that this process may send, as configured |
        | `algolia_exporter_points_stored_total` | counter | | points stored new or revised since the start of the process |
        | `algolia_exporter_database_size_bytes` | gauge | | size of the database and its write-ahead log |
        | `algolia_exporter_database_state` | gauge | `state` | 1 for the present state of the database file, else 0: `good`, `deleted`, `replaced`, `overwritten`, `truncated`, `log_deleted`, `damaged`; nothing is written unless it is `good` |
        | `algolia_exporter_clock_offset_seconds` | gauge | `application`, `api` | seconds that this machine's clock is ahead of Algolia's (behind when negative), by the `Date` of the newest answer; beyond 60 the exporter collects by Algolia's; absent before the first dated answer |
        | `algolia_exporter_remote_write_samples_total` | counter | `remote` | samples that the receiver has accepted |
        | `algolia_exporter_remote_write_samples_dropped_total` | counter | `remote`, `reason` | samples that the receiver will not get; `reason` is the status with which it refused them, `partial` when it accepted a request but wrote fewer samples than it had, or `too_old` for those beyond `sample_age_limit` |
        | `algolia_exporter_remote_write_requests_total` | counter | `remote`, `code` | requests sent; `code` is the HTTP status, or `timeout`, `connection_error` |
        | `algolia_exporter_remote_write_lag_seconds` | gauge | `remote` | age of the oldest settled sample that waits to be accepted; 0 when none waits. A settled hour is some hours old when it is sent, a day more than one |
        | `algolia_exporter_log_lines_dropped_total` | counter | | log lines dropped because standard error was blocked |
        | `algolia_exporter_config_last_reload_successful` | gauge | | 1 when the newest attempt to load the configuration succeeded, else 0 |
        | `algolia_exporter_config_last_reload_success_timestamp_seconds` | gauge | | when the configuration was last loaded |

        `api` is `usage`, `monitoring` or `search`. These counters start at 0 with the process.

        ## The contract

        The limits under `contract` in the configuration, and usage against them.

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `algolia_contract_limit` | gauge | `application`, `limit` | the contract limit; `limit` is `search_requests_per_month`, `records` or `max_qps` |
        | `algolia_capacity_utilization_ratio` | gauge | `application`, `limit` | used share of the limit: billed search requests of this month up to the newest whole day, the newest number of records, peak queries per second of this month |
        | `algolia_capacity_coverage_ratio` | gauge | `application`, `limit` | share of this month's days so far that have data; below 1 the utilization is a lower bound. Not for `records` |
        | `algolia_capacity_projected_ratio` | gauge | `application`, `limit` | projected used share at the end of this month |
        | `algolia_capacity_exceedance_ratio` | gauge | `application`, `limit` | probability of exceeding the limit by then, 0 to 1 |
        | `algolia_capacity_exhaustion_timestamp_seconds` | gauge | `application`, `limit` | the day on which the limit was or will be reached, at 00:00 UTC; absent when that is not projected within a year |

        Months are calendar months of `reports.time_zone`. Projections need 126 days of
        history; without them only the first two are shown. They change once a day and disappear
        when the newest day is older than `metrics.staleness.daily`.

        ## The process

        From `/proc`, so on Linux only: `process_cpu_seconds_total`,
        `process_virtual_memory_bytes`, `process_resident_memory_bytes`,
        `process_start_time_seconds`, `process_open_fds`, `process_max_fds`.

        """
}
