# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Who a trunk's peer is and who we are to it: digest, registration, fail-over, names."""

import select
import socket
import struct
import threading
import time

import pytest
from phonelib import wait_for
from sip_server import reload
from support.rest import Http
from trunklib import Provider

REGISTERS = "register = yes\nusername = berlin\nsecret = of the trunk\n"


def metric(server, name):
    text = Http(server).get("/metrics").body.decode()
    values = [line.rsplit(" ", 1)[1] for line in text.splitlines() if line.startswith(name + " ")]
    return float(values[0]) if values else None


@pytest.mark.trunk("username = berlin\nsecret = of the trunk\n")
@pytest.mark.parametrize("status, algorithm", [(407, "MD5"), (401, "SHA-256")])
def test_who_we_are_is_proven_when_asked(desk, provider, status, algorithm):
    call_id = desk.agent.dial("+49891000")
    first = provider.expect("INVITE")
    assert provider.proof(first, "berlin", "of the trunk") is None
    provider.challenge(first, status, algorithm)
    provider.expect("ACK")
    second = provider.expect("INVITE")
    assert provider.proof(second, "berlin", "of the trunk")["nc"] == "00000001"
    assert second.get("call-id") == first.get("call-id")
    assert second.get("cseq") == "2 INVITE"
    provider.answer(second)
    desk.state("Established")
    desk.agent.operate(call_id, "Hangup")
    bye = provider.expect("BYE")
    assert provider.proof(bye, "berlin", "of the trunk")["nc"] == "00000002"
    provider.challenge(bye, status, algorithm, stale=True)
    again = provider.expect("BYE")
    assert provider.proof(again, "berlin", "of the trunk")["nc"] == "00000001"
    provider.respond(again, 200)


@pytest.mark.trunk("username = berlin\nsecret = wrong\n")
def test_a_wrong_secret_is_not_tried_for_ever(desk, provider, server):
    desk.agent.dial("+49891000")
    provider.challenge(provider.expect("INVITE"), nonce="the same")
    provider.challenge(provider.expect("INVITE"), nonce="the same")
    desk.state("Released")
    assert metric(server, 'cordboard_trunk_failures_total{trunk="berlin",reason="forbidden"}') == 1


@pytest.mark.trunk(REGISTERS)
def test_a_registration_is_refreshed_and_taken_back(server, provider):
    first = provider.expect("REGISTER")
    assert first.get("to") == "<sip:berlin@127.0.0.2>"
    provider.challenge(first, 401)
    second = provider.expect("REGISTER")
    assert provider.proof(second, "berlin", "of the trunk")
    assert second.get("expires") == "3600"
    assert int(second.get("cseq").split()[0]) == int(first.get("cseq").split()[0]) + 1
    contact = second.get("contact")
    provider.respond(second, 200, headers=(f"Contact: {contact};expires=5",))
    wait_for(lambda: metric(server, 'cordboard_trunk_registered{trunk="berlin"}') == 1,
             "the trunk is registered")
    third = provider.expect("REGISTER")
    assert provider.proof(third, "berlin", "of the trunk")["nc"] == "00000002"
    assert third.get("call-id") == first.get("call-id")
    provider.respond(third, 200, headers=(f"Contact: {contact};expires=3600",))
    reload(server, lambda text: text[:text.index("[trunk berlin]")])
    last = provider.expect("REGISTER")
    assert last.get("expires") == "0"
    provider.respond(last, 200)
    assert metric(server, 'cordboard_trunk_registered{trunk="berlin"}') == 0


@pytest.mark.trunk(REGISTERS)
def test_a_registration_that_fails_is_tried_again(server, provider):
    provider.respond(provider.expect("REGISTER"), 503, "Unavailable", tag="x")
    again = provider.expect("REGISTER", 30)  # after 5 to 10 s
    provider.respond(again, 423, "Interval Too Brief", tag="x", headers=("Min-Expires: 7200",))
    longer = provider.expect("REGISTER")
    assert longer.get("expires") == "7200"
    provider.respond(longer, 200, tag="x", headers=("Expires: 7200",))
    wait_for(lambda: metric(server, 'cordboard_trunk_registered{trunk="berlin"}') == 1,
             "the trunk is registered")


@pytest.fixture
def second(server, provider_port, started):
    """The second peer of the trunk."""
    it = Provider(server.sip_port, address="127.0.0.4", port=provider_port)
    started.append(it)
    return it


TWO = pytest.mark.trunk("peer = 127.0.0.4:PORT\n")


def talk(desk, peer, invite):
    peer.answer(invite)
    desk.state("Established")
    desk.agent.operate(desk.agent.calls()[0]["id"], "Hangup")
    peer.respond(peer.expect("BYE"), 200)
    desk.state("Released")


@TWO
def test_the_second_peer_is_tried_after_a_503(desk, provider, second):
    desk.agent.dial("+49891000")
    provider.respond(provider.expect("INVITE"), 503, "Unavailable", tag="x")
    talk(desk, second, second.expect("INVITE"))
    desk.agent.dial("+49891000")  # the first is not tried for a while
    talk(desk, second, second.expect("INVITE"))


@TWO
def test_the_second_peer_is_tried_after_silence(desk, provider, second):
    desk.agent.dial("+49891000")
    silent = provider.expect("INVITE")
    talk(desk, second, second.expect("INVITE"))
    # The first one comes to life after all: its call is ended at once.
    provider.respond(silent, 200, tag="late", headers=(provider.contact,), body=provider.body())
    provider.expect("ACK")
    provider.respond(provider.expect("BYE"), 200)


@TWO
def test_a_peer_that_is_trying_is_waited_for(desk, provider, second):
    desk.agent.dial("+49891000")
    invite = provider.expect("INVITE")
    provider.respond(invite, 100, "Trying")
    with pytest.raises(AssertionError):  # for longer than a silent one has
        second.expect("INVITE", 7)
    talk(desk, provider, invite)


@TWO
def test_the_second_peer_is_tried_when_nobody_listens(desk, second):
    desk.agent.dial("+49891000")
    talk(desk, second, second.expect("INVITE"))


@TWO
def test_a_dead_peer_is_passed_over_and_then_not_asked(server, desk, provider, second):
    """Nothing comes back from it; within a minute no further call waits for it."""
    begin = time.monotonic()
    desk.agent.dial("+49891000")
    invite = second.expect("INVITE")
    assert time.monotonic() - begin < 10
    talk(desk, second, invite)
    desk.agent.dial("+49891000")
    talk(desk, second, second.expect("INVITE", 3))
    assert metric(server, 'cordboard_trunk_failures_total{trunk="berlin",reason="silent"}') == 1
    asked = set()
    while select.select([provider.socket], [], [], 0)[0]:
        asked.add(provider.receive().get("call-id"))
    assert len(asked) == 1  # the first call's, again and again


@TWO
def test_what_a_peer_says_of_the_number_is_final(desk, provider, second):
    desk.agent.dial("+49891000")
    provider.respond(provider.expect("INVITE"), 486, "Busy Here", tag="x")
    provider.expect("ACK")
    released = desk.state("Released")
    assert released["notificationType"] == "StatusChange"
    assert not second.heard


class NameServer:
    """Answers for one domain at 127.0.0.1: what its table has, and that there is nothing else."""

    def __init__(self, records):
        self.records, self.asked = records, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    @staticmethod
    def name(text):
        return b"".join(bytes([len(p)]) + p.encode() for p in text.split(".")) + b"\0"

    def _run(self):
        while True:
            try:
                query, source = self.socket.recvfrom(2048)
            except OSError:
                return
            at, parts = 12, []
            while query[at]:
                parts.append(query[at + 1:at + 1 + query[at]].decode())
                at += query[at] + 1
            kind = struct.unpack(">H", query[at + 1:at + 3])[0]
            self.asked.append((".".join(parts).lower(), kind))
            found = self.records.get(self.asked[-1], [])
            head = query[:2] + struct.pack(">HHHHH", 0x8180 if found else 0x8183, 1, len(found), 0, 0)
            body = b"".join(b"\xc0\x0c" + struct.pack(">HHIH", kind, 1, 60, len(r)) + r for r in found)
            self.socket.sendto(head + query[12:at + 5] + body, source)

    def stop(self):
        self.socket.close()


@pytest.fixture
def names(tmp_path, provider_port, started):
    def srv(priority, port, host):
        return struct.pack(">HHH", priority, 10, port) + NameServer.name(host)
    it = NameServer({
        ("_sip._udp.provider.example", 33): [srv(20, provider_port, "b.provider.example"),
                                             srv(10, provider_port, "a.provider.example")],
        ("a.provider.example", 1): [socket.inet_aton("127.0.0.2")],
        ("b.provider.example", 1): [socket.inet_aton("127.0.0.4")]})
    started.append(it)
    (tmp_path / "resolv.conf").write_text(f"nameserver 127.0.0.1\nport {it.port}\n")
    return it


BY_NAME = pytest.mark.more("[line]\nresolv_conf = DIR/resolv.conf\n")


@BY_NAME
@pytest.mark.peer("provider.example")
def test_a_domain_has_its_servers(names, desk, provider, second):
    wait_for(lambda: ("b.provider.example", 1) in names.asked, "names are looked up")
    desk.agent.dial("+49891000")
    first = provider.expect("INVITE")
    assert first.first == "INVITE sip:+49891000@provider.example SIP/2.0"
    provider.respond(first, 503, "Unavailable", tag="x")
    talk(desk, second, second.expect("INVITE"))


@BY_NAME
@pytest.mark.peer("nobody.example")
def test_a_name_that_is_nobodys(names, desk):
    wait_for(lambda: ("nobody.example", 1) in names.asked, "the name is looked up")
    desk.agent.dial("+49891000")
    desk.state("Released")


def test_no_telephone_is_where_the_peer_is(server, provider, make_socket):
    """Calls to it would go out, to whatever number its Contact has."""
    phone = make_socket(server, "15001")
    there = f"<sip:+4990012345@127.0.0.2:{provider.port}>"
    for rport in (False, True):
        assert phone.register(contact=there, rport=rport).status == 403
    assert phone.register(expires=0, contact=there).status == 200
    assert phone.register().status == 200
