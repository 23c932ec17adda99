"""VictoriaMetrics and Prometheus with the exporter's own export, and the same two questions to each."""

import json
import urllib.parse

from exporter import DAY, INDEX, STATISTIC
from workshop import free_port, get, size

METRIC = f"algolia_index_usage_{STATISTIC}_hourly"
# A sample has the end of its bucket as its time. A window of a day must not begin on the end of the day before:
# Prometheus 2 counts both ends of a window.
DAY_SUM = f"sum_over_time({METRIC}[{DAY - 1}s])"


class Store:
    """A server with Prometheus' API. Its subclass knows how it is loaded and started."""

    package = name = None

    def __init__(self, workshop, end):
        self.workshop, self.end = workshop, end
        self.folder = workshop.folder / self.package
        self.process = self.url = None

    def stop(self):
        self.workshop.stop(self.process)

    def range_url(self, query, start, step):
        parameters = {"query": query, "start": start, "end": self.end, "step": step}
        return f"{self.url}/api/v1/query_range?{urllib.parse.urlencode(parameters)}"

    def year_url(self):
        return self.range_url(f'{METRIC}{{index="{INDEX}"}}', self.end - 365 * DAY + 3600, 3600)

    def year(self):
        [series] = json.loads(get(self.year_url()))["data"]["result"]
        return self.points(series)

    def top_url(self):
        return self.range_url(self.top_query, self.end - 89 * DAY, DAY)

    def top(self):
        return {
            series["metric"]["index"]: self.points(series)
            for series in json.loads(get(self.top_url()))["data"]["result"]
        }

    @staticmethod
    def points(series):
        return {int(time): float(value) for time, value in series["values"]}


class VictoriaMetrics(Store):
    package, name = "victoria-metrics", "VictoriaMetrics"
    # Each index has every day, so the highest average is the highest sum.
    top_query = f"topk_avg(10, {DAY_SUM})"

    def load(self, export):
        if self.folder.exists():
            return
        self.start()
        self.workshop.run(
            "curl", "-sSf", "--noproxy", "*", "-X", "POST", "-T", export, f"{self.url}/api/v1/import/prometheus"
        )
        get(f"{self.url}/internal/force_flush")
        get(f"{self.url}/internal/force_merge")
        self.workshop.wait_for(f"{self.url}/metrics", 600, lambda body: b"\nvm_active_force_merges 0" in body)
        self.stop()

    def start(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.process = self.workshop.start(
            self.package,
            "victoria-metrics",
            f"-storageDataPath={self.folder}",
            "-retentionPeriod=3y",
            f"-httpListenAddr=127.0.0.1:{port}",
            "-loggerLevel=WARN",
        )
        self.workshop.wait_for(f"{self.url}/health")

    def bytes_per_point(self):
        samples = sum(
            float(line.split()[1])
            for line in get(f"{self.url}/metrics").decode().splitlines()
            if line.startswith("vm_rows{") and "indexdb" not in line
        )
        return size(self.folder / "data") / samples


class Prometheus(Store):
    package, name = "prometheus", "Prometheus"
    top_query = f"{DAY_SUM} and topk(10, sum_over_time({METRIC}[{90 * DAY - 1}s] @ end()))"

    def load(self, export):
        if self.folder.exists():
            return
        # promtool reads the file once for each block. This makes one, or two where the year crosses a boundary.
        self.workshop.run(
            "promtool", "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=39366h", export, self.folder
        )

    def start(self):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        configuration = self.workshop.folder / "prometheus.yml"
        configuration.write_text("{}\n")
        self.process = self.workshop.start(
            self.package,
            "prometheus",
            f"--config.file={configuration}",
            f"--storage.tsdb.path={self.folder}",
            "--storage.tsdb.retention.time=10y",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        )
        self.workshop.wait_for(f"{self.url}/-/ready")

    def bytes_per_point(self):
        blocks = list(self.folder.glob("*/meta.json"))
        samples = sum(json.loads(block.read_text())["stats"]["numSamples"] for block in blocks)
        return sum(size(block.parent) for block in blocks) / samples
