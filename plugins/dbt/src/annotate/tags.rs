//! dbt's tags as fully qualified names. Never invents a tag.

use metahost_plugin_sdk::names;

use crate::artifacts::lenient::Strings;

/// Tags of a node or column from both places, each once, in a classification.
pub fn tags(classification: &str, plain: &Strings, config: &Strings) -> Vec<String> {
    let mut tags = Vec::new();
    for tag in plain.0.iter().chain(&config.0).map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        add(&mut tags, names::tag(classification, tag));
    }
    tags
}

/// Adds what is not there yet.
pub fn add(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_counts_once_and_dots_are_quoted() {
        let plain = Strings(vec!["daily".to_owned(), "v1.2".to_owned()]);
        let config = Strings(vec!["daily".to_owned()]);
        assert_eq!(tags("dbtTags", &plain, &config), ["dbtTags.daily", "dbtTags.\"v1.2\""]);
    }
}
