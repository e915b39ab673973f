#!/usr/bin/env python3
"""Runs the kill test over a program with a bug planted in it; fails when the kill test does not notice.

LEAT names the program, one that takes bugs from PLANTED_BUG: leat_planted.
"""
import os
import pathlib
import subprocess
import sys

DEMO = pathlib.Path(__file__).resolve().parents[2] / "examples" / "payments" / "demo.py"
BUGS = ("ack_before_sync", "replayed_record")


def is_found(bug):
    run = subprocess.run([sys.executable, DEMO, "--kills", "10", "--transfers", "3000"], capture_output=True, text=True,
                         check=False, env={**os.environ, "PLANTED_BUG": bug})
    broken = [line.strip() for line in run.stdout.splitlines() if line.strip().startswith("BROKEN")]
    print(f"{bug}: exit code {run.returncode}, {len(broken)} promises broken", *broken, sep="\n  ", flush=True)
    if run.returncode not in (0, 1):
        print(run.stdout[-2000:], run.stderr[-2000:])
    return run.returncode == 1 and bool(broken)


def main():
    without = subprocess.run([sys.executable, DEMO, "--kills", "10", "--transfers", "3000"], capture_output=True,
                             text=True, check=False)
    if without.returncode != 0:
        print(without.stdout, without.stderr)
        return 1
    missed = [bug for bug in BUGS if not is_found(bug)]
    for bug in missed:
        print(f"the kill test did not find {bug}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
