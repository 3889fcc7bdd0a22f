#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Builds with sanitizers, runs every test, and ends with one line: N passed, N failed.

Four suites: unit (meson's, cmocka programs), wire and phones (pytest, against the built server), and
browser (node's test runner, the page of the built server in Chromium).
What failed is named before the last line. Exits non-zero when anything failed, or nothing ran.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parent.parent
TAP_LINE = re.compile(r"^(not ok|ok)\b(?: \d+)?(?: -)?\s*(.*)$")


class Tally:
    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def add(self, name, outcome, why=""):
        if outcome == "passed":
            self.passed += 1
        elif outcome == "skipped":
            self.skipped.append(f"{name} ({why})" if why else name)
        else:
            self.failed.append(name)


def run(command, **options):
    print("+ " + " ".join(str(part) for part in command), flush=True)
    return subprocess.run([str(part) for part in command], cwd=ROOT, **options)


def environment():
    env = dict(os.environ)
    env["ASAN_OPTIONS"] = "halt_on_error=1:abort_on_error=0:detect_leaks=1"
    env["UBSAN_OPTIONS"] = "print_stacktrace=1:halt_on_error=1"
    env["TSAN_OPTIONS"] = "halt_on_error=1:second_deadlock_stack=1"
    env["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
    return env


def build(build_dir, sanitize, tally):
    if not (build_dir / "build.ninja").exists():
        done = run(["meson", "setup", build_dir, f"-Db_sanitize={sanitize}", "-Db_lundef=false",
                    "-Dcrash_points=true", "-Dtests=true", "-Dbench=true", "-Dpage=enabled"])
        if done.returncode:
            tally.add("build: meson setup", "failed")
            return False
    if run(["meson", "compile", "-C", build_dir]).returncode:
        tally.add("build: meson compile", "failed")
        return False
    tally.add("build", "passed")
    return True


def run_unit(build_dir, rooms, tally):
    """Counts what each program says in TAP; a program that says nothing counts as one test."""
    command = ["meson", "test", "-C", build_dir, "--no-rebuild", "--print-errorlogs"]
    log = build_dir / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    if rooms:
        listed = subprocess.run(["meson", "test", "-C", build_dir, "--no-rebuild", "--list"],
                                cwd=ROOT, capture_output=True, text=True).stdout
        names = [line.split(" / ")[-1].strip() for line in listed.splitlines()]
        command += [name for name in names if any(room in name for room in rooms)]
    done = run(command, env=environment())
    if not log.exists():
        if done.returncode:
            tally.add("unit: meson test", "failed")
        return
    for line in log.read_text(errors="replace").splitlines():
        entry = json.loads(line)
        name = "unit: " + entry["name"].split(" / ")[-1]
        results = [TAP_LINE.match(row) for row in entry.get("stdout", "").splitlines()]
        results = [match for match in results if match]
        any_failed = False
        for match in results:
            text = match.group(2)
            if "# skip" in text.lower():
                tally.add(f"{name}: {text}", "skipped")
            elif match.group(1) == "ok":
                tally.add(f"{name}: {text}", "passed")
            else:
                any_failed = True
                tally.add(f"{name}: {text}", "failed")
        bad = entry["result"] not in ("OK", "EXPECTEDFAIL", "SKIP")
        if bad and not any_failed:
            tally.add(f"{name}: {entry['result'].lower()}", "failed")
        elif not results and not bad:
            tally.add(name, "skipped" if entry["result"] == "SKIP" else "passed")


def run_pytest(suite, build_dir, extra, tally):
    folder = ROOT / "test" / suite
    if not list(folder.glob("test_*.py")):
        return
    report = build_dir / f"{suite}.junit.xml"
    report.unlink(missing_ok=True)
    env = environment()
    env["CORDBOARD_BUILD"] = str(build_dir)
    done = run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--durations=5",
                f"--junitxml={report}", folder, *extra], env=env)
    if not report.exists():
        tally.add(f"{suite}: pytest ended with {done.returncode}", "failed")
        return
    failures = 0
    for case in ET.parse(report).getroot().iter("testcase"):
        name = f"{suite}: {case.get('classname', '').split('.')[-1]}::{case.get('name')}"
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            failures += 1
            tally.add(name, "failed")
        elif skipped is not None:
            tally.add(name, "skipped", skipped.get("message", ""))
        else:
            tally.add(name, "passed")
    if done.returncode not in (0, 5) and failures == 0:
        tally.add(f"{suite}: pytest ended with {done.returncode}", "failed")


def browser_command(report, extra):
    """What runs the page's tests. extra: -k PATTERN for the names of tests, other words for the names
    of files."""
    folder = ROOT / "test" / "browser"
    options, words = [], list(extra)
    while "-k" in words:
        at = words.index("-k")
        options.append("--test-name-pattern=" + " ".join(words[at + 1:at + 2]))
        del words[at:at + 2]
    words = [word for word in words if not word.startswith("-")]
    files = sorted(path for path in folder.glob("*.test.mjs")
                   if not words or any(word in path.name for word in words))
    reporter = (folder / "support" / "reporter.mjs").as_uri()
    return ["node", "--test", "--test-concurrency=1", "--test-reporter=spec",
            "--test-reporter-destination=stdout", f"--test-reporter={reporter}",
            f"--test-reporter-destination={report}", *options, *files]


def run_browser(build_dir, extra, tally):
    report = build_dir / "browser.jsonl"
    report.unlink(missing_ok=True)
    shutil.rmtree(build_dir / "browser-failed", ignore_errors=True)
    env = environment()
    env["CORDBOARD_BUILD"] = str(build_dir)
    done = run(browser_command(report, extra), env=env)
    failures = 0
    for line in report.read_text().splitlines() if report.exists() else []:
        test = json.loads(line)
        failures += test["outcome"] == "failed"
        tally.add("browser: " + test["name"], test["outcome"], test["why"])
    if done.returncode and failures == 0:
        tally.add(f"browser: node ended with {done.returncode}", "failed")
    if failures:
        print(f"pictures, consoles and the server's output are in {build_dir / 'browser-failed'}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build-test", help="build directory")
    parser.add_argument("--sanitize", default="address,undefined")
    parser.add_argument("--only", choices=["unit", "wire", "phones", "browser"])
    parser.add_argument("--unit", default="", help="rooms of the unit tests, by commas; all when empty")
    parser.add_argument("extra", nargs="*", help="passed on to pytest, or to node")
    options = parser.parse_args()
    build_dir = (ROOT / options.build).resolve()
    tally = Tally()
    began = time.monotonic()

    if not shutil.which("meson"):
        tally.add("build: there is no meson; tools/install-deps.sh test installs it", "failed")
    elif build(build_dir, options.sanitize, tally):
        if options.only in (None, "unit"):
            run_unit(build_dir, [room for room in options.unit.split(",") if room], tally)
        for suite in ("wire", "phones"):
            # Phones check the timing of real sound, which the thread sanitizer would spoil.
            if options.only in (None, suite) and not (suite == "phones" and "thread" in options.sanitize):
                run_pytest(suite, build_dir, options.extra, tally)
        # With the thread sanitizer the server is too slow for people who click.
        if options.only in (None, "browser") and "thread" not in options.sanitize:
            run_browser(build_dir, options.extra, tally)

    print()
    for name in tally.skipped:
        print(f"skipped: {name}")
    for name in tally.failed:
        print(f"FAILED: {name}")
    print(f"took {time.monotonic() - began:.0f} s")
    print(f"{tally.passed} passed, {len(tally.failed)} failed", flush=True)
    return 1 if tally.failed or tally.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
