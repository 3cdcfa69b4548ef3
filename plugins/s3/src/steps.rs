//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::{Error, Result, test_step};

use crate::config::Config;
use crate::read::buckets;
use crate::store::Store;
use crate::{inventory, manifest};

/// The steps in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("ListBuckets", "There are buckets to read.", true),
        test_step("ListObjects", "Their keys can be listed.", true),
        test_step("ReadLists", "The manifests and inventories that are configured can be read.", false),
    ]
}

/// Runs one step; the text says what was found.
pub fn run(step: &str, store: &dyn Store, config: &Config) -> Result<String> {
    match step {
        "ListBuckets" => Ok(buckets(store, config)?.join(", ")),
        "ListObjects" => {
            let mut counts = Vec::new();
            for bucket in buckets(store, config)? {
                let page = store.page(&bucket, "", None)?;
                let more = if page.next()?.is_some() { " or more" } else { "" };
                counts.push(format!("{bucket}: {}{more} objects", page.objects().count()));
            }
            Ok(counts.join(", "))
        }
        "ReadLists" => {
            let mut found = Vec::new();
            for source in config.manifest.iter().chain(&config.default_manifest) {
                found.push(format!("a manifest with {} entries", manifest::load(store, source)?.entries.len()));
            }
            for (bucket, address) in &config.inventory {
                let begun = inventory::newest(store, bucket, address)?.begun().unwrap_or_default();
                found.push(format!("the inventory of {bucket} of {begun}"));
            }
            Ok(if found.is_empty() { "none are configured".to_owned() } else { found.join(", ") })
        }
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}
