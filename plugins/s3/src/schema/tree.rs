//! Columns as trees, so that those of several files can be joined. Never reads a file.

use metahost_plugin_sdk::entities::Column;

/// A column with what is nested in it.
pub struct Tree {
    /// The column; its parent is not set.
    pub column: Column,
    /// What is nested in it.
    pub inner: Vec<Tree>,
}

/// Trees of a flat list, in which parents come before their children.
pub fn grow(columns: &[Column]) -> Vec<Tree> {
    let mut below: Vec<Vec<Tree>> = columns.iter().map(|_| Vec::new()).collect();
    let mut tops = Vec::new();
    for (at, column) in columns.iter().enumerate().rev() {
        let mut inner = below.get_mut(at).map(core::mem::take).unwrap_or_default();
        inner.reverse();
        let tree = Tree { column: Column { parent: None, ..column.clone() }, inner };
        match column.parent.and_then(|parent| below.get_mut(parent as usize)) {
            Some(siblings) => siblings.push(tree),
            None => tops.push(tree),
        }
    }
    tops.reverse();
    tops
}

/// The flat list of trees.
pub fn flat(trees: Vec<Tree>) -> Vec<Column> {
    let mut columns = Vec::new();
    push(&mut columns, trees, None);
    columns
}

fn push(columns: &mut Vec<Column>, trees: Vec<Tree>, parent: Option<u32>) {
    for tree in trees {
        let at = u32::try_from(columns.len()).ok();
        columns.push(Column { parent, ..tree.column });
        push(columns, tree.inner, at);
    }
}

/// The type as people know it.
pub fn type_of(column: &Column) -> String {
    let kind = column.display.as_ref().unwrap_or(&column.data_type);
    match (&column.element_type, column.precision, column.scale) {
        (Some(element), _, _) => format!("{kind}<{element}>"),
        (_, Some(precision), Some(scale)) if !kind.contains('(') => format!("{kind}({precision},{scale})"),
        _ => kind.clone(),
    }
}

/// Adds a file's columns to those known: each once, in the order of the first file that has it. Tells what differs.
pub fn merge(known: &mut Vec<Tree>, more: Vec<Tree>, file: &str, above: &str, notes: &mut Vec<String>) {
    let name = |tree: &Tree| format!("{above}{}", tree.column.name);
    for tree in known.iter().filter(|tree| !more.iter().any(|it| it.column.name == tree.column.name)) {
        notes.push(format!("`{}` is missing in {file}", name(tree)));
    }
    let known_count = known.len();
    for tree in more {
        let Some(same) = known.iter_mut().find(|it| it.column.name == tree.column.name) else {
            if known_count > 0 {
                notes.push(format!("`{}` came with {file}", name(&tree)));
            }
            known.push(tree);
            continue;
        };
        let (was, is) = (type_of(&same.column), type_of(&tree.column));
        if was != is {
            notes.push(format!("`{}` is {was} and, in {file}, {is}", name(same)));
        } else if !same.inner.is_empty() || !tree.inner.is_empty() {
            let above = format!("{}.", name(same));
            merge(&mut same.inner, tree.inner, file, &above, notes);
        }
    }
}
