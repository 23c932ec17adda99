"""Compares an OpenMetrics export with what a receiver of remote write has.

python3 compare_samples.py EXPORT RECEIVED UNTIL

RECEIVED is VictoriaMetrics' JSON lines or the answer of Prometheus' query API. Every sample of the
export up to UNTIL (Unix seconds) must be there with the same value, and nothing else. VictoriaMetrics keeps
decimals, of which a double's last digits do not always survive: there, fifteen digits must agree.
"""

import json
import re
import sys

export, received, until = sys.argv[1], sys.argv[2], int(sys.argv[3])
SAMPLE = re.compile(r"(\w+)\{(.*)\} (\S+) (\d+)")
LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


def unescape(text):
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] == "n" else match[1], text)


def identity(labels):
    return tuple(sorted((name, value) for name, value in labels.items() if value))


expected = {}
for line in open(export, encoding="utf-8", newline="\n"):
    if line.startswith("#"):
        continue
    name, labels, value, time = SAMPLE.fullmatch(line.rstrip("\n")).groups()
    if int(time) <= until:
        series = {label: unescape(text) for label, text in LABEL.findall(labels)} | {"__name__": name}
        expected.setdefault(identity(series), {})[int(time) * 1000] = float(value)

found = {}
if received.endswith(".jsonl"):
    for line in open(received, encoding="utf-8"):
        series = json.loads(line)
        found.setdefault(identity(series["metric"]), {}).update(zip(series["timestamps"], map(float, series["values"])))
else:
    for series in json.load(open(received, encoding="utf-8"))["data"]["result"]:
        found[identity(series["metric"])] = {round(time * 1000): float(value) for time, value in series["values"]}

tolerance = 1e-14 if received.endswith(".jsonl") else 0
samples = sum(map(len, expected.values()))
missing = wrong = more = 0
for series, points in expected.items():
    there = found.get(series, {})
    for time, value in points.items():
        if time not in there:
            missing += 1
            example = f"{dict(series)} at {time}: missing, expected {value}"
        elif abs(there[time] - value) > tolerance * abs(value):
            wrong += 1
            example = f"{dict(series)} at {time}: {there[time]}, expected {value}"
for series, points in found.items():
    for time in points:
        if time not in expected.get(series, {}):
            more += 1
            example = f"{dict(series)} at {time}: not expected"
if missing or wrong or more or not samples:
    print(f"{missing} missing, {wrong} wrong, {more} too many of {samples}", example if samples else "")
    sys.exit(1)
print(f"{samples} samples of {len(expected)} series the same")
