"""docs/benchmarks.md: only what stands between the marks of a size is written."""

import datetime
import os
import platform
import re


def machine():
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in open("/proc/cpuinfo", encoding="utf-8")
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = dict(
        line.rstrip().replace('"', "").split("=", 1)
        for line in open("/etc/os-release", encoding="utf-8")
        if "=" in line
    )
    return f"{model}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB of memory, {system['PRETTY_NAME']}"


def section(table, facts, versions):
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return "\n".join(
        [
            f"{today}, {machine()}. {facts}",
            "",
            table.markdown(),
            "",
            "Versions: " + ", ".join(f"{name} {version}" for name, version in versions.items()) + ".",
        ]
    )


def write(path, indices, text):
    """Puts `text` between the marks of the size; a size without marks gets a section before `## Limits`."""
    begin, end = f"<!-- {indices} indices: written by scripts/bench-peers -->", f"<!-- {indices} indices: end -->"
    page = path.read_text(encoding="utf-8")
    block = f"{begin}\n{text}\n{end}"
    if begin in page:
        page = re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: block, page, flags=re.S)
    else:
        page = page.replace("\n## Limits\n", f"\n## {indices:,} indices\n\n{block}\n\n## Limits\n", 1)
    path.write_text(page, encoding="utf-8")


def without_limit(path, missed):
    """The goals among `missed` that the table below `## Limits` does not begin a line with."""
    limits = path.read_text(encoding="utf-8").split("\n## Limits\n", 1)[1]
    return [goal for goal in dict.fromkeys(missed) if f"\n| {goal} |" not in limits]
