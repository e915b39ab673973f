"""Random inputs through SQL, held against plain models of what comes out that share no code with the engine.

Each seed gives one case in the form of `leat test`, which runs it straight, stopped and killed midway, without rewrites and,
where no partition's own stream time matters, with three partitions. A last record of a key of its own shows that nothing
came which the model does not know. A failure names its seed: `model_test.py --seed N` runs it alone and prints the case.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile

SECOND = 1000
LAST = "zz-last"


class Case:
    def __init__(self, name):
        self.lines = [f"--@test: {name}"]

    def say(self, line):
        self.lines.append(line)

    def insert(self, target, columns, values):
        shown = ", ".join("NULL" if v is None else f"'{v}'" if isinstance(v, str) else str(v) for v in values)
        self.say(f"INSERT INTO {target} ({columns}) VALUES ({shown});")

    def expect(self, source, columns, rows):
        for values in rows:
            shown = ", ".join("NULL" if v is None else f"'{v}'" if isinstance(v, str) else str(v) for v in values)
            self.say(f"ASSERT VALUES {source} ({columns}) VALUES ({shown});")


def clicks(rng, count, spread):
    """Records near a time that goes on, some far behind, and jumps."""
    now = rng.randrange(20) * SECOND
    for _ in range(count):
        now += rng.choice([0, 1, 400, SECOND - 1, SECOND, 3 * SECOND, rng.randrange(spread)])
        at = max(0, now - rng.choice([0, 0, 0, 1, SECOND, rng.randrange(spread)]))
        yield at, rng.choice("abcd"), rng.choice([None, *range(-3, 9)])


class Windows:
    """COUNT(*), SUM by key and tumbling window; a row first advances stream time, then may be late."""

    def __init__(self, size, grace):
        self.size, self.grace = size, grace
        self.time = -1
        self.groups = {}  # (start, key) -> [rows, sum, latest]
        self.emitted = set()

    def closed(self, start):
        return start + self.size + self.grace <= self.time

    def take(self, at, key, value):
        """The changed row, or None for a late one."""
        self.time = max(self.time, at)
        start = at - at % self.size
        if self.closed(start):
            return None
        group = self.groups.setdefault((start, key), [0, 0, at])
        group[0] += 1
        group[1] += value or 0
        group[2] = max(group[2], at)
        return (group[2], key, group[0], group[1], start)

    def finals(self):
        """Windows that have closed since the last call."""
        for (start, key), group in sorted(self.groups.items()):
            if self.closed(start) and (start, key) not in self.emitted:
                self.emitted.add((start, key))
                yield (group[2], key, group[0], group[1], start)


def windows_case(rng, name, final):
    size = rng.choice([SECOND, 2 * SECOND, 7 * SECOND])
    grace = rng.choice([0, 1, SECOND, 5 * SECOND])
    unit = "MILLISECONDS"
    case = Case(name)
    case.say("CREATE STREAM clicks (id STRING KEY, v BIGINT) WITH (kafka_topic='clicks', value_format='JSON');")
    case.say("CREATE TABLE counted AS SELECT id, COUNT(*) AS n, SUM(v) AS total FROM clicks WINDOW TUMBLING "
             f"(SIZE {size} {unit}, GRACE PERIOD {grace} {unit}) GROUP BY id EMIT {'FINAL' if final else 'CHANGES'};")
    model = Windows(size, grace)
    rows = []
    records = list(clicks(rng, 60, 12 * SECOND))
    far = max(at for at, _, _ in records) + 1000 * SECOND
    records += [(far, LAST, 1), (2 * far, LAST, 1)]
    for at, key, value in records:
        case.insert("clicks", "rowtime, id, v", (at, key, value))
        changed = model.take(at, key, value)
        if final:
            rows += model.finals()
        elif changed:
            rows.append(changed)
    case.expect("counted", "rowtime, id, n, total, windowstart", rows)
    return case


def grouped_case(rng, name):
    """Without a GRACE PERIOD, so that three partitions answer alike."""
    case = Case(name)
    case.say("CREATE STREAM clicks (id STRING KEY, v BIGINT) WITH (kafka_topic='clicks', value_format='JSON');")
    case.say("CREATE TABLE counted AS SELECT v, COUNT(*) AS n, MAX(v * 2) AS twice FROM clicks "
             "WINDOW TUMBLING (SIZE 5 SECONDS) GROUP BY v;")
    model = Windows(5 * SECOND, 24 * 3600 * SECOND - 5 * SECOND)
    rows = []
    for at, key, value in [*clicks(rng, 40, 12 * SECOND), (0, LAST, 1000)]:
        case.insert("clicks", "rowtime, id, v", (at, key, value))
        changed = model.take(at, value, value) if value is not None else None
        if changed:
            rows.append((changed[0], value, changed[2], value * 2, changed[4]))
    case.expect("counted", "rowtime, v, n, twice, windowstart", rows)
    return case


def join_case(rng, name):
    left = rng.random() < 0.5
    case = Case(name)
    case.say("CREATE TABLE names (id STRING PRIMARY KEY, name STRING) WITH (kafka_topic='names', value_format='JSON');")
    case.say("CREATE STREAM clicks (id STRING KEY, who STRING, v BIGINT) WITH (kafka_topic='clicks', value_format='JSON');")
    case.say("CREATE STREAM named AS SELECT clicks.who AS who, clicks.v AS v, names.name AS name FROM clicks "
             f"{'LEFT ' if left else ''}JOIN names ON clicks.who = names.id;")
    names = {}
    rows = []
    for i, (at, key, value) in enumerate([*clicks(rng, 50, 12 * SECOND), (0, LAST, 1)]):
        if key == LAST or rng.random() < 0.4:
            names[key] = f"{key}-{i}"
            case.insert("names", "rowtime, id, name", (at, key, names[key]))
        if key != LAST and rng.random() < 0.4:
            continue
        case.insert("clicks", "rowtime, id, who, v", (max(0, at - 500), rng.choice("xyz"), key, value))
        if left or key in names:
            rows.append((max(0, at - 500), key, value, names.get(key)))
    case.expect("named", "rowtime, who, v, name", rows)
    return case


def case_of(seed):
    rng = random.Random(seed)
    kind = seed % 4
    name = f"seed {seed}"
    if kind == 0:
        return windows_case(rng, name, False)
    if kind == 1:
        return windows_case(rng, name, True)
    return grouped_case(rng, name) if kind == 2 else join_case(rng, name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int)
    parser.add_argument("--seeds", type=int, default=60)
    args = parser.parse_args()
    seeds = range(args.seeds) if args.seed is None else [args.seed]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.sql")
        with open(path, "w", encoding="utf-8") as out:
            for seed in seeds:
                out.write("\n".join(case_of(seed).lines) + "\n\n")
        if args.seed is not None:
            print("\n".join(case_of(args.seed).lines))
        return subprocess.run([os.environ["LEAT"], "test", path], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
