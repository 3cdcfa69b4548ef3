//! Folds the statements of a session into one: tables that it makes and reads again become stepping stones.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::ends::{Written, edge, influence};
use crate::resolve::{
    CONDITION, Column, Decision, Flow, Resolver, Rows, Step, Steps, Symbol, TableId, WINDOW, base, roles,
};
use crate::statement::{Change, Effect};
use crate::{ColumnEdge, Confidence, Influence, TableName};

/// What a session made of one table.
#[derive(Debug, Clone, Default)]
struct Made {
    inputs: BTreeSet<TableId>,
    columns: Vec<Column>,
    temporary: bool,
    /// Whether another name is all that was given to it.
    renamed: bool,
}

impl Made {
    fn find(&self, key: Symbol) -> Option<&Column> {
        self.columns.iter().find(|column| column.key == key)
    }
}

/// Tables with their columns, in the order in which they came.
#[derive(Debug, Default)]
struct Outputs {
    places: HashMap<TableId, u64>,
    tables: BTreeMap<u64, (TableId, Vec<Written>)>,
    next: u64,
}

impl Outputs {
    fn columns(&mut self, table: TableId) -> Option<&mut Vec<Written>> {
        let place = self.places.get(&table)?;
        self.tables.get_mut(place).map(|(_, columns)| columns)
    }

    fn put(&mut self, table: TableId, columns: Vec<Written>) {
        self.remove(table);
        self.places.insert(table, self.next);
        self.tables.insert(self.next, (table, columns));
        self.next += 1;
    }

    fn remove(&mut self, table: TableId) -> Option<Vec<Written>> {
        let place = self.places.remove(&table)?;
        self.tables.remove(&place).map(|(_, columns)| columns)
    }
}

/// What the session has made so far.
#[derive(Debug, Default)]
pub(crate) struct Fold {
    /// Seen through temporary tables only.
    shallow: HashMap<TableId, Made>,
    /// Seen through all tables that the session made.
    deep: HashMap<TableId, Made>,
    /// Inputs of the whole, and for which output they were read.
    inputs: BTreeSet<(TableId, Option<TableId>)>,
    /// Outputs in their order, with their columns.
    outputs: Outputs,
    /// Columns of results without a target.
    results: Vec<Written>,
    stones: BTreeSet<TableId>,
    /// What decided about rows, and in which statements.
    influences: BTreeMap<Decision, Vec<usize>>,
    /// How many statements were taken before this one.
    taken: usize,
}

/// A statement seen through tables that were made before: what it reads, and the columns that it makes.
type Seen<'c> = (BTreeSet<TableId>, &'c [(Option<TableId>, Column)]);

/// The columns that a statement makes: its own, or others where they are seen through tables that were made before.
type Columns<'e> = Cow<'e, [(Option<TableId>, Column)]>;

/// What one statement does on its own.
pub(crate) struct Alone {
    /// What it reads, seen through temporary tables.
    pub inputs: Vec<TableName>,
    /// What it reads that was made before.
    pub stones: Vec<TableName>,
    /// The columns that it makes.
    pub columns: Vec<ColumnEdge>,
    /// What decides about its rows.
    pub influences: Vec<Influence>,
    /// Whether what it makes lives no longer than the session.
    pub temporary: bool,
}

/// What flows from end to end.
pub(crate) struct Ends {
    /// What is read.
    pub inputs: Vec<TableName>,
    /// What is left written.
    pub outputs: Vec<TableName>,
    /// From column to column.
    pub columns: Vec<ColumnEdge>,
    /// What decides about rows.
    pub influences: Vec<Influence>,
}

impl Fold {
    /// Takes one more statement; gives what it reads and makes on its own.
    pub(crate) fn take(&mut self, resolver: &mut Resolver, effect: &Effect) -> Alone {
        let temporary = matches!(effect.change, Change::Makes { temporary: true });
        let (near, shallow) = seen(&self.shallow, resolver, effect);
        let (far, deep) = seen(&self.deep, resolver, effect);
        self.note(resolver, effect, &far, &deep);
        let columns = shallow.iter().map(|(table, column)| edge(resolver, *table, column, self.taken)).collect();
        let name = |table: &TableId| resolver.table_name(*table).clone();
        let inputs = near.iter().map(name).collect();
        let stones = effect.inputs.iter().filter(|table| self.deep.contains_key(table)).map(name).collect();
        let influences = self.influences(resolver, effect);
        self.remember(resolver, effect, temporary, &(near, &shallow), &(far, &deep));
        self.taken += 1;
        Alone { inputs, stones, columns, influences, temporary }
    }

    /// What decides about the rows of a statement.
    fn influences(&self, resolver: &mut Resolver, effect: &Effect) -> Vec<Influence> {
        let mut all = Vec::with_capacity(effect.influences.len());
        for found in &effect.influences {
            let found = decided(&self.shallow, resolver, found);
            all.push(influence(resolver, &found, &[self.taken]));
        }
        all.sort();
        all
    }

    /// Notes what the whole reads and writes.
    fn note(
        &mut self,
        resolver: &mut Resolver,
        effect: &Effect,
        inputs: &BTreeSet<TableId>,
        columns: &[(Option<TableId>, Column)],
    ) {
        for found in &effect.influences {
            let found = decided(&self.deep, resolver, found);
            if !found.sources.is_empty() {
                let statements = self.influences.entry(found).or_default();
                if statements.last() != Some(&self.taken) {
                    statements.push(self.taken);
                }
            }
        }
        let owner = match &effect.change {
            Change::Renames(pairs) => pairs.first().map(|pair| pair.1),
            _ => None,
        };
        self.inputs.extend(inputs.iter().map(|table| (*table, owner)));
        if !effect.outputs.is_empty() && !matches!(effect.change, Change::Renames(_)) {
            let read = effect.inputs.iter().filter(|table| self.deep.contains_key(table));
            let stones: Vec<TableId> = read.filter(|table| !effect.outputs.contains(table)).copied().collect();
            self.stones.extend(stones);
        }
        match &effect.change {
            Change::Drops { certain } => self.drop_tables(&effect.outputs, *certain),
            Change::Renames(pairs) => self.rename_outputs(pairs, &effect.outputs),
            change => {
                for table in &effect.outputs {
                    let mine = columns.iter().filter(|(owner, _)| *owner == Some(*table));
                    let mine =
                        mine.map(|(_, column)| Written { column: column.clone(), statement: self.taken }).collect();
                    self.output(*table, mine, matches!(change, Change::Makes { .. }));
                }
            }
        }
        let results = columns.iter().filter(|(table, _)| table.is_none());
        self.results.extend(results.map(|(_, column)| Written { column: column.clone(), statement: self.taken }));
    }

    fn output(&mut self, table: TableId, columns: Vec<Written>, anew: bool) {
        self.stones.remove(&table);
        match self.outputs.columns(table) {
            Some(before) if anew => *before = columns,
            Some(before) => before.extend(columns),
            None => self.outputs.put(table, columns),
        }
    }

    fn drop_tables(&mut self, tables: &[TableId], certain: bool) {
        for table in tables {
            let made = self.deep.get(table);
            if made.is_some_and(|made| made.renamed) {
                self.inputs.retain(|(_, owner)| *owner != Some(*table));
            }
            let made = made.is_some();
            let known = self.outputs.remove(*table).is_some() || made;
            if certain && !known {
                self.outputs.put(*table, Vec::new());
            }
        }
    }

    fn rename_outputs(&mut self, pairs: &[(TableId, TableId)], outputs: &[TableId]) {
        let mut moved = Vec::new();
        for (old, new) in pairs {
            let columns = self.outputs.remove(*old);
            if columns.is_some() || outputs.contains(new) {
                moved.push((*old, *new, columns.unwrap_or_default()));
            }
        }
        for (old, new, columns) in moved {
            self.outputs.put(new, columns);
            self.stones.remove(&new);
            if self.stones.remove(&old) {
                self.stones.insert(new);
            }
        }
    }

    /// Keeps in mind what a statement made, for those after it.
    fn remember(&mut self, resolver: &mut Resolver, effect: &Effect, temporary: bool, near: &Seen, far: &Seen) {
        match &effect.change {
            Change::Nothing => {}
            Change::Drops { .. } => {
                for table in &effect.outputs {
                    resolver.forget(*table);
                    self.shallow.remove(table);
                    self.deep.remove(table);
                }
            }
            Change::Renames(pairs) => {
                for map in [&mut self.shallow, &mut self.deep] {
                    rename(map, resolver, pairs);
                }
                resolver.rename(pairs);
            }
            Change::Adds => {
                for table in &effect.outputs {
                    if is_variable(resolver, *table) {
                        for map in [&mut self.shallow, &mut self.deep] {
                            map.entry(*table).or_insert_with(|| Made { temporary: true, ..Made::default() });
                        }
                    }
                    add(&mut self.shallow, *table, near);
                    add(&mut self.deep, *table, far);
                }
            }
            Change::Makes { .. } => {
                for table in &effect.outputs {
                    self.make(resolver, *table, temporary, near, far);
                }
            }
        }
    }

    /// Keeps in mind a table that was made anew.
    fn make(&mut self, resolver: &mut Resolver, table: TableId, temporary: bool, near: &Seen, far: &Seen) {
        let columns = own(far.1, table);
        if !columns.is_empty() {
            resolver.learn(table, &columns);
        }
        self.deep.insert(table, Made { inputs: far.0.clone(), columns, temporary, renamed: false });
        if temporary {
            let columns = own(near.1, table);
            self.shallow.insert(table, Made { inputs: near.0.clone(), columns, temporary, renamed: false });
        } else {
            self.shallow.remove(&table);
        }
    }

    /// What flows from end to end.
    pub(crate) fn finish(self, resolver: &mut Resolver) -> Ends {
        let mut inputs: Vec<TableId> = self.inputs.iter().map(|(table, _)| *table).collect();
        inputs.dedup();
        let mut inputs: Vec<TableName> = inputs.into_iter().map(|table| resolver.table_name(table).clone()).collect();
        inputs.sort();
        let left: Vec<(TableId, Vec<Written>)> =
            self.outputs.tables.into_values().filter(|(table, _)| !self.stones.contains(table)).collect();
        let left: Vec<_> = left.into_iter().filter(|(table, _)| !is_variable(resolver, *table)).collect();
        let mut columns = Vec::new();
        for (table, written) in &left {
            columns.extend(written.iter().map(|made| edge(resolver, Some(*table), &made.column, made.statement)));
        }
        columns.extend(self.results.iter().map(|made| edge(resolver, None, &made.column, made.statement)));
        let public = self.influences.iter().map(|(found, statements)| influence(resolver, found, statements));
        let mut influences: Vec<Influence> = public.collect();
        influences.sort();
        let outputs = left.iter().map(|(table, _)| resolver.table_name(*table).clone()).collect();
        Ends { inputs, outputs, columns, influences }
    }
}

/// A statement seen through the tables that were made before.
fn seen<'e>(
    made: &HashMap<TableId, Made>,
    resolver: &mut Resolver,
    effect: &'e Effect,
) -> (BTreeSet<TableId>, Columns<'e>) {
    let mut inputs = BTreeSet::new();
    for table in &effect.inputs {
        match made.get(table) {
            Some(stone) => inputs.extend(stone.inputs.iter().copied()),
            None => {
                inputs.insert(*table);
            }
        }
    }
    if made.is_empty() {
        return (inputs, Cow::Borrowed(&effect.columns));
    }
    let through = |(table, column): &(Option<TableId>, Column), resolver: &mut Resolver| {
        (*table, Column { flow: through(made, resolver, &column.flow), ..column.clone() })
    };
    let columns = effect.columns.iter().map(|column| through(column, resolver)).collect();
    (inputs, Cow::Owned(columns))
}

/// What decides about rows, seen through the tables that were made before.
fn decided(made: &HashMap<TableId, Made>, resolver: &mut Resolver, decision: &Decision) -> Decision {
    if made.is_empty() {
        return decision.clone();
    }
    let flow = through(made, resolver, &Flow { sources: decision.sources.clone(), ..Flow::default() });
    let mut sources: Vec<_> = flow.sources.into_iter().map(base).collect();
    sources.sort_unstable();
    sources.dedup();
    Decision { kind: decision.kind, sources, text: decision.text.clone() }
}

/// A flow seen through the tables that were made before.
fn through(made: &HashMap<TableId, Made>, resolver: &mut Resolver, flow: &Flow) -> Flow {
    let mut result = Flow { sources: Vec::with_capacity(flow.sources.len()), steps: Steps::default(), ..flow.clone() };
    for source in &flow.sources {
        let (from, aggregated) = (result.sources.len(), result.aggregated);
        let (table, name) = resolver.source_name(*source);
        let name = std::rc::Rc::clone(name);
        let Some(stone) = made.get(&table) else {
            result.sources.push(*source);
            continue;
        };
        let key = resolver.symbol(&name);
        let star = resolver.symbol("*");
        if let Some(column) = stone.find(key) {
            result.add(&column.flow);
            result.text = result.text.or_else(|| column.flow.text.clone());
        } else if name.as_ref() == "*" {
            stone.columns.iter().for_each(|column| result.add(&column.flow));
        } else if stone.temporary || stone.find(star).is_some() {
            for column in stone.columns.iter().filter(|column| column.key == star) {
                for source in column.flow.sources.clone() {
                    let (table, _) = resolver.source_name(source);
                    let source = resolver.source(table, &name);
                    result.sources.push(source);
                }
            }
        } else {
            result.sources.push(*source);
        }
        result.mark(from, roles(*source));
        if roles(*source) & (WINDOW | CONDITION) != 0 {
            result.aggregated = aggregated;
        }
        if resolver.request.details {
            result.steps.add(&Step::Table(table));
        }
    }
    result.steps.add_all(&flow.steps);
    result.settle();
    result
}

/// Whether a table is a variable of a procedure.
fn is_variable(resolver: &Resolver, table: TableId) -> bool {
    resolver.table_name(table).name().starts_with('@') && !resolver.table_name(table).is_location()
}

fn add(map: &mut HashMap<TableId, Made>, table: TableId, (inputs, columns): &Seen) {
    let Some(made) = map.get_mut(&table) else { return };
    made.inputs.extend(inputs.iter().copied());
    for column in own(columns, table) {
        match made.columns.iter_mut().find(|other| other.key == column.key) {
            Some(other) => other.flow = other.flow.clone().joined(&column.flow),
            None => made.columns.push(column),
        }
    }
}

fn rename(map: &mut HashMap<TableId, Made>, resolver: &mut Resolver, pairs: &[(TableId, TableId)]) {
    let moved: Vec<(TableId, Option<Made>)> = pairs.iter().map(|(old, new)| (*new, map.remove(old))).collect();
    for ((new, made), (old, _)) in moved.into_iter().zip(pairs) {
        let made = made.unwrap_or_else(|| {
            let source = resolver.source(*old, "*");
            let star = resolver.column("*", Flow::of(source, Confidence::Certain));
            Made { inputs: BTreeSet::from([*old]), columns: vec![star], temporary: false, renamed: true }
        });
        map.insert(new, made);
    }
}

fn own(columns: &[(Option<TableId>, Column)], table: TableId) -> Vec<Column> {
    columns.iter().filter(|(owner, _)| *owner == Some(table)).map(|(_, column)| column.clone()).collect()
}

/// The rows of a table that the session made, under its own name.
pub(crate) fn made_rows(resolver: &mut Resolver, table: TableId, columns: &[Column]) -> Rows {
    let mut rows = Rows::default();
    for column in columns {
        let source = resolver.source(table, &column.name);
        let open = column.name.as_ref() == "*";
        let confidence = if open { Confidence::Likely } else { Confidence::Certain };
        rows.columns.push(Column { flow: Flow::of(source, confidence), ..column.clone() });
        if open && rows.rest.is_empty() {
            rows.rest.push(vec![table]);
        }
    }
    rows
}
