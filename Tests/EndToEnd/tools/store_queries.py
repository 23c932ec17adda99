"""Asks a store the queries of the dashboards and rules, beside a Prometheus that knows a single exporter.

    store_queries.py STORE REFERENCE UNTIL WINDOW DEPLOY

Queries of the history are asked at UNTIL (Unix seconds, a full hour) and at the midnight before it, with each step of a
panel; queries of scrapes at the present, over the last WINDOW. The store must answer all of them. Usage and contract have the same series and
values as in REFERENCE; servers, clusters and the exporters themselves are not compared. Prints how many there were; status 1 with a line for
each difference.
"""

import importlib.machinery
import importlib.util
import json
import math
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

STEPS = ("1h", "1d", "7d")
# Metrics of exporters rather than of what they collect: counters begin with an exporter's first sight of an application, and
# minutes depend on when it asked.
OWN = re.compile(r"(algolia_exporter|algolia_infrastructure|algolia_cluster|process)_\w+|\w+_total")
HISTORY, SCRAPES = 'job=""', 'job!=""'
# Which of equal series is the tenth is for each database to choose: what is compared has all of them, and their ranks.
TOP, EVERY = "topk(10, ", "topk(1000000, "
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def program(path):
    """The functions of a Python program without a suffix."""
    loader = importlib.machinery.SourceFileLoader(path.name.replace("-", "_"), str(path))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


def expressions(deploy):
    """Every query of the Prometheus dashboards and of the rules, with Grafana's variables in those of dashboards."""
    names = program(deploy / "metric-names")
    found = set()
    for path in sorted(deploy.glob("grafana/dashboards/prometheus/*.json")):
        queries = names.dashboard_expressions(json.loads(path.read_text(encoding="utf-8")))
        found |= {query for query in queries if not query.startswith("label_values(")}
    for path in sorted(deploy.glob("prometheus/rules/*.yml")):
        found |= set(names.rule_expressions(path.read_text(encoding="utf-8")))
    return sorted(found), names.names


def every_rank(query):
    """A query; one that takes ten without that choice, and what it ranks by over a range with the same end in both databases."""
    before, top, ranked = query.partition(TOP)
    return [before + EVERY + ranked, ranked.removesuffix(")").replace("@ end()", "offset -1ms")] if top else [query]


def filled_in(expression, source, step, span="7d"):
    for variable, value in {
        "${source:raw}": source, "$__rate_interval": "1m", "$__interval": step, "$__range": span,
        "$application": "DEMOAPP", "$instance": ".*", "$index": ".*", "$server": ".*",
    }.items():
        expression = expression.replace(variable, value)
    return expression


def answer(url, query, at):
    """{labels: value}, or the error as a text."""
    form = urllib.parse.urlencode({"query": query, "time": at, "nocache": 1, "timeout": "10m"}).encode()
    try:
        with opener.open(f"{url}/api/v1/query", form, timeout=600) as response:
            data = json.load(response)["data"]
    except urllib.error.HTTPError as error:
        return error.read().decode()[:300]
    if data["resultType"] == "scalar":
        return {(): float(data["result"][1])}
    found = {}
    for series in data["result"]:
        labels = tuple(sorted((key, value) for key, value in series["metric"].items() if key not in ("job", "instance")))
        if labels in found:
            return f"{dict(labels)} comes twice"
        found[labels] = float(series["value"][1])
    return found


def difference(here, there):
    """What differs between two answers; None for nothing."""
    if isinstance(there, str):
        return f"the reference fails: {there}"
    if here.keys() != there.keys():
        return f"{len(here)} series, expected {len(there)}; such as {sorted(here.keys() ^ there.keys())[:1]}"
    for labels, value in here.items():
        if not math.isclose(value, there[labels], rel_tol=1e-9) and not (math.isnan(value) and math.isnan(there[labels])):
            return f"{dict(labels)}: {value}, expected {there[labels]}"
    return None


def main():
    store, reference, until, window, deploy = sys.argv[1:]
    until, now = int(until), int(time.time())
    queries, names = expressions(Path(deploy))
    # (query, time, whether the values are compared)
    asked = []
    for expression in queries:
        used = names(expression)
        is_compared = bool(used) and not any(map(OWN.fullmatch, used))
        if "${source:raw}" in expression:
            steps = STEPS if "$__interval" in expression else STEPS[:1]
            for step in steps:
                for query in every_rank(filled_in(expression, HISTORY, step)):
                    asked += [(query, at, is_compared) for at in (until, until // 86_400 * 86_400)]
        # Two that scrape see a change at different moments: only once all of the window is after it, their means are the same.
        asked += [(query, now, is_compared) for query in every_rank(filled_in(expression, SCRAPES, window, window))]
    answered = compared = values = 0
    wrong = []

    def both(one):
        query, at, is_compared = one
        return one, answer(store, query, at), answer(reference, query, at) if is_compared else None

    with ThreadPoolExecutor(2) as pool:
        for (query, at, is_compared), here, there in pool.map(both, asked):
            if isinstance(here, str) and (is_compared or "comes twice" not in here):
                wrong.append(f"{query} at {at}: {here}")
                continue
            answered += 1
            if not is_compared:
                continue
            if problem := difference(here, there):
                wrong.append(f"{query} at {at}: {problem}")
                continue
            compared += 1
            values += len(here)
    for line in wrong:
        print(line)
    print(
        f"the store answers {answered} queries of {len(queries)} expressions of dashboards and rules; of {compared} the {values} "
        "values are those of a single exporter"
    )
    return 1 if wrong or not values else 0


if __name__ == "__main__":
    sys.exit(main())
