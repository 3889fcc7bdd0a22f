# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Emergency calls of a real telephone through a real trunk: what the other side is told, that both
hear each other, who is called back, and that all of it works while the disk takes nothing."""

import resource

import pytest
from phonelib import wait_for
from test_trunk_calls import hear_each_other
from trunklib import user_of

LOCATION = "+493055530"
SITE = pytest.mark.more("[emergency]\nnumbers = 112\n[device 4711]\nsip_secret = s4711\n"
                        f"location_number = {LOCATION}\n")


class Corridor:
    """A telephone that is nobody's; 440 Hz."""

    def __init__(self, server, make_phone):
        self.server = server
        self.phone = make_phone(server, "4711", 440, auto_answer=True)
        self.phone.wait_registered()

    def dial(self, number):
        self.phone.dial(number, self.server.sip_port)


@pytest.fixture
def corridor(server, make_phone):
    return Corridor(server, make_phone)


@SITE
@pytest.mark.trunk("number_format = national\nprefix_out = 7\nchannels = 1\n")
def test_it_goes_out_as_it_was_dialled(corridor, provider):
    corridor.dial("112")
    invite = provider.expect("INVITE")
    assert user_of(invite.first) == "112"
    assert user_of(invite.get("from")) == "03055530"
    assert user_of(invite.get("p-asserted-identity")) == "03055530"
    provider.answer(invite)
    hear_each_other(corridor, provider)
    corridor.phone.command("hangup")
    provider.respond(provider.expect("BYE"), 200)


@SITE
def test_who_called_is_called_back(corridor, provider):
    corridor.dial("112")
    invite = provider.expect("INVITE")
    provider.respond(invite, 180, "Ringing", tag="t", headers=(provider.contact,))
    corridor.phone.wait_event("CALL_RINGING")
    corridor.phone.command("hangup")
    provider.respond(provider.expect("CANCEL"), 200)
    provider.respond(invite, 487, "Terminated", tag="t")
    provider.expect("ACK")
    provider.call(LOCATION)
    corridor.phone.wait_event("CALL_INCOMING")
    corridor.phone.command("accept")
    provider.answered()
    hear_each_other(corridor, provider)
    assert provider.hang_up().status == 200


@SITE
def test_it_is_placed_while_the_disk_takes_nothing(server, corridor, provider):
    def allow(size):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    allow(0)
    corridor.dial("112")
    provider.answer(provider.expect("INVITE"))
    hear_each_other(corridor, provider)
    server.wait_line("event=engine.emergency")
    corridor.phone.command("hangup")
    provider.respond(provider.expect("BYE"), 200)
    allow(resource.RLIM_INFINITY)
    server.wait_line("event=engine.commit recovered_after_us=")
    corridor.dial("112")
    provider.answer(provider.expect("INVITE"))
    hear_each_other(corridor, provider)
    server.restart()
    hear_each_other(corridor, provider)
