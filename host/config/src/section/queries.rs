//! `[sources.<name>.queries]`: which queries of a log are read, and how many are shown. Only reads and checks; the pipeline
//! applies it.

use super::filters::Pattern;
use crate::read::{FromToml, Node, OrZero};

/// What is done with the queries of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queries {
    /// Regular expressions, found anywhere in the text, whatever the case: such queries are left out.
    pub exclude: Vec<String>,
    /// So many of the most frequent queries of a table are written, and so many of the longest; none is the pipeline's
    /// default.
    pub per_table: Option<u32>,
}

impl FromToml for Queries {
    fn read(node: &Node<'_>) -> Option<Self> {
        let mut section = node.section("queries")?;
        let exclude: Option<Vec<Pattern>> = section.get("exclude");
        let per_table = section.get::<OrZero>("per-table").map(|count| count.0);
        section.finish();
        Some(Self { exclude: exclude.unwrap_or_default().into_iter().map(|it| it.0).collect(), per_table })
    }
}
