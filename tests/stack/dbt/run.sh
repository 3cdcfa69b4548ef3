#!/usr/bin/env bash
# Runs the dbt project against the stack's Trino.
#
#   run.sh install     installs dbt
#   run.sh relations   makes the project's tables and views, unless they were made from the project as it is
#   run.sh artifacts   runs it as a job would, twice, and puts what dbt wrote into artifacts/
#
# The artifacts are committed, so that tests of the dbt connector need neither dbt nor Trino. They are laid out as a folder or
# bucket of artifacts is in practice: the newest manifest, catalog, sources and run results at its root, each run's own results
# below runs/<id>/. Run `artifacts` again after a change to the project.
. "$(dirname "${BASH_SOURCE[0]}")/../servers/common.sh"

PROJECT=$STACK_HOME/dbt
WORK=$DIR/dbt-work
MARK=$DIR/loaded/dbt
# Stands in the committed files for the folder dbt ran in; nothing else in them is touched.
PUBLISHED_ROOT=/opt/dbt
export TRINO_PORT DBT_SEND_ANONYMOUS_USAGE_STATS=false DBT_USE_COLORS=false

sources() {
  tar -C "$PROJECT" -c --sort=name --mtime=@0 --owner=0 --group=0 --mode=u=rwX,go=rX dbt_project.yml profiles.yml macros models seeds snapshots tests
}

digest() {
  sources | sha256sum | cut -d' ' -f1
}

install() {
  exclusively dbt sync_environment dbt "$PROJECT/requirements.txt"
}

prepare_work() {
  http_ok "http://127.0.0.1:$TRINO_PORT/v1/info" || fail "Trino is not up" "cargo xtask stack up trino"
  install
  rm -rf "$WORK"
  mkdir -p "$WORK/campus" "$WORK/out"
  sources | tar -C "$WORK/campus" -x
}

# dbt ends with 1 when a test fails or a source is stale, as some are meant to be here; 2 is a real error.
dbt() {
  local code=0
  (cd "$WORK/campus" && "$DIR/dbt/bin/dbt" "$@" --project-dir . --profiles-dir . --quiet) || code=$?
  [ "$code" -le 1 ] || fail "dbt $* ended with $code" "see $WORK/campus/logs/dbt.log"
}

relations() {
  [ "$(cat "$MARK" 2>/dev/null)" != "$(digest)" ] || return 0
  prepare_work
  dbt build --full-refresh --exclude-resource-type test --exclude-resource-type unit_test
  ! grep -q '"status": "error"' "$WORK/campus/target/run_results.json" ||
    fail "dbt could not make all of its relations" "see $WORK/campus/logs/dbt.log"
  digest >"$MARK"
}

keep_run() {
  mkdir -p "$WORK/out/runs/$1"
  cp "$WORK/campus/target/run_results.json" "$WORK/out/runs/$1/"
}

artifacts() {
  prepare_work
  dbt build --full-refresh
  keep_run 1001
  # The second run finds the incremental model's table and merges into it.
  dbt build --select fct_enrollments+
  keep_run 1002
  cp "$WORK/out/runs/1002/run_results.json" "$WORK/out/"
  dbt source freshness
  cp "$WORK/campus/target/sources.json" "$WORK/out/"
  dbt docs generate
  cp "$WORK"/campus/target/{manifest,catalog}.json "$WORK/out/"
  publish
  digest >"$MARK"
}

publish() {
  find "$WORK/out" -name '*.json' -exec sed -i "s|$WORK/|$PUBLISHED_ROOT/|g" {} +
  if grep -rlF -e "$DIR" -e "$STACK_HOME" "$WORK/out" >&2; then
    fail "these artifacts still name a folder of this machine" "extend the replacement in ${BASH_SOURCE[0]}"
  fi
  rm -rf "$PROJECT/artifacts"
  mv "$WORK/out" "$PROJECT/artifacts"
}

case ${1:-} in
install | relations | artifacts) "$1" ;;
*) fail "unknown command '${1:-}'" "use install, relations or artifacts" ;;
esac
