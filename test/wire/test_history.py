# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The history of calls: what is in it, who may read it, in pages and by time; and that a server that
is killed has forgotten nothing of it and doubled nothing."""

import re

from support.rest import Agent, Http, OutsideTelephone, accepted, advance, eventually, refused

MINE, ALL = "/api/v2/me/history/calls", "/api/v2/history/calls"
DAY_MS = 24 * 3600 * 1000


def read(http, path=MINE, **parameters):
    query = "&".join(f"{name.rstrip('_')}={value}" for name, value in parameters.items())
    answer = http.get(f"{path}?{query}")
    assert answer.status == 200, answer
    assert answer.json["statusCode"] == 0
    return answer.json


def ids(http, path=MINE, **parameters):
    return [call["id"] for call in read(http, path, **parameters)["calls"]]


def talk(a, b, seconds=5, **parameters):
    """The id of a call that is over."""
    call_id = a.dial(b.dn, **parameters)
    b.operate(call_id, "Answer")
    advance(a.server, seconds * 1000)
    a.operate(call_id, "Hangup")
    advance(a.server, 0)
    return call_id


def test_a_call_is_shown_whole_when_it_is_over(agents):
    a, b, c = agents[:3]
    call_id = a.dial(b.dn, userData={"case": 42, "note": "x"})
    advance(a.server, 2000)
    assert read(a.http) == {"statusCode": 0, "totalCount": 0, "calls": []}
    b.operate(call_id, "Answer")
    advance(a.server, 5000)
    b.operate(call_id, "Hangup")
    (call,) = read(a.http)["calls"]
    assert read(b.http)["calls"] == [call]
    assert read(c.http)["calls"] == []
    times = [call.pop("startTime"), call.pop("stopTime")]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000", one) for one in times)
    caller, called = call.pop("participants")
    assert re.fullmatch("[0-9A-F]{16}|[0-9a-f]{16}", call.pop("connId"))
    assert call == {"id": call_id, "callUuid": call_id, "callType": "Internal", "dnis": b.dn,
                    "duration": "7", "userData": {"case": 42, "note": "x"},
                    "agent": {"userName": "agent0", "userId": caller["userId"],
                              "firstName": "Agent", "lastName": "0"}}
    assert caller["startTime"] == times[0] and caller["stopTime"] == times[1]
    assert called["answerTime"] > called["startTime"] and called["stopTime"] == times[1]
    assert {name: called[name] for name in called if "Time" not in name and name != "userId"} == {
        "phoneNumber": b.dn, "formattedPhoneNumber": b.dn, "role": "Called", "userName": "agent1",
        "firstName": "Agent", "lastName": "1", "releaseReason": "answered-and-hung-up"}
    assert caller["role"] == "Caller"


def test_pages_times_and_fields(agents):
    a, b, c = agents[:3]
    calls = []
    for i in range(7):
        calls.append(talk(a, b if i % 2 else c))
        advance(a.server, 60000)
    newest = calls[::-1]
    assert ids(a.http) == newest
    page = read(a.http, limit=2, offset=3)
    assert page["totalCount"] == 7 and [call["id"] for call in page["calls"]] == newest[3:5]
    assert ids(a.http, offset=7) == []
    assert ids(a.http, limit=0) == []
    assert ids(b.http) == newest[1::2]
    begins = {call["id"]: call["startTime"] for call in read(a.http)["calls"]}
    since = begins[calls[2]].replace("+0000", "Z")
    until = begins[calls[5]].replace("+", "%2B")
    page = read(a.http, from_=since, to=until)
    assert page["totalCount"] == 3
    assert [call["id"] for call in page["calls"]] == [calls[4], calls[3], calls[2]]
    assert ids(a.http, from_=begins[calls[5]]) == calls[:4:-1]  # the plus sign as it is
    second = begins[calls[5]].split(".")[0]
    for fraction, is_before in [("", True), (".0", True), (".9999999", False)]:
        assert (calls[5] in ids(a.http, from_=f"{second}{fraction}Z")) == is_before, fraction
    assert ids(a.http, from_="2099-01-01T00:00:00Z") == []
    assert ids(a.http, to="1999-01-01T00:00:00Z") == []
    assert ids(a.http, from_=0, to=DAY_MS) == []
    assert read(a.http, fields="id,dnis", limit=1)["calls"] == [{"id": calls[6], "dnis": c.dn}]
    for wrong in ("yesterday", f"{second}.Z", f"{second}.-5Z", f"{second}.5%2B0100"):
        refused(a.http.get(f"{MINE}?from={wrong}"), 400, 2, "from")
    refused(a.http.get(f"{MINE}?limit=many"), 400, 10, "limit")


def test_who_may_read_it(server, agents):
    a, b, c = agents[:3]
    first, second = talk(a, b), talk(b, c)
    boss = Http(server, "super0")
    assert ids(a.http) == [first] and ids(b.http) == [second, first] and ids(c.http) == [second]
    assert ids(boss) == []
    assert ids(boss, ALL) == [second, first]
    assert ids(boss, ALL, userName="agent2") == [second]
    assert ids(boss, ALL, userName="nobody") == []
    refused(a.http.get(ALL), 403, 5)
    refused(Http(server).get(MINE), 403, 20)
    refused(a.http.post(MINE, {}), 405, 3)


def test_queues_refusals_and_the_world_outside(server, agents):
    a, b = agents[:2]
    for agent in (a, b):
        accepted(agent.http.post("/api/v2/me", {"operationName": "StartContactCenterSession",
                                                "channels": ["voice"]}))
        accepted(agent.http.post("/api/v2/me", {"operationName": "Ready"}))
        advance(server, 1000)
    caller = OutsideTelephone(server, "+4989777")
    caller.dial("9000")
    advance(server, 0)
    (ringing,) = a.calls()
    a.operate(ringing["id"], "Reject")
    advance(server, 3000)
    (ringing,) = b.calls()
    b.operate(ringing["id"], "Answer")
    advance(server, 4000)
    b.operate(ringing["id"], "Hangup")
    advance(server, 0)
    (call,) = read(b.http)["calls"]
    assert read(a.http)["calls"] == [call]
    assert (call["callType"], call["ani"], call["dnis"]) == ("Inbound", "+4989777", "9000")
    assert call["queue"] == "9000" and call["agent"]["userName"] == "agent1"
    parts = {part["phoneNumber"]: part for part in call["participants"]}
    assert parts["+4989777"]["role"] == "Caller" and "userName" not in parts["+4989777"]
    assert parts[a.dn]["releaseReason"] == "rejected" and "answerTime" not in parts[a.dn]
    assert parts[b.dn]["queue"] == "9000" and parts[b.dn]["answerTime"]
    # Nobody has the number: that is a call, too.
    a.http.post(a.device_calls, {"operationName": "Dial", "destination": {"phoneNumber": "16999"}})
    advance(server, 10000)
    call = read(a.http)["calls"][0]
    assert [part["releaseReason"] for part in call["participants"]] == ["unreachable"] * 2
    assert "agent" not in call


def test_who_leaves_a_call_has_it_at_once(agents):
    a, b, c = agents[:3]
    call_id = a.dial(b.dn)
    b.operate(call_id, "Answer")
    a.operate(call_id, "SingleStepTransfer", destination={"phoneNumber": c.dn})
    (call,) = read(a.http)["calls"]
    assert call["id"] == call_id and "stopTime" not in call and "duration" not in call
    assert [part["releaseReason"] for part in call["participants"]] == ["transferred"]
    assert read(b.http)["calls"] == []
    c.operate(call_id, "Answer")
    c.operate(call_id, "Hangup")
    (call,) = read(a.http)["calls"]
    assert call["stopTime"] and len(call["participants"]) == 3
    assert read(b.http)["calls"] == [call]


def configured(tmp_path, *lines):
    path = tmp_path / "voice.ini"
    path.write_text("\n".join([*lines, ""]))
    return ["--config", str(path)]


def disposition(agent, call_id, value, **parameters):
    return agent.http.post(f"/api/v2/me/calls/{call_id}",
                           {"operationName": "SetCallDisposition", "disposition": value,
                            **parameters})


def test_a_disposition_may_come_later(server, agents):
    a, b = agents[:2]
    call_id = a.dial(b.dn, userData={"case": 1, "keep": 2})
    b.operate(call_id, "Answer")
    accepted(disposition(a, call_id, "Sold"))
    a.operate(call_id, "Hangup")
    (call,) = read(a.http)["calls"]
    assert call["disposition"].pop("time")
    assert call["disposition"] == {"key": "DispositionCode", "value": "Sold", "userName": "agent0"}
    assert call["userData"] == {"case": 1, "keep": 2, "DispositionCode": "Sold"}
    advance(server, 3600 * 1000)
    accepted(disposition(b, call_id, "Not sold", userData={"case": [3]}))
    (call,) = read(a.http)["calls"]
    said = call["disposition"]
    assert said["time"] > call["stopTime"]
    assert (said["key"], said["value"], said["userName"]) == ("DispositionCode", "Not sold", "agent1")
    assert call["userData"] == {"case": [3], "keep": 2, "DispositionCode": "Not sold"}
    advance(server, DAY_MS)
    refused(disposition(a, call_id, "Too late"), 404, 6)
    assert read(a.http)["calls"] == [call]


def test_nothing_is_lost_or_doubled_by_a_kill(start_server, tmp_path):
    server = start_server(options=configured(tmp_path, "[journal]", "snapshot_batches = 100"))
    agents = [Agent(server, number) for number in range(4)]
    a, b, c, d = agents
    over = [talk(a, b) for _ in range(30)]
    disposition(a, over[3], "before")
    left = c.dial(d.dn)
    d.operate(left, "Answer")
    living = a.dial(b.dn, userData={"k": [1]})
    b.operate(living, "Answer")
    boss = Http(server, "super0")
    for _ in range(2):
        before = read(boss, ALL)
        server.kill()
        server.start()
        agents = [Agent(server, number) for number in range(4)]
        boss = Http(server, "super0")
        assert read(boss, ALL) == before
    a, b, c, d = agents
    assert [call["id"] for call in before["calls"]] == over[::-1]
    a.operate(living, "Hangup")
    c.operate(left, "Hangup")
    accepted(disposition(b, over[4], "after"))
    after = read(boss, ALL)
    assert [call["id"] for call in after["calls"]] == [living, left, *over[::-1]]
    assert after["calls"][0]["userData"] == {"k": [1]}
    assert after["totalCount"] == 32
    said = {call["id"]: call["disposition"]["value"] for call in after["calls"]
            if "disposition" in call}
    assert said == {over[3]: "before", over[4]: "after"}
    server.kill()
    server.start()
    assert read(Http(server, "super0"), ALL) == after


def test_old_calls_are_forgotten(start_server, tmp_path):
    server = start_server(options=configured(tmp_path, "[history]", "keep_days = 2"))
    a, b = Agent(server, 0), Agent(server, 1)
    old = [talk(a, b) for _ in range(60)]
    advance(server, DAY_MS + DAY_MS // 2)
    young = talk(a, b)
    assert ids(a.http) == [young, *old[::-1]]
    advance(server, DAY_MS)
    eventually(lambda: ids(a.http) == [young])
    assert read(b.http)["totalCount"] == 1
    assert read(Http(server, "super0"), ALL)["totalCount"] == 1
    eventually(lambda: "cordboard_history_forgotten_total 60\n" in
               Http(server).get("/metrics").body.decode())


def test_simulated_telephones_leave_no_recordings(server, agents):
    """They have no sound: that a call is recorded is in its user data, and nowhere else."""
    a, b = agents[:2]
    call_id = a.dial(b.dn)
    b.operate(call_id, "Answer")
    a.operate(call_id, "StartCallRecording")
    a.operate(call_id, "Hangup")
    assert read(a.http)["calls"][0]["userData"]["GSIP_REC_FN"] == f"{call_id}.wav"
    boss = Http(server, "super0")
    assert ids(a.http) == [call_id]
    for path in ("/api/v2/me/recordings", "/api/v2/recordings"):
        assert boss.get(path).json == {"statusCode": 0, "totalCount": 0, "recordings": []}
    refused(a.http.get("/api/v2/recordings"), 403, 5)
    for path in (f"/api/v2/me/recordings/{call_id}", f"/api/v2/recordings/{call_id}/audio"):
        refused(a.http.get(path), 404, 6)
        refused(boss.get(path), 404, 6)
    assert not (server.data / "recordings").exists()
