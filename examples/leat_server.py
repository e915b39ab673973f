"""A Leat server as a child process, and a plain HTTP client for it. Standard library only."""

import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.parse
from decimal import Decimal

ROOT = pathlib.Path(__file__).resolve().parent.parent
PROGRAM = pathlib.Path(os.environ.get("LEAT", ROOT / "build" / "release" / "leat"))


def free_port(wanted=0):
    """The wanted port when nobody has it, else any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Refused(Exception):
    """The server answered with a problem document."""

    def __init__(self, status, problem):
        super().__init__(f"HTTP {status}: {problem.get('detail', problem)}")
        self.status = status
        self.problem = problem


class Client:
    """One kept-alive connection. Raises OSError or HTTPException when it breaks, Refused for problem documents."""

    def __init__(self, port, timeout=30):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def call(self, method, path, body=None, headers=None):
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        try:
            self.connection.request(method, path, data, headers or {})
            response = self.connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()  # the next call connects anew
            raise
        answer = json.loads(text, parse_float=Decimal)  # no amount passes through a double
        if response.status != 200:
            raise Refused(response.status, answer)
        return answer

    def get(self, path, **parameters):
        query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
        return self.call("GET", path + query)

    def post(self, path, body, headers=None):
        return self.call("POST", path, body, headers)

    def records(self, topic):
        """All records of a topic, partition by partition."""
        for partition in self.get(f"/v1/topics/{topic}")["partitions"]:
            at = partition["start"]
            while at < partition["end"]:
                page = self.get(f"/v1/topics/{topic}/records", partition=partition["partition"], max=10000, **{"from": at})
                yield from page["rows"]
                at = page["next"]

    def end_offsets(self, topic):
        return [p["end"] for p in self.get(f"/v1/topics/{topic}")["partitions"]]


class LeatServer:
    """`leat run` on a data directory; started, killed and started again on one port."""

    def __init__(self, sql, data, port, threads=2):
        self.command = [str(PROGRAM), "run", str(sql), "--data", str(data),
                        "--listen", f"127.0.0.1:{port}", "--threads", str(threads)]
        self.port = port
        self.log = open(f"{data}.log", "ab")
        self.process = None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, timeout=30):
        """Returns the seconds from the start of the process until its views stand at the log's end."""
        begin = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)
        while time.monotonic() - begin < timeout:
            if self.process.poll() is not None:
                raise RuntimeError(f"leat ended with exit code {self.process.returncode}:\n{self.output()}")
            client = Client(self.port)
            try:
                client.get("/readyz")
                return time.monotonic() - begin
            except (OSError, http.client.HTTPException, Refused):
                time.sleep(0.002)
            finally:
                client.connection.close()
        raise RuntimeError(f"leat was not ready within {timeout} s:\n{self.output()}")

    def kill(self):
        """SIGKILL: what a crash is to the process."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """SIGTERM: commits, unlocks, exits; returns the exit code."""
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def output(self):
        return pathlib.Path(self.log.name).read_text(errors="replace")


def run_leat(*arguments):
    """A command of the program; returns what it printed. Raises when it fails."""
    done = subprocess.run([str(PROGRAM), *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"leat {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout


class Checks:
    """Promises that are held against what happened; prints each."""

    def __init__(self):
        self.failed = 0

    def hold(self, promise, held, otherwise=""):
        print(f"  {'held  ' if held else 'BROKEN'}  {promise}{'' if held or not otherwise else ': ' + otherwise}")
        self.failed += 0 if held else 1


def table(headings, rows, right=()):
    """Prints rows in columns; those whose index is in `right` are aligned to the right."""
    texts = [list(map(str, headings))] + [list(map(str, row)) for row in rows]
    widths = [max(len(row[c]) for row in texts) for c in range(len(headings))]
    for number, row in enumerate(texts):
        cells = [text.rjust(width) if c in right else text.ljust(width)
                 for c, (text, width) in enumerate(zip(row, widths))]
        print("  " + "  ".join(cells).rstrip())
        if number == 0:
            print("  " + "  ".join("─" * width for width in widths))


def serve_until_signal(ready=None):
    """Waits for Ctrl-C or SIGTERM; makes the file `ready`, if any, to say that it does."""
    stop = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.append(1))
    if ready:
        ready.touch()
    while not stop:
        time.sleep(0.2)


def exit_on_sigterm():
    """SIGTERM unwinds the program, so that what it started is ended too."""
    def leave(*_):
        raise SystemExit(143)
    signal.signal(signal.SIGTERM, leave)
