"""Asks a server for more than it can answer, and measures what is left for those who watch it.

python3 pressure.py URL PID SECONDS STATISTIC COMMAND…

500 slow clients (half of them send a request byte by byte, half read a long answer a little at a time), eight that ask
for long ranges of every index, four for a remote read, and COMMAND, which makes a report, again and again: all at once, for
SECONDS. Meanwhile another process scrapes and asks for /health. Prints a line of JSON: quantiles in milliseconds, memory
in bytes, and what the clients were answered.
"""

import asyncio
import collections
import http.client
import json
import multiprocessing
import os
import subprocess
import sys
import time
import urllib.parse

from remote_read import field, snappy_literals

SLOW, HEAVY, READS = 500, 8, 4
# Seconds between two scrapes or questions for health.
PAUSE = 0.02


class Load:
    """Every client of the load; `answers` counts statuses by kind."""

    def __init__(self, address, statistic):
        self.host, self.port = address.hostname, address.port
        end = int(time.time()) // 3600 * 3600
        self.range = (end - 365 * 86400, end)
        query = {"statistic": statistic, "index": "*", "start": self.range[0], "end": end}
        self.ranges = "/api/v1/range?" + urllib.parse.urlencode(query | {"step": "1d"})
        self.long = "/api/v1/range?" + urllib.parse.urlencode(query | {"top": 100})
        self.metric = f"algolia_index_usage_{statistic}"
        self.answers = collections.Counter()

    async def request(self, head, body=b""):
        reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 16)
        writer.write(head.encode() + b"\r\n\r\n" + body)
        return reader, writer

    async def whole(self, kind, head, body=b""):
        """One request, read as fast as it comes."""
        reader, writer = await self.request(f"{head}\r\nHost: {self.host}\r\nConnection: close", body)
        try:
            status = (await reader.readline()).split()
            self.answers[f"{kind} {status[1].decode() if len(status) > 1 else 'cut'}"] += 1
            while await reader.read(1 << 16):
                pass
        finally:
            writer.close()

    async def forever(self, act):
        while True:
            try:
                await act()
            except OSError:
                await asyncio.sleep(0.1)

    def heavy(self):
        return self.whole("range", f"GET {self.ranges} HTTP/1.1")

    def read(self):
        matcher = field(2, b"__name__") + field(3, self.metric.encode())
        query = field(1, self.range[0] * 1000) + field(2, self.range[1] * 1000) + field(3, matcher)
        body = snappy_literals(field(1, query) + field(2, bytes([1])))
        head = f"POST /api/v1/read HTTP/1.1\r\nContent-Encoding: snappy\r\nContent-Length: {len(body)}"
        return self.whole("remote read", head, body)

    async def slow_sender(self):
        _, writer = await asyncio.open_connection(self.host, self.port)
        try:
            for byte in f"GET {self.long} HTTP/1.1\r\nHost: {self.host}\r\nX-Slow: {'x' * 10_000}".encode():
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(1)
        finally:
            writer.close()

    async def slow_reader(self):
        reader, writer = await self.request(f"GET {self.long} HTTP/1.1\r\nHost: {self.host}")
        try:
            while await reader.read(2048):
                await asyncio.sleep(1)
        finally:
            writer.close()

    async def report(self, command):
        process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.answers[f"report {await process.wait()}"] += 1
        finally:
            if process.returncode is None:
                process.kill()

    async def run(self, seconds, command):
        acts = [self.heavy] * HEAVY + [self.read] * READS + [lambda: self.report(command)]
        acts += [self.slow_sender, self.slow_reader] * (SLOW // 2)
        tasks = [asyncio.create_task(self.forever(act)) for act in acts]
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def load(url, seconds, statistic, command, answers):
    clients = Load(urllib.parse.urlsplit(url), statistic)
    asyncio.run(clients.run(seconds, command))
    answers.update(clients.answers)


class Watch:
    """Scrapes and asks for health in turn, on kept connections; one that is closed is opened again, and counts."""

    def __init__(self, url):
        self.address = urllib.parse.urlsplit(url)
        self.connection = None
        self.times = collections.defaultdict(list)
        self.statuses = collections.Counter()

    def ask(self, path):
        begin = time.perf_counter()
        while True:
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection(self.address.hostname, self.address.port, timeout=30)
                self.connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
                answer = self.connection.getresponse()
                answer.read()
                break
            except (http.client.HTTPException, ConnectionError):
                self.connection = None
        self.times[path].append((time.perf_counter() - begin) * 1000)
        self.statuses[answer.status] += 1

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for path in ("/metrics", "/health"):
                self.ask(path)
                time.sleep(PAUSE)
        return self

    def quantiles(self):
        return {
            path: {str(q): round(sorted(times)[min(len(times) - 1, len(times) * q // 100)], 2) for q in (50, 99)}
            | {"max": round(max(times), 2), "count": len(times)}
            for path, times in self.times.items()
        }


def resident(pid, name="VmRSS"):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(name + ":"))


def main():
    url, pid, seconds, statistic, *command = sys.argv[1:]
    pid, seconds = int(pid), float(seconds)
    idle = Watch(url).run(3).quantiles()
    rest = resident(pid)
    # What the process has needed so far is none of this.
    with open(f"/proc/{pid}/clear_refs", "w", encoding="ascii") as file:
        file.write("5")
    with multiprocessing.Manager() as manager:
        answers = manager.dict()
        clients = multiprocessing.Process(target=load, args=(url, seconds, statistic, command, answers))
        clients.start()
        time.sleep(min(3, seconds / 4))
        watch = Watch(url).run(seconds - min(3, seconds / 4) - 1)
        clients.join()
        answers = dict(answers)
    peak = resident(pid, "VmHWM")
    left = time.monotonic()
    while resident(pid) > rest * 1.2 and time.monotonic() - left < 60:
        time.sleep(0.2)
    print(
        json.dumps(
            {
                "idle": idle,
                "beside": watch.quantiles(),
                "statuses": dict(watch.statuses),
                "answers": answers,
                "memory": {"idle": rest, "peak": peak, "after": resident(pid), "seconds": round(time.monotonic() - left, 1)},
                "processors": os.cpu_count(),
            }
        )
    )


if __name__ == "__main__":
    main()
