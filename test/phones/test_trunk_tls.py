# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""A trunk over TLS: calls and registration over a connection whose other end has shown to be the peer,
and nothing over any other."""

import socket

import pytest
from phonelib import free_port, wait_for
from sip_server import reload
from test_driver_transports import certificate
from test_trunk_calls import hear_each_other
from test_trunk_peers import NameServer, metric
from trunklib import TlsProvider, user_of

REFUSED = 'cordboard_trunk_failures_total{trunk="berlin",reason="certificate"}'
TLS = "transport = tls\n"
LINE = ("[line]\nsip_tls = 127.0.0.1:0\nsip_tls_certificate = DIR/own.crt\nsip_tls_key = DIR/own.key\n"
        "sip_tls_ca = DIR/root.crt\n")
pytestmark = pytest.mark.more(LINE)


@pytest.fixture
def files(tmp_path):
    """Certificates of the peer that we expect, of another one, and of one that nobody has certified."""
    root = certificate(tmp_path, "root", extensions=("basicConstraints=critical,CA:TRUE",))
    certificate(tmp_path, "own")

    def leaf(name, subject, issuer):
        return certificate(tmp_path, name, issuer, ("basicConstraints=CA:FALSE",
                                                    "subjectAltName=" + subject))
    return {"right": leaf("right", "IP:127.0.0.2", root), "other": leaf("other", "IP:127.0.0.9", root),
            "nobody": leaf("nobody", "IP:127.0.0.2", None),
            "second": leaf("second", "IP:127.0.0.4", root),
            "name": leaf("name", "DNS:provider.example", root)}


@pytest.fixture
def provider_port(files, tmp_path, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "root.crt"))  # what OpenSSL has for the system's
    return free_port(socket.SOCK_STREAM)


@pytest.fixture
def make_provider(server, provider_port, files, started):
    """With the certificate of that name."""
    port = int(server.wait_line("event=sip.tls port=").split("port=")[1].split()[0])

    def make(kind="right", address="127.0.0.2"):
        it = TlsProvider(port, files[kind], address=address, port=provider_port)
        started.append(it)
        return it
    return make


@pytest.mark.trunk(TLS)
def test_a_call_out(desk, make_provider):
    provider = make_provider()
    call_id = desk.agent.dial("+49891000")
    invite = provider.expect("INVITE")
    assert invite.get("via").startswith("SIP/2.0/TLS 127.0.0.1:")
    assert ";transport=tls>" in invite.get("contact")
    assert user_of(invite.first) == "+49891000"
    provider.answer(invite)
    desk.state("Established")
    hear_each_other(desk, provider)
    desk.agent.operate(call_id, "Hangup")
    provider.respond(provider.expect("BYE"), 200)
    desk.state("Released")


@pytest.mark.trunk(TLS + "username = berlin\nsecret = of the trunk\n")
def test_who_we_are_is_proven(desk, make_provider):
    provider = make_provider()
    call_id = desk.agent.dial("+49891000")
    provider.challenge(provider.expect("INVITE"))
    invite = provider.expect("INVITE")
    assert provider.proof(invite, "berlin", "of the trunk")
    provider.answer(invite)
    desk.state("Established")
    desk.agent.operate(call_id, "Hangup")
    provider.challenge(provider.expect("BYE"), stale=True)
    again = provider.expect("BYE")
    assert provider.proof(again, "berlin", "of the trunk")
    provider.respond(again, 200)


@pytest.mark.trunk(TLS)
def test_a_call_in(desk, make_provider):
    """Nobody who connects to us is asked for a certificate; a peer is known by its address."""
    provider = make_provider()
    provider.connect()
    provider.call("+493055515000")
    call_id = desk.state("Ringing")["call"]["id"]
    desk.agent.operate(call_id, "Answer")
    provider.answered()
    desk.state("Established")
    hear_each_other(desk, provider)
    assert provider.hang_up().status == 200
    desk.state("Released")


@pytest.mark.trunk(TLS)
@pytest.mark.parametrize("kind", ["other", "nobody", "name"])
def test_nothing_is_said_to_who_is_not_the_peer(server, desk, make_provider, kind):
    provider = make_provider(kind)
    desk.agent.dial("+49891000")
    provider.accept()
    assert provider.hears_nothing()
    desk.state("Released")
    assert metric(server, REFUSED) == 1
    server.wait_line("event=sip.trunk_certificate trunk=berlin address=127.0.0.2")


@pytest.mark.more(LINE.replace("sip_tls_ca = DIR/root.crt\n", ""))
@pytest.mark.trunk(TLS)
@pytest.mark.parametrize("kind", ["right", "nobody"])
def test_without_roots_of_its_own_the_systems_count(desk, make_provider, kind):
    provider = make_provider(kind)
    desk.agent.dial("+49891000")
    if kind == "nobody":
        provider.accept()
        assert provider.hears_nothing()
    else:
        provider.respond(provider.expect("INVITE"), 486, "Busy Here", tag="x")
        provider.expect("ACK")
    desk.state("Released")


@pytest.mark.trunk(TLS + "tls_verify = no\n")
def test_who_need_not_show_who_he_is(server, desk, make_provider):
    provider = make_provider("nobody")
    desk.agent.dial("+49891000")
    provider.answer(provider.expect("INVITE"))
    desk.state("Established")
    # With this it must from now on: what is over the old connection is no word of the peer's.
    reload(server, lambda text: text.replace("tls_verify = no", "tls_verify = yes"))
    desk.agent.operate(desk.agent.calls()[0]["id"], "Hangup")
    assert provider.hears_nothing()
    server.wait_line("event=sip.tls_cut_off")


@pytest.mark.trunk(TLS + "peer = 127.0.0.4:PORT\n")
def test_the_next_peer_is_tried(server, desk, make_provider):
    first, second = make_provider("other"), make_provider("second", address="127.0.0.4")
    desk.agent.dial("+49891000")
    first.accept()
    assert first.hears_nothing()
    invite = second.expect("INVITE")
    second.respond(invite, 486, "Busy Here", tag="x")
    second.expect("ACK")
    desk.state("Released")
    assert metric(server, REFUSED) == 1


@pytest.mark.trunk(TLS)
def test_a_connection_that_the_other_end_opened_proves_nothing(server, desk, make_provider,
                                                               provider_port):
    """Not though it comes from the address and port at which the peer listens."""
    provider = make_provider()
    provider.listener.close()
    provider.connect(source_port=provider_port)
    assert provider.ask("OPTIONS").status == 200
    desk.agent.dial("+49891000")
    assert provider.hears_nothing()
    desk.state("Released")


@pytest.mark.trunk(TLS + "register = yes\nusername = berlin\nsecret = of the trunk\n")
@pytest.mark.parametrize("kind", ["right", "other"])
def test_registration(server, make_provider, kind):
    provider = make_provider(kind)
    if kind == "other":
        provider.accept()
        assert provider.hears_nothing()
        wait_for(lambda: metric(server, REFUSED), "it is counted")
        return
    register = provider.expect("REGISTER")
    assert ";transport=tls>" in register.get("contact")
    provider.respond(register, 200, tag="x", headers=("Expires: 3600",))
    wait_for(lambda: metric(server, 'cordboard_trunk_registered{trunk="berlin"}') == 1,
             "the trunk is registered")


@pytest.fixture
def names(files, tmp_path, started):
    it = NameServer({("provider.example", 1): [socket.inet_aton("127.0.0.2")]})
    started.append(it)
    (tmp_path / "resolv.conf").write_text(f"nameserver 127.0.0.1\nport {it.port}\n")
    return it


@pytest.mark.more(LINE + "resolv_conf = DIR/resolv.conf\n")
@pytest.mark.peer("provider.example:PORT")
@pytest.mark.trunk(TLS)
@pytest.mark.parametrize("kind", ["name", "right"])
def test_a_peer_with_a_name_shows_that_name(names, server, desk, make_provider, kind):
    """Not its address, which is only what somebody says that the name stands for."""
    provider = make_provider(kind)
    wait_for(lambda: ("provider.example", 1) in names.asked, "the name is looked up")
    desk.agent.dial("+49891000")
    if kind == "right":
        provider.accept()
        assert provider.hears_nothing()
        desk.state("Released")
        return
    invite = provider.expect("INVITE")
    assert "@provider.example" in invite.first
    provider.respond(invite, 486, "Busy Here", tag="x")
    provider.expect("ACK")
