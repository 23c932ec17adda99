"""Does the exporter collect, and does it deliver?

Without Prometheus only its state now: the exporter's JSON has no past of that.
"""

from .model import BYTES, COUNT, DURATION, NONE, RATIO, Column, Dashboard, Document, Panel, Prom, Row, Unit, rising

OWN = 'instance=~"$instance"'
BY_INSTANCE = "{{instance}}"
PER_MINUTE = Unit("reqpm", "reqpm")
YES_NO = (("0", "no", "red"), ("1", "yes", "green"))


def own(metric: str, *matchers: str) -> str:
    """A metric of the chosen exporters."""
    return metric + "{" + ", ".join((OWN, *matchers)) + "}"


def process(expr: str) -> str:
    """A metric that every process has, of those that are exporters."""
    return f"{expr} and on (job, instance) {own('algolia_exporter_build_info')}"


def rate_per_minute(metric: str, by: str) -> str:
    return f"60 * sum by ({by}) (rate({own(metric)}[$__rate_interval]))"


def quantile(q: float) -> Prom:
    buckets = f"rate({own('algolia_exporter_api_request_duration_seconds_bucket')}[$__rate_interval])"
    return Prom(f"histogram_quantile({q}, sum by (instance, le) ({buckets}))", f"{BY_INSTANCE} p{round(q * 100)}")


def graph(title: str, description: str, unit: Unit, *queries: Prom, **options) -> Panel:
    return Panel(title, description, "timeseries", unit, prometheus=queries, step="1m", **options)


def single(title: str, description: str, unit: Unit, expr: str, legend: str, **options) -> Panel:
    return Panel(
        title, description, "stat", unit, prometheus=(Prom(expr, legend, instant=True),), width=6, height=5, **options)


COLLECTION = Row("Collection", (
    single("API status", "Whether the last request to each API succeeded.", NONE,
           f"min by (application, api) ({own('algolia_exporter_up')})", "{{application}} {{api}}", mappings=YES_NO,
           thresholds=((None, "red"), (1, "green"))),
    single("Age of the newest hour", "Time since the end of the newest complete hour.", DURATION,
           "time() - max by (application) "
           f"""({own('algolia_usage_newest_bucket_timestamp_seconds', 'granularity="hourly"')})""",
           "{{application}}", thresholds=rising(2 * 3600, 3 * 3600)),
    single("Backfill remaining", "Sum over the application and its indices. 0 when complete.",
           DURATION, f"max by (application, granularity) ({own('algolia_exporter_backfill_remaining_seconds')})",
           "{{application}} {{granularity}}"),
    single("Configuration reload", "Whether the last reload succeeded.", NONE,
           own("algolia_exporter_config_last_reload_successful"), BY_INSTANCE, mappings=YES_NO,
           thresholds=((None, "red"), (1, "green"))),
    graph("Requests to Algolia per minute", "By status code. Dashed: the limit of all applications.", PER_MINUTE,
          Prom(rate_per_minute("algolia_exporter_api_requests_total", "instance, api, code"),
               f"{BY_INSTANCE} {{{{api}}}} {{{{code}}}}"),
          Prom(f"sum by (instance) ({own('algolia_exporter_requests_per_minute_limit')})", f"{BY_INSTANCE} limit",
               dashed=True), stacked=False),
    graph("Duration of requests", "From sending a request to its decoded response, without quota waits.", DURATION,
          quantile(0.5), quantile(0.95), quantile(0.99)),
    graph("Backfill remaining", "Falls steadily while a backfill is running.", DURATION,
          Prom(f"max by (application, granularity) ({own('algolia_exporter_backfill_remaining_seconds')})",
               "{{application}} {{granularity}}")),
    graph("Points stored per minute", "New or revised.", COUNT,
          Prom(rate_per_minute("algolia_exporter_points_stored_total", "instance"), BY_INSTANCE)),
))

OUTPUT = Row("Remote write and /metrics", (
    graph("Remote write: age of the oldest pending sample", "0 when all settled samples are sent. Hours settle "
          "after two to three hours.", DURATION,
          Prom(f"max by (instance, remote) ({own('algolia_exporter_remote_write_lag_seconds')})",
               f"{BY_INSTANCE} {{{{remote}}}}"), thresholds=rising(4 * 3600, 24 * 3600)),
    graph("Remote write: samples per minute", "Sent, and dropped by reason.", COUNT,
          Prom(rate_per_minute("algolia_exporter_remote_write_samples_total", "instance, remote"),
               f"{BY_INSTANCE} {{{{remote}}}} sent"),
          Prom(rate_per_minute("algolia_exporter_remote_write_samples_dropped_total", "instance, remote, reason"),
               f"{BY_INSTANCE} {{{{remote}}}} dropped: {{{{reason}}}}")),
    graph("Remote write: requests per minute", "By status code.", PER_MINUTE,
          Prom(rate_per_minute("algolia_exporter_remote_write_requests_total", "instance, remote, code"),
               f"{BY_INSTANCE} {{{{remote}}}} {{{{code}}}}")),
    graph("Series left out of /metrics", "More than 0 when metrics.max_series is reached.", COUNT,
          Prom(own("algolia_exporter_series_dropped"), BY_INSTANCE)),
))

PROCESS = Row("Process", (
    graph("Memory", "Resident.", BYTES, Prom(process(own("process_resident_memory_bytes")), BY_INSTANCE), width=8),
    graph("CPU", "1 is one CPU core.", NONE,
          Prom(process(f"rate({own('process_cpu_seconds_total')}[$__rate_interval])"), BY_INSTANCE), width=8),
    graph("Open files", "As a share of the open file limit.", RATIO,
          Prom(process(f"{own('process_open_fds')} / {own('process_max_fds')}"), BY_INSTANCE), width=8,
          thresholds=rising(0.8, 0.9)),
    graph("Database size", "The database and its write-ahead log.", BYTES,
          Prom(own("algolia_exporter_database_size_bytes"), BY_INSTANCE)),
    Panel(
        "Exporters", "Version and start.", "table",
        prometheus=(
            Prom(f"max by (instance, version) ({own('algolia_exporter_build_info')})", instant=True, table=True),
            Prom("1000 * max by (instance) (" + process(own("process_start_time_seconds")) + ")", instant=True,
                 table=True)),
        columns=(Column("Up", NONE), Column("Started", Unit("dateTimeAsIso", "dateTimeAsIso")))),
), collapsed=True)


def table(title: str, description: str, query: Document, **options) -> Panel:
    return Panel(title, description, "table", json=(query,), **{"width": 24, **options})


STATE = Row("Current state", (
    Panel(
        "Database size", "The database and its write-ahead log.", "stat", BYTES, width=6, height=6,
        json=(Document("/api/v1/status", "database", (("bytes", "bytes", "number"),)),)),
    table(
        "Applications", "State of the collection: current, backfilling, paused or unauthorized.",
        Document("/api/v1/status", "applications", (
            ("application", "Application", "string"), ("state", "State", "string"), ("indices", "Indices", "number"),
            ("last_success", "Last success", "timestamp"), ("last_error", "Last error", "string"),
            ("last_error_time", "Last error at", "timestamp"), ("paused_until", "Paused until", "timestamp"),
            ("backfill_remaining_seconds.hourly", "Hourly data left", "number"),
            ("backfill_remaining_seconds.daily", "Daily data left", "number"))),
        width=18, height=6,
        columns=(Column("Hourly data left", DURATION), Column("Daily data left", DURATION))),
    table(
        "Newest buckets", "The end of the newest complete bucket; an empty index means the application as a whole.",
        Document("/api/v1/status", "coverage", (
            ("application", "Application", "string"), ("index", "Index", "string"),
            ("granularity", "Granularity", "string"), ("newest_bucket_end", "Newest bucket ends", "timestamp"))),
        width=12, height=10),
    table(
        "Incidents", "Cluster incidents reported by Algolia in the time range. Needs a monitoring key.",
        Document("/api/v1/incidents", "incidents", (
            ("time", "Time", "timestamp"), ("application", "Application", "string"), ("cluster", "Cluster", "string"),
            ("status", "Status", "string"), ("title", "Title", "string")),
            parameters=(("start", "${__from}"), ("end", "${__to}"))),
        width=12, height=10),
    table(
        "Applications in the history", "When each application was first collected; its counters start then.",
        Document("/api/v1/applications", "applications", (
            ("application", "Application", "string"), ("first_seen", "First seen", "timestamp"))), height=5),
))

DASHBOARD = Dashboard(
    "health", "Exporter health", "Collection, remote write and process health of the exporter.",
    (COLLECTION, OUTPUT, PROCESS, STATE), variables=("instance",), time="now-24h", refresh="1m")
