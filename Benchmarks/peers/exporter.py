"""The exporter under test: filled by its own simulator, then served with the vendor away, so that nothing changes."""

import dataclasses
import http.client
import json
import re
import time

from workshop import free_port, get, resident

DAY = 86_400
STATISTIC = "total_search_requests"
INDEX = "products"
SEARCH = {"X-Algolia-Application-Id": "DEMOAPP", "X-Algolia-API-Key": "demo-search-key"}
# Nobody listens there.
AWAY = "http://127.0.0.1:1"
# A process has given back what it will give back.
IDLE_SECONDS = 10


@dataclasses.dataclass
class Filled:
    """A database with a year of hours."""

    seconds: float  # from the start of the process until nothing was missing
    points: int
    bytes: int  # after `db compact`
    resident: int  # bytes of the process that collected it, idle and scraped
    end: int  # Unix seconds of the midnight that ends the year


class Exporter:
    def __init__(self, workshop, binary, indices):
        self.workshop, self.binary, self.indices = workshop, binary, indices
        self.database = workshop.folder / "history.db"
        self.process = self.url = self.filled = None

    def version(self):
        printed = self.workshop.run(self.binary, "--version")
        version, revision = re.search(r"version (\S+) .*revision: (\w+)", printed).groups()
        return f"{version} ({revision[:7]})"

    def command(self, vendor, port):
        file = self.workshop.folder / "exporter.yml"
        file.write_text(
            "applications:\n"
            "  - { id: DEMOAPP, usage_api_key: demo-usage-key, monitoring_api_key: demo-monitoring-key,"
            " search_api_key: demo-search-key }\n"
            f'endpoints: {{ usage: "{vendor}", monitoring: "{vendor}", search: "{vendor}" }}\n'
            "polling: { requests_per_minute: 600000 }\n"
            # A day more than the year that is asked for.
            "backfill: { horizon: 366d }\n"
        )
        file.chmod(0o600)
        return [
            self.binary,
            "serve",
            f"--config.file={file}",
            f"--storage.path={self.database}",
            f"--web.listen-address=127.0.0.1:{port}",
        ]

    def simulate(self):
        """Starts the simulator; returns its process and its URL."""
        port = free_port()
        process = self.workshop.start(
            "simulator",
            self.binary,
            "simulate",
            f"--indices={self.indices}",
            "--requests-per-minute=1000000",
            "--hourly-retention=400d",
            f"--web.listen-address=127.0.0.1:{port}",
        )
        url = f"http://127.0.0.1:{port}"
        self.workshop.wait_for(f"{url}/1/indexes", headers=SEARCH)
        return process, url

    def serve(self, vendor=AWAY):
        port = free_port()
        self.process = self.workshop.start("exporter", *self.command(vendor, port))
        self.url = f"http://127.0.0.1:{port}"
        self.workshop.wait_for(f"{self.url}/ready")

    def stop(self):
        self.workshop.stop(self.process)

    @staticmethod
    def is_current(indices, body):
        applications = json.loads(body)["applications"]
        return all(one["state"] == "current" and one["indices"] == indices for one in applications)

    def fill(self):
        """Collects a year of hours from the simulator, which runs on the same processors."""
        record = self.workshop.folder / "filled.json"
        if not record.exists():
            end = int(time.time()) // DAY * DAY
            simulator, vendor = self.simulate()
            begin = time.monotonic()
            self.serve(vendor)
            self.workshop.wait_for(f"{self.url}/api/v1/status", 7200, lambda body: self.is_current(self.indices, body))
            seconds = time.monotonic() - begin
            memory = self.idle_memory()
            self.stop()
            self.workshop.stop(simulator)
            self.workshop.run(self.binary, "db", "compact", f"--storage.path={self.database}")
            information = self.workshop.run(self.binary, "db", "info", f"--storage.path={self.database}")
            points = sum(map(int, re.findall(r"(?m)^(?:minutely|hourly|daily) +(\d+) points", information)))
            filled = Filled(seconds, points, self.database.stat().st_size, memory, end)
            record.write_text(json.dumps(dataclasses.asdict(filled)))
        self.filled = Filled(**json.loads(record.read_text()))
        return self.filled

    def idle_memory(self):
        get(f"{self.url}/metrics")
        time.sleep(IDLE_SECONDS)
        return resident(self.process)

    def demo_memory(self):
        """Resident bytes of `serve --demo`, with the simulator in the same process."""
        port = free_port()
        process = self.workshop.start(
            "demo",
            self.binary,
            "serve",
            "--demo",
            f"--storage.path={self.workshop.folder / 'demo.db'}",
            f"--web.listen-address=127.0.0.1:{port}",
        )
        self.workshop.wait_for(f"http://127.0.0.1:{port}/api/v1/status", 300, lambda body: self.is_current(25, body))
        get(f"http://127.0.0.1:{port}/metrics")
        time.sleep(IDLE_SECONDS)
        memory = resident(process)
        self.workshop.stop(process)
        return memory

    def start_times(self):
        """Seconds from the start of the process to the first 200 of /ready, and to the end of a scrape after it."""
        port = free_port()
        begin = time.monotonic()
        process = self.workshop.start("start", *self.command(AWAY, port))
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            try:
                connection.request("GET", "/ready")
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    break
            except OSError:
                pass
            connection.close()
            time.sleep(0.0005)
        ready = time.monotonic() - begin
        connection.request("GET", "/metrics")
        body = connection.getresponse().read()
        scrape = time.monotonic() - begin
        connection.close()
        self.workshop.stop(process)
        if f'index="{INDEX}"'.encode() not in body:
            raise SystemExit("the first scrape has no values of indices")
        return ready, scrape

    def write_export(self, statistics):
        """Writes the hours as OpenMetrics, which the other stores import."""
        file = self.workshop.folder / "history.om"
        self.workshop.run(
            self.binary,
            "export",
            f"--storage.path={self.database}",
            "--granularity=hourly",
            f"--output={file}",
            *([f"--statistic={statistics}"] if statistics else []),
        )
        return file

    # The queries. Each answers {Unix seconds of the bucket's end: value}, or that for each index.

    def year_url(self):
        return self.range_url(365, f"index={INDEX}")

    def year(self):
        [series] = json.loads(get(self.year_url()))["series"]
        return self.points(series, 3600)

    def top_url(self):
        return self.range_url(90, "index=*&step=1d&top=10")

    def top(self):
        return {series["index"]: self.points(series, DAY) for series in json.loads(get(self.top_url()))["series"]}

    def heavy_url(self):
        """As many points as an answer may have: hours of every index."""
        return self.range_url(min(365, 1_000_000 // 24 // self.indices), "index=*")

    def range_url(self, days, rest):
        end = self.filled.end
        return f"{self.url}/api/v1/range?statistic={STATISTIC}&start={end - days * DAY}&end={end}&{rest}"

    @staticmethod
    def points(series, width):
        return {time // 1000 + width: float(value) for time, value in series["points"]}
