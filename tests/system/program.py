"""What the suites share: a program on a fresh directory, and its commands."""

import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "examples"))
from leat_server import PROGRAM, Client, LeatServer, Refused, free_port  # noqa: E402,F401

WORDS = """
CREATE STREAM words (word STRING KEY, n INT) WITH (kafka_topic='words', value_format='JSON', partitions=2);
CREATE TABLE totals AS SELECT word, SUM(n) AS total, COUNT(*) AS count FROM words GROUP BY word EMIT CHANGES;
"""


def leat(*arguments, stdin=None):
    """Runs a command to its end."""
    return subprocess.run([str(PROGRAM), *map(str, arguments)], input=stdin, capture_output=True, text=True, check=False,
                          timeout=60)


class ProgramTest(unittest.TestCase):
    """A server with the application in `sql`, on a directory of its own."""

    sql = WORDS

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="leat-system-")
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)
        self.file = self.path / "app.sql"
        self.file.write_text(self.sql)
        self.data = self.path / "data"
        self.server = LeatServer(self.file, self.data, free_port())
        self.addCleanup(self.server.stop)
        self.server.start()
        self.client = Client(self.server.port)

    def start_again(self):
        self.server.start()
        self.client = Client(self.server.port)

    def post(self, topic, body, headers=None):
        return self.client.post(f"/v1/topics/{topic}/records", body, headers)

    def refused(self, call, status, code):
        """The problem document of a call that has to be refused."""
        with self.assertRaises(Refused) as raised:
            call()
        self.assertEqual((raised.exception.status, raised.exception.problem["code"]), (status, code))
        for member in ("title", "detail", "hint"):
            self.assertIn(member, raised.exception.problem)
        return raised.exception.problem

    def total(self, word, position):
        """The row of a word in `totals`, not older than a position."""
        return self.client.get(f"/v1/views/totals/{word}", after=position)["rows"][0]["value"]

    def wait_until_level(self, query):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = next(q for q in self.client.get("/v1/queries")["rows"] if q["id"] == query)
            if found["state"] == "running" and found["lag"] == 0:
                return
            time.sleep(0.01)
        self.fail(f"{query} is not level")

    def lines(self, method, path, body=None, when_begun=None):
        """All lines of an answer; `when_begun` is called once the first is there."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request(method, path, None if body is None else json.dumps(body))
        response = connection.getresponse()
        lines = [response.readline().decode().rstrip("\n")]
        if when_begun:
            when_begun()
        return lines + [line.decode().rstrip("\n") for line in response]

    def events(self, path, count, headers=None):
        """The first events of a stream."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        self.addCleanup(connection.close)
        connection.request("GET", path, headers=headers or {})
        response, seen, event = connection.getresponse(), [], {}
        while len(seen) < count:
            name, _, value = response.readline().decode().rstrip("\n").partition(": ")
            if name:
                event[name] = value
            else:
                seen.append(event)
                event = {}
        return seen
