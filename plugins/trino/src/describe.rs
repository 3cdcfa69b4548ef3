//! What the connector tells of itself. Pure: calls nothing of the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor};

use crate::config::SLOT;
use crate::{galaxy, steps};

/// The connector's description.
pub fn descriptor() -> Descriptor {
    let capabilities = Capabilities::ENTITIES
        | Capabilities::LINEAGE
        | Capabilities::USAGE
        | Capabilities::PROFILE
        | Capabilities::INCREMENTAL
        | Capabilities::DELETES;
    Descriptor {
        name: "trino".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        service_type: "Trino".to_owned(),
        service_kind: "databaseService".to_owned(),
        capabilities,
        config_schema: include_str!("../config.schema.json").to_owned(),
        credentials: vec![slot(), galaxy_slot()],
        test_steps: steps::all(),
        documentation: include_str!("../README.md").to_owned(),
    }
}

fn slot() -> CredentialSlot {
    let kinds = ["none", "basic", "bearer", "oauth2-client-credentials"];
    CredentialSlot {
        name: SLOT.to_owned(),
        description: "How to sign in to the coordinator: user and password, a JWT, or an OAuth2 client".to_owned(),
        kinds: kinds.map(str::to_owned).to_vec(),
        required: false,
    }
}

fn galaxy_slot() -> CredentialSlot {
    let kinds = ["none", "bearer", "oauth2-client-credentials"];
    CredentialSlot {
        name: galaxy::SLOT.to_owned(),
        description:
            "The client of Starburst Galaxy's REST API, for what SQL does not tell; only with `galaxy` configured"
                .to_owned(),
        kinds: kinds.map(str::to_owned).to_vec(),
        required: false,
    }
}
