//! Names: as OpenMetadata writes them where a connector must give one, and which of them no catalog takes. Never joins an
//! entity's path: the host does.

/// The longest name that a catalog takes, in characters.
pub const LONGEST: usize = 256;
/// Characters of a name that are shown where it is too long.
const SHOWN: usize = 40;

/// One part of a fully qualified name: quoted where a dot or a quote would part it.
pub fn quoted(part: &str) -> String {
    if part.contains(['.', '"']) { format!("\"{}\"", part.replace('"', "\\\"")) } else { part.to_owned() }
}

/// A tag in its classification.
pub fn tag(classification: &str, name: &str) -> String {
    format!("{}.{}", quoted(classification), quoted(name))
}

/// Why no catalog takes these names, if so.
pub fn misfit(path: &[String]) -> Option<String> {
    path.iter().find_map(|name| match name.chars().count() {
        _ if name.trim().is_empty() => Some("one of its names is empty".to_owned()),
        length if length > LONGEST => {
            Some(format!("one of its names has {length} characters, at most {LONGEST} are possible"))
        }
        _ => name.contains('\0').then(|| "one of its names holds a NUL character".to_owned()),
    })
}

/// A name as a message shows it: one that is too long is cut.
pub fn shown(name: &str) -> String {
    match name.char_indices().nth(LONGEST) {
        Some(_) => format!("{}…", name.chars().take(SHOWN).collect::<String>()),
        None => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_no_catalog_takes_is_told_and_shown_cut() {
        let path = |name: &str| ["lake".to_owned(), name.to_owned()];
        assert_eq!(misfit(&path(&"é".repeat(256))), None);
        let told = misfit(&path(&"é".repeat(257))).unwrap();
        assert_eq!(told, "one of its names has 257 characters, at most 256 are possible");
        assert!(misfit(&path(" ")).is_some() && misfit(&path("a\0b")).is_some());
        assert_eq!((shown(&"é".repeat(257)), shown("a.b")), (format!("{}…", "é".repeat(40)), "a.b".to_owned()));
    }

    #[test]
    fn a_dot_inside_a_name_does_not_part_it() {
        assert_eq!(tag("dbtTags", "daily"), "dbtTags.daily");
        assert_eq!(tag("dbtTags", "v1.2"), "dbtTags.\"v1.2\"");
    }
}
