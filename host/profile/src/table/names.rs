//! Which leaf of a file a column of a table is: by its field id where the file has ids, else by its name.

use super::schema::Leaf;

/// A leaf of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The id that the file has for it.
    pub id: Option<i32>,
    /// Its names from the outermost in, without those of elements of lists.
    pub path: Vec<String>,
}

/// The place of a column among a file's leaves; none if the file was written without it.
pub fn place(leaf: &Leaf, file: &[Named]) -> Option<usize> {
    let has_ids = file.iter().any(|named| named.id.is_some());
    match leaf.id {
        Some(id) if has_ids => file.iter().position(|named| named.id == Some(id)),
        _ => by_name(&leaf.path, file),
    }
}

fn by_name(path: &[String], file: &[Named]) -> Option<usize> {
    let found = file.iter().position(|named| named.path == path);
    found.or_else(|| {
        let without: Vec<&String> = path.iter().filter(|name| *name != "element").collect();
        file.iter().position(|named| named.path.iter().eq(without.iter().copied()))
    })
}
