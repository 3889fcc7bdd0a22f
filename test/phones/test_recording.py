# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""Recordings of real sound: what is on which side, and when; what stands beside them; who may have
them; and that a killed server goes on with what it recorded."""

import array
import datetime
import json
import pathlib
import signal
import ssl
import subprocess
import time

import pytest
from phonelib import tone_level, wait_for
from sip_server import SipServer
from support.rest import Http, accepted, refused
from test_calls import Desk, connect, hear_each_other

RATE, HEADER, FRAME = 8000, 44, 4
OURS, THEIRS = 440, 1000  # the tones of agent0's and agent1's telephones
SILENCE_DB, TONE_DB = -60, -30


def serve_https(server, directory):
    """A certificate of its own, which its clients trust."""
    certificate, key = directory / "server.crt", directory / "server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=cordboard", "-addext", "subjectAltName=IP:127.0.0.1",
                    "-out", str(certificate), "-keyout", str(key)], check=True, capture_output=True)
    server.tls = ssl.create_default_context(cafile=certificate)
    return f"[server]\ntls_certificate = {certificate}\ntls_key = {key}\n"


@pytest.fixture
def server(request, tmp_path):
    it = SipServer(tmp_path)
    with it.config.open("a") as config:
        config.write("[user boss]\npassword = demo\nroles = supervisor\n")
        if getattr(request, "param", "http") == "https":
            config.write(serve_https(it, tmp_path))
    try:
        yield it.start()
        it.stop()
    finally:
        it.discard()


@pytest.fixture
def desks(server, make_phone):
    phones = [make_phone(server, "15000", OURS, auto_answer=True),
              make_phone(server, "15001", THEIRS, auto_answer=True)]
    for phone in phones:
        phone.wait_registered()
    return [Desk(server, number, phone) for number, phone in enumerate(phones)]


class Recording:
    """The files of a call's recording; sides() is read from the samples, wherever they are now."""

    def __init__(self, server, call_id):
        self.directory = pathlib.Path(server.data) / "recordings"
        self.whole = self.directory / f"{call_id}.wav"
        self.part = self.directory / f"{call_id}.wav.part"
        self.beside = self.directory / f"{call_id}.json"

    def bytes(self):
        for path in (self.whole, self.part):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                pass
        return b""

    def seconds(self):
        return max(0, len(self.bytes()) - HEADER) / (RATE * FRAME)

    def sides(self, begin, end):
        return sides(self.bytes(), begin, end)

    def wait(self, seconds):
        """Until it is so much longer; returns how long it was before."""
        before = self.seconds()
        wait_for(lambda: self.seconds() >= before + seconds, f"{seconds} s more of the recording", 20)
        return before

    def wait_tones(self, left, right):
        """Until the last half second has these on its sides; None: silence."""
        def is_so():
            end = self.seconds()
            if end < 0.5:
                return False
            return all(has(side, tone) for side, tone in
                       zip(self.sides(end - 0.5, end), (left, right)))
        wait_for(is_so, f"a recording of {left} and {right} Hz", 20)


def sides(data, begin, end):
    samples = array.array("h")
    samples.frombytes(data[HEADER + int(begin * RATE) * FRAME:HEADER + int(end * RATE) * FRAME]
                      [:(len(data) - HEADER) // FRAME * FRAME])
    return samples[0::2], samples[1::2]


def has(side, tone):
    """That tone and not the other one, or neither."""
    levels = {one: tone_level(side, RATE, one) for one in (OURS, THEIRS)}
    return all(levels[one] > TONE_DB if one == tone else levels[one] < SILENCE_DB for one in levels)


def header_seconds(data):
    """As whoever opens the file now reads it."""
    assert data[:4] == b"RIFF" and data[8:16] == b"WAVEfmt " and data[36:40] == b"data"
    size = int.from_bytes(data[40:44], "little")
    assert int.from_bytes(data[4:8], "little") == size + 36
    assert int.from_bytes(data[22:24], "little") == 2 and len(data) >= HEADER + size
    return size / (RATE * FRAME)


def test_each_side_with_a_pause_and_what_stands_beside_it(server, desks):
    a, b = desks
    call_id = connect(desks)
    recording = Recording(server, call_id)
    hear_each_other(a, b)
    a.agent.operate(call_id, "AttachUserData", userData={"case": 42})
    a.agent.operate(call_id, "StartCallRecording")
    recording.wait_tones(OURS, THEIRS)
    recording.wait(1.5)
    assert header_seconds(recording.bytes()) > recording.seconds() - 1.5
    a.agent.operate(call_id, "PauseCallRecording")
    recording.wait_tones(None, None)
    silent = recording.wait(1)
    assert all(has(side, None) for side in recording.sides(silent, silent + 1))
    a.agent.operate(call_id, "ResumeCallRecording")
    recording.wait_tones(OURS, THEIRS)
    a.agent.operate(call_id, "MuteCall")
    recording.wait_tones(None, THEIRS)  # what nobody hears is not recorded
    a.agent.operate(call_id, "UnmuteCall")
    recording.wait_tones(OURS, THEIRS)
    b.agent.operate(call_id, "Hangup")
    wait_for(lambda: recording.whole.exists() and recording.beside.exists(), "the finished files")
    assert not recording.part.exists()
    data = recording.whole.read_bytes()
    assert header_seconds(data) * RATE * FRAME == len(data) - HEADER
    beside = json.loads(recording.beside.read_text())
    assert beside["id"] == call_id and beside["userData"]["case"] == 42
    assert [one["userName"] for one in beside["participants"]] == ["agent0", "agent1"]
    assert len(beside["recorded"]) == 2 and beside["startTime"] < beside["recorded"][0]["startTime"]
    assert beside["recorded"][0]["stopTime"] < beside["recorded"][1]["startTime"] < beside["stopTime"]
    accepted(a.agent.http.post(f"/api/v2/me/calls/{call_id}",
                               {"operationName": "SetCallDisposition", "disposition": "Sold"}))
    wait_for(lambda: "Sold" in recording.beside.read_text(), "the disposition beside the recording")
    assert json.loads(recording.beside.read_text())["disposition"]["userName"] == "agent0"


@pytest.mark.parametrize("server", ["http", "https"], indirect=True)
def test_index_download_and_rights(server, desks, make_phone):
    a, b = desks
    call_id = connect(desks)
    recording = Recording(server, call_id)
    a.agent.operate(call_id, "StartCallRecording")
    recording.wait_tones(OURS, THEIRS)
    recording.wait(2.5)  # more than is sent at a time
    a.agent.operate(call_id, "Hangup")
    wait_for(recording.whole.exists, "the finished file")
    data = recording.whole.read_bytes()
    boss, stranger = Http(server, "boss"), Http(server, "agent2")

    def whole():  # how its telephones were heard comes last
        (found,) = a.agent.http.get("/api/v2/me/recordings").json["recordings"]
        return found if all("quality" in part for part in found["participants"]) else None

    one = wait_for(whole, "the recording with all that is known of it")
    assert one["id"] == call_id and one["callerPhoneNumber"] == "15000"
    assert one["dialedPhoneNumber"] == "15001" and len(one["recorded"]) == 1
    (file,) = one["mediaFiles"]
    assert file["size"] == str(len(data)) and file["type"] == "audio/wav"
    assert file["duration"] == str((len(data) - HEADER) // 32)
    assert b.agent.http.get("/api/v2/me/recordings").json["totalCount"] == 1
    assert boss.get("/api/v2/recordings").json["recordings"] == [one]
    assert stranger.get("/api/v2/me/recordings").json["recordings"] == []
    address = one["uri"][len(server.base):]
    assert a.agent.http.get(address).json == {"statusCode": 0, "recording": one}
    audio = file["mediaUri"][len(server.base):]
    for http in (a.agent.http, b.agent.http, boss):
        answer = http.get(audio)
        assert (answer.status, answer.body) == (200, data)
        assert answer.header("content-type") == "audio/wav"
        assert answer.header("accept-ranges") == "bytes"
    for path in (address, audio, f"/api/v2/recordings/{call_id}/audio"):
        refused(stranger.get(path), 404, 6)
    assert Http(server).get(audio).status == 403
    size = len(data)
    for wanted, begin, end in [("bytes=0-43", 0, 44), ("bytes=44-", 44, size), ("bytes=-10", size - 10, size),
                               (f"bytes=100-{size + 5}", 100, size)]:
        answer = boss.get(audio, headers={"Range": wanted})
        assert answer.status == 206 and answer.body == data[begin:end], wanted
        assert answer.header("content-range") == f"bytes {begin}-{end - 1}/{size}"
    answer = boss.get(audio, headers={"Range": f"bytes={size}-"})
    assert answer.status == 416 and answer.header("content-range") == f"bytes */{size}"
    for more in ({"Range": "bytes=1-2,4-5"}, {"Range": "bytes=1-2", "If-Range": '"what it was"'}):
        assert boss.get(audio, headers=more).status == 200
    (past,) = a.agent.http.get("/api/v2/me/history/calls").json["calls"]
    assert past["recordingUri"] == one["uri"]


def test_a_recording_that_fails_is_told_and_the_call_goes_on(server, desks):
    a, b = desks
    call_id = connect(desks)
    recording = Recording(server, call_id)
    recording.part.mkdir()  # where its file would have to be
    a.agent.operate(call_id, "StartCallRecording")
    told = [a.state("Established", "CallRecordingStateChange")["call"] for _ in range(2)]
    assert [call["recordingState"] for call in told] == ["Recording", "Stopped"]
    assert told[1]["userData"]["GSIP_RECORD"] == "OFF"
    hear_each_other(a, b)
    recording.part.rmdir()
    a.agent.operate(call_id, "StartCallRecording")  # without a restart
    recording.wait_tones(OURS, THEIRS)
    a.agent.operate(call_id, "Hangup")
    wait_for(recording.whole.exists, "the finished file")
    assert "cordboard_recording_failures_total 1\n" in Http(server).get("/metrics").body.decode()


def test_the_history_says_how_the_telephones_were_heard(desks):
    a, b = desks
    call_id = connect(desks)
    hear_each_other(a, b)
    a.agent.operate(call_id, "Hangup")

    def qualities():
        (call,) = a.agent.http.get("/api/v2/me/history/calls").json["calls"]
        found = [part.get("quality") for part in call["participants"]]
        return found if all(found) else None

    for quality in wait_for(qualities, "how both were heard"):
        assert quality["packets"] > 25 and 1 <= quality["mos"] <= 4.5
        assert quality["jitterMs"] < 100


def test_a_server_that_stood_still_keeps_the_recordings_time(server, desks):
    a, _ = desks
    call_id = connect(desks)
    recording = Recording(server, call_id)
    a.agent.operate(call_id, "StartCallRecording")
    recording.wait_tones(OURS, THEIRS)
    server.process.send_signal(signal.SIGSTOP)
    time.sleep(2)  # so long it stands still; this is no wait for anything
    server.process.send_signal(signal.SIGCONT)
    recording.wait_tones(OURS, THEIRS)
    a.agent.operate(call_id, "Hangup")
    wait_for(recording.whole.exists, "the finished file")
    (one,) = a.agent.http.get("/api/v2/me/recordings").json["recordings"]
    (file,), (span,) = one["mediaFiles"], one["recorded"]
    form = "%Y-%m-%dT%H:%M:%S.%f%z"
    lasted = (datetime.datetime.strptime(span["stopTime"], form) -
              datetime.datetime.strptime(span["startTime"], form)).total_seconds()
    assert abs(int(file["duration"]) / 1000 - lasted) < 0.8


def test_a_killed_server_goes_on_with_its_recording(server, desks):
    a, b = desks
    call_id = connect(desks)
    recording = Recording(server, call_id)
    a.agent.operate(call_id, "StartCallRecording")
    recording.wait_tones(OURS, THEIRS)
    recording.wait(1)
    server.kill()
    before = recording.bytes()
    assert header_seconds(before) > 0.5  # it can be played as it is
    server.start()
    a.agent.http.close()
    recording.wait(1.5)
    recording.wait_tones(OURS, THEIRS)
    assert recording.bytes()[HEADER:len(before) // FRAME * FRAME] == before[HEADER:len(before) // FRAME * FRAME]
    a.agent.operate(call_id, "Hangup")
    wait_for(lambda: recording.whole.exists() and recording.beside.exists(), "the finished files")
    data = recording.whole.read_bytes()
    assert header_seconds(data) * RATE * FRAME == len(data) - HEADER
    # What stands beside it is made again, from what is stored, when a crash took it.
    text = recording.beside.read_text()
    server.kill()
    recording.beside.unlink()
    server.start()
    wait_for(recording.beside.exists, "what stands beside the recording, made anew")
    assert recording.beside.read_text() == text
