//! What the connector says about itself. Never calls the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor, TestStep};
use metahost_plugin_sdk::test_step;

use crate::config::SCHEMA;
use crate::location::CREDENTIAL;

/// The descriptor.
pub fn descriptor() -> Descriptor {
    Descriptor {
        name: "dbt".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        // It owns no service: it adds to the warehouse's.
        service_type: String::new(),
        service_kind: "databaseService".to_owned(),
        capabilities: Capabilities::ENTITIES | Capabilities::LINEAGE,
        config_schema: SCHEMA.to_owned(),
        credentials: vec![CredentialSlot {
            name: CREDENTIAL.to_owned(),
            description: "Reads the artifacts over HTTP, from S3 or from dbt Cloud; a folder needs none.".to_owned(),
            kinds: ["none", "basic", "bearer", "api-key", "aws-sigv4"].map(str::to_owned).to_vec(),
            required: false,
        }],
        test_steps: steps(),
        documentation: include_str!("../README.md").to_owned(),
    }
}

fn steps() -> Vec<TestStep> {
    vec![
        test_step("CheckArtifacts", "The place of the artifacts can be reached.", true),
        test_step("GetManifest", "Each manifest can be read and is of a known version.", true),
        test_step(
            "GetCatalog",
            "The catalog can be read; without it types and spelling come from the manifest.",
            false,
        ),
        test_step("GetRunResults", "Run results can be read; without them models and tests have no results.", false),
    ]
}
