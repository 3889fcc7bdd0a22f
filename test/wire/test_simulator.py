# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The hand on simulated telephones, as docs/simulator.md describes it: acts and their parameters,
what a telephone shows, and what the telephone's own buttons mean for its agent."""

import pytest

from support.bayeux import LongPolling
from support.config import configured
from support.rest import Agent, Http, Telephone, advance, eventually, outside, refused


@pytest.fixture
def talking(server):
    """Two agents in a call: their listeners, their telephones and its id."""
    agents = [Agent(server, 0), Agent(server, 1)]
    listeners = [LongPolling(server, agent.name).open("/v2/me/calls") for agent in agents]
    call_id = agents[0].dial(agents[1].dn)
    agents[1].operate(call_id, "Answer")
    for listener in listeners:
        listener.wait_call(state="Established")
    return listeners, [Telephone(server, agent.dn) for agent in agents], call_id


def test_a_leg_shows_its_call_and_whom_it_hears(talking):
    _, phones, call_id = talking
    for phone, other in (phones, reversed(phones)):
        leg = phone.leg
        assert (leg["state"], leg["other"], leg["call"]) == ("up", other.number, call_id)
        assert (leg["recording"], leg["hears"], leg["tone"]) == ("none", [other.number], "none")


def test_the_hold_button_holds_the_agents_call(talking):
    (at_first, _), (first, second), _ = talking
    first.hold()
    at_first.wait_call(state="Held")
    assert first.leg["state"] == "held"
    assert (second.leg["hears"], second.leg["tone"]) == ([], "music")
    first.retrieve()
    at_first.wait_call(state="Established")
    assert second.leg["hears"] == [first.number]


def test_keys_are_heard_at_the_other_end_unless_the_call_is_on_hold(server, talking):
    (at_first, _), (first, second), _ = talking
    second.press("12")
    second.press("#")
    assert (first.leg["dtmf"], second.leg["dtmf"]) == ("12#", "")
    first.hold()
    at_first.wait_call(state="Held")
    second.press("9")
    assert first.leg["dtmf"] == "12#"
    server.kill()
    server.start()
    first = Telephone(server, first.number)
    eventually(lambda: first.legs and first.leg["dtmf"] == "12#")


def test_a_pulled_plug_ends_the_call_as_failed(talking):
    (_, at_second), (first, second), _ = talking
    first.unplug()
    released = at_second.wait_call(state="Released")
    assert released["extensions"]["ReleaseReason"] == "failed"
    assert (first.show()["registered"], first.legs, second.legs) == (False, [], [])
    first.plug_in()
    assert first.show()["registered"]


def test_a_held_call_is_held_after_a_restart(server, talking):
    _, (first, second), _ = talking
    first.hold()
    eventually(lambda: second.leg["tone"] == "music")
    server.kill()
    server.start()
    first, second = Telephone(server, first.number), Telephone(server, second.number)
    assert first.leg["state"] == "held" and second.leg["tone"] == "music"
    first.retrieve()
    eventually(lambda: second.leg["hears"] == [first.number])


def test_a_held_call_is_retrieved_on_the_desktop_after_a_restart(server, talking):
    _, (first, second), call_id = talking
    first.hold()
    eventually(lambda: second.leg["tone"] == "music")
    server.kill()
    server.start()
    first, second = Telephone(server, first.number), Telephone(server, second.number)
    Agent(server, 0).operate(call_id, "Retrieve")
    eventually(lambda: first.leg["state"] == "up" and second.leg["hears"] == [first.number])


def test_a_busy_telephone_is_busy_to_who_calls_it(server):
    caller, callee = Agent(server, 0), Agent(server, 1)
    Telephone(server, callee.dn).set_mode("busy")
    caller.dial(callee.dn)
    eventually(lambda: Telephone(server, caller.dn).leg["tone"] == "busy")


def test_a_telephone_that_refuses_to_answer_rings_on(server):
    caller, callee = Agent(server, 0), Agent(server, 1)
    phone = Telephone(server, callee.dn)
    phone.set_mode("refuse")
    call_id = caller.dial(callee.dn)
    listener = LongPolling(server, callee.name).open("/v2/me/calls")
    callee.operate(call_id, "Answer")
    error = listener.wait_call("Error")
    assert "telephone" in error["errorMessage"]
    assert phone.leg["state"] == "ringing"
    phone.answer(leg=caller.dn)
    assert phone.leg["state"] == "up"


def test_what_rings_with_sound_is_heard_instead_of_ring_back(server):
    caller, callee = Telephone(server, 15000), outside(server, "+4989123")
    caller.dial("+4989123")
    eventually(lambda: caller.leg["tone"] == "ringback")
    callee.do("sound")
    eventually(lambda: (caller.leg["hears"], caller.leg["tone"]) == (["+4989123"], "none"))
    assert callee.leg["hears"] == []
    callee.do("silence")
    eventually(lambda: (caller.leg["hears"], caller.leg["tone"]) == ([], "ringback"))
    callee.do("sound")
    callee.answer()
    eventually(lambda: callee.leg["hears"] == ["15000"] and caller.leg["hears"] == ["+4989123"])


def test_the_transfer_button_puts_two_lines_together(talking):
    (at_first, _), (first, second), _ = talking
    third = Telephone(second.http.server, 15002)
    second.dial("15002")
    eventually(lambda: third.legs)
    third.answer()
    second.transfer()
    assert at_first.wait_call("ParticipantsUpdated")["call"]["participants"][0]["phoneNumber"] == "15002"
    eventually(lambda: second.legs == [] and first.leg["hears"] == ["15002"] and third.leg["hears"] == [first.number])


def test_a_transfer_that_is_refused_says_why(talking):
    _, (first, second), _ = talking
    refused(first.try_do("transfer"), 400, 3, "no other call")
    refused(first.try_do("transfer", number=""), 400, 10, "number")
    first.transfer("1-2-x")
    eventually(lambda: first.leg["transferRefused"] == "unreachable")
    assert first.leg["hears"] == [second.number]


def test_who_redirects_is_rung_no_more(server):
    first, second = Telephone(server, 15001), Telephone(server, 15002)
    refused(first.try_do("redirect", number="15002"), 400, 3, "rings")
    Telephone(server, 15000).dial("15001")
    eventually(lambda: first.legs)
    refused(first.try_do("redirect"), 400, 1, "number")
    first.redirect("15002")
    eventually(lambda: second.legs and second.leg["state"] == "ringing")
    assert first.legs == []


def test_there_is_a_telephone_for_every_outside_number(server):
    phone = outside(server, "+4989123")
    assert phone.show() == {"number": "+4989123", "registered": True, "mode": "talk", "legs": []}
    phone.set_mode("busy")
    assert outside(server, "+4989123").show()["mode"] == "busy"
    assert outside(server, "004989123").show()["mode"] == "talk"
    refused(Http(server).get("/sim/v1/outside/anonymous"), 404, 6)
    refused(outside(server, "anonymous").try_do("hangup"), 400, 2, "outside number")
    refused(phone.try_do("hangup"), 400, 3, "no such call")


def test_it_calls_through_a_trunk_of_the_configuration(server):
    phone = outside(server, "+4989123")
    refused(phone.try_do("dial", number="15000", trunk="nowhere"), 404, 6, "trunk")
    assert phone.legs == []
    phone.dial("15000")
    assert [leg["trunk"] for leg in phone.legs] == ["outside"]


def sim(server, path="", **headers):
    return Http(server).get(f"/sim/v1{path}", headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_it_says_what_there_is(server):
    state = sim(server).json
    assert state.pop("clock")["kind"] == "manual"
    assert state == {"statusCode": 0, "trunks": ["outside"], "lineCount": 11}
    before = sim(server, "/").json["clock"]["nowMs"]
    advance(server, 90_000)
    assert sim(server).json["clock"]["nowMs"] == before + 90_000


def test_lines_come_in_pages(server):
    numbers = [str(15000 + number) for number in range(10)] + ["19000"]

    def page(query=""):
        answer = sim(server, "/lines" + query).json
        assert answer["totalCount"] == 11
        return [line["dn"] for line in answer["lines"]]
    assert page() == page("?limit=1000") == page("?limit=11&offset=0") == numbers
    assert page("?limit=4") == numbers[:4]
    assert page("?offset=4&limit=4") == numbers[4:8]
    assert page("?offset=10") == numbers[10:]
    assert page("?offset=11") == page("?limit=0") == page("?offset=4294967295") == []
    assert sim(server, "/lines").json["lines"][3] == Telephone(server, "15003").show()
    for query in ("limit=1001", "limit=-1", "limit=", "offset=x", "offset=4294967296"):
        refused(sim(server, "/lines?" + query), 400, 10, query.split("=")[0])


def test_outside_telephones_are_listed_while_there_are_any(server):
    def listed(query=""):
        return sim(server, "/outside" + query).json["telephones"]
    assert listed() == []
    first, second = outside(server, "+4989123"), outside(server, "110")
    first.dial("15000")
    second.set_mode("busy")
    eventually(lambda: first.leg["tone"] == "ringback")
    assert listed() == [first.show(), second.show()]
    assert listed("?offset=1") == [second.show()] and listed("?limit=1") == [first.show()]
    first.hang_up()
    second.set_mode("talk")
    eventually(lambda: listed() == [])


def test_the_real_clock_is_wound_ahead(start_server):
    server = start_server(clock="real")

    def now():
        clock = sim(server).json["clock"]
        assert clock["kind"] == "real"
        return clock["nowMs"]
    agent = Agent(server, 0)
    listener = LongPolling(server, agent.name).open("/v2/me/calls")
    begun = now()
    agent.dial("15001")
    advance(server, 3_600_000)
    released = listener.wait_call(state="Released")
    assert released["extensions"]["ReleaseReason"] == "no-answer"
    assert agent.calls() == [], "a call that is over is kept for a minute"
    advance(server, 3_600_000)
    wound = now()
    assert wound >= begun + 7_200_000
    server.kill()
    server.start()
    assert now() >= wound, "an hour in which nothing happened counts as well"
    refused(Http(server).post("/sim/v1/clock", {"advanceMs": -1}), 400, 2, "advanceMs")


def test_winding_the_real_clock_logs_nobody_out(start_server):
    server = start_server(clock="real")
    browser = Http(server, "agent0")
    assert browser.get("/api/v2/me").status == 200
    browser.authorization = None  # Only the cookie from here on, which is good for half an hour.
    advance(server, 24 * 3_600_000)
    assert browser.get("/api/v2/me").status == 200
    server.kill()
    server.start()
    browser.close()
    assert browser.get("/api/v2/me").status == 200


@pytest.mark.parametrize("headers, is_taken", [
    ({}, True),
    ({"Origin": "own"}, True),
    ({"Origin": "own", "Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, False),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": "http://127.0.0.1:1"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
])
def test_pages_of_other_origins_are_refused(server, headers, is_taken):
    http = Http(server)
    sent = {name: server.base if value == "own" else value for name, value in headers.items()}
    before = sim(server).json["clock"]["nowMs"]
    answers = [http.get("/sim/v1", headers=sent), http.get("/sim/v1/lines/15000", headers=sent),
               http.post("/sim/v1/clock", {"advanceMs": 1}, headers=sent),
               http.post("/sim/v1/lines/15000", {"do": "unplug"}, headers={**sent, "Content-Type": "text/plain"})]
    for answer in answers:
        if is_taken:
            assert answer.status == 200, answer
        else:
            refused(answer, 403, 5, "origin")
    assert sim(server).json["clock"]["nowMs"] - before == int(is_taken)
    assert Telephone(server, "15000").show()["registered"] != is_taken


def test_a_page_whose_name_was_made_to_lead_here_is_refused(start_server, tmp_path):
    """For the browser it is of the same origin as the server, so only the name tells it."""
    server = configured(start_server, tmp_path, "public_url = http://voice.example:8443/telephony")
    http = Http(server, "agent0")
    for host in ("127.0.0.1:8080", "localhost:8080", "voice.example", "evil.example", "evil.example:8080"):
        page = {"Host": host, "Origin": f"http://{host}", "Sec-Fetch-Site": "same-origin"}
        for answer in (http.get("/sim/v1", headers=page), http.get("/api/v2/me", headers=page),
                       http.post("/api/v2/notifications", [], headers=page)):
            if "evil" in host:
                refused(answer, 403, 5, "public_url")
            else:
                assert answer.status != 403, answer


def test_what_there_is_is_only_read(server):
    for path in ("", "/lines", "/outside"):
        answer = Http(server).post("/sim/v1" + path, {"do": "hangup"})
        refused(answer, 405, 3)
        assert answer.header("allow") == "GET"
    for path in ("/nothing", "x", "/lines/", "/line"):
        answer = sim(server, path)
        assert answer.status == (200 if path == "/lines/" else 404), path


def test_acts_take_their_parameters_and_no_others(server):
    phone = Telephone(server, 15000)
    refused(phone.try_do("jump"), 400, 2, "answer, hangup", "failRecording")
    refused(phone.try_do("dial"), 400, 1, "number")
    refused(phone.try_do("dial", number=15001), 400, 2, "number")
    refused(phone.try_do("dial", number="15001", trunk="x"), 400, 2, "trunk", "of the house")
    refused(phone.try_do("hangup", digits="1"), 400, 2, "digits")
    refused(phone.try_do("mode"), 400, 1, "mode")
    refused(phone.try_do("mode", mode="loud"), 400, 2, "no-talk")
    refused(phone.try_do("hangup", leg=-1), 400, 2, "leg")
    refused(phone.try_do("hangup", leg=0), 400, 3)
    refused(phone.try_do("hangup", leg="15001"), 400, 3)
    refused(Telephone(server, 14000).try_do("hangup"), 404, 6)
