"""A folder and the processes that work in it. With the run, the processes end and the folder goes."""

import http.client
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

# Nothing here leaves the machine, whatever proxy the environment names.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Workshop:
    """A context: `with Workshop(None) as workshop`.

    `kept`: a folder that outlives the run; None for a temporary one.
    """

    def __init__(self, kept):
        self.is_kept = kept is not None
        self.folder = pathlib.Path(kept or tempfile.mkdtemp(prefix="bench-peers-")).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.processes = []

    def __enter__(self):
        # They end the run as Ctrl-C does: through __exit__.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: sys.exit(128 + number))
        return self

    def __exit__(self, *_):
        for process in list(self.processes):
            self.stop(process)
        if not self.is_kept:
            shutil.rmtree(self.folder)

    def start(self, name, *command):
        """Starts a program in the background; what it says goes to NAME.log."""
        with open(self.folder / f"{name}.log", "ab") as log:
            process = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def stop(self, process):
        self.processes.remove(process)
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wait_for(self, url, seconds=120, is_done=lambda body: True, headers={}):
        """Asks until the answer is 200 and `is_done` accepts it; returns it. Ends the run when a process has ended."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                body = get(url, headers)
                if is_done(body):
                    return body
            except (OSError, http.client.HTTPException):
                pass
            ended = [process.args for process in self.processes if process.poll() is not None]
            if ended or time.monotonic() > deadline:
                raise SystemExit(f"{url} is not ready: {f'{ended} ended' if ended else f'{seconds} s have passed'}")
            time.sleep(0.05)

    def run(self, *command):
        """Runs a program to its end, and returns what it printed. Raises with its errors when it fails."""
        ended = subprocess.run(list(map(str, command)), capture_output=True, text=True)
        if ended.returncode:
            raise SystemExit(
                f"{command[0]} failed with {ended.returncode}: {ended.stderr[-2000:] or ended.stdout[-2000:]}"
            )
        return ended.stdout


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def get(url, headers={}):
    """The body of the answer, as it came: compressed when `headers` allow it."""
    with opener.open(urllib.request.Request(url, headers=headers), timeout=120) as answer:
        return answer.read()


def resident(process):
    """Resident bytes of a process."""
    for line in open(f"/proc/{process.pid}/status", encoding="ascii"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"process {process.pid} has ended")


def size(folder):
    """Bytes of the files below a folder."""
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file())
