# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The floor: all agents and queues at once, or what changed since a version; who waits for a change
is answered when there is one, and a mirror kept by that is never wrong, whatever becomes of the
server."""

import select
import threading
import time

from support.rest import (Agent, Http, OutsideTelephone, RawConnection, Telephone, accepted, advance,
                          basic, eventually, refused)

FLOOR = "/api/v2/floor"
START_MS = 1767225600000  # of the manual clock


class Mirror:
    """What a supervisor's desktop knows of the floor."""

    def __init__(self, server, user="super0"):
        self.http = Http(server, user)
        self.version = None
        self.agents, self.queues = {}, {}
        self.answers = 0

    def take(self, answer):
        if answer["whole"]:
            self.agents, self.queues = {}, {}
        self.agents.update({one["userName"]: one for one in answer["agents"]})
        self.queues.update({one["phoneNumber"]: one for one in answer["queues"]})
        self.version = answer["version"]
        self.answers += 1
        return answer

    def read(self, **parameters):
        answer = self.http.get(FLOOR + "?" + "&".join(f"{k}={v}" for k, v in parameters.items()))
        assert answer.status == 200, answer
        return self.take(answer.json)

    def follow(self, wait=0):
        return self.read(since=self.version, wait=wait)

    def whole(self):
        """As it is now, without this mirror."""
        other = Mirror(self.http.server)
        other.read()
        return other.agents, other.queues, other.version


def begin(server):
    mirror = Mirror(server)
    assert mirror.read()["whole"] is True
    return mirror


def hold(server, mirror, wait=20, user="super0"):
    """A request that waits, on a connection of its own, which the server knows already: so whatever
    is sent on another one afterwards comes afterwards."""
    raw = RawConnection(server)
    raw.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert raw.response().status == 200
    raw.send(f"GET {FLOOR}?since={mirror.version}&wait={wait} HTTP/1.1\r\nHost: x\r\n"
             f"Authorization: {basic(user)}\r\n\r\n")
    return raw


def waits(raw, http):
    """The server has answered others meanwhile."""
    http.get("/healthz")
    return not select.select([raw.socket], [], [], 0)[0]


def log_in(agent, *operations):
    for body in ({"operationName": "StartContactCenterSession", "channels": ["voice"]},
                 *({"operationName": name} for name in operations)):
        accepted(agent.http.post("/api/v2/me", body))


def test_all_of_it(server, agents):
    mirror = begin(server)
    assert sorted(mirror.agents) == [f"agent{i}" for i in range(10)] + ["super0"]
    me = agents[3].http.get("/api/v2/me").json["user"]
    tile = dict(mirror.agents["agent3"])
    assert tile.pop("userStateSince") == START_MS
    assert tile.pop("deviceUri") == f"{server.base}/api/v2/devices/{agents[3].device_id}"
    assert tile == {"id": me["id"], "userName": "agent3", "firstName": "Agent", "lastName": "3",
                    "path": f"/users/{me['id']}", "phoneNumber": "15003",
                    "deviceId": agents[3].device_id, "registered": True, "doNotDisturb": "Off",
                    "queues": ["9000"], "calls": []}
    (queue,) = mirror.queues.values()
    assert queue.pop("id")
    assert queue == {"phoneNumber": "9000", "name": queue["name"], "agents": 10, "agentsReady": 0,
                     "waiting": 0, "calls": []}
    answer = mirror.http.get(FLOOR)
    assert answer.json["time"] == int(answer.header("x-cordboard-time")) == START_MS
    assert answer.header("x-cordboard-sequence") == \
        mirror.http.get("/api/v2/me").header("x-cordboard-sequence")


def test_what_changed_since(server, agents):
    mirror = begin(server)
    first = mirror.version
    assert mirror.follow() == {"statusCode": 0, "version": first, "whole": False, "time": START_MS,
                               "agents": [], "queues": []}
    advance(server, 5000)
    log_in(agents[1])
    answer = mirror.follow()
    assert [one["userName"] for one in answer["agents"]] == ["agent1"] and answer["queues"] == []
    tile = mirror.agents["agent1"]
    assert tile["userState"]["state"] == "NotReady"
    assert tile["userStateSince"] == START_MS + 5000
    advance(server, 5000)
    log_in(agents[1], "Ready")
    answer = mirror.follow()
    assert [one["userName"] for one in answer["agents"]] == ["agent1"]
    assert answer["queues"][0]["agentsReady"] == 1
    assert mirror.agents["agent1"]["userStateSince"] == START_MS + 10000
    channel = agents[1].http.get("/api/v2/me/channels/voice").json["channel"]
    assert channel["userStateSince"] == START_MS + 10000
    accepted(agents[1].http.post("/api/v2/me", {"operationName": "EndContactCenterSession"}))
    mirror.follow()
    assert "userState" not in mirror.agents["agent1"]
    assert (mirror.agents, mirror.queues, mirror.version) == mirror.whole()
    for unknown in ("1", str(int(mirror.version) + 1), "9" * 30):
        assert mirror.read(since=unknown)["whole"] is True
    again = Mirror(server)
    again.read()
    again.version = first
    assert {one["userName"] for one in again.follow()["agents"]} == {"agent1"}


def test_calls_are_on_their_tiles(server, agents):
    a, b = agents[:2]
    mirror = begin(server)
    call_id = a.dial(b.dn, userData={"secret": 1})
    advance(server, 1000)
    mirror.follow()
    (call,) = mirror.agents["agent0"]["calls"]
    assert [one["phoneNumber"] for one in call["participants"]] == [b.dn]
    assert (call["id"], call["state"], call["callType"]) == (call_id, "Dialing", "Internal")
    assert (call["since"], call["startTime"], call["dnis"]) == (START_MS, START_MS, b.dn)
    assert mirror.agents["agent1"]["calls"][0]["state"] == "Ringing"
    b.operate(call_id, "Answer")
    advance(server, 1000)
    b.operate(call_id, "Hold")
    answer = mirror.follow()
    assert {one["userName"] for one in answer["agents"]} == {"agent0", "agent1"}
    (call,) = mirror.agents["agent1"]["calls"]
    assert (call["state"], call["since"], call["startTime"]) == ("Held", START_MS + 2000, START_MS)
    assert mirror.agents["agent0"]["calls"][0]["since"] == START_MS + 1000
    a.operate(call_id, "AttachUserData", userData={"more": 2})
    assert mirror.follow()["agents"] == []  # what a call is about is for who is in it
    a.operate(call_id, "Hangup")
    mirror.follow()
    assert mirror.agents["agent0"]["calls"] == mirror.agents["agent1"]["calls"] == []


def test_queues_show_who_waits(server, agents):
    mirror = begin(server)
    callers = [OutsideTelephone(server, f"+498977{i:02}") for i in range(23)]
    for caller in callers:
        caller.dial("9000")
        advance(server, 1000)
    mirror.follow()
    queue = mirror.queues["9000"]
    assert queue["waiting"] == 23 and queue["agents"] == 10
    assert [call["phoneNumber"] for call in queue["calls"]] == [c.number for c in callers[:20]]
    assert [call["since"] for call in queue["calls"]] == [START_MS + 1000 * i for i in range(20)]
    assert {call["callType"] for call in queue["calls"]} == {"Inbound"}
    log_in(agents[0], "Ready")
    advance(server, 0)
    mirror.follow()
    (call,) = mirror.agents["agent0"]["calls"]
    assert (call["state"], call["queue"], call["dnis"]) == ("Ringing", "9000", "9000")
    assert mirror.queues["9000"]["waiting"] == 23  # it waits until somebody answers
    agents[0].operate(call["id"], "Answer")
    advance(server, 0)
    mirror.follow()
    assert mirror.queues["9000"]["waiting"] == 22
    assert mirror.queues["9000"]["agentsReady"] == 1
    for caller in callers[1:]:
        caller.hang_up()
    advance(server, 0)
    mirror.follow()
    assert (mirror.queues["9000"]["waiting"], mirror.queues["9000"]["calls"]) == (0, [])
    assert (mirror.agents, mirror.queues, mirror.version) == mirror.whole()


def test_telephones_and_supervisors(server, agents):
    mirror = begin(server)
    boss = Http(server, "super0")
    (own,) = boss.get("/api/v2/me/devices?fields=*").json["devices"]
    target = mirror.agents["agent2"]["deviceUri"]
    arm = {"operationName": "ListenIn", "targetDeviceUri": target}
    accepted(boss.post(f"/api/v2/me/devices/{own['id']}", arm))
    mirror.follow()
    assert mirror.agents["agent2"]["monitoredBy"] == "super0"
    assert "monitoredBy" not in mirror.agents["agent3"]
    accepted(boss.post(f"/api/v2/me/devices/{own['id']}",
                       {"operationName": "CancelSupervisorMonitoring"}))
    mirror.follow()
    assert "monitoredBy" not in mirror.agents["agent2"]
    Telephone(server, 15002).do("unregister")
    accepted(agents[3].http.post(f"/api/v2/me/devices/{agents[3].device_id}",
                                 {"operationName": "DoNotDisturbOn"}))
    advance(server, 0)
    mirror.follow()
    assert mirror.agents["agent2"]["registered"] is False
    assert mirror.agents["agent3"]["doNotDisturb"] == "On"
    assert (mirror.agents, mirror.queues, mirror.version) == mirror.whole()


def test_who_waits_is_woken_by_a_change(server, agents):
    mirror = begin(server)
    held = [hold(server, mirror) for _ in range(3)]
    assert all(waits(raw, mirror.http) for raw in held)
    log_in(agents[4])
    for raw in held:
        answer = raw.response().json
        assert [one["userName"] for one in answer["agents"]] == ["agent4"]
        assert answer["whole"] is False and int(answer["version"]) > int(mirror.version)
        raw.close()
    mirror.take(answer)
    # Nobody is told of a telephone that registers, or of a call from outside that waits.
    for act in (lambda: Telephone(server, 15005).do("unregister"),
                lambda: OutsideTelephone(server, "+498977").dial("9000")):
        raw = hold(server, mirror)
        assert waits(raw, mirror.http)
        act()
        mirror.take(raw.response().json)
        raw.close()
    assert mirror.agents["agent5"]["registered"] is False
    assert mirror.queues["9000"]["waiting"] == 1


def test_a_wait_runs_out_empty(server):
    mirror = begin(server)
    began = time.monotonic()
    assert mirror.follow(wait=1) == {"statusCode": 0, "version": mirror.version, "whole": False,
                                     "time": START_MS, "agents": [], "queues": []}
    assert 0.9 < time.monotonic() - began < 10
    # Without a version there is nothing to wait for, and who is far behind waits no longer.
    began = time.monotonic()
    assert mirror.read(wait=25)["whole"] is True
    assert mirror.read(since=1, wait=25)["whole"] is True
    assert time.monotonic() - began < 10


def test_changes_are_conflated(server, agents):
    """However much happens, ten answers a second, and the last one is right."""
    mirror = begin(server)
    log_in(agents[0])
    is_over = threading.Event()

    def watch():
        while not is_over.is_set():
            mirror.follow(wait=20)

    began = time.monotonic()
    watcher = threading.Thread(target=watch)
    watcher.start()
    changes = 0
    while time.monotonic() - began < 1.5:
        log_in(agents[0], "NotReady", "Ready")
        changes += 2
    is_over.set()
    accepted(agents[0].http.post("/api/v2/me", {"operationName": "AuxWork"}))
    watcher.join()
    seconds = time.monotonic() - began
    assert mirror.answers <= seconds * 10 + 2 < changes + 20, (mirror.answers, seconds, changes)
    mirror.follow()
    assert mirror.agents["agent0"]["userState"]["workMode"] == "AuxWork"
    assert (mirror.agents, mirror.queues, mirror.version) == mirror.whole()


def test_all_who_wait_hear_of_each_change(server, agents):
    """Also when others ask at the same moment, and so hear of it first."""
    mirrors = [begin(server) for _ in range(6)]
    seen = [threading.Event() for _ in mirrors]
    log_in(agents[0])

    def watch(mirror, is_seen):
        while mirror.agents["agent0"].get("userState", {}).get("workMode") != "AuxWork":
            mirror.follow(wait=20)
        is_seen.set()

    watchers = [threading.Thread(target=watch, args=one) for one in zip(mirrors, seen)]
    for watcher in watchers:
        watcher.start()
    other = begin(server)

    def look():
        while not all(one.is_set() for one in seen):
            other.read()

    watchers.append(threading.Thread(target=look))
    watchers[-1].start()
    for operation in 100 * ["Ready", "NotReady"] + ["AuxWork"]:
        accepted(agents[0].http.post("/api/v2/me", {"operationName": operation}))
    began = time.monotonic()
    for watcher in watchers:
        watcher.join()
    assert time.monotonic() - began < 10 and all(one.is_set() for one in seen)
    agents_now, queues_now, version = other.whole()
    for mirror in mirrors:
        mirror.follow()
        assert (mirror.agents, mirror.queues, mirror.version) == (agents_now, queues_now, version)


def test_who_may_and_what_is_refused(server, agents):
    refused(agents[0].http.get(FLOOR), 403, 5, "supervisors")
    refused(Http(server).get(FLOOR), 403, 20)
    boss = Http(server, "super0")
    for version in ("", "x", "-1", "1.5"):
        refused(boss.get(f"{FLOOR}?since={version}"), 400, 2, "since")
    for wait, code in (("26", 10), ("-1", 2), ("soon", 2), ("", 2), ("1.5", 2)):
        refused(boss.get(f"{FLOOR}?since=5&wait={wait}"), 400, code, "wait", "0 to 25")
    refused(boss.post(FLOOR, {}), 405, 3)


def test_a_user_has_no_more_than_32_that_wait(server):
    mirror = begin(server)
    held = [hold(server, mirror) for _ in range(32)]
    assert all(waits(raw, mirror.http) for raw in held)
    refused(mirror.http.get(f"{FLOOR}?since={mirror.version}&wait=20"), 429, 3, "32")
    held.pop().close()
    eventually(lambda: mirror.http.get(f"{FLOOR}?since={mirror.version}&wait=1").status == 200,
               "the place of who went")
    for raw in held:
        raw.close()


def test_a_stop_answers_who_waits(server):
    mirror = begin(server)
    raw = hold(server, mirror)
    assert waits(raw, mirror.http)
    server.stop()
    assert raw.response().json == {"statusCode": 0, "version": mirror.version, "whole": False,
                                   "time": START_MS, "agents": [], "queues": []}


def test_a_version_is_good_behind_a_crash(server, agents):
    a, b = agents[:2]
    mirror = begin(server)
    log_in(a, "Ready")
    call_id = a.dial(b.dn)
    mirror.follow()
    b.operate(call_id, "Answer")  # and nobody has looked yet
    raw = hold(server, mirror)
    server.kill()
    raw.close()
    server.start()
    mirror.http.close()
    b.http.close()
    answer = mirror.follow(wait=20)
    assert answer["whole"] is False
    assert {"agent0", "agent1"} <= {one["userName"] for one in answer["agents"]}
    assert mirror.agents["agent1"]["calls"][0]["state"] == "Established"
    assert (mirror.agents, mirror.queues, mirror.version) == mirror.whole()
    raw = hold(server, mirror)
    assert waits(raw, mirror.http)
    b.operate(call_id, "Hangup")
    mirror.take(raw.response().json)
    raw.close()
    assert mirror.agents["agent1"]["calls"] == []


def test_another_floor_is_told_whole(start_server):
    """A version of data that were thrown away, whose clock was the real one."""
    first = start_server(clock="real")
    mirror = begin(first)
    first.stop()
    second = start_server(clock="real")
    other = Mirror(second)
    other.version = mirror.version
    assert other.follow(wait=20)["whole"] is True
