//! The names of a table's columns in one piece of memory: a listing of a hundred thousand tables holds them all.

use serde::{Deserialize, Serialize};

/// Stands between two names; no name has one.
const BETWEEN: char = '\0';

/// Names of columns in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<String>", from = "Vec<String>")]
pub struct ColumnNames(Box<str>);

impl ColumnNames {
    /// Each name.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(BETWEEN).filter(|name| !name.is_empty())
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name as it is spelled here, whatever the case it is asked in.
    pub fn spelled(&self, name: &str) -> Option<&str> {
        let same = |known: &&str| known.to_lowercase() == name.to_lowercase();
        self.iter().find(|known| *known == name).or_else(|| self.iter().find(same))
    }
}

impl<S: AsRef<str>> FromIterator<S> for ColumnNames {
    fn from_iter<I: IntoIterator<Item = S>>(names: I) -> Self {
        let mut all = String::new();
        for name in names {
            if !all.is_empty() {
                all.push(BETWEEN);
            }
            all.push_str(name.as_ref());
        }
        Self(all.into_boxed_str())
    }
}

impl From<Vec<String>> for ColumnNames {
    fn from(names: Vec<String>) -> Self {
        names.into_iter().collect()
    }
}

impl From<ColumnNames> for Vec<String> {
    fn from(names: ColumnNames) -> Self {
        names.iter().map(str::to_owned).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_order_and_are_found_in_any_case() {
        let names: ColumnNames = ["Id", "total", "TOTAL"].iter().collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), ["Id", "total", "TOTAL"]);
        assert_eq!(names.spelled("TOTAL"), Some("TOTAL"));
        assert_eq!(names.spelled("id"), Some("Id"));
        assert_eq!(names.spelled("gone"), None);
        assert!(ColumnNames::default().is_empty());
    }
}
