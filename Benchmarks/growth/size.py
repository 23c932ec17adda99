"""One size: an application with so many indices, filled from the simulator, then served with the vendor away."""

import dataclasses
import os
import re
import sqlite3
import time

from exporter import Exporter
from load import GZIP, wrk
from workshop import get, resident

# Of so many rounds the fastest counts: what else the machine does makes times longer, never shorter.
ROUNDS = 3
CONTRACT = "contract: { search_requests_per_month: 50000000, records: 10000000, max_qps: 400 }"


@dataclasses.dataclass
class Size:
    """Seconds, bytes, and numbers."""

    version: str
    indices: int
    days: int  # of hours; of days there is always a year
    requests: int  # of the fill
    fill: float
    fill_processor: float  # the exporter's share of it, in seconds of one core
    hourly: int  # points
    daily: int
    hourly_bytes: int
    daily_bytes: int
    series: int
    memory_filled: int
    memory_restarted: int
    ready: float
    first_scrape: float
    samples: int  # on /metrics
    scrape_bytes: int
    scrape_bytes_gzip: int
    scrape: float
    scrape_gzip: float
    status: float
    capacity: float
    explore: float
    report: float


class Growing(Exporter):
    """The exporter of the comparison with its peers, with another length of history and a contract."""

    def __init__(self, workshop, binary, indices, days):
        super().__init__(workshop, binary, indices)
        self.days = days

    def command(self, vendor, port):
        command = super().command(vendor, port)
        file = self.workshop.folder / "exporter.yml"
        text = file.read_text().replace("horizon: 366d", f"horizon: {self.days}d")
        file.write_text(text.replace("search_api_key: demo-search-key", f"search_api_key: demo-search-key, {CONTRACT}"))
        return command

    def collect(self):
        """Fills the database; returns what a `Size` has of that."""
        simulator, vendor = self.simulate()
        begin = time.monotonic()
        self.serve(vendor)
        self.workshop.wait_for(f"{self.url}/api/v1/status", 7200, self.is_filled)
        seconds, processor = time.monotonic() - begin, processor_seconds(self.process)
        requests = metric(get(f"{self.url}/metrics"), rb'algolia_exporter_api_requests_total\{api="(?:usage|search)"')
        memory = self.idle_memory()
        self.stop()
        self.workshop.stop(simulator)
        self.workshop.run(self.binary, "db", "compact", f"--storage.path={self.database}")
        information = self.workshop.run(self.binary, "db", "info", f"--storage.path={self.database}")
        points = {name: int(count) for name, count in re.findall(r"(?m)^(hourly|daily) +(\d+) points", information)}
        return {
            "requests": requests,
            "fill": seconds,
            "fill_processor": processor,
            "hourly": points["hourly"],
            "daily": points["daily"],
            **self.table_bytes(),
            "series": int(re.search(r"(?m)^series +(\d+)", information)[1]),
            "memory_filled": memory,
        }

    def table_bytes(self):
        """Bytes of the two tables of points: they grow at different rates, so the size of the file tells nothing about a year."""
        connection = sqlite3.connect(self.database)
        rows = connection.execute(
            "SELECT name, sum(pgsize) FROM dbstat WHERE name IN ('hourly', 'daily') GROUP BY name"
        )
        sizes = {f"{name}_bytes": size for name, size in rows}
        connection.close()
        return sizes

    def is_filled(self, body):
        # An answer about thousands of indices takes its time from the fill.
        return self.is_current(self.indices, body) or time.sleep(1)

    def report(self):
        """Seconds of an HTML report over the whole history."""
        begin = time.monotonic()
        self.workshop.run(
            self.binary,
            "report",
            f"--config.file={self.workshop.folder / 'exporter.yml'}",
            f"--storage.path={self.database}",
            f"--output={self.workshop.folder / 'report.html'}",
        )
        return time.monotonic() - begin


def measure(workshop, binary, indices, days):
    exporter = Growing(workshop, binary, indices, days)
    filled = exporter.collect()
    ready, first_scrape = map(min, zip(*(exporter.start_times() for _ in range(ROUNDS))))
    exporter.serve()
    memory = exporter.idle_memory()
    url = exporter.url
    body = get(f"{url}/metrics")
    size = Size(
        version=f"algolia-exporter {exporter.version()}",
        indices=indices,
        days=days,
        **filled,
        memory_restarted=memory,
        ready=ready,
        first_scrape=first_scrape,
        samples=sum(not line.startswith(b"#") for line in body.splitlines()),
        scrape_bytes=len(body),
        scrape_bytes_gzip=len(get(f"{url}/metrics", {"Accept-Encoding": "gzip"})),
        scrape=fastest(f"{url}/metrics"),
        scrape_gzip=fastest(f"{url}/metrics", GZIP),
        status=fastest(f"{url}/"),
        capacity=fastest(f"{url}/capacity"),
        explore=fastest(f"{url}/explore?statistic=total_search_requests&index=*&range=1y"),
        report=min(exporter.report() for _ in range(ROUNDS)),
    )
    exporter.stop()
    return size


def fastest(url, headers=()):
    """Seconds of a request on one kept connection."""
    return min(wrk(url, headers=headers).time for _ in range(ROUNDS))


def metric(page, pattern):
    """The sum of the samples whose names and labels begin so."""
    return sum(int(float(value)) for value in re.findall(rb"(?m)^" + pattern + rb"[^}]*\} (\S+)", page))


def processor_seconds(process):
    """Of one core, since the process began."""
    fields = open(f"/proc/{process.pid}/stat", encoding="ascii").read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
