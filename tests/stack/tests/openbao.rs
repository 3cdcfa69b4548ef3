//! The stack against its smallest server: two callers at once get one server, and what tests are told about it is true.

use std::process::Command;
use std::thread;

use metahost_stack::{Server, State, bao_credentials, status, up};

#[test]
fn two_callers_share_one_server_whose_secrets_are_where_the_credentials_say() {
    let callers: Vec<_> = (0..2).map(|_| thread::spawn(|| up(&[Server::OpenBao]))).collect();
    for caller in callers {
        caller.join().unwrap().unwrap();
    }
    let of_bao = status().unwrap().into_iter().find(|status| status.server == Server::OpenBao).unwrap();
    assert_eq!(of_bao.state, State::Ready);
    up(&[Server::OpenBao]).unwrap();
    let again = status().unwrap().into_iter().find(|status| status.server == Server::OpenBao).unwrap();
    assert_eq!(again.pid, of_bao.pid, "a second `up` must not start a second server");
    for namespace in ["root", "team"] {
        let credentials = bao_credentials(namespace).unwrap();
        for path in ["secret-data/data/dagster/openmetadata", "kv1/dagster/openmetadata"] {
            let answer = get(&credentials.address, path, &credentials.namespace, &credentials.token).unwrap();
            assert!(answer.contains(&credentials.planted_jwt), "no secret at {path} of {namespace}");
        }
        let denied = get(&credentials.address, "sys/mounts", &credentials.namespace, &credentials.token).unwrap();
        assert!(denied.contains("permission denied"), "the token may read too much: {denied}");
    }
}

fn get(address: &str, path: &str, namespace: &str, token: &str) -> std::io::Result<String> {
    let (namespace, token) = (format!("X-Vault-Namespace: {namespace}"), format!("X-Vault-Token: {token}"));
    let url = format!("{address}/v1/{path}");
    let output = Command::new("curl").args(["-s", "-H", &namespace, "-H", &token, &url]).output()?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
