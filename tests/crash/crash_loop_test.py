"""A record that the program dies of must not end it for ever. LEAT names leat_planted."""

import os
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
from program import WORDS, Client, ProgramTest, leat  # noqa: E402

STARTS_MAX = 8
SQL = WORDS.replace("n INT", "n INT, note STRING")


class CrashLoop(ProgramTest):
    sql = SQL + "CREATE STREAM doubled AS SELECT word, n * 2 AS twice FROM words;\n"

    def setUp(self):
        os.environ["PLANTED_BUG"] = "crash"  # of a record with "poison" in its value
        self.addCleanup(os.environ.pop, "PLANTED_BUG")
        super().setUp()

    def start_until_it_lives(self):
        """Starts it, as whoever watches over a service does; returns how often it died."""
        for deaths in range(STARTS_MAX):
            try:
                self.server.start(timeout=3)
            except RuntimeError:
                pass  # it died, or its views are not level, since a query has failed
            time.sleep(0.3)
            if self.server.process.poll() is None:
                self.client = Client(self.server.port)
                return deaths
        self.fail(f"it still dies after {STARTS_MAX} starts:\n{self.server.output()}")

    def add_poison(self):
        """Among others, while no server runs: a POST may die before its record is durable."""
        self.server.stop()
        lines = ['{"word": "a", "n": 1}'] * 20
        lines.insert(7, '{"word": "a", "n": 1000, "note": "poison"}')
        done = leat("produce", "words", "--key", "word", "--data", self.data, stdin="\n".join(lines) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_is_passed_over_after_a_few_deaths_and_everything_else_counts_once(self):
        self.total("a", self.post("words", {"key": "a", "value": {"n": 5}})["position"])
        self.add_poison()
        self.assertGreaterEqual(self.start_until_it_lives(), 2)
        end = self.post("words", {"key": "a", "value": {"n": 1}})["position"]
        self.assertEqual(self.total("a", end), {"total": 26, "count": 22})
        self.assertEqual(sum(self.client.end_offsets("doubled")), 22)
        letters = list(self.client.records("app-dead-letters"))
        self.assertEqual(len(letters), 2, letters)  # one of each query that reads it
        for letter in letters:
            self.assertIn("poison", str(letter["value"]))
            self.assertEqual(letter["headers"]["leat.error.topic"], "words")
            self.assertIn("died", letter["headers"]["leat.error.message"])
        self.server.kill()
        self.start_again()
        self.assertEqual(self.total("a", end), {"total": 26, "count": 22})
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(leat("verify", self.data).returncode, 0)

    def test_with_the_policy_fail_the_query_stops_and_the_program_lives(self):
        self.server.stop()
        self.file.write_text("SET 'errors.policy' = 'fail';\n" + SQL)
        self.data = self.path / "other"
        self.server.command[self.server.command.index("--data") + 1] = str(self.data)
        self.start_again()
        self.add_poison()
        self.assertGreaterEqual(self.start_until_it_lives(), 2)
        query = next(q for q in self.client.get("/v1/queries")["rows"] if q["id"] == "totals")
        self.assertEqual(query["state"], "failed")
        self.client.connection.close()


if __name__ == "__main__":
    unittest.main()
