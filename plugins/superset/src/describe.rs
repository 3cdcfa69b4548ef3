//! What the connector tells of itself. Pure: calls nothing of the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor};

use crate::config::SLOT;
use crate::steps;

/// The connector's description.
pub fn descriptor() -> Descriptor {
    Descriptor {
        name: "superset".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        service_type: "Superset".to_owned(),
        service_kind: "dashboardService".to_owned(),
        capabilities: Capabilities::ENTITIES
            | Capabilities::LINEAGE
            | Capabilities::USAGE
            | Capabilities::INCREMENTAL
            | Capabilities::DELETES,
        config_schema: include_str!("../config.schema.json").to_owned(),
        credentials: vec![CredentialSlot {
            name: SLOT.to_owned(),
            description: "A login with name and password (`login`, provider db or ldap), a client of the identity \
                          provider before Superset (`oauth2-client-credentials`), or a ready token (`bearer`)."
                .to_owned(),
            kinds: ["login", "oauth2-client-credentials", "bearer", "basic", "api-key"].map(str::to_owned).to_vec(),
            required: true,
        }],
        test_steps: steps::all(),
        documentation: include_str!("../README.md").to_owned(),
    }
}
