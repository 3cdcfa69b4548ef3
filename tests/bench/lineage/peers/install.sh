#!/usr/bin/env bash
# install.sh PEER: the virtual environment of a parser that metahost is compared with, as its lock file says. Below the
# folder of the stack, which it shares uv with.
. "$(dirname "${BASH_SOURCE[0]}")/../../../stack/servers/common.sh"

LOCK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/requirements/$1.txt
[ -f "$LOCK" ] || fail "there is no peer '$1'" "use one of: $(cd "$(dirname "$LOCK")" && ls -m -- *.txt | sed 's/\.txt//g')"
mkdir -p "$DIR/lineage-peers"
exclusively "lineage-peer-$1" sync_environment "lineage-peers/$1" "$LOCK"
