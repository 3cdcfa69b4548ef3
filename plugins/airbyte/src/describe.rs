//! What the connector tells of itself. Pure: calls nothing of the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor};

use crate::config::SLOT;
use crate::steps;

/// The connector's description.
pub fn descriptor() -> Descriptor {
    Descriptor {
        name: "airbyte".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        service_type: "Airbyte".to_owned(),
        service_kind: "pipelineService".to_owned(),
        capabilities: Capabilities::ENTITIES
            | Capabilities::LINEAGE
            | Capabilities::INCREMENTAL
            | Capabilities::DELETES,
        config_schema: include_str!("../config.schema.json").to_owned(),
        credentials: vec![CredentialSlot {
            name: SLOT.to_owned(),
            description:
                "Client id and secret of an application, posted to `/v1/applications/token` of the API (`login` \
                          with the fields client_id and client_secret); or an access token as bearer; or user and \
                          password of a server that has no logins of its own."
                    .to_owned(),
            kinds: ["none", "login", "basic", "bearer", "oauth2-client-credentials"].map(str::to_owned).to_vec(),
            required: false,
        }],
        test_steps: steps::all(),
        documentation: include_str!("../README.md").to_owned(),
    }
}
