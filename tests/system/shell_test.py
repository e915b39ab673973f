"""The shell on a terminal: it repaints, Ctrl-C ends a query and not the shell, tables fit the screen."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
import unittest

from program import PROGRAM, ProgramTest


class Terminal:
    """A program on a terminal of 80 columns."""

    def __init__(self, *arguments):
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen([str(PROGRAM), *map(str, arguments)], stdin=slave, stdout=slave, stderr=slave,
                                        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
                                        env={**os.environ, "TERM": "xterm"})
        os.close(slave)
        self.seen = ""

    def type(self, text):
        os.write(self.master, text.encode())

    def wait_for(self, text, seconds=10):
        """What came up to and with `text`, and is taken away."""
        deadline = time.monotonic() + seconds
        while text not in self.seen and time.monotonic() < deadline:
            if select.select([self.master], [], [], 0.1)[0]:
                try:
                    self.seen += os.read(self.master, 65536).decode(errors="replace")
                except OSError:
                    break
        if text not in self.seen:
            raise AssertionError(f"{text!r} did not come, but {self.seen!r}")
        before, _, self.seen = self.seen.partition(text)
        return before + text

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


class Shell(ProgramTest):
    def terminal(self, *arguments):
        terminal = Terminal("sql", "--server", self.server.url, *arguments)
        self.addCleanup(terminal.close)
        return terminal

    def test_ctrl_c_ends_a_query_or_a_line_and_not_the_shell(self):
        self.post("words", {"key": "a", "value": {"n": 41}})
        shell = self.terminal()
        shell.wait_for("leat> ")
        shell.type("SELECT * FROM words EMIT CHANGES;\r")
        shell.wait_for("41")
        self.post("words", {"key": "a", "value": {"n": 42}})
        self.assertIn("\x1b[", shell.wait_for("42"))  # painted again in place
        shell.type("\x03")
        shell.wait_for("leat> ")
        shell.type("SELECT nonsense")
        shell.wait_for("nonsense")
        shell.type("\x03")
        shell.wait_for("leat> ")
        shell.type("SHOW TABLES;\r")
        shell.wait_for("totals")
        shell.wait_for("1 row")
        shell.type("exit\r")
        self.assertEqual(shell.process.wait(timeout=10), 0)

    def test_tables_fit_the_terminal(self):
        self.post("words", {"key": "a" * 300, "value": {"n": 1}})
        for statement in ("SHOW QUERIES;", "SHOW FUNCTIONS;", "SHOW PROPERTIES;", "DESCRIBE totals EXTENDED;", "SELECT * FROM words;"):
            with self.subTest(statement=statement):
                shell = self.terminal("-e", statement)
                lines = shell.wait_for(" rows" if "SELECT" not in statement and "QUERIES" not in statement else " row").splitlines()
                self.assertLessEqual(max(map(len, lines)), 80)


if __name__ == "__main__":
    unittest.main()
