#!/usr/bin/env bash
# Runs the dbt project against the stack's Trino and puts the artifacts into artifacts/, laid out as a folder or bucket of
# artifacts is in practice: the newest manifest, catalog, sources and run results at its root, each run's own below runs/<id>/.
# The folder is committed, so that tests of the dbt connector need neither dbt nor Trino. Run it again after changing the project.
. "$(dirname "$0")/../servers/common.sh"

PROJECT=$STACK_HOME/dbt
WORK=$DIR/dbt-work
# Stands in the committed files for the folder dbt ran in; nothing else in them is touched.
PUBLISHED_ROOT=/opt/dbt
export TRINO_PORT DBT_SEND_ANONYMOUS_USAGE_STATS=false DBT_USE_COLORS=false

# Some commands report tests that fail on purpose, or stale sources, by their exit code: 1 is data, 2 is a real error.
dbt() {
  local code=0
  (cd "$WORK/campus" && "$DIR/dbt/bin/dbt" "$@" --project-dir . --profiles-dir . --quiet) || code=$?
  [ "$code" -le 1 ] || fail "dbt $* ended with $code" "see $WORK/campus/logs/dbt.log"
}

keep_run() {
  mkdir -p "$WORK/out/runs/$1"
  cp "$WORK/campus/target/run_results.json" "$WORK/out/runs/$1/run_results.json"
}

http_ok "http://127.0.0.1:$TRINO_PORT/v1/info" || fail "Trino is not up" "cargo xtask stack up trino"
exclusively dbt sync_environment dbt "$PROJECT/requirements.txt"
rm -rf "$WORK"
mkdir -p "$WORK/campus" "$WORK/out"
cp -r "$PROJECT"/{dbt_project.yml,profiles.yml,macros,models,seeds,snapshots,tests} "$WORK/campus/"

dbt build --full-refresh
keep_run 1001
# The second run finds the incremental model's table and merges into it.
dbt build --select fct_enrollments+
keep_run 1002
dbt source freshness
cp "$WORK/campus/target/sources.json" "$WORK/out/"
dbt docs generate
cp "$WORK/campus/target/manifest.json" "$WORK/campus/target/catalog.json" "$WORK/out/"
cp "$WORK/out/runs/1002/run_results.json" "$WORK/out/run_results.json"

find "$WORK/out" -name '*.json' -exec sed -i "s|$WORK/|$PUBLISHED_ROOT/|g" {} +
if grep -rlF -e "$WORK" -e "$STACK_HOME" "$WORK/out" >&2; then
  fail "these artifacts still name a folder of this machine" "extend the replacement in ${BASH_SOURCE[0]}"
fi
rm -rf "$PROJECT/artifacts"
mv "$WORK/out" "$PROJECT/artifacts"
