#!/usr/bin/env python3
"""Installs into an empty prefix, builds examples/wordcount.cc against it in a project of its own, runs it twice."""
import argparse
import pathlib
import subprocess
import sys
import tempfile


def run(command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    if done.returncode != 0:
        print(f"{' '.join(str(w) for w in command)}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
        sys.exit(1)
    return done.stdout


def expect(found, wanted, what):
    if found != wanted:
        print(f"{what}: expected\n{wanted}\nfound\n{found}")
        sys.exit(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("build", "source", "compiler", "cmake"):
        parser.add_argument("--" + name, required=True, type=pathlib.Path)
    parser.add_argument("--flags", default="")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="leat-install-") as name:
        root = pathlib.Path(name)
        prefix, project = root / "prefix", root / "project"
        run([given.cmake, "--build", given.build, "--target", "leat_library", "leat", "-j", "2"])
        run([given.cmake, "--install", given.build, "--prefix", prefix])
        headers = sorted(p.relative_to(prefix).as_posix() for p in prefix.rglob("*.h"))
        wanted = sorted("include/leat/" + p.name for p in (given.source / "include/leat").glob("*.h"))
        expect(headers, wanted, "installed headers")
        project.mkdir()
        (project / "CMakeLists.txt").write_text((given.source / "examples/CMakeLists.txt").read_text())
        (project / "wordcount.cc").write_text((given.source / "examples/wordcount.cc").read_text())
        run([given.cmake, "-S", project, "-B", root / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
             f"-DCMAKE_CXX_COMPILER={given.compiler}", f"-DCMAKE_CXX_FLAGS={given.flags}"])
        run([given.cmake, "--build", root / "build"])
        program = root / "build" / "wordcount"
        data = root / "data"
        text = "To be, or not to be,\nthat is the question\n"
        first = run([program, data], input=text)
        expect(first, "be 2\nis 1\nnot 1\nor 1\nquestion 1\nthat 1\nthe 1\nto 2\n", "the first run")
        second = run([program, data], input="be\n")
        expect(second, "be 3\nis 1\nnot 1\nor 1\nquestion 1\nthat 1\nthe 1\nto 2\n", "the second run")
        leat = prefix / "bin" / "leat"
        listed = run([leat, "topic", "list", "--data", data])
        if "word-counts" not in listed:
            print(f"the program does not show the topics of the example:\n{listed}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
