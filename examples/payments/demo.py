"""Payments under fire: concurrent clients post transfers while the program is killed again and again.

At the end money is conserved to the cent, each accepted transfer counts once, each refused one is in `rejected` once,
and a retry with the same idempotency key adds nothing.
"""

import argparse
import collections
import http.client
import pathlib
import random
import sys
import tempfile
import threading
import time
from decimal import Decimal

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from leat_server import Checks, Client, LeatServer, Refused, exit_on_sigterm, free_port, run_leat, serve_until_signal, table  # noqa: E402

ACCOUNTS = [f"account-{n:03}" for n in range(200)]
CLIENTS = 6
MOST_TRANSFERS_A_REQUEST = 8
RETRY_FOR_SECONDS = 60


def reason_to_reject(value):
    """What payments.sql says about a transfer, in Python."""
    if value["source"] not in ACCOUNTS:
        return "unknown account"
    if value["source"] == value["target"]:
        return "source and target are the same"
    if value["amount"] <= 0:
        return "amount must be positive"
    return None


def make_transfer(random_numbers, name):
    """One transfer; about one in twenty is invalid."""
    source, target = random_numbers.sample(ACCOUNTS, 2)
    cents = random_numbers.randint(1, 50_000)
    wrong = random_numbers.random()
    if wrong < 0.02:
        source = f"nobody-{random_numbers.randint(0, 9)}"
    elif wrong < 0.035:
        cents = -random_numbers.randint(0, 500)
    elif wrong < 0.05:
        target = source
    return name, {"source": source, "target": target, "amount": Decimal(cents) / 100}


def encode(transfers):
    """The body of a request. Amounts are written as they are; json.dumps would take them for doubles."""
    records = [f'{{"key":"{name}","value":{{"source":"{value["source"]}","target":"{value["target"]}",'
               f'"amount":{value["amount"]:.2f}}}}}' for name, value in transfers]
    return ("[" + ",".join(records) + "]").encode()


class Teller(threading.Thread):
    """A client: posts its transfers, each request with a key of its own, until each is acknowledged."""

    def __init__(self, number, port, count):
        super().__init__(daemon=True)
        self.number = number
        self.client = Client(port)
        self.random_numbers = random.Random(number)
        self.count = count
        self.transfers = {}
        self.requests = []  # key, body, answer
        self.retries = 0
        self.failure = None

    def run(self):
        try:
            while len(self.transfers) < self.count:
                self.post_some()
        except Exception as failure:  # shown by whoever joins
            self.failure = failure

    def post_some(self):
        count = min(self.random_numbers.randint(1, MOST_TRANSFERS_A_REQUEST), self.count - len(self.transfers))
        first = len(self.transfers)
        some = [make_transfer(self.random_numbers, f"t-{self.number}-{first + i}") for i in range(count)]
        key = f"teller-{self.number}-{len(self.requests)}"
        body = encode(some)
        answer = self.post_until_acknowledged(key, body)
        self.transfers.update(some)
        self.requests.append((key, body, answer))

    def post_until_acknowledged(self, key, body):
        deadline = time.monotonic() + RETRY_FOR_SECONDS
        while True:
            try:
                return post(self.client, key, body)
            except (OSError, http.client.HTTPException) as failure:
                last = failure
            except Refused as refusal:
                if refusal.status != 503:
                    raise
                last = refusal
            if time.monotonic() > deadline:
                raise last
            self.retries += 1
            time.sleep(0.01)


def post(client, key, body):
    return client.post("/v1/topics/transfers/records", body, {"Idempotency-Key": key})


class Auditor(threading.Thread):
    """Reads all balances over and over: in every answer, at every moment, they add up to nothing. Each read names the
    position of the answer before it, also across restarts: what was once shown is never taken back."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.client = Client(port)
        self.stopped = threading.Event()
        self.reads = 0
        self.position = None
        self.wrong = []
        self.went_back = []

    def run(self):
        while not self.stopped.wait(0.02):
            try:
                balances, self.position = read_at(self.client, self.position)
            except Refused as refusal:
                if refusal.status in (400, 504):  # a position of the future, or one that is not there any more
                    self.went_back.append(str(refusal))
                continue
            except (OSError, http.client.HTTPException):
                continue  # it is being restarted
            self.reads += 1
            total = sum(row["balance"] for row in balances.values())
            if total != 0:
                self.wrong.append(total)


def read_at(client, after=None):
    """All balances, not older than a position, and the position that they are at."""
    condition = f"?after={after}&wait_ms=10000" if after else ""
    answer = client.post("/v1/read" + condition, {"read": [{"view": "balances"}]})
    return {row["key"]: row["value"] for row in answer["results"][0]["rows"]}, answer["position"]


def read_balances(client):
    return read_at(client)[0]


def open_accounts(client):
    records = [{"key": name, "value": {"owner": f"Owner of {name}", "daily_limit": 10000}} for name in ACCOUNTS]
    client.post("/v1/topics/accounts/records", records, {"Idempotency-Key": "open-accounts"})


def run_under_fire(server, tellers, auditor, kills):
    """Kills and restarts while the tellers are at work; returns the seconds of all and of each restart."""
    chance = random.Random(7)
    begin = time.monotonic()
    for thread in [*tellers, auditor]:
        thread.start()
    restarts = []
    total = sum(teller.count for teller in tellers)
    for number in range(kills):
        # Spread over the run: by how much is done, then at a random moment.
        while done(tellers) < total * (number + 1) / (kills + 1) and any(t.is_alive() for t in tellers):
            time.sleep(0.002)
        time.sleep(chance.random() * 0.02)
        acknowledged = done(tellers)
        server.kill()
        restarts.append(server.start())
        print(f"  SIGKILL after {acknowledged:6,} acknowledged transfers; all views are back {restarts[-1] * 1000:4.0f} ms "
              "after the restart", flush=True)
    for teller in tellers:
        teller.join()
    seconds = time.monotonic() - begin
    auditor.stopped.set()
    auditor.join()
    return seconds, restarts


def done(tellers):
    return sum(len(teller.transfers) for teller in tellers)


class Expected:
    """What has to come out, from what the tellers sent and nothing else."""

    def __init__(self, transfers):
        self.balances = collections.defaultdict(Decimal)
        self.entries = collections.Counter()
        self.accepted = set()
        self.rejected = {}
        for name, value in transfers.items():
            reason = reason_to_reject(value)
            if reason:
                self.rejected[name] = reason
                continue
            self.accepted.add(name)
            for account, amount in ((value["source"], -value["amount"]), (value["target"], value["amount"])):
                self.balances[account] += amount
                self.entries[account] += 1


def wait_for_all(client, tellers):
    """Reads at the position of each teller's last answer: what they wrote is in the views then."""
    for teller in tellers:
        position = teller.requests[-1][2]["position"]
        client.call("POST", f"/v1/read?after={position}&wait_ms=30000", {"read": [{"view": "balances", "key": ACCOUNTS[0]}]})


def check_balances(checks, client, expected):
    balances = read_balances(client)
    total = sum(row["balance"] for row in balances.values())
    checks.hold(f"{len(balances)} balances add up to {total:.2f}", total == 0)
    checks.hold("every balance is what Python makes of the same transfers",
                {k: v["balance"] for k, v in balances.items()} == expected.balances)
    checks.hold(f"every account has as many entries as transfers touched it ({sum(expected.entries.values()):,} in all)",
                {k: v["entries"] for k, v in balances.items()} == expected.entries)
    return balances


def check_once(checks, client, expected):
    accepted = collections.Counter(record["value"]["transfer"] for record in client.records("accepted"))
    checks.hold(f"each of {len(expected.accepted):,} valid transfers is in accepted once",
                accepted == collections.Counter(expected.accepted))
    rejected = [(record["value"]["transfer"], record["value"]["reason"]) for record in client.records("rejected")]
    checks.hold(f"each of {len(expected.rejected):,} invalid ones is in rejected once, with its reason",
                sorted(rejected) == sorted(expected.rejected.items()))


def check_offsets(checks, client, tellers):
    """What an answer said is where the record is."""
    stored = {(record["partition"], record["offset"]): record["key"] for record in client.records("transfers")}
    promised = {}
    for teller in tellers:
        names = iter(teller.transfers)
        for _, _, answer in teller.requests:
            for place in answer["records"]:
                promised[place["partition"], place["offset"]] = next(names)
    checks.hold(f"the log has the {len(promised):,} acknowledged transfers, each where its answer said, and no other",
                stored == promised)


def check_retries(checks, client, tellers):
    """A request sent again is answered as it was, and adds nothing; the same key for something else is refused."""
    again = [request for teller in tellers for request in teller.requests[::10]]
    before = client.end_offsets("transfers"), read_balances(client)
    same = sum(post(client, key, body) == answer for key, body, answer in again)
    after = client.end_offsets("transfers"), read_balances(client)
    checks.hold(f"{len(again):,} requests sent again got the answer that they had got, and added nothing",
                same == len(again) and before == after, f"{same} answers are the same")
    key, _, _ = again[0]
    try:
        post(client, key, encode([("t-other", {"source": ACCOUNTS[0], "target": ACCOUNTS[1], "amount": Decimal(1)})]))
        checks.hold("the same key with another body is refused", False)
    except Refused as refusal:
        checks.hold(f"the same key with another body is refused: {refusal}", refusal.status == 422)


def show(client, balances, expected):
    print("\nThe richest and the poorest:\n")
    order = sorted(balances.items(), key=lambda item: -item[1]["balance"])
    table(["account", "balance", "entries"],
          [[name, f"{row['balance']:,.2f}", row["entries"]] for name, row in order[:4] + order[-4:]], right=(1, 2))
    print("\nWhy transfers were rejected:\n")
    table(["reason", "transfers"], collections.Counter(expected.rejected.values()).most_common(), right=(1,))
    suspicious = client.post("/v1/read", {"read": [{"view": "suspicious"}]})["results"][0]["rows"]
    suspicious.sort(key=lambda row: -row["value"]["spent"])
    print(f"\nSuspicious: {len(suspicious)} times an account spent more than 5,000.00 within a minute. The worst:\n")
    table(["account", "minute", "spent", "transfers"],
          [[row["key"], time.strftime("%H:%M", time.gmtime(row["window"]["start"] / 1000)),
            f"{row['value']['spent']:,.2f}", row["value"]["transfers"]] for row in suspicious[:4]], right=(2, 3))


def demo(server, checks, count, kills):
    print(f"leat answers at {server.url} ({server.start() * 1000:.0f} ms from its start)")
    open_accounts(Client(server.port))
    tellers = [Teller(number, server.port, count // CLIENTS) for number in range(CLIENTS)]
    auditor = Auditor(server.port)
    print(f"{CLIENTS} clients post {sum(t.count for t in tellers):,} transfers between {len(ACCOUNTS)} "
          f"accounts, up to {MOST_TRANSFERS_A_REQUEST} a request; meanwhile:\n")
    seconds, restarts = run_under_fire(server, tellers, auditor, kills)
    for teller in tellers:
        if teller.failure:
            raise teller.failure
    transfers = {name: value for teller in tellers for name, value in teller.transfers.items()}
    up = seconds - sum(restarts)
    print(f"\n{len(transfers):,} transfers in {sum(len(t.requests) for t in tellers):,} requests took {seconds:.1f} s, "
          f"{sum(restarts):.2f} s of that to restart {len(restarts)} times: {len(transfers) / up:,.0f} transfers/s "
          f"while up, each durable before its answer. {sum(t.retries for t in tellers):,} attempts were repeated.")
    client = Client(server.port)
    wait_for_all(client, tellers)
    expected = Expected(transfers)
    print("\nWhat was promised:\n")
    checks.hold(f"in each of {auditor.reads} reads under load all balances added up to 0.00", not auditor.wrong,
                f"{auditor.wrong[:3]}")
    checks.hold("no read was older than the one before it, also across restarts", not auditor.went_back,
                f"{auditor.went_back[:3]}")
    balances = check_balances(checks, client, expected)
    check_once(checks, client, expected)
    check_offsets(checks, client, tellers)
    check_retries(checks, client, tellers)
    show(client, balances, expected)


def print_urls(server):
    print(f"""
payments is up at {server.url}. Try
  curl {server.url}/v1/views/balances/account-001
  curl -d '{{"key":"t-1","value":{{"source":"account-001","target":"account-002","amount":12.50}}}}' \\
       {server.url}/v1/topics/transfers/records
  curl -N {server.url}/v1/changes/balances/account-001
  build/release/leat sql --server {server.url} -e "SELECT * FROM rejected EMIT CHANGES LIMIT 3;"
  build/release/leat consume transfers --server {server.url} --from beginning --max 5""", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--transfers", type=int, default=30_000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--serve", action="store_true", help="stay up until Ctrl-C")
    parser.add_argument("--ready", type=pathlib.Path, help="a file to make once everything is shown and stays up")
    arguments = parser.parse_args()
    exit_on_sigterm()
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="leat-payments-") as folder:
        data = pathlib.Path(folder) / "data"
        server = LeatServer(HERE / "payments.sql", data, free_port(arguments.port))
        try:
            demo(server, checks, arguments.transfers, arguments.kills)
            if arguments.serve and not checks.failed:
                print_urls(server)
                serve_until_signal(arguments.ready)
            print()
            checks.hold("SIGTERM: committed and ended with exit code 0", server.stop() == 0)
            checks.hold(f"leat verify: {run_leat('verify', data).strip().splitlines()[-1]}", True)
        finally:
            server.stop()
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
