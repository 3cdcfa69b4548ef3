//! What Trino tells about all tables and views of a schema at once, by name. One statement each, all under way together.

use std::collections::BTreeMap;

use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{ErrorExt, Result};

use crate::answer::{is_local, reason};
use crate::client::Client;
use crate::sql;

/// One text cell after the other.
type Row = Vec<Option<String>>;

/// What is known about a table or view before its columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Relation {
    /// What kind.
    pub kind: Kind,
    /// Its comment.
    pub comment: Option<String>,
}

/// Table or view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Kind {
    /// A table.
    #[default]
    Table,
    /// A view, with its query where Trino tells it.
    View(Option<String>),
    /// A materialized view.
    Materialized(Box<Materialized>),
}

/// A materialized view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Materialized {
    /// Its query.
    pub query: Option<String>,
    /// `FRESH`, `STALE` or `UNKNOWN`.
    pub freshness: Option<String>,
    /// When it was last fresh.
    pub last_fresh: Option<String>,
    /// The table that holds its rows.
    pub storage: Option<String>,
}

/// The tables and views of a schema.
#[derive(Debug, Default)]
pub struct Relations {
    /// Name of the catalog's connector, where it is known.
    pub connector: Option<String>,
    /// By name.
    pub by_name: BTreeMap<String, Relation>,
    /// Something of it could not be read.
    pub has_gaps: bool,
}

/// Asks for everything but the columns.
pub fn read(client: &Client, catalog: &str, schema: &str, out: &mut dyn Output) -> Result<Relations> {
    let statements = [
        sql::tables(catalog, schema),
        sql::connector(catalog),
        sql::views(catalog, schema),
        sql::materialized_views(catalog, schema),
        sql::comments(catalog, schema),
    ];
    let mut answers = client.all_of::<Row>(&statements).into_iter();
    let mut next = || answers.next().unwrap_or_else(|| Ok(Vec::new()));
    let mut relations = Relations::default();
    relations.take_tables(next().with("schema", schema)?);
    // The rest only adds to what is there: a connector or a version that can't tell it does not cost the tables.
    let mut optional = |what: &str| match next() {
        Err(error) if is_local(&error) => {
            relations.has_gaps = true;
            out.skipped(&[catalog, schema], &format!("{what} can't be read: {}", reason(&error)));
            Ok(Vec::new())
        }
        other => other.with("schema", [catalog, schema].join(".")),
    };
    let connector = optional("the connector's name")?;
    let views = optional("view definitions")?;
    let materialized = optional("materialized views")?;
    let comments = optional("table comments")?;
    relations.connector = connector.into_iter().next().and_then(|row| cell(row, 0));
    relations.take_views(views);
    relations.take_materialized(materialized);
    relations.take_comments(comments);
    Ok(relations)
}

fn cell(mut row: Row, index: usize) -> Option<String> {
    row.get_mut(index).and_then(Option::take)
}

impl Relations {
    fn take_tables(&mut self, rows: Vec<Row>) {
        for mut row in rows {
            let is_view = row.get(1).is_some_and(|kind| kind.as_deref() == Some("VIEW"));
            let kind = if is_view { Kind::View(None) } else { Kind::Table };
            if let Some(name) = row.get_mut(0).and_then(Option::take) {
                self.by_name.insert(name, Relation { kind, comment: None });
            }
        }
    }

    fn take_views(&mut self, rows: Vec<Row>) {
        for row in rows {
            if let [Some(name), query] = &row[..] {
                self.by_name.entry(name.clone()).or_default().kind = Kind::View(query.clone());
            }
        }
    }

    fn take_materialized(&mut self, rows: Vec<Row>) {
        for mut row in rows {
            let mut take = |index: usize| row.get_mut(index).and_then(Option::take).filter(|text| !text.is_empty());
            let Some(name) = take(0) else { continue };
            let storage: Vec<String> = (5..8).filter_map(&mut take).collect();
            let view = Materialized {
                query: take(1),
                freshness: take(3),
                last_fresh: take(4),
                storage: (!storage.is_empty()).then(|| storage.join(".")),
            };
            let relation = self.by_name.entry(name).or_default();
            relation.kind = Kind::Materialized(Box::new(view));
            relation.comment = take(2);
        }
    }

    fn take_comments(&mut self, rows: Vec<Row>) {
        for row in rows {
            if let [Some(name), Some(comment)] = &row[..]
                && let Some(relation) = self.by_name.get_mut(name)
            {
                relation.comment = Some(comment.clone());
            }
        }
    }
}
