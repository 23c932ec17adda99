"""Runs the samples of Markdown files, and compares what they print with what the files show, by shape.

    samples.py BINARY ADDRESS LOG FILE…

The working directory has the demo's history as data/demo.db and data/history.db, an exporter.yml, the files that configurations name,
and first/, where nothing was started yet. ADDRESS is the demo's host and port, which stands for 127.0.0.1:9914; LOG is its log.

    sh                      is run; a text, json or csv block right after it is what it prints, errors included
    sql                     is run by sqlite3 on data/demo.db; likewise
    promql                  is parsed by promtool, each query as a rule; its metrics exist
    yaml                    is loaded by what reads it: BINARY, promtool, the chart's values. A text block right after it is
                            the errors that `check` prints
    nginx, ini              are accepted by nginx and systemd
    log                     is in LOG or in the sources

A block in any other language, or one that belongs to nothing that runs here, fails unless a comment before it excludes it:
`<!-- sample: not run, REASON -->`. Its flags of BINARY must exist all the same, and its JSON and YAML be valid. With
`<!-- sample: before the first start -->` a block is run in first/. Only the programs in SAFE are run, and only ADDRESS is asked.

A shape is the text without what differs from day to day: numbers, dates, values of labels, rows of tables.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter

import yaml

import log_lines

SAFE = set(
    "algolia-exporter .build/release/algolia-exporter curl jq sqlite3 promtool head tail grep sort date mkfifo gzip wait".split()
)
OUTPUTS = {"text", "json", "csv"}
# Keys of JSON whose texts are the same on every day.
FIXED = {"aggregate", "api", "granularity", "group", "kind", "limit", "shape", "statistic", "unit"}
BLOCK = re.compile(
    r"(?:<!-- (?:sample: not run, (?P<reason>[^>]+?)|modules: (?P<drawn>[^>]+?)|sample: (?P<first>before the first start)) -->\n)?"
    r"^ *```(?P<language>\w*)\n(?P<body>.*?)^ *```$",
    re.MULTILINE | re.DOTALL,
)
# Nothing listens there: what `check` asks fails at once, and reaches nobody.
UNREACHABLE = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
HASH = "$2y$10$abcdefghijklmnopqrstuuJ1l3bWjOOUwE3b4W9tN1TE0Ns7OeXG2"


class Stale(Exception):
    """Why a sample is not what it shows."""


def run(command, **arguments):
    try:
        return subprocess.run(
            command, capture_output=True, text=True, timeout=900, stdin=subprocess.DEVNULL, **arguments
        )
    except subprocess.TimeoutExpired:
        raise Stale("did not end within 900 s; exclude it if it serves") from None


def commands(body):
    """The words of each command of a shell block."""
    body = re.sub(r"\\\n\s*", " ", re.sub(r"(?m)(^|\s)#.*$", "", body))
    inside = re.findall(r"\$\(([^()]*)\)", body)
    bare = re.sub(r"'[^']*'|\"[^\"]*\"", "''", re.sub(r"\$\([^()]*\)", "", body))
    for command in re.split(r"[|;&\n]+", "\n".join([bare, *inside])):
        words = re.sub(r"[<>]\S+", "", command).split()
        while words and re.match(r"(export|\w+=\S*)$", words[0]):
            words.pop(0)
        if words:
            yield words


def foreign(body):
    """The first thing in a shell block that must not be run here; None when all of it may be."""
    for address in re.findall(r"https?://[^/'\"\s]+", re.sub(r"(?m)(^|\s)#.*$", "", body)):
        if address != "http://127.0.0.1:9914":
            return address
    return next((words[0] for words in commands(body) if words[0] not in SAFE), None)


HELP = {}


def flags_exist(body, binary):
    """Each command of the program, also one that is not run, exists with its flags."""
    for words in commands(body):
        if os.path.basename(words[0]) != "algolia-exporter":
            # Behind `docker run … IMAGE` and the like.
            if "algolia-exporter" not in words[1:] or words[0] not in ("docker", "kubectl"):
                continue
            words = words[len(words) - words[::-1].index("algolia-exporter") - 1 :]
        name = [word for word in words[1:3] if re.fullmatch(r"[a-z]+", word)]
        if name[:1] == ["help"]:
            continue
        name = tuple(name if name[:1] == ["db"] else name[:1]) or ("serve",)
        if name not in HELP:
            done = run([binary, "help", *name])
            HELP[name] = done.stdout if done.returncode == 0 and "USAGE" in done.stdout else ""
        for word in words[1:]:
            flag = re.match(r"--[\w.-]+", word)
            if HELP[name] and flag and not re.search(re.escape(flag[0]) + r"(?![\w.-])", HELP[name]):
                raise Stale(f"{' '.join(name)} has no {flag[0]}")


# MARK: Shapes


# `Sun, 22 Nov 2026`, `22 November`, `Nov 2026`.
NAMED_DATE = re.compile(
    r"\b(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?(?:\d{1,2} )?"
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:[a-z]* \d{4}\b|(?<=\d [A-Z][a-z]{2})\b)"
)


def plain(line):
    line = re.sub(r'([{,]\w+)="(?:[^"\\]|\\.)*"', r'\1="…"', line.rstrip())
    line = re.sub(r"\b\d{4}_[a-z_]+", "MIGRATION", line)
    line = re.sub(r"\d{4}-\d\d-\d\d(T[\d:.]+Z?)?", "DATE", line)
    line = re.sub(NAMED_DATE, "DATE", line)
    line = re.sub(r"[+-]?\d+([.,]\d+)*(e[+-]?\d+)?", "N", line)
    return re.sub(r"\s+", " ", line)


def form(value):
    """The keys and types of a JSON value, and its fixed texts. What is null on one day may be a number on another."""
    if isinstance(value, dict):
        # Servers and regions as keys come and go.
        if value and all(re.search(r"\d", key) for key in value):
            return {"…": merged(map(form, value.values()))}
        return {key: item if key in FIXED and isinstance(item, str) else form(item) for key, item in value.items()}
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


class Samples:
    def __init__(self, binary, address, log):
        self.binary, self.address, self.log = binary, address, pathlib.Path(log).read_text()
        self.metrics = set(re.findall(r"(?m)^(\w+)", self.get("/metrics")))
        for statistic in json.loads(self.get("/api/v1/statistics"))["statistics"]:
            self.metrics |= set(statistic["metrics"])

    def get(self, path):
        with urllib.request.urlopen(f"http://{self.address}{path}") as answer:
            return answer.read().decode()

    def sh(self, body, shown, folder):
        if name := foreign(body):
            raise Stale(f"would run or reach {name}; exclude it with a reason")
        done = subprocess.run(
            ["bash", "-euc", body.replace("127.0.0.1:9914", self.address)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, stdin=subprocess.DEVNULL, cwd=folder,
        )
        if done.returncode != 0 and not (shown or "").startswith("error: "):
            raise Stale(f"status {done.returncode}: {done.stdout.strip()}")
        # MYAPPID stands for the reader's application.
        return done.stdout.replace(self.address, "127.0.0.1:9914").replace("DEMOAPP2", "MYAPPID")

    def sql(self, body, shown, folder):
        done = run(["sqlite3", "-readonly", "-header", "-column", "data/demo.db", body])
        if done.returncode != 0:
            raise Stale(done.stderr.strip())
        return done.stdout

    def promql(self, body, shown, folder):
        # A line that is not indented and does not close a parenthesis begins a query.
        queries = re.split(r"\n(?=[^\s)])", re.sub(r"(?m)^#.*\n?|^\n", "", body).strip())
        if unknown := set(re.findall(r"\balgolia_\w+", " ".join(queries))) - self.metrics:
            raise Stale(f"no such metric: {', '.join(sorted(unknown))}")
        rules = [{"record": f"sample:query:{n}", "expr": query} for n, query in enumerate(queries)]
        judged(["promtool", "check", "rules"], yaml.safe_dump({"groups": [{"name": "samples", "rules": rules}]}))

    def configurations(self, body, shown, folder):
        keys, title = set(parsed_yaml(body)), body.split("\n")[0]
        if title.startswith("# prometheus.yml") or keys & {"scrape_configs", "rule_files", "alerting", "remote_read"}:
            judged(["promtool", "check", "config", "--syntax-only"], body)
        elif title.startswith("# values.yaml"):
            self.chart_values(body)
        elif keys & {"tls_server_config", "http_server_config", "basic_auth_users"}:
            self.web_configuration(body)
        elif keys & {"applications", "endpoints", "polling", "backfill", "storage", "metrics", "proxy", "reports", "remote_write"}:
            return self.configuration(body, shown)
        else:
            raise Stale(f"nothing here reads {', '.join(sorted(keys))}; exclude it with a reason")
        return None

    def configuration(self, body, shown):
        """The errors of an exporter.yml; it must load when none are shown."""
        pathlib.Path("sample.yml").write_text(body)
        done = run([self.binary, "check", "--config.file=sample.yml", "--storage.path=data/new.db"], env={**os.environ, **UNREACHABLE})
        answer = (done.stdout + done.stderr).replace("sample.yml", "exporter.yml")
        # Keys and receivers are not there; that is said of each, and not of the file. A part of a file names no application.
        loaded = re.search(r"(?m)^(ok    configuration: exporter.yml|FAIL  configuration: exporter.yml names no application$)", answer)
        if not shown and not loaded:
            raise Stale(answer.strip())
        return answer

    def web_configuration(self, body):
        pathlib.Path("sample-web.yml").write_text(body.replace("$2y$10$…", HASH))
        with open("web.log", "w+", encoding="utf-8") as log:
            server = subprocess.Popen(
                [self.binary, "serve", "--config.file=first/exporter.yml", "--storage.path=data/web.db",
                 "--web.config.file=sample-web.yml", "--web.listen-address=127.0.0.1:0"],
                stderr=log, env={**os.environ, **UNREACHABLE},
            )
            try:
                deadline = time.monotonic() + 300
                while server.poll() is None and time.monotonic() < deadline:
                    if "listening on https://" in pathlib.Path("web.log").read_text():
                        return
                    time.sleep(0.1)
            finally:
                server.kill()
                server.wait()
            raise Stale(pathlib.Path("web.log").read_text().strip())

    def chart_values(self, body):
        def known(sample, values, path):
            for key, value in sample.items():
                if key not in values:
                    raise Stale(f"the chart has no value {path}{key}")
                if isinstance(value, dict) and isinstance(values[key], dict) and values[key]:
                    known(value, values[key], f"{path}{key}.")

        values = parsed_yaml(body)
        chart = yaml.safe_load(pathlib.Path("deploy/helm/algolia-exporter/values.yaml").read_text())
        configuration = values.pop("config", None)
        known(values, chart, "")
        if configuration:
            self.configuration(yaml.safe_dump(configuration), None)

    def nginx(self, body, shown, folder):
        with tempfile.TemporaryDirectory(dir=".") as scratch:
            scratch = os.path.abspath(scratch)
            paths = "".join(f"{name}_temp_path {scratch}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
            path = os.path.join(scratch, "nginx.conf")
            pathlib.Path(path).write_text(
                f"pid {scratch}/pid; error_log {scratch}/log; events {{}}\n"
                f"http {{ access_log off; {paths} server {{ listen 127.0.0.1:9913; {body} }} }}\n"
            )
            done = run(["nginx", "-t", "-q", "-c", path])
            if done.returncode != 0:
                raise Stale(done.stderr.strip())

    def ini(self, body, shown, folder):
        """A unit that its first line names, or an addition to the service."""
        flags_exist("\n".join(re.findall(r"(?m)^ExecStart=((?:.*\\\n)*.*)$", body)), self.binary)
        with tempfile.TemporaryDirectory(dir=".") as scratch:
            scratch = pathlib.Path(os.path.abspath(scratch))
            named = re.match(r"# (\S+)\n", body)
            addition = scratch / "algolia-exporter.service.d"
            addition.mkdir()
            service = pathlib.Path("deploy/systemd/algolia-exporter.service").read_text()
            for path, text in (
                (scratch / "algolia-exporter.service", service),
                (scratch / named[1] if named else addition / "sample.conf", body),
            ):
                # The program need not be installed where this runs.
                path.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text))
            names = ["algolia-exporter.service", *([named[1]] if named else [])]
            done = run(["systemd-analyze", "verify", *names], cwd=scratch, env={**os.environ, "SYSTEMD_UNIT_PATH": f"{scratch}:"})
            # Only what it says of this unit: the machine's own units are not ours.
            if complaints := [line for line in done.stderr.splitlines() if "algolia-exporter" in line]:
                raise Stale("\n".join(complaints))

    def log_lines(self, body, shown, folder):
        written = {logfmt(line) for line in self.log.splitlines()}
        for line in body.splitlines():
            if "msg=" in line:
                if logfmt(line) not in written:
                    raise Stale(f"no line of the demo's log is like it: {line}")
            elif not log_lines.found(line, log_lines.texts(log_lines.sources(pathlib.Path(".")))):
                raise Stale(f"not in the sources: {line}")



def logfmt(line):
    """The keys of a line of the log, with its level and message."""
    pairs = re.findall(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)', line)
    return tuple((key, value if key in ("level", "msg") else "") for key, value in pairs)


def parsed_yaml(body):
    try:
        return yaml.safe_load(body)
    except yaml.YAMLError as error:
        raise Stale(str(error)) from None


def judged(command, text):
    with tempfile.NamedTemporaryFile("w", suffix=".yml", dir=".", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        done = run([*command, file.name])
    if done.returncode != 0:
        raise Stale((done.stdout + done.stderr).strip())


def main(binary, address, log, *paths):
    samples = Samples(binary, address, log)
    runners = {
        "sh": samples.sh, "sql": samples.sql, "promql": samples.promql, "yaml": samples.configurations,
        "nginx": samples.nginx, "ini": samples.ini, "log": samples.log_lines,
    }
    failed, excluded = False, Counter()
    for path in paths:
        # A block in four backticks shows how a block is written.
        text = re.sub(r"(?ms)^````.*?^````$", lambda block: "\n" * block[0].count("\n"), pathlib.Path(path).read_text())
        blocks, counts = list(BLOCK.finditer(text)), Counter()
        if rest := re.search(r"(?m)^ *(```|~~~).*$|<!-- sample:.*", BLOCK.sub("", text)):
            failed = True
            print(f"FAIL  {path}: belongs to no block: {rest[0]}")
        output = None
        for block, after in zip(blocks, [*blocks[1:], None]):
            if block is output:
                continue
            language, body = block["language"], block["body"]
            follows = after and not text[block.end() : after.start()].strip()
            printed_by = follows and language in runners and after["language"] in OUTPUTS and not after["reason"]
            output = after if printed_by else None
            try:
                if language == "sh":
                    flags_exist(body, binary)
                if reason := block["reason"] or block["drawn"]:
                    # What it prints is excluded with it.
                    if language == "json":
                        json.loads(body)
                    if language == "yaml":
                        parsed_yaml(body)
                    excluded[reason] += 1
                    counts["excluded"] += 1
                    continue
                if language not in runners:
                    raise Stale("is of no kind that is run, and follows no command; exclude it with a reason")
                folder = "first" if block["first"] else "."
                shown = output and output["body"]
                printed = runners[language](body, shown, folder)
                if output:
                    compare(output["language"], shown, printed or "")
                    counts["compared"] += 1
                else:
                    counts["run" if language in ("sh", "sql") else "accepted"] += 1
            except (Stale, json.JSONDecodeError, subprocess.TimeoutExpired) as error:
                failed = True
                line = text[: block.start("body")].count("\n")
                print(f"FAIL  {path}:{line}: {language}: {error}\n        {body.splitlines()[0]}")
        if counts:
            print(f"ok    {os.path.relpath(path)}: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
    print(f"      not run: {sum(excluded.values())}")
    for reason, n in excluded.most_common():
        print(f"      {n} {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
