"""Compares docs/troubleshooting.md with the log lines in the sources.

    log_lines.py ROOT

Each line that the page quotes is in the sources, and each warning and error of the sources is on the page. `…` on the page stands
for what is interpolated.
"""

import pathlib
import re
import sys

LITERAL = re.compile(r'"""\n(?P<long>.*?)"""|"(?P<short>(?:[^"\\\n]|\\.)*)"', re.DOTALL)


def closed(text, start):
    """The end of the parenthesis that opens at `start`."""
    depth = 0
    for position in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    return len(text)


def flat(source):
    """Swift without interpolations, each of which becomes `…`; parts of one text are joined."""
    while (start := source.find("\\(")) >= 0:
        source = source[:start] + "…" + source[closed(source, start + 1) :]
    source = re.sub(r"\\\n\s*", "", source)
    return re.sub(r'"\s*\+\s*"', "", source)


def literals(text):
    for found in LITERAL.finditer(text):
        yield re.sub(r"\s+", " ", found["long"] or found["short"] or "").strip()


def pieces(text):
    return [piece for piece in text.split("…") if len(piece.strip(" ;:,.")) >= 10]


def sources(root):
    """All Swift of the program as one text, without interpolations."""
    return "\n".join(flat(path.read_text()) for path in sorted((root / "Sources").rglob("*.swift")))


def texts(source):
    return {text for text in literals(source) if pieces(text)}


def found(quote, known):
    """Whether a line may come from one of the texts."""
    if all(any(piece.strip() in text for text in known) for piece in pieces(quote)):
        return True
    return any(
        re.search(".*".join(re.escape(part) for part in text.split("…")).strip(), quote) for text in known if len(text) > 20
    )


def main(root):
    root = pathlib.Path(root)
    source = sources(root)
    known = texts(source)
    page = (root / "docs/troubleshooting.md").read_text().split("## Log lines")[1]
    quotes = [
        quote
        for line in page.splitlines()
        if line.startswith("| `")
        for _, quote in re.findall(r"(?<!`)(``?)(?!`)(.+?)\1(?!`)", line.split(" | ")[0])
    ]
    failed = False
    for quote in quotes:
        if not pieces(quote) and "…" not in quote:
            print(f"FAIL  too short to look for: {quote}")
            failed = True
        elif not found(quote, known):
            print(f"FAIL  no longer in the sources: {quote}")
            failed = True
    logged = set()
    for call in re.finditer(r"\b[Ll]og(?:ger)?\.(?:warning|error|notice|critical)\(|\bwarn\(\s*\.\w+,", source):
        end = closed(source, source.index("(", call.start()))
        for text in list(literals(source[call.start() : end]))[:1]:
            if pieces(text):
                logged.add(text)
    for text in sorted(logged):
        longest = max(pieces(text), key=len)
        # A quote may be the beginning of a line alone.
        if not any(
            longest.strip(" ;:") in quote or any(len(piece) > 20 and piece in text for piece in pieces(quote))
            for quote in quotes
        ):
            print(f"FAIL  not in docs/troubleshooting.md: {text}")
            failed = True
    if not failed:
        print(f"ok    {len(quotes)} log lines of docs/troubleshooting.md are in the sources, and their {len(logged)} warnings on it")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
