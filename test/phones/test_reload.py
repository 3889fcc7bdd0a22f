# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""SIGHUP with real telephones: who may register changes, and a call that it does not concern is heard on."""

from phonelib import wait_for
from sip_server import reload
from support.rest import Agent, eventually


def without(text, dn):
    head, _, tail = text.partition(f"[device {dn}]")
    rest = tail.partition("[")
    return head + rest[1] + rest[2]


def test_a_new_device_can_register(server, make_socket):
    phone = make_socket(server, "15009")
    assert phone.register().status == 403
    reload(server, lambda text: text + "[device 15009]\nsip_secret = s15009\n")
    assert phone.register().status == 200


def test_a_removed_device_is_nobody(server, make_socket):
    phone, other = make_socket(server, "15003"), make_socket(server, "15002")
    assert phone.register().status == 200 and other.register().status == 200
    reload(server, lambda text: without(text, "15003"))
    assert phone.register().status == 403
    assert other.register().status == 200
    server.restart()
    assert phone.register().status == 403
    # Its record went with it: who comes back is not registered until the telephone says so.
    mark = len(server.output)
    reload(server, lambda text: text + "[device 15003]\nuser = agent3\nsip_secret = s15003\n")
    assert not [line for line in server.output[mark:] if "sip.registered dn=15003" in line]
    assert phone.register().status == 200
    server.wait_line("event=sip.registered dn=15003", since=mark)


def test_another_secret_ends_what_the_old_one_began(server, make_socket):
    phone = make_socket(server, "15003")
    assert phone.register().status == 200
    mark = len(server.output)
    reload(server, lambda text: text.replace("s15003", "another"))
    server.wait_line("event=sip.unregistered dn=15003", since=mark)
    assert phone.register().status == 403
    phone.secret = "another"
    assert phone.register().status == 200


def test_a_call_is_heard_on(server, make_phone):
    a, b = (make_phone(server, dn, tone, auto_answer=True)
            for dn, tone in (("15000", 440), ("15001", 1000)))
    for phone in (a, b):
        phone.wait_registered()
    agents = [Agent(server, 0), Agent(server, 1)]
    call_id = agents[0].dial("15001")
    eventually(lambda: "Answer" in agents[1].call(call_id)["capabilities"], "the ringing")
    agents[1].operate(call_id, "Answer")
    eventually(lambda: agents[0].call(call_id)["state"] == "Established", "the answer")
    reload(server, lambda text: without(text, "15003"))
    before = a.heard(1000), b.heard(440)
    wait_for(lambda: a.heard(1000) > before[0] + 1 and b.heard(440) > before[1] + 1,
             "each hears the other", 15)
    # And its own device going ends it.
    reload(server, lambda text: without(text, "15001"))
    b.wait_event("CALL_CLOSED")
    eventually(lambda: agents[0].call(call_id)["state"] == "Released", "the end")
