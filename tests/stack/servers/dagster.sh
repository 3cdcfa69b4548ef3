#!/usr/bin/env bash
# Dagster's web server from PyPI over one code location. No daemon: schedules and sensors are told, and do not tick.
. "$(dirname "$0")/common.sh"

export DAGSTER_HOME=$DIR/dagster-home DAGSTER_DISABLE_TELEMETRY=1
CODE=$STACK_HOME/dagster/campus.py

install() {
  # Not under the name that the library locks the server by.
  exclusively dagster-environment sync_environment dagster "$STACK_HOME/dagster/requirements.txt"
}

run() {
  mkdir -p "$DAGSTER_HOME"
  printf 'telemetry:\n  enabled: false\n' >"$DAGSTER_HOME/dagster.yaml"
  exec "$DIR/dagster/bin/dagster-webserver" -h 127.0.0.1 -p "$DAGSTER_PORT" -f "$CODE"
}

health() {
  http_ok "http://127.0.0.1:$DAGSTER_PORT/server_info"
}

prepare() { :; }

dagster() {
  "$DIR/dagster/bin/dagster" "$@" >>"$DIR/log/dagster-runs.log" 2>&1
}

# One run that ends well, one of ops, one that fails as it is meant to.
load() {
  dagster job execute -f "$CODE" -j marts_daily || fail "the job marts_daily failed" "see $DIR/log/dagster-runs.log"
  dagster job execute -f "$CODE" -j nightly || fail "the job nightly failed" "see $DIR/log/dagster-runs.log"
  ! dagster asset materialize -f "$CODE" --select scores/churn || fail "scores/churn did not fail" "see $STACK_HOME/dagster/campus.py"
}

step "$@"
