# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Nothing acknowledged is ever lost. Writers attach and update user data of several calls, each
request with a value that never occurs again; both sides of each call listen with the acknowledge
extension over long-polling. The server is killed as by a power cut, at random moments and at named
points between two steps of a commit, and started again on the same data and port. Then:

- every answered request is there exactly once, every unanswered one at most once;
- GET, and what each listener was told, agree, for both sides, in the same order;
- the numbers of the events have no gap, and nothing that was confirmed came again;
- calls that are dialled, answered and hung up the while are where GET and the listeners say, and each
  that is over is in the history of both sides, once;
- nobody had to log in, to handshake or to subscribe again, and the calls are as they were;
- where users walk at random through all that they are offered (consult calls, recording, agent states,
  queues, supervision, places, telephones outside): each accepted request was told to who asked, in
  order; what can be read of calls, devices and channels is what was told last; each telephone hears
  whom it should; and who waits in a queue waits on and is offered.

CORDBOARD_KILLS says how often (20), CORDBOARD_SEED makes a run again."""

import os
import random

import pytest

from kill.load import CallLoad, DataLoad
from kill.work import CONFIG, WorkLoad

KILLS = int(os.environ.get("CORDBOARD_KILLS", "20"))
SEED = int(os.environ.get("CORDBOARD_SEED", random.SystemRandom().randrange(1 << 32)))
POINTS = ["after-apply", "after-append", "after-commit", "mid-release"]


@pytest.fixture
def load(start_server):
    load = DataLoad(start_server(clock="real"))
    yield load
    load.close()


def kill_at_random_moments(load, kills):
    dice = random.Random(SEED)
    print(f"CORDBOARD_SEED={SEED}")
    for _ in range(kills):
        load.mark()
        load.begin()
        load.wait_for_answers(dice.randint(1, 150))
        load.server.kill()
        load.end_and_restart()
        load.check()
    load.hang_up_and_check()


def test_kill_at_random_moments(load):
    kill_at_random_moments(load, max(1, KILLS // 2))


def test_kill_while_calls_come_and_go(start_server):
    load = CallLoad(start_server(clock="real"))
    try:
        kill_at_random_moments(load, max(1, KILLS // 4))
    finally:
        load.close()


@pytest.mark.parametrize("point", POINTS)
def test_kill_while_calls_come_and_go_at(start_server, point):
    load = CallLoad(start_server(clock="real"))
    try:
        kill_at(load, point, max(1, KILLS // 5 // len(POINTS)))
    finally:
        load.close()


@pytest.fixture
def work(start_server, tmp_path):
    path = tmp_path / "server.ini"
    path.write_text("\n".join(CONFIG) + "\n", encoding="utf-8")
    load = WorkLoad(start_server(clock="real", options=["--config", str(path)]), SEED)
    yield load
    load.close()


def test_kill_while_all_goes_on(work):
    kill_at_random_moments(work, max(1, KILLS // 4))


@pytest.mark.parametrize("point", POINTS)
def test_kill_while_all_goes_on_at(work, point):
    kill_at(work, point, max(1, KILLS // 5 // len(POINTS)))


@pytest.mark.parametrize("point", POINTS)
def test_kill_at(load, point):
    kill_at(load, point, max(1, KILLS // 2 // len(POINTS)))


def kill_at(load, point, kills):
    """The point is passed by every batch; which one dies is random."""
    dice = random.Random(f"{SEED} {point}")
    print(f"CORDBOARD_SEED={SEED}")
    for _ in range(kills):
        load.stop_idle()
        # A small number dies while starting already, which is a moment like any other.
        if load.start(env={"CORDBOARD_CRASH": f"{point}:{dice.randint(1, 60)}"}):
            load.begin()
        assert load.server.wait_end() == -9, "the server should have died at the point"
        load.end_and_restart()
        load.check()
    load.hang_up_and_check()
