#!/bin/sh
# Starts (or stops, or shows) one stand-in in the background: start.sh up|down|status VERSION PORT [more arguments]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
action=$1 version=$2 port=${3:-18585}
stack=${METAHOST_STACK_DIR:-$HOME/.cache/metahost-stack}
run=$stack/run
pidfile=$run/openmetadata-$version-$port.pid
mkdir -p "$run"

running() { [ -f "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null; }

case $action in
up)
    shift 2
    [ $# -gt 0 ] && shift
    running && { echo "already running on port $port"; exit 0; }
    python=$(python3 "$here/install.py" "$version" | tail -n 1)
    cd "$here"
    setsid nice -n 5 "$python" -m openmetadata_stand_in --version "$version" --port "$port" "$@" \
        >"$run/openmetadata-$version-$port.log" 2>&1 </dev/null &
    echo $! >"$pidfile"
    i=0
    until curl -fs "http://127.0.0.1:$port/api/v1/system/version" >/dev/null 2>&1; do
        i=$((i + 1))
        running && [ $i -lt 300 ] || { cat "$run/openmetadata-$version-$port.log" >&2; exit 1; }
        sleep 0.1
    done
    echo "OpenMetadata $version stand-in on http://127.0.0.1:$port/api"
    ;;
down)
    if running; then kill "$(cat "$pidfile")"; fi
    rm -f "$pidfile"
    ;;
status)
    if running; then echo "running on port $port"; else echo "not running"; exit 1; fi
    ;;
*)
    echo "start.sh up|down|status VERSION PORT [more arguments]" >&2
    exit 2
    ;;
esac
