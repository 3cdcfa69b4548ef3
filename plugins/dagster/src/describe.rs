//! What the connector tells of itself. Pure: calls nothing of the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor};

use crate::config::SLOT;
use crate::steps;

/// The connector's description.
pub fn descriptor() -> Descriptor {
    Descriptor {
        name: "dagster".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        service_type: "Dagster".to_owned(),
        service_kind: "pipelineService".to_owned(),
        capabilities: Capabilities::ENTITIES | Capabilities::INCREMENTAL | Capabilities::DELETES,
        config_schema: include_str!("../config.schema.json").to_owned(),
        credentials: vec![CredentialSlot {
            name: SLOT.to_owned(),
            description:
                "A Dagster Cloud token as API key in the header `Dagster-Cloud-Api-Token`; Dagster's open source \
                          server needs none, a proxy before it may want basic or bearer."
                    .to_owned(),
            kinds: ["none", "api-key", "basic", "bearer"].map(str::to_owned).to_vec(),
            required: false,
        }],
        test_steps: steps::all(),
        documentation: include_str!("../README.md").to_owned(),
    }
}
