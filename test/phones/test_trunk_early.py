# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Early media through the whole server: what a trunk says before it answers, to callers of both kinds."""

from phonelib import wait_for


def announce(provider, invite, status=183, tag="early", body=None):
    provider.respond(invite, status, "Progress", tag=tag, headers=(provider.contact,),
                     body=provider.body() if body is None else body)
    provider.hear_from(invite)


def test_a_trunks_announcement_is_heard_instead_of_our_ringback(desk, provider):
    call_id = desk.agent.dial("+49891000")
    invite = provider.expect("INVITE")
    provider.respond(invite, 180, "Ringing", tag="early", headers=(provider.contact,))
    wait_for(lambda: desk.phone.heard(425) > 0.5, "our ring-back tone", 20)
    announce(provider, invite)
    wait_for(lambda: desk.phone.heard(700) > 1, "the announcement", 20)
    provider.respond(invite, 180, "Ringing", tag="early", headers=(provider.contact,))
    before = desk.phone.heard(425)
    wait_for(lambda: desk.phone.heard(425) > before + 0.5, "our ring-back tone again", 20)
    desk.agent.operate(call_id, "Hangup")
    provider.expect("CANCEL")


def test_a_caller_from_the_keypad_hears_the_announcement(server, desk, provider):
    """Its telephone is not answered yet, and gets 183 itself."""
    desk.phone.dial("+49891000", server.sip_port)
    invite = provider.expect("INVITE")
    announce(provider, invite)
    desk.phone.wait_event("CALL_PROGRESS")
    wait_for(lambda: desk.phone.heard(700) > 1, "the announcement", 20)
    provider.respond(invite, 486, "Busy Here", tag="early")
    desk.phone.wait_event("CALL_CLOSED")
