# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The messages of RFC 4475 (torture.py): none of them ends the server or confuses it, each gets the
answer that the table says or none, and calls go on as before."""

import re
import select
import time

from phonelib import Message, digest_header, free_port, sdp
from torture import corpus

NAMES = [name for name, _, _ in corpus(5060, "127.0.0.1:5060")]


def send(phone, message):
    phone.socket.sendto(message.encode("utf-8"), phone.server)


def first_status(phone, seconds):
    """Of what comes within the time; a real answer comes at once."""
    end = time.monotonic() + seconds
    while select.select([phone.socket], [], [], max(0, end - time.monotonic()))[0]:
        message = Message(phone.socket.recv(65536))
        if message.status:
            return message.status
    return None


def judge(phone, name, message, expected):
    send(phone, message)
    found = first_status(phone, 0.15 if expected is None else 3)
    assert found == expected, name


def is_well(ctl, phone, leg):
    """It answers, and an ordinary call goes through."""
    assert phone.ask("OPTIONS").status == 200
    ctl.say(f"ring {leg} 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    phone.respond(invite, 200, tag="x", headers=[f"Contact: <{phone.contact()}>"],
                  body=sdp(free_port()))
    ctl.wait("answered", leg=leg)
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.say(f"drop {leg} 0")
    phone.respond(phone.receive(want=lambda m: m.method == "BYE"), 200)
    ctl.wait("gone", leg=leg)


def test_all_of_them_are_here():
    assert len(NAMES) == len(set(NAMES)) == 49


def test_nothing_names_a_place_that_exists():
    """Every host that is written anywhere is this machine, or can't exist, or is in the examples'
    network; and those of the first Via and Contact are this machine."""
    for name, message, _ in corpus(5060, "127.0.0.1:5060"):
        for host in re.findall(r"(?<![\w.])(\d+\.\d+\.\d+\.\d+)", message):
            assert host.startswith(("127.", "192.0.2.", "192.168.255.")), (name, host)
        for host in re.findall(r"@([a-z][\w.-]*\.[a-z]+)", message):
            assert host.endswith((".invalid", ".com", ".net")) and \
                ("%40" + host in message or host.endswith(".invalid")), (name, host)


def test_each_gets_its_answer(ctl, make_socket):
    phone, sender = make_socket(ctl), make_socket(ctl)
    phone.register()
    for name, message, expected in corpus(sender.port, f"127.0.0.1:{ctl.port}"):
        judge(sender, name, message, expected)
    is_well(ctl, phone, 1)
    assert not ctl.has_seen("incoming")


def test_over_tcp_as_well(ctl, make_socket, make_stream):
    """Each on a connection of its own; one that can't be told where it ends may cost that one."""
    phone = make_socket(ctl)
    phone.register()
    for name, message, _ in corpus(5060, f"127.0.0.1:{ctl.port}"):
        stream = make_stream(ctl)
        stream.socket.sendall(message.replace("SIP/2.0/UDP 127", "SIP/2.0/TCP 127").encode())
        stream.close()
    is_well(ctl, phone, 1)


def sealed(phone, message):
    """With right credentials, so that it comes further."""
    first = message.split("\r\n", 1)[0].split()
    uri = first[1]
    challenge = phone.ask("REGISTER").challenges()[-1]
    proof = digest_header(challenge, phone.user, phone.secret, first[0], uri)
    return message.replace("\r\n", f"\r\nAuthorization: {proof}\r\n", 1)


def test_from_a_telephone_that_is_known(ctl, make_socket):
    """Whatever becomes of it, it gets one final answer when the call is dropped, or none."""
    phone, sender = make_socket(ctl), make_socket(ctl)
    phone.register()
    for name, message, expected in corpus(sender.port, f"127.0.0.1:{ctl.port}"):
        if not message.startswith(("INVITE sip:", "REGISTER sip:")) or "lwsruri" in name:
            continue
        send(sender, sealed(phone, message))
        status = first_status(sender, 0.3)
        legs = [re.search(r"leg=(\d+)", line).group(1) for line in ctl.has_seen("incoming")]
        for leg in legs:
            ctl.say(f"drop {leg} 3")
        assert status != 500, name
    is_well(ctl, phone, 1)
