"""Load on a URL by wrk, and work measured in alternation."""

import dataclasses
import re
import statistics
import subprocess

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
SECONDS = 2
GZIP = ("Accept-Encoding: gzip",)


@dataclasses.dataclass
class Load:
    """One run of wrk."""

    rate: float  # requests a second
    time: float  # seconds a request: what each connection waited on average
    p99: float  # seconds


def command(url, connections, seconds, headers=()):
    fields = [word for header in headers for word in ("-H", header)]
    return ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "--latency", *fields, url]


def wrk(url, connections=1, headers=(), seconds=SECONDS):
    """Loads `url` on kept connections. Any answer but 2xx ends the run."""
    load = command(url, connections, seconds, headers)
    text = subprocess.run(load, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in text or "Socket errors" in text:
        raise SystemExit(f"wrk {url}:\n{text}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    if rate == 0:
        if seconds > 60:
            raise SystemExit(f"wrk {url}: no answer in {seconds} s")
        return wrk(url, connections, headers, 10 * seconds)
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", text).groups()
    return Load(rate, connections / rate, float(number) * UNITS[unit])


def alternate(rounds, measures):
    """Measures each work once a round: what slows the machine for a while, slows all of them.

    `measures`: a function for each name. Returns the median of each name's results.
    """
    results = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            results[name].append(measure())
    return {name: statistics.median(values) for name, values in results.items()}
