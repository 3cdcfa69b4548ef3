//! What a mistyped name was probably meant to be.

/// The nearest of the known names, if one is near enough to be meant. `use_fqn` is `use-fqn`, `Trino` is `trino`.
pub(crate) fn closest<'k>(found: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let found = plain(found);
    let most = if found.len() <= 3 { 1 } else { (found.len() / 3).max(2) };
    let distances = known.into_iter().map(|name| (distance(&found, &plain(name)), name));
    distances.filter(|(distance, _)| *distance <= most).min_by_key(|(distance, _)| *distance).map(|(_, name)| name)
}

/// How many letters differ. `prod` is as near to `production` as a single typo.
fn distance(found: &str, name: &str) -> usize {
    let shorter = found.len().min(name.len());
    let extends = found.starts_with(name) || name.starts_with(found);
    if extends && shorter >= 3 && found != name { 1 } else { strsim::damerau_levenshtein(found, name) }
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
        assert_eq!(closest("user", ["kind", "username"]), Some("username"));
        assert_eq!(closest("pattern", known), None);
        assert_eq!(closest("x", []), None);
    }
}
