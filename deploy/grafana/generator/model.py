"""What a dashboard is, without Grafana's JSON and without a data source."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Unit:
    """A quantity. Prometheus has base units, the JSON interface has Algolia's own."""

    prometheus: str
    json: str
    # What a value of Prometheus is multiplied with to be one of the JSON interface.
    factor: float = 1


COUNT = Unit("short", "short")
QPS = Unit("reqps", "reqps")
RATIO = Unit("percentunit", "percent", 100)
TIME = Unit("s", "ms", 1000)
DURATION = Unit("s", "s")
BYTES = Unit("bytes", "bytes")
MEMORY = Unit("bytes", "decmbytes", 1e-6)
NONE = Unit("none", "none")

# Thresholds are (value in Prometheus' unit, colour from there on); the first has no value.
Thresholds = tuple[tuple[float | None, str], ...]
PLAIN: Thresholds = ((None, "green"),)


def rising(warning: float, critical: float) -> Thresholds:
    """More is worse."""
    return ((None, "green"), (warning, "orange"), (critical, "red"))


def falling(critical: float, warning: float) -> Thresholds:
    """Less is worse."""
    return ((None, "red"), (critical, "orange"), (warning, "green"))


@dataclass(frozen=True)
class Prom:
    """A PromQL query. `instant` asks for one value now, `table` for rows instead of a series."""

    expr: str
    legend: str = ""
    instant: bool = False
    table: bool = False
    # Series such as limits are drawn as dashed lines.
    dashed: bool = False


@dataclass(frozen=True)
class Range:
    """Series of the exporter's `/api/v1/range`, named by the label `by`.

    Without an index it is about applications as a whole.
    """

    statistics: str  # names, separated by commas
    granularity: str = "hourly"
    index: str | None = None
    aggregate: str | None = None
    by: str = "statistic"  # statistic, index or key
    top: int | None = None


@dataclass(frozen=True)
class Document:
    """A table of another JSON document of the exporter: its path, and columns of what is at `root`."""

    path: str
    root: str
    columns: tuple[tuple[str, str, str], ...]  # selector, title, type
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Column:
    """How a column of a table is shown."""

    title: str
    unit: Unit = NONE
    thresholds: Thresholds | None = None


@dataclass(frozen=True)
class Panel:
    """One question. It is in a dashboard when it has queries for that dashboard's data source."""

    title: str
    description: str
    kind: str  # timeseries, bars, stat, gauge, bargauge, table, reduced, statuses
    unit: Unit = NONE
    prometheus: tuple[Prom, ...] = ()
    json: tuple[Range | Document, ...] = ()
    thresholds: Thresholds = PLAIN
    width: int = 12
    height: int = 8
    # The narrowest step: that of the data.
    step: str = "1h"
    stacked: bool = False
    maximum: float | None = None
    decimals: int | None = None
    # What of a series a stat or a reduced table shows.
    reducers: tuple[str, ...] = ("lastNotNull",)
    columns: tuple[Column, ...] = ()
    # Value to text and colour.
    mappings: tuple[tuple[str, str, str], ...] = ()
    # Each index leads to the dashboard of indices, narrowed to it.
    links_to_index: bool = False


@dataclass(frozen=True)
class Row:
    """Panels under a title. A collapsed row asks nothing until somebody opens it."""

    title: str
    panels: tuple[Panel, ...]
    collapsed: bool = False


@dataclass(frozen=True)
class Dashboard:
    """`name` is the file's and the end of the uid; neither may change, links and bookmarks have them."""

    name: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[str, ...] = ("application",)
    time: str = "now-7d"
    refresh: str = "5m"
    tags: tuple[str, ...] = field(default=("algolia",))
