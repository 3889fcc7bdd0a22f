# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""REGISTER: who may, where a device then is, and what of it survives."""

import re

import pytest
from phonelib import digest_header, wait_for


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_registers_with_either_digest(ctl, make_socket, algorithm):
    phone = make_socket(ctl)
    assert phone.register(algorithm=algorithm).status == 200
    ctl.wait("registered", dn="15000", talks=0)


def test_both_digests_are_offered_sha256_first(ctl, make_socket):
    answer = make_socket(ctl).ask("REGISTER")
    assert answer.status == 401
    assert [c["algorithm"] for c in answer.challenges()] == ["SHA-256", "MD5"]


def test_a_stranger_cannot_take_a_challenge_from_a_device(ctl, make_socket):
    phone = make_socket(ctl)
    phone.ask("REGISTER")
    assert [c["algorithm"] for c in phone.ask("REGISTER").challenges()] == ["SHA-256", "MD5"]


def test_wrong_secret_is_403_and_changes_nothing(ctl, make_socket):
    phone = make_socket(ctl, secret="wrong")
    assert phone.register().status == 403
    good = make_socket(ctl)
    assert good.register().status == 200
    ctl.wait("registered")
    assert len(ctl.has_seen("registered")) == 1


def test_a_device_nobody_has_is_challenged_and_then_refused(ctl, make_socket):
    phone = make_socket(ctl, "19999")
    assert phone.register().status == 403


def test_nobody_registers_another_device(ctl, make_socket):
    phone = make_socket(ctl)
    answer = phone.register(to=f"sip:15001@127.0.0.1:{ctl.port}")
    assert answer.status == 403
    assert not ctl.has_seen("registered")


def test_an_old_nonce_is_stale_and_a_foreign_one_is_not(ctl, make_socket):
    phone = make_socket(ctl)
    uri = f"sip:127.0.0.1:{ctl.port}"
    challenge = phone.ask("REGISTER").challenges()[-1]
    proof = digest_header(challenge, "15000", "s15000", "REGISTER", uri)
    ctl.say("clock 400000")
    answer = phone.ask("REGISTER", headers=["Authorization: " + proof])
    assert answer.status == 401 and answer.challenges()[0].get("stale") == "true"
    foreign = digest_header({**challenge, "nonce": "0" * 48}, "15000", "s15000",
                                     "REGISTER", uri)
    answer = phone.ask("REGISTER", headers=["Authorization: " + foreign])
    assert answer.status == 401 and "stale" not in answer.challenges()[0]


def test_a_nonce_outlives_the_process(ctl, make_socket):
    phone = make_socket(ctl)
    uri = f"sip:127.0.0.1:{ctl.port}"
    challenge = phone.ask("REGISTER").challenges()[0]
    ctl.restart()
    proof = digest_header(challenge, "15000", "s15000", "REGISTER", uri)
    assert phone.ask("REGISTER", headers=["Authorization: " + proof]).status == 200


def test_refresh_tells_the_core_nothing(ctl, make_socket):
    phone = make_socket(ctl)
    for _ in range(3):
        assert phone.register().status == 200
    phone.register(expires=0)
    ctl.wait("unregistered", dn="15000")
    assert len(ctl.has_seen("registered")) == 1


def test_registration_survives_kill_and_expires_after_it(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register(expires=60)
    ctl.wait("registered")
    ctl.restart()
    ctl.wait("registered", dn="15000")
    ctl.say("clock 61000")
    ctl.wait("unregistered", dn="15000")


def test_what_expired_while_nobody_looked_is_told(ctl, make_socket):
    make_socket(ctl).register(expires=60)
    ctl.wait("registered")
    ctl.kill()
    ctl.clock_ahead_ms = 3600000
    ctl.start()
    ctl.wait("unregistered", dn="15000")


def test_several_contacts_are_listed_and_removed_one_by_one(ctl, make_socket):
    first, second = make_socket(ctl), make_socket(ctl)
    first.register()
    answer = second.register(expires=100)

    def unregistered():  # once each is said at the start already
        return sum("dn=15000" in line for line in ctl.has_seen("unregistered"))

    before = unregistered()
    contacts = " ".join(answer.all("contact"))
    assert f":{first.port}>" in contacts and f":{second.port}>" in contacts
    assert re.search(rf":{second.port}>;expires=(100|99)", contacts)
    answer = first.register(expires=0)
    assert f":{first.port}>" not in " ".join(answer.all("contact"))
    assert unregistered() == before
    second.register(expires=0, contact="*")
    wait_for(lambda: unregistered() > before, "the end of the last registration")


def test_the_same_telephone_from_a_new_port_replaces_its_place(ctl, make_socket):
    instance = ';+sip.instance="<urn:uuid:00000000-0000-1000-8000-aabbccddeeff>"'
    old, new = make_socket(ctl), make_socket(ctl)
    old.register(contact=f"<sip:15000@127.0.0.1:{old.port}>{instance}")
    answer = new.register(contact=f"<sip:15000@127.0.0.1:{new.port}>{instance}")
    assert f":{new.port}>" in answer.get("contact")
    assert f":{old.port}>" not in " ".join(answer.all("contact"))


def test_rings_where_the_registration_came_from(ctl, make_socket):
    """A telephone behind a translator names an address that only it can reach."""
    phone = make_socket(ctl)
    phone.register(contact="<sip:15000@192.0.2.77:5060>")
    ctl.wait("registered")
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    assert invite.first.startswith("INVITE sip:15000@192.0.2.77:5060 ")
    phone.respond(invite, 486, "Busy", tag="x")
    ctl.wait("gone", leg=1, cause=2)


def test_answers_go_where_rport_says(ctl, make_socket):
    answer = make_socket(ctl).ask("OPTIONS", via_host="192.0.2.77")
    assert "received=127.0.0.1" in answer.get("via") and "rport=" in answer.get("via")


def test_talks_is_learned_from_allow_events(ctl, make_socket):
    make_socket(ctl).register(headers=["Allow-Events: hold, talk"])
    ctl.wait("registered", dn="15000", talks=1)


@pytest.mark.parametrize("contact, expires, status", [
    ("<sip:15000@127.0.0.1:5>", 5, 423),
    ("*", 300, 400),
    ("<mailto:x@example.org>", 300, 400),
])
def test_bad_registrations(ctl, make_socket, contact, expires, status):
    answer = make_socket(ctl).register(contact=contact, expires=expires)
    assert answer.status == status
    assert status != 423 or answer.get("min-expires") == "10"
    assert not ctl.has_seen("registered")


def test_old_cseq_of_the_same_registration_is_refused(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    phone.register()
    phone.cseq = 0
    assert phone.register().status == 400


def test_a_registration_sent_again_is_answered_again(ctl, make_socket):
    """Its answer may have been lost with the process."""
    phone = make_socket(ctl)
    phone.register()
    phone.cseq = 0
    assert phone.register().status == 200
    assert len(ctl.has_seen("registered")) == 1


def test_a_refused_registration_changes_nothing(ctl, make_socket):
    phone = make_socket(ctl)
    answer = phone.register(contact="<sip:15000@127.0.0.1:5555>, <mailto:x@example.org>")
    assert answer.status == 400
    assert not ctl.has_seen("registered")


def test_a_query_lists_and_changes_nothing(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    answer = phone.ask_with_digest("REGISTER")
    assert answer.status == 200 and f":{phone.port}>" in answer.get("contact")


def test_a_contact_does_not_write_our_requests(ctl, make_socket):
    """The headers that a URI asks for, Route among them."""
    phone = make_socket(ctl)
    uri = f"sip:15000@127.0.0.1:{phone.port}"
    answer = phone.register(contact=f"<{uri}?X-Evil=1&Route=%3Csip:127.0.0.9;lr%3E>")
    assert answer.status == 200 and "?" not in answer.get("contact")
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    assert invite.first == f"INVITE {uri} SIP/2.0"
    assert invite.get("x-evil") is None and invite.get("route") is None


@pytest.mark.parametrize("rport", [True, False])
def test_a_contact_that_is_a_name_is_where_it_came_from(ctl, make_socket, rport):
    phone = make_socket(ctl)
    assert phone.register(contact="<sip:15000@telephone.invalid>", rport=rport).status == 200
    ctl.say("ring 1 15000 15001")
    invite = phone.receive(want=lambda m: m.method == "INVITE")
    assert invite.first == "INVITE sip:15000@telephone.invalid SIP/2.0"
