//! The connection test, step by step. Never emits.

use metahost_plugin_sdk::connector::TestStep;
use metahost_plugin_sdk::{Error, Result, test_step};

use crate::config::Config;
use crate::read::buckets;
use crate::store::Store;

/// The steps in order.
pub fn all() -> Vec<TestStep> {
    vec![
        test_step("ListBuckets", "There are buckets to read.", true),
        test_step("ListObjects", "Their keys can be listed.", true),
    ]
}

/// Runs one step; the text says what was found.
pub fn run(step: &str, store: &dyn Store, config: &Config) -> Result<String> {
    match step {
        "ListBuckets" => Ok(buckets(store, config)?.join(", ")),
        "ListObjects" => {
            let mut counts = Vec::new();
            for bucket in buckets(store, config)? {
                let page = store.page(&bucket, None)?;
                let more = if page.next()?.is_some() { " or more" } else { "" };
                counts.push(format!("{bucket}: {}{more} objects", page.objects().count()));
            }
            Ok(counts.join(", "))
        }
        other => Err(Error::Unsupported(format!("the test step `{other}`"))),
    }
}
