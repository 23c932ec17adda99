"""Measures one size after the other and writes the table; scripts/bench-growth starts it."""

import argparse
import os
import pathlib
import re
import sys
import time

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
# Behind this folder, which has a table of its own.
sys.path.append(str(PROJECT / "Benchmarks/peers"))

import document
from size import measure
from table import markdown
from workshop import Workshop

PAGE = PROJECT / "docs/benchmarks.md"
BEGIN, END = "<!-- growth: written by scripts/bench-growth -->", "<!-- growth: end -->"


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-growth", description="Measures how the exporter grows.")
    parser.add_argument("--sizes", default="10,100,1000", help="numbers of indices (10,100,1000)")
    parser.add_argument("--days", type=int, default=90, help="days of hours (90, the exporter's default)")
    parser.add_argument("--print", action="store_true", help="print the table and write no file")
    options = parser.parse_args()
    numbers = [int(number) for number in options.sizes.split(",")]
    if len(numbers) < 2:
        parser.error("--sizes: an exponent needs two sizes")
    begin, load = time.monotonic(), os.getloadavg()[0]
    sizes = []
    for indices in numbers:
        with Workshop(None) as workshop:
            size = measure(workshop, PROJECT / ".build/release/algolia-exporter", indices, options.days)
        print(size, flush=True)
        sizes.append(size)
    text = (
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, {document.machine()}; load average {load:.1f} before the run, which took "
        f"{(time.monotonic() - begin) / 60:.0f} min. {options.days} days of hours, a year of days. {sizes[0].version}.\n\n{markdown(sizes)}"
    )
    print(f"\n{text}")
    if not options.print:
        write(text)


def write(text):
    """Puts `text` between the marks; a page without marks gets a section before `## Limits`."""
    page, block = PAGE.read_text(encoding="utf-8"), f"{BEGIN}\n{text}\n{END}"
    if BEGIN in page:
        page = re.sub(f"{re.escape(BEGIN)}.*?{re.escape(END)}", lambda _: block, page, flags=re.S)
    else:
        page = page.replace("\n## Limits\n", f"\n## Growth\n\n{block}\n\n## Limits\n", 1)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
