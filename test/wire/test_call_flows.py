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


def test_the_table_has_no_section_twice():
    names = [section.name for section in SECTIONS]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
