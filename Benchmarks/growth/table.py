"""The table: a row for each quantity with its log-log exponents, where it turns, and ten times the largest size."""

import math
from types import SimpleNamespace

# A step's exponent that is so much higher than the one before it is a turn.
TURN = 0.3
# Requests of an hour. Of 60 a minute, 6 are kept for a burst, so that no minute sees more; what does not depend on the number of
# indices: docs/sizing.md.
QUOTA = 54 * 60
SERVERS_AND_CLUSTERS, APPLICATION = 169, 13
# Windows of the default history: the first tail and 12 weeks of hours; the first tail and a year of days.
TAILS, WINDOWS = 2, 13


def first_requests(indices):
    """Requests of a first fill with default settings."""
    return (TAILS + WINDOWS) * (1 + indices) + math.ceil(indices / 100)


def requests_a_day(indices):
    """Requests of a day that misses nothing, with default settings."""
    an_hour = APPLICATION + 2 * indices + math.ceil(indices / 100) + SERVERS_AND_CLUSTERS
    return 24 * an_hour + 2 * (1 + indices)


def first_hours(indices):
    """Hours of a first fill at the default quota. Tails go first, but every fourth request is backfill's."""
    # By minutes.
    tails, windows, minutes = TAILS * (1 + indices), WINDOWS * (1 + indices), 0
    room = (QUOTA - SERVERS_AND_CLUSTERS - math.ceil(indices / 100)) / 60
    while windows > 0 or (minutes < 60 and tails > 0):
        if minutes and minutes % 60 == 0:
            # What an index has not been asked for in the last hour is not owed twice.
            tails = TAILS * (1 + indices)
        live = min(tails, room * 3 / 4 if windows > 0 else room)
        backfill = min(windows, room - live)
        tails, windows, minutes = tails - live, windows - backfill, minutes + 1
    return minutes / 60


def points_a_day(size):
    return size.hourly / size.days + size.daily / 365


def bytes_a_day(size):
    return size.hourly_bytes / size.days + size.daily_bytes / 365


# (name, value, format). Rows with ¹ follow from the number of indices alone.
ROWS = (
    ("first fill, default settings: requests¹", lambda size: first_requests(size.indices), "count"),
    ("the same at 60 requests a minute: hours¹", lambda size: first_hours(size.indices), "number"),
    ("requests a day afterwards¹", lambda size: requests_a_day(size.indices), "count"),
    ("quota of 60 a minute used afterwards¹", lambda size: requests_a_day(size.indices) / (24 * QUOTA), "percent"),
    ("first fill: requests", lambda size: size.requests, "count"),
    ("the same with an unlimited quota: seconds", lambda size: size.fill, "number"),
    ("processor seconds of it, the exporter's own", lambda size: size.fill_processor, "number"),
    ("points a second of it", lambda size: (size.hourly + size.daily) / size.fill, "count"),
    ("series", lambda size: size.series, "count"),
    ("points a day", points_a_day, "count"),
    ("points a year", lambda size: 365 * points_a_day(size), "count"),
    ("MB a day", lambda size: bytes_a_day(size) / 1e6, "number"),
    ("MB a year", lambda size: 365 * bytes_a_day(size) / 1e6, "count"),
    ("resident memory after the fill: MB", lambda size: size.memory_filled / 1e6, "number"),
    ("resident memory after a restart: MB", lambda size: size.memory_restarted / 1e6, "number"),
    ("samples on `/metrics`²", lambda size: size.samples, "count"),
    ("scrape: MB²", lambda size: size.scrape_bytes / 1e6, "number"),
    ("scrape, gzip: MB²", lambda size: size.scrape_bytes_gzip / 1e6, "number"),
    ("`/metrics`: ms", lambda size: size.scrape * 1e3, "number"),
    ("`/metrics`, gzip: ms", lambda size: size.scrape_gzip * 1e3, "number"),
    ("start to ready: ms", lambda size: size.ready * 1e3, "number"),
    ("start to the first scrape: ms", lambda size: size.first_scrape * 1e3, "number"),
    ("`/`: ms", lambda size: size.status * 1e3, "number"),
    ("`/capacity`: ms", lambda size: size.capacity * 1e3, "number"),
    ("`/explore?index=*`, a year by days: ms", lambda size: size.explore * 1e3, "number"),
    ("`report`: s", lambda size: size.report, "number"),
)


def markdown(sizes):
    steps = list(zip(sizes, sizes[1:]))
    computed = SimpleNamespace(indices=10 * sizes[-1].indices)
    header = ["", *(f"{size.indices:,}" for size in sizes)]
    header += [f"{one.indices:,} → {two.indices:,}" for one, two in steps]
    header += ["turns at", f"{computed.indices:,}, computed"]
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
    for name, value, form in ROWS:
        values = [value(size) for size in sizes]
        exponents = [
            math.log(after / before) / math.log(two.indices / one.indices)
            for before, after, (one, two) in zip(values, values[1:], steps)
        ]
        turns = [
            one.indices for before, after, (one, _) in zip(exponents, exponents[1:], steps[1:]) if after - before > TURN
        ]
        beyond = value(computed) if "¹" in name else values[-1] * 10 ** exponents[-1]
        cells = [name, *(text(number, form) for number in values), *(f"{exponent:.2f}" for exponent in exponents)]
        cells += [", ".join(f"{turn:,}" for turn in turns) or "–", text(beyond, form)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def text(value, form):
    """Three significant digits."""
    if form == "percent":
        return f"{100 * value:.3g}%"
    digits = max(0, 2 - math.floor(math.log10(value)))
    rounded = round(value, 2 - math.floor(math.log10(value)))
    return f"{rounded:,.0f}" if form == "count" or digits == 0 else f"{rounded:,.{digits}f}"
