# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Dialogs of a bare SIP socket with the driver: what most tests of one begin with."""

import re

from phonelib import digest_header, sdp


def contact(phone, user="x"):
    return f"Contact: <sip:{user}@127.0.0.1:{phone.port}>"


def ring(ctl, phone, leg=1):
    """The INVITE that the socket gets; it must be registered."""
    ctl.say(f"ring {leg} {phone.user} 15001")
    return phone.receive(want=lambda m: m.method == "INVITE")


def accept(phone, invite, tag="there", headers=(), body=None):
    phone.respond(invite, 200, "OK", tag, [contact(phone), *headers],
                  sdp(4000) if body is None else body)


def up(ctl, make_socket, leg=1, user="15000", headers=(), body=None):
    """A leg that is up; (socket, INVITE, ACK)."""
    phone = make_socket(ctl, user)
    phone.register()
    invite = ring(ctl, phone, leg)
    accept(phone, invite, "there", headers, body)
    ctl.wait("answered", leg=leg)
    return phone, invite, phone.receive(want=lambda m: m.method == "ACK")


def inside(phone, invite, method, cseq, headers=(), body="", to_tag=None, branch=None,
           from_tag="there"):
    """A request of the telephone in the dialog of our INVITE."""
    text, branch = phone.request(
        method, uri=f"sip:127.0.0.1:{phone.server[1]}", headers=headers, body=body, cseq=cseq,
        from_tag=from_tag, to_tag=to_tag or invite.tag("from"), call_id=invite.get("call-id"),
        branch=branch, to=f"sip:15001@127.0.0.1:{phone.server[1]}")
    phone.send(text)
    return branch


def ask_inside(phone, invite, method, cseq, **parts):
    branch = inside(phone, invite, method, cseq, **parts)
    return phone.receive(want=lambda m: m.status >= 200 and branch in m.get("via"))


def dial(phone, number="15001", body=None, headers=(), **parts):
    if not any(header.startswith("Contact") for header in headers):
        headers = [f"Contact: <sip:x@127.0.0.1:{phone.port}>", *headers]
    return phone.ask_with_digest(
        "INVITE", uri=f"sip:{number}@127.0.0.1:{phone.server[1]}",
        to=f"sip:{number}@127.0.0.1:{phone.server[1]}", headers=headers,
        body=sdp(4000) if body is None else body, **parts)


def begin(phone, number="15001", body=None, headers=()):
    """Dials and does not wait for an answer: the second INVITE, with credentials, is out.
    Returns its branch."""
    uri = f"sip:{number}@127.0.0.1:{phone.server[1]}"
    headers = [contact(phone), *headers]
    body = sdp(4000) if body is None else body
    first = phone.ask("INVITE", uri=uri, to=uri, headers=headers, body=body)
    phone.ack(first, uri, phone.cseq)
    proof = digest_header(first.challenges()[-1], phone.user, phone.secret, "INVITE", uri)
    text, branch = phone.request("INVITE", uri=uri, to=uri, body=body,
                                 headers=[*headers, "Authorization: " + proof])
    phone.send(text)
    return branch


def acknowledge(phone, answer, number="15001", body=""):
    """The ACK to a 200 of ours."""
    uri = re.search(r"<([^>]+)>", answer.get("contact")).group(1)
    text, _ = phone.request("ACK", uri=uri, to=f"sip:{number}@127.0.0.1:{phone.server[1]}",
                            to_tag=answer.tag("to"), cseq=int(answer.get("cseq").split()[0]),
                            body=body)
    phone.send(text)
