#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# bench/run.sh BUILD-DIR [--write] [PART ...]
#
# Measures the server in a release build and prints a table of figures; --write also puts it into
# bench/README.md. Parts: disk core update latency idle-long-polling idle-websocket; all without any.
# BENCH_SECONDS sets how long the timed parts measure (15), BENCH_DATA the directory under which
# the data directories are made, which should be on a disk and not in memory (the build directory).
# Everything it starts it ends itself.
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:?usage: bench/run.sh BUILD-DIR [--write] [PART ...]}
shift
writes=no
parts=()
for argument in "$@"; do
    case "$argument" in
    --write) writes=yes ;;
    *) parts+=("$argument") ;;
    esac
done
[ ${#parts[@]} -gt 0 ] || parts=(disk core update latency idle-long-polling idle-websocket)
seconds=${BENCH_SECONDS:-15}
base=${BENCH_DATA:-$build/bench-data}
mkdir -p "$base"
scratch=$(mktemp -d "$base/run.XXXXXX")
work=$scratch/part
server=
port=
load_before=$(cat /proc/loadavg)

stop_server() {
    [ -n "$server" ] || return 0
    kill -9 "$server" 2>/dev/null || true
    while kill -0 "$server" 2>/dev/null; do sleep 0.02; done
    server=
}

clean_up() {
    stop_server
    rm -rf "$scratch"
    rmdir "$base" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# Rows of the table, from standard input.
tell() {
    tee -a "$scratch/table"
}

# start_server DATA AGENTS: sets server (the process) and port.
start_server() {
    cat >"$work/bench.ini" <<END
[server]
log_level = warn
[calls]
keep_released_s = 2
[journal]
snapshot_batches = 2000
END
    "$build/cordboard" serve --config "$work/bench.ini" --demo --demo-agents "$2" \
        --http 127.0.0.1:0 --data "$1" >"$work/server.out" 2>"$work/server.err" &
    server=$!
    # The shell is not to report that it was killed.
    disown "$server"
    port=
    for _ in $(seq 600); do
        port=$(sed -n 's|.*listening on http://127\.0\.0\.1:\([0-9]*\).*|\1|p' \
            "$work/server.out" | head -n 1)
        [ -z "$port" ] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    echo "the server did not start:" >&2
    cat "$work/server.out" "$work/server.err" >&2
    return 1
}

part_disk() {
    "$build/bench/fdatasync" --directory "$work" | tell
}

part_update() {
    start_server "$work/update" 128
    "$build/bench/load_update" --port "$port" --pid "$server" --seconds "$seconds" \
        --file "$work/acked" >"$work/rows" &
    local load=$! seen="$work/snapshots"
    # Old ones are removed by the server, so they are counted as they come.
    while kill -0 "$load" 2>/dev/null; do
        ls "$work/update" | grep '^snapshot-.*\.bin$' >>"$seen" || true
        sleep 0.2
    done
    wait "$load"
    tell <"$work/rows"
    echo "| - snapshots written in the run | 1 or more | $(sort -u "$seen" | wc -l) |" | tell
    stop_server
    start_server "$work/update" 128
    "$build/bench/check_update" --port "$port" --file "$work/acked" | tell
    stop_server
}

part_latency() {
    start_server "$work/latency" 128
    "$build/bench/load_latency" --port "$port" --pid "$server" --seconds "$seconds" | tell
    stop_server
}

part_idle() {
    ulimit -n "$(ulimit -H -n)"
    start_server "$work/idle-$1" 10000
    "$build/bench/load_idle" --port "$port" --pid "$server" --transport "$1" | tell
    stop_server
}

measure() {
    printf '%s\n' "| what | goal | measured |" "| --- | --- | --- |" | tell
    for part in "${parts[@]}"; do
        mkdir "$work"
        case "$part" in
        disk | update | latency) "part_$part" ;;
        core)
            "$build/bench/core_inputs" | tell
            "$build/bench/core_memory" | tell
            ;;
        idle-long-polling | idle-websocket) part_idle "${part#idle-}" ;;
        *)
            echo "there is no part '$part'" >&2
            return 2
            ;;
        esac
        rm -rf "$work"
    done
}

describe() {
    local model
    model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    local busy
    busy=$(awk '{exit !($1 > 0.3)}' <<<"$load_before" && echo " Provisional: the machine was busy with other work.") || true
    echo "Measured $(date -u +%Y-%m-%d) at commit $(git rev-parse --short HEAD 2>/dev/null || echo unknown)" \
        "with \`make bench\` (release build, $(${CC:-cc} --version | head -n 1))."
    echo "Machine: $(nproc) cores of ${model:-an unknown model}," \
        "$(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GB," \
        "$(uname -s) $(uname -r | cut -d. -f1,2), $(df --output=fstype "$base" | tail -n 1); load generator on the same machine;" \
        "load average before the run ${load_before%% *}.$busy"
}

measure
if [ $writes = yes ]; then
    {
        sed '/^<!-- figures -->$/q' bench/README.md
        echo
        describe
        echo
        cat "$scratch/table"
        echo
        sed -n '/^<!-- end of figures -->$/,$p' bench/README.md
    } >"$scratch/README.md"
    cat "$scratch/README.md" >bench/README.md
fi
