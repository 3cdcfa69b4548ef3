//! dbt's tags as fully qualified names. Never invents a tag.

use metahost_plugin_sdk::names;

use crate::artifacts::lenient::Strings;
use crate::config::Config;

/// Tags of a node or column from both places, each once, in the configured classification.
pub fn tags(config: &Config, plain: &Strings, of_config: &Strings) -> Vec<String> {
    let mut tags = Vec::new();
    for tag in plain.0.iter().chain(&of_config.0).map(|tag| tag.trim()).filter(|tag| !tag.is_empty()) {
        add(&mut tags, names::tag(&config.tag_classification, &format!("{}{tag}", config.tag_prefix)));
    }
    tags
}

/// Adds what is not there yet.
pub fn add(list: &mut Vec<String>, item: String) {
    if !list.contains(&item) {
        list.push(item);
    }
}

/// Adds those that are not there yet.
pub fn add_all(list: &mut Vec<String>, items: impl IntoIterator<Item = String>) {
    for item in items {
        add(list, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_counts_once_and_dots_are_quoted() {
        let plain = Strings(vec!["daily".to_owned(), "v1.2".to_owned()]);
        let again = Strings(vec!["daily".to_owned()]);
        let config = Config::default();
        assert_eq!(tags(&config, &plain, &again), ["dbtTags.daily", "dbtTags.\"v1.2\""]);
        let config = Config { tag_prefix: "dbt:".to_owned(), ..config };
        assert_eq!(tags(&config, &again, &again), ["dbtTags.dbt:daily"]);
    }
}
