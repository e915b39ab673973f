"""leat dlq: letters as their records were, and sending them again."""

import unittest

from program import ProgramTest, leat

SQL = """
CREATE STREAM s (k INT KEY, w STRING, m DECIMAL(6, 2)) WITH (kafka_topic='s', value_format='JSON', partitions=2);
CREATE TABLE sums AS SELECT w, SUM(m) AS m FROM s GROUP BY w EMIT CHANGES;
CREATE TABLE doubled AS SELECT w, SUM(m + m) AS m FROM s GROUP BY w EMIT CHANGES;
CREATE TABLE again AS SELECT w, SUM(m) AS m FROM s GROUP BY w EMIT CHANGES;
"""


class DeadLetters(ProgramTest):
    sql = SQL

    def leat(self, *arguments):
        return leat(*arguments, "--server", self.server.url)

    def overflow(self, count):
        """`count` records that no SUM can take, each with a header."""
        position = self.post("s", {"key": 7, "value": {"w": "a", "m": 9999.99}})["position"]
        self.client.get("/v1/views/sums/a", after=position)
        bad = [{"key": n, "value": {"w": "a", "m": 0.02}, "headers": {"from": "x"}} for n in range(count)]
        position = self.post("s", bad)["position"]
        self.client.get("/v1/views/sums/a", after=position)
        return bad

    def test_a_letter_shows_key_value_and_headers_of_its_record(self):
        self.overflow(1)
        letter = next(self.client.records("app-dead-letters"))
        self.assertEqual((letter["key"], letter["value"]["w"], str(letter["value"]["m"])), (0, "a", "0.02"))
        self.assertEqual(letter["headers"]["from"], "x")
        self.assertEqual(letter["headers"]["leat.error.stage"], "aggregate")
        shown = self.leat("dlq", "show")
        self.assertIn("overflows", shown.stdout)

    def test_replay_sends_every_record_once_however_many_queries_refused_it(self):
        count = 250
        self.overflow(count)
        letters = sum(self.client.end_offsets("app-dead-letters"))
        self.assertEqual(letters, 2 * count)  # doubled has room for them
        self.post("s", {"key": 1, "value": {"w": "a", "m": -9999.99}})
        before = sum(self.client.end_offsets("s"))
        for _ in range(2):
            done = self.leat("dlq", "replay")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(f"Replayed {letters},", done.stdout)
        records = list(self.client.records("s"))
        self.assertEqual(len(records), before + count)
        again = [r for r in records if r["headers"] == {"from": "x"}]
        self.assertEqual(len(again), 2 * count)
        self.assertEqual(sorted(r["key"] for r in again), sorted(2 * list(range(count))))

    def test_their_topic_cannot_be_deleted_under_the_application(self):
        refused = self.leat("topic", "delete", "app-dead-letters")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("takes the dead letters of app", refused.stderr)
        self.overflow(1)
        self.assertEqual(sum(self.client.end_offsets("app-dead-letters")), 2)

    def test_a_letter_that_is_not_there_is_said_so(self):
        self.assertEqual(self.leat("dlq", "show", "--offset", "5").returncode, 2)
        self.assertIn("No dead letters", self.leat("dlq", "list").stdout)


if __name__ == "__main__":
    unittest.main()
