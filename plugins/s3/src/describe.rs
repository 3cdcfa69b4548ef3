//! What the connector tells of itself. Pure: calls nothing of the host.

use metahost_plugin_sdk::connector::{Capabilities, CredentialSlot, Descriptor};

use crate::config::SLOT;
use crate::steps;

/// The connector's description.
pub fn descriptor() -> Descriptor {
    Descriptor {
        name: "s3".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        service_type: "S3".to_owned(),
        service_kind: "storageService".to_owned(),
        capabilities: Capabilities::ENTITIES | Capabilities::DELETES,
        config_schema: include_str!("../config.schema.json").to_owned(),
        credentials: vec![CredentialSlot {
            name: SLOT.to_owned(),
            description:
                "AWS keys, with a session token for temporary ones. They need s3:ListBucket and s3:GetObject, and \
                          s3:ListAllMyBuckets where no buckets are named; for tags s3:GetBucketTagging and \
                          s3:GetObjectTagging; none for public buckets."
                    .to_owned(),
            kinds: ["none", "aws-sigv4"].map(str::to_owned).to_vec(),
            required: false,
        }],
        test_steps: steps::all(),
        documentation: include_str!("../README.md").to_owned(),
    }
}
