#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# tools/install-deps.sh run|bench|test
#
# Installs what is missing to build and run the server (run), to measure it with real calls as well
# (bench), or to test it as well (test), from Debian's own packages; says what, and does nothing when all is there. A line of a list is a
# package; "a | b" takes the first that this Debian has; "name ? command" asks for the command
# instead of the package, so that one got in another way will do.
set -euo pipefail
cd "$(dirname "$0")/.."

RUN='
gcc
libc6-dev
meson ? meson
ninja-build ? ninja
pkg-config ? pkg-config
libuv1-dev
libllhttp-dev | node-llhttp
libwslay-dev
zlib1g-dev
libssl-dev
libsqlite3-dev
libsodium-dev
libinih-dev
libsofia-sip-ua-dev
libspandsp-dev
libsrtp2-dev
curl ? curl
nodejs ? node
npm ? npm
'

BENCH='
sip-tester
chromium ? chromium
'

TEST='
git ? git
libcmocka-dev
libcjson-dev
openssl ? openssl
python3 ? python3
baresip-core
sip-tester
chromium ? chromium
clang-14
clang-format-14
clang-tidy-14
libclang-rt-14-dev
'

case "${1:-}" in
run) list=$RUN ;;
bench) list=$RUN$BENCH ;;
test) list=$RUN$TEST ;;
*)
    echo "usage: $0 run|bench|test" >&2
    exit 2
    ;;
esac

is_installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Prints the lines of the list that are not satisfied.
missing() {
    while IFS= read -r line; do
        [ -n "$line" ] || continue
        local found=no name command
        if [[ $line == *'?'* ]]; then
            command=${line##*\? }
            command -v "$command" >/dev/null 2>&1 && found=yes
        else
            for name in ${line//|/ }; do
                is_installed "$name" && found=yes && break
            done
        fi
        [ $found = yes ] || echo "$line"
    done <<<"$list"
    if [ "$list" = "$RUN$TEST" ]; then
        for name in pytest jsonschema; do
            "$(tools/python.sh)" -c "import $name" 2>/dev/null || echo "python3-$name"
        done
    fi
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        env DEBIAN_FRONTEND=noninteractive "$@"
    else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

wanted=$(missing)
if [ -n "$wanted" ]; then
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "This is no Debian; install these by hand:" >&2
        echo "$wanted" >&2
        exit 1
    fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null 2>&1; then
        echo "These packages are missing, and there is no sudo to install them with:" >&2
        echo "$wanted" >&2
        exit 1
    fi
    echo "Updating the list of packages (apt-get update)"
    as_root apt-get update -qq
    packages=()
    while IFS= read -r line; do
        names=${line%% \?*}
        chosen=
        for name in ${names//|/ }; do
            chosen=$name
            apt-cache show "$name" >/dev/null 2>&1 && break
        done
        packages+=("$chosen")
    done <<<"$wanted"
    echo "Installing: ${packages[*]}"
    case " ${packages[*]} " in
    *' nodejs '* | *' npm '*) echo "(There is no node and npm here: the page for agents is built with Debian's.)" ;;
    esac
    log=$(mktemp)
    as_root apt-get install -y -qq --no-install-recommends "${packages[@]}" >"$log" || {
        cat "$log"
        exit 1
    }
    rm -f "$log"
fi

# The page for agents is built with node; the server without it is as good as with an old one.
node_version=$(node --version 2>/dev/null || true)
node_major=${node_version#v}
if ! [ "${node_major%%.*}" -ge 18 ] 2>/dev/null; then
    echo "The node here is ${node_version:-of no known version}; the page for agents needs 18 or newer, and" \
        "is left out of the build." >&2
fi

# install_packages DIRECTORY WHAT: npm ci, where it was not done since the lock file changed.
install_packages() {
    local done=$1/node_modules/.installed
    if [ ! -e "$done" ] || [ "$1/package-lock.json" -nt "$done" ]; then
        echo "Installing $2 (npm ci in $1)"
        npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --loglevel=error
        touch "$done"
    fi
}

# What drives the page in a browser.
if [ "$1" = test ] || [ "$1" = bench ]; then
    install_packages test/browser "what the tests of the page need"
fi

# Some tests use the real CometD client, or a telephone that Debian 12 has in an older version.
if [ "$1" = test ]; then
    install_packages test/wire/cometd "the CometD client for the tests"
    if [ -x test/phones/get-baresip.sh ] && [ ! -e cache/baresip/complete ]; then
        echo "Unpacking a newer baresip for the tests (cache/baresip)"
        test/phones/get-baresip.sh
    fi
fi
