# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""What a trunk's peer is told of a call, and tells: who calls, who was called first, user data; where
a call in goes by its number, how many there may be; and that a restart ends none."""

import re
import socket

import pytest
from phonelib import wait_for
from sip_server import reload
from support.rest import Agent, accepted
from test_trunk_calls import hear_each_other
from test_trunk_peers import metric
from trunklib import Provider, user_of


def finish(desk, provider, call_id):
    desk.agent.operate(call_id, "Hangup")
    provider.respond(provider.expect("BYE"), 200)
    desk.state("Released")


def ring_in(desk, provider, number="+493055515000", **parts):
    """A call in that rings; it is left alone."""
    provider.call(number, **parts)
    ringing = desk.state("Ringing")
    provider.status(180)
    return ringing["call"]


def give_up(desk, provider):
    text, _ = provider.request("CANCEL", uri=provider.uri, to=provider.uri, cseq=1,
                               branch=provider.branch)
    provider.send(text)
    assert provider.status(300).status == 487
    desk.state("Released")


@pytest.mark.trunk("from_domain = trunk.example\n")
def test_who_hides_is_hidden(desk, provider):
    call_id = desk.agent.dial("+49891000", outboundCallerId="anonymous")
    invite = provider.expect("INVITE")
    assert invite.get("from").startswith("<sip:anonymous@anonymous.invalid>")
    assert invite.get("privacy") == "id"
    assert invite.get("p-asserted-identity") == "<sip:+493055515000@trunk.example>"
    assert invite.get("to") == "<sip:+49891000@trunk.example>"
    provider.answer(invite)
    desk.state("Established")
    finish(desk, provider, call_id)


@pytest.mark.trunk("number_format = national\nprefix_out = 7\nasserted_identity = no\n")
def test_numbers_are_written_as_the_peer_wants(desk, provider):
    call_id = desk.agent.dial("+49891000", outboundCallerId="030 555 100")
    invite = provider.expect("INVITE")
    assert user_of(invite.first) == "70891000" and user_of(invite.get("from")) == "030555100"
    assert invite.get("p-asserted-identity") is None
    provider.answer(invite)
    desk.state("Established")
    finish(desk, provider, call_id)


@pytest.mark.trunk("from_user = account-7\n")
def test_a_peer_that_wants_its_account_in_from(desk, provider):
    for caller, user in ((None, "account-7"), ("anonymous", "anonymous")):
        desk.agent.dial("+49891000", **({"outboundCallerId": caller} if caller else {}))
        invite = provider.expect("INVITE")
        assert user_of(invite.get("from")) == user
        assert user_of(invite.get("p-asserted-identity")) == "+493055515000"
        provider.respond(invite, 486, "Busy Here", tag="x")
        provider.expect("ACK")
        desk.state("Released")


@pytest.mark.parametrize("headers, caller", [
    (("P-Asserted-Identity: <sip:+4989777@127.0.0.2>",), "+4989777"),
    (("P-Asserted-Identity: <sip:+4989777@127.0.0.2>", "Privacy: id"), "anonymous")])
def test_who_calls_is_who_the_network_says(desk, provider, headers, caller):
    call = ring_in(desk, provider, headers=headers)
    assert call["participants"][0]["phoneNumber"] == caller
    give_up(desk, provider)


@pytest.mark.trunk("numbers = +498001234 > 15000, +498001235 > 9000\n")
def test_a_number_leads_to_a_telephone_or_queue(desk, provider):
    call = ring_in(desk, provider, "08001234")
    assert call["participants"][0]["phoneNumber"] == "+49891000"
    give_up(desk, provider)
    desk.agent.http.post("/api/v2/me", {"operationName": "StartContactCenterSession",
                                        "channels": ["voice"]})
    desk.agent.http.post("/api/v2/me", {"operationName": "Ready"})
    call = ring_in(desk, provider, "+498001235")
    desk.agent.operate(call["id"], "Answer")
    provider.answered()
    desk.state("Established")
    hear_each_other(desk, provider)
    provider.hang_up()
    desk.state("Released")


def test_a_number_that_is_nobodys(desk, provider):
    provider.call("+493077777")
    assert provider.status(200).status == 404


@pytest.mark.trunk("channels = 1\n")
def test_there_are_no_more_calls_than_channels(desk, provider, server, started):
    ring_in(desk, provider)
    other = Provider(server.sip_port)
    started.append(other)
    other.call("+493055515001")
    assert other.status(200).status == 486
    give_up(desk, provider)


@pytest.mark.trunk("allow = 127.0.0.8/30\n")
def test_who_may_call_in_beside_the_peers(desk, server, started):
    for address, least in (("127.0.0.9", 180), ("127.0.0.12", 400)):
        it = Provider(server.sip_port, address=address)
        started.append(it)
        it.call("+493055515000")
        assert it.status(180).status >= least
        if least == 180:
            give_up(desk, it)


@pytest.mark.trunk("carry_user_data = user-to-user\nkeys = account\n")
def test_user_to_user_both_ways(desk, provider):
    call_id = desk.agent.dial("+49891000", userData={"account": "12-34", "secret": "no"})
    invite = provider.expect("INVITE")
    assert invite.get("user-to-user") == "0431322d3334;encoding=hex;purpose=isdn-uui"
    assert "secret" not in str(invite.headers)
    provider.answer(invite)
    desk.state("Established")
    finish(desk, provider, call_id)
    call = ring_in(desk, provider, headers=("User-to-User: 04c3bc3132;encoding=hex",))
    assert call["userData"] == {"account": "\u00fc12"}
    give_up(desk, provider)
    call = ring_in(desk, provider, headers=("User-to-User: 04ff;encoding=hex",))
    assert call.get("userData", {}) == {}
    give_up(desk, provider)


@pytest.mark.trunk("carry_user_data = headers\nkeys = account, Order-Id\n")
def test_headers_both_ways(desk, provider):
    call_id = desk.agent.dial("+49891000", userData={"Order-Id": 7, "account": "A & B"})
    invite = provider.expect("INVITE")
    assert invite.get("x-account") == "A & B" and invite.get("x-order-id") == "7"
    assert len(invite.raw) < 1300
    provider.answer(invite)
    desk.state("Established")
    finish(desk, provider, call_id)
    call = ring_in(desk, provider, headers=("X-ACCOUNT: 99", "X-Other: no"))
    assert call["userData"] == {"account": "99"}
    give_up(desk, provider)


LEFT_OUT = "cordboard_user_data_left_out_total"


@pytest.mark.trunk("carry_user_data = headers\nkeys = account, name\n")
@pytest.mark.more("[user_data]\nvalue_bytes = 10\n")
def test_data_that_is_left_out_is_counted(server, desk, provider):
    call = ring_in(desk, provider, headers=("X-account: 123456789", "X-name: Ann", "X-Other: 1"))
    assert call["userData"] == {"name": "Ann"}
    assert metric(server, LEFT_OUT + '{reason="limits"}') == 1
    give_up(desk, provider)
    call = ring_in(desk, provider, headers=("X-account: 1", "X-name: " + "n" * 1025))
    assert call["userData"] == {"account": "1"}
    assert metric(server, LEFT_OUT + '{reason="trunk"}') == 1
    give_up(desk, provider)


KEYS = [f"key-number-{number}" for number in range(10)]
MOST = ("username = berlin\nsecret = of the trunk\nfrom_domain = a-long-domain.of-the-provider.example\n"
        f"keys = {', '.join(KEYS)}\ncarry_user_data = ")


@pytest.mark.parametrize("least", [
    pytest.param(200, marks=pytest.mark.trunk(MOST + "headers")),
    pytest.param(200, marks=pytest.mark.trunk(MOST + "user-to-user"))])
def test_a_request_with_much_data_still_fits_into_a_datagram(server, desk, provider, least):
    """With all that stands in it beside: who calls and hides it, who was called first. Only the proof of
    who we are may be too much; then it goes over TCP, where the peer listens."""
    other = Agent(server, 1)
    accepted(other.http.post(f"/api/v2/me/devices/{other.device_id}",
                             {"operationName": "ForwardCallsOn",
                              "destination": {"phoneNumber": "+49892000"}}))
    desk.agent.dial("15001", outboundCallerId="anonymous", userData={key: "v" * 18 for key in KEYS})
    invite = provider.expect("INVITE")
    assert invite.get("diversion") and invite.get("privacy") and invite.get("p-asserted-identity")
    carried = [f"{n}: {v}" for n, v in invite.headers if n.startswith("x-key") or n == "user-to-user"]
    assert sum(map(len, carried)) > least
    assert len(invite.raw) <= 1300 and "SIP/2.0/UDP" in invite.get("via")
    provider.challenge(invite, algorithm="SHA-256")
    provider.expect("ACK")
    again = provider.expect("INVITE")
    assert provider.proof(again, "berlin", "of the trunk")
    assert [again.get(line.split(":")[0]) for line in carried] == [
        line.split(": ", 1)[1] for line in carried]
    assert len(again.raw) <= 1300 + len("Proxy-Authorization: \r\n" + again.get("proxy-authorization"))
    assert metric(server, LEFT_OUT + '{reason="trunk"}') > 0
    provider.respond(again, 486, "Busy Here", tag="x")
    provider.expect("ACK")


def change(server, old, new):
    reload(server, lambda text: text.replace(old, new))


def test_a_trunk_changes_while_calls_go_on(server, desk, provider, provider_port, started):
    call_id = desk.agent.dial("+49891000")
    provider.answer(provider.expect("INVITE"))
    desk.state("Established")
    other = Provider(server.sip_port, address="127.0.0.4", port=provider_port)
    started.append(other)
    change(server, "peer = 127.0.0.2:", "peer = 127.0.0.4:")
    hear_each_other(desk, provider)
    provider.call("+493055515001")  # it is no peer any more
    assert provider.status(200).status in (401, 403)
    provider.call_id = ""
    finish(desk, provider, call_id)
    call_id = desk.agent.dial("+49891000")
    other.answer(other.expect("INVITE"))
    desk.state("Established")
    reload(server, lambda text: text[:text.index("[trunk berlin]")])
    wait_for(lambda: other.voice.heard(440) > 1, "the call goes on without its trunk")
    finish(desk, other, call_id)
    desk.agent.dial("+49891000")
    desk.state("Released")


@pytest.mark.trunk("transport = tcp\n")
def test_a_trunk_over_tcp(server, desk, provider, provider_port, started):
    listener = socket.create_server(("127.0.0.2", provider_port))
    started.append(Closing(listener))
    call_id = desk.agent.dial("+49891000")
    listener.settimeout(10)
    connection, _ = listener.accept()
    started.append(Closing(connection))
    provider.socket.close()
    provider.socket = Stream(connection)
    invite = provider.expect("INVITE")
    assert invite.get("via").startswith("SIP/2.0/TCP")
    assert "transport=tcp" in invite.get("contact")
    provider.answer(invite)
    desk.state("Established")
    hear_each_other(desk, provider)
    finish(desk, provider, call_id)


class Closing:
    def __init__(self, thing):
        self.stop = thing.close


class Stream:
    """A connection, as the SIP socket's own: one message at a time."""

    def __init__(self, connection):
        self.connection, self.data = connection, b""
        self.fileno, self.close = connection.fileno, connection.close

    def sendto(self, data, _):
        self.connection.sendall(data)

    def recv(self, _):
        while True:
            head, blank, rest = self.data.partition(b"\r\n\r\n")
            length = re.search(rb"(?im)^content-length: *(\d+)", head)
            if blank and length and len(rest) >= int(length.group(1)):
                size = len(head) + 4 + int(length.group(1))
                message, self.data = self.data[:size], self.data[size:]
                return message
            more = self.connection.recv(65536)
            assert more, "the connection was closed"
            self.data += more


def test_what_is_not_configured_does_not_travel(desk, provider):
    call = ring_in(desk, provider, headers=("User-to-User: 043132;encoding=hex", "X-account: 1"))
    assert call.get("userData", {}) == {}
    give_up(desk, provider)


def test_who_was_called_first(server, desk, provider):
    other = Agent(server, 1)
    accepted(other.http.post(f"/api/v2/me/devices/{other.device_id}",
                             {"operationName": "ForwardCallsOn",
                              "destination": {"phoneNumber": "+49892000"}}))
    desk.agent.dial("15001")
    invite = provider.expect("INVITE")
    assert user_of(invite.first) == "+49892000"
    assert user_of(invite.get("diversion")) == "+493055515001"
    provider.respond(invite, 486, "Busy Here", tag="x")
    provider.expect("ACK")


def test_a_restart_ends_no_call(server, desk, provider):
    call_id = desk.agent.dial("+49891000")
    provider.answer(provider.expect("INVITE"))
    desk.state("Established")
    hear_each_other(desk, provider)
    server.restart()
    desk.agent = Agent(server, 0)
    hear_each_other(desk, provider)
    desk.agent.operate(call_id, "Hangup")
    provider.respond(provider.expect("BYE"), 200)


def test_a_restart_while_it_rings(server, desk, provider):
    call_id = desk.agent.dial("+49891000")
    invite = provider.expect("INVITE")
    provider.respond(invite, 180, "Ringing", tag="t", headers=(provider.contact,))
    wait_for(lambda: len(desk.agent.call(call_id)["participants"]) == 1
             and desk.phone.heard(425) > 0.2, "the caller hears ring-back")
    server.restart()
    desk.agent = Agent(server, 0)
    again = provider.expect("INVITE")
    assert again.get("via") == invite.get("via") and again.get("call-id") == invite.get("call-id")
    provider.answer(again, tag="t")
    hear_each_other(desk, provider)
    desk.agent.operate(call_id, "Hangup")
    provider.respond(provider.expect("BYE"), 200)


def offered(message):
    return re.search(r"m=audio \d+ (.*)\r", message.body).group(1)


@pytest.mark.trunk("codecs = PCMA,G722\n")
def test_a_trunk_has_its_codecs(desk, provider):
    desk.agent.dial("+49891000")
    invite = provider.expect("INVITE")
    assert offered(invite) == "RTP/AVP 8 9 101"
    provider.respond(invite, 486, "Busy Here", tag="x")
    desk.state("Released")
    provider.call("+493055515000")  # with PCMU alone
    assert provider.status(488).status == 488
