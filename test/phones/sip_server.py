# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The real server with the SIP driver: agents agent0 ... agent3 with devices 15000 (reinvite), 15001
(reinvite), 15002 (talk) and 15003 (none), whose SIP secret is s and the number. REST and CometD come from the
wire tests' helpers."""

import os
import pathlib
import signal
import subprocess
import sys
import threading

import phonelib

sys.path.insert(0, str(phonelib.TOP / "test" / "wire"))
from support.server import Server, binary  # noqa: E402

CONFIG = """[line]
driver = sip
rtp_ports = %d-%d
%s[calls]
busy_tone_s = 2
"""
WAYS = ["reinvite", "reinvite", "talk", "none"]


class SipServer(Server):
    def __init__(self, directory, ways=WAYS, line="", more=""):
        directory = pathlib.Path(directory)
        super().__init__(directory / "data", line="sip")
        self.sip_port = phonelib.free_sip_port()
        self.config = directory / "server.ini"
        text = CONFIG % (*phonelib.rtp_range(), line)
        for number, way in enumerate(ways):
            text += (f"[user agent{number}]\npassword = demo\n"
                     f"[device {15000 + number}]\nuser = agent{number}\n"
                     f"sip_secret = s{15000 + number}\nremoteAnswer = {way}\n"
                     "recording = on\n")
        self.config.write_text(text + more)

    def start(self, env=None):
        command = [str(binary()), "serve", "--config", str(self.config), "--http",
                   f"127.0.0.1:{self.port}", "--data", str(self.data), "--sip",
                   f"127.0.0.1:{self.sip_port}"]
        mark = len(self.output)
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, env={**os.environ, **(env or {})})
        self._reader = threading.Thread(target=self._read, args=(self.process.stdout,), daemon=True)
        self._reader.start()
        line = self.wait_line(f"listening on {self.base.rsplit(':', 1)[0]}:", since=mark)
        self.port = int(line.rsplit(":", 1)[1].strip().strip('"'))
        return self

    def restart(self):
        self.kill()
        return self.start()


def reload(server, change):
    """change: what becomes of the file's text."""
    server.config.write_text(change(server.config.read_text()))
    mark = len(server.output)
    server.process.send_signal(signal.SIGHUP)
    line = server.wait_line("reload.done", since=mark)
    assert "result=ok" in line, line
