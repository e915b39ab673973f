"""Records in, views out, and what bad requests are answered."""

import http.client
import json
import socket
import threading
import time
import unittest

from program import WORDS, Client, ProgramTest, Refused


class Http(ProgramTest):
    def test_a_read_after_a_post_shows_it(self):
        for n in range(1, 20):
            answer = self.post("words", {"key": "a", "value": {"n": n}})
            self.assertEqual(self.total("a", answer["position"]), {"total": n * (n + 1) // 2, "count": n})

    def test_a_retry_with_the_same_key_is_answered_alike_and_adds_nothing(self):
        body = [{"key": "a", "value": {"n": 1}}, {"key": "b", "value": {"n": 2}}]
        first = self.post("words", body, {"Idempotency-Key": "k"})
        self.assertEqual(self.post("words", body, {"Idempotency-Key": "k"}), first)
        self.assertEqual(self.total("a", first["position"])["count"], 1)
        self.refused(lambda: self.post("words", {"key": "a", "value": {"n": 9}}, {"Idempotency-Key": "k"}), 422, "conflict")

    def test_nothing_of_an_array_with_a_bad_record_is_appended(self):
        good = {"key": "a", "value": {"n": 1}}
        for bad in ({"key": "a", "value": {"n": "many"}}, {"key": "a", "value": {"n": 99999999999}}):
            with self.assertRaises(Refused) as raised:
                self.post("words", [good, bad])
            self.assertEqual(raised.exception.status, 422)
        self.assertEqual(sum(self.client.end_offsets("words")), 0)

    def test_requests_that_are_not_what_they_should_be_say_why(self):
        bad = [b"{", b"", b"[1]", b'"x"', b'{"key":"a"}', b'{"key":"a","value":{},"extra":1}', b'{"key":"a","value":\xff\xfe}',
               b'{"key":"a","value":{"n":1},"timestamp":"noon"}', b"[" * 5000]
        for body in bad:
            self.refused(lambda: self.post("words", body), 400, "invalid-argument")
        self.refused(lambda: self.post("wrods", {"key": "a", "value": {"n": 1}}), 404, "not-found")
        self.refused(lambda: self.client.get("/v1/views/totl"), 404, "not-found")
        self.refused(lambda: self.client.get("/v1/views/words"), 404, "not-found")
        self.refused(lambda: self.client.get("/v1/views/totals/none"), 404, "not-found")
        self.refused(lambda: self.client.get("/v1/views/totals/a", after="AAAA"), 400, "invalid-argument")
        self.refused(lambda: self.client.get("/v1/nowhere"), 404, "not-found")
        self.refused(lambda: self.client.post("/v1/sql", {"statement": "SELEC 1;"}), 400, "invalid-argument")

    def test_a_record_of_ten_megabytes_is_refused_and_harms_nothing(self):
        with self.assertRaises(Refused) as raised:
            self.post("words", {"key": "x" * 10_000_000, "value": {"n": 1}})
        self.assertIn(raised.exception.status, (413, 422))
        answer = self.post("words", {"key": "a", "value": {"n": 1}})
        self.assertEqual(self.total("a", answer["position"])["count"], 1)

    def test_a_body_over_the_limit_is_413_whether_its_length_was_said_or_not(self):
        body = b'{"key":"a","value":"' + b"x" * 20_000_000 + b'"}'
        for send in (body, iter([body[i:i + 65536] for i in range(0, len(body), 65536)])):
            connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
            connection.request("POST", "/v1/topics/words/records", send)
            response = connection.getresponse()
            self.assertEqual((response.status, json.loads(response.read())["title"]), (413, "Too large"))
            connection.close()

    def test_one_connection_too_many_is_asked_to_come_again(self):
        crowd = [socket.create_connection(("127.0.0.1", self.server.port)) for _ in range(1024)]
        try:
            answers = []
            for _ in range(3):  # the test's own kept-alive connections count too
                with socket.create_connection(("127.0.0.1", self.server.port), timeout=5) as late:
                    answers.append(late.recv(4096))
            self.assertIn(b"HTTP/1.1 503", answers[-1])
            self.assertIn(b"Retry-After", answers[-1])
        finally:
            for one in crowd:
                one.close()

    def test_a_method_that_does_not_apply_says_which_do(self):
        problem = self.refused(lambda: self.client.call("PUT", "/v1/topics/words/records", {}), 405, "invalid-argument")
        self.assertIn("POST", problem["hint"])
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request("HEAD", "/healthz")
        response = connection.getresponse()
        self.assertEqual((response.status, response.read()), (200, b""))

    def test_every_read_waits_for_the_position_that_it_names(self):
        later = self.post("words", {"key": "a", "value": {"n": 4}})["position"]
        rows = self.client.post(f"/v1/sql?after={later}", {"statement": "SELECT total FROM totals;"})["rows"]
        self.assertEqual(rows, [[4]])
        later = self.post("words", {"key": "a", "value": {"n": 4}})["position"]
        records = [self.client.get("/v1/topics/totals/records", partition=p, after=later)["rows"] for p in (0, 1)]
        self.assertEqual(sum(len(r) for r in records), 2)
        later = self.post("words", {"key": "a", "value": {"n": 4}})["position"]
        event = self.events(f"/v1/changes/totals?after={later}", 1)[0]
        self.assertEqual(json.loads(event["data"])["value"]["total"], 12)
        for path in ("/v1/topics/words/records", "/v1/changes/totals", "/v1/views/totals"):
            self.refused(lambda path=path: self.client.get(path, after="zz"), 400, "invalid-argument")

    def test_parameters_that_cannot_be_meant_are_refused(self):
        for path in ("/v1/views/totals?limit=0", "/v1/views/totals?limit=-1", "/v1/views/totals?limit=x",
                     "/v1/views/totals/a?window_start=0", "/v1/topics/words/records?from=yesterday"):
            self.refused(lambda path=path: self.client.get(path), 400, "invalid-argument")

    def test_other_sites_and_names_are_refused(self):
        for headers in ({"Origin": "https://example.org"}, {"Host": "evil.example"}):
            with self.assertRaises(Refused) as raised:
                self.client.call("GET", "/v1/views", headers=headers)
            self.assertEqual(raised.exception.status, 403)

    def test_a_post_cut_in_half_never_happened(self):
        with socket.create_connection(("127.0.0.1", self.server.port)) as raw:
            raw.sendall(b"POST /v1/topics/words/records HTTP/1.1\r\nHost: localhost:1\r\nContent-Length: 100\r\n\r\n"
                        b'{"key":"a","value":{"n":1}}')
        time.sleep(0.1)
        self.assertEqual(sum(self.client.end_offsets("words")), 0)

    def test_views_page_through_their_keys_in_order(self):
        answer = self.post("words", [{"key": f"w{n:03}", "value": {"n": n}} for n in range(25)])
        keys, cursor = [], None
        while True:
            page = self.client.get("/v1/views/totals", limit=10, after=answer["position"], **({"cursor": cursor} if cursor else {}))
            keys += [row["key"] for row in page["rows"]]
            cursor = page.get("cursor")
            if not cursor:
                break
        self.assertEqual(keys, [f"w{n:03}" for n in range(25)])
        some = self.client.get("/v1/views/totals", prefix="w01")["rows"]
        self.assertEqual([row["key"] for row in some], [f"w{n:03}" for n in range(10, 20)])
        part = self.client.get("/v1/views/totals", **{"from": "w003", "to": "w006"})["rows"]
        self.assertEqual([row["key"] for row in part], ["w003", "w004", "w005"])

    def test_a_record_from_the_far_future_becomes_a_dead_letter(self):
        answer = self.post("words", [{"key": "a", "value": {"n": 1}, "timestamp": 253402300799000}, {"key": "a", "value": {"n": 2}}])
        self.assertEqual(self.total("a", answer["position"]), {"total": 2, "count": 1})
        letters = list(self.client.records("app-dead-letters"))
        self.assertEqual(len(letters), 1)
        self.assertEqual(letters[0]["headers"]["leat.error.topic"], "words")

    def test_statements_answer_with_columns_rows_and_a_position(self):
        answer = self.post("words", {"key": "a", "value": {"n": 4}})
        self.total("a", answer["position"])
        result = self.client.post("/v1/sql", {"statement": "SELECT word, total * 2 AS twice FROM totals WHERE word = 'a';"})
        self.assertEqual([c["name"] for c in result["columns"]], ["word", "twice"])
        self.assertEqual(result["rows"], [["a", 8]])
        self.assertIn("position", result)

    def test_metrics_count_what_happened(self):
        answer = self.post("words", {"key": "a", "value": {"n": 1}})
        self.total("a", answer["position"])
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        self.assertRegex(text, r'leat_exec_rows_in_total\{query="totals",node="[^"]+"\} 1\n')
        self.assertIn("leat_log_records_total", text)


class Events:
    """Reads Server-Sent Events on a thread of its own."""

    def __init__(self, port, path, last_id=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.connection.request("GET", path, headers={"Last-Event-ID": last_id} if last_id else {})
        self.response = self.connection.getresponse()
        self.seen = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        event = {}
        try:
            for line in self.response:
                line = line.decode().rstrip("\n")
                if not line:
                    self.seen.append(event)
                    event = {}
                else:
                    name, _, value = line.partition(": ")
                    event[name] = value
        except (OSError, ValueError, AttributeError, http.client.HTTPException):
            return  # the test has closed it

    def wait(self, count):
        deadline = time.monotonic() + 20
        while len(self.seen) < count and time.monotonic() < deadline:
            time.sleep(0.01)
        return self.seen[:count]


class Changes(ProgramTest):
    def test_a_snapshot_then_ready_then_each_change_and_a_resume_without_gap_or_repeat(self):
        answer = self.post("words", {"key": "a", "value": {"n": 1}})
        self.total("a", answer["position"])
        events = Events(self.server.port, "/v1/changes/totals")
        self.assertEqual([e["event"] for e in events.wait(2)], ["snapshot", "ready"])
        for n in (2, 3):
            answer = self.post("words", {"key": "a", "value": {"n": n}})
            self.total("a", answer["position"])
        changes = events.wait(4)[2:]
        self.assertEqual([json.loads(e["data"])["value"]["total"] for e in changes], [3, 6])
        again = Events(self.server.port, "/v1/changes/totals", changes[0]["id"])
        self.assertEqual([json.loads(e["data"])["value"]["total"] for e in again.wait(1)], [6])

    def test_a_snapshot_larger_than_what_waits_for_a_client_comes_whole(self):
        for part in range(4):
            answer = self.post("words", [{"key": f"w{part}-{n}" + "x" * 100, "value": {"n": n}} for n in range(5000)])
        self.client.get("/v1/views/totals", limit=1, after=answer["position"], wait_ms=20000)
        events = self.events("/v1/changes/totals", 20001)
        self.assertEqual({e["event"] for e in events[:-1]}, {"snapshot"})
        self.assertEqual(events[-1]["event"], "ready")
        rows = self.lines("POST", "/v1/sql", {"statement": "SELECT * FROM words EMIT CHANGES LIMIT 20000;"})
        self.assertEqual(len(rows), 20001)

    def test_an_id_of_another_log_gets_a_reset_and_a_new_snapshot(self):
        events = Events(self.server.port, "/v1/changes/totals", "AQAAAAA")
        self.assertEqual([e["event"] for e in events.wait(2)], ["reset", "ready"])

    def test_a_client_that_never_reads_holds_up_nobody(self):
        raw = socket.create_connection(("127.0.0.1", self.server.port))
        self.addCleanup(raw.close)
        raw.sendall(b"GET /v1/changes/totals HTTP/1.1\r\nHost: localhost:1\r\n\r\n")
        for _ in range(20):
            answer = self.post("words", [{"key": f"w{n}" + "x" * 200, "value": {"n": n}} for n in range(1000)])
        client = Client(self.server.port)
        row = client.get("/v1/views/totals/w1" + "x" * 200, after=answer["position"])["rows"][0]
        self.assertEqual(row["value"]["count"], 20)


class Windows(ProgramTest):
    sql = WORDS + """
CREATE TABLE by_minute AS SELECT word, COUNT(*) AS count FROM words
  WINDOW TUMBLING (SIZE 1 MINUTE, GRACE PERIOD 0 SECONDS) GROUP BY word;
CREATE TABLE kept AS SELECT word, COUNT(*) AS count FROM words
  WINDOW TUMBLING (SIZE 1 MINUTE, RETENTION 3 DAYS, GRACE PERIOD 0 SECONDS) GROUP BY word;
"""
    DAY = 86_400_000

    def add(self, time):
        """One record; times far apart, and none in the future."""
        return self.post("words", {"key": "a", "value": {"n": 1}, "timestamp": time})["position"]

    def starts(self, view, position):
        rows = self.client.get(f"/v1/views/{view}/a", after=position)["rows"]
        return [row["window"]["start"] for row in rows]

    def test_windows_leave_the_view_after_their_retention_and_stay_in_the_topic(self):
        first = 1_700_000_040_000  # a whole minute
        self.assertEqual(self.starts("by_minute", self.add(first)), [first])
        # Kept for a day of stream time, counted from the window's start.
        at = self.add(first + self.DAY - 1)
        self.assertIn(first, self.starts("by_minute", at))
        at = self.add(first + self.DAY + 60_000)
        self.assertNotIn(first, self.starts("by_minute", at))
        problem = self.refused(
            lambda: self.client.get("/v1/views/by_minute/a", window_start=first, after=at), 404, "not-found")
        self.assertIn("RETENTION", problem["hint"])
        self.assertIn(first, self.starts("kept", at))
        self.assertEqual(len(list(self.client.records("by_minute"))), 3)
        self.server.kill()
        self.start_again()
        self.assertNotIn(first, self.starts("by_minute", at))
        self.assertIn(first, self.starts("kept", at))
        self.assertNotIn(first, self.starts("kept", self.add(first + 3 * self.DAY + 60_000)))


if __name__ == "__main__":
    unittest.main()
