# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The table of docs/call-flows.md: read, acted out on a running server, and compared with what
everybody was told. How the table is written, the file itself says at its top.

Both sides become rows of the same form: those of the table are read into it, and each notice is
put into it as the table would say it. So they are compared word by word, and a difference is shown
as the table would have to be."""

import difflib
import re

from support.bayeux import LongPolling
from support.rest import Agent, OutsideTelephone, Telephone, advance

COLUMNS = ["step", "to", "about", "notice", "state", "type", "with", "may", "extensions", "also"]
CONFIG = ["[user dora]", "password = demo",
          "[device 16000]", "user = dora", "sip_secret = demo", "recording = on", "calls = 2", "remote_hold = notify",
          "[queue 9001]", "agents = all", "wrap_up_s = 30",
          "[queue 9002]", "agents = all", "max_wait_s = 60", "overflow = 16000"]
AGENTS = {"A": ("agent0", "15000"), "B": ("agent1", "15001"), "C": ("agent2", "15002"),
          "D": ("dora", "16000"), "S": ("super0", "19000")}
OUTSIDE = {"X": "+4989111", "Y": "+4989222"}
QUEUES = {"Q": "9000", "W": "9001", "V": "9002"}
NOBODY = {"N": "999"}

TO_NUMBER = ["Dial", "SingleStepTransfer", "SingleStepConference", "InitiateTransfer", "InitiateConference"]
PLAIN = ["Answer", "Reject", "Hangup", "Hold", "Retrieve", "MuteCall", "UnmuteCall", "ClearCall",
         "DeleteUserData", "CompleteTransfer", "CompleteConference", "StartCallRecording",
         "PauseCallRecording", "ResumeCallRecording", "StopCallRecording", "SwitchToListenIn",
         "SwitchToCoach", "SwitchToBargeIn", "MuteMonitoredUser", "UnmuteMonitoredUser", "SwapCalls"]
OF_AGENT = ["Ready", "NotReady", "AfterCallWork", "AuxWork", "OutToLunch", "EndContactCenterSession"]
OF_DEVICE = ["DoNotDisturbOn", "DoNotDisturbOff", "ForwardCallsOff", "CancelSupervisorMonitoring"]
MONITORING = ["ListenIn", "Coach", "BargeIn"]
ACTS = {"answer": {"do": "answer"}, "hang up": {"do": "hangup"}, "hold": {"do": "hold"},
        "retrieve": {"do": "retrieve"}, "unplug": {"do": "unplug"}, "unregister": {"do": "unregister"},
        "register": {"do": "register"}, "sound": {"do": "sound"}, "silence": {"do": "silence"},
        "transfer": {"do": "transfer"}, "fail recording": {"do": "failRecording"}}
MODES = ["talk", "no-talk", "refuse", "busy"]


class Unknown(Exception):
    """A word of the table that means nothing."""


# --- the table ---

class Section:
    def __init__(self, operation, title):
        self.operation = operation
        self.title = title
        self.steps = []  # [text, [row, ...]]

    @property
    def name(self):
        return f"{self.operation}: {self.title}"


def cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def is_table(line, columns):
    return line.startswith("|") and cells(line)[:len(columns)] == columns


def read(text):
    """(shorthand for capability sets, sections)"""
    sets, sections, operation, section, mode = {}, [], None, None, None
    for line in text.splitlines():
        if line.startswith("## "):
            operation, section, mode = line[3:].strip(), None, None
        elif line.startswith("### "):
            section, mode = Section(operation, line[4:].strip()), None
            sections.append(section)
        elif is_table(line, ["set", "capabilities"]):
            mode = "sets"
        elif is_table(line, COLUMNS):
            mode = "steps" if section else None
        elif not line.startswith("|"):
            mode = None
        elif set(line) <= set("|-: "):
            continue
        elif mode == "sets":
            name, words = cells(line)
            sets[name] = capabilities(words, sets)
        elif mode == "steps":
            add_row(section, dict(zip(COLUMNS, cells(line), strict=True)))
        elif section:
            raise Unknown(f"{section.name}: a table of another form: {line}")
    return sets, sections


def add_row(section, row):
    step = row.pop("step")
    if step:
        section.steps.append([step, []])
    if row["to"] and row["to"] != "nobody":
        if not section.steps or section.steps[-1][0].startswith("given "):
            raise Unknown(f"{section.name}: who is told of it belongs to no step: {row}")
        section.steps[-1][1].append(row)
    elif any(value for key, value in row.items() if key != "to"):
        raise Unknown(f"a row to nobody says something: {row}")


def capabilities(text, sets):
    """'E11 + ClearCall - Hold' as a set."""
    found = set()
    for sign, word in re.findall(r"([+-]?)\s*([^\s+,-]+)", text.replace("`", "")):
        words = sets.get(word, {word})
        found = found - words if sign == "-" else found | words
    return found - {"none"}


def in_short(found, state, sets):
    """A set as the table says it: the shorthand that leaves least to say."""
    found = set(found)
    if not found:
        return "none"
    best = min(sets, key=lambda name: (len(sets[name] ^ found), -len(sets[name] & found), name))
    words = [best]
    words += ["+ " + word for word in sorted(found - sets[best])]
    words += ["- " + word for word in sorted(sets[best] - found)]
    return " ".join(words)


# --- acting it out ---

class Party(Agent):
    def __init__(self, server, letter, name, dn):
        super().__init__(server, 0)
        self.letter, self.name, self.dn = letter, name, dn
        self.http = LongPolling(server, self.name).http
        self.telephone = Telephone(server, self.dn)
        self.listener = LongPolling(server, self.name).open("/v2/me/*")

    @property
    def device(self):
        return f"/api/v2/me/devices/{self.device_id}"

    def post(self, path, operation, **parameters):
        return self.http.post(path, {"operationName": operation, **parameters})

    def picture(self):
        return self.http.get("/api/v2/me/devices?fields=*").json["devices"][0]


class Stage:
    """The people of the table, with their telephones, on one server."""

    def __init__(self, server, agents=None):
        self.server = server
        agents = agents or AGENTS
        self.parties = {letter: Party(server, letter, *who) for letter, who in agents.items()}
        self.numbers = {**{letter: dn for letter, (_, dn) in agents.items()}, **OUTSIDE, **QUEUES, **NOBODY}
        self.letters = {number: letter for letter, number in self.numbers.items()}
        self.outside = {letter: OutsideTelephone(server, number) for letter, number in OUTSIDE.items()}
        self.devices = {party.device_id: letter for letter, party in self.parties.items()}
        self.clear()

    def telephones(self):
        return [party.telephone for party in self.parties.values()] + list(self.outside.values())

    def clear(self):
        """Everybody free, nobody logged in, everything as it was."""
        for telephone in self.telephones():
            telephone.do("unplug")
        for telephone in self.telephones():
            telephone.do("register")
            telephone.set_mode("talk")
        for party in self.parties.values():
            device = party.picture()
            if device["doNotDisturb"] == "On":
                party.post(party.device, "DoNotDisturbOff")
            if "forwardTo" in device:
                party.post(party.device, "ForwardCallsOff")
            if "supervisorMonitoringState" in device:
                party.post(party.device, "CancelSupervisorMonitoring")
            if device["deviceState"] == "Active":
                party.post("/api/v2/me", "EndContactCenterSession")
        advance(self.server, 0)
        for party in self.parties.values():
            assert party.calls() == [], f"{party.name} still has a call"
            party.listener.take_all()
        self.calls = {}  # id -> name in the table
        self.told = {}   # (party, call) -> what the last notice said
        self.last = {}   # (party, name of the call) -> the call in the last notice
        self.counts = {}
        self.living = {letter: set() for letter in self.parties}

    def act(self, text, sets):
        """Does what a step says; what anybody was told of it, by party. What telephones do by
        themselves is over when the clock has been wound, if only by nothing."""
        told = {who: [] for who in self.parties}
        for step in text.split(";"):
            self.step(step.strip())
            advance(self.server, 0)
            for who, party in self.parties.items():
                told[who] += [self.row(who, event, sets) for event in party.listener.take_all()]
        return told

    def step(self, text):
        who, colon, what = text.partition(":")
        expected = 0
        refusal = re.search(r"\s+= (\d+)$", what)
        if refusal:
            expected, what = int(refusal.group(1)), what[:refusal.start()]
        what = what.strip()
        if who == "clock":
            advance(self.server, int(re.fullmatch(r"(\d+) s", what).group(1)) * 1000)
        elif who.startswith("phone ") and colon:
            self.telephone_does(who[len("phone "):], what)
        elif who in self.parties and colon:
            answer = self.request(self.parties[who], what)
            assert answer.json["statusCode"] == expected, f"{text}: {answer}"
        else:
            raise Unknown(f"no step: {text!r}")

    def telephone_does(self, who, what):
        number = self.numbers[who]
        telephone = self.outside.get(who) or Telephone(self.server, number)
        verb, _, rest = what.partition(" ")
        if what in ACTS:
            parameters = dict(ACTS[what])
            telephone.do(parameters.pop("do"), **parameters)
        elif verb in ("answer", "hangup", "hold") and rest in self.numbers:
            telephone.do(verb, leg=self.numbers[rest])
        elif verb in ("transfer", "redirect") and rest in self.numbers:
            telephone.do(verb, number=self.numbers[rest])
        elif verb == "dial":
            number, _, manner = rest.partition(" ")
            if manner not in ("", "withheld"):
                raise Unknown(f"no manner of dialling: {manner!r}")
            telephone.do("dial", number=self.numbers[number], **({"from": ""} if manner else {}))
        elif verb == "mode" and rest in MODES:
            telephone.set_mode(rest)
        else:
            raise Unknown(f"no act of a telephone: {what!r}")

    def call_id(self, name):
        for call_id, known in self.calls.items():
            if known == name:
                return call_id
        raise Unknown(f"there is no {name!r} yet")

    def only_call(self, party):
        living = self.living[party.letter]
        if len(living) != 1:
            raise Unknown(f"{party.letter} has {len(living)} calls: say which is meant")
        return next(iter(living))

    def uri(self, name):
        return f"{self.server.base}/api/v2/me/calls/{self.call_id(name)}"

    def request(self, party, text):
        """'Operation ARGUMENT on CALL KEY=VALUE ...'"""
        text, pairs = self.pairs_of(text)
        text, _, on = text.partition(" on ")
        on, _, naming = on.partition(" naming ")
        operation, _, argument = text.partition(" ")
        if operation in OF_AGENT and not argument:
            return party.post("/api/v2/me", operation)
        if operation == "StartContactCenterSession" and not argument:
            return party.post("/api/v2/me", operation, channels=["voice"])
        if operation in OF_DEVICE and not argument:
            return party.post(party.device, operation)
        if operation == "ForwardCallsOn":
            return party.post(party.device, operation, destination={"phoneNumber": self.numbers[argument]})
        if operation in MONITORING:
            return self.monitor(party, operation, argument)
        parameters = self.parameters_of(operation, argument, naming, pairs)
        if operation == "Dial":
            return party.post(party.device_calls, operation, **parameters)
        call_id = self.call_id(on) if on else self.only_call(party)
        return party.post(party.call_path(call_id), operation, **parameters)

    def pairs_of(self, text):
        found = dict(re.findall(r"\s(\w+)=(\w+)", text))
        return re.sub(r"\s\w+=\w+", "", text), found

    def parameters_of(self, operation, argument, naming, pairs):
        parameters = {}
        if operation in TO_NUMBER:
            number, _, shown = argument.partition(" as ")
            parameters["destination"] = {"phoneNumber": self.numbers[number]}
            if shown:
                parameters["outboundCallerId"] = self.numbers[shown]
        elif operation == "RemoveParticipantFromConference":
            parameters["participant"] = self.numbers[argument]
        elif operation == "SendDtmf":
            parameters["digits"] = argument
        elif operation == "DeleteUserDataPair":
            parameters["key"] = argument
        elif operation == "SetCallDisposition":
            parameters["disposition"] = argument
        elif operation not in PLAIN + ["AttachUserData", "UpdateUserData"] or argument:
            raise Unknown(f"no operation: {operation} {argument}")
        if naming:
            parameters["otherCallUri" if operation == "SwapCalls" else "consultCallUri"] = self.uri(naming)
        if pairs:
            parameters["userData"] = pairs
        return parameters

    def monitor(self, party, operation, argument):
        words = argument.split()
        target = self.parties[words[0]]
        parameters = {"targetDeviceUri": f"{self.server.base}/api/v2/devices/{target.device_id}"}
        for word in words[1:]:
            name = {"Agent": "Scope", "Call": "Scope", "NextCall": "Mode", "AllCalls": "Mode"}[word]
            parameters["supervisorMonitoring" + name] = word
        return party.post(party.device, operation, **parameters)

    # --- what was told, as rows ---

    def row(self, letter, event, sets):
        data = event["data"]
        row = dict.fromkeys(COLUMNS[1:], "")
        row["to"] = letter
        if event["channel"] == "/v2/me/calls":
            self.call_row(row, data, sets)
        elif event["channel"] == "/v2/me/devices":
            self.device_row(row, data, sets)
        else:
            assert event["channel"] == "/v2/me/channels", event
            row.update(about="channel", notice=data["messageType"], state=state_of(data["channels"][0]))
        return row

    def letter(self, number):
        return self.letters.get(number, number)

    def name(self, call):
        if call["id"] not in self.calls:
            kind = "consult" if call["callType"] == "Consult" else "call"
            count = self.counts[kind] = self.counts.get(kind, 0) + 1
            self.calls[call["id"]] = kind if count == 1 else f"{kind} {count}"
        return self.calls[call["id"]]

    def call_row(self, row, data, sets):
        assert data["messageType"] == "CallStateChangeMessage", data
        call = data["call"]
        self.check_form(row["to"], data, call)
        row.update(about=self.name(call), notice=data["notificationType"], state=call["state"],
                   type=call["callType"],
                   **{"with": " ".join(self.letter(p["phoneNumber"]) for p in call["participants"]) or "none"},
                   may=in_short(call["capabilities"], call["state"], sets),
                   extensions=extensions_of(data))
        (set.discard if call["state"] == "Released" else set.add)(self.living[row["to"]], call["id"])
        now = self.facts(call)
        before = self.told.get((row["to"], call["id"]), {})
        changes = [f"{key} {value}".strip() for key, value in now.items() if before.get(key) != value]
        changes += [f"no {key}" for key in before if key not in now]
        if "errorCode" in data:
            changes.append(f"errorCode {data['errorCode']}")
        row["also"] = ", ".join(changes)
        self.told[row["to"], call["id"]] = now
        self.last[row["to"], row["about"]] = call

    def check_form(self, who, data, call):
        """What is the same in every row, and so in none."""
        assert data["phoneNumber"] == self.numbers[who], data
        assert self.devices[call["deviceUri"].rsplit("/", 1)[1]] == who, data
        assert call["callUuid"] == call["id"] and len(call["connId"]) == 16, call
        assert call["uri"].endswith(f"/api/v2/me{call['path']}") and call["path"] == f"/calls/{call['id']}", call
        assert call["duration"].isdigit() and call["mute"] in ("On", "Off"), call
        assert len(set(call["capabilities"])) == len(call["capabilities"]), call

    def facts(self, call):
        """What is said once, and again only when it changes."""
        facts = {"dnis": self.letter(call["dnis"])}
        if "ani" in call:
            facts["ani"] = self.letter(call["ani"])
        if "parentCallUri" in call:
            facts["parent"] = self.calls.get(call["parentCallUri"].rsplit("/", 1)[1], "?")
            assert call["parentCallPath"].rsplit("/", 1)[1] == call["parentCallUri"].rsplit("/", 1)[1]
        if "previousCallUuid" in call:
            facts["previous"] = self.calls.get(call["previousCallUuid"], "?")
        if call["mute"] != "Off":
            facts["mute"] = call["mute"]
        if call.get("recordingState", "Stopped") != "Stopped":
            facts["recordingState"] = call["recordingState"]
        for flag in ("supervisorListeningIn", "monitoredUserMuted", "monitoring"):
            if call[flag]:
                facts[flag] = ""
        for key, value in call.get("userData", {}).items():
            facts[f"userData {key}"] = "…" if str(value).endswith(".wav") else str(value)
        if "userDataPairs" in call:
            facts["userDataPairs"] = " ".join(f"{pair['key']}={pair['value']}" for pair in call["userDataPairs"])
        return facts

    def device_row(self, row, data, sets):
        row.update(about="device", notice=data["messageType"])
        if data["messageType"] == "ErrorMessage":
            row["also"] = data["errorMessage"]
            return
        device = data["devices"][0]
        assert self.devices[device["id"]] == row["to"], data
        row.update(state=state_of(device), may=in_short(device["capabilities"], "", sets))
        now = {"deviceState": device["deviceState"], "doNotDisturb": device["doNotDisturb"]}
        if "forwardTo" in device:
            now["forwardTo"] = self.letter(device["forwardTo"])
        monitoring = device.get("supervisorMonitoringState")
        if monitoring:
            target = self.devices[monitoring["targetDeviceUri"].rsplit("/", 1)[1]]
            now["monitors"] = f"{target} {monitoring['state']} {monitoring['scope']} {monitoring['mode']}"
        before = self.told.get(row["to"], {"deviceState": "Inactive", "doNotDisturb": "Off"})
        row["also"] = ", ".join([f"{key} {value}" for key, value in now.items() if before.get(key) != value] +
                                [f"no {key}" for key in before if key not in now])
        self.told[row["to"]] = now


def state_of(thing):
    state = thing["userState"]
    return state["state"] + (f"/{state['workMode']}" if "workMode" in state else "")


def extensions_of(data):
    extensions = dict(data.get("extensions", {}))
    words = []
    if "BusinessCall" in extensions:
        words.append(f"BusinessCall {extensions.pop('BusinessCall')}")
    if "WrapUpTime" in extensions:
        words.append(f"WrapUpTime {extensions.pop('WrapUpTime')}")
    if "ReleaseReason" in extensions:
        words.append(extensions.pop("ReleaseReason"))
    assert not extensions, data
    return ", ".join(words)


# --- comparing ---

def line_of(row):
    return "|" + "".join(f" {row[column]} |" if row.get(column) else " |" for column in COLUMNS)


def normal(row, sets):
    """The table's row as a notice's would be written."""
    may = row["may"]
    if row["about"] not in ("", "channel") and row["notice"] != "ErrorMessage":
        may = in_short(capabilities(may, sets), row["state"], sets)
    return {**row, "may": may}


def play(stage, section, sets):
    """Acts the section out. The table as it is written, and as it would have to be."""
    written, seen = [], []
    for text, rows in section.steps:
        if text.startswith("given "):
            stage.act(text[len("given "):], sets)
            written.append(line_of({"step": text}))
            seen.append(line_of({"step": text}))
            continue
        told = stage.act(text, sets)
        for row in rows:
            if row["to"] not in told:
                raise Unknown(f"nobody is called {row['to']!r}")
        wanted = [normal(row, sets) for who in told for row in rows if row["to"] == who]
        found = [row for who in told for row in told[who]]
        written += step_lines(text, wanted)
        seen += step_lines(text, found)
    return written, seen


def step_lines(text, rows):
    lines = [line_of({"step": text if at == 0 else "", **row}) for at, row in enumerate(rows)]
    return lines or [line_of({"step": text, "to": "nobody"})]


def difference(written, seen):
    diff = difflib.unified_diff(written, seen, "the table says", "the server did", lineterm="", n=100)
    return "\n".join(diff) + "\n\nas a table:\n" + "\n".join(seen)
