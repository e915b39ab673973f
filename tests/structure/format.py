#!/usr/bin/env python3
"""Formats all C++ of the repository with clang-format 14, or (--check) says which files it would change."""
import argparse
import pathlib
import subprocess
import sys

import tidy


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--clang-format", default="clang-format-14")
    arguments = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parents[2]
    names = [n for n in tidy.repository_files(root)
             if n.startswith(("src/", "include/", "tests/", "examples/", "bench/")) and n.endswith(tidy.CODE)]
    if not names:
        print("found no C++ file to format")
        return 1
    mode = ["--dry-run", "--Werror"] if arguments.check else ["-i"]
    failed = [n for n in names
              if subprocess.run([arguments.clang_format, *mode, n], cwd=root, check=False,
                                stderr=subprocess.DEVNULL if arguments.check else None).returncode != 0]
    for name in failed:
        print(f"{name}: not formatted" if arguments.check else f"{name}: clang-format failed")
    print(f"{len(names)} files, {len(failed)} " + ("to format: ./run format" if arguments.check else "failed"))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
