//! The leaves of a schema of Arrow: columns, and what lies in their structs, lists and maps.

use arrow_schema::{DataType, Field, Fields};

/// A leaf of a schema.
pub struct LeafField<'a> {
    /// Its names from the outermost in. Elements of lists have no name of their own, as catalogs show them.
    pub path: Vec<String>,
    /// Whether it lies in a list or a map.
    pub is_repeated: bool,
    /// The leaf itself.
    pub field: &'a Field,
    /// The levels of the structs around it: one for each of its names but the last.
    pub structs: Vec<Levels>,
}

/// Parquet's levels at some place of a schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Levels {
    /// From which definition level on there is an entry: below, a list around it is empty or null.
    pub entry: i16,
    /// From which definition level on it is not null.
    pub definition: i16,
    /// How many lists lie around it.
    pub repetition: i16,
}

/// All leaves, in the order in which Parquet has them.
pub fn leaves(fields: &Fields) -> Vec<LeafField<'_>> {
    let mut found = Vec::new();
    for field in fields {
        let place = Place { path: vec![field.name().clone()], ..Place::default() };
        walk(field, place, &mut found);
    }
    found
}

#[derive(Clone, Default)]
struct Place {
    path: Vec<String>,
    structs: Vec<Levels>,
    levels: Levels,
}

impl Place {
    fn in_list(mut self) -> Self {
        self.levels.definition += 1;
        self.levels.repetition += 1;
        self.levels.entry = self.levels.definition;
        self
    }

    fn leaf(self, field: &Field) -> LeafField<'_> {
        let is_repeated = self.levels.repetition > 0;
        LeafField { path: self.path, is_repeated, field, structs: self.structs }
    }
}

fn walk<'a>(field: &'a Field, mut place: Place, found: &mut Vec<LeafField<'a>>) {
    place.levels.definition += i16::from(field.is_nullable());
    match field.data_type() {
        DataType::Struct(fields) => within(fields, place, found),
        DataType::List(element)
        | DataType::LargeList(element)
        | DataType::ListView(element)
        | DataType::LargeListView(element)
        | DataType::FixedSizeList(element, _) => walk(element, place.in_list(), found),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(fields) => within(fields, place.in_list(), found),
            _ => found.push(place.in_list().leaf(field)),
        },
        _ => found.push(place.leaf(field)),
    }
}

fn within<'a>(fields: &'a Fields, mut place: Place, found: &mut Vec<LeafField<'a>>) {
    place.structs.push(place.levels);
    for field in fields {
        let mut place = place.clone();
        place.path.push(field.name().clone());
        walk(field, place, found);
    }
}
