"""Compares the samples of remote write in a store with the truth: how many there are of each metric, and their sum.

    store_totals.py STORE UNTIL exports EXPORT…
    store_totals.py STORE UNTIL vendor SIMULATOR DAYS

STORE is the address of VictoriaMetrics. EXPORT are OpenMetrics exports, whose series must differ: all of their samples up to UNTIL
(Unix seconds, a full hour) are in the store, and no others. With `vendor` the truth is the simulator's own answer, of some statistics of
its application and all its indices, over the last DAYS without the oldest, and over a year of days.
"""

import json
import math
import sys
import urllib.parse
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

HOUR, DAY = 3600, 86_400
# What the simulator is asked for, and the statistic's gauge where it is no count.
STATISTICS = {"total_search_requests": None, "total_indexing_operations": None, "records": "records"}
KEYS = {"X-Algolia-Application-Id": "DEMOAPP"}
# Longer than any history here.
EVER = 500 * DAY
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url, headers={}):
    with opener.open(urllib.request.Request(url, headers=headers), timeout=600) as answer:
        return json.load(answer)


class Store:
    def __init__(self, url, until):
        self.url, self.until = url, until

    def query(self, expression):
        parameters = urllib.parse.urlencode({"query": expression, "time": self.until, "nocache": 1, "timeout": "10m"})
        return get(f"{self.url}/api/v1/query?{parameters}")["data"]["result"]

    def number(self, expression):
        result = self.query(expression)
        return float(result[0]["value"][1]) if result else 0.0

    def totals(self, metric, seconds):
        """Samples of the last `seconds`, their sum, and their series."""
        selector = f'{metric}{{job=""}}[{seconds}s]'
        return (
            self.number(f"sum(count_over_time({selector}))"),
            self.number(f"sum(sum_over_time({selector}))"),
            self.number(f"count(count_over_time({selector}))"),
        )

    def metrics(self):
        """The metrics of usage that remote write has sent."""
        selector = '{job="",__name__=~"algolia_(index_)?usage_.*"}'
        found = self.query(f"count(last_over_time({selector}[{EVER}s])) by (__name__)")
        return {series["metric"]["__name__"] for series in found}


def exported(paths, until):
    """Samples, sum and series of each metric; ends the program when a series is in two places."""
    totals, seen = defaultdict(lambda: [0, 0.0, 0]), set()
    for path in paths:
        previous = total = None
        for line in open(path, "rb"):
            if line.startswith(b"#"):
                continue
            series, value, time = line.rsplit(b" ", 2)
            if int(time) > until:
                continue
            if series != previous:
                if series in seen:
                    sys.exit(f"{series.decode()} comes twice, in {path} for the second time")
                seen.add(series)
                previous, total = series, totals[series.partition(b"{")[0].decode()]
                total[2] += 1
            total[0] += 1
            total[1] += float(value)
    return totals


def compare(store, truth, seconds):
    """Prints what differs; returns whether nothing does."""
    wrong = 0
    for metric, (samples, total, series) in sorted(truth.items()):
        there = store.totals(metric, seconds(metric))
        if there[0] != samples or there[2] != series or not math.isclose(there[1], total, rel_tol=1e-9):
            wrong += 1
            print(f"{metric}: samples, sum and series are {there}, expected {(samples, total, series)}")
    return not wrong


class Vendor:
    def __init__(self, url, days, until):
        self.url = url
        end = until // DAY * DAY
        # (granularity, start, end, longest window)
        self.ranges = [
            ("hourly", until - (days - 1) * DAY, until, 7 * DAY),
            ("daily", end - 363 * DAY, end, 365 * DAY),
        ]

    def seconds(self, metric, until):
        """How far before `until` the compared samples of a metric begin. A sample has the end of its bucket as its time."""
        granularity, start, _, _ = self.ranges[metric.endswith("_daily")]
        return until - start

    def indices(self):
        page, names = 0, []
        while True:
            answer = get(f"{self.url}/1/indexes?page={page}", KEYS | {"X-Algolia-API-Key": "demo-search-key"})
            names += [item["name"] for item in answer["items"]]
            page += 1
            if page >= answer.get("nbPages", 1):
                return names

    def answers(self, index):
        """(metric, value) of each bucket of an index, or of the application for None."""
        prefix = "algolia_usage" if index is None else "algolia_index_usage"
        path = f"/1/usage/{','.join(STATISTICS)}" + ("" if index is None else "/" + urllib.parse.quote(index, safe=""))
        found = []
        for granularity, start, end, longest in self.ranges:
            for begin in range(start, end, longest):
                parameters = urllib.parse.urlencode(
                    {"startDate": rfc3339(begin), "endDate": rfc3339(min(begin + longest, end)), "granularity": granularity}
                )
                answer = get(f"{self.url}{path}?{parameters}", KEYS | {"X-Algolia-API-Key": "demo-usage-key"})
                for statistic, gauge in STATISTICS.items():
                    if gauge and granularity == "daily":
                        continue
                    metric = f"{prefix}_{gauge or f'{statistic}_{granularity}'}"
                    found += [(metric, point["v"]) for point in answer.get(statistic, [])]
        return found

    def totals(self):
        totals = defaultdict(lambda: [0, 0.0, 0])
        with ThreadPoolExecutor(4) as pool:
            for points in pool.map(self.answers, [None, *self.indices()]):
                for metric in {metric for metric, _ in points}:
                    totals[metric][2] += 1
                for metric, value in points:
                    totals[metric][0] += 1
                    totals[metric][1] += value
        return totals


def rfc3339(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def main():
    url, until, kind, *rest = sys.argv[1:]
    store = Store(url, int(until))
    if kind == "exports":
        truth = exported(rest, store.until)
        is_same = compare(store, truth, lambda metric: EVER)
        if unknown := store.metrics() - set(truth):
            print(f"not in the exports: {', '.join(sorted(unknown))}")
            is_same = False
    else:
        vendor = Vendor(rest[0], int(rest[1]), store.until)
        truth = vendor.totals()
        is_same = compare(store, truth, lambda metric: vendor.seconds(metric, store.until))
    samples, series = (sum(total[part] for total in truth.values()) for part in (0, 2))
    print(f"{samples:,} samples of {series:,} series of {len(truth)} metrics, and their sums")
    return 0 if is_same and samples else 1


if __name__ == "__main__":
    sys.exit(main())
