#!/usr/bin/env python3
"""Prints the build targets of the programs that the tests with certain labels run, so that a sanitizer build compiles
those alone. Reads the CTestTestfile.cmake files of a configured build directory."""
import argparse
import pathlib
import re

TEST = re.compile(r'^add_test\((\[=*\[.*?\]=*\]|"[^"]*"|\S+) (.*)\)$', re.MULTILINE)
LABELS = re.compile(r'^set_tests_properties\((\[=*\[.*?\]=*\]|"[^"]*"|\S+) PROPERTIES .*?LABELS "([^"]*)"', re.MULTILINE)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("labels", help="regular expression, as for ctest -L")
    parser.add_argument("--without", default="(?!)", help="regular expression of labels to leave out, as for ctest -LE")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    wanted, without = re.compile(arguments.labels), re.compile(arguments.without)
    programs = set()
    for path in build.rglob("CTestTestfile.cmake"):
        text = path.read_text()
        labels = {name: value.split(";") for name, value in LABELS.findall(text)}
        for name, command in TEST.findall(text):
            own = labels.get(name, [])
            if any(wanted.search(l) for l in own) and not any(without.search(l) for l in own):
                programs.update(p for p in re.findall(r'"([^"]*)"', command) if p.startswith(f"{build}/"))
    for program in sorted(programs):
        print(pathlib.Path(program).relative_to(build))


if __name__ == "__main__":
    main()
