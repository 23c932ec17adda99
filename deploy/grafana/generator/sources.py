"""How each data source is asked: its queries, variables and annotations."""

from typing import Any, Protocol

from .model import Dashboard, Infinity, Json, Panel, Prom, Unit

JSONObject = dict[str, Any]


class Source(Protocol):
    """A version of the dashboards."""

    folder: str
    plugin: str
    plugin_name: str
    suffix: str

    def queries(self, panel: Panel) -> tuple: ...
    def unit(self, unit: Unit) -> str: ...
    def factor(self, unit: Unit) -> float: ...
    def target(self, query: Any, panel: Panel) -> JSONObject: ...
    def variables(self, dashboard: Dashboard) -> list[JSONObject]: ...
    def annotations(self, dashboard: Dashboard) -> list[JSONObject]: ...


def datasource(source: Source) -> JSONObject:
    return {"type": source.plugin, "uid": "${datasource}"}


def datasource_variable(source: Source) -> JSONObject:
    """What makes a dashboard importable: the data source is chosen, not written down."""
    return {
        "type": "datasource", "name": "datasource", "label": "Data source", "query": source.plugin, "current": {},
        "hide": 0, "includeAll": False, "multi": False, "options": [], "refresh": 1, "regex": "", "skipUrlSync": False,
    }


def query_variable(
    source: Source, name: str, label: str, query: Any, definition: str, all_value: str
) -> JSONObject:
    """Several values, at first all of them; `all_value` says so more shortly than thousands of names.

    Grafana makes an alternation of several, each escaped as a regular expression needs it.
    """
    return {
        "type": "query", "name": name, "label": label, "datasource": datasource(source), "query": query,
        "definition": definition, "allValue": all_value,
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]}, "hide": 0,
        "includeAll": True, "multi": True, "options": [], "refresh": 2, "regex": "", "skipUrlSync": False, "sort": 1,
    }


class PrometheusSource:
    folder, plugin, plugin_name, suffix = "prometheus", "prometheus", "Prometheus", ""

    # Labels, and the metric that has each of them for everything that is collected.
    labels = {
        "application": ("Application", "algolia_usage_total_search_requests_hourly"),
        "index": ("Index", 'algolia_index_usage_records{application=~"$application"}'),
        "server": ("Server", 'algolia_usage_max_qps{application=~"$application"}'),
        "instance": ("Exporter", "algolia_exporter_build_info"),
    }

    def queries(self, panel: Panel) -> tuple[Prom, ...]:
        return panel.prometheus

    def unit(self, unit: Unit) -> str:
        return unit.prometheus

    def factor(self, unit: Unit) -> float:
        return 1

    def target(self, query: Prom, panel: Panel) -> JSONObject:
        return {
            "datasource": datasource(self), "editorMode": "code", "expr": query.expr,
            "format": "table" if query.table else "time_series", "instant": query.instant,
            "interval": "" if query.instant else panel.step, "legendFormat": query.legend or "__auto",
            "range": not query.instant,
        }

    def variables(self, dashboard: Dashboard) -> list[JSONObject]:
        variables = [datasource_variable(self)]
        if "application" in dashboard.variables:
            variables.append({
                "type": "custom", "name": "source", "label": "Samples", "query": 'Scraped : job!="",History : job=""',
                "description": "Scraped by Prometheus, or the exporter's history by remote read or remote write.",
                "current": {"selected": True, "text": "Scraped", "value": 'job!=""'},
                "options": [
                    {"selected": True, "text": "Scraped", "value": 'job!=""'},
                    {"selected": False, "text": "History", "value": 'job=""'},
                ],
                "hide": 0, "includeAll": False, "multi": False, "skipUrlSync": False,
            })
        for name in dashboard.variables:
            label, metric = self.labels[name]
            query = f"label_values({metric}, {name})"
            variables.append(query_variable(
                self, name, label, {"qryType": 1, "query": query, "refId": f"Variable-{name}"}, query, ".*"))
        return variables

    def annotations(self, dashboard: Dashboard) -> list[JSONObject]:
        if "application" in dashboard.variables:
            return [{
                "name": "Incidents", "datasource": datasource(self), "enable": True, "iconColor": "red",
                "expr": 'max by (application, cluster, status) (algolia_cluster_status{application=~"$application", '
                        'status!="operational"}) == 1',
                "step": "5m", "titleFormat": "{{cluster}}: {{status}}", "textFormat": "{{application}}",
                "tagKeys": "application,cluster,status", "useValueForTime": False,
            }]
        return [{
            "name": "Exporter starts", "datasource": datasource(self), "enable": True, "iconColor": "blue",
            "expr": "1000 * max by (instance) (process_start_time_seconds and on (job, instance) "
                    'algolia_exporter_build_info{instance=~"$instance"})',
            "step": "1m", "titleFormat": "{{instance}} started", "textFormat": "", "tagKeys": "instance",
            "useValueForTime": True,
        }]


class JSONSource:
    folder, plugin, plugin_name, suffix = "json", "simpod-json-datasource", "JSON", " (JSON)"

    # What lists the values of each; text is shorter, and JSON can say more.
    labels = {
        "application": ("Application", "string", "applications"),
        "index": ("Index", "string", "indices($application)"),
        "server": ("Server", "json", '{"target": "keys", "statistic": "max_qps"}'),
    }

    def queries(self, panel: Panel) -> tuple[Json, ...]:
        return panel.json

    def unit(self, unit: Unit) -> str:
        return unit.json

    def factor(self, unit: Unit) -> float:
        return unit.factor

    def target(self, query: Json, panel: Panel) -> JSONObject:
        chosen = {
            "index": query.index, "key": query.key, "granularity": query.granularity, "aggregate": query.aggregate,
        }
        payload = {"application": "$application"} | {name: value for name, value in chosen.items() if value}
        return {"datasource": datasource(self), "editorMode": "builder", "payload": payload, "target": query.target}

    def variables(self, dashboard: Dashboard) -> list[JSONObject]:
        variables = [datasource_variable(self)]
        for name in dashboard.variables:
            label, form, query = self.labels[name]
            definition = query + (" (JSON)" if form == "json" else "")
            variables.append(query_variable(self, name, label, {"format": form, "query": query}, definition, "*"))
        return variables

    def annotations(self, dashboard: Dashboard) -> list[JSONObject]:
        # `query` is what versions to 0.6 send to /annotations, `target` what later ones send to /query.
        return [
            {
                "name": name, "datasource": datasource(self), "enable": True, "iconColor": colour, "query": query,
                "target": {"refId": "Anno", "target": query, "payload": {"application": "$application"}},
            }
            for name, query, colour in (("Incidents", "incidents", "red"), ("Gaps", "gaps", "yellow"))
        ]


class InfinitySource:
    """What the JSON data source cannot ask: the exporter's own state."""

    folder, plugin, plugin_name, suffix = "json", "yesoreyeram-infinity-datasource", "Infinity", " (JSON)"

    def queries(self, panel: Panel) -> tuple[Infinity, ...]:
        return panel.infinity

    def unit(self, unit: Unit) -> str:
        return unit.json

    def factor(self, unit: Unit) -> float:
        return unit.factor

    def target(self, query: Infinity, panel: Panel) -> JSONObject:
        return {
            "datasource": datasource(self), "type": "json", "source": "url", "parser": "backend", "format": "table",
            "url": query.path, "root_selector": query.root, "filters": [], "global_query_id": "",
            "columns": [{"selector": selector, "text": text, "type": kind} for selector, text, kind in query.columns],
            "url_options": {
                "data": "", "method": "GET",
                "params": [{"key": key, "value": value} for key, value in query.parameters],
            },
        }

    def variables(self, dashboard: Dashboard) -> list[JSONObject]:
        return [datasource_variable(self)]

    def annotations(self, dashboard: Dashboard) -> list[JSONObject]:
        return []
