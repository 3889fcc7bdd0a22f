# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""What each telephone hears at the moment. Every telephone sings a tone of its own, and the server's tones
and music are tones too, so an ear is a set of names: whose voices are in it. An ear listens to the sound
that a baresip writes down as it decodes it. A baresip that has held by its own button writes no more after
it: then, as root, the packets on their way to it are listened to."""

import array
import collections
import math
import os
import select
import socket
import threading
import time

from phonelib import ulaw_to_linear

WINDOW = 0.4    # seconds that are looked at
LOUD, QUIET = -22.0, -32.0  # sines at full voice, summed and cut off, make more tones: quiet ones
HEADER = 44     # bytes before the samples of a WAV


def levels(samples, rate, frequencies):
    """Level in dBFS of each tone; the window's edges are faded so that no tone spills onto another."""
    count = len(samples)
    faded = [x * (0.5 - 0.5 * math.cos(2 * math.pi * i / count)) for i, x in enumerate(samples)]
    out = []
    for frequency in frequencies:
        k = 2 * math.cos(2 * math.pi * frequency / rate)
        s1 = s2 = 0.0
        for x in faded:
            s1, s2 = x + k * s1 - s2, s1
        power = max(s1 * s1 + s2 * s2 - k * s1 * s2, 1e-9)
        out.append(20 * math.log10(max(4 * math.sqrt(power) / count / 32768, 1e-6)))
    return out


class Ear:
    """Of one baresip. tones: {name: Hz} of everybody and everything that there is to hear."""

    def __init__(self, phone, tones):
        self.phone, self.tones = phone, tones
        self.begin()

    def _sizes(self):
        return {path: path.stat().st_size
                for path in self.phone.directory.glob("wav/dump-*-dec.wav")}

    def begin(self):
        self.sizes = self._sizes()

    def new_sound(self):
        """(samples, rate): what came since begin(), of the call in which most came: a telephone has
        one ear."""
        best, rate = array.array("h"), 8000
        for path in self._sizes():
            at = max(self.sizes.get(path, 0), HEADER)
            with open(path, "rb") as file:
                head = file.read(HEADER)
                file.seek(at + at % 2)
                body = file.read()
            samples = array.array("h", body[:len(body) // 2 * 2])
            if len(samples) > len(best):
                best, rate = samples, int.from_bytes(head[24:28], "little")
        return best[-int(WINDOW * rate):], rate

    def is_full(self):
        samples, rate = self.new_sound()
        return len(samples) >= int(WINDOW * rate)

    def names(self):
        samples, rate = self.new_sound()
        if len(samples) < rate / 10:
            return set()
        found = dict(zip(self.tones, levels(samples, rate, self.tones.values())))
        return ({name for name, level in found.items() if level >= LOUD} |
                {f"{name} at {level:.0f} dB" for name, level in found.items() if QUIET < level < LOUD})


class Tap:
    """The sound in the last packets to each telephone's RTP ports, seen on the loopback. Root only."""

    ULAW = ulaw_to_linear(range(256))

    def __init__(self):
        self.frames = collections.defaultdict(lambda: collections.deque(maxlen=25))
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_UDP)
        self.socket.settimeout(0.2)
        self.is_open = True
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    @staticmethod
    def is_possible():
        return os.geteuid() == 0

    def _read(self):
        while self.is_open:
            try:
                packet = self.socket.recv(2048)
            except socket.timeout:
                continue
            except OSError:
                return
            at = (packet[0] & 15) * 4
            port = int.from_bytes(packet[at + 2:at + 4], "big")
            rtp = packet[at + 8:]
            if len(rtp) > 12 and rtp[0] >> 6 == 2 and rtp[1] & 0x7F == 0:
                self.frames[port].append((time.monotonic(), rtp[12:]))

    def samples(self, ports, since):
        out = array.array("h")
        for port in ports:
            for at, payload in list(self.frames.get(port, ())):
                if at >= since:
                    out.extend(self.ULAW[byte] for byte in payload)
        return out

    def stop(self):
        self.is_open = False
        self.thread.join()
        self.socket.close()


class TappedEar(Ear):
    def __init__(self, phone, tones, tap):
        self.tap = tap
        super().__init__(phone, tones)

    def begin(self):
        self.since = time.monotonic()

    def new_sound(self):
        return self.tap.samples(self.phone.rtp_ports, self.since)[-int(WINDOW * 8000):], 8000


def listen(ears):
    """{who: names} of one window."""
    for ear in ears.values():
        ear.begin()
    end = time.monotonic() + 2 * WINDOW
    while time.monotonic() < end and not all(ear.is_full() for ear in ears.values()):
        select.select([], [], [], 0.05)
    return {who: ear.names() for who, ear in ears.items()}


