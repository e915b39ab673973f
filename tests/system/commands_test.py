"""The commands: records through files, statements, topics, checks, and their exit codes."""

import json
import subprocess
import time
import unittest

from program import PROGRAM, ProgramTest, leat


class Commands(ProgramTest):
    def leat(self, *arguments, stdin=None):
        return leat(*arguments, "--server", self.server.url, stdin=stdin)

    def test_produce_and_consume_are_each_others_inverse(self):
        lines = "".join(f'{{"word":"w{n % 3}","n":{n}}}\n' for n in range(30))
        done = self.leat("produce", "words", "--key", "word", "--timestamp", "5", stdin=lines)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        done = self.leat("consume", "words", "--from", "beginning", "--once", "--json")
        records = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(sorted((r["key"], r["value"]["n"], r["timestamp"]) for r in records),
                         sorted((f"w{n % 3}", n, 5) for n in range(30)))
        self.assertEqual(len(self.leat("consume", "words", "--from", "beginning", "--max", "4").stdout.splitlines()), 4)

    def test_produce_again_with_the_same_identity_adds_nothing(self):
        for _ in range(2):
            done = self.leat("produce", "words", "--key", "word", "--idempotent-id", "load-1", stdin='{"word":"a","n":1}\n' * 5)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sum(self.client.end_offsets("words")), 5)

    def test_delimited_lines_follow_their_header(self):
        done = self.leat("produce", "words", "--format", "delimited", "--header", "--key", "word", stdin='n,word\n7,"a, b"\n')
        self.assertEqual(done.returncode, 0, done.stderr)
        record = next(self.client.records("words"))
        self.assertEqual((record["key"], record["value"]), ("a, b", {"n": 7}))

    def test_sql_runs_statements_and_says_where_they_are_wrong(self):
        done = self.leat("sql", "-e", "SHOW TABLES; DESCRIBE totals;")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("totals", done.stdout)
        self.assertIn("BIGINT", done.stdout)
        for statement, hint in (("SELECT * FROM totls;", "totals"), ("SELECT nn FROM totals EMIT CHANGES;", "nn"),
                                ("SELECT SUMM(n) FROM words GROUP BY word EMIT CHANGES;", "SUM"),
                                ("CREATE STREAM s AS SELECT * FROM words WHERE SUM(n) > 1;", "WHERE")):
            done = self.leat("sql", "-e", statement)
            self.assertIn(done.returncode, (2, 3), done.stderr)
            self.assertIn(hint, done.stderr)
            self.assertIn("line 1", done.stderr)

    def test_what_is_not_there_yet_says_so_by_name(self):
        done = self.leat("sql", "-e", "CREATE TABLE t AS SELECT word, COUNT(*) AS c FROM words "
                                      "WINDOW SESSION (10 SECONDS) GROUP BY word;")
        self.assertEqual(done.returncode, 8)
        self.assertIn("SESSION", done.stderr)

    def test_topics_are_created_listed_and_deleted(self):
        self.assertEqual(self.leat("topic", "create", "extra", "--partitions", "3").returncode, 0)
        self.assertIn("extra", self.leat("topic", "list").stdout)
        self.assertEqual(len(self.leat("topic", "describe", "extra").stdout.splitlines()), 6)
        self.assertEqual(self.leat("topic", "create", "extra").returncode, 4)
        self.assertEqual(self.leat("topic", "create", "_leat_x").returncode, 2)
        self.assertEqual(self.leat("topic", "delete", "words").returncode, 4)
        self.assertEqual(self.leat("topic", "delete", "extra").returncode, 0)

    def test_a_topic_of_two_declarations_is_deleted_with_the_last_of_them(self):
        declare = "CREATE STREAM {} (k STRING KEY, v BIGINT) WITH (kafka_topic='both', value_format='JSON', partitions=1);"
        for name in ("one", "two"):
            self.assertEqual(self.leat("sql", "-e", declare.format(name)).returncode, 0)
        refused = self.leat("sql", "-e", "DROP STREAM one DELETE TOPIC;")
        self.assertEqual(refused.returncode, 4)
        self.assertIn("is the topic of two, too", refused.stderr)
        self.assertIn("one", self.leat("sql", "-e", "SHOW STREAMS;").stdout)
        self.assertEqual(self.leat("sql", "-e", "DROP STREAM two;").returncode, 0)
        self.assertEqual(self.leat("sql", "-e", "DROP STREAM one DELETE TOPIC;").returncode, 0)
        self.assertNotIn("both", self.leat("topic", "list").stdout)

    def test_a_mistyped_word_gets_a_suggestion(self):
        for words, suggestion in ((["consum", "words"], "leat consume"), (["rnu", "a.sql"], "leat run"), (["topic", "craete", "x"], "leat topic create"),
                                  (["run", "a.sql", "--threds", "2"], "--threads"), (["topic", "list", "--jsn"], "--json")):
            with self.subTest(words=words):
                done = leat(*words)
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"did you mean {suggestion}?", done.stderr)

    def test_an_input_that_has_grown_is_produced_from_where_it_was(self):
        def lines(count):
            return "".join(json.dumps({"word": f"w{n}", "n": n}) + "\n" for n in range(count))
        for count in (3, 3, 7, 1500, 2500):
            done = self.leat("produce", "words", "--key", "word", "--idempotent-id", "A", stdin=lines(count))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(sum(self.client.end_offsets("words")), count)
        done = self.leat("produce", "words", "--key", "word", "--idempotent-id", "A", stdin=lines(2).replace("w1", "other"))
        self.assertEqual(done.returncode, 4)

    def test_what_is_piped_in_slowly_does_not_wait_for_more(self):
        with subprocess.Popen([str(PROGRAM), "produce", "words", "--key", "word", "--server", self.server.url],
                              stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
            child.stdin.write('{"word":"a","n":1}\n')
            child.stdin.flush()
            deadline = time.monotonic() + 10
            while sum(self.client.end_offsets("words")) < 1 and time.monotonic() < deadline:
                time.sleep(0.02)
            self.assertEqual(sum(self.client.end_offsets("words")), 1)
            child.communicate()

    def test_consume_begins_at_a_time_or_says_that_it_is_none(self):
        self.post("words", [{"key": "a", "value": {"n": n}, "timestamp": 1_700_000_000_000 + n * 3_600_000} for n in range(4)])
        for text, n in (("2023-11-14T23:00:00Z", 3), ("2023-11-15T00:00:00+01:00", 3), ("2023-11-15", 2), ("t:1700000000001", 3), ("2030-01-01", 0)):
            done = self.leat("consume", "words", "--from", text, "--once")
            self.assertEqual((done.returncode, len(done.stdout.splitlines())), (0, n), (text, done.stderr))
        for text in ("yesterday", "2024-13-45", "2024-01-01T25:00:00"):
            done = self.leat("consume", "words", "--from", text, "--once")
            self.assertEqual(done.returncode, 2)
            self.assertIn("2024-05-01", done.stderr)
        self.assertEqual(len(self.leat("consume", "words", "--from", "1", "--once").stdout.splitlines()), 3)

    def test_consume_ends_when_nobody_reads_it(self):
        self.post("words", {"key": "a", "value": {"n": 1}})
        child = subprocess.Popen([str(PROGRAM), "consume", "words", "--from", "beginning", "--server", self.server.url],
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.kill)
        self.assertTrue(child.stdout.readline())
        child.stdout.close()
        self.post("words", {"key": "a", "value": {"n": 2}})
        self.assertEqual(child.wait(timeout=10), 0)

    def test_functions_are_listed_once_and_described_with_their_arguments(self):
        listed = self.leat("sql", "-e", "SHOW FUNCTIONS;").stdout.splitlines()
        names = [line.split()[0] for line in listed[2:-1]]
        self.assertEqual(len(names), len(set(names)))
        self.assertLess({"COUNT", "SUM", "LATEST_BY_OFFSET", "SUBSTRING"}, set(names))
        self.assertIn("SUBSTRING(STRING, INTEGER, INTEGER)", self.leat("sql", "-e", "DESCRIBE FUNCTION substring;").stdout)
        self.assertEqual(self.leat("sql", "-e", "DESCRIBE EXTENDED totals;").stdout, self.leat("sql", "-e", "DESCRIBE totals EXTENDED;").stdout)

    def test_a_directory_in_use_names_who_has_it(self):
        done = leat("run", self.file, "--data", self.data, "--listen", "127.0.0.1:0")
        self.assertEqual(done.returncode, 5)
        self.assertIn(str(self.server.process.pid), done.stderr)

    def test_a_port_in_use_is_said_so(self):
        done = leat("run", self.file, "--data", self.path / "other", "--listen", f"127.0.0.1:{self.server.port}")
        self.assertEqual(done.returncode, 5)
        self.assertIn("in use", done.stderr)

    def test_beyond_this_machine_needs_insecure(self):
        done = leat("run", self.file, "--data", self.path / "other", "--listen", "0.0.0.0:0")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--insecure", done.stderr)


if __name__ == "__main__":
    unittest.main()
