# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""SIGHUP: the file is read again, calls go on, a bad one changes nothing."""

import json
import signal

import pytest

from support.bayeux import CALLS, LongPolling, OverWebSocket
from support.rest import Agent, Http, Telephone, accepted, advance, eventually
from support.websocket import Closed

ANNA = "[user anna]\npassword = {password}\nfirst_name = {first}\n[device 4711]\nuser = anna\n"


class Site:
    """The demo with a file of ours beside it."""

    def __init__(self, start_server, tmp_path, text=""):
        self.path = tmp_path / "site.ini"
        self.write(text)
        self.server = start_server(options=["--config", str(self.path)])

    def write(self, text):
        self.path.write_text(text, encoding="utf-8")

    def reload(self, text, event="reload.done"):
        """Returns the log's line of how it went."""
        self.write(text)
        mark = len(self.server.output)
        self.server.process.send_signal(signal.SIGHUP)
        return self.server.wait_line(event, since=mark)

    def try_log_in(self, name, password):
        return Http(self.server, name, password).get("/api/v2/me").status


def anna(password="secret", first="Anna"):
    return ANNA.format(password=password, first=first)


@pytest.fixture
def site(start_server, tmp_path):
    def make(text=""):
        return Site(start_server, tmp_path, text)
    return make


def talk(server):
    """agent0 talks with agent1; the id of the call."""
    agents = [Agent(server, 0), Agent(server, 1)]
    call_id = agents[0].dial("15001")
    agents[1].operate(call_id, "Answer")
    eventually(lambda: agents[0].call(call_id)["state"] == "Established", "the answer")
    return agents, call_id


def test_a_call_goes_on(site):
    here = site(anna())
    agents, call_id = talk(here.server)
    listener = LongPolling(here.server, "agent0").open(CALLS)
    line = here.reload("[calls]\nno_answer_s = 5\n")
    assert "result=ok" in line, line
    assert listener.take_all() == []
    assert agents[0].call(call_id)["state"] == "Established"
    agents[1].operate(call_id, "Hold")
    agents[1].operate(call_id, "Retrieve")
    assert Telephone(here.server, 15000).leg["hears"] == ["15001"]
    agents[0].operate(call_id, "Hangup")


def test_a_new_user_can_log_in_and_call(site):
    here = site()
    assert here.try_log_in("anna", "secret") == 403
    here.reload(anna())
    http = Http(here.server, "anna", "secret")
    devices = http.get("/api/v2/me/devices?fields=*").json["devices"]
    assert [device["phoneNumber"] for device in devices] == ["4711"]
    accepted(http.post(f"/api/v2/me/devices/{devices[0]['id']}/calls",
                       {"operationName": "Dial", "destination": {"phoneNumber": "15001"}}))
    call_id = http.get("/api/v2/me/calls?fields=*").json["calls"][0]["id"]
    Agent(here.server, 1).operate(call_id, "Answer")


def test_a_removed_user_can_do_nothing_and_his_call_ends(site):
    here = site(anna())
    http = Http(here.server, "anna", "secret")
    assert http.get("/api/v2/me").status == 200
    agent = Agent(here.server, 1)
    call_id = agent.dial("4711")
    Telephone(here.server, 4711).answer()
    here.reload("")
    assert here.try_log_in("anna", "secret") == 403
    assert http.get("/api/v2/me").status == 403
    http.authorization = None
    assert http.cookies and http.get("/api/v2/me").status == 403
    eventually(lambda: agent.call(call_id)["state"] != "Established", "the end of the call")
    advance(here.server, 10000)
    assert agent.call(call_id)["state"] == "Released"
    assert Http(here.server).get("/sim/v1/lines/4711").status == 404


def test_who_comes_back_begins_anew(site):
    """Numbers of events begin with 1 again; who listens then must miss none."""
    here = site(anna())
    agent = Agent(here.server, 1)
    for text in ("", anna()):
        call_id = agent.dial("4711")
        agent.operate(call_id, "Hangup")
        here.reload(text)
    http = LongPolling(here.server, "anna")
    http.http.authorization = http.poll_http.authorization = Http(here.server, "anna", "secret").authorization
    http.open(CALLS)
    agent.dial("4711")
    assert http.wait_call(state="Ringing")["call"]["dnis"] == "4711"


def test_a_changed_password_ends_sessions_and_sockets(site):
    here = site(anna())
    http = Http(here.server, "anna", "secret")
    assert http.get("/api/v2/me").status == 200
    socket = OverWebSocket(here.server, "anna",
                           headers={"Authorization": http.authorization}).open(CALLS)
    here.reload(anna(password="another"))
    assert here.try_log_in("anna", "secret") == 403
    assert here.try_log_in("anna", "another") == 200
    http.authorization = None
    assert http.get("/api/v2/me").status == 403
    with pytest.raises((Closed, ConnectionError)):
        while True:
            socket.read()


def test_what_did_not_change_costs_nobody_anything(site):
    here = site(anna())
    http = Http(here.server, "anna", "secret")
    listener = LongPolling(here.server, "agent0").open(CALLS)
    assert http.get("/api/v2/me").status == 200
    http.authorization = None
    here.reload(anna(first="Anne"))
    answer = http.get("/api/v2/me?fields=*")
    assert answer.status == 200 and answer.json["user"]["firstName"] == "Anne"
    listener.settle()


def test_a_held_connect_of_a_removed_user_is_answered(site):
    here = site(anna())
    listener = LongPolling(here.server, "anna")
    listener.http.authorization = listener.poll_http.authorization = (
        Http(here.server, "anna", "secret").authorization)
    listener.open(CALLS)
    held = listener.hold()
    here.reload("")
    reply = listener.held_reply(held)
    assert reply["advice"]["reconnect"] == "none", reply


def test_a_new_queue_answers(site):
    here = site()
    agent = Agent(here.server, 1)
    call_id = agent.dial("9100")
    advance(here.server, 10000)
    assert agent.call(call_id)["state"] == "Released"
    here.reload("[queue 9100]\nagents = agent0\n")
    assert agent.call(agent.dial("9100"))["state"] != "Released"


@pytest.mark.parametrize("text,words", [
    ("[user anna]\npassword = x\n[device 4711]\nuser = bert\n", ("site.ini:3", "there is no [user bert]")),
    ("[queue 15000]\n", ("site.ini:1", "15000")),
    ("[server]\nnonsense = 1\n", ("site.ini:2", "nonsense")),
])
def test_a_bad_file_changes_nothing_and_says_why(site, text, words):
    here = site(anna())
    agents, call_id = talk(here.server)
    line = here.reload(text, event="reload.refused")
    for word in words:
        assert word in line, line
    assert here.try_log_in("anna", "secret") == 200
    assert agents[0].call(call_id)["state"] == "Established"
    here.path.unlink()
    here.server.process.send_signal(signal.SIGHUP)
    here.server.wait_line("No such file")
    assert here.try_log_in("anna", "secret") == 200


def test_what_needs_a_restart_is_kept_and_named(site):
    here = site(anna())
    mark = len(here.server.output)
    here.reload(anna() + "[events]\nring_notices = 32\n[line]\nrealm = elsewhere\n[server]\nlog_level = warn\n"
                "[calls]\nno_answer_s = 7\n", event="key=ring_notices")
    here.server.wait_line("key=realm", since=mark)
    eventually(lambda: "result=\"applied\"} 1" in Http(here.server).get("/metrics").body.decode(),
               "the reload")
    needs = [line for line in here.server.output[mark:] if "reload.needs_restart" in line]
    assert len(needs) == 2, needs
    assert here.try_log_in("anna", "secret") == 200


def test_origins_can_be_allowed_later(site):
    here = site()

    def allowed():
        answer = Http(here.server, "agent0").get("/api/v2/me", headers={"Origin": "https://crm.example"})
        return answer.header("access-control-allow-origin")

    assert allowed() is None
    here.reload("[server]\nallowed_origins = https://crm.example\n")
    assert allowed() == "https://crm.example"
    here.reload("")
    assert allowed() is None


def test_several_in_a_row_end_with_the_last(site):
    here = site()
    for i in range(5):
        here.write(anna(password=f"p{i}"))
        here.server.process.send_signal(signal.SIGHUP)
    eventually(lambda: here.try_log_in("anna", "p4") == 200, "the last file")


def test_it_is_so_after_a_crash(site, tmp_path):
    here = site(anna())
    here.reload(anna(password="another"))
    http = Http(here.server, "anna", "another")
    assert http.get("/api/v2/me").status == 200
    cookies = http.cookies
    here.server.kill()
    here.server.start()
    again = Http(here.server)
    again.cookies = cookies
    assert again.get("/api/v2/me").status == 200
    assert json.loads(again.get("/api/v2/me").body)["statusCode"] == 0


def test_a_stop_in_the_middle_is_orderly(site):
    here = site()
    people = "".join(f"[user person{i}]\npassword = p{i}\n" for i in range(30))
    here.write(people)
    here.server.process.send_signal(signal.SIGHUP)
    here.server.wait_line("reload.begin")
    here.server.stop()


def test_metrics_count_reloads(site):
    here = site()
    here.reload("")
    here.reload("[nonsense]\n", event="reload.refused")
    text = Http(here.server).get("/metrics").body.decode()
    assert 'cordboard_reloads_total{result="applied"} 1' in text, text
    assert 'cordboard_reloads_total{result="refused"} 1' in text, text
