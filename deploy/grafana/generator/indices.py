"""Requests, latency and records by index."""

from .model import BYTES, COUNT, RATIO, TIME, Column, Dashboard, Panel, Prom, Range, Row, rising
from .queries import highest, last, mean, newest

INDEX = 'index=~"$index"'
BY_INDEX = "{{index}}"


def row(metric: str, granularity: str = "hourly") -> Prom:
    """A column of the table."""
    return Prom(newest(metric, "application, index", INDEX, granularity=granularity), instant=True, table=True)


def share() -> Prom:
    requests = "algolia_index_usage_total_search_requests_daily"
    every = newest(requests, "application, index", granularity="daily")
    chosen = newest(requests, "application, index", INDEX, granularity="daily")
    return Prom(f"{chosen} / on (application) group_left () sum by (application) ({every})", instant=True, table=True)


def unattributed() -> Prom:
    """What is left of the application's requests without those of its indices."""
    indices = newest("algolia_index_usage_total_search_requests_daily", "application, index", granularity="daily")
    application = newest("algolia_usage_total_search_requests_daily", granularity="daily")
    return Prom(f"clamp_min(1 - sum by (application) ({indices}) / {application}, 0)", "{{application}}", instant=True)


def series(title: str, description: str, unit, metric: str, statistic: str, over=mean, **options) -> Panel:
    """The ten indices of those chosen that have most of it, or one if one is chosen."""
    by = "application, index"
    aggregate = "avg" if metric.endswith("_hourly") else None
    return Panel(
        f"{title}, top 10", f"{description} The ten highest of the time range.", "timeseries", unit,
        prometheus=(Prom(highest(10, over(metric, by, INDEX), metric, by, INDEX), BY_INDEX),),
        json=(Range(statistic, index="${index}", aggregate=aggregate, by="index", top=10),), links_to_index=True,
        **options)


TABLE = Row("Indices", (
    Panel(
        "Indices", "The newest complete day for counts, the newest complete hour for the rest. The share is that of the "
        "requests of all indices.", "table",
        width=24, height=10, links_to_index=True,
        prometheus=(
            row("algolia_index_usage_total_search_requests_daily", "daily"), share(),
            row("algolia_index_usage_total_indexing_operations_daily", "daily"),
            row("algolia_index_usage_total_records_operations_daily", "daily"),
            row("algolia_index_usage_records"), row("algolia_index_usage_data_size_bytes"),
            row("algolia_index_usage_processing_time_p99_seconds")),
        columns=(
            Column("Search requests", COUNT), Column("Share of requests", RATIO),
            Column("Indexing operations", COUNT), Column("Record operations", COUNT), Column("Records", COUNT),
            Column("Size", BYTES), Column("99th percentile", TIME, rising(0.1, 0.2)))),
    Panel(
        "Requests of no index", "The share of the application's requests in the newest complete day that no index has: "
        "queries of several indices at once, and indices that are not collected.", "stat", RATIO, width=24, height=4,
        prometheus=(unattributed(),)),
    Panel(
        "Search requests", "Of each index, in the time range.", "reduced", COUNT, width=12, height=10, step="1d",
        links_to_index=True, reducers=("sum", "max", "mean"),
        json=(Range("total_search_requests", "daily", index="${index}", by="index"),)),
    Panel(
        "Records", "Of each index: first and newest value in the time range, and the difference.", "reduced", COUNT,
        width=12, height=10, step="1d", links_to_index=True, reducers=("firstNotNull", "lastNotNull", "diff"),
        json=(Range("records", "daily", index="${index}", by="index"),)),
))

SEARCH = Row("Search", (
    series("Search requests per hour", "Mean over the step of the panel.", COUNT,
           "algolia_index_usage_total_search_requests_hourly", "total_search_requests", width=24, stacked=True),
    series("90th percentile", "Processing time of each hour.", TIME,
           "algolia_index_usage_processing_time_p90_seconds", "90p_processing_time"),
    series("99th percentile", "Processing time of each hour.", TIME,
           "algolia_index_usage_processing_time_p99_seconds", "99p_processing_time", thresholds=rising(0.1, 0.2)),
))

CONTENT = Row("Content", (
    series("Indexing operations per hour", "Mean over the step of the panel.", COUNT,
           "algolia_index_usage_total_indexing_operations_hourly", "total_indexing_operations", stacked=True),
    series("Record operations per hour", "Mean over the step of the panel.", COUNT,
           "algolia_index_usage_total_records_operations_hourly", "total_records_operations", stacked=True),
    series("Records", "At the end of each hour.", COUNT, "algolia_index_usage_records", "records", over=last),
    series("Size of the records", "At the end of each hour.", BYTES, "algolia_index_usage_data_size_bytes",
           "data_size", over=last),
), collapsed=True)

DASHBOARD = Dashboard(
    "indices", "Indices", "Requests, latency and records by index.", (TABLE, SEARCH, CONTENT),
    variables=("application", "index"))
