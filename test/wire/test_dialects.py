# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Two generations of desktops on one call: each user's answers and events are in his own dialect,
by the configuration or by his own setting."""

import pytest

from support.bayeux import bayeux
from support.rest import Agent, Http, accepted

OLD = {"connId", "monitoring", "path", "parentCallPath"}  # what the older dialect does not have


class Named(Agent):
    """An agent of the configuration file."""

    def __init__(self, server, name, dn):
        self.server = server
        self.name = name
        self.dn = dn
        self.http = Http(server, name)
        self._device_id = None


def user(name, dn, compat=None):
    lines = [f"[user {name}]", "password = demo"] + ([f"compat = {compat}"] if compat else [])
    return "\n".join(lines + [f"[device {dn}]", f"user = {name}", ""])


@pytest.fixture
def serve(start_server, tmp_path):
    def start(text):
        path = tmp_path / "cordboard.conf"
        path.write_text(text)
        return start_server(options=["--config", str(path)])
    return start


def check_older(call, other):
    assert call["participants"] == [other]
    assert call["participantsInfo"] == [
        {"digits": other, "e164Number": other, "formattedPhoneNumber": other}]
    assert not OLD & set(call)


def check_newer(call, other):
    assert call["participants"] == [
        {"e164Number": "", "formattedPhoneNumber": other, "phoneNumber": other, "digits": other}]
    assert "participantsInfo" not in call and OLD - {"parentCallPath"} <= set(call)


@pytest.mark.parametrize("kind", ["long-polling", "websocket"])
def test_an_agents_own_setting(serve, kind):
    server = serve(user("old", "16000", "8.5.0-2014") + user("new", "16001"))
    old, new = Named(server, "old", "16000"), Named(server, "new", "16001")
    hears_old = bayeux(kind, server, "old").open("/v2/me/*")
    hears_new = bayeux(kind, server, "new").open("/v2/me/*")
    call_id = old.dial("16001", userData={"a": 1})
    data = hears_old.wait_call(state="Dialing")
    check_older(data["call"], "16001")
    assert data["call"]["id"] == call_id and "extensions" not in data
    Http(server).post("/sim/v1/lines/16000", {"do": "answer"})
    data = hears_new.wait_call(state="Ringing")
    check_newer(data["call"], "16000")
    assert data["call"]["id"] == call_id
    check_older(old.call(call_id), "16001")
    check_older(old.calls()[0], "16001")
    check_older(old.http.get("/api/v2/me?subresources=calls").json["user"]["calls"][0], "16001")
    check_newer(new.call(call_id), "16000")
    accepted(new.try_operate(call_id, "AttachUserData", userData={"b": 2}))
    for heard, check, other in ((hears_old, check_older, "16001"), (hears_new, check_newer, "16000")):
        told = heard.wait_call("AttachedDataChanged")["call"]
        assert told["userData"] == {"a": 1, "b": 2}
        check(told, other)
    assert old.http.get("/api/v2/me/devices?fields=e164Number").json["devices"] == [{"e164Number": "16000"}]


def test_the_sites_setting_and_an_agents_against_it(serve):
    server = serve("[api]\ncompat = 8.5.0-2014\n" + user("new", "16001", "8.5.2-2016"))
    old, new = Agent(server, 0), Named(server, "new", "16001")
    old.dial("16001")
    check_older(old.calls()[0], "16001")
    Http(server).post("/sim/v1/lines/15000", {"do": "answer"})
    check_newer(new.calls()[0], "15000")


def test_the_newer_one_is_the_default(agents):
    agents[0].dial("15001")
    check_newer(agents[0].calls()[0], "15001")
