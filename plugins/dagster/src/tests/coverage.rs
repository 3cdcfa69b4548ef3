//! Which of OpenMetadata's fields are filled from what was recorded. The README's table says the same.

use metahost_plugin_sdk::testing::assert_coverage;

use super::server::Recorded;
use super::{good, whole};

#[test]
fn the_readme_says_which_fields_are_filled() {
    let tables = r#", "tables": {"service": "shop"}"#;
    let all =
        [whole(tables), good(&Recorded::checked(), tables), whole(r#", "mode": "job""#), whole(r#", "mode": "asset""#)];
    assert_coverage(include_str!("../../README.md"), &all.each_ref());
}
