"""What every page promises, judged from outside of it: its answer, its document, and what axe says.

Each function yields complaints, a line each. What can only be judged inside is in page_checks.js.
"""

import urllib.parse

AXE = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # axe leaves it out by itself.
    "checks": {"color-contrast": {"options": {"ignoreLength": True}}},  # A digit is text, too.
    "resultTypes": ["violations", "incomplete"],  # Of the others it lists one element each, which saves half of the time.
}
# Directives that do not fall back on default-src.
NO_FALLBACK = ["base-uri", "form-action", "frame-ancestors"]


def policy(text):
    """What makes a Content-Security-Policy less than strict."""
    directives = {words[0]: words[1:] for words in map(str.split, text.lower().split(";")) if words}
    if directives.get("default-src") != ["'none'"]:
        yield f"the policy has no default-src 'none': {text!r}"
    yield from (f"the policy has no {name}: {text!r}" for name in NO_FALLBACK if name not in directives)
    for name, sources in directives.items():
        for source in sources:
            if source not in ("'none'", "'self'") and not source.startswith(("'sha256-", "'sha384-", "'sha512-", "'nonce-")):
                yield f"the policy is not strict: {name} {source}"


def response(page, url, loaded):
    """The answer to a served page, and to what the page asks for itself."""
    headers = loaded.headers
    if loaded.responses[0]["status"] != page.status:
        yield f"status {loaded.responses[0]['status']}, not {page.status}"
    if headers.get("content-type", "").lower().replace(" ", "") != "text/html;charset=utf-8":
        yield f"Content-Type: {headers.get('content-type')}"
    yield from policy(headers.get("content-security-policy", ""))
    for asked in loaded.requests:
        if urllib.parse.urlsplit(asked).netloc != urllib.parse.urlsplit(url).netloc and not asked.startswith("data:"):
            yield f"asks another host: {asked[:100]}"
    for one in loaded.responses:
        if one["url"].startswith("http") and {k.lower(): v for k, v in one["headers"].items()}.get("x-content-type-options") != "nosniff":
            yield f"{one['url']} has no X-Content-Type-Options: nosniff"


def document(page, view, facts):
    if not facts["title"]:
        yield "no title"
    if facts["lang"] not in ("en", "en-GB", "en-US"):
        yield f"lang is {facts['lang']!r}"
    if facts["charset"] != "UTF-8":
        yield f"encoded in {facts['charset']}"
    if facts["headings"] != 1:
        yield f"{facts['headings']} h1"
    if facts["inline"]:
        yield f"{facts['inline']} inline scripts or handlers"
    # Pages have one, of the same origin, which response() sees to; the report has none.
    if len(facts["scripts"]) != (1 if page else 0):
        yield f"scripts: {facts['scripts']}"
    if page and not facts["icons"]:
        yield "no icon, so that browsers ask for /favicon.ico"
    if facts["width"] > view.width or facts["width"] < view.width - 20:  # A scroll bar may be there.
        yield f"laid out {facts['width']} px wide in {view.width}"
    if page and page.says not in facts["text"]:
        yield f"does not say {page.says!r}"
    if (facts["luminance"] < 0.25) != (view.scheme == "dark"):
        yield f"the background's luminance is {facts['luminance']:.2f} in the {view.scheme} scheme"


def accessibility(browser, found):
    """What axe finds, and where nobody can tell a contrast."""
    if "error" in found:
        yield f"axe: {found['error']}"
        return
    if not any(rule["id"] == "color-contrast" for kind in ("passes", "violations", "incomplete") for rule in found[kind]):
        yield "axe judged no contrast at all"
    for rule in found["violations"]:
        for node in rule["nodes"]:
            yield f"axe {rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())}"
    scrolled = []
    for rule in found["incomplete"]:
        for node in rule["nodes"] if rule["id"] == "color-contrast" else []:
            reason = node["any"][0]
            # axe gives up on what is partly scrolled away, where the colours are known all the same.
            if (reason["data"] or {}).get("messageKey") == "elmPartiallyObscured":
                scrolled += node["target"]
            elif "<text" not in node["html"] and "<tspan" not in node["html"]:  # chartText() judges these.
                yield f"axe color-contrast: {' '.join(map(str, node['target']))}: cannot tell: {reason['message']}"
    yield from browser.call("textContrast", scrolled)
