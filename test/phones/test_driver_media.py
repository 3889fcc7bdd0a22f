# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""What is agreed on with a telephone: codecs, one stream among several, SRTP where nobody can read the
keys on their way."""

import base64
import re
import ssl

import pytest
from dialoglib import accept, ask_inside, begin, dial, inside, ring, up
from phonelib import sdp, wait_for
from test_driver_transports import chain, tls_ctl  # noqa: F401

KEY = base64.b64encode(bytes(range(30))).decode()


def audio(body):
    return re.search(r"m=audio \d+ (.*)\r", body).group(1)


def test_our_offer_lists_our_codecs(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    invite = ring(ctl, phone)
    assert audio(invite.body) == "RTP/AVP 0 8 9 101"
    assert "a=rtpmap:9 G722/8000\r\n" in invite.body and "a=ptime:20\r\n" in invite.body


@pytest.mark.parametrize("offered, answered", [("18 9 0 8", "9"), ("8 0", "8"), ("0 8", "0")])
def test_our_answer_takes_the_telephones_first_codec(ctl, make_socket, offered, answered):
    phone = make_socket(ctl)
    phone.register()
    begin(phone, body=sdp(4000, payloads=offered))
    leg = ctl.wait("incoming")["leg"]
    ctl.say(f"answer {leg}")
    answer = phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    assert audio(answer.body) == f"RTP/AVP {answered} 101"


def test_a_reinvite_changes_the_codec(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket, body=sdp(4000, payloads="0"))
    answer = ask_inside(phone, invite, "INVITE", 10, body=sdp(4000, payloads="9 0"))
    assert answer.status == 200 and audio(answer.body) == "RTP/AVP 9 101"


def test_the_audio_stands_among_other_streams(ctl, make_socket):
    phone, invite, _ = up(ctl, make_socket)
    body = ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
            "m=video 5000 RTP/AVP 97\r\nc=IN IP4 192.0.2.1\r\na=inactive\r\n"
            "m=audio 0 RTP/AVP 0\r\nc=IN IP4 127.0.0.1\r\n"
            "m=audio 4010 RTP/AVP 8\r\nc=IN IP4 127.0.0.1\r\na=ptime:30\r\n")
    answer = ask_inside(phone, invite, "INVITE", 10, body=body)
    assert answer.status == 200
    lines = re.findall(r"m=\S+ \d+", answer.body)
    assert lines[0] == "m=video 0" and lines[1] == "m=audio 0" and lines[2] != "m=audio 0"
    assert audio(answer.body.split(lines[1])[1]) == "RTP/AVP 8" and "a=ptime:20" in answer.body


def secure_sdp(port=4000, key=KEY, suite="AES_CM_128_HMAC_SHA1_80", tag=1, direction="sendrecv"):
    return (sdp(port, direction).replace("RTP/AVP", "RTP/SAVP")
            + f"a=crypto:{tag} {suite} inline:{key}\r\n")


@pytest.fixture
def private(tls_ctl, make_stream, chain):  # noqa: F811
    """A registered telephone on TLS."""
    context = ssl.create_default_context(cafile=str(chain[2]))

    def make(ctl=tls_ctl, user="15000"):
        phone = make_stream(ctl, user, port=ctl.tls_port, tls=context)
        assert phone.register().status == 200
        return phone
    return make


def test_srtp_is_refused_where_its_keys_can_be_read(ctl, make_socket):
    phone = make_socket(ctl)
    phone.register()
    assert dial(phone, body=secure_sdp()).status == 488
    assert not ctl.has_seen("incoming")


@pytest.mark.parametrize("suite", ["AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32"])
def test_a_telephone_on_tls_offers_srtp(tls_ctl, private, suite):  # noqa: F811
    phone = private()
    begin(phone, body=secure_sdp(suite=suite, tag=3))
    leg = tls_ctl.wait("incoming")["leg"]
    tls_ctl.say(f"answer {leg}")
    answer = phone.receive(want=lambda m: m.status == 200 and "INVITE" in m.get("cseq"))
    assert audio(answer.body).startswith("RTP/SAVP 0")
    key = re.search(rf"a=crypto:3 {suite} inline:(\S+)\r", answer.body).group(1)
    assert len(base64.b64decode(key)) == 30 and key != KEY


def test_we_offer_srtp_to_a_telephone_on_tls(tls_ctl, private):  # noqa: F811
    phone = private()
    invite = ring(tls_ctl, phone)
    assert audio(invite.body).startswith("RTP/SAVP 0 8 9")
    assert len(re.findall(r"a=crypto:[12] AES_CM_128_HMAC_SHA1_(80|32) inline:", invite.body)) == 2
    accept(phone, invite, body=secure_sdp(suite="AES_CM_128_HMAC_SHA1_32", tag=2))
    tls_ctl.wait("answered", leg=1)
    phone.receive(want=lambda m: m.method == "ACK")
    answer = ask_inside(phone, invite, "INVITE", 10, body=secure_sdp(direction="sendonly"))
    assert answer.status == 200 and "RTP/SAVP" in answer.body and "a=recvonly" in answer.body


def test_a_telephone_on_tls_without_srtp_is_rung_plainly(tls_ctl, private):  # noqa: F811
    phone = private()
    invite = ring(tls_ctl, phone)
    assert "RTP/SAVP" in invite.body
    phone.respond(invite, 488, "Not Acceptable Here", "there")
    again = phone.receive(want=lambda m: m.method == "INVITE" and m.get("call-id")
                          != invite.get("call-id"))
    assert "RTP/AVP" in again.body
    accept(phone, again)
    tls_ctl.wait("answered", leg=1)


def test_a_telephone_whose_sound_must_be_encrypted(make_ctl, make_socket):
    ctl = make_ctl(devices=[("15000", "s15000", "talk,required"), ("15001", "s15001", "talk,off")])
    phone = make_socket(ctl)
    phone.register()
    assert dial(phone).status == 488
    ctl.say("ring 1 15000 15001")
    ctl.wait("gone", leg=1, cause=6)


def test_a_telephone_whose_sound_is_never_encrypted(make_ctl, private, chain):  # noqa: F811
    ctl = make_ctl(f"tls={chain[0]},{chain[1]}",
                   devices=[("15000", "s15000", "talk,off"), ("15001", "s15001", "talk")])
    phone = private(ctl)
    assert dial(phone, body=secure_sdp()).status == 488
    assert "RTP/AVP" in ring(ctl, phone).body


def test_srtp_goes_on_after_a_kill(tls_ctl, private, make_stream, chain):  # noqa: F811
    """The same keys: the telephone has not been told of others."""
    phone = private()
    invite = ring(tls_ctl, phone)
    first = re.search(r"a=crypto:1 \S+ inline:(\S+)\r", invite.body).group(1)
    accept(phone, invite, body=secure_sdp())
    tls_ctl.wait("answered", leg=1)
    tls_ctl.restart()
    context = ssl.create_default_context(cafile=str(chain[2]))
    later = make_stream(tls_ctl, port=tls_ctl.tls_port, tls=context)
    answer = ask_inside(later, invite, "INVITE", 10, body=secure_sdp(direction="inactive"))
    assert answer.status == 200
    assert re.search(r"a=crypto:1 \S+ inline:(\S+)\r", answer.body).group(1) == first
    inside(later, invite, "ACK", 10)
    tls_ctl.wait("held", leg=1)


def test_the_end_of_a_leg_tells_how_its_sound_arrived(ctl, two):
    from test_driver_calls import connect
    a, b = two
    connect(ctl, a, b)
    wait_for(lambda: a.heard(1000) > 0.5 and b.heard(440) > 0.5, "sound")
    b.command("hangup")
    assert int(ctl.wait("gone", leg=2, cause=1)["packets"]) > 10
    ctl.say("drop 1 1")
    assert int(ctl.wait("gone", leg=1)["packets"]) > 10
