//! Fully qualified names: quoting, and the encodings OpenMetadata reserves for characters its grammar can't hold.
//! Never looks anything up.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::path::EntityPath;

/// What stands for characters that a name may not hold, in the order they are replaced.
const RESERVED: [(&str, &str); 6] = [
    ("::", "__reserved__colon__"),
    (">", "__reserved__arrow__"),
    ("\"", "__reserved__quote__"),
    ("\n", "__reserved__newline__"),
    ("\r", "__reserved__carriage_return__"),
    ("\t", "__reserved__tab__"),
];

/// A name as a catalog stores it.
pub fn encode_name(name: &str) -> String {
    RESERVED.iter().fold(
        name.to_owned(),
        |name, (plain, code)| {
            if name.contains(plain) { name.replace(plain, code) } else { name }
        },
    )
}

/// A name as its source spells it.
pub fn decode_name(name: &str) -> String {
    RESERVED.iter().fold(name.to_owned(), |name, (plain, code)| name.replace(code, plain))
}

/// A fully qualified name, quoted and encoded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fqn(String);

impl Fqn {
    /// The name of a service.
    pub fn of_service(service: &str) -> Self {
        Self(quote(service))
    }

    /// The name of an entity in a service.
    pub fn new(service: &str, path: &EntityPath) -> Self {
        path.parts().iter().fold(Self::of_service(service), |fqn, part| fqn.child(part))
    }

    /// The name of something below this: a column, a test.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        Self(format!("{}.{}", self.0, quote(name)))
    }

    /// Takes a name as a catalog or a person spelled it.
    pub fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The parts, unquoted but still encoded.
    pub fn split(&self) -> Vec<String> {
        let mut parts = vec![String::new()];
        let mut quoted = false;
        for character in self.0.chars() {
            match character {
                '"' => quoted = !quoted,
                '.' if !quoted => parts.push(String::new()),
                other => {
                    if let Some(last) = parts.last_mut() {
                        last.push(other);
                    }
                }
            }
        }
        parts
    }

    /// The name without its last part; none for a service.
    pub fn parent(&self) -> Option<Self> {
        let mut parts = self.split();
        parts.pop();
        let (first, rest) = parts.split_first()?;
        Some(rest.iter().fold(Self(quote(first)), |fqn, part| fqn.child(part)))
    }

    /// Whether this lives below `scope`, or is it.
    pub fn is_within(&self, scope: &Self) -> bool {
        self.0.strip_prefix(&scope.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

fn quote(name: &str) -> String {
    let name = encode_name(name);
    if name.contains('.') { format!("\"{name}\"") } else { name }
}

impl fmt::Display for Fqn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn path(parts: &[&str]) -> EntityPath {
        EntityPath::new(parts.iter().map(|part| (*part).to_owned()).collect()).unwrap()
    }

    #[test]
    fn quotes_a_part_with_a_dot_and_nothing_else() {
        let fqn = Fqn::new("trino", &path(&["db", "my schema", "a.b"]));
        assert_eq!(fqn.as_str(), r#"trino.db.my schema."a.b""#);
    }

    #[test]
    fn encodes_what_the_grammar_reserves() {
        let fqn = Fqn::new("s", &path(&["a::b", "c>d", "e\"f", "g\nh"]));
        assert_eq!(
            fqn.as_str(),
            "s.a__reserved__colon__b.c__reserved__arrow__d.e__reserved__quote__f.g__reserved__newline__h"
        );
    }

    #[test]
    fn a_sibling_with_a_longer_name_is_not_within() {
        let scope = Fqn::new("s", &path(&["db"]));
        assert!(!Fqn::new("s", &path(&["db2"])).is_within(&scope));
        assert!(Fqn::new("s", &path(&["db", "x"])).is_within(&scope));
    }

    proptest! {
        #[test]
        fn parts_survive_joining_and_splitting(parts in proptest::collection::vec("[^\u{0}]{1,12}", 1..5)) {
            prop_assume!(parts.iter().all(|part| !part.trim().is_empty()));
            let fqn = Fqn::new("svc", &EntityPath::new(parts.clone()).unwrap());
            let split: Vec<String> = fqn.split().iter().skip(1).map(|part| decode_name(part)).collect();
            prop_assert_eq!(split, parts.iter().map(|part| decode_name(&encode_name(part))).collect::<Vec<_>>());
        }

        #[test]
        fn the_parent_of_a_child_is_itself(parts in proptest::collection::vec("[a-z.\"> ]{1,8}", 1..4)) {
            prop_assume!(parts.iter().all(|part| !part.trim().is_empty()));
            let fqn = Fqn::new("svc", &EntityPath::new(parts).unwrap());
            prop_assert_eq!(fqn.child("x.y").parent(), Some(fqn));
        }
    }
}
