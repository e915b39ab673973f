#!/usr/bin/env python3
"""Runs clang-tidy on the C++ that changed since a base, committed or not: changed sources, and changed headers through one
source each that includes them.

The base is BASE if given; else where this branch left origin/main or main; else, on main itself, the commit before.
Ends with 77 (skipped) where there is no history to compare with."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
SKIPPED = 77
AT_MOST = 16
FOLDERS = ("src/", "include/", "tests/", "examples/", "bench/")


def git(*arguments, root=ROOT):
    """Output of a git command, None when it fails."""
    done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def find_base(root=ROOT):
    head = git("rev-parse", "HEAD", root=root)
    for main in ("origin/main", "main"):
        base = git("merge-base", "HEAD", main, root=root)
        if base and base != head:
            return base
    return git("rev-parse", "-q", "--verify", "HEAD~1", root=root)


def changed_names(base, root=ROOT):
    tracked = git("diff", "--name-only", "--diff-filter=d", base, root=root)
    fresh = git("ls-files", "-o", "--exclude-standard", root=root)
    if tracked is None or fresh is None:
        return None
    return sorted(name for name in {*tracked.split("\n"), *fresh.split("\n")} if name.startswith(FOLDERS))


def source_of(header, sources, texts):
    """The source that stands for a header: its own, its test, or one that includes it. None: nobody does."""
    stem = header.removesuffix(".h")
    for own in (stem + ".cc", stem + "_test.cc"):
        if own in sources:
            return own
    path = header.split("/", 1)[1]
    # Sources of src/ name a header by its path below src/; programs beside their headers by its name alone.
    for include in (path, path.rsplit("/", 1)[-1]):
        for name in sorted(sources):
            if f'#include "{include}"' in texts(name):
                return name
    return None


def choose(names, sources, texts):
    """(sources to look at, headers that nobody includes). What changed itself comes first."""
    chosen = [name for name in names if name in sources]
    alone = []
    for header in (name for name in names if name.endswith(".h")):
        source = source_of(header, sources, texts)
        if source is None:
            alone.append(header)
        elif source not in chosen:
            chosen.append(source)
    return chosen, alone


def readable_database(build):
    """Writes what clang needs to read the sources of a build of GCC's: it cannot read its precompiled headers, so it gets
    their text. Returns the names of all sources."""
    folder = build / "tidy"
    folder.mkdir(exist_ok=True)
    listed = re.search(r"set\(LEAT_PCH([^)]*)\)", (ROOT / "cmake" / "LeatModule.cmake").read_text())
    (folder / "precompiled.h").write_text("".join(f"#include {header}\n" for header in listed[1].split()))
    entries = []
    for entry in json.loads((build / "compile_commands.json").read_text()):
        entry["command"] = re.sub(r"-Winvalid-pch|-include \S+/cmake_pch\.hxx", "", entry["command"])
        entry["command"] = re.sub(r"^.*?ccache ", "", entry["command"])
        entries.append(entry)
    (folder / "compile_commands.json").write_text(json.dumps(entries))
    names = (pathlib.Path(entry["file"]) for entry in entries)
    return {str(name.relative_to(ROOT)) for name in names if name.is_relative_to(ROOT) and not name.is_relative_to(build)}


def tidy(name, build, program):
    """(what clang-tidy says, whether clang could read the file)."""
    done = subprocess.run(
        [program, "-p", str(build / "tidy"), "--quiet", "--extra-arg-before=-include",
         f"--extra-arg-before={build}/tidy/precompiled.h", "--extra-arg=-Wno-error",
         "--extra-arg=-Wno-unknown-warning-option", str(ROOT / name)],
        capture_output=True, text=True, check=False)
    if "[clang-diagnostic-error]" in done.stdout:
        return "", False
    return (done.stdout if done.returncode else ""), True


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", nargs="?", help="commit to compare with")
    parser.add_argument("--all", action="store_true", help="all sources, whatever changed")
    parser.add_argument("--at-most", type=int, default=AT_MOST, help="look at so many sources (%(default)s); 0: all")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release", help="a configured build")
    parser.add_argument("--clang-tidy", default="clang-tidy-14")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("LEAT_JOBS", "2")))
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    sources = readable_database(build)
    if arguments.all:
        chosen, alone, arguments.at_most = sorted(sources), [], 0
    else:
        base = arguments.base or find_base()
        names = changed_names(base) if base else None
        if names is None:
            print(f"skipped: no history to tell what changed{f' since {base}' if base else ''}")
            return SKIPPED
        chosen, alone = choose(names, sources, lambda name: (ROOT / name).read_text())
        print(f"{len(names)} files changed since {base[:12]}, {len(chosen)} sources to look at")
    left_out = chosen[arguments.at_most:] if arguments.at_most else []
    chosen = chosen[: len(chosen) - len(left_out)]
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(max(1, arguments.jobs)) as pool:
        for name, (said, read) in zip(chosen, pool.map(lambda name: tidy(name, build, arguments.clang_tidy), chosen)):
            if not read:
                print(f"not looked at, since clang 14 cannot compile it: {name}")
            elif said:
                bad += 1
                print(said, flush=True)
    for header in alone:
        print(f"not looked at, since no source includes it: {header}")
    if left_out:
        print(f"not looked at, past {arguments.at_most} (`./run tidy` looks at all): {' '.join(left_out)}")
    print(f"{len(chosen)} sources looked at, {bad} with findings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
