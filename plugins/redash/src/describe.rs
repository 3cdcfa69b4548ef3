//! What the connector tells of itself. Pure: calls nothing of the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor};

use crate::config::SLOT;
use crate::steps;

/// The connector's description.
pub fn descriptor() -> Descriptor {
    Descriptor {
        name: "redash".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        service_type: "Redash".to_owned(),
        service_kind: "dashboardService".to_owned(),
        capabilities: Capabilities::ENTITIES | Capabilities::DELETES,
        config_schema: include_str!("../config.schema.json").to_owned(),
        credentials: vec![CredentialSlot {
            name: SLOT.to_owned(),
            description: "A user's API key: header `Authorization`, prefix `Key ` with its blank. What that user may see is read. Redash itself \
                          takes no bearer token; a proxy before it may."
                .to_owned(),
            kinds: ["api-key", "bearer"].map(str::to_owned).to_vec(),
            required: true,
        }],
        test_steps: steps::all(),
        documentation: include_str!("../README.md").to_owned(),
    }
}
