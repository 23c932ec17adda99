"""Runs the samples of Markdown files, and compares what they print with what the files show, by shape.

    samples.py BINARY ADDRESS FILE…

The working directory has the demonstration's history as data/demo.db, and an exporter.yml. ADDRESS is the demonstration's host and
port, which stands for 127.0.0.1:9914.

    sh                      is run; a text, json or csv block right after it is what it prints
    sql                     is run by sqlite3 on data/demo.db; likewise
    promql                  is parsed by promtool, each query as a rule
    yaml                    is parsed; `# prometheus.yml` by promtool, `# exporter.yml` by BINARY, whose errors a text block right
                            after it shows

`<!-- sample: not run, REASON -->` before a block excludes it. Only the programs in SAFE are run: what names another one, or another
address, has to be excluded. A shape is the text without what differs from day to day: numbers, dates, values of labels, rows of
tables.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter

import yaml

SAFE = set(
    "algolia-exporter .build/release/algolia-exporter curl jq sqlite3 promtool head tail grep sort date mkfifo gzip wait".split()
)
OUTPUTS = {"text", "json", "csv"}
BLOCK = re.compile(
    r"(?:<!-- sample: not run, (?P<reason>[^>]+?) -->\n)?^(?P<indent> *)```(?P<language>\w*)\n(?P<body>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)


class Stale(Exception):
    """Why a sample is not what it shows."""


def run(command, **arguments):
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **arguments
        )
    except subprocess.TimeoutExpired:
        raise Stale("did not end within 120 s; exclude it if it serves") from None


def foreign(body):
    """The first thing in a shell block that must not be run here; None when all of it may be."""
    body = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)(^|\s)#.*$", "", body))
    for address in re.findall(r"https?://[^/'\"\s]+", body):
        if address != "http://127.0.0.1:9914":
            return address
    inside = re.findall(r"\$\(([^()]*)\)", body)
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", re.sub(r"\$\([^()]*\)", "", body))
    for command in re.split(r"[|;&\n]+", "\n".join([bare, *inside])):
        words = re.sub(r"[<>]\S+", "", command).split()
        while words and re.match(r"(export|\w+=\S*)$", words[0]):
            words.pop(0)
        if words and words[0] not in SAFE:
            return words[0]
    return None


# MARK: Shapes


def plain(line):
    line = re.sub(r'([{,]\w+)="(?:[^"\\]|\\.)*"', r'\1="…"', line.rstrip())
    line = re.sub(r"\b\d{4}_[a-z_]+", "MIGRATION", line)
    line = re.sub(r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?", "DATE", line)
    line = re.sub(r"[+-]?\d+([.,]\d+)*(e[+-]?\d+)?", "N", line)
    return re.sub(r"\s+", " ", line)


def form(value):
    """The keys and types of a JSON value. What is null on one day may be a number on another."""
    if isinstance(value, dict):
        # Servers and regions as keys come and go.
        if value and all(re.search(r"\d", key) for key in value):
            return {"…": merged(map(form, value.values()))}
        return {key: form(item) for key, item in value.items()}
    if isinstance(value, list):
        return [merged(map(form, value))] if value else []
    if value is None or isinstance(value, bool):
        return None if value is None else "boolean"
    return "number" if isinstance(value, (int, float)) else "text"


def merged(forms):
    result = None
    for one in forms:
        if isinstance(one, dict) and isinstance(result, dict):
            result = {key: merged([result.get(key), one.get(key)]) for key in {**result, **one}}
        elif isinstance(one, list) and isinstance(result, list):
            result = [merged([*result, *one])] if result or one else []
        elif result is None:
            result = one
    return result


def differing(shown, printed, path="."):
    if shown is None or printed is None or [] in (shown, printed):
        return None
    if isinstance(shown, dict) and isinstance(printed, dict):
        if shown.keys() != printed.keys():
            return f"keys of {path}: {sorted(shown)} shown, {sorted(printed)} printed"
        return next(filter(None, (differing(shown[key], printed[key], f"{path}{key}.") for key in shown)), None)
    if isinstance(shown, list) and isinstance(printed, list):
        return differing(shown[0], printed[0], path + "[]")
    return None if shown == printed else f"{path}: {shown} shown, {printed} printed"


def documents(text):
    """The form of a JSON document, or of several, one a line."""
    try:
        return form(json.loads(text))
    except json.JSONDecodeError:
        return merged([form(json.loads(line)) for line in text.splitlines()])


def table(lines):
    """The header and the columns of what sqlite3 prints; None for another text."""
    if len(lines) > 2 and re.fullmatch(r"[- ]+", lines[1]):
        return lines[0].split(), len(lines[1].split())
    return None


def compare(language, shown, printed):
    shown, printed = shown.rstrip("\n"), printed.replace("\r\n", "\n").rstrip("\n")
    if not printed:
        raise Stale("printed nothing")
    lines, others = shown.split("\n"), printed.split("\n")
    if language == "csv":
        if lines[0] != others[0]:
            raise Stale(f"columns: {lines[0]} shown, {others[0]} printed")
    elif language == "json":
        if difference := differing(documents(shown), documents(printed)):
            raise Stale(difference)
    elif table(lines) or table(others):
        if table(lines) != table(others):
            raise Stale(f"columns: {table(lines)} shown, {table(others)} printed")
    else:
        one, two = ([line for line in text if not line.startswith(("{", "["))] for text in (lines, others))
        if lines != one:
            objects = ("\n".join(line for line in text if line.startswith(("{", "["))) for text in (lines, others))
            compare("json", *objects)
        one, two = ({plain(line) for line in text} for text in (one, two))
        if one != two:
            raise Stale(f"only shown: {sorted(one - two)}; only printed: {sorted(two - one)}")


# MARK: Blocks


def shell(body, binary, address):
    if name := foreign(body):
        raise Stale(f"would run or reach {name}; exclude it with a reason")
    done = run(["bash", "-euc", body.replace("127.0.0.1:9914", address)])
    if done.returncode != 0:
        raise Stale(f"status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout.replace(address, "127.0.0.1:9914")


def sql(body, binary, address):
    done = run(["sqlite3", "-readonly", "-header", "-column", "data/demo.db", body])
    if done.returncode != 0:
        raise Stale(done.stderr.strip())
    return done.stdout


def promql(body, binary, address):
    # A line that is not indented and does not close a parenthesis begins a query.
    queries = re.split(r"\n(?=[^\s)])", re.sub(r"(?m)^#.*\n?|^\n", "", body).strip())
    rules = [{"record": "sample:query:one", "labels": {"n": str(n)}, "expr": query} for n, query in enumerate(queries)]
    return judged(["promtool", "check", "rules"], yaml.safe_dump({"groups": [{"name": "samples", "rules": rules}]}))


def configuration(body, binary, address):
    try:
        list(yaml.safe_load_all(body))
    except yaml.YAMLError as error:
        raise Stale(str(error)) from None
    if body.startswith("# prometheus.yml\n"):
        return judged(["promtool", "check", "config", "--syntax-only"], body)
    if body.startswith("# exporter.yml\n") or re.search(r"(?m)^(applications|polling|metrics|proxy|reports):", body):
        with open("sample.yml", "w", encoding="utf-8") as file:
            file.write(body)
        done = run([binary, "db", "info", "--config.file=sample.yml", "--storage.path=data/demo.db"])
        # Only the keys are missing here.
        return "".join(
            line.replace("sample.yml", "exporter.yml") + "\n"
            for line in done.stderr.splitlines()
            if done.returncode != 0
        )
    return ""


def judged(command, text):
    with tempfile.NamedTemporaryFile("w", suffix=".yml", dir=".", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = run([*command, file.name])
    if done.returncode != 0:
        raise Stale((done.stdout + done.stderr).strip())
    return ""


RUNNERS = {"sh": shell, "sql": sql, "promql": promql, "yaml": configuration}


def main(binary, address, *paths):
    failed, excluded = False, Counter()
    for path in paths:
        text = open(path, encoding="utf-8").read()
        blocks = list(BLOCK.finditer(re.sub(r"(?s)^````.*?^````$", "", text, flags=re.MULTILINE)))
        counts, skip = Counter(), False
        for block, after in zip(blocks, [*blocks[1:], None]):
            language, body = block["language"], block["body"]
            if skip:
                skip = False
                continue
            between = block.string[block.end() : after.start()] if after else "."
            shown = after if after and after["language"] in OUTPUTS and not between.strip() and not after["reason"] else None
            if block["reason"]:
                excluded[block["reason"]] += 1
                counts["excluded"] += 1
                # What it prints is excluded with it.
                skip = shown is not None and language in RUNNERS
                continue
            try:
                if language in OUTPUTS:
                    raise Stale("follows no command; exclude it with a reason")
                if language not in RUNNERS:
                    continue
                printed = RUNNERS[language](body, binary, address)
                if shown:
                    compare(shown["language"], shown["body"], printed)
                    counts["compared"] += 1
                    skip = True
                else:
                    if language == "yaml" and printed:
                        raise Stale(printed)
                    counts["run" if language in ("sh", "sql") else "parsed"] += 1
            except (Stale, json.JSONDecodeError) as error:
                failed = True
                line = block.string[: block.start("body")].count("\n")
                print(f"FAIL  {path}:{line}: {language}: {error}\n        {body.splitlines()[0]}")
                skip = shown is not None and language in RUNNERS
        if counts:
            print(f"ok    {os.path.relpath(path)}: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    print(f"      not run: {sum(excluded.values())}")
    for reason, n in excluded.most_common():
        print(f"      {n} {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
