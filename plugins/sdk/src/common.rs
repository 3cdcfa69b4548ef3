//! The small things that every connector builds. Never reads anything.

use crate::connector::TestStep;
use crate::entities::Common;
use crate::lineage::Query;

/// An entity's common part with nothing but its place.
pub fn common(path: Vec<String>) -> Common {
    Common {
        path,
        display_name: None,
        description: None,
        owners: Vec::new(),
        tags: Vec::new(),
        source_url: None,
        extension: Vec::new(),
    }
}

/// A text of SQL with nothing but who speaks it; of the emitting source's own service.
pub fn query(sql: String, dialect: &str) -> Query {
    Query {
        sql,
        dialect: dialect.to_owned(),
        service: None,
        database: None,
        schema: None,
        user: None,
        started_at: None,
        duration_ms: None,
        rows: None,
        failed: false,
        target: None,
    }
}

/// Texts that are not empty, one below the other.
pub fn paragraphs(texts: impl IntoIterator<Item = Option<String>>) -> Option<String> {
    let texts: Vec<String> = texts.into_iter().flatten().filter(|text| !text.trim().is_empty()).collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

/// A step of the connection test; after a mandatory one that fails, no other makes sense.
pub fn test_step(name: &str, description: &str, mandatory: bool) -> TestStep {
    TestStep { name: name.to_owned(), description: description.to_owned(), mandatory, short_circuit: mandatory }
}
