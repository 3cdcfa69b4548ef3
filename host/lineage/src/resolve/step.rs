//! The stepping stones between the columns of tables and those of a result, kept only where they were asked for.

use std::rc::Rc;

use super::{Resolver, Rows, TableId};

/// How many stepping stones of a column are kept.
const STEPS: usize = 64;

/// What a column went through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A query of a WITH clause.
    Named(Rc<str>),
    /// A subquery in the place of a table, by its alias.
    Subquery(Rc<str>),
    /// A table that the text makes.
    Table(TableId),
}

/// What a column went through, the first first; small and shared, as hardly any request asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Steps(Option<Rc<Vec<Step>>>);

impl Steps {
    /// All of them.
    pub(crate) fn all(&self) -> &[Step] {
        self.0.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Adds one that is not there yet.
    pub(crate) fn add(&mut self, step: &Step) {
        if self.all().len() < STEPS && !self.all().contains(step) {
            Rc::make_mut(self.0.get_or_insert_default()).push(step.clone());
        }
    }

    /// Adds those of another.
    pub(crate) fn add_all(&mut self, others: &Self) {
        if self.0.is_none() {
            self.0.clone_from(&others.0);
            return;
        }
        others.all().iter().for_each(|step| self.add(step));
    }
}

impl Resolver<'_> {
    /// Rows whose columns went through one more stepping stone.
    pub(crate) fn stepped(&mut self, rows: Rc<Rows>, step: impl FnOnce() -> Step) -> Rc<Rows> {
        if !self.request.details || !self.spend(rows.columns.len()) {
            return rows;
        }
        let step = step();
        let mut rows = Rows::clone(&rows);
        let flows = rows.columns.iter_mut().map(|column| &mut column.flow).chain(&mut rows.any);
        flows.for_each(|flow| flow.steps.add(&step));
        Rc::new(rows)
    }
}
