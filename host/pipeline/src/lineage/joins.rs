//! Which columns a query compares to put rows of two tables together. Pure.

use std::collections::BTreeSet;

use metahost_lineage::{Analysis, Influence, InfluenceKind, Source};

/// Pairs of columns of two tables, each once, the smaller first.
pub(crate) fn joins(analysis: &Analysis) -> BTreeSet<(&Source, &Source)> {
    let influences = analysis.statements.iter().flat_map(|statement| &statement.influences);
    influences.filter(|influence| influence.kind == InfluenceKind::Join).flat_map(pairs).collect()
}

/// The only two columns of a condition; of more those that have the same name: what else it compares with what, it does
/// not tell.
fn pairs(influence: &Influence) -> Vec<(&Source, &Source)> {
    let sources = &influence.sources;
    let mut pairs = Vec::new();
    for (at, one) in sources.iter().enumerate() {
        let others = sources[at + 1..].iter().filter(|other| other.table != one.table);
        pairs.extend(others.map(|other| (one, other)));
    }
    if sources.len() > 2 {
        pairs.retain(|(one, other)| one.column.to_lowercase() == other.column.to_lowercase());
    }
    pairs
}

#[cfg(test)]
mod tests {
    use metahost_lineage::{Dialect, Request, analyse};

    use super::*;

    fn found(sql: &str) -> Vec<String> {
        let analysis = analyse(&Request::new(sql, Dialect::Trino));
        let shown = |source: &Source| format!("{}.{}", source.table, source.column);
        joins(&analysis).into_iter().map(|(one, other)| format!("{} = {}", shown(one), shown(other))).collect()
    }

    #[test]
    fn conditions_of_joins_tell_columns_that_belong_together() {
        assert_eq!(found("SELECT o.x FROM o JOIN c ON o.buyer = c.id"), ["c.id = o.buyer"]);
        assert_eq!(found("SELECT * FROM o JOIN c USING (id)"), ["c.id = o.id"]);
        let both = "SELECT o.x FROM o JOIN c ON o.id = c.id AND o.day = c.day AND o.kind > 3";
        assert_eq!(found(both), ["c.day = o.day", "c.id = o.id"]);
        assert_eq!(found("SELECT o.x FROM o JOIN c ON o.a = o.b"), Vec::<String>::new());
    }
}
