"""Each bad input where a user meets it: what is refused, what becomes a dead letter, what is dropped and counted."""

import json
import os
import subprocess
import unittest

from program import PROGRAM, WORDS, ProgramTest, leat

SQL = WORDS + """
CREATE TABLE owners (id STRING PRIMARY KEY, name STRING) WITH (kafka_topic='owners', value_format='JSON', partitions=2);
CREATE STREAM notes (word STRING, n INT) WITH (kafka_topic='notes', value_format='JSON', partitions=2);
CREATE TABLE by_word AS SELECT word, COUNT(*) AS count FROM notes GROUP BY word EMIT CHANGES;
"""


class Records(ProgramTest):
    sql = SQL

    def node(self, query, name):
        found = next(q for q in self.client.get("/v1/queries")["rows"] if q["id"] == query)
        return next(n for n in found["nodes"] if n["id"].startswith(name))

    def test_what_cannot_be_read_is_refused_by_name_and_nothing_is_appended(self):
        deep = b'{"key":"a","value":{"n":' + b"[" * 500 + b"]" * 500 + b"}}"
        cases = [
            (b'{"key":"a","value":{"n":1}', 400, "not JSON"),                       # malformed
            (b'{"key":"a","value":{"word":"\xff\xfe","n":1}}', 400, "UTF-8"),      # invalid UTF-8
            (deep, 422, "nested deeper"),                                           # deep nesting
            (b'{"key":"a","value":{"n":"many"}}', 422, "another type"),             # wrong type
            (b'{"key":"a","value":[1]}', 422, "JSON object"),
            (b'{"key":"a","value":{"n":2147483648}}', 422, "out of range"),         # number out of range
            (b'{"key":"a","value":{"n":1},"timestamp":99999999999999999999}', 400, "milliseconds"),
            (b'{"key":"a"}', 400, "value is missing"),
        ]
        for body, status, says in cases:
            with self.subTest(body=body[:60]):
                problem = self.refused(lambda body=body: self.post("words", body), status,
                                       "invalid-argument" if status == 400 else "invalid-data")
                self.assertIn(says, problem["detail"])
        self.assertEqual(sum(self.client.end_offsets("words")), 0)

    def test_a_table_needs_keys_a_group_drops_and_counts_them_and_a_stream_keeps_them(self):
        for body in ({"value": {"name": "x"}}, {"key": None, "value": {"name": "x"}}):
            self.assertIn("key", self.refused(lambda body=body: self.post("owners", body), 422, "invalid-data")["detail"])
        answer = self.post("notes", [{"value": {"n": 1}}, {"value": {"word": "a", "n": 2}}])
        rows = self.client.get("/v1/views/by_word", after=answer["position"])["rows"]
        self.assertEqual([(r["key"], r["value"]["count"]) for r in rows], [("a", 1)])
        self.assertEqual(self.node("by_word", "group-by")["dropped"], 1)
        self.assertEqual(len(list(self.client.records("notes"))), 2)

    def test_records_that_were_there_before_their_declaration_become_dead_letters(self):
        self.client.post("/v1/topics", {"name": "old", "partitions": 1})
        bad = ["not an object", {"n": "x"}, {"n": 2 ** 31}, {"n": [[[1]]]}]
        self.post("old", [{"key": "a", "value": value} for value in bad] + [{"key": "a", "value": {"n": 5}}])
        self.client.post("/v1/sql", {"statement": "CREATE STREAM old (w STRING KEY, n INT) WITH (kafka_topic='old', value_format='JSON');"
                                                  "CREATE TABLE sums AS SELECT w, SUM(n) AS n FROM old GROUP BY w;"})
        answer = self.post("old", {"key": "a", "value": {"n": 1}})
        self.wait_until_level("sums")
        row = self.client.get("/v1/views/sums/a", after=answer["position"])["rows"][0]
        self.assertEqual(row["value"], {"n": 6})
        letters = list(self.client.records("app-dead-letters"))
        self.assertEqual([letter["value"] for letter in letters], bad)
        self.assertEqual([letter["headers"]["leat.error.offset"] for letter in letters], ["0", "1", "2", "3"])

    def test_a_declared_table_over_records_that_do_not_decode_keeps_its_rows_for_followers_too(self):
        self.client.post("/v1/topics", {"name": "t", "partitions": 1})
        self.post("t", [{"key": "a", "value": {"n": 5}}, {"key": "a", "value": {"n": "x"}}, {"key": "b", "value": {"n": 1}}])
        self.client.post("/v1/sql", {"statement": "CREATE TABLE t (w STRING PRIMARY KEY, n INT) WITH (kafka_topic='t', value_format='JSON');"})
        self.wait_until_level("t")
        self.assertEqual(self.client.get("/v1/views/t/a")["rows"][0]["value"], {"n": 5})
        start = self.client.get("/v1/views/t")["position"]
        events = self.events("/v1/changes/t", 3)
        self.assertEqual([e["event"] for e in events], ["snapshot", "snapshot", "ready"])
        self.assertTrue(start)

    def test_settings_of_a_request_hold_for_its_push_query(self):
        self.post("words", [{"key": "a", "value": {"n": n}} for n in range(5)])
        body = {"statement": "SELECT n FROM words EMIT CHANGES LIMIT 1;", "properties": {"auto.offset.reset": "latest"}}
        lines = self.lines("POST", "/v1/sql", body, lambda: self.post("words", {"key": "a", "value": {"n": 77}}))
        self.assertEqual(lines[-1], "[77]")


class Statements(ProgramTest):
    sql = SQL

    def test_each_kind_of_mistake_is_shown_with_its_place_and_a_way_out(self):
        cases = [
            ("SELECT * FROM wrods EMIT CHANGES;", 3, "line 1:15", "did you mean words?"),
            ("SELECT wrod FROM words EMIT CHANGES;", 3, "line 1:8", "did you mean word?"),
            ("SELECT SUBSTRNG(word, 1) FROM words EMIT CHANGES;", 3, "line 1:8", "did you mean SUBSTRING?"),
            ("SELECT word + 1 FROM words EMIT CHANGES;", 2, "line 1:8", "CAST"),
            ("SELECT word FROM words w JOIN totals t ON w.word = t.word EMIT CHANGES;", 2, "ambiguous", "w.word or t.word"),
            ("CREATE TABLE x AS SELECT word, COUNT(*) FROM words WHERE COUNT(*) > 1 GROUP BY word;", 2, "line 1:58", "HAVING"),
            ("CREATE TABLE x AS SELECT word, n, COUNT(*) FROM words GROUP BY word;", 2, "line 1:32", "GROUP BY"),
            ("CREATE TABLE x AS SELECT COUNT(*) FROM words GROUP BY word;", 2, "line 1:26", "add it to the SELECT"),
        ]
        for statement, code, place, hint in cases:
            with self.subTest(statement=statement):
                done = leat("sql", "--server", self.server.url, "-e", statement)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(place, done.stderr)
                self.assertIn("^", done.stderr)
                self.assertIn(hint, done.stderr)


class Surroundings(unittest.TestCase):
    @unittest.skipIf(os.getuid() != 0, "takes root, to become somebody who may not")
    def test_a_directory_of_somebody_else_is_not_allowed_and_says_what_to_do(self):
        script = ("set -e; d=$(mktemp -d); chmod 755 $d; echo 'CREATE STREAM s (a INT) WITH (value_format='\"'JSON'\"');' > $d/a.sql; "
                  "mkdir $d/mine; chmod 755 $d/mine; echo $d")
        folder = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout.strip()
        self.addCleanup(subprocess.run, ["rm", "-rf", folder], check=False)
        done = subprocess.run([str(PROGRAM), "run", f"{folder}/a.sql", "--data", f"{folder}/mine/d", "--once"],
                              capture_output=True, text=True, check=False, user=65534)
        self.assertEqual(done.returncode, 7, done.stderr)
        self.assertIn("Permission denied", done.stderr)
        self.assertIn("hint", done.stderr)


if __name__ == "__main__":
    unittest.main()
