"""Usage against the contract, and when limits will be reached."""

from .model import COUNT, DURATION, MEMORY, QPS, RATIO, TIME, Dashboard, Json, Panel, Prom, Row, Unit, falling, rising
from .queries import contract, last, lowest, mean, month_forecast, newest, peak, selector

DAYS = Unit("d", "d")
SERVER = 'server=~"$server"'
BY_APPLICATION = "{{application}}"


def used(title: str, description: str, value: str, limit: str, thresholds) -> Panel:
    return Panel(
        title, description + " Needs `contract` in the configuration.", "gauge", RATIO, width=6, height=6, maximum=1.2,
        thresholds=thresholds,
        prometheus=(Prom(f"{value} / on (application) {contract(limit)}", BY_APPLICATION, instant=True),))


def days_to_full() -> str:
    left = f"({contract('records')} - {newest('algolia_usage_records')})"
    growth = f"max by (application) (deriv({selector('algolia_usage_records')}[14d])) * 86400"
    return f"{left} / ({growth} > 0)"


def server(title: str, description: str, unit, metric: str, statistic: str, over=mean, **options) -> Panel:
    """A statistic of servers, by their names."""
    return Panel(
        title, description, "timeseries", unit,
        prometheus=(Prom(over(metric, "application, server", SERVER), "{{server}}"),),
        json=(Json(statistic, key="$server"),), **options)


def cluster(title: str, description: str, unit, metric: str, statistic: str, **options) -> Panel:
    """A probe of clusters; probes report every ten minutes."""
    return Panel(
        title, description, "timeseries", unit, width=8, step="10m",
        prometheus=(Prom(mean(metric, "application, cluster"), "{{cluster}}"),),
        json=(Json(statistic),), **options)


CONTRACT = Row("Contract", (
    used("Search requests this month", "Month at the rate of the last 7 days, as a share of the contract limit.",
         month_forecast(), "search_requests_per_month", rising(0.9, 1)),
    used("Records", "As a share of the contract limit.", newest("algolia_usage_records"), "records", rising(0.9, 1)),
    used("Queries per second", "Peak second of the newest hour, as a share of the contract limit.",
         newest("algolia_usage_total_max_qps"), "max_qps", rising(0.9, 1)),
    Panel(
        "Days until the record limit", "At the growth rate of the last 14 days. Empty without growth or without a "
        "contract.", "stat", DAYS, width=6, height=6, decimals=0, thresholds=falling(30, 90),
        prometheus=(Prom(days_to_full(), BY_APPLICATION, instant=True),)),
    Panel(
        "Billed search requests per day", "Each bar is one complete day (UTC); scraped samples are a day late. "
        "Dashed: the contract limit per day.", "bars", COUNT, step="1d",
        prometheus=(
            Prom(last("algolia_usage_billed_search_requests_daily"), BY_APPLICATION),
            Prom(f"{contract('search_requests_per_month')} / on () group_left () days_in_month()",
                 f"{BY_APPLICATION} contract", dashed=True))),
    Panel(
        "Billed search requests per day", "Each bar is one day (UTC); the last is still growing.",
        "bars", COUNT, step="1d", json=(Json("billed_search_requests", "daily"),)),
    Panel(
        "Records", "Dashed: the contract limit, and the projection for 30 days at the growth rate of the last 14 days.",
        "timeseries", COUNT,
        prometheus=(
            Prom(last("algolia_usage_records"), BY_APPLICATION),
            Prom(f"max by (application) (predict_linear({selector('algolia_usage_records')}[14d], 30 * 86400))",
                 f"{BY_APPLICATION} in 30 days", dashed=True),
            Prom(contract("records"), f"{BY_APPLICATION} contract", dashed=True)),
        json=(Json("records", "daily"),)),
))

SEARCH = Row("Search capacity", (
    Panel(
        "Busiest second of each hour", "Queries per second across all servers. Dashed: the contract.", "timeseries",
        QPS,
        prometheus=(
            Prom(peak("algolia_usage_total_max_qps"), BY_APPLICATION),
            Prom(contract("max_qps"), f"{BY_APPLICATION} contract", dashed=True)),
        json=(Json("total_max_qps"),)),
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
))

DASHBOARD = Dashboard(
    "capacity", "Capacity", "Usage against the contract, and when limits will be reached.",
    (CONTRACT, SEARCH, SERVERS), variables=("application", "server"), time="now-30d")
