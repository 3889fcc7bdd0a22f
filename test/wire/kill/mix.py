# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Whether the telephones do what the calls say: who hears whom by what their users can read, against
what each telephone hears."""

import time

from support.rest import OutsideTelephone, Telephone
from support.server import DEADLINE_S

RECORDED = {"Recording": ["on"], "Paused": ["paused"], "Stopped": ["none", "stopped"]}


class Ears:
    def __init__(self, server, users, places, outside):
        self.users = users
        self.numbers = {}  # of all devices that anybody had, by their ids
        self.outside = [OutsideTelephone(server, number) for number in outside]
        self.phones = [Telephone(server, dn) for dn in [*[user.dn for user in users], *places]]
        self.phones += self.outside

    def close(self):
        for phone in self.phones:
            phone.http.close()

    def check(self):
        """Telephones ring and fall silent while we look: so until it is right once."""
        self.close()
        deadline = time.monotonic() + DEADLINE_S
        while True:
            wrong = self.differences()
            if not wrong:
                return
            assert time.monotonic() < deadline, "\n".join(wrong)

    def differences(self):
        calls = {}  # id -> {number: (view, whose telephone)}
        views = {}
        for user in self.users:
            for device in user.http.get("/api/v2/me/devices?fields=*").json["devices"]:
                self.numbers[device["id"]] = device["phoneNumber"]
        for user in self.users:
            for call in user.calls():
                number = self.numbers[call["deviceUri"].rsplit("/", 1)[1]]
                views.setdefault(number, []).append(call)
                calls.setdefault(call["id"], {})[number] = call
        legs = {phone.number: phone.legs for phone in self.phones}
        wrong = []
        for number, mine in views.items():
            wrong += self.of_telephone(number, mine, legs[number])
        for call_id, parties in calls.items():
            wrong += self.of_call(call_id, parties, legs)
        return wrong

    def of_telephone(self, number, views, legs):
        wrong = []
        if len(legs) > len(views):
            wrong.append(f"{number} has {len(views)} calls, and the telephone {legs}")
        for view in views:
            mine = [leg for leg in legs if leg["call"] == view["id"]]
            # held: its button was pressed while it dialled, which nobody is told of.
            if view["state"] == "Established" and [leg["state"] for leg in mine] not in (["up"], ["held"]):
                wrong.append(f"{number} talks in {view['id']}, and the telephone has {legs}")
            elif view["state"] == "Ringing" and not any(leg["state"] in ("ringing", "up", "held")
                                                        for leg in legs):
                wrong.append(f"{number} should ring for {view['id']}, and the telephone has {legs}")
            for leg in mine:
                if leg["recording"] not in RECORDED[view.get("recordingState", "Stopped")]:
                    wrong.append(f"{number} is recorded as {leg}, and should be as {view}")
        return wrong

    def of_call(self, call_id, parties, legs):
        """Supervisors are heard by nobody while they listen, by who is coached while they coach.
        Where nobody can read how a telephone is in its call, it is asked; one that pressed its button
        before it was in the call may be on hold there or not."""
        unseen = {number: leg["state"] for number, mine in legs.items() for leg in mine
                  if leg["call"] == call_id and number not in parties}
        if any(view["monitoredUserMuted"] for view in parties.values()) or "held" in unseen.values():
            return []
        talks = {number: view for number, view in parties.items() if view["state"] == "Established"}
        for number, state in unseen.items():
            if state == "up":
                talks[number] = {"mute": "Off", "capabilities": [], "monitoring": False}
        wrong = []
        for number in talks:
            wanted = sorted(other for other, view in talks.items() if other != number
                            and view["mute"] == "Off" and self.is_heard(view, talks[number]))
            for leg in legs[number]:
                if leg["call"] == call_id and leg["state"] == "up" and sorted(leg["hears"]) != wanted:
                    wrong.append(f"in {call_id} {number} hears {leg['hears']}, and should hear {wanted}: "
                                 f"{parties}, {[phone for phone in legs.items() if phone[1]]}")
        return wrong

    def is_heard(self, view, listener):
        is_coach = view["monitoring"] and "SwitchToBargeIn" in view["capabilities"]
        return not is_coach or listener.get("supervisorListeningIn", False)
