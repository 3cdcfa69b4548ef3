//! The columns of the tables of a schema, listed once a run and schema, when the first of its tables is asked about.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use metahost_profile::pushdown::{SqlColumn, columns_of_schema};
use tokio::sync::OnceCell;

use super::data::{DataError, Statement, TableData};
use super::spent::Spent;

/// More columns no schema is believed to have.
const MOST: u32 = 2_000_000;

type Tables = BTreeMap<String, Vec<SqlColumn>>;
type Listing = Arc<OnceCell<Result<Tables, DataError>>>;

/// Listings by catalog and schema.
#[derive(Debug, Default)]
pub(crate) struct Schemas(Mutex<BTreeMap<(String, String), Listing>>);

impl Schemas {
    /// The columns of a table, by its three names.
    pub(crate) async fn columns(
        &self,
        table: &[String],
        data: &dyn TableData,
        spent: &Spent,
    ) -> Result<Vec<SqlColumn>, DataError> {
        let [catalog, schema, name] = table else {
            return Err(DataError::failed(format!(
                "a table that is asked in SQL has three names, this one has {}",
                table.len()
            )));
        };
        let listing = {
            let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(all.entry((catalog.clone(), schema.clone())).or_default())
        };
        let tables = listing.get_or_init(|| list(catalog, schema, data, spent)).await;
        let found = tables.as_ref().map_err(DataError::clone)?.get(name).cloned();
        found.ok_or_else(|| DataError::failed("the engine lists no columns of it"))
    }
}

async fn list(catalog: &str, schema: &str, data: &dyn TableData, spent: &Spent) -> Result<Tables, DataError> {
    let sql = columns_of_schema(catalog, schema);
    spent.add(|all| all.listings += 1);
    let answer = data.query(&Statement { sql, max_rows: MOST, budget: None }).await?;
    let mut tables = Tables::new();
    for row in answer.rows {
        let Ok([Some(table), Some(name), Some(type_name)]) = <[Option<String>; 3]>::try_from(row) else {
            return Err(DataError::failed(format!("the listing of the columns of {catalog}.{schema} can't be read")));
        };
        tables.entry(table).or_default().push(SqlColumn { name, type_name });
    }
    Ok(tables)
}
