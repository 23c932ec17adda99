"""Looks at the pages and the report in a browser, as people with different screens, schemes and hands do.

python3 pages.py --url URL [--state NAME=URL…] [--report FILE] [--only NAME…] --axe FILE --screenshots FOLDER --saved FOLDER

Prints a line for each promise that is kept, FAIL lines for what is not, and then exits with status 1.
Screenshots and printed pages go to one folder, the sources of what was looked at to the other. The
states are those of STATES, each an exporter with something special.
"""

import argparse
import collections
import dataclasses
import pathlib
import subprocess
import sys
import tempfile
import urllib.error
import urllib.parse
import urllib.request

import page_rules
import page_script
from browser import Browser, View


@dataclasses.dataclass(frozen=True)
class Page:
    name: str
    path: str
    status: int = 200
    says: str = ""  # What its text must have.


PAGES = [
    Page("overview", "/"),
    Page("indices", "/indices"),
    Page("index", "/indices/products", says="products"),
    Page("explore", "/explore"),
    Page("explore-chart", "/explore?statistic=total_search_requests&index=*&range=30d&step=1d"),
    Page(
        "explore-awkward",
        "/explore?statistic=records&index=the%20%22best%22%20ones&range=90d",
        says='the "best" ones',
    ),
    Page(
        "explore-several",
        "/explore?statistic=total_search_requests&statistic=records&index=products&index=the%20%22best%22%20ones"
        "&range=90d&step=week",
        says="by week",
    ),
    Page("explore-wrong", "/explore?statistic=%22%3E%3Cscript%3Ealert(1)%3C/script%3E", status=404, says="statistic"),
    Page("capacity", "/capacity"),
    Page("collector", "/collector"),
    Page("setup", "/setup"),
    Page("not-found", "/nothing/here", status=404, says="There is nothing at"),
]
# Everything is looked at in these…
VIEWS = [
    View("1280-light", 1280, 900),
    View("1280-dark", 1280, 900, "dark"),
    View("390-light", 390, 844, phone=True),
    View("390-dark", 390, 844, "dark", phone=True),
    View("1280-no-script", 1280, 900, script=False),
    View("390-no-script", 390, 844, phone=True, script=False),
]
# An exporter in a special state, by name, and what its overview and every page of it must say.
STATES = {
    "fresh": ("not ready: no data yet", ""),
    "no-network": ("nothing has been fetched", "nothing has been fetched"),
    "refused": ("the usage key does not work", "the usage key does not work"),
    "one": ("1\u00a0index", ""),
    "many": ("1,003\u00a0indices", ""),
    "applications": ("DEMOAPP20", ""),
}
# Pages and views of each.
STATE_PAGES = ["overview", "indices", "explore", "capacity", "collector", "setup"]
STATE_VIEWS = [
    View("1280-light", 1280, 900),
    View("390-dark", 390, 844, "dark", phone=True),
    View("390-no-script", 390, 844, phone=True, script=False),
]
LONG_NAME = "long-" * 50
# The longest report on paper, with 25 indices.
MOST_SHEETS = 8
# …and must not be scrolled sideways in these: a window of 1280 pixels zoomed to 200 % and to 400 % (WCAG 2,
# 1.4.4 and 1.4.10).
ZOOMED = [View("zoom-200", 640, 450, zoom=2), View("zoom-400", 320, 225, zoom=4)]
# What A4 leaves between margins of 15 mm.
PAPER = View("paper", 680, 960, media="print")

# Complaints by page, each with the views that have it.
failures = collections.defaultdict(list)


def complain(page, complaints, view=""):
    for complaint in complaints:
        if view not in failures[page, complaint]:
            failures[page, complaint].append(view)


def look(browser, name, url, page, view, options, counts):
    """A document in one view; page is none for a file. Returns facts()."""
    loaded = browser.load(url, view)
    console = loaded.console
    facts = browser.call("facts")

    def judge(complaints):
        complain(name, complaints, view.name)

    if page:
        judge(page_rules.response(page, url, loaded))
        if page.status != 200:  # The browser tells of the document itself, which is expected.
            console = [one for one in console if not (one.startswith(url) and f"status of {page.status}" in one)]
    else:
        judge((f"asks for {asked[:100]}" for asked in loaded.requests if asked != url and not asked.startswith("data:")))
    judge(page_rules.document(page, view, facts))
    browser.screenshot(options.screenshots / f"{name}-{view.name}.png")
    browser.call("openDetails")
    judge(browser.call("lostFragments") + browser.call("overflow") + browser.call("chartText"))
    browser.press_tab(browser.call("recordFocus"))
    keyboard = browser.call("recordedStops", page is not None)
    judge(keyboard["complaints"])
    # Before axe, whose own doings are not the page's.
    judge((f"console: {message}" for message in console + browser.console()))
    found = browser.axe(page_rules.AXE)
    judge(page_rules.accessibility(browser, found))
    counts["stops"] = keyboard["count"]
    counts["rules"] = max(counts["rules"], len(found.get("passes", [])))
    counts["version"] = found.get("testEngine", {}).get("version")
    return facts


def examine(browser, name, url, page, views, zoomed, options):
    """A document in all views. Returns facts() of the first."""
    before, counts = len(failures), collections.Counter()
    first, *_ = [look(browser, name, url, page, view, options, counts) for view in views]
    for view in zoomed:
        browser.load(url, view)
        browser.call("openDetails")
        complain(name, browser.call("overflow"), view.name)
    if len(failures) == before:
        kind = "asks for nothing, no script" if page is None else f"status {page.status}, a strict policy, no other host"
        print(f"{name}: {kind}, nothing inline, a silent console: {', '.join(view.name for view in views)}")
        print(f"{name}: axe {counts['version']} has nothing to say by any of {counts['rules']} rules that apply")
        print(f"{name}: Tab stops {counts['stops']} times, in order, each time visibly")
        print(f"{name}: nothing sideways at {', '.join(str(width) for width in sorted({view.width for view in [*views, *zoomed]}))} px")
    return first


def follow(links, host, options):
    """Every link of ours leads somewhere, and stylesheets and pictures are kept to be validated."""
    ours = sorted({urllib.parse.urldefrag(link).url for link in links if urllib.parse.urlsplit(link).netloc == host})
    for link in ours:
        try:
            with urllib.request.urlopen(link, timeout=30) as answer:
                body, name = answer.read(), pathlib.PurePath(urllib.parse.urlsplit(link).path).name
                if answer.headers["X-Content-Type-Options"] != "nosniff" and name.endswith((".css", ".svg")):
                    complain("links", [f"{link} has no X-Content-Type-Options: nosniff"])
                if name.endswith((".css", ".svg")):
                    (options.saved / name).write_bytes(body)
        except urllib.error.URLError as error:
            complain("links", [f"{link}: {error}"])
    return len(ours)


def of_state(state, pages):
    """The pages that are looked at of an exporter in a state, with what they must say then."""
    first, every = STATES[state]
    chosen = [page for page in pages if page.name in STATE_PAGES]
    if state == "many":
        chosen += [Page("index-long", f"/indices/{LONG_NAME}", says=LONG_NAME)]
    return [dataclasses.replace(page, says=page.says or (first if page.name == "overview" else every)) for page in chosen]


def save(url, path):
    # As a browser asks: a program would get a problem document for what is not there.
    request = urllib.request.Request(url, headers={"Accept": "text/html"})
    try:
        body = urllib.request.urlopen(request, timeout=30).read()
    except urllib.error.HTTPError as error:
        body = error.read()
    path.write_bytes(body)


def stranded(path, sheet, size, heads):
    """Headings, captions and heads of tables that are the last of a sheet, of its left or of its right half."""
    width, height = (round(float(number)) for number in size.split()[0:3:2])
    for x, w in ((0, width), (0, width // 2), (width // 2, width // 2)):
        crop = ["-f", sheet, "-l", sheet, "-x", x, "-y", 0, "-W", w, "-H", height]
        lines = subprocess.check_output(["pdftotext", "-layout", *map(str, crop), path, "-"], text=True).split("\n")
        last = next((line.split() for line in reversed(lines) if line.strip()), [])
        if last and any(set(last) <= head for head in heads):
            yield f"sheet {sheet} ends with {' '.join(last)!r}"


def printed(browser, url, facts, options):
    """The report on paper: few sheets, with all of its tables to their last column, and no head without its rows."""
    before, path = len(failures), options.screenshots / "report.pdf"
    browser.load(url, PAPER)
    complain("report on paper", browser.call("lostOnPaper"))
    browser.pdf(path)
    told = dict(line.split(":", 1) for line in subprocess.check_output(["pdfinfo", path], text=True).splitlines() if ":" in line)
    pages, size = int(told["Pages"]), told["Page size"].strip()
    text = " ".join(subprocess.check_output(["pdftotext", path, "-"], text=True).split()).lower()
    lost = [header for header in facts["lastHeaders"] if not all(word in text for word in header.lower().split())]
    complain("report on paper", (f"the column {header!r} is not there" for header in lost))
    if pages > MOST_SHEETS:
        complain("report on paper", [f"{pages} sheets, wanted {MOST_SHEETS}"])
    heads = [set(head.split()) for head in facts["heads"]]
    for sheet in range(1, pages + 1):
        complain("report on paper", stranded(path, sheet, size, heads))
    if pages < 1 or len(text) < 100:
        complain("report on paper", [f"{pages} pages with {len(text)} characters"])
    if len(failures) == before:
        print(f"report on paper: {pages} sheets of {size}, {len(facts['lastHeaders'])} tables to their last column, no head without rows")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--url")
    parser.add_argument("--state", action="append", default=[])
    parser.add_argument("--report", type=pathlib.Path)
    parser.add_argument("--only", nargs="*")
    for name in ("axe", "screenshots", "saved"):
        parser.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options = parser.parse_args()
    options.screenshots.mkdir(parents=True, exist_ok=True)
    for old in [*options.screenshots.glob("*.png"), *options.screenshots.glob("*.pdf")]:
        old.unlink()
    pages = [page for page in PAGES if not options.only or page.name in options.only]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(profile, options.axe)
        try:
            exporters = [("", options.url)] if options.url else []
            exporters += [one.split("=", 1) for one in options.state]
            for state, base in exporters:
                prefix = f"{state}-" if state else ""
                views, zoomed = (STATE_VIEWS, []) if state else (VIEWS, ZOOMED)
                links, titles = [], collections.Counter()
                for page in of_state(state, pages) if state else pages:
                    url, name = base + page.path, prefix + page.name
                    facts = examine(browser, name, url, page, views, zoomed, options)
                    links += facts["links"]
                    titles[facts["title"], page.path.partition("?")[0]] += 1
                    save(url, options.saved / f"{name}.html")
                doubled = collections.Counter(title for title, _ in titles)
                complain(prefix + "pages", (f"{count} have the title {title!r}" for title, count in doubled.items() if count > 1))
                count = follow(links, urllib.parse.urlsplit(base).netloc, options)
                print(f"{prefix}pages: {count} different links lead somewhere")
            if options.url and not options.only:
                for name, check in page_script.CHECKS.items():
                    complaints = list(check(browser, options.url))
                    complain(f"script: {name}", complaints)
                    if not complaints:
                        print(f"script: {name} work")
            if options.report:
                url = options.report.resolve().as_uri()
                facts = examine(browser, "report", url, None, VIEWS, ZOOMED, options)
                printed(browser, url, facts, options)
        finally:
            browser.quit()
    for (page, complaint), views in failures.items():
        print(f"FAIL  {page}: {complaint}" + (f" ({', '.join(views)})" if any(views) else ""), file=sys.stderr)
    sys.exit(1 if failures else 0)


main()
