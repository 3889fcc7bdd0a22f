#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# bench/run.sh BUILD-DIR [--write] [PART ...]
#
# Measures the server in a release build and prints a table of figures; --write also puts it into
# bench/README.md. Parts: disk core update latency idle-long-polling idle-websocket calls calls-slow-disk
# memory relay conference history page, all without any; and asterisk.
# BENCH_SECONDS sets how long the timed parts measure (15), BENCH_DATA the directory under which
# the data directories are made, which should be on a disk and not in memory (the build directory),
# BENCH_RATE the calls a second (400), BENCH_PAIRS those who make them (256 pairs of telephones),
# BENCH_HELD the calls of the part memory (1000), and BENCH_QUIET the seconds it waits (40).
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
usual_parts=(disk core update latency idle-long-polling idle-websocket calls calls-slow-disk memory
    relay conference history page)
[ ${#parts[@]} -gt 0 ] || parts=("${usual_parts[@]}")
# In the order in which they are shown.
all_parts=("${usual_parts[@]}" asterisk)
seconds=${BENCH_SECONDS:-15}
rate=${BENCH_RATE:-400}
pairs=${BENCH_PAIRS:-256}
base=${BENCH_DATA:-$build/bench-data}
mkdir -p "$base"
scratch=$(mktemp -d "$base/run.XXXXXX")
work=$scratch/part
server=
port=
sip_port=
load_before=$(cat /proc/loadavg)

stop_server() {
    [ -n "$server" ] || return 0
    kill -9 "$server" 2>/dev/null || true
    while kill -0 "$server" 2>/dev/null; do sleep 0.02; done
    server=
}

. bench/telephones.sh

clean_up() {
    stop_telephones
    stop_server
    rm -rf "$scratch"
    rmdir "$base" 2>/dev/null || true
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# Rows of the part's table, from standard input.
tell() {
    tee -a "$scratch/rows-$part"
}

# Every server's configuration begins so.
base_config() {
    cat <<END
[server]
log_level = warn
[calls]
keep_released_s = 2
[journal]
snapshot_batches = 2000
END
}

# start_server DATA AGENTS: a demo with simulated telephones.
start_server() {
    base_config >"$work/bench.ini"
    serve "$1" --demo --demo-agents "$2"
}

# start_sip_server DATA AGENTS [PORT]: one for real telephones; sets sip_port, too. A second one in a
# part has the first one's configuration, passwords' hashes included, which sessions rest on.
start_sip_server() {
    [ -e "$work/bench.ini" ] || {
        base_config
        site_config "$2"
    } >"$work/bench.ini"
    serve "$1" --line sip --sip "127.0.0.1:${3:-0}"
    sip_port=$(sed -n 's|^sip on 127\.0\.0\.1:||p' "$work/server.out")
}

# serve DATA [OPTION ...]: sets server (the process) and port. What is in server_environment is in
# the server's.
server_environment=()
serve() {
    local data=$1
    shift
    env "${server_environment[@]}" "$build/cordboard" serve --config "$work/bench.ini" "$@" \
        --http 127.0.0.1:0 --data "$data" >"$work/server.out" 2>"$work/server.err" &
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

# part_calls [NOTE]
part_calls() {
    start_sip_server "$work/calls" $((2 * pairs))
    start_telephones $((2 * pairs))
    "$build/bench/load_calls" --port "$port" --pid "$server" --seconds "$seconds" --rate "$rate" \
        --calls "$pairs" --note "${1:-}" | tell
    end_telephones
    stop_server
}

part_calls_slow_disk() {
    server_environment=(LD_PRELOAD="$(realpath "$build/bench/slow_disk.so")" SLOW_DISK_US=2000)
    part_calls ", each fdatasync 2 ms longer"
    server_environment=()
}

# The same calls against Asterisk, rate by rate until it fails at one; not among the parts that are
# run by themselves, as it fetches 70 MB.
part_asterisk() {
    local calls_rate fails=no version=
    tools/get-suite-package.sh cache/asterisk forky asterisk asterisk-modules
    for calls_rate in ${BENCH_RATES:-25 50 75 100 200 400}; do
        rm -rf "$work/calls"
        start_sip_server "$work/calls" $((2 * pairs))
        start_telephones $((2 * pairs))
        "$build/bench/load_calls" --port "$port" --pid "$server" --seconds "$seconds" \
            --rate "$calls_rate" --calls "$pairs" --brief --note Cordboard | tell
        end_telephones
        stop_server
        [ $fails = no ] || continue
        start_asterisk $((2 * pairs))
        start_telephones $((2 * pairs))
        "$build/bench/load_ari" --port "$port" --pid "$server" --seconds "$seconds" \
            --rate "$calls_rate" --calls "$pairs" --note "Asterisk $version (ARI)" | tell || fails=yes
        stop_telephones
        stop_server
    done
}

# start_asterisk TELEPHONES: instead of start_sip_server; sets version, too.
start_asterisk() {
    port=$((10000 + RANDOM % 6000))
    sip_port=$((port + 1))
    rm -rf "$work/asterisk"
    bench/asterisk/run.sh cache/asterisk "$work/asterisk" "$port" "$sip_port" "$1" \
        >"$work/server.out" 2>&1 &
    server=$!
    disown "$server"
    for _ in $(seq 100); do
        version=$(curl -s -u bench:bench "http://127.0.0.1:$port/ari/asterisk/info" |
            sed -n 's|.*"version":"\([0-9.]*\).*|\1|p') || true
        [ -z "$version" ] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    echo "Asterisk did not start:" >&2
    cat "$work/server.out" "$work/asterisk/log/messages" >&2
    return 1
}

# How long the stack keeps the transactions of a call that is over is in the 40 s.
part_memory() {
    ulimit -n "$(ulimit -H -n)"
    local calls=${BENCH_HELD:-1000} killed_ms
    start_sip_server "$work/memory" $((2 * calls))
    start_telephones $((2 * calls))
    "$build/bench/load_held" --port "$port" --pid "$server" --seconds "${BENCH_QUIET:-40}" \
        --calls $calls --file "$work/held" | tell
    stop_server
    killed_ms=$(date +%s%3N)
    start_sip_server "$work/memory" $((2 * calls)) "$sip_port"
    "$build/bench/check_held" --port "$port" --file "$work/held" --calls $calls \
        --note "; listening again after $(($(date +%s%3N) - killed_ms)) ms" | tell
    end_telephones
    stop_server
}

part_relay() {
    "$build/bench/rtp_load" relay --calls 1000 --seconds "$seconds" | tell
}

part_conference() {
    "$build/bench/rtp_load" conference --seconds "$seconds" | tell
}

part_page() {
    ulimit -n "$(ulimit -H -n)"
    start_server "$work/page" 500
    node bench/page.mjs --port "$port" --generator "$build/bench/load_floor" \
        --seconds "${BENCH_SECONDS:-20}" | tell
    stop_server
}

part_idle() {
    ulimit -n "$(ulimit -H -n)"
    start_server "$work/idle-$1" 10000
    "$build/bench/load_idle" --port "$port" --pid "$server" --transport "$1" | tell
    stop_server
}

measure() {
    mkdir "$work"
    echo "$part:"
    printf '%s\n' "| what | goal | measured |" "| --- | --- | --- |" | tell
    case "$part" in
    disk | update | latency | calls | calls-slow-disk | memory | relay | conference | page | asterisk)
        "part_${part//-/_}"
        ;;
    core)
        "$build/bench/core_inputs" | tell
        "$build/bench/core_memory" | tell
        ;;
    history) "$build/bench/history" "$work/history" | tell ;;
    idle-long-polling | idle-websocket) part_idle "${part#idle-}" ;;
    *)
        echo "there is no part '$part'" >&2
        return 2
        ;;
    esac
    rm -rf "$work"
}

# On what all was measured that stands in the tables.
describe_machine() {
    local model
    model=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
    echo "Machine: $(nproc) cores of ${model:-an unknown model}," \
        "$(awk '/MemTotal/ {printf "%.0f", $2 / 1048576}' /proc/meminfo) GB," \
        "$(uname -s) $(uname -r | cut -d. -f1,2), $(df --output=fstype "$base" | tail -n 1);" \
        "load generators on the same machine. Release build, $(${CC:-cc} --version | head -n 1)."
}

# The part's figures as they stand in the file.
describe_part() {
    local busy
    busy=$(awk '{exit !($1 > 0.3)}' <<<"$load_before" && echo " Provisional: the machine was busy with other work.") || true
    echo "<!-- part $1 -->"
    echo "**$1**, measured $(date -u +%Y-%m-%d) at commit" \
        "$(git rev-parse --short HEAD 2>/dev/null || echo unknown) with" \
        "\`make bench ARGS=$1\`$([ -z "${BENCH_SECONDS:-}" ] || echo ", BENCH_SECONDS=$BENCH_SECONDS");" \
        "load average before the run ${load_before%% *}.$busy"
    echo
    cat "$scratch/rows-$1"
    echo
    echo "<!-- end of part -->"
}

# What was measured now goes into the file; figures of other parts stay as they are.
write_readme() {
    local part
    {
        sed '/^<!-- figures -->$/q' bench/README.md
        echo
        describe_machine
        for part in "${all_parts[@]}"; do
            echo
            if [ -e "$scratch/rows-$part" ]; then
                describe_part "$part"
            else
                sed -n "/^<!-- part $part -->\$/,/^<!-- end of part -->\$/p" bench/README.md
            fi
        done
        echo
        sed -n '/^<!-- end of figures -->$/,$p' bench/README.md
    } | cat -s >"$scratch/README.md"
    cat "$scratch/README.md" >bench/README.md
}

for part in "${parts[@]}"; do
    measure
    [ $writes = no ] || write_readme
done
