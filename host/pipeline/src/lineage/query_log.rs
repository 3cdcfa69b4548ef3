//! The queries of a run once they were read: which tables each names, which are worth a place in the catalog, and how
//! often each table was read on which day. Holds no SQL.

use std::collections::BTreeMap;

use metahost_model::{Endpoint, Executions, Join};

use super::read::Found;
use super::tally::Tally;
use crate::spool::Spooled;

/// A query.
#[derive(Debug)]
pub(crate) struct Logged {
    /// Where its text is.
    pub(crate) spooled: Spooled,
    /// What it is known by.
    pub(crate) key: String,
    /// The service in which it ran, where that could be told.
    pub(crate) service: Option<String>,
    /// How often it ran.
    pub(crate) executions: Option<Executions>,
    tables: Vec<usize>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct QueryLog {
    tables: Vec<Endpoint>,
    numbers: BTreeMap<Endpoint, usize>,
    queries: Vec<Logged>,
    reads: BTreeMap<(usize, u64), Executions>,
    joins: BTreeMap<(usize, u64), BTreeMap<Joined, u64>>,
}

/// A column, the other table, and its column.
type Joined = (String, usize, String);

/// A table on one day.
#[derive(Debug)]
pub(crate) struct TableDay {
    pub(crate) table: Endpoint,
    /// In days since 1970.
    pub(crate) day: u64,
    /// How often it was read.
    pub(crate) executions: Executions,
    /// And along with what. Of two tables only one tells.
    pub(crate) joins: Vec<Join>,
}

impl QueryLog {
    /// Adds what was found in a query.
    pub(crate) fn push(&mut self, spooled: Spooled, key: String, found: &Found, tally: &Tally) {
        let tables = found.tables.iter().map(|table| self.number(table)).collect();
        for table in &found.reads {
            let number = self.number(table);
            for (day, executions) in &tally.days {
                self.reads.entry((number, *day)).or_default().add(executions);
            }
        }
        for ((one, column), (other, with_column)) in &found.joins {
            let (one, other) = (self.number(one), self.number(other));
            for (day, executions) in &tally.days {
                let joins = self.joins.entry((one, *day)).or_default();
                *joins.entry((column.clone(), other, with_column.clone())).or_default() += executions.count;
            }
        }
        let executions = tally.executions();
        self.queries.push(Logged { spooled, key, service: found.service.clone(), executions, tables });
    }

    fn number(&mut self, table: &Endpoint) -> usize {
        if let Some(number) = self.numbers.get(table) {
            return *number;
        }
        let number = self.tables.len();
        self.tables.push(table.clone());
        self.numbers.insert(table.clone(), number);
        number
    }

    /// The tables that a query names.
    pub(crate) fn tables(&self, query: &Logged) -> Vec<Endpoint> {
        query.tables.iter().filter_map(|number| self.tables.get(*number).cloned()).collect()
    }

    /// The queries, each with whether it is among so many that one of its tables sees most often, or that take its
    /// readers longest. What only might run is always kept: it is no row of a log.
    pub(crate) fn take(&mut self, most: usize) -> Vec<(Logged, bool)> {
        let queries = std::mem::take(&mut self.queries);
        let mut kept: Vec<bool> = queries.iter().map(|query| query.executions.is_none()).collect();
        let mut by_table: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (at, query) in queries.iter().enumerate() {
            let tables = query.tables.iter().map(|number| Some(*number)).chain(query.tables.is_empty().then_some(None));
            tables.for_each(|table| by_table.entry(table).or_default().push(at));
        }
        let ranks: [fn(&Executions) -> u64; 2] = [|ran| ran.count, |ran| ran.total_ms];
        for mut of_table in by_table.into_values() {
            for rank in ranks {
                let place = |at: &usize| {
                    let query = &queries[*at];
                    (core::cmp::Reverse(query.executions.as_ref().map_or(0, rank)), query.key.clone())
                };
                of_table.sort_by_cached_key(place);
                of_table.iter().take(most).for_each(|at| kept[*at] = true);
            }
        }
        queries.into_iter().zip(kept).collect()
    }

    /// How often each table was read on each day.
    pub(crate) fn take_reads(&mut self) -> Vec<TableDay> {
        let reads = std::mem::take(&mut self.reads).into_iter();
        let mut joins = std::mem::take(&mut self.joins);
        let mut days: Vec<TableDay> = reads
            .filter_map(|((number, day), executions)| {
                let joins = joins.remove(&(number, day)).unwrap_or_default();
                Some(TableDay { table: self.tables.get(number)?.clone(), day, executions, joins: self.told(joins) })
            })
            .collect();
        days.sort_by(|one, other| (&one.table, one.day).cmp(&(&other.table, other.day)));
        days
    }

    fn told(&self, joins: BTreeMap<Joined, u64>) -> Vec<Join> {
        let join = |((column, with, with_column), count): (Joined, u64)| {
            Some(Join { column, with: self.tables.get(with)?.clone(), with_column, count })
        };
        joins.into_iter().filter_map(join).collect()
    }
}
