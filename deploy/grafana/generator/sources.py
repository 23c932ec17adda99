"""How each data source is asked: its queries, variables and annotations."""

from typing import Any, Protocol

from .model import Dashboard, Document, Panel, Prom, Range, Unit

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


class InfinitySource:
    """The exporter's own JSON, without a Prometheus."""

    folder, plugin, plugin_name, suffix = "json", "yesoreyeram-infinity-datasource", "Infinity", " (JSON)"

    # Each has one value, because a parameter does. The title, the path, root and column of the values, and what means
    # all of them; without that, one has to be chosen.
    labels = {
        "application": ("Application", "/api/v1/applications", "applications", (), None),
        "index": ("Index", "/api/v1/series", "series", (
            ("statistic", "records"), ("granularity", "daily"), ("application", "${application}"), ("index", "*")), "*"),
    }

    def queries(self, panel: Panel) -> tuple[Range | Document, ...]:
        return panel.json

    def unit(self, unit: Unit) -> str:
        return unit.json

    def factor(self, unit: Unit) -> float:
        return unit.factor

    def target(self, query: Range | Document, panel: Panel) -> JSONObject:
        if isinstance(query, Document):
            return self.request(query.path, query.root, "table", query.columns, query.parameters)
        chosen = {
            "statistic": query.statistics, "application": "${application}", "index": query.index,
            "granularity": query.granularity, "aggregate": query.aggregate, "top": query.top, "start": "${__from}",
            "end": "${__to}", "step": "${__interval}", "format": "rows",
        }
        columns = (("time", "time", "timestamp"), (query.by, query.by, "string"), ("value", "value", "number"))
        parameters = tuple((name, str(value)) for name, value in chosen.items() if value is not None)
        return self.request("/api/v1/range", "", "timeseries", columns, parameters)

    def request(
        self, path: str, root: str, form: str, columns: tuple[tuple[str, str, str], ...],
        parameters: tuple[tuple[str, str], ...] = (),
    ) -> JSONObject:
        return {
            "datasource": datasource(self), "type": "json", "source": "url", "parser": "backend", "format": form,
            "url": path, "root_selector": root, "filters": [], "global_query_id": "",
            "columns": [{"selector": selector, "text": text, "type": kind} for selector, text, kind in columns],
            "url_options": {
                "data": "", "method": "GET", "params": [{"key": key, "value": value} for key, value in parameters],
            },
        }

    def variables(self, dashboard: Dashboard) -> list[JSONObject]:
        variables = [datasource_variable(self)]
        for name in dashboard.variables:
            if name not in self.labels:
                continue
            label, path, root, parameters, all_value = self.labels[name]
            columns = ((name, "__text", "string"), (name, "__value", "string"))
            request = self.request(path, root, "table", columns, parameters)
            query = {"queryType": "infinity", "query": "", "infinityQuery": {"refId": "variable"} | request}
            variable = query_variable(self, name, label, query, path, all_value or "")
            variable["multi"] = False
            if all_value is None:
                del variable["allValue"]
                variable |= {"includeAll": False, "current": {}}
            variables.append(variable)
        return variables

    def annotations(self, dashboard: Dashboard) -> list[JSONObject]:
        if "application" not in dashboard.variables:
            return []
        columns = (
            ("time", "time", "timestamp"), ("title", "title", "string"), ("status", "text", "string"),
            ("cluster", "tags", "string"))
        parameters = (("application", "${application}"), ("start", "${__from}"), ("end", "${__to}"))
        request = self.request("/api/v1/incidents", "incidents", "table", columns, parameters)
        return [{
            "name": "Incidents", "datasource": datasource(self), "enable": True, "iconColor": "red",
            "target": {"refId": "Anno"} | request,
        }]
