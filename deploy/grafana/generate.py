#!/usr/bin/env python3
"""Writes the dashboards below dashboards/.

    deploy/grafana/generate.py            write them
    deploy/grafana/generate.py --check    compare; status 1 when a file is not what this makes

Needs Python 3.10 or later and nothing else. The dashboards are in generator/; their names and uids
stay, because links and bookmarks have them.
"""

import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # Nothing but dashboards is written here.

from generator import capacity, grafana, health, indices, overview
from generator.sources import InfinitySource, PrometheusSource

FOLDER = Path(__file__).resolve().parent / "dashboards"
DASHBOARDS = [
    (module.DASHBOARD, source)
    for source in (PrometheusSource(), InfinitySource()) for module in (overview, indices, capacity, health)
]


def files() -> dict[Path, str]:
    """Every file and what is in it."""
    return {
        FOLDER / source.folder / f"{dashboard.name}.json":
            json.dumps(grafana.dashboard_json(dashboard, source), indent=2, ensure_ascii=False) + "\n"
        for dashboard, source in DASHBOARDS
    }


def check() -> int:
    """The number of files that are not as they should be."""
    wanted = files()
    wrong = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    wrong += [path for path in FOLDER.rglob("*.json") if path not in wanted]
    for path in wrong:
        print(f"{path.relative_to(FOLDER.parent)}: not what generate.py makes; run it", file=sys.stderr)
    return len(wrong)


def write() -> None:
    for path, text in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(FOLDER.parent))


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes the dashboards below dashboards/.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    if parser.parse_args().check:
        return 1 if check() else 0
    write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
