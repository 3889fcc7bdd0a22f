# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The load of the kill test, and the book it keeps of what was asked, answered and told."""

import http.client
import threading

from support.bayeux import LongPolling
from support.rest import Agent, Http, eventually
from support.server import DEADLINE_S

CALLS = 3  # unless told otherwise: agent0 with agent1, agent2 with agent3, ...
BROKEN = (OSError, http.client.HTTPException)


class Gate:
    """Whether the server is up: writers end when it goes, listeners wait for it to come back."""

    def __init__(self):
        self.changed = threading.Condition()
        self.is_up = True
        self.is_closed = False

    def set(self, is_up):
        with self.changed:
            self.is_up = is_up
            self.changed.notify_all()

    def close(self):
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()

    def wait_up(self):
        """False when the test is over."""
        with self.changed:
            self.changed.wait_for(lambda: self.is_up or self.is_closed, DEADLINE_S)
            return not self.is_closed


class Listener(threading.Thread):
    """One side of a call, listening with ack over long-polling for as long as the test lasts."""

    def __init__(self, server, agent, gate):
        super().__init__(daemon=True)
        self.gate = gate
        self.session = LongPolling(server, agent.name, ack=True).open("/**")
        # From here on the cookie alone shows who it is: the log-in must survive as well.
        for client in (self.session.http, self.session.poll_http):
            client.authorization = None
        self.first = self.session.last_ack
        self.told = []  # all events, in order; told[i] has the number first + i + 1
        self.failure = None
        self.heard = threading.Condition()
        self.start()

    def run(self):
        while self.gate.wait_up():
            try:
                confirmed = self.session.last_ack
                reply = self.session.connect(timeout_ms=500)
            except BROKEN:
                self.session.close()
                self.session.events.clear()
                self.session.last_ack = confirmed
                continue
            except BaseException as failure:
                self.fail(f"{type(failure).__name__}: {failure}")
                return
            events = list(self.session.events)
            self.session.events.clear()
            if reply["successful"] is not True:
                return self.fail(f"the session is gone: {reply}")
            if any(event["channel"] == "/v2/me/resync" for event in events):
                return self.fail(f"a resync: {events[0]}")
            if self.session.last_ack != confirmed + len(events):
                return self.fail(f"after {confirmed} came {len(events)} events, but the number is "
                                 f"{self.session.last_ack}")
            with self.heard:
                self.told += [event["data"] for event in events]
                self.heard.notify_all()

    def fail(self, text):
        with self.heard:
            self.failure = text
            self.heard.notify_all()

    def wait_number(self, number, is_last=True):
        """Until everything up to this number was told; and nothing behind it, if it is the last."""
        with self.heard:
            came = self.heard.wait_for(
                lambda: self.failure or self.first + len(self.told) >= number, DEADLINE_S)
            assert self.failure is None, self.failure
            assert came, f"event {number} did not come; {self.first + len(self.told)} is the last"
            assert not is_last or self.first + len(self.told) == number, "more events than the server counts"


class Request:
    def __init__(self, operation, key, value):
        self.operation = operation
        self.key = key
        self.value = value
        self.is_answered = False


class Writer(threading.Thread):
    """Sends one request after the other until the server goes."""

    def __init__(self, load, agent, call_id, name):
        super().__init__(daemon=True)
        self.load = load
        self.http = Http(load.server)
        self.http.cookies = dict(agent.http.cookies)  # no password either
        self.path = agent.call_path(call_id)
        self.name_of_writer = name
        self.requests = []
        self.failure = None
        self.start()

    def run(self):
        for number in range(100_000):
            attaches = number % 3 == 0
            request = Request("AttachUserData" if attaches else "UpdateUserData",
                              f"log {self.name_of_writer}" if attaches else
                              f"set {self.name_of_writer} {number % 4}",
                              f"{self.name_of_writer}.{number}")
            self.requests.append(request)
            try:
                answer = self.http.post(self.path, {"operationName": request.operation,
                                                    "userData": {request.key: request.value}})
            except BROKEN:
                self.http.close()
                return
            if answer.status != 200 or answer.body != b'{"statusCode":0}':
                self.failure = f"{request.operation} was answered {answer}"
                return
            request.is_answered = True
            self.load.count_answer()


class Caller(threading.Thread):
    """Dials, answers and hangs up, over and over, until the server goes."""

    def __init__(self, load, caller, callee):
        super().__init__(daemon=True)
        self.load = load
        self.callee_dn = callee.dn
        self.device_calls = caller.device_calls
        self.http = {"caller": Http(load.server), "callee": Http(load.server)}
        self.http["caller"].cookies = dict(caller.http.cookies)
        self.http["callee"].cookies = dict(callee.http.cookies)
        self.asked = 0
        self.answered = 0
        self.failure = None
        self.start()

    def run(self):
        try:
            while self.failure is None:
                self.one_call()
        except BROKEN:
            for http in self.http.values():
                http.close()

    def one_call(self):
        self.asked += 1
        self.post("caller", self.device_calls, operationName="Dial",
                  destination={"phoneNumber": self.callee_dn})
        self.answered += 1
        calls = self.http["caller"].get("/api/v2/me/calls?fields=id").json["calls"]
        if len(calls) != 1:
            self.failure = f"one call was dialled, there are {calls}"
            return
        path = f"/api/v2/me/calls/{calls[0]['id']}"
        self.post("callee", path, operationName="Answer")
        self.post("caller" if self.asked % 2 else "callee", path, operationName="Hangup")

    def post(self, who, path, **body):
        answer = self.http[who].post(path, body)
        if answer.body != b'{"statusCode":0}':
            self.failure = f"{body['operationName']} was answered {answer}"
        self.load.count_answer()


def pairs_of(call):
    """All pairs in order, repeated keys included."""
    if "userDataPairs" in call:
        return [(pair["key"], pair["value"]) for pair in call["userDataPairs"]]
    return list(call.get("userData", {}).items())


class Load:
    """What both loads share: the sides that listen, and the going and coming of the server."""

    def __init__(self, server, calls=CALLS):
        self.server = server
        self.calls = calls
        self.gate = Gate()
        self.rounds = 0
        self.answered = 0
        self.answers = threading.Condition()
        self.writers = []
        self.sides = []  # (call index, agent, listener)
        self.set_up()
        self.make_sides()

    def set_up(self):
        pass

    def make_sides(self):
        for i in range(self.calls):
            for agent in (Agent(self.server, 2 * i), Agent(self.server, 2 * i + 1)):
                agent.http.get("/api/v2/me")
                self.sides.append((i, agent, Listener(self.server, agent, self.gate)))
                agent.device_id
                agent.http.authorization = None

    def make_writers(self):
        raise NotImplementedError

    def check(self):
        raise NotImplementedError

    def count_answer(self):
        with self.answers:
            self.answered += 1
            self.answers.notify_all()

    def mark(self):
        """At rest: what was told so far is judged already."""
        for _, agent, listener in self.sides:
            listener.wait_number(self.sequence(agent))
        self.marks = [len(listener.told) for _, _, listener in self.sides]

    def begin(self):
        self.rounds += 1
        self.answered = 0
        self.gate.set(True)
        self.writers = self.make_writers()

    def wait_for_answers(self, count):
        with self.answers:
            assert self.answers.wait_for(lambda: self.answered >= count, DEADLINE_S), self.failures()

    def failures(self):
        return [writer.failure for writer in self.writers] + [side[2].failure for side in self.sides]

    def stop_idle(self):
        """A clean stop between two rounds."""
        self.mark()
        self.gate.set(False)
        self.server.stop()
        self.disconnect()

    def start(self, env):
        """False when the server died before it listened."""
        self.writers = []
        try:
            self.server.start(env)
        except AssertionError:
            if self.server.is_running():
                raise
            return False
        return True

    def disconnect(self):
        for _, agent, _ in self.sides:
            agent.http.close()

    def end_and_restart(self):
        self.gate.set(False)
        for writer in self.writers:
            writer.join(DEADLINE_S)
            assert not writer.is_alive() and writer.failure is None, writer.failure
        self.disconnect()
        self.server.start()
        self.gate.set(True)

    def sequence(self, agent):
        return int(agent.http.get("/api/v2/me/calls").header("x-cordboard-sequence"))

    def close(self):
        self.gate.close()
        for _, _, listener in self.sides:
            listener.join(DEADLINE_S)


class DataLoad(Load):
    """Attaches to and updates the data of calls that are up."""

    def set_up(self):
        self.call_ids = []
        for i in range(self.calls):
            caller, callee = Agent(self.server, 2 * i), Agent(self.server, 2 * i + 1)
            self.call_ids.append(caller.dial(callee.dn))
            # A real telephone takes its time to go off hook, and only then the other one rings.
            eventually(lambda: "Answer" in [able for call in callee.calls() for able in call["capabilities"]],
                       "it rings")
            callee.operate(self.call_ids[i], "Answer")
            eventually(lambda: caller.call(self.call_ids[i])["state"] == "Established", "the answer")

    def make_writers(self):
        return [Writer(self, agent, self.call_ids[i], f"r{self.rounds}w{number}")
                for number, (i, agent, _) in enumerate(self.sides)]

    def check(self):
        """After a restart, everything at rest."""
        for number, (i, agent, listener) in enumerate(self.sides):
            listener.wait_number(self.sequence(agent))
        for i, call_id in enumerate(self.call_ids):
            sides = [(number, side) for number, side in enumerate(self.sides) if side[0] == i]
            views = [side[1].call(call_id) for _, side in sides]
            assert [view["state"] for view in views] == ["Established", "Established"]
            assert pairs_of(views[0]) == pairs_of(views[1])
            told = [side[2].told[self.marks[number]:] for number, side in sides]
            self.check_call(views[0], told,
                            [request for number, _ in sides if self.writers
                             for request in self.writers[number].requests])
        # Nothing is left over for the next round: user data has its bounds.
        for i, agent, _ in self.sides[::2]:
            agent.operate(self.call_ids[i], "DeleteUserData")

    def check_call(self, call, told, requests):
        revisions = [[pairs_of(data["call"]) for data in one] for one in told]
        assert all(data["notificationType"] == "AttachedDataChanged" for one in told for data in one)
        assert revisions[0] == revisions[1], "the two sides were told different stories"
        story = revisions[0]
        assert (story[-1] if story else []) == pairs_of(call), "GET and the last notice differ"
        asked = {request.value: request for request in requests}
        # Each notice adds one value that was not there in any before it: that of one request.
        applied = []
        seen = set()
        for revision in story:
            new = [(key, value) for key, value in revision if value not in seen]
            assert len(new) == 1, f"a notice with {new}"
            key, value = new[0]
            assert value in asked and asked[value].key == key, value
            applied.append(value)
            seen.add(value)
        assert len(applied) == len(set(applied)) == len(story)
        lost = [value for value, request in asked.items() if request.is_answered and value not in seen]
        assert not lost, f"answered, but lost: {lost}"
        # A writer asks one after the other: its requests were applied in that order.
        order = {value: place for place, value in enumerate(asked)}
        for prefix in {value.split(".")[0] for value in applied}:
            mine = [order[value] for value in applied if value.split(".")[0] == prefix]
            assert mine == sorted(mine)
        # What was attached is there exactly once.
        final = [value for _, value in pairs_of(call)]
        for value in applied:
            if asked[value].operation == "AttachUserData":
                assert final.count(value) == 1, value

    def hang_up_and_check(self):
        for i, agent, listener in self.sides[::2]:
            agent.operate(self.call_ids[i], "Hangup")
        for i, agent, listener in self.sides:
            listener.wait_number(self.sequence(agent))
            states = [data["call"]["state"] for data in listener.told]
            assert states.count("Released") == 1 and states[-1] == "Released"


class CallLoad(Load):
    """Calls that come and go."""

    def make_writers(self):
        return [Caller(self, self.sides[2 * i][1], self.sides[2 * i + 1][1]) for i in range(self.calls)]

    def check(self):
        for number, (i, agent, listener) in enumerate(self.sides):
            answer = agent.http.get("/api/v2/me/calls?fields=*")
            listener.wait_number(int(answer.header("x-cordboard-sequence")), is_last=False)
            told = int(answer.header("x-cordboard-sequence")) - listener.first
            story = [data for data in listener.told[:told] if data["messageType"] == "CallStateChangeMessage"]
            states = {}
            for data in story:
                states.setdefault(data["call"]["id"], []).append(data["call"]["state"])
            first = "Ringing" if number % 2 else "Dialing"
            for seen in states.values():
                assert seen in ([first], [first, "Established"], [first, "Released"],
                                [first, "Established", "Released"]), seen
            self.check_history(agent, {call for call, seen in states.items() if seen[-1] == "Released"})
            now = {call["id"]: call["state"] for call in answer.json["calls"]}
            assert now == {call: seen[-1] for call, seen in states.items() if seen[-1] != "Released"}
            if number % 2 == 0:
                dialled = len({data["call"]["id"] for data in listener.told[self.marks[number]:told]
                               if data["call"]["state"] == "Dialing"})
                writer = self.writers[i]
                assert writer.answered <= dialled <= writer.asked, (writer.answered, dialled, writer.asked)
        # Whoever was caught in the middle is free for the next round.
        for _, agent, _ in self.sides:
            for call in agent.calls():
                agent.try_operate(call["id"], "Hangup")

    @staticmethod
    def check_history(agent, released):
        """Whoever was told Released has the call in his history, once."""
        history = agent.http.get("/api/v2/me/history/calls?fields=id,participants").json
        ids = [call["id"] for call in history["calls"]]
        assert history["totalCount"] == len(ids) < 1000
        assert len(ids) == len(set(ids)) and released <= set(ids), released - set(ids)
        for call in history["calls"]:
            numbers = [part["phoneNumber"] for part in call["participants"]]
            assert len(numbers) == len(set(numbers)) <= 2, call

    def hang_up_and_check(self):
        self.mark()
        for _, agent, listener in self.sides:
            assert agent.calls() == []
            states = [data["call"]["state"] for data in listener.told]
            assert states.count("Released") == len({data["call"]["id"] for data in listener.told})
