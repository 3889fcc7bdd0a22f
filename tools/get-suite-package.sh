#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors
#
# get-suite-package.sh DIR SUITE PACKAGE ...: unpacks packages of another Debian suite, and all that
# they need, into DIR, from the mirror that this machine's apt uses. Nothing is installed, and no
# root is needed: apt works out the packages in a state directory of its own, dpkg-deb unpacks them,
# and their programs run under their own ld.so (DIR/usr/lib/ARCH/ld-linux-*.so with
# --library-path), whatever this machine's libc is. Does nothing when DIR is complete.
set -euo pipefail
dir=$(realpath -m "${1:?usage: get-suite-package.sh DIR SUITE PACKAGE ...}")
suite=${2:?which suite?}
shift 2
[ -e "$dir/complete" ] && exit 0

mirror=${MIRROR:-$(cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | awk '
    /^URIs:/ {print $2; exit}
    /^deb / {for (i = 2; i <= NF; i++) if ($i ~ /:\/\//) {print $i; exit}}' || true)}
arch=$(dpkg --print-architecture)
apt=$dir/apt
rm -rf "$dir"
mkdir -p "$apt"/state/lists/partial "$apt"/cache/archives/partial "$apt"/etc/{apt.conf.d,preferences.d}
: > "$apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" \
    > "$apt/etc/sources.list"
options=(-o Dir::State="$apt/state" -o Dir::State::status="$apt/status"
    -o Dir::Cache="$apt/cache" -o Dir::Etc="$apt/etc" -o Dir::Etc::sourcelist="$apt/etc/sources.list"
    -o Dir::Etc::sourceparts=- -o APT::Architecture="$arch" -o Acquire::Languages=none
    -o APT::Install-Recommends=0 -o APT::Sandbox::User="$(id -un)" -o Debug::NoLocking=1)
apt-get "${options[@]}" -qq update
# What only maintainer scripts need is left out.
skip='^(adduser|dpkg|debconf|perl.*|libperl.*|passwd|login.*|tar|init-system-helpers|mount|systemd.*|dbus.*|tzdata|bash|coreutils|sed|grep|findutils|util-linux|libc-bin|shared-mime-info|ca-certificates|base-.*|ucf)_'
apt-get "${options[@]}" -y --print-uris install "$@" |
    sed -n "s/^'\([^']*\)' \([^ ]*\) [0-9]* .*/\1 \2/p" |
    while read -r uri file; do [[ $file =~ $skip ]] || echo "$uri"; done > "$apt/uris"
(cd "$apt/cache/archives" && xargs -n 8 -P 4 curl -sSf --remote-name-all < "$apt/uris")
for package in "$apt"/cache/archives/*.deb; do
    dpkg-deb -x "$package" "$dir/unpacked"
done
mkdir -p "$dir/usr"
for part in usr lib lib64 sbin bin; do
    [ -d "$dir/unpacked/$part" ] && [ ! -L "$dir/unpacked/$part" ] || continue
    target=$dir
    [ "$part" = usr ] || target=$dir/usr
    cp -a "$dir/unpacked/$part" "$target/"
done
rm -rf "$dir/unpacked" "$apt" "$dir"/usr/share/{doc,man,locale,info,lintian}
touch "$dir/complete"
echo "$* of $suite: in $dir"
