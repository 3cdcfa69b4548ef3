#!/usr/bin/env bash
# Apache Superset from PyPI, over the stack's Trino. Its own tables lie in SQLite.
. "$(dirname "$0")/common.sh"

STATE=$DIR/superset-home
export SUPERSET_HOME=$STATE SUPERSET_CONFIG_PATH=$STACK_HOME/superset/superset_config.py FLASK_APP=superset
export SUPERSET_PORT SUPERSET_PASSWORD TRINO_PORT

superset() {
  "$DIR/superset/bin/superset" "$@" >>"$DIR/log/superset-setup.log" 2>&1 ||
    fail "superset $* failed" "see $DIR/log/superset-setup.log"
}

create_user() {
  superset fab create-user --username "$1" --firstname "${1^}" --lastname Stack --email "$1@example.org" \
    --password "$SUPERSET_PASSWORD" --role "$2"
}

install() {
  # Not under the name that the library locks the server by.
  exclusively superset-environment sync_environment superset "$STACK_HOME/superset/requirements.txt"
}

# Its tables and people are made before it starts; a half-made home is made anew.
run() {
  if [ ! -f "$STATE/.made" ]; then
    rm -rf "$STATE"
    mkdir -p "$STATE"
    superset db upgrade
    superset fab create-admin --username admin --firstname Ada --lastname Stack --email admin@example.org \
      --password "$SUPERSET_PASSWORD"
    superset init
    create_user alice Alpha
    create_user gina Gamma
    touch "$STATE/.made"
  fi
  exec "$DIR/superset/bin/gunicorn" -b "127.0.0.1:$SUPERSET_PORT" -w 1 -k gthread --threads 8 --timeout 120 "superset.app:create_app()"
}

health() {
  http_ok "http://127.0.0.1:$SUPERSET_PORT/health"
}

prepare() { :; }

load() {
  "$PYTHON" "$STACK_HOME/data/superset.py"
}

step "$@"
