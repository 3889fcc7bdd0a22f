#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The Cordboard authors

# bench/asterisk/run.sh DIR RUN-DIR HTTP-PORT SIP-PORT TELEPHONES
#
# Runs the Asterisk that tools/get-suite-package.sh unpacked in DIR, in the foreground and without
# root, all that it writes under RUN-DIR: ARI for user bench on HTTP-PORT, and telephones 15000 ...
# with secret demo that register at SIP-PORT over UDP. It becomes Asterisk, so its process is that.
set -euo pipefail
dir=$(realpath "$1")
run=$(realpath -m "$2")
etc=$(cd "$(dirname "$0")/etc" && pwd)
lib=$dir/usr/lib/$(uname -m)-linux-gnu
mkdir -p "$run"/{etc,cache,lib,spool,run,log}
for file in "$etc"/*; do
    sed "s|@HTTP@|$3|" "$file" >"$run/etc/$(basename "$file")"
done
# It wants these to exist.
for name in acl ccss cdr cel cli extensions features indications manager pjproject \
    sorcery stasis udptl websocket_client; do
    : >>"$run/etc/$name.conf"
done
cat >"$run/etc/asterisk.conf" <<END
[directories]
astetcdir => $run/etc
astmoddir => $lib/asterisk/modules
astcachedir => $run/cache
astvarlibdir => $run/lib
astdbdir => $run/lib
astkeydir => $run/lib
astdatadir => $dir/usr/share/asterisk
astspooldir => $run/spool
astrundir => $run/run
astlogdir => $run/log
[options]
maxfiles = 20000
nocolor = yes
END
{
    cat <<END
[global]
type=global
user_agent=bench
[udp]
type=transport
protocol=udp
bind=127.0.0.1:$4
END
    for ((dn = 15000; dn < 15000 + $5; dn++)); do
        cat <<END
[$dn]
type=endpoint
context=none
disallow=all
allow=ulaw
direct_media=no
auth=$dn
aors=$dn
[$dn]
type=auth
auth_type=userpass
username=$dn
password=demo
[$dn]
type=aor
max_contacts=1
END
    done
} >"$run/etc/pjsip.conf"
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$dir/usr/sbin/asterisk" \
    -C "$run/etc/asterisk.conf" -f
