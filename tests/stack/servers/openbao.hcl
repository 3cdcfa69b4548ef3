storage "raft" {
  path    = "@STATE@/data"
  node_id = "stack"
}

listener "tcp" {
  address     = "127.0.0.1:@BAO_PORT@"
  tls_disable = true
}

api_addr     = "@BAO_ADDR@"
cluster_addr = "http://127.0.0.1:18201"
