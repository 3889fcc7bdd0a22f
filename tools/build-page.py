#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

"""Builds the page (desktop/) and writes it as a C file, for src/page.

meson runs this. What is installed below desktop/node_modules is kept until the lock file changes, and
nothing is written but there and beside the output. MODE is the build's option "page":

enabled   the page, or an error
auto      the page; where node, npm or the network is missing a C file without it, which says why,
          and the next build tries again
disabled  the C file without it

A page that can't be built from its sources, or is over its budget, is an error in either case."""

import argparse
import fcntl
import gzip
import hashlib
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys

NODE_OLDEST = 18
BUDGET_BYTES = 120_000  # of all html, js and css, compressed
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8",
         ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".png": "image/png",
         ".ico": "image/x-icon", ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
         ".json": "application/json"}
COUNTED = (".html", ".js", ".css")
HEAD = """/* SPDX-License-Identifier: Apache-2.0
 * SPDX-FileCopyrightText: The Cordboard authors */

/* Made by tools/build-page.py. */
#include "page/page_int.h"

"""


class Absent(Exception):
    """The page can't be built on this machine as it is now."""


class Failed(Exception):
    """The page's sources are wrong."""


def find_tools():
    """Refuses a machine that can't build the page; returns the version of node."""
    for tool, package in (("node", "nodejs"), ("npm", "npm")):
        if not shutil.which(tool):
            raise Absent(f"no {tool} (Debian's package: {package})")
    version = subprocess.run(["node", "--version"], capture_output=True, text=True).stdout.strip()
    number = re.match(r"v(\d+)\.", version)
    if not number or int(number.group(1)) < NODE_OLDEST:
        raise Absent(f"node is {version or 'of no known version'}, not {NODE_OLDEST} or newer")
    return version


def npm(source, *words):
    env = {**os.environ, "npm_config_update_notifier": "false", "npm_config_logs_max": "0",
           "NO_COLOR": "1"}
    done = subprocess.run(["npm", "--prefix", str(source), *words], cwd=source, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace")
    return done.returncode == 0, done.stdout.strip()


def install(source):
    """npm ci, when what is installed is not what the lock file says."""
    lock = (source / "package-lock.json").read_bytes()
    wanted = hashlib.sha256(lock).hexdigest() + " " + platform.machine()
    stamp = source / "node_modules" / ".installed"
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("page: installing its packages (npm ci in desktop)", flush=True)
    is_good, said = npm(source, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
                        "--fetch-retries=1", "--fetch-timeout=60000")
    if not is_good:
        print(said, flush=True)
        raise Absent("npm ci failed: is the network there?")
    stamp.write_text(wanted)


def build(source, out):
    """Another build of the same tree waits until the packages are installed."""
    if not (source / "package-lock.json").exists():
        raise Absent("no desktop/ in this tree")
    version = find_tools()
    print(f"page: building it with node {version} ({shutil.which('node')})", flush=True)
    folder = os.open(source, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        install(source)
        is_good, said = npm(source, "run", "build", "--", "--outDir", str(out), "--emptyOutDir")
    finally:
        os.close(folder)
    if not is_good:
        raise Failed(f"{said}\npage: npm run build failed, see above")
    if not (out / "index.html").exists():
        raise Failed("page: the build made no index.html")


def read_files(out, public):
    """(address, type, is it immutable, plain bytes, compressed bytes) of each file. Vite puts a hash
    into the name of all that it makes, not of what it copies from public/."""
    files = []
    for path in sorted(path for path in out.rglob("*") if path.is_file()):
        kind = TYPES.get(path.suffix)
        if not kind:
            raise Failed(f"page: {path.name}: no content type is known for {path.suffix}")
        name = path.relative_to(out).as_posix()
        plain = path.read_bytes()
        is_immutable = name.startswith("assets/") and not (public / name).exists()
        files.append(("/" if name == "index.html" else "/" + name, kind, is_immutable, plain,
                      gzip.compress(plain, 9, mtime=0)))
    size = sum(len(packed) for _, kind, _, _, packed in files
               if kind in [TYPES[suffix] for suffix in COUNTED])
    print(f"page: {size} bytes compressed, of {BUDGET_BYTES}", flush=True)
    if size > BUDGET_BYTES:
        raise Failed(f"page: {size} bytes of html, js and css are over the budget of {BUDGET_BYTES}")
    return files


def as_c(files, why):
    text = [HEAD]
    for at, (_, _, _, _, packed) in enumerate(files):
        text.append(f"static const uint8_t file_{at}[] = {{\n")
        for begin in range(0, len(packed), 24):
            text.append("".join(f"{byte}," for byte in packed[begin:begin + 24]) + "\n")
        text.append("};\n")
    text.append("const struct page_file page_files[] = {\n")
    for at, (address, kind, is_immutable, plain, packed) in enumerate(files):
        etag = hashlib.sha256(plain).hexdigest()[:20]
        text.append(f'{{"{address}", "{kind}", "\\"{etag}\\"", {str(is_immutable).lower()}, {len(plain)}, '
                    f"file_{at}, {len(packed)}}},\n")
    if not files:
        text.append("{0}\n")
    text.append(f"}};\nconst size_t page_file_count = {len(files)};\n")
    text.append(f'const char page_why_absent[] = "{why}";\n')
    return "".join(text)


def sources(source):
    """What the page is made of: files, and the folders in which others may come."""
    found = [path for path in sorted(source.glob("*")) if path.is_file()]
    for name in ("src", "public"):
        if (source / name).is_dir():
            found += [source / name, *sorted((source / name).rglob("*"))]
    return found


def write_depfile(path, output, inputs):
    names = [re.sub(r"([ #])", r"\\\1", str(name)).replace("$", "$$") for name in inputs]
    path.write_text(f"{output}: {' '.join(names)}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", choices=["enabled", "auto", "disabled"])
    parser.add_argument("source", type=pathlib.Path, help="desktop/")
    parser.add_argument("private", type=pathlib.Path, help="a folder to build in")
    parser.add_argument("output", type=pathlib.Path, help="the C file")
    parser.add_argument("depfile", type=pathlib.Path)
    options = parser.parse_args()
    source, private = options.source.resolve(), options.private.resolve()
    files, why, inputs = [], "it was left out of this build", []
    try:
        if options.mode != "disabled":
            inputs = sources(source)
            out = private / "out"
            build(source, out)
            files, why = read_files(out, source / "public"), ""
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    except Absent as error:
        if options.mode == "enabled":
            print(f"page: {error}", file=sys.stderr)
            return 1
        print(f"page: it is left out of this build: {error}", flush=True)
        why = str(error)
        inputs = [private / "never"]  # Does not exist, so the next build tries again.
    write_depfile(options.depfile, options.output, inputs)
    text = as_c(files, why)
    if not options.output.exists() or options.output.read_text() != text:
        options.output.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
