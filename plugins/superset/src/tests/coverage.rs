//! Which of OpenMetadata's fields are filled from what was recorded. The README's table says the same.

use metahost_plugin_sdk::testing::assert_coverage;

use super::whole;

#[test]
fn the_readme_says_which_fields_are_filled() {
    assert_coverage(include_str!("../../README.md"), &[&whole("")]);
}
