//! What the connector tells of itself. Pure: calls nothing of the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor};

use crate::config::{SLOT, STORE_SLOT};
use crate::steps;

/// The connector's description. OpenMetadata dropped its service type for Iceberg in 1.13; the host says then what it is instead.
pub fn descriptor() -> Descriptor {
    Descriptor {
        name: "iceberg".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        service_type: "Iceberg".to_owned(),
        service_kind: "databaseService".to_owned(),
        capabilities: Capabilities::ENTITIES | Capabilities::PROFILE | Capabilities::DELETES,
        config_schema: include_str!("../config.schema.json").to_owned(),
        credentials: vec![
            slot(
                SLOT,
                "OAuth2 client credentials with the catalog's scope (`PRINCIPAL_ROLE:ALL` for Polaris), a token, or AWS keys \
                 for catalogs that are signed for (`service = \"glue\"` or `\"s3tables\"`); for a database the user and the password (`basic`).",
                &["none", "bearer", "oauth2-client-credentials", "aws-sigv4", "basic", "api-key", "login"],
            ),
            slot(
                STORE_SLOT,
                "Keys to read files in S3: metadata files of catalogs that only name them (all but REST), and manifests and data files for profiles.",
                &["none", "aws-sigv4"],
            ),
        ],
        test_steps: steps::all(),
        documentation: include_str!("../README.md").to_owned(),
    }
}

fn slot(name: &str, description: &str, kinds: &[&str]) -> CredentialSlot {
    CredentialSlot {
        name: name.to_owned(),
        description: description.to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        required: false,
    }
}
