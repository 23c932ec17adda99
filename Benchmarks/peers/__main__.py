"""Runs every comparison and prints the table; scripts/bench-peers installs what it needs and starts it."""

import argparse
import os
import pathlib
import subprocess
import time
from importlib import metadata

import document
from comparisons import Comparisons
from workshop import Workshop

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = PROJECT / "docs/benchmarks.md"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description="Measures the exporter beside its peers.")
    parser.add_argument("--indices", type=int, default=150, help="indices of the simulated application (150)")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (5)")
    parser.add_argument("--keep", metavar="FOLDER", help="keep the data in FOLDER, or use it again; writes no file")
    options = parser.parse_args()
    begin, load = time.monotonic(), os.getloadavg()[0]
    with Workshop(options.keep) as workshop:
        run = Comparisons(workshop, PROJECT / ".build/release", options.indices, options.rounds)
        run.all()
        if not options.keep:
            versions = (
                {"algolia-exporter": run.exporter.version()}
                | {
                    name: package_version(name)
                    for name in ("victoria-metrics", "prometheus", "nginx", "libsqlite3-0", "wrk")
                }
                | {name: metadata.version(name) for name in ("prometheus_client", "orjson")}
            )
            # Whoever reads the table sees whether the machine had other work.
            facts = f"{run.facts} Median of {options.rounds} rounds; load average {load:.1f} before the run."
            document.write(PAGE, options.indices, document.section(run.table, facts, versions))
    print(f"\n{run.facts} {document.machine()}, load average {load:.1f} before. {time.monotonic() - begin:.0f} s")
    unexplained = document.without_limit(PAGE, run.table.missed)
    if unexplained:
        print(f"missed, and without a line in docs/benchmarks.md, Limits: {'; '.join(unexplained)}")


def package_version(name):
    return subprocess.run(
        ["dpkg-query", "-W", "-f", "${Version}", name], capture_output=True, text=True, check=True
    ).stdout


if __name__ == "__main__":
    main()
