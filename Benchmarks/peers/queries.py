"""Two questions to the exporter, VictoriaMetrics, Prometheus and sqlite3, which all have the same data."""

import pathlib

from exporter import DAY, INDEX, STATISTIC
from load import alternate, wrk
from stores import Prometheus, VictoriaMetrics
from table import milliseconds, significant

# Other stores take all hours up to here; of more points, those of the one statistic that the queries are about.
ALL_POINTS = 100_000_000
# VictoriaMetrics reads its data, where it would answer a repeated query from its cache.
NO_CACHE = "&nocache=1"


class Queries:
    def __init__(self, workshop, exporter, table, rounds):
        self.workshop, self.exporter, self.table, self.rounds = workshop, exporter, table, rounds

    def load(self):
        """Starts the exporter and, with the same data, the other stores; builds the reader of rows."""
        filled = self.exporter.filled
        self.victoria, self.prometheus = (kind(self.workshop, filled.end) for kind in (VictoriaMetrics, Prometheus))
        self.stores = [self.victoria, self.prometheus]
        if not all(store.folder.exists() for store in self.stores):
            export = self.exporter.write_export(None if filled.points <= ALL_POINTS else STATISTIC)
            for store in self.stores:
                store.load(export)
            export.unlink()
        self.rows = self.workshop.folder / "rows"
        self.workshop.run("cc", "-O2", "-o", self.rows, pathlib.Path(__file__).with_name("rows.c"), "-lsqlite3")
        self.exporter.serve()
        for store in self.stores:
            store.start()

    def run(self):
        """Time of a request on one kept connection, beside /health on such a connection."""
        self.load()
        self.compare()
        exporter, victoria, prometheus = self.exporter, self.victoria, self.prometheus
        times = alternate(
            self.rounds,
            {
                "here": lambda: wrk(exporter.year_url()).time,
                "VictoriaMetrics": lambda: wrk(victoria.year_url()).time,
                "VictoriaMetrics, nocache": lambda: wrk(victoria.year_url() + NO_CACHE).time,
                "Prometheus": lambda: wrk(prometheus.year_url()).time,
                "sqlite3 from C, packed rows": lambda: self.read_rows("packed")[0],
                "sqlite3 from C, view": lambda: self.read_rows("view")[0],
                "health": lambda: wrk(f"{exporter.url}/health").time,
            },
        )
        here, health = times.pop("here"), times.pop("health")
        for name, time_of_peer in times.items():
            self.table.faster("a year of hours, one series", here, name, time_of_peer, f"a year of hours: {name}")
        self.table.add("`/health` on such a connection", milliseconds(health), "")
        times = alternate(
            self.rounds,
            {
                "here": lambda: wrk(exporter.top_url()).time,
                "VictoriaMetrics": lambda: wrk(victoria.top_url()).time,
                "VictoriaMetrics, nocache": lambda: wrk(victoria.top_url() + NO_CACHE).time,
                "Prometheus": lambda: wrk(prometheus.top_url()).time,
            },
        )
        here = times.pop("here")
        for name, time_of_peer in times.items():
            self.table.faster(
                f"90 days of hours, {exporter.indices:,} indices, by day, top 10",
                here,
                name,
                time_of_peer,
                f"top 10 of 90 days: {name}",
            )
        bytes_here = exporter.filled.bytes / exporter.filled.points
        peers = ", ".join(f"{store.name} {significant(store.bytes_per_point())}" for store in self.stores)
        self.table.add("bytes a point", significant(bytes_here), peers, bytes_here, "bytes a point")
        for store in self.stores:
            store.stop()

    def compare(self):
        """All answer the same numbers, or the run ends."""
        year, top = self.exporter.year(), self.exporter.top()
        if len(year) != 8760 or len(top) != 10 or any(len(days) != 90 for days in top.values()):
            raise SystemExit(f"the history has gaps: {len(year)} hours, {[len(days) for days in top.values()]} days")
        for store in self.stores:
            if store.year() != year:
                raise SystemExit(f"{store.name} answers other hours of {INDEX}")
            if store.top() != top:
                raise SystemExit(
                    f"{store.name} answers other days or other indices: {sorted(store.top())}, {sorted(top)}"
                )
        for form in ("view", "packed"):
            if self.read_rows(form)[1:] != (len(year), sum(year.values())):
                raise SystemExit(f"sqlite3 reads other rows ({form})")
        print(
            f"same numbers everywhere: {len(year):,} hours of {INDEX} (sum {sum(year.values()):,.0f}), and "
            f"90 days of the 10 indices with the highest sums ({sum(sum(days.values()) for days in top.values()):,.0f})\n",
            flush=True,
        )

    def read_rows(self, form):
        """Seconds of a read, points, their sum."""
        filled = self.exporter.filled
        printed = self.workshop.run(
            self.rows, self.exporter.database, form, "DEMOAPP", INDEX, STATISTIC, filled.end - 365 * DAY, filled.end
        )
        seconds, points, total = printed.split()
        return float(seconds), int(points), float(total)
