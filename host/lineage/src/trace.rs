//! Follows what is written back through what the text makes itself.

use std::collections::BTreeSet;

use crate::{Analysis, Influence, StatementKind, TableName};

impl Analysis {
    /// What decides about the rows of a table that is written, or, without one, about those of results.
    pub(crate) fn influences_on<'a>(
        &'a self,
        table: Option<&TableName>,
    ) -> impl Iterator<Item = &'a Influence> + use<'a> {
        let makers = match table {
            Some(table) => self.makers(table, self.statements.len()),
            None => (0..self.statements.len()).filter(|place| self.statements[*place].outputs.is_empty()).collect(),
        };
        self.influences_in(self.upstream(makers))
    }

    /// What decides about the rows of some statements.
    pub(crate) fn influences_in(&self, statements: BTreeSet<usize>) -> impl Iterator<Item = &Influence> {
        let here = move |influence: &&Influence| influence.statements.iter().any(|place| statements.contains(place));
        self.influences.iter().filter(here)
    }

    /// The statements that have a part in what some of them write, those included: the makers of the tables that they
    /// read, and so on.
    pub(crate) fn upstream(&self, statements: Vec<usize>) -> BTreeSet<usize> {
        let mut open = statements;
        let mut found = BTreeSet::new();
        while let Some(place) = open.pop() {
            if !found.insert(place) {
                continue;
            }
            for stone in &self.statements[place].stones {
                open.extend(self.makers(stone, place));
            }
        }
        found
    }

    /// The statements before a place that wrote what is in a table there: back to the one that made it anew.
    fn makers(&self, table: &TableName, before: usize) -> Vec<usize> {
        let mut makers = Vec::new();
        for (place, statement) in self.statements.iter().enumerate().take(before).rev() {
            if !statement.outputs.contains(table) {
                continue;
            }
            makers.push(place);
            if makes_anew(statement.kind) {
                break;
            }
        }
        makers
    }
}

fn makes_anew(kind: StatementKind) -> bool {
    use StatementKind::{CreateTable, CreateView, Drop, Rename, Truncate};
    matches!(kind, CreateTable | CreateView | Drop | Rename | Truncate)
}
