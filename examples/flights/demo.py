"""Flights: loads airports and 20,000 real departures, shows what the queries made of them, and recomputes it."""

import argparse
import collections
import csv
import json
import pathlib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from leat_server import Checks, Client, LeatServer, exit_on_sigterm, free_port, run_leat, serve_until_signal, table  # noqa: E402

HOUR_MS = 3_600_000
FLIGHTS = HERE / "flights.ndjson"
AIRPORTS = HERE / "airports.csv"


def load(server):
    """Through the program's own command, as a user would; airports first and dated 0, so that every flight finds its own."""
    begin = time.monotonic()
    run_leat("produce", "airports", "--server", server.url, "--file", AIRPORTS, "--format", "delimited", "--header",
             "--key", "iata", "--timestamp", 0, "--idempotent-id", "airports")
    run_leat("produce", "flights", "--server", server.url, "--file", FLIGHTS, "--key", "flight_id",
             "--idempotent-id", "flights")
    return time.monotonic() - begin


def wait_until_taken_in(client, count):
    """Until every query stands at the end of its inputs."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        queries = {row["id"]: row for row in client.get("/v1/queries")["rows"]}
        taken = queries["departures"]["nodes"][0]["rows_in"]
        if taken >= count and all(row["lag"] == 0 for row in queries.values()):
            return queries
        time.sleep(0.02)
    raise RuntimeError("the flights were not taken in within 60 s")


def last_rows(client, topic):
    """What a table's topic says in the end: the last value of each key and window."""
    rows = {}
    for record in client.records(topic):
        rows[record["key"], record.get("window", {}).get("start")] = record["value"]
    return rows


def show_origins(by_origin):
    busiest = sorted(by_origin.values(), key=lambda row: -row["value"]["departures"])[:12]
    print("\nThe busiest origins:\n")
    table(["origin", "city", "departures", "mean delay, min"],
          [[row["key"], row["value"]["city"], row["value"]["departures"], f"{row['value']['mean_delay']:.1f}"]
           for row in busiest], right=(2, 3))


def show_hours(hourly):
    crowded = sorted(hourly.items(), key=lambda item: (-item[1]["departures"], item[0][1]))[:10]
    print("\nThe fullest hours of an origin, by scheduled time:\n")
    table(["hour", "origin", "departures", "mean delay, min", "worst"],
          [[time.strftime("%Y-%m-%d %H:00", time.gmtime(start / 1000)), origin, value["departures"],
            f"{value['mean_delay']:.1f}", value["worst_delay"]] for (origin, start), value in crowded],
          right=(2, 3, 4))


def show_counts(queries):
    print("\nWhat each query took, and what it had to leave out:\n")
    rows = []
    for query in queries.values():
        late = sum(node["late"] for node in query["nodes"])
        dropped = sum(node["dropped"] for node in query["nodes"])
        errors = sum(node["errors"] for node in query["nodes"])
        rows.append([query["id"], query["nodes"][0]["rows_in"], query["nodes"][-1]["rows_out"], late, dropped, errors])
    table(["query", "rows in", "rows out", "late", "dropped", "errors"], rows, right=(1, 2, 3, 4, 5))


class Recomputed:
    """The same figures from the files, without Leat."""

    def __init__(self):
        with open(AIRPORTS, newline="") as file:
            self.cities = {row["iata"]: row["city"] for row in csv.DictReader(file)}
        self.delays = collections.defaultdict(list)
        self.hours = collections.Counter()
        self.out_of_order = 0
        newest = 0
        with open(FLIGHTS) as file:
            for line in file:
                flight = json.loads(line)
                self.delays[flight["origin"]].append(flight["delay"])
                self.hours[flight["origin"], flight["scheduled"] // HOUR_MS * HOUR_MS] += 1
                self.out_of_order += flight["scheduled"] < newest
                newest = max(newest, flight["scheduled"])
        self.count = sum(self.hours.values())


def check(checks, expected, by_origin, hourly, queries):
    def same(origin, value):
        delays = expected.delays[origin]
        return (value["departures"] == len(delays) and value["city"] == expected.cities[origin]
                and abs(float(value["mean_delay"]) - sum(delays) / len(delays)) < 1e-9)

    print("\nHeld against a recomputation in Python:\n")
    checks.hold(f"all {len(expected.delays)} origins have their count, city and mean delay",
                by_origin.keys() == expected.delays.keys()
                and all(same(origin, row["value"]) for origin, row in by_origin.items()))
    late = next(node["late"] for node in queries["hourly"]["nodes"] if node["id"] == "aggregate")
    in_windows = sum(value["departures"] for value in hourly.values())
    checks.hold(f"{in_windows:,} departures in hourly windows + {late} late = {expected.count:,} flights",
                in_windows + late == expected.count)
    checks.hold("no hour has more departures than the file, and none is invented",
                all(value["departures"] <= expected.hours[key] for key, value in hourly.items()))
    checks.hold("nothing was dropped and nothing failed",
                not any(node["dropped"] + node["errors"] for row in queries.values() for node in row["nodes"]))


def demo(server, checks):
    ready = server.start()
    expected = Recomputed()
    print(f"leat answers at {server.url} ({ready * 1000:.0f} ms from its start)")
    seconds = load(server)
    client = Client(server.port)
    queries = wait_until_taken_in(client, expected.count)
    print(f"{len(expected.cities):,} airports and {expected.count:,} departures went in within {seconds:.2f} s; "
          f"{expected.out_of_order:,} of the departures are out of order by their scheduled time.")
    by_origin = {row["key"]: row for row in client.get("/v1/views/by_origin", limit=10000)["rows"]}
    hourly = last_rows(client, "hourly")
    show_origins(by_origin)
    show_hours(hourly)
    show_counts(queries)
    check(checks, expected, by_origin, hourly, queries)


def print_urls(server):
    print(f"""
flights is up at {server.url}. Try
  curl {server.url}/v1/views/by_origin/ORD
  curl '{server.url}/v1/views/by_origin?from=A&to=C&limit=5'
  curl {server.url}/v1/views/hourly/LAX
  {run_hint(server, "SELECT * FROM by_origin WHERE origin = 'SEA';")}
  {run_hint(server, "EXPLAIN hourly;")}""", flush=True)


def run_hint(server, statement):
    return f'build/release/leat sql --server {server.url} -e "{statement}"'


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--serve", action="store_true", help="stay up until Ctrl-C")
    parser.add_argument("--ready", type=pathlib.Path, help="a file to make once everything is shown and stays up")
    arguments = parser.parse_args()
    exit_on_sigterm()
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="leat-flights-") as folder:
        server = LeatServer(HERE / "flights.sql", pathlib.Path(folder) / "data", free_port(arguments.port))
        try:
            demo(server, checks)
            if arguments.serve and not checks.failed:
                print_urls(server)
                serve_until_signal(arguments.ready)
            checks.hold("SIGTERM: committed and ended with exit code 0", server.stop() == 0)
        finally:
            server.stop()
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
