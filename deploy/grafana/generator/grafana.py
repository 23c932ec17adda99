"""Grafana's JSON: dashboards, rows and panels."""

from itertools import count
from string import ascii_uppercase
from typing import Any

from .model import PLAIN, Dashboard, Panel, Range, Thresholds, Unit
from .sources import JSONObject, Source, datasource

# The last of the first schema: Grafana 12's. Grafana 13 converts it to its second when it loads a dashboard.
SCHEMA_VERSION = 42
COLUMNS = 24

TYPES = {"bars": "timeseries", "reduced": "table", "statuses": "state-timeline"}
# What the transformation calls its results.
REDUCED_TITLES = {
    "sum": "Total", "max": "Max", "mean": "Mean", "firstNotNull": "First *", "lastNotNull": "Last *",
    "diff": "Difference",
}
LABEL_TITLES = {
    "application": "Application", "index": "Index", "instance": "Exporter", "version": "Version", "limit": "Limit",
}


def dashboard_json(dashboard: Dashboard, source: Source) -> JSONObject:
    """The dashboard with those panels that have queries for `source`."""
    return {
        "__requires": [
            {"type": "grafana", "id": "grafana", "name": "Grafana", "version": "12.0.0"},
            {"type": "datasource", "id": source.plugin, "name": source.plugin_name, "version": "0.0.0"},
        ],
        "uid": f"algolia-{source.folder}-{dashboard.name}",
        "title": f"Algolia / {dashboard.title}{source.suffix}",
        "description": dashboard.description,
        "tags": [*dashboard.tags, f"algolia-{source.folder}"],
        "schemaVersion": SCHEMA_VERSION,
        "version": 1,
        "id": None,
        "editable": True,
        "fiscalYearStartMonth": 0,
        "graphTooltip": 1,
        "timezone": "utc",
        "time": {"from": dashboard.time, "to": "now"},
        "timepicker": {},
        "refresh": dashboard.refresh,
        "links": [{
            "title": "Algolia", "type": "dashboards", "tags": [f"algolia-{source.folder}"], "asDropdown": False,
            "icon": "external link", "includeVars": True, "keepTime": True, "targetBlank": False, "tooltip": "",
            "url": "",
        }],
        "annotations": {"list": [built_in_annotation(), *source.annotations(dashboard)]},
        "templating": {"list": source.variables(dashboard)},
        "panels": panels(dashboard, source),
    }


def built_in_annotation() -> JSONObject:
    return {
        "builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
        "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard",
    }


def panels(dashboard: Dashboard, source: Source) -> list[JSONObject]:
    """Rows from the top, panels from the left; a panel that does not fit begins a new line."""
    result: list[JSONObject] = []
    ids = count(1)
    top = 0
    for row in dashboard.rows:
        shown = [panel for panel in row.panels if source.queries(panel)]
        if not shown:
            continue
        header = {
            "type": "row", "id": next(ids), "title": row.title, "collapsed": row.collapsed, "panels": [],
            "gridPos": {"h": 1, "w": COLUMNS, "x": 0, "y": top},
        }
        result.append(header)
        # A collapsed row holds its panels; those of an open one follow it.
        line = header["panels"] if row.collapsed else result
        top += 1
        left = height = 0
        for panel in shown:
            if left + panel.width > COLUMNS:
                top, left, height = top + height, 0, 0
            position = {"h": panel.height, "w": panel.width, "x": left, "y": top}
            line.append({"id": next(ids), "gridPos": position} | panel_json(panel, dashboard, source))
            left, height = left + panel.width, max(height, panel.height)
        top += height
    return result


def panel_json(panel: Panel, dashboard: Dashboard, source: Source) -> JSONObject:
    queries = source.queries(panel)
    kind = TYPES.get(panel.kind, panel.kind)
    result = {
        "type": kind,
        "title": panel.title,
        "description": panel.description,
        "datasource": datasource(source),
        "fieldConfig": {
            "defaults": defaults(panel, dashboard, source), "overrides": overrides(panel, dashboard, source),
        },
        "options": OPTIONS[panel.kind](panel),
        "targets": [
            {"refId": name} | source.target(query, panel) for name, query in zip(ascii_uppercase, queries, strict=False)
        ],
    }
    if kind in ("timeseries", "state-timeline") or any(isinstance(query, Range) for query in queries):
        result["interval"] = panel.step
    transformations = transformations_of(panel, source)
    return result | ({"transformations": transformations} if transformations else {})


def defaults(panel: Panel, dashboard: Dashboard, source: Source) -> JSONObject:
    is_drawn = TYPES.get(panel.kind, panel.kind) == "timeseries"
    result: JSONObject = {
        "unit": source.unit(panel.unit),
        "color": {"mode": "palette-classic" if is_drawn else "thresholds"},
        "mappings": mappings(panel),
        "thresholds": steps(panel.thresholds, panel.unit, source),
    }
    if panel.kind == "table":
        del result["unit"]
        result["custom"] = {"align": "auto", "cellOptions": {"type": "auto", "wrapText": True}, "filterable": True}
    if panel.kind in ("timeseries", "bars", "gauge", "bargauge"):
        result["min"] = 0
    if panel.maximum is not None:
        result["max"] = panel.maximum * source.factor(panel.unit)
    if panel.decimals is not None:
        result["decimals"] = panel.decimals
    if is_drawn:
        result["custom"] = drawing(panel, source)
    if panel.kind == "statuses":
        result["custom"] = {"fillOpacity": 80, "lineWidth": 0}
    queries = source.queries(panel)
    if isinstance(queries[0], Range):
        result["displayName"] = f"${{__field.labels.{queries[0].by}}}"
    if panel.links_to_index and TYPES.get(panel.kind, panel.kind) != "table":
        result["links"] = [link_to_index(dashboard, source, "${__field.labels.index}")]
    return result


def link_to_index(dashboard: Dashboard, source: Source, value: str) -> JSONObject:
    """A link to the dashboard of indices, narrowed to the index that `value` names."""
    carried = ["datasource", *(name for name in dashboard.variables if name == "application")]
    if source.folder == "prometheus":
        carried.append("source")
    query = "&".join(f"${{{name}:queryparam}}" for name in carried)
    return {
        "title": "Only this index", "targetBlank": False,
        "url": f"/d/algolia-{source.folder}-indices?{query}&var-index={value}&${{__url_time_range}}",
    }


def drawing(panel: Panel, source: Source) -> JSONObject:
    is_bars = panel.kind == "bars"
    return {
        "drawStyle": "bars" if is_bars else "line",
        # A sample of Prometheus stands at its bucket's end, a point of the JSON interface at its start.
        "barAlignment": -1 if source.folder == "prometheus" else 1,
        "fillOpacity": 60 if is_bars else 40 if panel.stacked else 8,
        "lineWidth": 1,
        "pointSize": 4,
        "showPoints": "auto",
        "spanNulls": False,
        "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "off" if panel.thresholds == PLAIN else "dashed"},
    }


def steps(thresholds: Thresholds, unit: Unit, source: Source) -> JSONObject:
    factor = source.factor(unit)
    return {
        "mode": "absolute",
        "steps": [
            {"color": colour, "value": None if value is None else round(value * factor, 6)}
            for value, colour in thresholds
        ],
    }


def mappings(panel: Panel) -> list[JSONObject]:
    if not panel.mappings:
        return []
    options = {
        value: {"text": text, "color": colour, "index": index}
        for index, (value, text, colour) in enumerate(panel.mappings)
    }
    return [{"type": "value", "options": options}]


def overrides(panel: Panel, dashboard: Dashboard, source: Source) -> list[JSONObject]:
    result = []
    if panel.links_to_index and TYPES.get(panel.kind, panel.kind) == "table":
        name = LABEL_TITLES["index"] if panel.kind == "table" else "Field"
        result.append(override("byName", name, {
            "links": [link_to_index(dashboard, source, "${__value.raw:percentencode}")]}))
    for name, query in zip(ascii_uppercase, source.queries(panel), strict=False):
        if getattr(query, "dashed", False):
            result.append(override("byFrameRefID", name, {
                "custom.drawStyle": "line", "custom.fillOpacity": 0,
                "custom.lineStyle": {"dash": [8, 8], "fill": "dash"}, "custom.stacking": {"group": "A", "mode": "none"},
            }))
    for column in panel.columns:
        properties: JSONObject = {"unit": source.unit(column.unit)}
        if column.thresholds:
            properties["thresholds"] = steps(column.thresholds, column.unit, source)
            properties["custom.cellOptions"] = {"type": "color-text"}
        result.append(override("byName", column.title, properties))
    return result


def override(matcher: str, value: str, properties: JSONObject) -> JSONObject:
    return {
        "matcher": {"id": matcher, "options": value},
        "properties": [{"id": name, "value": property} for name, property in properties.items()],
    }


def transformations_of(panel: Panel, source: Source) -> list[JSONObject]:
    if panel.kind == "reduced":
        return [{"id": "reduce", "options": {"mode": "seriesToRows", "reducers": list(panel.reducers)}}]
    if panel.kind == "table" and panel.prometheus and source.folder == "prometheus":
        names = {f"Value #{name}": column.title for name, column in zip(ascii_uppercase, panel.columns, strict=False)}
        return [
            {"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": {"Time": True}, "renameByName": LABEL_TITLES | names}},
        ]
    return []


def reduction(panel: Panel) -> JSONObject:
    return {"calcs": list(panel.reducers), "fields": "", "values": False}


def series_options(panel: Panel) -> JSONObject:
    return {
        "legend": {"calcs": ["lastNotNull", "max"], "displayMode": "table", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }


def stat_options(panel: Panel) -> JSONObject:
    return {
        "colorMode": "value", "graphMode": "area" if panel.json else "none", "justifyMode": "auto",
        "orientation": "auto", "reduceOptions": reduction(panel), "textMode": "auto",
    }


def table_options(panel: Panel) -> JSONObject:
    if panel.kind == "reduced":
        by = REDUCED_TITLES[panel.reducers[0]]
    else:
        by = panel.columns[0].title if panel.columns and panel.prometheus else None
    return {
        "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "countRows": False, "fields": ""},
        "showHeader": True, "sortBy": [{"displayName": by, "desc": True}] if by else [],
    }


OPTIONS: dict[str, Any] = {
    "timeseries": series_options,
    "bars": series_options,
    "stat": stat_options,
    "gauge": lambda panel: {
        "reduceOptions": reduction(panel), "showThresholdLabels": False, "showThresholdMarkers": True,
        "orientation": "auto",
    },
    "bargauge": lambda panel: {
        "displayMode": "basic", "orientation": "horizontal", "reduceOptions": reduction(panel), "showUnfilled": True,
        "valueMode": "color",
    },
    "table": table_options,
    "reduced": table_options,
    "statuses": lambda panel: {
        "alignValue": "left", "mergeValues": True, "rowHeight": 0.8, "showValue": "auto",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "single", "sort": "none"},
    },
}
