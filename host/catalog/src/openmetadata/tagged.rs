//! Columns that people, or what looks for personal data, tagged in OpenMetadata. Keeps only those; never a body.

use metahost_model::{EntityKind, EntityPath, Fqn, Service, decode_name};
use serde::Deserialize;

use super::OpenMetadata;
use super::server::encode;
use crate::TaggedColumns;
use crate::error::Error;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Table {
    fully_qualified_name: Fqn,
    #[serde(default)]
    columns: Vec<Column>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    #[serde(default)]
    tags: Option<Vec<Label>>,
    #[serde(default)]
    children: Option<Vec<Column>>,
}

#[derive(Deserialize)]
struct Label {
    #[serde(rename = "tagFQN")]
    fqn: String,
}

impl OpenMetadata {
    /// See [`crate::Catalog::tagged_columns`].
    pub(super) async fn list_tagged(&self, service: &Service, tags: &[String]) -> Result<TaggedColumns, Error> {
        let mut found = TaggedColumns::new();
        // Tables are listed by database.
        for database in self.list(service, EntityKind::Database, &EntityPath::root()).await?.into_keys() {
            let query = format!("database={}&fields=columns,tags", encode(&database));
            self.each("tables", &query, |table: Table| {
                let mut columns = Vec::new();
                gather(table.columns, &[], tags, &mut columns);
                if !columns.is_empty() {
                    found.insert(table.fully_qualified_name, columns.into_iter().collect());
                }
            })
            .await?;
        }
        Ok(found)
    }
}

fn gather(columns: Vec<Column>, around: &[String], tags: &[String], found: &mut Vec<Vec<String>>) {
    for column in columns {
        let path = [around, &[decode_name(&column.name)]].concat();
        gather(column.children.unwrap_or_default(), &path, tags, found);
        if column.tags.iter().flatten().any(|label| tags.contains(&label.fqn)) {
            found.push(path);
        }
    }
}
