//! The shared credentials and config files of AWS as sections of keys and values. Own code, since the ini crates read
//! another language: they take a backslash or a quote in a secret for syntax, and a nested setting for a key of its own.
//! Interprets no key, and repeats no line in an error.

use std::collections::BTreeMap;
use std::path::Path;

use super::wrong;
use crate::error::Result;

/// Sections by their names as they are written, keys in lower case.
pub(super) type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// Reads a file's text. `path` is for errors.
pub(super) fn parse(text: &str, path: &Path) -> Result<Sections> {
    let mut sections = Sections::new();
    let mut current: Option<String> = None;
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let nested = line.starts_with([' ', '\t']);
        let line = line.trim();
        let bad = |what: &str| wrong(what).with("file", path.display()).with("line", number + 1);
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = line.strip_prefix('[') {
            let name = rest.split_once(']').map(|(name, _)| section_name(name));
            let name = name.ok_or_else(|| bad("a section's name lacks its closing bracket"))?;
            sections.entry(name.clone()).or_default();
            current = Some(name);
        } else if let Some((key, value)) = line.split_once('=') {
            let section = current.as_ref().and_then(|name| sections.get_mut(name));
            let section = section.ok_or_else(|| bad("a setting stands before the first section"))?;
            // An indented line belongs to the setting above it: `s3 =` and its own settings below.
            if !nested {
                section.insert(key.trim().to_lowercase(), value_of(value).to_owned());
            }
        } else if !nested {
            return Err(bad("this line is neither a section nor `key = value`"));
        }
    }
    Ok(sections)
}

/// `profile "two words"` is `profile two words`.
fn section_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").replace('"', "")
}

/// The value without a comment, which starts after a blank.
fn value_of(value: &str) -> &str {
    let value = value.trim();
    let comment = [" #", " ;", "\t#", "\t;"].iter().filter_map(|start| value.find(start)).min();
    comment.map_or(value, |at| value[..at].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keys_comments_and_nested_settings_are_told_apart() {
        let text = "\u{feff}# mine\n[default]\nAWS_Access_Key_Id = AKIA # old\naws_secret_access_key=a/b+c=\\\"#d;e\n\
                    s3 =\n  max_concurrent_requests = 20\n\n[ profile  \"two words\" ] ; x\r\nregion = eu-west-1\r\n";
        let sections = parse(text, Path::new("f")).unwrap();
        let default = &sections["default"];
        assert_eq!(
            (default["aws_access_key_id"].as_str(), default["aws_secret_access_key"].as_str()),
            ("AKIA", "a/b+c=\\\"#d;e")
        );
        assert!(!default.contains_key("max_concurrent_requests"));
        assert_eq!(sections["profile two words"]["region"], "eu-west-1");
    }

    #[test]
    fn a_line_that_is_no_setting_is_told_by_its_number_and_not_repeated() {
        for text in ["[default]\nhunter2\n", "\naws_secret_access_key = hunter2\n", "\n[hunter2\n"] {
            let error = parse(text, Path::new("keys")).unwrap_err().to_string();
            assert!(error.contains("file: keys, line: ") && !error.contains("hunter2"), "{error}");
            assert!(error.contains("line: 2"), "{error}");
        }
    }
}
