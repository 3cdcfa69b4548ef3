#!/usr/bin/env bash
# PostgreSQL from Debian's package, with a data folder and port of its own.
. "$(dirname "$0")/common.sh"

STATE=$DIR/postgres
export PGPASSWORD=$POSTGRES_PASSWORD PGHOST=127.0.0.1 PGPORT=$POSTGRES_PORT PGUSER=$POSTGRES_USER PGCONNECT_TIMEOUT=3

binaries() {
  echo /usr/lib/postgresql/$POSTGRES_MAJOR/bin
}

# PostgreSQL refuses to run as root. `nobody` may, and gets just the right to pass through root's home folder.
as_server_user() {
  if [ "$(id -u)" -ne 0 ]; then
    exec "$@"
  fi
  exec setpriv --reuid=65534 --regid=65534 --clear-groups \
    --inh-caps=+dac_override,+dac_read_search --ambient-caps=+dac_override,+dac_read_search "$@"
}

install() {
  [ -x "$(binaries)/postgres" ] || install_package
  [ -s "$STATE/PG_VERSION" ] || initialise
}

# The package would make and start a cluster of its own on the default port.
install_package() {
  [ "$(id -u)" -eq 0 ] || fail "PostgreSQL $POSTGRES_MAJOR is not installed" "as root: apt-get install postgresql-$POSTGRES_MAJOR"
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  apt-get update -q
  apt-get install -y -q --no-install-recommends postgresql-common
  echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
  apt-get install -y -q --no-install-recommends "postgresql-$POSTGRES_MAJOR"
}

initialise() {
  rm -rf "$STATE"
  mkdir -p "$STATE"
  chmod 700 "$STATE"
  [ "$(id -u)" -ne 0 ] || chown 65534:65534 "$STATE"
  (as_server_user "$(binaries)/initdb" -D "$STATE" -U "$POSTGRES_USER" --pwfile=<(echo "$POSTGRES_PASSWORD") \
    -A scram-sha-256 -E UTF8 --locale=C.UTF-8 --no-sync) >"$DIR/log/postgres-initdb.log" ||
    fail "initdb failed, see $DIR/log/postgres-initdb.log" "remove $STATE and try again"
}

# fsync off: data that can be made again is not worth the wait.
run() {
  as_server_user "$(binaries)/postgres" -D "$STATE" -p "$POSTGRES_PORT" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c shared_buffers=64MB -c max_connections=60 -c max_locks_per_transaction=512
}

health() {
  "$(binaries)/pg_isready" -q -d postgres
}

prepare() {
  local name
  for name in iceberg_catalog app; do
    [ "$("$(binaries)/psql" -qtA -d postgres -c "select 1 from pg_database where datname = '$name'")" = 1 ] ||
      "$(binaries)/psql" -q -d postgres -c "create database $name"
  done
}

load() {
  "$(binaries)/psql" -q -v ON_ERROR_STOP=1 -d app -f "$STACK_HOME/data/postgres.sql"
}

step "$@"
