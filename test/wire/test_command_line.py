# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""The program itself: --help, --version, what it refuses, and check-config."""

import subprocess

import pytest

from support.server import binary


def run(*arguments):
    return subprocess.run([str(binary()), *arguments], capture_output=True, text=True, timeout=30)


def test_help():
    done = run("--help")
    assert done.returncode == 0
    for word in ("serve", "check-config", "--demo", "--data"):
        assert word in done.stdout, done.stdout


def test_version():
    done = run("--version")
    assert done.returncode == 0 and "0.1.0" in done.stdout


def test_demo_listens_on_the_loopback_only(tmp_path):
    done = run("serve", "--demo", "--http", "0.0.0.0:0", "--data", str(tmp_path))
    assert done.returncode != 0
    assert "loopback" in done.stderr + done.stdout or "127.0.0.1" in done.stderr + done.stdout


@pytest.mark.parametrize("arguments", [["serve", "--frobnicate"], ["serve", "--http", "nonsense"], ["dance"],
                                       ["serve", "--line", "pigeon"], ["check-config"],
                                       ["serve", "--config", "/does/not/exist"]])
def test_bad_arguments(arguments, tmp_path):
    done = run(*arguments)
    assert done.returncode != 0 and done.stderr.strip(), done


def test_check_config(tmp_path):
    good = tmp_path / "good.ini"
    good.write_text("[user anna]\npassword = secret1\n\n[device 4711]\nuser = anna\n")
    done = run("check-config", str(good))
    assert done.returncode == 0, done


@pytest.mark.parametrize("text,line,word", [
    ("[server]\nno_such_key = 1\n", 2, "no_such_key"),
    ("[calls]\nno_answer_s = 0\n", 2, "no_answer_s"),
    ("[calls]\nno_answer_s = soon\n", 2, "1 to 3600"),
    ("[no_such_section]\nx = 1\n", None, "no_such_section"),
])
def test_an_unknown_key_is_named_with_file_and_line(tmp_path, text, line, word):
    bad = tmp_path / "bad.ini"
    bad.write_text(text)
    for arguments in (("check-config", str(bad)), ("serve", "--config", str(bad), "--data", str(tmp_path))):
        done = run(*arguments)
        assert done.returncode != 0
        assert "bad.ini" in done.stderr and word in done.stderr, done.stderr
        if line:
            assert f":{line}" in done.stderr or f"line {line}" in done.stderr, done.stderr
