# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""docs/call-flows.md is true: each of its sections is acted out, and everybody is told exactly what
it says, in that order, and nobody is told anything else."""

import pytest

from support import flows
from support.server import ROOT, Server

SETS, SECTIONS = flows.read((ROOT / "docs" / "call-flows.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def whole_stage(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flows")
    config = folder / "server.ini"
    config.write_text("\n".join(flows.CONFIG) + "\n", encoding="utf-8")
    server = Server(folder / "data", options=["--config", str(config)])
    try:
        yield flows.Stage(server.start())
        server.stop()
    finally:
        server.discard()


@pytest.fixture
def stage(whole_stage):
    whole_stage.clear()
    return whole_stage


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_everybody_is_told_what_the_table_says(stage, section):
    assert section.steps, "the section has no steps"
    written, seen = flows.play(stage, section, SETS)
    assert written == seen, "\n" + flows.difference(written, seen)


HEAD = "|" + "|".join(flows.COLUMNS) + "|\n"
ROW = "| A: Dial B | A | call | StatusChange | Dialing | Internal | B | D6 | BusinessCall 0 | dnis B |\n"
OTHER = "| | B | call | StatusChange | Ringing | Internal | A | R6 | BusinessCall 0 | dnis B |\n"


def one_section(rows):
    return flows.read("## Dial\n### x\n" + HEAD + rows)[1][0]


@pytest.mark.parametrize("rows", [
    ROW, ROW + OTHER + OTHER, OTHER.replace("| |", "| A: Dial B |", 1) + ROW.replace("A: Dial B |", "|", 1) + OTHER,
    ROW.replace("D6", "D6 + Hold") + OTHER, ROW.replace("D6", "D66") + OTHER,
    ROW.replace("BusinessCall 0", "") + OTHER, ROW.replace("dnis B", "dnis B, mute On") + OTHER,
    ROW.replace("StatusChange", "StatusChanged") + OTHER, ROW.replace("Dialing", "Ringing") + OTHER,
], ids=["nothing-said-of-b", "said-twice", "said-twice-of-b", "capability", "unknown-set", "extensions", "fact",
        "notice", "state"])
def test_a_false_row_is_seen(stage, rows):
    written, seen = flows.play(stage, one_section(rows), SETS)
    assert written != seen


@pytest.mark.parametrize("rows", [
    ROW.replace("A: Dial B", "A: Call B"), ROW.replace("A: Dial B", "A: Dial Z"), ROW.replace("A: Dial B", "Z: Dial A"),
    ROW.replace("A: Dial B", "phone A: sing"), ROW.replace("| A |", "| Z |"), ROW.replace("A: Dial B", "A: Hold"),
    OTHER, ROW.replace("A: Dial B", "given A: Dial B"), ROW + "\n| a | b |\n",
], ids=["operation", "number", "party", "act", "told", "no-call", "no-step", "told-of-given", "another-table"])
def test_an_unknown_word_is_an_error(stage, rows):
    with pytest.raises((flows.Unknown, KeyError)):
        flows.play(stage, one_section(rows), SETS)


def test_the_table_has_no_section_twice():
    names = [section.name for section in SECTIONS]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
