//! What a mistyped name was probably meant to be.

/// The nearest of the known names, if one is near enough to be meant. `use_fqn` is `use-fqn`, `Trino` is `trino`.
pub(crate) fn closest<'k>(found: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let found = plain(found);
    let near = |name: &&str| strsim::damerau_levenshtein(&found, &plain(name));
    let best = known.into_iter().min_by_key(near)?;
    let most = if found.len() <= 3 { 1 } else { (found.len() / 3).max(2) };
    let extends = found.len() >= 3 && (plain(best).starts_with(&found) || found.starts_with(&plain(best)));
    (near(&best) <= most || extends).then_some(best)
}

/// "did you mean ...?", else the names there are.
pub(crate) fn did_you_mean<'k>(found: &str, known: impl IntoIterator<Item = &'k str> + Clone, what: &str) -> String {
    match closest(found, known.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("{what}: {}", known.into_iter().collect::<Vec<_>>().join(", ")),
    }
}

fn plain(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let known = ["includes", "excludes", "use-fqn-for-filtering"];
        assert_eq!(closest("include", known), Some("includes"));
        assert_eq!(closest("exlcudes", known), Some("excludes"));
        assert_eq!(closest("use_fqn_for_filtering", known), Some("use-fqn-for-filtering"));
        assert_eq!(closest("pattern", known), None);
        assert_eq!(closest("x", []), None);
    }
}
