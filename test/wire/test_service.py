# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""What a service manager gets: the unit that is installed is one that systemd takes and finds
shut off well, and the server says when it is ready, that it is well, and that it stops."""

import os
import shutil
import socket
import subprocess

import pytest

from support.rest import Agent
from support.server import BUILD, DEADLINE_S, ROOT, binary

EXPOSURE_MAX = 20  # tenths; of 100, which is a service without any of it


@pytest.fixture
def unit(tmp_path):
    """The unit with a program that is there: the one that was built."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    text = (ROOT / "packaging" / "cordboard.service.in").read_text(encoding="utf-8")
    path = tmp_path / "cordboard.service"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "cordboard").symlink_to(binary().resolve())
    path.write_text(text.replace("@bindir@", str(tmp_path / "bin")), encoding="utf-8")
    return path


def analyze(*arguments):
    return subprocess.run(["systemd-analyze", *map(str, arguments)], capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False)


def test_systemd_takes_the_unit(unit):
    done = analyze("verify", "--recursive-errors=no", unit)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "cordboard" in line]
    assert ours == [] and done.returncode == 0, done


def test_the_service_is_shut_off(unit):
    done = analyze("security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE_MAX}", unit)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_build_has_the_unit_with_its_paths():
    text = (BUILD / "packaging" / "cordboard.service").read_text(encoding="utf-8")
    assert "@bindir@" not in text and "/bin/cordboard serve --config" in text


def test_it_says_when_it_is_ready_and_well_and_that_it_stops(start_server, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        path = tmp_path / "notify"
        manager.bind(str(path))
        manager.settimeout(DEADLINE_S)
        server = start_server(env={"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "200000"})
        assert manager.recv(100) == b"READY=1"
        assert Agent(server, 0).calls() == []
        assert [manager.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        server.stop()
        said = []
        while b"STOPPING=1" not in said:
            said.append(manager.recv(100))
        assert set(said) <= {b"WATCHDOG=1", b"STOPPING=1"}


def test_the_watchdog_of_another_process_is_not_ours(start_server, tmp_path):
    name = f"cordboard-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{name}")
        manager.settimeout(DEADLINE_S)
        server = start_server(env={"NOTIFY_SOCKET": f"@{name}", "WATCHDOG_USEC": "20000",
                                   "WATCHDOG_PID": "1"})
        assert manager.recv(100) == b"READY=1"
        server.stop()
        assert manager.recv(100) == b"STOPPING=1"
