# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Fixtures for tests with telephones. CORDBOARD_BUILD names the build directory; what a test started
is ended after it, and a program that a sanitizer complained about fails its test."""

import os
import pathlib
import shutil
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import phonelib  # noqa: E402

BUILD = pathlib.Path(os.environ.get("CORDBOARD_BUILD") or phonelib.TOP / "build-test")
BAD_WORDS = ("Sanitizer", "runtime error:", "leaked")


@pytest.fixture
def started():
    """Add to it what has a stop(); it is stopped in the reverse order."""
    things = []
    yield things
    for thing in reversed(things):
        thing.stop()


@pytest.fixture
def ctl(tmp_path):
    """The driver alone with devices 15000 (talk), 15001 (reinvite) and 15002 (talk); secret sDN."""
    program = BUILD / "test/unit/line_sip/sipctl"
    devices = [("15000", "s15000", "talk"), ("15001", "s15001", "reinvite"),
               ("15002", "s15002", "talk")]
    it = phonelib.Ctl(tmp_path, devices, program=str(program))
    yield it
    judge_ctl(it)


@pytest.fixture
def make_phone(tmp_path, started):
    """Starts a baresip for a device of the driver, registered or not yet."""
    def make(server, user, frequency, **options):
        port = getattr(server, "sip_port", None) or server.port
        if options.get("transport") == "tls":
            port = server.tls_port
        phone = phonelib.Phone(tmp_path / f"phone{len(started)}", user, "s" + user, port,
                               frequency, **options)
        started.append(phone)
        return phone
    return make


@pytest.fixture
def make_stream(started):
    """A phone on a connection."""
    def make(server, user="15000", **options):
        port = options.pop("port", None) or getattr(server, "sip_port", None) or server.port
        it = phonelib.StreamSocket(port, user, options.pop("secret", "s" + user), **options)
        it.stop = it.close
        started.append(it)
        return it
    return make


@pytest.fixture
def make_ctl(tmp_path):
    """The driver alone, given options of its program."""
    made = []

    def make(*options, devices=(("15000", "s15000", "talk"), ("15001", "s15001", "reinvite"))):
        directory = tmp_path / f"ctl{len(made)}"
        directory.mkdir()
        made.append(phonelib.Ctl(directory, devices, options=options,
                                 program=str(BUILD / "test/unit/line_sip/sipctl")))
        return made[-1]
    yield make
    for it in made:
        judge_ctl(it)


def judge_ctl(it):
    try:
        status = it.stop()
    finally:
        if it.process.poll() is None:
            it.kill()
    text = it.log_path.read_text(errors="replace")
    assert status == 0 and not any(word in text for word in BAD_WORDS), text[-6000:]


@pytest.fixture
def make_socket(started):
    def make(server, user="15000", **options):
        port = getattr(server, "sip_port", None) or server.port
        it = phonelib.SipSocket(port, user, options.pop("secret", "s" + user))
        it.stop = it.close
        started.append(it)
        return it
    return make


@pytest.fixture
def two(ctl, make_phone):
    """Two registered baresips: 15000 sings 440 Hz, 15001 1000 Hz."""
    a, b = make_phone(ctl, "15000", 440), make_phone(ctl, "15001", 1000)
    for _ in range(2):
        ctl.wait("registered")
    return a, b


def pytest_configure(config):
    if not shutil.which("baresip") or not shutil.which("sipp"):
        raise pytest.UsageError("the tests with telephones need baresip and sipp "
                                "(packages baresip-core and sip-tester)")


@pytest.fixture
def server(tmp_path):
    """The whole server (see sip_server.py), judged as in the wire tests when it ends."""
    from sip_server import SipServer
    it = SipServer(tmp_path)
    try:
        yield it.start()
        it.stop()
    finally:
        it.discard()
