"""Search usage, processing time and data freshness."""

from .model import BYTES, COUNT, DURATION, RATIO, TIME, Dashboard, Panel, Prom, Range, Row, rising
from .queries import a_week_earlier, last, mean, newest, selector

STATUSES = (
    ("0", "operational", "green"),
    ("1", "degraded performance", "yellow"),
    ("2", "partial outage", "orange"),
    ("3", "major outage", "red"),
)
BY_APPLICATION = "{{application}}"
KINDS = ("search", "indexing", "records", "acl", "synonym", "rules")
DEGRADED = "algolia_usage_degraded_queries_max_capacity_queries_impacted_ratio"
DEGRADED_BY_DISK = "algolia_usage_degraded_queries_ssd_used_queries_impacted_ratio"


def cluster_severity() -> str:
    status = "algolia_cluster_status"
    severities = (("degraded_performance", 1), ("partial_outage", 2), ("major_outage", 3))
    parts = [f"""{factor} * {selector(status, f'status="{name}"')}""" for name, factor in severities]
    return f"max by (application, cluster) ({' or '.join(parts)})"


def worst(*metrics: str) -> str:
    """The highest of several metrics; quiet servers do not report each."""
    parts = [f'label_replace({newest(metric)}, "metric", "{number}", "", "")' for number, metric in enumerate(metrics)]
    return f"max by (application) ({' or '.join(parts)})"


def operations(kind: str) -> Prom:
    return Prom(mean(f"algolia_usage_total_{kind}_operations_hourly"), f"{BY_APPLICATION} {kind}")


NOW = Row("Now", (
    Panel(
        "Search requests, newest day", "Search requests of the newest complete day (UTC).", "stat", COUNT, width=4,
        height=4, prometheus=(Prom(newest("algolia_usage_total_search_requests_daily", granularity="daily"),
                                   BY_APPLICATION, instant=True),)),
    Panel(
        "Search requests", "Search requests in the time range; the newest bucket is still growing.", "stat", COUNT,
        width=4, height=4, json=(Range("total_search_requests"),), reducers=("sum",)),
    Panel(
        "Records", "Records of the application at the end of the newest hour.", "stat", COUNT, width=4, height=4,
        prometheus=(Prom(newest("algolia_usage_records"), BY_APPLICATION, instant=True),),
        json=(Range("records"),)),
    Panel(
        "99th percentile", "99th percentile of processing time in the newest hour.", "stat", TIME,
        width=4, height=4, thresholds=rising(0.1, 0.2),
        prometheus=(Prom(newest("algolia_usage_processing_time_p99_seconds"), BY_APPLICATION, instant=True),),
        json=(Range("99p_processing_time"),)),
    Panel(
        "Degraded queries", "Share of queries that waited for a search thread or for the disk in the newest hour, on "
        "the server where it was highest.", "stat", RATIO, width=4, height=4, thresholds=rising(0.001, 0.01),
        prometheus=(Prom(worst(DEGRADED, DEGRADED_BY_DISK), BY_APPLICATION, instant=True),)),
    Panel(
        "Data age", "Time since the end of the newest complete hour. Up to about 70 minutes is normal.",
        "stat", DURATION, width=4, height=4, thresholds=rising(2 * 3600, 3 * 3600),
        prometheus=(Prom(
            'time() - max by (application) (algolia_usage_newest_bucket_timestamp_seconds'
            '{application=~"$application", granularity="hourly"})', BY_APPLICATION, instant=True),)),
    Panel(
        "Clusters not operational", "Clusters for which Algolia reports degraded performance or an outage.", "stat",
        COUNT, width=4, height=4, thresholds=((None, "green"), (1, "red")),
        prometheus=(Prom("sum by (application) (max by (application, cluster) (algolia_cluster_status"
                         '{application=~"$application", status!="operational"}))', BY_APPLICATION, instant=True),)),
    Panel(
        "Peak queries per second", "The busiest second in the time range, across all servers.", "stat", COUNT,
        width=4, height=4, json=(Range("total_max_qps"),), reducers=("max",)),
    Panel(
        "Degraded queries", "Share of queries that waited for a search thread or for the disk: the worst hour of any "
        "server in the time range.", "stat", RATIO, width=4, height=4, thresholds=rising(0.001, 0.01),
        json=(Range(
            "degraded_queries_max_capacity_queries_impacted,degraded_queries_ssd_used_queries_impacted", by="key"),),
        reducers=("max",)),
))

SEARCH = Row("Search", (
    Panel(
        "Search requests per hour", "Mean over the step of the panel. Dashed: the same time a week earlier.",
        "timeseries", COUNT, width=24,
        prometheus=(
            Prom(mean("algolia_usage_total_search_requests_hourly"), BY_APPLICATION),
            Prom(a_week_earlier(mean("algolia_usage_total_search_requests_hourly")),
                 f"{BY_APPLICATION} a week earlier", dashed=True)),
        json=(Range("total_search_requests,billed_search_requests", aggregate="avg"),)),
    Panel(
        "Processing time", "Mean, 90th and 99th percentile of each hour. A percentile of a longer step is the highest "
        "of its hours in the JSON version, their mean in the Prometheus version.", "timeseries", TIME,
        thresholds=rising(0.1, 0.2),
        prometheus=(
            Prom(mean("algolia_usage_avg_processing_time_seconds"), f"{BY_APPLICATION} mean"),
            Prom(mean("algolia_usage_processing_time_p90_seconds"), f"{BY_APPLICATION} p90"),
            Prom(mean("algolia_usage_processing_time_p99_seconds"), f"{BY_APPLICATION} p99")),
        json=(Range("avg_processing_time,90p_processing_time,99p_processing_time"),)),
    Panel(
        "Queries of 1 s or more, per hour", "Mean over the step of the panel.", "timeseries", COUNT,
        prometheus=(Prom(mean("algolia_usage_queries_above_last_millisecond_processing_time_hourly"), BY_APPLICATION),),
        json=(Range("queries_above_last_ms_processing_time", aggregate="avg"),)),
    Panel(
        "Search requests per day", "Each bar is one complete day (UTC). Scraped samples are a day late, because a day "
        "is shown until the next is complete.", "bars", COUNT, step="1d",
        prometheus=(
            Prom(last("algolia_usage_total_search_requests_daily"), f"{BY_APPLICATION} all"),
            Prom(last("algolia_usage_billed_search_requests_daily"), f"{BY_APPLICATION} billed"))),
    Panel(
        "Search requests per day", "Each bar is one day (UTC); the last is still growing.",
        "bars", COUNT, step="1d", json=(Range("total_search_requests,billed_search_requests", "daily"),)),
    Panel(
        "Clusters", "Status of each cluster as reported by Algolia. Needs a monitoring key.", "statuses", step="10m",
        mappings=STATUSES, prometheus=(Prom(cluster_severity(), "{{cluster}}"),),
        json=(Range("cluster_status", "minutely", by="key"),)),
))

OPERATIONS = Row("Operations and size", (
    Panel(
        "Operations per hour", "By kind; mean over the step of the panel.", "timeseries", COUNT, stacked=True,
        prometheus=tuple(operations(kind) for kind in KINDS),
        json=(Range(",".join(f"total_{kind}_operations" for kind in KINDS), aggregate="avg"),)),
    Panel(
        "Busiest indices, newest day", "The ten indices with the most search requests in the newest complete day.",
        "bargauge", COUNT, links_to_index=True,
        prometheus=(Prom(
            "topk(10, " + newest("algolia_index_usage_total_search_requests_daily", "application, index",
                                 granularity="daily") + ")", "{{index}}", instant=True),)),
    Panel(
        "Busiest indices", "The ten indices with the most search requests in the time range.", "reduced", COUNT,
        step="1d", links_to_index=True, reducers=("sum", "max", "mean"),
        json=(Range("total_search_requests", "daily", index="*", by="index", top=10),)),
    Panel(
        "Records", "Records of the application.", "timeseries", COUNT,
        prometheus=(Prom(last("algolia_usage_records"), BY_APPLICATION),), json=(Range("records"),)),
    Panel(
        "Size", "Size of the records alone, and with the data of the indices.", "timeseries", BYTES,
        prometheus=(
            Prom(last("algolia_usage_data_size_bytes"), f"{BY_APPLICATION} records"),
            Prom(last("algolia_usage_file_size_bytes"), f"{BY_APPLICATION} with index data")),
        json=(Range("data_size,file_size"),)),
), collapsed=True)

DASHBOARD = Dashboard(
    "usage", "Usage", "Search usage, processing time and data freshness.", (NOW, SEARCH, OPERATIONS))
