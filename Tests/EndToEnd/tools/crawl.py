"""Follows every link of every page below a URL.

python3 crawl.py URL

Fails with a link that is not found, and with one of the same server that leaves the URL's path.
"""

import html.parser
import json
import sys
import urllib.error
import urllib.parse
import urllib.request

# Links of one path that differ in their query alone, such as one for each index.
MOST_QUERIES = 25

start = sys.argv[1]
origin = urllib.parse.urlsplit(start)
faults = []


class Links(html.parser.HTMLParser):
    """The links of a page, forms that are sent by GET included."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form" and (values.get("method") or "get").lower() != "get":
            return
        for name in ("href", "src", "action", "data"):
            if values.get(name):
                self.found.append(values[name])


def links(url, kind, text):
    """The absolute links of a document, without fragments."""
    if kind == "text/html":
        parser = Links()
        parser.feed(text)
        found = parser.found
    elif kind == "application/json" and urllib.parse.urlsplit(url).path.endswith("/openapi.json"):
        found = [server["url"].rstrip("/") + "/" for server in json.loads(text).get("servers", [])]
    else:
        found = []
    return [urllib.parse.urldefrag(urllib.parse.urljoin(url, link)).url for link in found]


def visit(url, page):
    """The links of the document at a URL."""
    try:
        with urllib.request.urlopen(url, timeout=120) as answer:
            final = answer.geturl()
            kind = answer.headers.get_content_type()
            text = answer.read().decode("utf-8", "replace")
    except urllib.error.HTTPError as error:
        faults.append(f"{url}, linked from {page}: {error.code}")
        return []
    if not inside(final):
        faults.append(f"{url}, linked from {page}: redirects to {final}")
        return []
    return links(final, kind, text)


def inside(url):
    parts = urllib.parse.urlsplit(url)
    return parts.netloc == origin.netloc and (parts.path + "/").startswith(origin.path)


queue = [(start, "the start")]
known = {start}
queries = {}
others = set()
while queue:
    url, page = queue.pop(0)
    for link in visit(url, page):
        parts = urllib.parse.urlsplit(link)
        if parts.scheme not in ("http", "https") or parts.netloc != origin.netloc:
            others.add(link)
            continue
        if link in known:
            continue
        known.add(link)
        if not inside(link):
            faults.append(f"{link}, linked from {url}: outside of {origin.path}")
            continue
        queries[parts.path] = queries.get(parts.path, 0) + 1
        if queries[parts.path] <= MOST_QUERIES:
            queue.append((link, url))

for fault in faults:
    print(fault)
followed = 1 + sum(min(number, MOST_QUERIES) for number in queries.values())
if followed < 20:
    sys.exit(f"only {followed} links")
if faults:
    sys.exit(f"{len(faults)} broken links of {followed}")
print(f"{followed} links of {len(queries)} paths followed, none broken or outside; {len(others)} to other servers not followed")
