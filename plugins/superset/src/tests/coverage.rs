//! Which of OpenMetadata's fields are filled from what was recorded. The README's table says the same.

use metahost_plugin_sdk::testing::assert_coverage;

use super::{queries, whole};

#[test]
fn the_readme_says_which_fields_are_filled() {
    let queries = |id| queries::whole(&queries::server(), &queries::asked(id, None), "");
    let all = [whole(""), queries("usage:saved-queries"), queries("usage:sql-lab")];
    assert_coverage(include_str!("../../README.md"), &all.each_ref());
}
