# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The kill test with two calls up on four real telephones: user data under load, kill -9 at random
moments and at named points. The calls stay, nothing answered is lost, and in the end each telephone
still hears the other."""

import os
import random

import pytest
from phonelib import wait_for
from sip_server import SipServer
from kill.load import DataLoad

KILLS = int(os.environ.get("CORDBOARD_KILLS", "20"))
SEED = int(os.environ.get("CORDBOARD_SEED", random.SystemRandom().randrange(1 << 32)))
POINTS = [None, "after-apply", "after-append", "after-commit", "mid-release"]
TONES = [440, 1000, 620, 1300]


@pytest.fixture
def four(tmp_path, make_phone):
    server = SipServer(tmp_path, ways=["reinvite"] * 4).start()
    phones = [make_phone(server, str(15000 + number), tone, auto_answer=True)
              for number, tone in enumerate(TONES)]
    for phone in phones:
        phone.wait_registered()
    load = DataLoad(server, calls=2)
    yield load, phones
    load.close()
    server.discard()


def hear_each_other(phones):
    pairs = [(phones[number], TONES[number ^ 1]) for number in range(4)]
    before = [phone.heard(tone) for phone, tone in pairs]
    wait_for(lambda: all(phone.heard(tone) > was + 0.5 for (phone, tone), was in zip(pairs, before)),
             "each hears the other", 15)


def test_kill_with_two_calls_up(four):
    load, phones = four
    dice = random.Random(SEED)
    print(f"CORDBOARD_SEED={SEED}")
    for number in range(max(len(POINTS), KILLS // 2)):
        point = POINTS[number % len(POINTS)]
        load.stop_idle()
        if load.start(env={"CORDBOARD_CRASH": f"{point}:{dice.randint(1, 60)}"} if point else {}):
            load.begin()
        if point is None:
            load.wait_for_answers(dice.randint(1, 100))
            load.server.kill()
        else:
            assert load.server.wait_end() == -9, "the server should have died at the point"
        load.end_and_restart()
        load.check()
    hear_each_other(phones)
    load.hang_up_and_check()
    for phone in phones:
        phone.wait_event("CALL_CLOSED")
