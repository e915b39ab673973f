"""What the suites share: a program on a fresh directory, and its commands."""

import pathlib
import subprocess
import sys
import tempfile
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
