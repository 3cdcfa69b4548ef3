//! Patterns of LIKE, as a star may name its columns by one: `* ILIKE '%_id'`.

/// Whether a name fits a pattern, whatever the case of both.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
    let name: Vec<char> = name.to_lowercase().chars().collect();
    // Which beginnings of the name the pattern so far fits.
    let mut reached = vec![false; name.len() + 1];
    reached[0] = true;
    for sign in pattern {
        let mut next = vec![false; name.len() + 1];
        for at in 0..=name.len() {
            let before = at.checked_sub(1);
            next[at] = match sign {
                '%' => reached[at] || before.is_some_and(|before| next[before]),
                '_' => before.is_some_and(|before| reached[before]),
                other => before.is_some_and(|before| reached[before] && name[before] == other),
            };
        }
        reached = next;
    }
    reached[name.len()]
}
