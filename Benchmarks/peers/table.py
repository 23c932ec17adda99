"""The table: a row for each comparison, with its goal. docs/benchmarks.md has a line on each goal that is missed."""

import dataclasses
import math
import operator

# Columns of the printed table.
WIDTHS = (48, 18, 36, 8, 11, 6)
# At least (≥) or at most (≤): up to 150 indices, and beyond.
GOALS = {
    "a year of hours: VictoriaMetrics": ("≥ 3 ×", "≥ 3 ×"),
    "a year of hours: Prometheus": ("≥ 5 ×", "≥ 5 ×"),
    "top 10 of 90 days: VictoriaMetrics": ("≥ 1.5 ×", "≥ 1 ×"),
    "scrape, identity": ("≥ 1 ×", "≥ 1 ×"),
    "scrape, gzip": ("≥ 0.9 ×", "≥ 0.9 ×"),
    "/health": ("≥ 0.9 ×", "≥ 0.9 ×"),
    "start to ready": ("≤ 60 ms", "≤ 150 ms"),
    "start to the first scrape": ("≤ 100 ms", "≤ 300 ms"),
    "resident memory: demo": ("≤ 40 MB", "≤ 40 MB"),
    "resident memory": ("≤ 55 MB", "≤ 160 MB"),
    "bytes a point": ("≤ 4.5 bytes", "≤ 4.5 bytes"),
    "backfill": ("≥ 1.2 M/s", "≥ 1.2 M/s"),
    "decode": ("≥ 2 ×", "≥ 2 ×"),
    "scrape beside heavy queries": ("≤ 3 ×", "≤ 3 ×"),
}
COMPARISONS = {"≥": operator.ge, "≤": operator.le}


@dataclasses.dataclass
class Row:
    work: str
    here: str
    peer: str
    ratio: str
    goal: str
    met: str

    def cells(self):
        return [getattr(self, field.name) for field in dataclasses.fields(self)]


class Table:
    def __init__(self, indices):
        self.size = 0 if indices <= 150 else 1
        self.rows = []
        # Names of goals.
        self.missed = []

    def add(self, work, here, peer, value=None, goal=None):
        """Adds a row, and prints it. `value` is in the unit of its goal; `×` is a ratio, and so is what has no goal."""
        asked = GOALS[goal][self.size] if goal in GOALS else ""
        sign, bound, unit = asked.split(" ", 2) if asked else ("", "", "×")
        ratio = f"{significant(value)} ×" if unit == "×" and value is not None else ""
        met = "" if not asked else "yes" if COMPARISONS[sign](value, float(bound)) else "**no**"
        if met == "**no**":
            self.missed.append(goal)
        row = Row(work, here, peer, ratio, asked, met)
        self.rows.append(row)
        print("  ".join(f"{cell:{width}}" for cell, width in zip(row.cells(), WIDTHS)), flush=True)

    def faster(self, work, here, name, peer, goal=None):
        """Times in seconds: how many times as fast it is here."""
        self.add(work, milliseconds(here), f"{name} {milliseconds(peer)}", peer / here, goal)

    def more(self, work, unit, here, name, peer, goal=None):
        """Rates: how many times as much it is here."""
        self.add(work, f"{grouped(here)} {unit}", f"{name} {grouped(peer)}", here / peer, goal)

    def markdown(self):
        names = [field.name for field in dataclasses.fields(Row)]
        lines = [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]
        return "\n".join(lines + [f"| {' | '.join(row.cells())} |" for row in self.rows])


def significant(value):
    """Three significant digits."""
    digits = max(0, 2 - math.floor(math.log10(value))) if value > 0 else 0
    return f"{value:,.{digits}f}"


def milliseconds(seconds):
    return f"{significant(seconds * 1000)} ms"


def megabytes(count):
    return f"{count / 1e6:.0f} MB"


def grouped(value):
    return f"{value:,.0f}"
