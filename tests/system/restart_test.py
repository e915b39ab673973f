"""What a restart keeps, what it refuses, and what damage does."""

import os
import pathlib
import shutil
import subprocess
import unittest

from program import PROGRAM, WORDS, ProgramTest, leat


class Restart(ProgramTest):
    def once(self, sql=None):
        """Stops the server and runs the files until they are level."""
        self.server.stop()
        if sql is not None:
            self.file.write_text(sql)
        return leat("run", self.file, "--data", self.data, "--once")

    def test_the_same_file_goes_on_in_any_order_and_spelling(self):
        answer = self.post("words", {"key": "a", "value": {"n": 3}})
        self.total("a", answer["position"])
        create, query = WORDS.strip().split(";\n", 1)
        done = self.once(query.lower().replace("  ", " ") + "\n" + create + ";")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.start_again()
        self.assertEqual(self.total("a", answer["position"]), {"total": 3, "count": 1})

    def test_a_changed_or_missing_stateful_query_is_refused_before_anything_is_touched(self):
        done = self.once(WORDS.replace("SUM(n)", "MAX(n)"))
        self.assertEqual(done.returncode, 4)
        self.assertIn("totals", done.stderr)
        done = self.once(WORDS.split(";")[0] + ";")
        self.assertEqual(done.returncode, 4)
        self.assertIn("totals", done.stderr)
        self.assertEqual(self.once(WORDS).returncode, 0)

    def test_a_query_that_is_dropped_in_the_file_is_gone(self):
        done = self.once(WORDS.split(";")[0] + ";\nDROP TABLE totals;")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.once(WORDS).returncode, 0)

    def test_a_new_query_begins_at_the_start_of_its_inputs(self):
        for n in range(10):
            self.post("words", {"key": "a", "value": {"n": n}})
        self.once(WORDS + "CREATE TABLE largest AS SELECT word, MAX(n) AS most FROM words GROUP BY word;")
        self.start_again()
        self.assertEqual(self.client.get("/v1/views/largest/a")["rows"][0]["value"], {"most": 9})

    def test_a_query_that_failed_goes_on_under_another_policy(self):
        doubled = WORDS + "CREATE TABLE doubled AS SELECT word, SUM(n * 2) AS twice FROM words GROUP BY word;\n"
        self.once("SET 'errors.policy' = 'fail';\n" + doubled)
        self.start_again()
        self.total("a", self.post("words", {"key": "a", "value": {"n": -5}})["position"])
        self.post("words", {"key": "a", "value": {"n": 2147483647}})
        end = self.post("words", {"key": "a", "value": {"n": 2}})["position"]
        self.assertEqual(self.total("a", end)["count"], 3)
        query = next(q for q in self.client.get("/v1/queries")["rows"] if q["id"] == "doubled")
        self.assertEqual((query["state"], query["lag"]), ("failed", 2))
        self.assertEqual(self.once(doubled).returncode, 0)
        self.start_again()
        row = self.client.get("/v1/views/doubled/a")["rows"][0]["value"]
        self.assertEqual(row, {"twice": -6})
        self.assertEqual(self.total("a", end)["count"], 3)

    def test_inserts_in_a_file_run_once_ever(self):
        sql = WORDS + "INSERT INTO words (word, n) VALUES ('a', 1);\nINSERT INTO words (word, n) VALUES ('a', 1);\n"
        for _ in range(3):
            self.assertEqual(self.once(sql).returncode, 0)
        self.start_again()
        self.assertEqual(self.client.get("/v1/views/totals/a")["rows"][0]["value"], {"total": 2, "count": 2})

    def test_an_insert_that_is_only_written_otherwise_is_the_same(self):
        self.assertEqual(self.once(WORDS + "INSERT INTO words (word, n) VALUES ('a', 1);\n").returncode, 0)
        self.assertEqual(self.once(WORDS + "insert into words(WORD,n)  -- again\n values ('a',  1);\n").returncode, 0)
        self.start_again()
        self.assertEqual(self.client.get("/v1/views/totals/a")["rows"][0]["value"], {"total": 1, "count": 1})

    def test_the_applications_name_is_the_flags_then_the_files_then_the_environments(self):
        named = "SET 'application.id' = 'of_sql';\n" + WORDS
        for sql, environment, flags, name in ((WORDS, {}, [], "app"), (WORDS, {"LEAT_APP": "of_env"}, [], "of_env"),
                                              (named, {"LEAT_APP": "of_env"}, [], "of_sql"), (named, {}, ["--app", "of_flag"], "of_flag")):
            self.file.write_text(sql)
            data = self.path / name
            done = subprocess.run([str(PROGRAM), "run", str(self.file), "--data", str(data), "--once", *flags],
                                  env={**os.environ, **environment}, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(name + "-dead-letters", leat("topic", "list", "--data", data).stdout)

    def test_statements_of_a_client_survive(self):
        self.client.post("/v1/sql", {"statement": "CREATE STREAM large AS SELECT word, n FROM words WHERE n > 5;"})
        self.server.kill()
        self.start_again()
        self.post("words", [{"key": "a", "value": {"n": n}} for n in (1, 9)])
        self.assertEqual(self.once().returncode, 0)
        done = leat("consume", "large", "--data", self.data, "--from", "beginning", "--once")
        self.assertEqual(len(done.stdout.splitlines()), 1, done.stderr)

    def test_a_directory_can_be_read_without_a_server(self):
        answer = self.post("words", {"key": "a", "value": {"n": 3}})
        self.total("a", answer["position"])
        self.server.stop()
        done = leat("sql", "--data", self.data, "-e", "SELECT * FROM totals;")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("3", done.stdout)

    def test_an_empty_log_is_done_at_once(self):
        other = self.path / "other"
        self.assertEqual(leat("run", self.file, "--data", other, "--once").returncode, 0)
        self.assertEqual(leat("verify", other).returncode, 0)

    def test_a_flipped_byte_is_found_named_and_refused(self):
        for n in range(50):
            self.post("words", {"key": "a", "value": {"n": n}})
        self.server.stop()
        self.assertEqual(leat("verify", self.data).returncode, 0)
        first = min(pathlib.Path(self.data, "journal").glob("*.seg"))
        content = bytearray(first.read_bytes())
        place = content.index(b'{"n":25}') + 5
        content[place] ^= 1
        first.write_bytes(content)
        found = leat("verify", self.data)
        self.assertEqual(found.returncode, 1, found.stdout)
        self.assertIn(first.name, found.stdout)
        before = first.read_bytes()
        refused = leat("run", self.file, "--data", self.data, "--once")
        self.assertEqual(refused.returncode, 6, refused.stderr)
        self.assertIn(first.name, refused.stderr)
        self.assertEqual(first.read_bytes(), before)

    def test_what_clients_hold_of_a_log_is_refused_by_its_restored_backup(self):
        self.post("words", {"key": "a", "value": {"n": 1}})
        self.server.stop()
        backup = self.path / "backup"
        shutil.copytree(self.data, backup)
        self.start_again()
        later = self.post("words", {"key": "a", "value": {"n": 2}})["position"]
        self.assertEqual(self.total("a", later)["total"], 3)
        self.server.stop()
        self.assertNotIn("restored_directory", self.server.output())
        shutil.copytree(backup, self.data, dirs_exist_ok=True)  # over what is there, as many do
        self.start_again()
        self.assertIn("event=restored_directory", self.server.output())
        again = self.post("words", {"key": "a", "value": {"n": 5}})["position"]
        self.refused(lambda: self.total("a", later), 400, "invalid-argument")
        self.assertEqual(self.total("a", again)["total"], 6)
        self.server.kill()
        self.start_again()
        self.assertEqual(self.total("a", again)["total"], 6)
        self.refused(lambda: self.total("a", later), 400, "invalid-argument")

    def test_unknown_settings_are_errors_with_a_suggestion(self):
        config = self.path / "leat.toml"
        config.write_text('thraeds = 2\n')
        done = leat("run", self.file, "--config", config, "--data", self.path / "x", "--once")
        self.assertEqual(done.returncode, 2)
        self.assertIn("threads", done.stderr)
        for name, value, says in (("LEAT_THRAEDS", "2", "LEAT_THREADS"), ("LEAT_INSECURE", "yes", "true or false"), ("LEAT_THREADS", "0", "1 to 256")):
            done = subprocess.run([str(PROGRAM), "run", str(self.file), "--data", str(self.path / "x"), "--once"],
                                  env={**os.environ, name: value}, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(says, done.stderr)
        self.assertEqual(leat("run").returncode, 2)
        done = self.once("SET 'aplication.id' = 'x';\n" + WORDS)
        self.assertEqual(done.returncode, 2)
        self.assertIn("application.id", done.stderr)


if __name__ == "__main__":
    unittest.main()
