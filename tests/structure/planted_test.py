#!/usr/bin/env python3
"""Plants each fault that the structure checks are for in a small tree, and sees it found."""
import pathlib
import tempfile
import unittest

import include_graph
import tidy


class Tree(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.directory.name)
        self.write("src/CMakeLists.txt", "foreach(folder low high)\nendforeach()\n")
        for folder, uses in (("low", ""), ("high", "USES low")):
            self.write(f"src/{folder}/CMakeLists.txt", f"leat_module({folder} {uses})\n")
            self.write(f"src/{folder}/README.md", f"# {folder}\n")
        self.write("src/low/a.h", "#pragma once\n")
        self.write("src/high/b.cc", '#include <vector>\n#include "low/a.h"\n')

    def tearDown(self):
        self.directory.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


class IncludeGraph(Tree):
    def problems(self):
        return include_graph.Graph(self.root).check()

    def assert_found(self, text):
        problems = self.problems()
        self.assertTrue(any(text in problem for problem in problems), problems)

    def test_a_sound_tree_has_no_problems(self):
        self.assertEqual(self.problems(), [])

    def test_an_undeclared_edge_is_found(self):
        self.write("src/high/CMakeLists.txt", "leat_module(high)\n")
        self.assert_found('src/high/b.cc: includes "low/a.h"')

    def test_a_folder_cycle_is_found(self):
        self.write("src/low/CMakeLists.txt", "leat_module(low USES high)\n")
        self.write("src/high/b.h", "#pragma once\n")
        self.write("src/low/a.cc", '#include "high/b.h"\n')
        self.assert_found("cycle of folders: high -> low -> high")
        self.assert_found("uses high, which stands after low")

    def test_a_header_cycle_within_a_folder_is_found(self):
        self.write("src/low/a.h", '#pragma once\n#include "low/c.h"\n')
        self.write("src/low/c.h", '#pragma once\n#include "low/a.h"\n')
        self.assert_found("cycle of files: src/low/a.h -> src/low/c.h -> src/low/a.h")

    def test_an_edge_through_another_folder_is_allowed(self):
        self.write("src/CMakeLists.txt", "foreach(folder low high top)\nendforeach()\n")
        self.write("src/top/CMakeLists.txt", "leat_module(top USES high)\n")
        self.write("src/top/c.cc", '#include "low/a.h"\n')
        self.assertEqual(self.problems(), [])

    def test_only_tests_may_use_what_is_for_tests(self):
        self.write("src/CMakeLists.txt", "foreach(folder low high sim)\nendforeach()\n")
        self.write("src/sim/CMakeLists.txt", "leat_module(sim USES low)\n")
        self.write("src/sim/s.h", "#pragma once\n")
        self.write("src/high/CMakeLists.txt", "leat_module(high USES low TEST_USES sim)\n")
        self.write("src/high/b_test.cc", '#include "sim/s.h"\n')
        self.assertEqual(self.problems(), [])
        self.write("src/high/c.cc", '#include "sim/s.h"\n')
        self.assert_found('src/high/c.cc: includes "sim/s.h"')

    def test_an_include_beside_the_file_is_found(self):
        self.write("src/high/b.cc", '#include "../low/a.h"\n#include "b.h"\n')
        self.assert_found('"b.h" names no file')

    def test_a_folder_outside_the_order_is_found(self):
        self.write("src/CMakeLists.txt", "foreach(folder low)\nendforeach()\n")
        self.assert_found("does not name high")


class Tidy(Tree):
    def assert_found(self, name, text, reason):
        self.write(name, text)
        problems = tidy.check(self.root)
        self.assertTrue(any(p.startswith(name) and reason in p for p in problems), problems)

    def test_a_sound_tree_has_no_problems(self):
        self.assertEqual(tidy.check(self.root), [])

    def test_banned_words_are_found(self):
        self.assert_found("docs/a.md", "see /ho" + "me/someone/x\n", "absolute path")
        self.assert_found("docs/b.md", "from py" + "pi.org\n", "registries")
        self.assert_found("src/low/c.cc", "int x = std::ra" + "nd();\n", "randomness")
        self.assert_found("src/low/d.cc", "auto t = std::chrono::steady_clock::no" + "w();\n", "time comes in")
        self.assert_found("src/low/e.cc", "std::co" + "ut << 1;\n", "logger")
        self.assert_found("src/low/f.h", "#pragma once\nusing name" + "space std;\n", "brings names")
        self.assert_found("src/low/g.cc", "// TO" + "DO later\n", "what would be done")
        self.assert_found("src/low/h.cc", "int x; \n", "white space")

    def test_words_are_allowed_where_they_belong(self):
        self.write("src/cli/main.cc", "std::co" + "ut << 1;\n")
        self.write("src/io/clock.cc", "clock_get" + "time(a, b);\n")
        self.write("src/low/c.cc", "// TO" + "DO: keep the index sorted, which would halve look-ups\n")
        self.write("docs/a.md", "GET https://example.org/wo" + "rk/item and $HOME/wo" + "rk/item\n")
        self.assertEqual(tidy.check(self.root), [])

    def test_names_sizes_and_missing_pages_are_found(self):
        self.assert_found("src/low/string_util" + "s.h", "#pragma once\n", "attracts strangers")
        self.assert_found("docs/big.md", "x" * (2 << 20), "large files")
        self.assert_found("src/low/g.h", "int x;\n", "#pragma once")
        (self.root / "src/low/README.md").unlink()
        self.assertTrue(any("src/low: a folder opens" in p for p in tidy.check(self.root)))


if __name__ == "__main__":
    unittest.main()
