"""Every comparison, in an order that needs each data set and each server once."""

import statistics
import time

from decode import Decode
from exporter import Exporter
from load import GZIP, alternate, command, wrk
from queries import Queries
from table import Table, megabytes, milliseconds
from web_servers import Nginx, start_client
from workshop import get, resident

# Connections of a comparison of rates; prometheus_client answers one request at a time.
CONNECTIONS = 8


class Comparisons:
    def __init__(self, workshop, release, indices, rounds):
        """`release`: the folder of the release binaries."""
        self.workshop, self.release, self.rounds = workshop, release, rounds
        self.exporter = Exporter(workshop, release / "algolia-exporter", indices)
        self.table = Table(indices)
        self.facts = ""

    def all(self):
        self.fill()
        Queries(self.workshop, self.exporter, self.table, self.rounds).run()
        self.web()
        self.starts()
        self.memory()
        self.decode()

    def fill(self):
        filled = self.exporter.fill()
        rate = filled.points / filled.seconds / 1e6
        self.table.add(
            "backfill, simulator on the same cores",
            f"{rate:.2f} M points/s",
            f"{filled.seconds:.0f} s, one run",
            rate,
            "backfill",
        )

    def web(self):
        """Requests a second on eight connections, and a scrape beside heavy queries."""
        exporter, filled = self.exporter, self.exporter.filled
        nginx = Nginx(self.workshop, exporter)
        client, client_url = start_client(self.workshop)
        self.facts = (
            f"{exporter.indices:,} indices, {filled.points / 1e6:.1f} million points ({filled.bytes / 1e6:,.0f} MB), "
            f"{nginx.samples():,} samples on `/metrics` ({len(nginx.document) / 1e6:.2f} MB)."
        )
        rates = alternate(
            self.rounds,
            {
                "here": lambda: wrk(f"{exporter.url}/metrics", CONNECTIONS).rate,
                "nginx, sendfile": lambda: wrk(f"{nginx.url}/metrics", CONNECTIONS).rate,
                "nginx, no sendfile": lambda: wrk(f"{nginx.copying_url}/metrics", CONNECTIONS).rate,
                "prometheus_client": lambda: wrk(f"{client_url}/metrics").rate,
            },
        )
        better = max("nginx, sendfile", "nginx, no sendfile", key=rates.get)
        self.table.more("scrape, identity", "a second", rates["here"], better, rates[better], "scrape, identity")
        self.table.more("scrape, identity", "a second", rates["here"], "prometheus_client", rates["prometheus_client"])
        rates = alternate(
            self.rounds,
            {
                "here": lambda: wrk(f"{exporter.url}/metrics", CONNECTIONS, GZIP).rate,
                "nginx, gzip_static": lambda: wrk(f"{nginx.url}/metrics", CONNECTIONS, GZIP).rate,
                "prometheus_client": lambda: wrk(f"{client_url}/metrics", headers=GZIP).rate,
            },
        )
        here = rates.pop("here")
        for name, rate in rates.items():
            self.table.more(
                "scrape, gzip", "a second", here, name, rate, "scrape, gzip" if name != "prometheus_client" else None
            )
        rates = alternate(
            self.rounds,
            {
                "here": lambda: wrk(f"{exporter.url}/health", CONNECTIONS).rate,
                "nginx": lambda: wrk(f"{nginx.url}/health", CONNECTIONS).rate,
            },
        )
        self.table.more("`/health`", "a second", rates["here"], "nginx", rates["nginx"], "/health")
        self.client_memory = resident(client)
        self.workshop.stop(client)
        self.workshop.stop(nginx.process)

        # A refused query would be no load.
        get(exporter.heavy_url())
        medians = alternate(self.rounds, {"idle": self.scrape_p99, "busy": self.busy_scrape_p99})
        self.table.add(
            "p99 of a scrape, gzip, beside 8 heavy queries",
            milliseconds(medians["busy"]),
            f"idle {milliseconds(medians['idle'])}",
            medians["busy"] / medians["idle"],
            "scrape beside heavy queries",
        )
        exporter.stop()

    def scrape_p99(self):
        return wrk(f"{self.exporter.url}/metrics", 1, GZIP).p99

    def busy_scrape_p99(self):
        """While eight connections ask for as many points as an answer may have."""
        heavy = self.workshop.start("heavy", *command(self.exporter.heavy_url(), 8, 60))
        time.sleep(0.5)
        p99 = self.scrape_p99()
        self.workshop.stop(heavy)
        return p99

    def starts(self):
        rounds = [self.exporter.start_times() for _ in range(self.rounds)]
        times = map(statistics.median, zip(*rounds))
        for goal, seconds in zip(("start to ready", "start to the first scrape"), times):
            self.table.add(goal, milliseconds(seconds), "", seconds * 1000, goal)

    def memory(self):
        exporter = self.exporter
        demo = exporter.demo_memory()
        self.table.add("resident memory, demo", megabytes(demo), "", demo / 1e6, "resident memory: demo")
        after = exporter.filled.resident
        self.table.add("resident memory after the backfill", megabytes(after), "", after / 1e6, "resident memory")
        exporter.serve()
        restarted = exporter.idle_memory()
        exporter.stop()
        self.table.add(
            "resident memory after a restart",
            megabytes(restarted),
            f"prometheus_client {megabytes(self.client_memory)}",
            restarted / 1e6,
            "resident memory",
        )

    def decode(self):
        decode = Decode(self.workshop, self.exporter, self.release / "benchmark")
        medians = alternate(self.rounds, {"here": decode.here, "orjson": decode.peer})
        self.table.more("decode of a usage answer", "MB/s", medians["here"], "orjson", medians["orjson"], "decode")
