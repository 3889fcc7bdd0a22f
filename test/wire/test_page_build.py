# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""How the page gets into the build, or does not: tools/build-page.py with a node and an npm of the
test's own, which write down what they are asked and do what the test says."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from support.server import ROOT

NPM = """#!/bin/sh
shift 2
echo "$1" >> "$ASKED"
case "$1" in
ci) mkdir -p node_modules; exit "${CI_ENDS:-0}" ;;
run) [ -z "$RUN_FAILS" ] || { echo "src/main.tsx: no such thing"; exit 1; }
     mkdir -p "$5/assets" && cp index.html "$5/" && cp src/* "$5/assets/" ;;
esac
"""


class Machine:
    """A tree with a desktop/ in it, and the commands that a build finds."""

    def __init__(self, tmp_path):
        self.desktop = tmp_path / "desktop"
        self.output = tmp_path / "build" / "page_built.c"
        self.depfile = tmp_path / "build" / "page_built.d"
        self.asked = tmp_path / "asked"
        self.bin = tmp_path / "bin"
        for folder in (self.desktop / "src", self.output.parent, self.bin):
            folder.mkdir(parents=True)
        (self.desktop / "index.html").write_text("<!doctype html>")
        (self.desktop / "package-lock.json").write_text("{}")
        (self.desktop / "src" / "app-12345678.js").write_text("start()")
        for name in ("mkdir", "cp"):
            (self.bin / name).symlink_to(shutil.which(name))
        self.command("node", "#!/bin/sh\necho v18.19.0\n")
        self.command("npm", NPM)

    def command(self, name, text):
        (self.bin / name).write_text(text)
        (self.bin / name).chmod(0o755)

    def build(self, mode="auto", **env):
        self.asked.write_text("")
        done = subprocess.run(
            [sys.executable, ROOT / "tools" / "build-page.py", mode, self.desktop,
             self.output.parent / "private", self.output, self.depfile],
            env={"PATH": str(self.bin), "ASKED": str(self.asked), **env}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = done.stdout
        return done.returncode

    def npm_did(self):
        return self.asked.read_text().split()

    def paths(self):
        return re.findall(r'^\{"([^"]*)"', self.output.read_text(), re.MULTILINE)

    def why_absent(self):
        return re.search(r'page_why_absent\[\] = "(.*)";', self.output.read_text()).group(1)

    def depends_on(self):
        return self.depfile.read_text().split(": ")[1].split()


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_the_page_is_embedded(machine):
    assert machine.build("enabled") == 0, machine.said
    assert machine.paths() == ["/assets/app-12345678.js", "/"]
    assert machine.why_absent() == ""
    source = machine.desktop / "src"
    assert {str(source), str(source / "app-12345678.js"), str(machine.desktop / "index.html"),
            str(machine.desktop / "package-lock.json")} == set(machine.depends_on())


def test_packages_are_installed_when_the_lock_file_changes_only(machine):
    for lock, did in (("{}", ["ci", "run"]), ("{}", ["run"]), ("{ }", ["ci", "run"])):
        (machine.desktop / "package-lock.json").write_text(lock)
        assert machine.build() == 0, machine.said
        assert machine.npm_did() == did


def test_what_is_the_same_is_not_written_again(machine):
    assert machine.build() == 0
    os.utime(machine.output, (1, 1))
    assert machine.build() == 0
    assert machine.output.stat().st_mtime == 1
    (machine.desktop / "src" / "app-12345678.js").write_text("start(1)")
    assert machine.build() == 0
    assert machine.output.stat().st_mtime > 1


def no_node(machine):
    (machine.bin / "node").unlink()


def no_npm(machine):
    (machine.bin / "npm").unlink()


def old_node(machine):
    machine.command("node", "#!/bin/sh\necho v16.20.2\n")


def no_desktop(machine):
    (machine.desktop / "package-lock.json").unlink()


@pytest.mark.parametrize("lack, words", [(no_node, "no node"), (no_npm, "no npm"), (old_node, "v16.20.2"),
                                         (no_desktop, "no desktop")])
def test_without_what_it_needs_it_is_left_out_or_an_error(machine, lack, words):
    lack(machine)
    assert machine.build("auto") == 0
    assert words in machine.said and words in machine.why_absent() and machine.paths() == []
    assert not any(os.path.exists(path) for path in machine.depends_on()), "the next build must try again"
    machine.output.unlink()
    assert machine.build("enabled") == 1
    assert words in machine.said and not machine.output.exists()


def test_without_a_network_it_is_left_out_or_an_error(machine):
    assert machine.build("auto", CI_ENDS="1") == 0
    assert "network" in machine.why_absent() and "network" in machine.said
    assert machine.build("enabled", CI_ENDS="1") == 1
    assert machine.build("auto") == 0, "an installation that failed must be tried again"
    assert machine.why_absent() == "" and machine.npm_did() == ["ci", "run"]


def test_wrong_sources_are_an_error(machine):
    assert machine.build("auto", RUN_FAILS="1") == 1
    assert "no such thing" in machine.said and not machine.output.exists()


def test_over_its_budget_it_is_an_error(machine):
    (machine.desktop / "src" / "big-12345678.css").write_bytes(os.urandom(120_000))
    assert machine.build("auto") == 1
    assert "budget" in machine.said and not machine.output.exists()


def test_a_file_of_no_known_type_is_an_error(machine):
    (machine.desktop / "src" / "what.exe").write_text("")
    assert machine.build("auto") == 1
    assert "what.exe" in machine.said


def test_disabled_asks_nobody(machine):
    assert machine.build("disabled") == 0
    assert machine.npm_did() == [] and machine.paths() == [] and "left out" in machine.why_absent()
