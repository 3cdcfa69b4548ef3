#!/usr/bin/env bash
# Iceberg REST catalog: the Apache project's own test server over a JDBC catalog in PostgreSQL, files on S3.
# PostgreSQL and not SQLite, because SQLite answers concurrent writers with errors.
. "$(dirname "$0")/common.sh"

STATE=$DIR/iceberg

install() {
  local stamp
  need mvn "install Maven 3"
  find_java 17 >/dev/null || fail "no Java 17 or later" "install a JDK of at least version 17"
  stamp=$(sha256sum <"$STACK_HOME/servers/iceberg-pom.xml")
  [ "$(cat "$STATE/.installed" 2>/dev/null)" = "$stamp" ] && return
  mkdir -p "$STATE"
  rm -rf "$STATE/lib"
  cp "$STACK_HOME/servers/iceberg-pom.xml" "$STATE/pom.xml"
  (cd "$STATE" && mvn -B -q dependency:copy-dependencies -DoutputDirectory=lib -DincludeScope=runtime)
  echo "$stamp" >"$STATE/.installed"
}

# The server turns CATALOG_A_B__C into the property a.b-c.
run() {
  export AWS_REGION=$S3_REGION AWS_ACCESS_KEY_ID=$S3_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$S3_SECRET_KEY
  export CATALOG_CATALOG__IMPL=org.apache.iceberg.jdbc.JdbcCatalog CATALOG_CATALOG_NAME=stack
  export CATALOG_URI=jdbc:postgresql://127.0.0.1:$POSTGRES_PORT/iceberg_catalog
  export CATALOG_JDBC_USER=$POSTGRES_USER CATALOG_JDBC_PASSWORD=$POSTGRES_PASSWORD CATALOG_JDBC_SCHEMA__VERSION=V1
  export CATALOG_WAREHOUSE=s3://warehouse/iceberg CATALOG_IO__IMPL=org.apache.iceberg.aws.s3.S3FileIO
  export CATALOG_S3_ENDPOINT=http://127.0.0.1:$S3_PORT CATALOG_S3_PATH__STYLE__ACCESS=true CATALOG_CLIENT_REGION=$S3_REGION
  export CATALOG_REST_PORT=$ICEBERG_PORT
  exec "$(find_java 17)/bin/java" -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -Dorg.slf4j.simpleLogger.defaultLogLevel=warn -cp "$STATE/lib/*" org.apache.iceberg.rest.RESTCatalogServer
}

health() {
  http_ok "http://127.0.0.1:$ICEBERG_PORT/v1/config"
}

prepare() { :; }
load() { :; }

step "$@"
