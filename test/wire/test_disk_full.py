# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""A full disk, twice: a small file system that is filled up, and files that may grow no more. Calls
stay up, requests are refused with statusCode 4 and what is wrong, listeners and telephones are
served, an emergency call is placed; and when there is room again everything goes on, without a
restart and with nothing lost."""

import pathlib
import resource
import subprocess

import pytest

from support.bayeux import LongPolling
from support.rest import Agent, Http, Telephone, accepted, eventually, outside, refused
from support.server import DEADLINE_S, binary
from test_metrics_and_health import metrics

MOUNT = 'mount -t tmpfs -o size=32m tmpfs "$0" && exec "$@"'
SITE = "[emergency]\nnumbers = 112\n[device 4711]\nlocation_number = +49307770\n"


def in_small_file_system(directory):
    """What to put before a command so that it finds one there, of its own; None: we may not."""
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, str(directory)]
    try:
        done = subprocess.run(wrapper + ["true"], capture_output=True, timeout=DEADLINE_S, check=False)
    except FileNotFoundError:
        return None
    return wrapper if done.returncode == 0 else None


class SmallFileSystem:
    """What the server alone has mounted is reached by way of its process."""

    reason = "the disk is full"

    def __init__(self, tmp_path):
        self.directory = tmp_path / "small"
        self.directory.mkdir()
        self.wrapper = in_small_file_system(self.directory)
        self.data = self.directory / "data"
        if self.wrapper is None:
            pytest.skip("no user namespaces here, so no file system of our own")

    def _filler(self, server):
        return pathlib.Path(f"/proc/{server.process.pid}/root{self.directory}/filler")

    def fill(self, server):
        with open(self._filler(server), "wb", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    pass

    def make_room(self, server):
        self._filler(server).unlink()


class FilesThatMayNotGrow:
    """Every write to a file fails, as with a quota."""

    reason = "File too large"
    wrapper = ()

    def __init__(self, tmp_path):
        self.data = tmp_path / "data"

    def fill(self, server):
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, hard))

    def make_room(self, server):
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))


def start(start_server, tmp_path, disk):
    path = tmp_path / "site.ini"
    path.write_text(SITE, encoding="utf-8")
    return start_server(data=disk.data, wrapper=disk.wrapper, options=["--config", str(path)])


def test_a_start_without_room_says_so(tmp_path):
    directory = tmp_path / "small"
    directory.mkdir()
    if in_small_file_system(directory) is None:
        pytest.skip("no user namespaces here, so no file system of our own")
    filled = MOUNT.replace("exec", 'mkdir "$0/data" && ! cp /dev/zero "$0/filler" 2>&- && exec')
    wrapper = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", filled, str(directory)]
    done = subprocess.run(wrapper + [str(binary()), "serve", "--demo", "--http", "127.0.0.1:0",
                                     "--data", str(directory / "data")],
                          capture_output=True, timeout=DEADLINE_S, check=False, text=True)
    assert done.returncode == 1
    assert "journal.db: the disk is full" in done.stderr


def talk(server):
    """Two agents in a call, and what the first one's desktop hears."""
    first, second = Agent(server, 0), Agent(server, 1)
    listener = LongPolling(server, first.name).open("/v2/me/calls")
    call_id = first.dial(second.dn)
    second.operate(call_id, "Answer")
    listener.wait_call(state="Established")
    return first, second, call_id, listener


def are_talking(server, first, second):
    return (Telephone(server, first.dn).leg["hears"] == [second.dn]
            and Telephone(server, second.dn).leg["hears"] == [first.dn])


def test_requests_are_refused_at_once_while_there_is_no_room(start_server, tmp_path):
    disk = SmallFileSystem(tmp_path)
    server = start(start_server, tmp_path, disk)
    first, second, call_id, listener = talk(server)
    third = Agent(server, 2)
    assert third.device_id
    disk.fill(server)
    # It looks ten times a second at most.
    eventually(lambda: third.calls() == [] and Http(server).get("/healthz").body != b"ok\n",
               "the server sees it")
    refused(third.try_dial("15003"), 500, 4, "Nothing was done", disk.reason)
    refused(first.try_operate(call_id, "AttachUserData", userData={"a": 1}), 500, 4, disk.reason)
    assert [call["state"] for call in second.calls()] == ["Established"]
    assert are_talking(server, first, second)
    assert listener.connect(timeout_ms=0)["successful"] is True
    disk.make_room(server)
    eventually(lambda: third.try_dial("15003").status == 200, "there is room again")
    accepted(first.try_operate(call_id, "AttachUserData", userData={"a": 1}))
    assert Http(server).get("/healthz").body == b"ok\n"


@pytest.mark.parametrize("kind", [SmallFileSystem, FilesThatMayNotGrow])
def test_calls_go_on_and_nothing_is_lost(start_server, tmp_path, kind):
    disk = kind(tmp_path)
    server = start(start_server, tmp_path, disk)
    first, second, call_id, listener = talk(server)
    other, patient = Agent(server, 2), Agent(server, 3)
    held_call = other.dial(patient.dn)
    patient.operate(held_call, "Answer")
    fifth = Agent(server, 4)
    assert fifth.device_id
    disk.fill(server)
    # What a telephone does can't be refused: it waits for the disk.
    Telephone(server, second.dn).hang_up()
    eventually(lambda: metrics(server)["cordboard_commit_failures_total"] > 0, "a commit fails")
    refused(other.try_operate(held_call, "Hold"), 500, 4, "Nothing was done", disk.reason)
    refused(patient.http.get("/api/v2/me/calls"), 500, 4, disk.reason)
    refused(fifth.try_dial("15005"), 500, 4, disk.reason)
    assert disk.reason in Http(server).get("/healthz").body.decode()
    assert are_talking(server, other, patient)
    assert listener.connect(timeout_ms=0)["successful"] is True
    assert not [event for event in listener.events if "Released" in str(event)]
    # But for an emergency call.
    phone, service = Telephone(server, "4711"), outside(server, "112")
    phone.dial("112")
    eventually(lambda: service.legs, "it rings")
    service.answer()
    eventually(lambda: phone.leg["hears"] == ["112"], "they talk")
    assert metrics(server)["cordboard_emergency_undurable_total"] > 0
    server.wait_line("event=engine.emergency")
    disk.make_room(server)
    listener.wait_call(state="Released")
    eventually(lambda: first.calls() == [], "the call is over")
    other.operate(held_call, "Hold")
    if kind is FilesThatMayNotGrow:  # the other one is gone with its server
        server.kill()
        server.start()
    assert [call["state"] for call in Agent(server, 2).calls()] == ["Held"]
    assert Agent(server, 0).calls() == []
    phone, service = Telephone(server, "4711"), outside(server, "112")
    assert phone.leg["hears"] == ["112"] and service.leg["hears"] == ["4711"]
    service.hang_up()
    eventually(lambda: not phone.legs, "the emergency call is over")
