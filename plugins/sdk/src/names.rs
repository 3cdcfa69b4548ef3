//! Fully qualified names as OpenMetadata writes them, where a connector must give one. Never joins an entity's path: the
//! host does.

/// One part of a fully qualified name: quoted where a dot or a quote would part it.
pub fn quoted(part: &str) -> String {
    if part.contains(['.', '"']) { format!("\"{}\"", part.replace('"', "\\\"")) } else { part.to_owned() }
}

/// A tag in its classification.
pub fn tag(classification: &str, name: &str) -> String {
    format!("{}.{}", quoted(classification), quoted(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_inside_a_name_does_not_part_it() {
        assert_eq!(tag("dbtTags", "daily"), "dbtTags.daily");
        assert_eq!(tag("dbtTags", "v1.2"), "dbtTags.\"v1.2\"");
    }
}
