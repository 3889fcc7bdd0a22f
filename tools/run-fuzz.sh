#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# tools/run-fuzz.sh SECONDS: builds the fuzzers with clang and runs each for so many seconds on its
# corpus (test/fuzz/corpus/NAME). What it finds stays in build-fuzz/; new interesting inputs stay
# out of the tree.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-20}

[ -f build-fuzz/build.ninja ] || CC=clang-14 meson setup build-fuzz -Dfuzz=true -Dtests=false \
    -Dbench=false -Dpage=disabled -Db_sanitize=address,undefined -Db_lundef=false
meson compile -C build-fuzz
ran=0
for fuzzer in build-fuzz/test/fuzz/fuzz_*; do
    [ -f "$fuzzer" ] && [ -x "$fuzzer" ] || continue
    name=$(basename "$fuzzer")
    name=${name#fuzz_}
    mkdir -p "build-fuzz/found/$name"
    corpus=()
    [ -d "test/fuzz/corpus/$name" ] && corpus=("test/fuzz/corpus/$name")
    echo "fuzz: $name, $seconds s"
    "$fuzzer" -max_total_time="$seconds" -timeout=5 -print_final_stats=1 \
        -artifact_prefix="build-fuzz/found/$name-" "build-fuzz/found/$name" "${corpus[@]}" \
        2>"build-fuzz/$name.log" || {
        tail -n 60 "build-fuzz/$name.log"
        echo "fuzz: $name failed"
        exit 1
    }
    grep -E 'number_of_executed_units|average_exec' "build-fuzz/$name.log" || true
    ran=$((ran + 1))
done
[ $ran -gt 0 ] || { echo "fuzz: no fuzzer was built" >&2; exit 1; }
echo "fuzz: $ran fuzzers, nothing found"
