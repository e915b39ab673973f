"""A disk that fills up, for real: a small tmpfs, where the test may mount one."""

import os
import subprocess
import time
import unittest

from program import Client, LeatServer, ProgramTest, Refused, free_port, leat


class DiskFull(ProgramTest):
    def setUp(self):
        super().setUp()
        self.disk = self.path / "small"
        self.disk.mkdir()
        mounted = os.geteuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(self.disk)], capture_output=True, check=False).returncode == 0
        if not mounted:
            self.skipTest("needs to mount a tmpfs")
        self.addCleanup(subprocess.run, ["umount", str(self.disk)], check=False)
        self.ballast = self.disk / "ballast"
        self.ballast.write_bytes(b"x" * 2_000_000)
        self.small = LeatServer(self.file, self.disk / "d", free_port())
        self.addCleanup(self.small.log.close)
        self.addCleanup(self.small.stop)
        self.small.start()

    def post_until_there_is_room(self, client):
        deadline = time.monotonic() + 10
        while True:
            try:
                return client.post("/v1/topics/words/records", {"key": "w1", "value": {"n": 1}})["position"]
            except Refused as refusal:
                if refusal.problem["code"] != "disk-full" or time.monotonic() > deadline:
                    raise
            time.sleep(0.05)

    def test_appends_are_refused_reads_and_views_go_on_and_room_is_enough_to_resume(self):
        client = Client(self.small.port)
        body = [{"key": f"w{n}", "value": {"n": 1}} for n in range(500)] + [{"key": "x" * 100_000, "value": {"n": 1}}]
        sent, position = 0, None
        with self.assertRaises(Refused) as refused:
            while sent < 2000:
                position = client.post("/v1/topics/words/records", body)["position"]
                sent += 1
        self.assertEqual((refused.exception.status, refused.exception.problem["code"]), (503, "disk-full"))
        row = client.get("/v1/views/totals/w1", after=position, wait_ms=20000)["rows"][0]
        self.assertEqual(row["value"], {"total": sent, "count": sent})
        self.assertEqual(sum(client.end_offsets("words")), sent * len(body))

        self.ballast.unlink()
        position = self.post_until_there_is_room(client)
        row = client.get("/v1/views/totals/w1", after=position, wait_ms=20000)["rows"][0]
        self.assertEqual(row["value"]["count"], sent + 1)
        self.assertEqual(self.small.stop(), 0)
        self.assertEqual(leat("verify", self.disk / "d").returncode, 0)


if __name__ == "__main__":
    unittest.main()
