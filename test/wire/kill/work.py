# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The load of the kill test that does everything: each worker walks at random through what its users
are offered, on their calls, their devices, and as agents, while people outside call and are called.
What each accepted request must have caused is written down, and looked for after the restart."""

import random
import threading

from kill.load import BROKEN, Listener, Load, pairs_of
from kill.mix import Ears
from support.rest import Agent, Http, OutsideTelephone, Telephone, accepted, eventually

AGENTS = 8
WORKERS = 3
PLACE = "16000"
CONFIG = ["[queue 9001]", "agents = all", "wrap_up_s = 1", "no_answer_s = 2",
          f"[device {PLACE}]", "sip_secret = demo", "[place Desk]", f"devices = {PLACE}",
          "[calls]", "no_answer_s = 3"]
OUTSIDE = [f"+498911{i}" for i in range(4)]
QUEUES = ["9000", "9001"]
STATES = ["Ready", "Ready", "NotReady", "AfterCallWork", "AuxWork", "OutToLunch", "Training"]
SHOWN_AS = {"OutToLunch": "NotReady", "Training": "AuxWork"}
TO_NUMBER = {"SingleStepTransfer", "SingleStepConference", "InitiateTransfer", "InitiateConference"}
MONITORING = {"ListenIn", "Coach", "BargeIn"}
WEIGHTS = {"Answer": 12, "CompleteTransfer": 3, "CompleteConference": 3, "Retrieve": 2, "Hangup": 0.6,
           "ClearCall": 0.2, "SingleStepTransfer": 0.5, "StartCallRecording": 2, "AttachUserData": 0.4,
           "UpdateUserData": 0.2, "DeleteUserData": 0.1, "DeleteUserDataPair": 0.1, "SendDtmf": 0.2,
           "SetCallDisposition": 0.2, "DoNotDisturbOff": 3, "ForwardCallsOff": 3, "DoNotDisturbOn": 0.3,
           "ForwardCallsOn": 0.3}
# Refusals by what happened between the look and the request.
CROSSED = {2, 3, 6, 10, 18, 19}


def is_call(data, call_id, kind="StatusChange"):
    return (data["messageType"] == "CallStateChangeMessage" and data["notificationType"] == kind
            and (call_id is None or data["call"]["id"] == call_id))


def state_of(thing):
    return thing["userState"].get("workMode", thing["userState"]["state"])


def devices_of(data):
    return data["devices"] if data["messageType"] == "DeviceStateChangeMessage" else []


def monitoring_of(device):
    return device.get("supervisorMonitoringState", {}).get("state")


def effect_on_call(operation, call_id, body):
    """What the requester must have been told of an accepted operation; None: nothing certain."""
    def state(*states):
        return lambda data: is_call(data, call_id) and data["call"]["state"] in states

    def mute(value):
        return lambda data: is_call(data, call_id) and data["call"]["mute"] == value

    def recording(value):
        return lambda data: (is_call(data, call_id, "CallRecordingStateChange")
                             and data["call"]["recordingState"] == value)

    def data_is(value):
        return lambda data: (is_call(data, call_id, "AttachedDataChanged") and
                             (value is None or value in [v for _, v in pairs_of(data["call"])]))

    def consult(data):
        return is_call(data, None) and (data["call"]["state"], data["call"]["callType"]) == ("Dialing",
                                                                                            "Consult")

    def retrieved(data):  # by a telephone that is asked to; the other side may be quicker to hang up
        return state("Established")(data) or state("Released")(data)

    def disposition(data):  # just released, it is taken and nobody is told
        return data_is(value)(data) or state("Released")(data)

    value = next(iter(body.get("userData", {}).values()), body.get("disposition"))
    return {"Hold": state("Held"), "Retrieve": retrieved, "MuteCall": mute("On"),
            "UnmuteCall": mute("Off"), "StartCallRecording": recording("Recording"),
            "PauseCallRecording": recording("Paused"), "ResumeCallRecording": recording("Recording"),
            "StopCallRecording": recording("Stopped"), "AttachUserData": data_is(value),
            "UpdateUserData": data_is(value), "DeleteUserData": data_is(None),
            "SetCallDisposition": disposition, "Hangup": state("Released"),
            "ClearCall": state("Released"), "Reject": state("Released"),
            "SingleStepTransfer": state("Released"), "InitiateTransfer": consult,
            "InitiateConference": consult,
            "SendDtmf": lambda data: is_call(data, call_id, "DtmfSent")}.get(operation)


class Worker(threading.Thread):
    """One after the other, for a few users that nobody else works for."""

    def __init__(self, load, users, seed):
        super().__init__(daemon=True)
        self.load = load
        self.users = users
        self.dice = random.Random(seed)
        self.name_of_worker = seed.replace(" ", "")
        self.https = {user.name: Http(load.server, user.name, keeps_cookies=False) for user in users}
        self.caused = {user.name: [] for user in users}  # (what, how to know it), in order
        self.count = 0
        self.failure = None
        self.start()

    def run(self):
        try:
            while self.failure is None:
                user = self.dice.choice(self.users)
                self.work_on_calls(user) if self.dice.random() < 0.75 else self.work_as_agent(user)
        except BROKEN:
            for http in self.https.values():
                http.close()
        except BaseException as failure:
            self.failure = f"{type(failure).__name__}: {failure}"

    def get(self, user, path):
        return self.https[user.name].get(path).json

    def post(self, user, path, operation, effect, **parameters):
        self.count += 1
        answer = self.https[user.name].post(path, {"operationName": operation, **parameters})
        code = answer.json["statusCode"]
        if code == 0 and effect:
            self.caused[user.name].append((f"{operation} on {path}", effect))
        elif code != 0 and code not in CROSSED:
            self.failure = f"{user.name}: {operation} {parameters} on {path}: {answer}"
        self.load.count_answer()

    def one_of(self, offered):
        return self.dice.choices(offered, [WEIGHTS.get(one, 1) for one in offered])[0]

    # --- calls ---

    def work_on_calls(self, user):
        calls = self.get(user, "/api/v2/me/calls?fields=*")["calls"]
        if not calls or self.dice.random() < 0.03:
            return self.dial(user)
        call = self.dice.choice(calls)
        if self.dice.random() < 0.1 and self.press_button(user, call):
            return
        offered = sorted(call["capabilities"]) + ["SetCallDisposition"]
        operation = self.one_of(offered)
        body = self.parameters(user, operation, call, calls)
        if body is not None:
            self.post(user, user.call_path(call["id"]), operation,
                      effect_on_call(operation, call["id"], body), **body)

    def press_button(self, user, call):
        """Holds, retrieves or transfers by hand. False: there is nothing to press."""
        act = {"Established": "hold", "Held": "retrieve"}.get(call["state"])
        if act is None:
            return False
        body = {"do": act}
        if act == "hold" and self.dice.random() < 0.2:
            body = {"do": "transfer", "number": self.somebody(user)}
        number = self.device(user).get("phoneNumber", user.dn)
        self.https[user.name].post(f"/sim/v1/lines/{number}", body)
        return True

    def somebody(self, user):
        return self.dice.choice([dn for dn in self.load.numbers if dn != user.dn])

    def dial(self, user):
        self.post(user, f"/api/v2/me/devices/{self.device(user).get('id', user.device_id)}/calls", "Dial",
                  lambda data: is_call(data, None) and data["call"]["state"] == "Dialing",
                  destination={"phoneNumber": self.somebody(user)})

    def parameters(self, user, operation, call, calls):
        value = f"{self.name_of_worker}.{self.count}"
        if operation in TO_NUMBER:
            return {"destination": {"phoneNumber": self.somebody(user)}}
        if operation in ("AttachUserData", "UpdateUserData"):
            return {"userData": {f"{operation} {self.dice.randrange(4)}": value}}
        if operation == "DeleteUserDataPair":
            return {"key": f"AttachUserData {self.dice.randrange(4)}"}
        if operation == "SetCallDisposition":
            return {"disposition": value}
        if operation == "SendDtmf":
            return {"digits": self.dice.choice("0123456789*#")}
        if operation == "RemoveParticipantFromConference":
            return {"participant": self.dice.choice(call["participants"])["phoneNumber"]}
        if operation == "SwapCalls":
            others = [other["id"] for other in calls if other is not call]
            return {"otherCallUri": self.dice.choice(others)} if others else None
        return {}

    # --- agents and devices ---

    def device(self, user):
        """At a place he has its device, and not his own; {}: until his own has no call any more, none."""
        return next(iter(self.get(user, "/api/v2/me/devices?fields=*")["devices"]), {})

    def work_as_agent(self, user):
        device = self.device(user)
        if not device:
            return
        if device["deviceState"] == "Inactive" or self.dice.random() < 0.05:
            return self.session(user, device)
        if self.dice.random() < 0.5:
            return self.change_state(user, device)
        operation = self.one_of(sorted(device["capabilities"]))
        body, effect = {}, None
        if operation in MONITORING:
            body = {"targetDeviceUri": self.dice.choice(self.load.users[:AGENTS]).device_id,
                    "supervisorMonitoringMode": self.dice.choice(["NextCall", "AllCalls"]),
                    "supervisorMonitoringScope": self.dice.choice(["Agent", "Call"])}
            if monitoring_of(device) is None:
                effect = lambda told: monitoring_of(told) is not None
        elif operation == "CancelSupervisorMonitoring":
            effect = lambda told: monitoring_of(told) is None
        elif operation.startswith("DoNotDisturb"):
            effect = lambda told: told["doNotDisturb"] == operation.removeprefix("DoNotDisturb")
        elif operation == "ForwardCallsOn":
            body = {"destination": {"phoneNumber": self.somebody(user)}}
            effect = lambda told: told.get("forwardTo") == body["destination"]["phoneNumber"]
        elif operation == "ForwardCallsOff":
            effect = lambda told: "forwardTo" not in told
        self.post_device(user, f"/api/v2/me/devices/{device['id']}", operation, effect, **body)

    def post_device(self, user, path, operation, effect, **body):
        def told(data):
            return any(effect(device) for device in devices_of(data))
        self.post(user, path, operation, effect and told, **body)

    def session(self, user, device):
        if device["deviceState"] != "Inactive":
            return self.post_device(user, "/api/v2/me", "EndContactCenterSession",
                                    lambda told: told["deviceState"] == "Inactive")
        place = {"place": "Desk"} if self.dice.random() < 0.3 else {}
        self.post_device(user, "/api/v2/me", "StartContactCenterSession",
                         lambda told: told["deviceState"] == "Active", channels=["voice"], **place)

    def change_state(self, user, device):
        now = state_of(device)
        wanted = self.dice.choice(STATES)
        shown = SHOWN_AS.get(wanted, wanted)
        if shown == now:
            return
        self.post(user, "/api/v2/me", wanted,
                  lambda data: (data["messageType"] == "ChannelStateChangeMessageV2"
                                and state_of(data["channels"][0]) == shown))


class World(threading.Thread):
    """People outside call the queues and the agents, answer, press, and hang up."""

    def __init__(self, load, seed):
        super().__init__(daemon=True)
        self.load = load
        self.dice = random.Random(seed)
        self.failure = None
        self.phones = [OutsideTelephone(load.server, number) for number in OUTSIDE]
        self.phones += [Telephone(load.server, dn) for dn in [*[user.dn for user in load.users], PLACE]]
        self.start()

    def run(self):
        try:
            while self.failure is None:
                self.act(self.dice.choice(self.phones))
                self.load.wait_for_another()
        except BROKEN:
            for phone in self.phones:
                phone.http.close()
        except BaseException as failure:
            self.failure = f"{type(failure).__name__}: {failure}"

    def act(self, phone):
        legs = phone.legs
        is_outside = phone.number in OUTSIDE
        if not legs:
            if is_outside:
                phone.dial(self.dice.choice(QUEUES * 3 + self.load.numbers[:AGENTS]))
            return
        acts = {"ringing": ["answer", "answer", "hangup"], "dialled": ["hangup"], "held": ["retrieve"],
                "up": ["hold", "press", "hangup"]}[self.dice.choice(legs)["state"]]
        if is_outside or self.dice.random() < 0.2:
            act = self.dice.choice(acts)
            if not is_outside and act in ("hold", "retrieve"):
                return  # the user's own worker presses these
            if act != "hangup" or self.dice.random() < 0.1:
                phone.try_do(act, **({"digits": "7"} if act == "press" else {}))


class Fold:
    """What a user knows by now, from all that was told; and where each accepted request is in it."""

    def __init__(self, user):
        self.at = 0
        self.calls = {}
        devices = user.http.get("/api/v2/me/devices?fields=*").json["devices"]
        self.devices = {one["id"]: one for one in devices}
        self.channel = user.http.get("/api/v2/me/channels/voice").json["channel"]["userState"]

    def take(self, told, until, caused, name):
        wanted = list(caused)
        for data in told[self.at:until]:
            while wanted and wanted[0][1](data):
                wanted.pop(0)
            kind = data["messageType"]
            if kind == "CallStateChangeMessage":
                self.calls[data["call"]["id"]] = still(data["call"])
            elif kind == "DeviceStateChangeMessage":
                self.devices.update({device["id"]: device for device in devices_of(data)})
                self.channel = data["devices"][0]["userState"]
            elif kind == "ChannelStateChangeMessageV2":
                self.channel = data["channels"][0]["userState"]
        self.at = until
        assert not wanted, f"{name}: accepted, but nothing was told of {[what for what, _ in wanted]}"


def still(call):
    return {key: value for key, value in call.items() if key != "duration"}


class WorkLoad(Load):
    def __init__(self, server, seed):
        self.seed = seed
        super().__init__(server)
        self.folds = [Fold(user) for user in self.users]
        self.ears = Ears(server, self.users, [PLACE], OUTSIDE)

    def make_sides(self):
        supervisor = Agent(self.server, 0)
        supervisor.name, supervisor.dn = "super0", "19000"
        supervisor.http = Http(self.server, supervisor.name)
        self.users = [*[Agent(self.server, number) for number in range(AGENTS)], supervisor]
        self.numbers = [user.dn for user in self.users] + OUTSIDE + QUEUES
        for number, user in enumerate(self.users):
            user.http.get("/api/v2/me")
            self.sides.append((number, user, Listener(self.server, user, self.gate)))
            assert user.device_id and user.http.get("/api/v2/me").status == 200
            user.http.authorization = None

    def make_writers(self):
        seed = f"{self.seed} {self.rounds}"
        return [World(self, seed)] + [Worker(self, self.users[i::WORKERS], f"{seed} {i}")
                                      for i in range(WORKERS)]

    def wait_for_another(self):
        """So that the world is not faster than those who work."""
        with self.answers:
            before = self.answered
            self.answers.wait_for(lambda: self.answered != before or not self.server.is_running(), 0.1)

    def caused_by(self, user):
        return [one for writer in self.writers if isinstance(writer, Worker)
                for one in writer.caused.get(user.name, [])]

    def mark(self):
        """Telephones ring on and tones end while nobody works: nothing is ever at rest."""

    def check(self):
        for (_, user, listener), fold in zip(self.sides, self.folds):
            self.check_user(user, listener, fold)
        self.ears.check()
        self.writers = []

    def check_user(self, user, listener, fold):
        """What can be read is what was told last, and what was accepted was told."""
        answers = [user.http.get(path) for path in ("/api/v2/me/calls?fields=*",
                                                    "/api/v2/me/devices?fields=*",
                                                    "/api/v2/me/channels/voice")]
        caused = self.caused_by(user)
        numbers = [int(answer.header("x-cordboard-sequence")) for answer in answers]
        listener.wait_number(numbers[-1], is_last=False)
        for place, answer in enumerate(answers):
            # All that was caused was there before the first of them was asked.
            fold.take(listener.told, numbers[place] - listener.first, caused if place == 0 else [], user.name)
            [self.check_calls, self.check_devices, self.check_channel][place](answer, fold, user)

    def check_calls(self, answer, fold, user):
        now = {call["id"]: still(call) for call in answer.json["calls"]}
        told = {key: call for key, call in fold.calls.items() if call["state"] != "Released"}
        different = [(key, now.get(key), told.get(key)) for key in {*now, *told}
                     if now.get(key) != told.get(key)]
        assert not different, f"{user.name} reads, and was told: {different}"
        for call in now.values():
            values = [value for key, value in pairs_of(call) if key.startswith("AttachUserData")]
            assert len(values) == len(set(values)), f"attached twice: {call}"

    def check_devices(self, answer, fold, user):
        for device in answer.json["devices"]:
            assert device == fold.devices.get(device["id"], device), user.name

    def check_channel(self, answer, fold, user):
        """Who has no device for now, is told with the next one."""
        if user.http.get("/api/v2/me/devices").json["uris"]:
            self.check_state(answer, fold, user)

    def check_state(self, answer, fold, user):
        assert answer.json["channel"]["userState"] == fold.channel, user.name

    def hang_up_and_check(self):
        """All calls end but those that wait: these are offered to the first who is ready."""
        for user in self.users:  # without the cookie, which would end with it
            Http(self.server, user.name).post("/api/v2/me", {"operationName": "EndContactCenterSession"})
        self.free_everybody()
        for user in self.users:
            for operation in ("CancelSupervisorMonitoring", "ForwardCallsOff", "DoNotDisturbOff"):
                user.http.post(f"/api/v2/me/devices/{user.device_id}", {"operationName": operation})
        caller = OutsideTelephone(self.server, "+4989999")
        caller.dial("9000")
        waiting = eventually(lambda: caller.legs and caller.leg["tone"] == "music", "music")
        assert waiting
        self.server.kill()
        self.disconnect()
        caller.http.close()
        self.ears.close()
        self.server.start()
        assert caller.leg["tone"] == "music"
        agent = self.users[0]
        for body in ({"operationName": "StartContactCenterSession", "channels": ["voice"]},
                     {"operationName": "Ready"}):
            accepted(agent.http.post("/api/v2/me", body))
        call_id = eventually(lambda: [call["id"] for call in agent.calls() if call["ani"] == "+4989999"],
                             "the offer")[0]
        agent.operate(call_id, "Answer")
        eventually(lambda: caller.leg["hears"] == [agent.dn], "the agent's voice")
        self.free_everybody()
        eventually(lambda: caller.legs == [], "the end")
        self.check()

    def free_everybody(self):
        """By their operations, and where that does not help by the hand on the telephone."""
        def is_free():
            calls = [(user, call) for user in self.users for call in user.calls()]
            for user, call in calls:
                user.try_operate(call["id"], "Hangup")
            for phone in self.ears.phones:
                for _ in phone.legs:
                    phone.try_do("hangup")
            return not calls and not any(phone.legs for phone in self.ears.phones)
        eventually(is_free, "everybody free")
