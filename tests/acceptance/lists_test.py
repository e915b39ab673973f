"""Runs lists of outside cases, which are not part of this repository, through `leat test`.

They are looked for in $LEAT_SHARED/acceptance, else in ../shared/acceptance beside the clone; without them the test is
skipped (exit code 77). A list is a folder. Every case that its first-light.txt names must pass, no case may answer wrongly
(be `failed`), and a case that is `unsupported` is only counted. DIFFERENCES are answered otherwise on purpose.
"""

import collections
import json
import os
import pathlib
import subprocess
import sys

SKIPPED = 77

# (file, name) -> where the difference is written down. docs/semantics.md, "Outside cases".
DIFFERENCES = {
    ("suppress.json", name): "EMIT FINAL loses no window"
    for name in (
        "should include out of order events before window end plus grace period passes",
        "should drop out of order event after window end plus grace period passes",
        "should handle null values",
        "should drop events with no key",
        "should support final results for tumbling windows",
        "should support final results for tumbling windows with large jump",
        "should support final results for hopping windows",
        "should suppress multiple keys",
        "should suppress after a filter WHERE clause",
    )
}
DIFFERENCES["insert-values.json",
            "should fail on mismatch between key and key field values when stream has key"] = \
    "a key column and a value column are two columns"


def folder_of_lists():
    beside = pathlib.Path(__file__).resolve().parents[3] / "shared"
    shared = pathlib.Path(os.environ.get("LEAT_SHARED") or beside)
    return shared / "acceptance"


def first_light(folder):
    """The (file, name) that have to pass; None: every case that is supported, which is all that is asked of others."""
    listed = folder / "first-light.txt"
    if not listed.exists():
        return set()
    return {tuple(line.split("\t")) for line in listed.read_text().splitlines() if line}


def outcomes(leat, folder):
    run = subprocess.run([leat, "test", "--json", str(folder)], stdout=subprocess.PIPE, check=False, text=True)
    if run.returncode not in (0, 1):
        sys.exit(f"leat test ended with {run.returncode}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def check(leat, folder):
    """Prints the tally of one list and what is wrong; returns how much is wrong."""
    required = first_light(folder)
    tally = collections.Counter()
    of_required = collections.Counter()
    wrong = []
    for case in outcomes(leat, folder):
        key = (pathlib.PurePath(case["file"]).name, case["name"])
        result = case["result"]
        if result == "failed" and key in DIFFERENCES:
            result = "different on purpose"
        tally[result] += 1
        if key in required:
            of_required[result] += 1
            required.discard(key)
            if result != "passed":
                wrong.append((key, case["reason"] or result))
        elif result == "failed":
            wrong.append((key, case["reason"]))
    wrong += [(key, "listed in first-light.txt, and not there") for key in sorted(required)]
    print(f"{folder.name}: " + ", ".join(f"{count} {result}" for result, count in sorted(tally.items())))
    if of_required:
        print("  of first-light.txt: " + ", ".join(f"{n} {result}" for result, n in sorted(of_required.items())))
    for (file, name), reason in wrong:
        print(f"  WRONG  {file}: {name}\n         " + reason.replace("\n", "\n         "))
    if not tally:
        print("  WRONG  no cases")
    return len(wrong) + (not tally)


def main():
    lists = folder_of_lists()
    folders = sorted(p for p in lists.iterdir() if p.is_dir()) if lists.is_dir() else []
    if not folders:
        print(f"skipped: no lists in {lists}; LEAT_SHARED may name the folder that has acceptance/")
        return SKIPPED
    return 1 if sum(check(os.environ["LEAT"], folder) for folder in folders) else 0


if __name__ == "__main__":
    sys.exit(main())
