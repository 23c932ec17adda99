"""Decoding of a usage answer: the exporter's decoder beside orjson, which makes Python objects of it."""

import re
import statistics
import time

import orjson

from workshop import get

# The week that `benchmark decode` has: the simulator answers the same for the same hours.
RANGE = "startDate=2026-07-08T00:00:00Z&endDate=2026-07-15T00:00:00Z&granularity=hourly"
KEYS = {"X-Algolia-Application-Id": "DEMOAPP", "X-Algolia-API-Key": "demo-usage-key"}


class Decode:
    def __init__(self, workshop, exporter, benchmark):
        self.workshop, self.benchmark = workshop, benchmark
        simulator, url = exporter.simulate()
        self.body = get(f"{url}/1/usage/*?{RANGE}", KEYS)
        workshop.stop(simulator)

    def here(self):
        """Megabytes a second."""
        printed = self.workshop.run(self.benchmark, "decode")
        points, rate = map(int, re.search(r"decode \d+ kB, (\d+) points +(\d+) MB/s", printed).groups())
        expected = sum(
            len(point["v"]) if isinstance(point["v"], dict) else 1
            for series in orjson.loads(self.body).values()
            for point in series
        )
        if points != expected:
            raise SystemExit(f"decode: {points} points here, {expected} by orjson")
        return rate

    def peer(self):
        """Megabytes a second."""
        times = []
        for _ in range(31):
            begin = time.perf_counter()
            orjson.loads(self.body)
            times.append(time.perf_counter() - begin)
        return len(self.body) / 1e6 / statistics.median(times)
