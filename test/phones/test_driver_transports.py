# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The way to a telephone: UDP, TCP, and the address that it is told of us."""

import socket
import ssl
import subprocess

import pytest
from phonelib import digest_header, free_port, sdp


def certificate(folder, name, issuer=None, extensions=()):
    """A certificate of that name and its key, signed by the issuer's or by its own: two files."""
    files = folder / f"{name}.crt", folder / f"{name}.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
               "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
               "-out", str(files[0]), "-keyout", str(files[1])]
    for extension in extensions:
        command += ["-addext", extension]
    if issuer:
        command += ["-CA", str(issuer[0]), "-CAkey", str(issuer[1])]
    subprocess.run(command, check=True, capture_output=True)
    return files


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """Files of the server (its certificate, and the one between it and the root), and the root."""
    folder = tmp_path_factory.mktemp("tls")
    is_ca = ("basicConstraints=critical,CA:TRUE",)
    root = certificate(folder, "root", extensions=is_ca)
    middle = certificate(folder, "middle", root, is_ca)
    own = certificate(folder, "localhost", middle, ("basicConstraints=CA:FALSE",
                                                    "subjectAltName=DNS:localhost"))
    whole = folder / "chain.crt"
    whole.write_text(own[0].read_text() + middle[0].read_text())
    return whole, own[1], root[0]


@pytest.fixture
def tls_ctl(make_ctl, chain):
    return make_ctl(f"tls={chain[0]},{chain[1]}")


def ring(ctl, phone, leg=1, seconds=3.0):
    ctl.say(f"ring {leg} {phone.user} 15001")
    return phone.receive(seconds, lambda m: m.method == "INVITE")


def test_a_telephone_on_tcp_is_rung_over_its_own_connection(ctl, make_stream):
    phone = make_stream(ctl)
    assert phone.register().status == 200
    ctl.wait("registered", dn="15000")
    invite = ring(ctl, phone)
    assert invite.get("via").startswith(f"SIP/2.0/TCP 127.0.0.1:{ctl.port};")
    assert f"<sip:127.0.0.1:{ctl.port};transport=tcp>" in invite.get("contact")
    phone.respond(invite, 200, tag="x", headers=[f"Contact: <{phone.contact()}>"], body=sdp(free_port()))
    ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    ctl.say("drop 1 0")
    bye = phone.receive(want=lambda m: m.method == "BYE")
    assert bye.first.startswith(f"BYE {phone.contact()} ")
    phone.respond(bye, 200)


def test_a_call_from_a_telephone_on_tcp(ctl, make_stream):
    phone = make_stream(ctl)
    phone.register()
    uri = f"sip:15001@127.0.0.1:{ctl.port}"
    headers = (f"Contact: <{phone.contact()}>",)
    challenge = phone.ask("INVITE", uri=uri, headers=headers, body=sdp(free_port()))
    phone.ack(challenge, uri, phone.cseq)
    proof = digest_header(challenge.challenges()[-1], phone.user, phone.secret, "INVITE", uri)
    text, _ = phone.request("INVITE", uri=uri, headers=(*headers, "Authorization: " + proof),
                            body=sdp(free_port()))
    phone.send(text)
    leg = ctl.wait("incoming", dn="15000", number="15001")["leg"]
    ctl.say(f"answer {leg}")
    answer = phone.receive(want=lambda m: m.status == 200)
    assert f"<sip:127.0.0.1:{ctl.port};transport=tcp>" in answer.get("contact")
    text, _ = phone.request("ACK", uri=uri, cseq=phone.cseq, to_tag=answer.tag("to"), to=uri)
    phone.send(text)
    ctl.wait("answered", leg=leg)
    ctl.say(f"drop {leg} 0")
    phone.respond(phone.receive(want=lambda m: m.method == "BYE"), 200)


def test_a_closed_connection_fails_the_call_and_nothing_else(ctl, make_stream, make_socket):
    phone = make_stream(ctl)
    phone.register()
    ctl.wait("registered", dn="15000")
    phone.socket.shutdown(socket.SHUT_RDWR)
    phone.close()
    ctl.say("ring 1 15000 15001")
    ctl.wait("gone", 40, leg=1)  # the INVITE may go out just before the end of the connection is seen
    other = make_socket(ctl, "15001")
    assert other.register().status == 200
    ctl.wait("registered", dn="15001")


def test_a_telephone_that_connects_anew_keeps_its_call(ctl, make_stream):
    phone = make_stream(ctl)
    phone.register()
    invite = ring(ctl, phone)
    phone.respond(invite, 200, tag="x", headers=[f"Contact: <{phone.contact()}>"],
                  body=sdp(free_port()))
    ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    contact = phone.contact()
    again = make_stream(ctl)
    phone.close()
    again.register(contact=f"<{contact}>")
    ctl.say("drop 1 0")
    bye = again.receive(want=lambda m: m.method == "BYE")
    assert bye.first.startswith(f"BYE {contact} ")
    again.respond(bye, 200)


def test_double_line_end_is_answered(ctl, make_stream):
    """RFC 5626 section 3.5.1."""
    phone = make_stream(ctl)
    phone.register()
    phone.send("\r\n\r\n")
    assert phone.read(3) == b"\r\n"


@pytest.mark.parametrize("host", ["127.0.0.1", "192.0.2.77"])
def test_the_address_told_is_that_for_the_network_of_the_peer(make_ctl, make_socket, host):
    ctl = make_ctl("network=127.0.0.0/8/127.0.0.9")
    phone = make_socket(ctl)
    phone.register(contact=f"<sip:15000@{host}:{phone.port}>")
    ctl.wait("registered", dn="15000")
    invite = ring(ctl, phone)
    assert invite.get("contact") == f"<sip:127.0.0.9:{ctl.port}>"
    assert invite.get("via").startswith(f"SIP/2.0/UDP 127.0.0.9:{ctl.port};")
    assert "c=IN IP4 127.0.0.9\r\n" in invite.body
    phone.respond(invite, 486, "Busy", tag="x")
    ack = phone.receive(want=lambda m: m.method == "ACK")
    assert ack.get("via").split(";")[0] == invite.get("via").split(";")[0]
    ctl.wait("gone", leg=1, cause=2)


def test_others_are_told_the_common_address(make_ctl, make_socket):
    ctl = make_ctl("network=10.0.0.0/8/10.1.2.3")
    phone = make_socket(ctl)
    phone.register()
    invite = ring(ctl, phone)
    assert f"127.0.0.1:{ctl.port}" in invite.get("via") + invite.get("contact")
    assert "c=IN IP4 127.0.0.1\r\n" in invite.body
    phone.respond(invite, 486, "Busy", tag="x")
    ctl.wait("gone", leg=1, cause=2)


def long_ring(ctl, phone):
    """Its From is so long that the INVITE has more than 1,300 bytes."""
    ctl.say("ring 1 15000 " + "9" * 950)


@pytest.mark.parametrize("listens", [True, False])
def test_a_long_request_goes_over_tcp_where_somebody_listens(ctl, make_socket, listens):
    phone = make_socket(ctl)
    with socket.socket() as listener:
        if listens:
            listener.bind(("127.0.0.1", phone.port))
            listener.listen(1)
            listener.settimeout(5)
        phone.register()
        long_ring(ctl, phone)
        if listens:
            far, _ = listener.accept()
            far.settimeout(5)
            assert far.recv(65536).startswith(b"INVITE ")
            far.close()
        else:
            invite = phone.receive(5, lambda m: m.method == "INVITE")
            assert len(invite.body) > 0 and "SIP/2.0/UDP" in invite.get("via")


def test_a_long_request_to_who_said_udp_goes_over_udp(ctl, make_socket):
    phone = make_socket(ctl)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", phone.port))
        listener.listen(1)
        phone.register(contact=f"<{phone.contact()};transport=udp>")
        long_ring(ctl, phone)
        assert phone.receive(want=lambda m: m.method == "INVITE")


def test_a_telephone_on_tls(tls_ctl, make_stream, chain):
    """It trusts the root alone, so the server must send what is between."""
    context = ssl.create_default_context(cafile=str(chain[2]))
    phone = make_stream(tls_ctl, port=tls_ctl.tls_port, tls=context)
    assert phone.register().status == 200
    tls_ctl.wait("registered", dn="15000")
    invite = ring(tls_ctl, phone)
    assert invite.get("via").startswith(f"SIP/2.0/TLS 127.0.0.1:{tls_ctl.tls_port};")
    assert f"<sip:127.0.0.1:{tls_ctl.tls_port};transport=tls>" in invite.get("contact")
    phone.respond(invite, 200, tag="x", headers=[f"Contact: <{phone.contact()}>"],
                  body=sdp(free_port()))
    tls_ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    tls_ctl.say("drop 1 0")
    phone.respond(phone.receive(want=lambda m: m.method == "BYE"), 200)


def test_a_sips_contact(tls_ctl, make_stream, chain):
    context = ssl.create_default_context(cafile=str(chain[2]))
    phone = make_stream(tls_ctl, port=tls_ctl.tls_port, tls=context)
    assert phone.register(contact=f"<sips:15000@127.0.0.1:{phone.port}>").status == 200
    invite = ring(tls_ctl, phone)
    assert invite.first.startswith(f"INVITE sips:15000@127.0.0.1:{phone.port} ")
    phone.respond(invite, 486, "Busy", tag="x")
    tls_ctl.wait("gone", leg=1, cause=2)


def test_no_tls_with_a_key_of_another_certificate(make_ctl, chain, tmp_path):
    other = certificate(tmp_path, "other")
    with pytest.raises(AssertionError, match="started"):
        make_ctl(f"tls={chain[0]},{other[1]}")


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_a_real_telephone(tls_ctl, make_phone, make_socket, transport):
    """baresip registers, is rung over its connection, answers, and is hung up."""
    phone = make_phone(tls_ctl, "15000", 440, transport=transport)
    tls_ctl.wait("registered", dn="15000")
    tls_ctl.say("ring 1 15000 15001")
    phone.wait_event("CALL_INCOMING")
    phone.command("accept")
    tls_ctl.wait("answered", leg=1)
    phone.wait_event("CALL_ESTABLISHED")
    tls_ctl.say("drop 1 0")
    phone.wait_event("CALL_CLOSED")
    phone.dial("15001", tls_ctl.tls_port if transport == "tls" else tls_ctl.port)
    leg = tls_ctl.wait("incoming", number="15001")["leg"]
    tls_ctl.say(f"answer {leg}")
    tls_ctl.wait("answered", leg=leg)
    phone.command("hangup")
    tls_ctl.wait("gone", leg=leg)


@pytest.mark.parametrize("kill", [False, True])
def test_a_telephone_that_connects_anew_in_a_call(ctl, make_stream, kill):
    """From another port, with another Contact; it is known by its instance."""
    instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"'
    phone = make_stream(ctl)
    phone.register(contact=f"<{phone.contact()}>;{instance}")
    phone.respond(ring(ctl, phone), 200, "OK", "there", [f"Contact: <{phone.contact()}>"], sdp(4000))
    ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    phone.close()
    again = make_stream(ctl)
    assert again.register(contact=f"<{again.contact()}>;{instance}").status == 200
    if kill:
        ctl.restart()
        again.close()
        again = make_stream(ctl)
        assert again.register(contact=f"<{again.contact()}>;{instance}").status == 200
    ctl.say("drop 1 7")
    again.respond(again.receive(want=lambda m: m.method == "BYE"), 200)
    ctl.wait("gone", leg=1, cause=7)
