# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The table of docs/call-sounds.md: read, acted out with real telephones, and compared with what is heard
at every ear. Its steps are those of docs/call-flows.md; what telephones do is done by their own buttons.
"""

import re
import time

from ears import Ear, Tap, TappedEar, listen
from sip_server import SipServer  # noqa: F401  (puts the wire tests' helpers on the path)
from support import flows
from support.rest import Http

# Far from each other, from the server's own tones, and from what they make of each other in a mixer.
VOICES = {"A": 620, "B": 830, "C": 1130, "D": 1450, "S": 1870, "X": 2310}
MUSIC = 2740
SITE = "+4930555"
TONES = {**VOICES, "ring-back": 425, "music": MUSIC}
SECONDS = 10.0  # for a step's sound to be there; on a busy machine too


class Section:
    def __init__(self, operation, title):
        self.name = f"{operation}: {title}"
        self.steps = []  # (text, {who: names} or None for what only went before)


def read(text):
    sections, operation, who = [], None, None
    for line in text.splitlines():
        if line.startswith("## "):
            operation, who = line[3:].strip(), None
        elif line.startswith("### "):
            sections.append(Section(operation, line[4:].strip()))
            who = None
        elif flows.is_table(line, ["step"]) and sections:
            who = flows.cells(line)[1:]
        elif line.startswith("|") and who and set(line) - set("|-: "):
            step, *heard = flows.cells(line)
            is_given = step.startswith("given ")
            sections[-1].steps.append((step.removeprefix("given "),
                                       None if is_given else ears_of(who, heard, step)))
        elif not line.startswith("|"):
            who = None
    return sections


def ears_of(who, heard, step):
    found = {}
    for name, cell in zip(who, heard, strict=True):
        words = set() if cell == "nothing" else set(cell.split())
        unknown = words - set(TONES) - {"busy"}
        if unknown or not cell:
            raise flows.Unknown(f"{step}: {name} hears {cell!r}")
        # The busy tone and ring-back are one frequency; only their rhythm differs.
        found[name] = {"ring-back" if word == "busy" else word for word in words}
    return found


class Stage(flows.Stage):
    """The people of the table with real telephones: phones is {letter: Phone}, X's beyond the trunk."""

    def __init__(self, server, phones, agents):
        self.phones = phones
        self.tap = Tap() if Tap.is_possible() else None
        super().__init__(server, agents)

    def stop(self):
        if self.tap:
            self.tap.stop()

    def clear(self):
        for phone in self.phones.values():
            phone.command("hangupall")
        for party in self.parties.values():
            end = time.monotonic() + SECONDS
            while party.calls() and time.monotonic() < end:
                for call in party.calls():
                    party.post(party.call_path(call["id"]), "Hangup")
                party.listener.poll(0.1)
            assert party.calls() == [], f"{party.name} still has a call"
            device = party.picture()
            if "supervisorMonitoringState" in device:
                party.post(party.device, "CancelSupervisorMonitoring")
            if device["deviceState"] == "Active":
                party.post("/api/v2/me", "EndContactCenterSession")
            party.listener.take_all()
        self.calls, self.told, self.last, self.counts = {}, {}, {}, {}
        self.living = {letter: set() for letter in self.parties}
        self.ears = {letter: Ear(phone, TONES) for letter, phone in self.phones.items()}

    def take_notices(self):
        for letter, party in self.parties.items():
            for event in party.listener.take_all():
                call = event["data"].get("call")
                if call:
                    self.name(call)
                    living = self.living[letter]
                    (living.discard if call["state"] == "Released" else living.add)(call["id"])

    def picture(self):
        return {party.letter: [(call["state"], call["callType"]) for call in party.calls()]
                for party in self.parties.values()}

    def telephone_does(self, who, what):
        phone = self.phones[who]
        verb, _, rest = what.partition(" ")
        number = self.numbers.get(rest, rest)
        if who not in self.parties and not number.startswith("+"):
            number = SITE + number  # outside, the whole number is dialled
        target = f"sip:{number}@127.0.0.1:{self.server.sip_port}"
        commands = {"answer": ("accept",), "hang": ("hangup",), "dial": ("dial", target), "hold": ("hold",),
                    "retrieve": ("resume",), "transfer": ("transfer", target), "press": ("sndcode", rest)}
        if verb not in commands:
            raise flows.Unknown(f"no act of a telephone: {what!r}")
        reply = phone.command(*commands[verb])
        assert reply["ok"], reply
        if verb == "press":
            phone.command("sndcode", "\x04")
        if verb == "retrieve" and self.tap:
            self.ears[who] = TappedEar(phone, TONES, self.tap)
        elif verb == "retrieve":
            self.ears.pop(who)  # it can't be listened to any more

    def wait_until(self, is_true, what):
        end = time.monotonic() + SECONDS
        while not is_true():
            assert time.monotonic() < end, f"not within {SECONDS} s: {what()}"
            self.take_notices()

    def wait_to_hear(self, expected, step):
        """Listens at every ear, again and again, until each hears exactly what it should, in one and
        the same window."""
        expected = {who: names for who, names in expected.items() if who in self.ears}
        heard = {}

        def is_right():
            heard.update(listen({who: self.ears[who] for who in expected}))
            return heard == expected
        self.wait_until(is_right, lambda: f"{step}: " + "; ".join(
            f"{who} hears {sorted(heard[who])} instead of {sorted(names)}"
            for who, names in expected.items() if heard[who] != names) + f"; calls: {self.picture()}")

    def act(self, text, sets=None):
        """Each step waits until it is possible: what real telephones do takes its time."""
        for step in re.split(r";\s*", text):
            self.take_notices()
            self.attempt(step)

    def attempt(self, step):
        failures = []

        def is_done():
            try:
                self.step(step)
                return True
            except (AssertionError, flows.Unknown) as why:
                failures.append(why)
                return False
        self.wait_until(is_done, lambda: failures[-1])


def play(stage, section):
    for text, expected in section.steps:
        stage.act(text)
        if expected is not None:
            stage.wait_to_hear(expected, text)


def metrics(server):
    return Http(server).get("/metrics").body.decode()
