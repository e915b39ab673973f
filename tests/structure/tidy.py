#!/usr/bin/env python3
"""Holds the repository against the house rules that no compiler knows. Each rule says why it is there."""
import argparse
import pathlib
import re
import subprocess
import sys

CODE = (".cc", ".h")
TEXT = CODE + (".md", ".txt", ".py", ".sh", ".sql", ".json", ".toml", ".cmake", ".yml", "")
LARGEST_BYTES = 1 << 20


class Ban:
    """A pattern that no line may match, where it holds, and why. Patterns are put together from pieces so that this
    file does not trip over itself."""

    def __init__(self, pattern, reason, where=lambda name: True):
        self.pattern, self.reason, self.where = re.compile(pattern), reason, where


def is_code(name):
    return name.endswith(CODE)


def is_product(name):
    return name.startswith("src/") and is_code(name) and not is_test(name)


def is_test(name):
    # A contract or conformance suite is a header that several test programs include; a *_testing.h serves some of them.
    return name.endswith(("_test.cc", "contract.h", "conformance.h", "_testing.h")) or name.startswith("src/sim/")


# Real threads that sleep for a while; what they do then takes its time from io::Clock, and a run from a seed has none of
# them.
SLEEPING_THREADS = ("src/log/embedded/background.cc",)


def outside_io(name):
    return is_product(name) and not name.startswith(("src/io/", "src/cli/")) and name not in SLEEPING_THREADS


BANS = [
    Ban(r"(?<![\w.$}])/" + r"(work|home|root|Users)/\w", "an absolute path of one machine means nothing on another"),
    Ban(r"(pypi|files\.pythonhosted|crates|npmjs|npmmirror)" + r"\.(org|io|com)|repo1?\.maven|deb\.debian|"
        + r"proxy\.golang|registry\.npm",
        "package registries are the package client's setting, not ours"),
    Ban(r"\b(std::)?s?rand\s*\(" + r"|std::random_" + r"device",
        "randomness comes in through io::Random, so that a run can be repeated from its seed",
        lambda name: is_product(name) and not name.startswith("src/io/")),
    Ban(r"(system|steady|high_resolution)_clock::" + r"now|\btime\(" + r"(NULL|nullptr|0)\)|clock_" + r"gettime",
        "time comes in through io::Clock, so that a run can be repeated in virtual time", outside_io),
    Ban(r"std::(cout|cerr)" + r"\b|\bf?printf\(", "what the program says goes through the logger or the command line",
        lambda name: is_product(name) and not name.startswith(("src/cli/", "src/base/assert"))),
    Ban(r"\busing " + r"namespace\b(?!.*literals)", "brings names into every file that includes this one",
        lambda name: name.endswith(".h")),
    Ban(r"\bTO" + r"DO\b(?!.{0,8}: \S.{19,})|\bFIX" + r"ME\b",
        "say after a colon what would be done and what it would buy", is_code),
    Ban(r"[ \t]+$", "white space at the end of a line shows up in every later diff",
        lambda name: name.endswith((".cc", ".h", ".py", ".sh", ".cmake"))),
]
BANNED_STEMS = re.compile(r"(^|_)(" + "|".join(["util", "utils", "helper", "helpers", "common", "manager", "misc"])
                          + r")(_|$)")


def repository_files(root):
    """Names of the files of the repository: what git tracks or would, or everything but build/ where there is no git."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"],
                            capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return sorted(name for name in listed.stdout.split("\0") if name and (root / name).is_file())
    return sorted(p.relative_to(root).as_posix() for p in root.rglob("*")
                  if p.is_file() and not p.relative_to(root).parts[0].startswith(("build", ".git")))


def check_text(name, text, problems):
    bans = [ban for ban in BANS if ban.where(name)]
    for number, line in enumerate(text.split("\n"), 1):
        for ban in bans:
            found = ban.pattern.search(line)
            if found:
                problems.append(f"{name}:{number}: '{found.group(0).strip() or 'trailing space'}': {ban.reason}")


def check(root):
    root = pathlib.Path(root)
    problems = []
    names = repository_files(root)
    for name in names:
        path = root / name
        if path.stat().st_size > LARGEST_BYTES and not name.startswith("examples/"):
            problems.append(f"{name}: {path.stat().st_size} bytes; large files belong in examples/ or are generated")
        stem = pathlib.PurePosixPath(name).name.split(".")[0].lower()
        if BANNED_STEMS.search(stem) and is_code(name):
            problems.append(f"{name}: name the idea in it; such a name attracts strangers")
        if pathlib.PurePosixPath(name).suffix not in TEXT:
            continue
        text = path.read_bytes().decode("utf-8", errors="replace")
        check_text(name, text, problems)
        if name.endswith(".h") and "#pragma once" not in text:
            problems.append(f"{name}: a header begins with #pragma once")
    folders = {pathlib.PurePosixPath(n).parent.as_posix() for n in names
               if n.startswith("src/") and n.endswith("/CMakeLists.txt")} - {"src"}
    for folder in sorted(folders):
        if f"{folder}/README.md" not in names:
            problems.append(f"{folder}: a folder opens with a README.md: purpose, types to know, who owns what")
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", default=pathlib.Path(__file__).resolve().parents[2])
    problems = check(parser.parse_args().root)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
