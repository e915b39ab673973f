#!/usr/bin/env python3
"""What clang-tidy is run on, from small histories and trees."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
import tidy_changed  # noqa: E402


class History(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def git(self, *arguments):
        done = subprocess.run(["git", "-C", str(self.root), "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
                              capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, name):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        self.git("add", name)
        self.git("commit", "-q", "-m", name)
        return self.git("rev-parse", "HEAD")

    def test_without_a_history_there_is_no_base(self):
        self.assertIsNone(tidy_changed.find_base(self.root))
        self.git("init", "-q", "-b", "main")
        self.commit("src/a/a.cc")
        self.assertIsNone(tidy_changed.find_base(self.root))

    def test_on_main_the_base_is_the_commit_before(self):
        self.git("init", "-q", "-b", "main")
        first = self.commit("src/a/a.cc")
        self.commit("src/a/b.cc")
        self.assertEqual(tidy_changed.find_base(self.root), first)

    def test_on_a_branch_the_base_is_where_it_left_main(self):
        self.git("init", "-q", "-b", "main")
        left = self.commit("src/a/a.cc")
        self.git("checkout", "-q", "-b", "branch")
        self.commit("src/a/b.cc")
        self.commit("src/a/c.cc")
        self.git("checkout", "-q", "main")
        self.commit("src/a/d.cc")
        self.git("checkout", "-q", "branch")
        self.assertEqual(tidy_changed.find_base(self.root), left)
        (self.root / "src/a/fresh.cc").write_text("")
        self.assertEqual(tidy_changed.changed_names(left, self.root), ["src/a/b.cc", "src/a/c.cc", "src/a/fresh.cc"])

    def test_what_is_deleted_is_not_looked_at(self):
        self.git("init", "-q", "-b", "main")
        first = self.commit("src/a/a.cc")
        self.git("rm", "-q", "src/a/a.cc")
        self.git("commit", "-q", "-m", "gone")
        self.assertEqual(tidy_changed.changed_names(first, self.root), [])


class Choice(unittest.TestCase):
    texts = {
        "src/a/own.cc": '#include "a/own.h"',
        "src/a/tested_test.cc": '#include "a/tested.h"',
        "src/b/user.cc": '#include "a/own.h"\n#include "a/shown.h"',
        "src/b/other.cc": '#include "a/shown.h"',
        "tests/sim/run.cc": '#include "world.h"',
    }

    def choose(self, *names):
        return tidy_changed.choose(list(names), set(self.texts), self.texts.get)

    def test_a_header_is_seen_through_one_source(self):
        self.assertEqual(self.choose("src/a/own.h"), (["src/a/own.cc"], []))
        self.assertEqual(self.choose("src/a/tested.h"), (["src/a/tested_test.cc"], []))
        self.assertEqual(self.choose("src/a/shown.h"), (["src/b/other.cc"], []))
        self.assertEqual(self.choose("tests/sim/world.h"), (["tests/sim/run.cc"], []))

    def test_changed_sources_come_first_and_nothing_comes_twice(self):
        self.assertEqual(self.choose("src/a/own.h", "src/a/shown.h", "src/b/user.cc", "src/a/own.cc"),
                         (["src/b/user.cc", "src/a/own.cc", "src/b/other.cc"], []))

    def test_a_header_that_nobody_includes_and_other_files(self):
        self.assertEqual(self.choose("src/a/README.md", "src/a/lonely.h"), ([], ["src/a/lonely.h"]))


if __name__ == "__main__":
    unittest.main()
