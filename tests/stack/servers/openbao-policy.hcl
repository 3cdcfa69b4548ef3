path "secret-data/data/dagster/*" {
  capabilities = ["read"]
}

path "secret-data/metadata/dagster/*" {
  capabilities = ["read", "list"]
}

path "kv1/dagster/*" {
  capabilities = ["read", "list"]
}
