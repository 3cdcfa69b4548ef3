//! Which of OpenMetadata's fields are filled from what was recorded. The README's table says the same.

use metahost_plugin_sdk::testing::assert_coverage;

use super::{FIVE, lab, whole};

#[test]
fn the_readme_says_which_fields_are_filled() {
    let out = whole(&lab(), r#", "page-size": 5, "data-sources": {"pg": {"service": "shop", "database": "shop"}}"#);
    assert_coverage(include_str!("../../README.md"), &[&out]);
    assert!(whole(&lab(), FIVE).skipped.is_empty(), "nothing that was recorded is left out");
}
