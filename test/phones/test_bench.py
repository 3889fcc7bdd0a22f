# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
"""The load generators for calls, with a handful of them: they have no other test, and a figure is
given only when every call went as it should, from Dial to the telephones' own end of it."""

import os
import subprocess

import pytest
from conftest import BUILD
from phonelib import TOP

SMALL = {"BENCH_SECONDS": "1", "BENCH_RATE": "20", "BENCH_PAIRS": "8", "BENCH_HELD": "16",
         "BENCH_QUIET": "1"}


@pytest.mark.parametrize("part,rows", [("calls", ["calls at 20/s for 1 s: Dial to Ringing"]),
                                       ("memory", ["from 8 to 16 calls", "16 of 16; listening"])])
def test_the_bench_gives_figures(tmp_path, part, rows):
    done = subprocess.run([TOP / "bench/run.sh", BUILD, part], capture_output=True, text=True,
                          timeout=60, env={**os.environ, **SMALL, "BENCH_DATA": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr
    for row in rows:
        assert row in done.stdout, done.stdout
