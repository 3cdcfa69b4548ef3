//! Secrets from a real OpenBao: both logins, both key-value versions, namespaces, and what is said when one can't be had.

use anyhow::Result;
use metahost_e2e::{Finished, Project};
use metahost_stack::{BaoCredentials, bao_credentials};

/// A source whose bearer token is behind this reference; nothing answers at its address.
fn project(vault: &str, reference: &str) -> Result<Project> {
    Project::new(&format!(
        r#"
[vault]
{vault}

[sources.trino]
plugin = "trino"
config = {{ url = "http://127.0.0.1:9" }}
limits = {{ retries = 0 }}

[sources.trino.credentials.trino]
kind = "bearer"
token = "{reference}"
"#
    ))
}

fn with(bao: &BaoCredentials, auth: &str, reference: &str) -> Result<Project> {
    let vault = format!("address = \"{}\"\nnamespace = \"{}\"\nauth = {auth}", bao.address, bao.namespace);
    let project = project(&vault, reference)?;
    Ok(project.env("BAO_TOKEN", &bao.token).env("ROLE", &bao.role_id).env("SECRET", &bao.secret_id))
}

const TOKEN: &str = r#"{ method = "token", token = "env:BAO_TOKEN" }"#;
const APPROLE: &str = r#"{ method = "approle", role-id = "env:ROLE", secret-id = "env:SECRET" }"#;
const V2: &str = "vault:secret-data/dagster/openmetadata#jwt_token";
const V1: &str = "vault:kv1/dagster/openmetadata#jwt_token";

/// What `list` says of the asset that needs the secret.
fn status(project: &Project) -> Result<(String, Finished)> {
    let listed = project.run(&["list"])?.expect_code(0)?;
    let line = listed.out.lines().find(|line| line.contains("openmetadata__trino__metadata")).unwrap_or_default();
    Ok((line.to_owned(), listed))
}

#[test]
fn both_logins_read_both_versions_in_every_namespace() -> Result<()> {
    for namespace in ["root", "team"] {
        let bao = bao_credentials(namespace)?;
        for (auth, reference) in [(TOKEN, V2), (TOKEN, V1), (APPROLE, V2), (APPROLE, V1)] {
            let project = with(&bao, auth, reference)?;
            let (line, listed) = status(&project)?;
            assert!(line.trim_end().ends_with("ready"), "{namespace} {auth} {reference}: {}", listed.all());
            let run = project.run(&["--log", "trace", "run", "openmetadata__trino__metadata"])?.expect_code(5)?;
            assert!(run.all().contains("127.0.0.1:9"), "it came as far as its source: {}", run.all());
            assert!(!run.all().contains(&bao.planted_jwt), "the secret is in an output");
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_had_is_unavailable_with_why() -> Result<()> {
    let bao = bao_credentials("root")?;
    for (reference, word) in [
        ("vault:secret-data/dagster/nothing-here#jwt_token", "nothing-here"),
        ("vault:secret-data/dagster/openmetadata#no_such_field", "no_such_field"),
        ("vault:no-such-mount/x#y", "no-such-mount"),
    ] {
        let (line, listed) = status(&with(&bao, TOKEN, reference)?)?;
        assert!(line.contains("unavailable") && line.contains(word), "{reference}: {}", listed.all());
    }
    Ok(())
}

#[test]
fn while_vault_is_down_everything_else_works() -> Result<()> {
    let vault = "address = \"http://127.0.0.1:9\"\nauth = { method = \"token\", token = \"env:BAO_TOKEN\" }";
    let project = project(vault, V2)?.env("BAO_TOKEN", "t");
    let (line, listed) = status(&project)?;
    assert!(line.contains("unavailable") && listed.out.contains("openmetadata__dbt__metadata"), "{}", listed.all());
    project.run(&["check", "--offline"])?.expect_code(0)?;
    let run = project.run(&["run", "openmetadata__trino__metadata"])?;
    assert!(run.code != 0 && run.all().contains("127.0.0.1:9"), "{}", run.all());
    Ok(())
}
