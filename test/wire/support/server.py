# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A running cordboard of our own: started on a free port of the loopback, stopped by its process id.

Its output is read by a thread, so that a test can wait for a line, and is looked through at the end
for anything a sanitizer said.
"""

import os
import pathlib
import signal
import socket
import subprocess
import threading
import time

from support import schema

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("CORDBOARD_BUILD") or ROOT / "build-test")
DEADLINE_S = float(os.environ.get("CORDBOARD_DEADLINE_S", "30"))
PASSWORD = "demo"
BAD_WORDS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:")


def binary():
    for path in (BUILD / "cordboard", BUILD / "src" / "cordboard"):
        if path.is_file():
            return path
    raise FileNotFoundError(f"no cordboard in {BUILD}; make test builds it")


class Server:
    """start() returns when the server listens; port and base are known then."""

    def __init__(self, data, clock="manual", line="sim", options=(), env=None, port=0, tls=None,
                 wrapper=()):
        self.data = pathlib.Path(data)
        self.clock = clock
        self.line = line
        self.options = list(options)
        self.env = dict(env or {})
        self.port = port
        self.tls = tls  # the client's context, where the server speaks TLS
        self.wrapper = list(wrapper)  # a command that ends by becoming the one behind it
        self.process = None
        self.output = []  # lines of all runs
        self._seen = threading.Condition()
        self._reader = None

    @property
    def base(self):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def connect(self, timeout=DEADLINE_S, source=None):
        """A socket to it."""
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=timeout,
                                         source_address=(source, 0) if source else None)
        return self.tls.wrap_socket(plain, server_hostname="127.0.0.1") if self.tls else plain

    def start(self, env=None):
        command = [str(binary()), "serve", "--demo", "--http", f"127.0.0.1:{self.port}",
                   "--data", str(self.data), "--line", self.line]
        if self.line == "sim":
            command += ["--sim-clock", self.clock]
        whole_env = {**os.environ, **self.env, **(env or {})}
        mark = len(self.output)
        self.process = subprocess.Popen(self.wrapper + command + self.options, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                        env=whole_env)
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()
        line = self.wait_line(f"listening on {self.base.rsplit(':', 1)[0]}:", since=mark)
        self.port = int(line.rsplit(":", 1)[1].strip().strip('"'))
        return self

    def _read(self, stream):
        for raw in stream:
            with self._seen:
                self.output.append(raw.decode("utf-8", "replace").rstrip("\n"))
                self._seen.notify_all()
        with self._seen:
            self._seen.notify_all()

    def text(self):
        with self._seen:
            return "\n".join(self.output)

    def wait_line(self, part, since=0):
        """The first line that holds part. Fails at once when the process ends without it."""
        deadline = time.monotonic() + DEADLINE_S
        with self._seen:
            at = since
            while True:
                while at < len(self.output):
                    if part in self.output[at]:
                        return self.output[at]
                    at += 1
                ended = self.process.poll() is not None and not self._reader.is_alive()
                left = deadline - time.monotonic()
                if ended or left <= 0:
                    tail = "\n".join(self.output[-30:])
                    raise AssertionError(f"no line with {part!r}; the output ends with:\n{tail}")
                self._seen.wait(min(left, 0.2))

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """As a power cut leaves the process: kill -9."""
        self.process.send_signal(signal.SIGKILL)
        self.wait_end()

    def wait_end(self):
        code = self.process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        return code

    def stop(self):
        """SIGTERM; the server must end by itself with 0 and nothing from a sanitizer, and all that it
        said must have been what api.schema.json says."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            code = self.wait_end()
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.wait_end()
            raise AssertionError("the server did not end after SIGTERM:\n" + self._tail())
        self.process = None
        assert code == 0, f"the server ended with {code}:\n{self._tail()}"
        self.assert_clean()
        schema.assert_all_fitted()

    def assert_clean(self):
        """Nothing from a sanitizer in any run so far."""
        text = self.text()
        for word in BAD_WORDS:
            assert word not in text, f"{word} in the output:\n{self._tail(200)}"

    def discard(self):
        """For clean-up after a failed test: ends the process, judges nothing."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.wait_end()
        self.process = None

    def _tail(self, lines=60):
        with self._seen:
            return "\n".join(self.output[-lines:])
