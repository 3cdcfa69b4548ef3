//! Trino and Starburst: catalogs, schemas, tables, views, columns, query history.
