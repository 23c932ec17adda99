#!/usr/bin/env python3
"""Makes the requests of the JSON dashboards as the Infinity data source would.

    dashboard_requests.py URL DASHBOARD...

Prints how many there are; status 1 with a line for each that is refused, and for each column that no row has.
"""

import json
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

# The widths that Grafana rounds an interval to, from a panel's own upwards.
STEPS = {
    "10m": ("10m", "15m", "20m", "30m", "1h", "6h"),
    "1h": ("1h", "2h", "3h", "6h", "12h", "1d", "7d", "30d"),
    "1d": ("1d", "7d", "30d"),
}


def requests(value, step="1h"):
    """Every request in a dashboard, with the narrowest step of its panel."""
    if isinstance(value, dict):
        step = value.get("interval") or step
        if "url_options" in value:
            yield value, step
        for part in value.values():
            yield from requests(part, step)
    elif isinstance(value, list):
        for part in value:
            yield from requests(part, step)


def rows(document, path):
    """What a root selector chooses: a list, flattened over lists on the way."""
    found = [document]
    for name in filter(None, path.split(".")):
        found = [part[name] for one in found for part in (one if isinstance(one, list) else [one])]
    return [row for one in found for row in (one if isinstance(one, list) else [one])]


def has(row, selector):
    for name in selector.split("."):
        if row is None:
            return True  # What is not known is null, with everything that it would have.
        if not isinstance(row, dict) or name not in row:
            return False
        row = row[name]
    return True


def main():
    url, *files = sys.argv[1:]
    now = int(time.time() * 1000)
    week = now - 7 * 86_400_000
    made = empty = 0
    wrong = []
    for name in files:
        for request, narrowest in requests(json.loads(Path(name).read_text(encoding="utf-8"))):
            given = [(one["key"], one["value"]) for one in request["url_options"]["params"]]
            for step in STEPS[narrowest] if any("__interval" in value for _, value in given) else ("",):
                values = {
                    "${application}": "DEMOAPP", "${index}": "*", "${__from}": str(week), "${__to}": str(now),
                    "${__interval}": step,
                }
                query = urlencode([(key, values.get(value, value)) for key, value in given])
                address = f"{request['url']}?{query}"
                made += 1
                try:
                    with urlopen(url + address, timeout=60) as answer:
                        found = rows(json.load(answer), request["root_selector"])
                except HTTPError as error:
                    wrong.append(f"{address}: {error.code} {error.read().decode()}")
                    continue
                empty += not found
                wrong += [
                    f"{address}: no {column['selector']}" for column in request["columns"]
                    if not all(has(row, column["selector"]) for row in found)
                ]
    for line in sorted(set(wrong)):
        print(line)
    print(f"{made} requests of {len(files)} dashboards, {empty} with an empty answer")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
