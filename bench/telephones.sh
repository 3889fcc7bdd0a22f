# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# Read by run.sh: real telephones for the parts with calls. They are one sipp, which answers every
# call at once; each device registers with its address first.
#
# Uses of run.sh: build, work, server. Sets: telephones (the process), sip_port.

telephones=

# site_config AGENTS: sections for agents agent0 ..., password demo, with the telephones 15000 ...
# of which only the MD5 hash is known: of several challenges sipp can answer the first only, and the
# server's first is SHA-256. All have one password hash, or the start would take minutes.
site_config() {
    local hash
    hash=$(echo demo | "$build/cordboard" hash-password)
    perl -MDigest::MD5=md5_hex -e '
        my ($agents, $hash) = @ARGV;
        for my $i (0 .. $agents - 1) {
            my $dn = 15000 + $i;
            printf "[user agent%d]\npassword_hash = %s\n[device %s]\nuser = agent%d\n" .
                "sip_ha1_md5 = %s\n", $i, $hash, $dn, $i, md5_hex("$dn:cordboard:demo");
        }' "$1" "$hash"
}

# A UDP port below those of sound and those that the system gives out, in hex too: port, port_hex.
free_udp_port() {
    port_hex=
    while [ -z "$port_hex" ] || grep -q ":$port_hex " /proc/net/udp; do
        port=$((10000 + RANDOM % 6000))
        port_hex=$(printf '%04X' $port)
    done
}

# start_telephones COUNT: registers them, and has them answer.
start_telephones() {
    command -v sipp >/dev/null || {
        echo "calls need sipp, which tools/install-deps.sh bench installs" >&2
        return 1
    }
    local port port_hex scenarios=$PWD/bench/sipp
    free_udp_port
    {
        echo SEQUENTIAL
        seq 15000 $((14999 + $1)) | sed 's/.*/&;[authentication username=& password=demo]/'
    } >"$work/telephones.csv"
    (cd "$work" && sipp "127.0.0.1:$sip_port" -sf "$scenarios/register.xml" \
        -inf telephones.csv -i 127.0.0.1 -p $port -m "$1" -r 400 -nostdin >register.out 2>&1) || {
        echo "the telephones could not register:" >&2
        tail -n 30 "$work/register.out" >&2
        return 1
    }
    # exec, so that the process is sipp's own; it leaves files where it runs.
    (cd "$work" && exec sipp "127.0.0.1:$sip_port" -sf "$scenarios/telephone.xml" \
        -i 127.0.0.1 -p $port -buff_size 4194304 -nostdin >telephones.out 2>&1) &
    telephones=$!
    disown "$telephones"
    # It has bound its port when it is in the kernel's table.
    for _ in $(seq 400); do
        grep -q ":$port_hex " /proc/net/udp && return 0
        sleep 0.05
    done
    echo "the telephones did not start:" >&2
    tail -n 30 "$work/telephones.out" >&2
    return 1
}

# All their calls must have been ended as a telephone expects it.
end_telephones() {
    kill -USR1 "$telephones"
    for _ in $(seq 100); do
        kill -0 "$telephones" 2>/dev/null || break
        sleep 0.1
    done
    if kill -0 "$telephones" 2>/dev/null; then
        echo "telephones are still in calls that are over for the server" >&2
        return 1
    fi
    telephones=
    local failed
    failed=$(sed -n 's/^ *Failed call[^|]*|[^|]*| *\([0-9]*\).*/\1/p' "$work/telephones.out" | tail -n 1)
    if [ "$failed" != 0 ]; then
        echo "${failed:-some} calls were not ended as a telephone expects it" >&2
        return 1
    fi
}

stop_telephones() {
    [ -z "$telephones" ] || kill -9 "$telephones" 2>/dev/null || true
    telephones=
}
