#!/usr/bin/env python3
"""Prints the build targets of the programs that the tests with certain labels run, so that a sanitizer build compiles
those alone. Reads the CTestTestfile.cmake files of a configured build directory."""
import argparse
import pathlib
import re

TEST = re.compile(r'^add_test\((\[=*\[.*?\]=*\]|"[^"]*"|\S+) (.*)\)$', re.MULTILINE)
PROPERTIES = re.compile(r'^set_tests_properties\((\[=*\[.*?\]=*\]|"[^"]*"|\S+) PROPERTIES (.*)\)$', re.MULTILINE)
LABELS = re.compile(r'LABELS "([^"]*)"')
ENVIRONMENT = re.compile(r'ENVIRONMENT "([^"]*)"')


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
        properties = dict(PROPERTIES.findall(text))
        for name, command in TEST.findall(text):
            labels = LABELS.search(properties.get(name, ""))
            own = labels[1].split(";") if labels else []
            if any(wanted.search(l) for l in own) and not any(without.search(l) for l in own):
                environment = ENVIRONMENT.search(properties[name])
                words = re.findall(r'"([^"]*)"', command)
                # Scripts are told the program that they run.
                words += [w.split("=", 1)[-1] for w in (environment[1].split(";") if environment else [])]
                programs.update(word for word in words if word.startswith(f"{build}/"))
    for program in sorted(programs):
        print(pathlib.Path(program).relative_to(build))


if __name__ == "__main__":
    main()
