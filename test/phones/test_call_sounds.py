# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""docs/call-sounds.md is true: with real telephones, after each step everybody hears exactly what it says."""

import array
import math
import wave

import pytest
import sounds
from phonelib import TOP, Phone
from sip_server import SipServer
from support import flows

SECTIONS = sounds.read((TOP / "docs" / "call-sounds.md").read_text(encoding="utf-8"))
AGENTS = {"A": ("agent0", "15000"), "B": ("agent1", "15001"), "C": ("agent2", "15002"),
          "D": ("agent3", "15003"), "S": ("super0", "19000")}
# Whoever talks to each of them hears all of them, whatever the others speak.
CODECS = {"B": "PCMA", "C": "G722/16000/1"}
MORE = """[site]
country = DE
area_code = 30
main_number = +4930555
[trunk outside]
peer = 127.0.0.2:%d
numbers = +49305559000 > 9000
[queue 9000]
agents = agent0, agent1
[user super0]
password = demo
roles = agent, supervisor
[device 19000]
user = super0
sip_secret = s19000
remoteAnswer = reinvite
"""


def write_music(path):
    """Music that an ear can name: one tone, without a step where it begins anew."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(array.array("h", (
            round(8000 * math.sin(2 * math.pi * sounds.MUSIC * i / 8000)) for i in range(8000))).tobytes())
    return path


@pytest.fixture(scope="module")
def whole_stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sounds")
    music = write_music(folder / "music.wav")
    # Beyond the trunk: another address, and no registration.
    phones = {"X": Phone(folder / "X", flows.OUTSIDE["X"], "none", 5060, sounds.VOICES["X"],
                         register_seconds=0, address="127.0.0.2")}
    server = SipServer(folder, ways=["reinvite"] * 4, line=f"music = {music}\n",
                       more=MORE % phones["X"].sip_port).start()
    try:
        for letter, (_, dn) in AGENTS.items():
            phones[letter] = Phone(folder / letter, dn, "s" + dn, server.sip_port, sounds.VOICES[letter],
                                   auto_answer=True, codecs=CODECS.get(letter, "PCMU"))
        for letter in AGENTS:
            phones[letter].wait_registered()
        stage = sounds.Stage(server, phones, AGENTS)
        yield stage
        stage.stop()
        server.stop()
    finally:
        for phone in phones.values():
            phone.stop()
        server.discard()


@pytest.fixture
def stage(whole_stage):
    whole_stage.clear()
    return whole_stage


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_everybody_hears_what_the_table_says(stage, section):
    assert section.steps, "the section has no steps"
    sounds.play(stage, section)


def test_a_false_cell_is_heard(stage, monkeypatch):
    monkeypatch.setattr(sounds, "SECONDS", 3.0)
    stage.act("A: Dial B")
    with pytest.raises(AssertionError):
        stage.wait_to_hear({"A": {"B"}}, "a false cell")


@pytest.mark.parametrize("row", ["| A: Dial B | Z |", "| A: Dial B | |"], ids=["unknown", "empty"])
def test_an_unknown_word_is_an_error(row):
    with pytest.raises(flows.Unknown):
        sounds.read(f"## x\n### y\n| step | A |\n| --- | --- |\n{row}\n")
