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


@pytest.fixture
def provider_port():
    return phonelib.free_port()


@pytest.fixture
def server(request, tmp_path):
    """The whole server (see sip_server.py), judged as in the wire tests when it ends. For a test in
    test_trunk_*.py it has a trunk to the provider at 127.0.0.2, or what the mark peer(TEXT) says,
    with the further lines of the mark trunk(LINES), and at the end of its configuration those of
    the mark more(LINES). In them PORT is the provider's port and DIR the test's directory."""
    from sip_server import SipServer
    from trunklib import TrunkServer
    if request.module.__name__.startswith("test_trunk_"):
        port = request.getfixturevalue("provider_port")
        texts = [(marked(request, name) or other).replace("PORT", str(port))
                 .replace("DIR", str(tmp_path)) for name, other in
                 (("peer", "127.0.0.2:PORT\n"), ("trunk", ""), ("more", ""))]
        it = TrunkServer(tmp_path, f"[trunk berlin]\npeer = {texts[0]}{texts[1]}", texts[2])
    else:
        it = SipServer(tmp_path)
    try:
        yield it.start()
        it.stop()
    finally:
        it.discard()


def marked(request, name):
    mark = request.node.get_closest_marker(name)
    return mark.args[0] + "\n" if mark else ""


@pytest.fixture
def provider(server, provider_port, started):
    from trunklib import Provider
    it = Provider(server.sip_port, port=provider_port)
    started.append(it)
    return it


@pytest.fixture
def desk(server, make_phone):
    """An agent with a baresip that answers when the INVITE asks; 440 Hz."""
    from test_calls import Desk
    phone = make_phone(server, "15000", 440, auto_answer=True)
    phone.wait_registered()
    return Desk(server, 0, phone)


def pytest_configure(config):
    config.addinivalue_line("markers", "peer(text): instead of 127.0.0.2:PORT")
    config.addinivalue_line("markers", "trunk(lines): further lines of the trunk's section")
    config.addinivalue_line("markers", "more(lines): further lines of the configuration")
    if not shutil.which("baresip") or not shutil.which("sipp"):
        raise pytest.UsageError("the tests with telephones need baresip and sipp "
                                "(packages baresip-core and sip-tester)")
