"""Usage against the contract, and when limits will be reached."""

from .model import (
    COUNT, DURATION, MEMORY, QPS, RATIO, TIME, Column, Dashboard, Document, Panel, Prom, Range, Row, Unit, falling,
    rising,
)
from .queries import capacity, contract, last, lowest, mean, peak

SHARE = Unit("percentunit", "percentunit")
DATE = Unit("dateTimeAsIso", "dateTimeAsIso")
OF_APPLICATION = (("application", "${application}"),)
SERVER = 'server=~"$server"'
BY_APPLICATION = "{{application}}"


def used(title: str, description: str, limit: str) -> Panel:
    return Panel(
        title, description + " Needs `contract` in the configuration.", "gauge", RATIO, width=6, height=6, maximum=1.2,
        thresholds=rising(0.9, 1),
        prometheus=(Prom(capacity("capacity_utilization_ratio", limit), BY_APPLICATION, instant=True),))


def of_limits(expr: str) -> Prom:
    """A column of the table of limits."""
    return Prom(expr, instant=True, table=True)


def server(title: str, description: str, unit, metric: str, statistic: str, over=mean, **options) -> Panel:
    """A statistic of servers, by their names."""
    return Panel(
        title, description, "timeseries", unit,
        prometheus=(Prom(over(metric, "application, server", SERVER), "{{server}}"),),
        json=(Range(statistic, "minutely" if options.get("step") == "10m" else "hourly", by="key"),), **options)


def cluster(title: str, description: str, unit, metric: str, statistic: str, **options) -> Panel:
    """A probe of clusters; probes report every ten minutes."""
    return Panel(
        title, description, "timeseries", unit, width=8, step="10m",
        prometheus=(Prom(mean(metric, "application, cluster"), "{{cluster}}"),),
        json=(Range(statistic, "minutely", by="key"),), **options)


CONTRACT = Row("Contract", (
    used("Search requests", "Billed in this billing period so far, as a share of the contract limit.",
         "search_requests_per_month"),
    used("Records", "The fourth-highest day of this billing period, as it is billed, as a share of the contract limit.",
         "records"),
    used("Queries per second", "The peak second of this billing period, as a share of the contract limit.", "max_qps"),
    Panel(
        "First limit reached", "The first day on which a limit is projected to be reached. Empty when none is within a "
        "year.", "stat", DATE, width=6, height=6,
        prometheus=(Prom(
            f"1000 * min by (application) ({capacity('capacity_exhaustion_timestamp_seconds')} > time())",
            BY_APPLICATION, instant=True),)),
    Panel(
        "Limits", "Used in this billing period, projected to its end, the chance of exceeding the limit by then, and "
        "the day on which it was or will be reached. Projections need 126 days of history.", "table", width=24,
        height=6,
        prometheus=(
            of_limits(capacity("contract_limit")), of_limits(capacity("capacity_utilization_ratio")),
            of_limits(capacity("capacity_projected_ratio")), of_limits(capacity("capacity_exceedance_ratio")),
            of_limits(f"1000 * {capacity('capacity_exhaustion_timestamp_seconds')}")),
        json=(Document("/api/v1/capacity", "applications.limits", (
            ("limit", "Limit", "string"), ("agreed", "Agreed", "number"), ("utilization", "Used", "number"),
            ("projected.utilization", "Projected", "number"), ("projected.exceedance", "Chance of exceeding", "number"),
            ("exhaustion.day", "Reached on", "string")), OF_APPLICATION),),
        columns=(
            Column("Agreed", COUNT), Column("Used", SHARE, rising(0.9, 1)), Column("Projected", SHARE, rising(0.9, 1)),
            Column("Chance of exceeding", SHARE, rising(0.2, 0.5)), Column("Reached on", DATE))),
    Panel(
        "In words", "The answers of the capacity report.", "table", width=24, height=10,
        json=(Document("/api/v1/capacity", "applications.answers", (
            ("severity", "Severity", "string"), ("question", "Question", "string"), ("answer", "Answer", "string")),
            OF_APPLICATION),)),
    Panel(
        "Billed search requests per day", "Each bar is one complete day (UTC); scraped samples are a day late. "
        "Dashed: the contract limit per day.", "bars", COUNT, step="1d",
        prometheus=(
            Prom(last("algolia_usage_billed_search_requests_daily"), BY_APPLICATION),
            Prom(f"{contract('search_requests_per_month')} / on () group_left () days_in_month()",
                 f"{BY_APPLICATION} contract", dashed=True))),
    Panel(
        "Billed search requests per day", "Each bar is one day (UTC); the last is still growing.",
        "bars", COUNT, step="1d", json=(Range("billed_search_requests", "daily"),)),
    Panel(
        "Records", "At the end of each hour. Dashed: the contract limit.", "timeseries", COUNT,
        prometheus=(
            Prom(last("algolia_usage_records"), BY_APPLICATION),
            Prom(contract("records"), f"{BY_APPLICATION} contract", dashed=True)),
        json=(Range("records"),)),
))

SEARCH = Row("Search capacity", (
    Panel(
        "Busiest second of each hour", "Queries per second across all servers. Dashed: the contract.", "timeseries",
        QPS,
        prometheus=(
            Prom(peak("algolia_usage_total_max_qps"), BY_APPLICATION),
            Prom(contract("max_qps"), f"{BY_APPLICATION} contract", dashed=True)),
        json=(Range("total_max_qps"),)),
    server("Busiest second of each hour, by server", "Queries per second.", QPS, "algolia_usage_max_qps", "max_qps",
           over=peak),
    server("Used search capacity, peak", "The busiest second of each hour: a single second at 100% is enough.", RATIO,
           "algolia_usage_used_search_capacity_ratio", "used_search_capacity", over=peak, thresholds=rising(0.8, 0.9)),
    server("Used search capacity, mean", "The mean of each hour.", RATIO,
           "algolia_usage_avg_used_search_capacity_ratio", "avg_used_search_capacity", thresholds=rising(0.5, 0.6)),
    server("Queries degraded because all threads were busy", "Share of the queries of each hour.", RATIO,
           "algolia_usage_degraded_queries_max_capacity_queries_impacted_ratio",
           "degraded_queries_max_capacity_queries_impacted", over=peak, thresholds=rising(0.001, 0.01)),
    server("Queries degraded by disk reads", "Share of the queries of each hour.", RATIO,
           "algolia_usage_degraded_queries_ssd_used_queries_impacted_ratio",
           "degraded_queries_ssd_used_queries_impacted", over=peak, thresholds=rising(0.001, 0.01)),
))

SERVERS = Row("Servers and clusters (with a monitoring key)", (
    server("CPU, idle", "Algolia calls it cpu_usage, but it is the idle share.", RATIO,
           "algolia_infrastructure_cpu_idle_ratio", "cpu_usage", over=lowest, step="10m",
           thresholds=falling(0.1, 0.2)),
    server("Indices on disk, as a share of the memory", "Above 100%, queries are read from disk.", RATIO,
           "algolia_infrastructure_ssd_usage_ratio", "ssd_usage", over=peak, step="10m",
           thresholds=rising(0.8, 0.9)),
    server("Memory for searching", "Mean over the step of the panel.", MEMORY,
           "algolia_infrastructure_ram_search_usage_bytes", "ram_search_usage", step="10m"),
    server("Memory for indexing", "Mean over the step of the panel.", MEMORY,
           "algolia_infrastructure_ram_indexing_usage_bytes", "ram_indexing_usage",
           step="10m"),
    server("Index build time", "Mean over the step of the panel.", DURATION,
           "algolia_infrastructure_avg_build_time_seconds", "avg_build_time", step="10m",
           width=24),
    cluster("Latency", "Measured by Algolia's probe.", TIME, "algolia_cluster_latency_seconds", "latency"),
    cluster("Indexing time", "Measured by Algolia's probe on a test index.", TIME, "algolia_cluster_indexing_seconds",
            "indexing"),
    cluster("Reachability", "Share of Algolia's probes that reach the cluster.", RATIO,
            "algolia_cluster_reachability_ratio", "reachability", thresholds=falling(0.75, 1)),
), collapsed=True)

DASHBOARD = Dashboard(
    "capacity", "Capacity", "Usage against the contract, and when limits will be reached.",
    (CONTRACT, SEARCH, SERVERS), variables=("application", "server"), time="now-30d")
