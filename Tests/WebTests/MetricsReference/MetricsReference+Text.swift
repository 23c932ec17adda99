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
        * The labels that the [configuration](configuration.md#labels) adds to an application are
          on every metric with the label `application`; the tables do not repeat them.
        * Units are base units: milliseconds are shown as seconds, percent as a ratio,
          megabytes as bytes.
          The JSON and SQL interfaces have Algolia's own units.
        * A leading number moves to the end of a name (`90p_processing_time` becomes
          `…_processing_time_p90_…`). `ms` is spelled out, because `promtool check metrics`
          refuses abbreviated units: `queries_above_last_ms_processing_time` becomes
          `algolia_usage_queries_above_last_millisecond_processing_time_…`.

        A gauge has the value of a finished bucket, not of the moment of the scrape:
        `algolia_usage_newest_bucket_timestamp_seconds` is that bucket's end.

        ## Statistics

        """

    static let billing = """
        ## Billing metrics

        The metrics that the registry of Algolia's Usage API v2 lists, where Algolia serves that API to the usage key
        ([`usage_v2`](configuration.md#applications)). They are of applications, not of indices. A metric `NAME` of
        the registry is the statistic `billing_NAME` of JSON, SQL, exports and pages, and has two gauges here:

        | metric | type | labels | meaning |
        |---|---|---|---|
        | `algolia_billing_NAME_hourly` | gauge | `application` | the newest complete hour |
        | `algolia_billing_NAME_daily` | gauge | `application` | the newest complete day |

        HELP is the registry's label and description. Characters that a metric name cannot have become `_`; of two names
        that become the same, the first is shown. The registry says neither the unit of a metric nor whether its values
        add up, so there is no `…_total`, and JSON takes the last value of a step, not the sum.

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

    static let indices = """
        ## The list of indices

        Shown for applications with a search key, on every plan. The list of indices is fetched
        every hour; each is a gauge of what the newest list said, and leaves the page with the
        first list that lacks its index. The list has what the key may see: a key that is
        restricted to some indices lists those alone. In the JSON and SQL interfaces the
        application itself has the sums of records and sizes as well, without virtual replicas,
        which hold no records. On `/metrics`, `sum by (application)` adds up what the list says
        of every index.

        """

    static let monitoring = """
        ## Servers and clusters

        Servers are shown for applications with a monitoring key whose plan has infrastructure
        metrics; clusters for every application whose [clusters](configuration.md#clusters) are known.
        Each is a gauge of the newest minute; the latency and indexing probes report every
        ten minutes. Hourly means and extremes (`…_max`, `…_min`) are in the history, but
        not on `/metrics`, where Prometheus has them of the minutes. Algolia calls the idle
        share of the processors `cpu_usage`; the metric is called what it is.

        """

    static let servers = """
        ### Server inventory

        \(table(inventoryMetrics))

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

        \(table(pageMetrics))

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

        \(table(exporterMetrics))

        `api` is `usage`, `monitoring`, `search` or, where it is served, `usage_v2`. These counters start at 0 with the process.

        ## The contract

        The limits under `contract` in the configuration, and usage against them.

        \(table(contractMetrics))

        Billing periods begin on `contract.period_start_day`, terms of a year on `contract.start`; their days are those of
        `reports.time_zone`. Projections need 126 days of history, and half of the days of the term so far; without them only
        the limit, the used share and the coverage are shown. They change once a day and disappear when the newest day is older
        than `metrics.staleness.daily`. A cost is shown for one limit of requests and one of records: where a year was bought,
        for the year.

        ## The process

        From `/proc`, so on Linux only: \(processMetrics[0]),
        \(processMetrics[1]), \(processMetrics[2]),
        \(processMetrics[3]), \(processMetrics[4]), \(processMetrics[5]).

        """

    static let compatibility = """
        ## Names of the Python exporter

        With `metrics.compatibility: k8sit`, beside all others and in Algolia's own units: [migrating.md](migrating.md).

        \(table(compatibilityMetrics))

        """
}
