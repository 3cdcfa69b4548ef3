//! Trino and Starburst: catalogs, schemas, tables, views, columns, query history.
//! Never holds a secret or a clock: the host signs requests, the server tells the time.

pub mod columns;
mod scan;
pub mod types;
