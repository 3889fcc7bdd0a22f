# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Telephones for tests: baresip processes with a tone for a voice, sipp scenarios, a bare SIP socket
(sipsocket.py), and a way to find tones in what was heard. All on 127.0.0.1, nothing needs sound hardware.

Nothing here sleeps to wait: wait_for polls a condition and fails at its deadline."""

import array
import json
import math
import os
import pathlib
import queue
import random
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
import time

from sipsocket import (REALM, Message, SipSocket, StreamSocket, digest_header, ha1,  # noqa: F401
                       sdp, sdp_port)

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parent.parent
BARESIP_NEW = TOP / "cache" / "baresip"


def wait_for(condition, what, seconds=10.0):
    """The first true result of condition()."""
    end = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        select.select([], [], [], 0.02)


def free_port(kind=socket.SOCK_DGRAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def free_sip_port():
    """Free for datagrams and for connections: a server listens for both on one number. Below those that
    the system gives out, so that no connection of somebody's takes it."""
    while True:
        port = random.randrange(10000, 20000)
        try:
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                with socket.socket(socket.AF_INET, kind) as s:
                    s.bind(("127.0.0.1", port))
            return port
        except OSError:
            pass


def free_even_port():
    while True:
        port = free_port()
        if port % 2 == 0:
            return port


def rtp_range():
    """A hundred ports below those that the system gives out; a server that starts again must find its
    own ones free, so no two tests that run at once should share them."""
    first = 20000 + 100 * random.randrange(100)
    return first, first + 98


def is_taken(port, address="127.0.0.1"):
    """Somebody listens on that UDP port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.bind((address, port))
        except OSError:
            return True
    return False


def stop_process(process):
    """Ends a process that a test started. baresip may need a second SIGTERM when its server is gone."""
    for signum in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            break
        process.send_signal(signum)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


# ---- tones ----

def tone_level(samples, rate, frequency):
    """Level of a sine of that frequency in dBFS (Goertzel)."""
    if not samples:
        return -120.0
    k = 2 * math.cos(2 * math.pi * frequency / rate)
    s1 = s2 = 0.0
    for x in samples:
        s1, s2 = x + k * s1 - s2, s1
    power = max(s1 * s1 + s2 * s2 - k * s1 * s2, 1e-9)
    return 20 * math.log10(max(2 * math.sqrt(power) / len(samples) / 32768, 1e-6))


def tone_seconds(samples, rate, frequency, window=0.2):
    """For how long the tone is there, above -40 dBFS, in windows of 200 ms."""
    step = int(rate * window)
    return sum(window for i in range(0, len(samples) - step + 1, step)
               if tone_level(samples[i:i + step], rate, frequency) > -40)


def read_wav(path):
    """(samples of the first channel, rate); also of a file whose header counts nothing yet."""
    data = pathlib.Path(path).read_bytes()
    at, channels, rate = 12, 0, 0
    while at + 8 <= len(data):
        kind, size = data[at:at + 4], int.from_bytes(data[at + 4:at + 8], "little")
        at += 8
        if kind == b"fmt ":
            channels = int.from_bytes(data[at + 2:at + 4], "little")
            rate = int.from_bytes(data[at + 4:at + 8], "little")
        if kind == b"data" and channels:
            samples = array.array("h")
            body = data[at:]
            samples.frombytes(body[:len(body) // 2 * 2])
            return samples[::channels], rate
        at += size
    return [], 8000


def ulaw_to_linear(data):
    def one(byte):
        byte = ~byte & 0xFF
        magnitude = (((byte & 0x0F) << 3) + 0x84) << ((byte >> 4) & 7)
        return 0x84 - magnitude if byte & 0x80 else magnitude - 0x84
    return [one(b) for b in data]


# ---- baresip ----

class Phone:
    """A baresip that sends a sine and records what it hears."""

    def __init__(self, directory, user, secret, server_port, frequency, auto_answer=False,
                 register_seconds=300, transport="udp", codecs="PCMU", account="",
                 address="127.0.0.1"):
        """With register_seconds=0 it is no telephone of the server's, but somebody at that address."""
        self.directory = pathlib.Path(directory)
        self.sip_port = 0 if register_seconds else free_port()
        self.user, self.frequency = user, frequency
        self.is_new = auto_answer
        self.control_port = free_port(socket.SOCK_STREAM)
        first = 40000 + 20 * random.randrange(480)
        self.rtp_ports = range(first, first + 20)
        (self.directory / "wav").mkdir(parents=True, exist_ok=True)
        root = BARESIP_NEW if auto_answer else pathlib.Path("/")
        config = f"""poll_method epoll
sip_listen {address}:{self.sip_port}
call_local_timeout 120
call_max_calls 8
audio_player aubridge,p{user}
audio_source ausine,{frequency}
audio_alert aubridge,a{user}
ausrc_srate 48000
auplay_srate 8000
ausrc_channels 2
auplay_channels 1
rtp_ports {first}-{first + 18}
rtcp_mux no
net_interface 127.0.0.1
snd_path {self.directory}/wav
ctrl_tcp_listen 127.0.0.1:{self.control_port}
module_path {root}/usr/lib/baresip/modules
module g711.so
module g722.so
module ausine.so
module aubridge.so
module sndfile.so
module srtp.so
module stun.so
module_tmp uuid.so
module_tmp account.so
module_app ctrl_tcp.so
module_app menu.so
module_app debug_cmd.so
"""
        if auto_answer:
            config += "sip_autoanswer_beep no\n"
        named = "" if transport == "udp" else f";transport={transport}"
        account = (f"<sip:{user}@127.0.0.1:{server_port}{named}>;auth_user={user};auth_pass={secret};"
                   f"answermode=manual;audio_codecs={codecs};regint={register_seconds};"
                   "dtmfmode=rtpevent" + (";sip_autoanswer=yes" if auto_answer else "") + account)
        (self.directory / "config").write_text(config)
        (self.directory / "accounts").write_text(account + "\n")
        (self.directory / "contacts").write_text("")
        command = ["baresip", "-f", str(self.directory), "-v"]
        if auto_answer:
            subprocess.run([HERE / "get-baresip.sh"], check=True, stdout=subprocess.DEVNULL)
            lib = next((BARESIP_NEW / "usr/lib").glob("*-linux-gnu"))
            loader = next(lib.glob("ld-linux-*.so.*"))
            command = [str(loader), "--library-path", str(lib),
                       str(BARESIP_NEW / "usr/bin/baresip"), *command[1:]]
        self.log = open(self.directory / "log", "wb")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT)
        self.events = queue.Queue()
        self.replies = queue.Queue()
        self.seen = []
        self.control = wait_for(self._connect, f"control port of the telephone {user}")
        threading.Thread(target=self._read, daemon=True).start()

    def _connect(self):
        assert self.process.poll() is None, (self.directory / "log").read_text(errors="replace")
        try:
            return socket.create_connection(("127.0.0.1", self.control_port), 1)
        except OSError:
            return None

    def _read(self):
        data = b""
        self.control.settimeout(None)
        while True:
            try:
                part = self.control.recv(65536)
            except OSError:
                return
            if not part:
                return
            data += part
            while b":" in data:
                count, rest = data.split(b":", 1)
                if len(rest) < int(count) + 1:
                    break
                message = json.loads(rest[:int(count)])
                data = rest[int(count) + 1:]
                (self.replies if message.get("response") else self.events).put(message)

    def command(self, name, parameters=""):
        text = json.dumps({"command": name, "params": parameters, "token": "t"}).encode()
        self.control.sendall(str(len(text)).encode() + b":" + text + b",")
        return self.replies.get(timeout=5)

    def wait_event(self, kind, seconds=10.0):
        """The next event of that type, such as CALL_INCOMING."""
        end = time.monotonic() + seconds
        while True:
            try:
                event = self.events.get(timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                text = (self.directory / "log").read_text(errors="replace")[-3000:]
                raise AssertionError(f"{self.user}: no {kind}; saw {self.seen}\n{text}") from None
            self.seen.append(event.get("type"))
            if event.get("type") == kind:
                return event

    def wait_registered(self):
        """By its log: it may register before anybody can connect to its control port."""
        wait_for(lambda: "200 OK" in (self.directory / "log").read_text(errors="replace"),
                 f"the telephone {self.user} is registered")

    def dial(self, number, server_port):
        return self.command("dial", f"sip:{number}@127.0.0.1:{server_port}")

    def heard(self, frequency):
        """Seconds of that tone in all that was heard so far."""
        total = 0.0
        for path in self.directory.glob("wav/dump-*-dec.wav"):
            samples, rate = read_wav(path)
            total += tone_seconds(samples, rate, frequency)
        return total

    def forget_heard(self):
        shutil.rmtree(self.directory / "wav")
        (self.directory / "wav").mkdir()

    def stop(self):
        self.control.close()
        stop_process(self.process)
        self.log.close()


# ---- sipp ----

class Sipp:
    """A sipp scenario of this directory, in its own process."""

    def __init__(self, directory, scenario, port, *arguments, server_port=None,
                 address="127.0.0.1"):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.log = open(self.directory / f"{scenario}.out", "wb")
        command = ["sipp", "-sf", str(HERE / scenario), "-i", address, "-p", str(port),
                   "-m", "1", "-nostdin", "-trace_err", "-error_file",
                   str(self.directory / f"{scenario}.err"), *map(str, arguments)]
        if server_port:
            command.append(f"127.0.0.1:{server_port}")
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.log,
                                        stderr=subprocess.STDOUT, cwd=self.directory)
        wait_for(lambda: is_taken(port, address) or self.process.poll() is not None, "sipp listens")

    def wait(self, seconds=20.0):
        """Its exit status: 0 when every step came as the scenario says."""
        return self.process.wait(seconds)

    def errors(self):
        return "".join(p.read_text(errors="replace") for p in self.directory.glob("*.err"))

    def stop(self):
        stop_process(self.process)
        self.log.close()


# ---- the driver without a server ----

class Ctl:
    """sipctl, the program that plays the core (sipctl.c)."""

    def __init__(self, directory, devices, port=0, program=None, options=()):
        self.program = program or os.environ["CORDBOARD_SIPCTL"]
        self.state = pathlib.Path(directory) / "state"
        self.log_path = pathlib.Path(directory) / "sipctl.log"
        self.devices, self.rtp, self.wanted_port = devices, rtp_range(), port
        self.clock_ahead_ms = 0
        self.options = list(options)
        self.start()

    def start(self):
        arguments = [f"{dn},{ha1(dn, secret)},{ha1(dn, secret, 'SHA-256')},{way}"
                     for dn, secret, way in self.devices]
        self.log = open(self.log_path, "ab")
        self.process = subprocess.Popen(
            [self.program, f"127.0.0.1:{self.wanted_port}", str(self.state), *map(str, self.rtp),
             str(self.clock_ahead_ms), *self.options, *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.lines = queue.Queue()
        self.seen, self.early = [], []  # early: to be looked at before lines
        threading.Thread(target=self._read, args=(self.process.stdout, self.lines),
                         daemon=True).start()
        started = self.wait("started")
        self.early = self.seen[:-1]
        assert "started ok " in started["line"], started
        self.port = self.wanted_port = int(started["port"])
        self.tls_port = int(started["tls"])

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line.strip())
        lines.put("")

    def say(self, line):
        """Gives one line, and returns when it has been read and, but for orders, carried out."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        while line != "quit":
            said = self.lines.get(timeout=10)
            assert said, f"sipctl ended\n{self.log_path.read_text()[-4000:]}"
            if said == "done":
                return
            self.early.append(said)

    def wait(self, kind, seconds=10.0, **fields):
        """The next signal of that kind and with these fields, as a dict; others are passed over."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.early.pop(0) if self.early else self.lines.get(
                    timeout=max(0.01, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kind} {fields}; saw {self.seen}") from None
            assert line, f"sipctl ended; saw {self.seen}\n{self.log_path.read_text()[-4000:]}"
            self.seen.append(line)
            found = dict(re.findall(r"(\w+)=(\S*)", line), line=line)
            if line.split()[0] == kind and all(found.get(k) == str(v) for k, v in fields.items()):
                return found

    def has_seen(self, kind):
        self.seen += self.early
        self.early = []
        while not self.lines.empty():
            self.seen.append(self.lines.get())
        return [line for line in self.seen if line.startswith(kind + " ")]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log.close()

    def restart(self):
        self.kill()
        self.start()

    def stop(self):
        if self.process.poll() is None:
            self.say("quit")
            self.process.wait(10)
        self.log.close()
        return self.process.returncode
