//! The tables that SQL may name, by service and database, as far as they were listed. Never lists: it says what it lacks.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use metahost_lineage::TableName;
use metahost_model::{ColumnNames, EntityPath};

/// What must be listed before a name can be looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// Of this service.
    pub(crate) service: String,
    /// The tables of this database; none for the names of all databases.
    pub(crate) database: Option<String>,
}

/// A table of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexedTable {
    pub(crate) path: EntityPath,
    pub(crate) columns: ColumnNames,
}

/// What is known of a name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Look<'s> {
    Found(&'s IndexedTable),
    Absent,
    /// It may be there: list these first.
    Unlisted(BTreeSet<Place>),
}

/// See the module.
#[derive(Debug, Clone, Default)]
pub(crate) struct TableIndex {
    services: HashMap<String, Databases>,
}

#[derive(Debug, Clone, Default)]
struct Databases {
    listed: bool,
    databases: BTreeMap<String, Tables>,
}

#[derive(Debug, Clone, Default)]
struct Tables {
    listed: bool,
    /// Schema and name in lower case; several only where names differ in nothing but case.
    tables: HashMap<(String, String), Vec<IndexedTable>>,
}

impl TableIndex {
    /// The databases of a service are these.
    pub(crate) fn list_databases(&mut self, service: &str, names: impl IntoIterator<Item = String>) {
        let all = self.services.entry(service.to_owned()).or_default();
        all.listed = true;
        for name in names {
            all.databases.entry(name).or_default();
        }
    }

    /// The tables of a database are these, and those that were added.
    pub(crate) fn list_tables(&mut self, place: &Place, tables: impl IntoIterator<Item = (EntityPath, ColumnNames)>) {
        for (path, columns) in tables {
            // What was added is newer than what was listed.
            self.put(&place.service, path, columns, false);
        }
        let databases = &mut self.services.entry(place.service.clone()).or_default().databases;
        databases.entry(place.database.clone().unwrap_or_default()).or_default().listed = true;
    }

    /// There is also this table, or it looks like this now.
    pub(crate) fn add(&mut self, service: &str, path: EntityPath, columns: ColumnNames) {
        self.put(service, path, columns, true);
    }

    fn put(&mut self, service: &str, path: EntityPath, columns: ColumnNames, replaces: bool) {
        let [database, schema, name] = path.parts() else { return };
        let databases = &mut self.services.entry(service.to_owned()).or_default().databases;
        let tables = &mut databases.entry(database.clone()).or_default().tables;
        let alike = tables.entry((schema.to_lowercase(), name.to_lowercase())).or_default();
        match alike.iter_mut().find(|known| known.path == path) {
            Some(known) if replaces => known.columns = columns,
            Some(_) => {}
            None => alike.push(IndexedTable { path, columns }),
        }
    }

    /// The table that a name means in a service: exactly so, or else the only one that differs in nothing but case.
    /// Without a database it must be in one database only; without a schema it means none.
    pub(crate) fn look(&self, service: &str, name: &TableName) -> Look<'_> {
        let parts = name.parts();
        if name.is_location() || parts.len() < 2 {
            return Look::Absent;
        }
        // A server's name in front of the database, as in T-SQL, says nothing here.
        let parts = &parts[parts.len().saturating_sub(3)..];
        let (within, inner) = parts.split_at(parts.len() - 2);
        let database = within.first().map(String::as_str);
        let searched = self
            .services
            .get(service)
            .map_or_else(|| Err(vec![database.map(str::to_owned)]), |all| all.searched(database));
        let tables = match searched {
            Ok(tables) => tables,
            Err(lacking) => {
                let place = |database| Place { service: service.to_owned(), database };
                return Look::Unlisted(lacking.into_iter().map(place).collect());
            }
        };
        let mut found = tables.into_iter().filter_map(|tables| tables.find(inner));
        match (found.next(), found.next()) {
            (Some(table), None) => Look::Found(table),
            _ => Look::Absent,
        }
    }
}

/// Databases of which the tables must be listed first; none stands for the list of all databases.
type Lacking = Vec<Option<String>>;

impl Databases {
    /// Where to look for a table: in the database that is named, else in all.
    fn searched(&self, named: Option<&str>) -> Result<Vec<&Tables>, Lacking> {
        let found = match named.map(|name| (name, self.database(name))) {
            // Most names are spelled as they are: the list of all databases is worth a look only if not.
            Some((_, Some((_, tables)))) if tables.listed && tables.tables.is_empty() && !self.listed => {
                return Err(vec![None]);
            }
            Some((name, None)) if !self.listed => return Err(vec![Some(name.to_owned())]),
            Some((_, found)) => found.into_iter().collect(),
            None if !self.listed => return Err(vec![None]),
            None => self.databases.iter().collect::<Vec<(&String, &Tables)>>(),
        };
        let lacking: Lacking =
            found.iter().filter(|(_, tables)| !tables.listed).map(|(name, _)| Some((*name).clone())).collect();
        if lacking.is_empty() { Ok(found.into_iter().map(|(_, tables)| tables).collect()) } else { Err(lacking) }
    }

    fn database(&self, name: &str) -> Option<(&String, &Tables)> {
        let same = |(known, _): &(&String, &Tables)| known.to_lowercase() == name.to_lowercase();
        self.databases.get_key_value(name).or_else(|| self.databases.iter().find(same))
    }
}

impl Tables {
    fn find(&self, inner: &[String]) -> Option<&IndexedTable> {
        let [schema, name] = inner else { return None };
        let alike = self.tables.get(&(schema.to_lowercase(), name.to_lowercase()))?;
        let exact = alike.iter().find(|known| known.path.parts().ends_with(inner));
        exact.or_else(|| alike.first().filter(|_| alike.len() == 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> EntityPath {
        EntityPath::new(text.split('.').map(str::to_owned).collect()).unwrap()
    }

    fn place(service: &str, database: Option<&str>) -> Place {
        Place { service: service.into(), database: database.map(str::to_owned) }
    }

    fn index(tables: &[&str]) -> TableIndex {
        let mut index = TableIndex::default();
        let databases: BTreeSet<String> = tables.iter().map(|table| path(table).parts()[0].clone()).collect();
        index.list_databases("svc", databases.clone());
        for database in databases {
            let inside = tables.iter().map(|table| path(table)).filter(|path| path.parts()[0] == database);
            let columns = ColumnNames::from(vec!["id".to_owned()]);
            index.list_tables(&place("svc", Some(&database)), inside.map(|path| (path, columns.clone())));
        }
        index
    }

    fn found(index: &TableIndex, name: &str) -> Option<String> {
        match index.look("svc", &TableName::dotted(name)) {
            Look::Found(table) => Some(table.path.parts().join(".")),
            _ => None,
        }
    }

    #[test]
    fn a_name_is_found_as_it_is_spelled_or_else_in_any_case() {
        let index = index(&["db.s.orders", "db.s.Orders", "db.s.Customers"]);
        assert_eq!(found(&index, "db.s.Orders").as_deref(), Some("db.s.Orders"));
        assert_eq!(found(&index, "DB.S.CUSTOMERS").as_deref(), Some("db.s.Customers"));
        assert_eq!(found(&index, "db.s.ORDERS"), None, "two are alike");
        assert_eq!(found(&index, "server.db.s.orders").as_deref(), Some("db.s.orders"));
    }

    #[test]
    fn without_a_database_a_table_must_be_in_one_only() {
        let index = index(&["db.s.orders", "db.s.items", "other.s.items"]);
        assert_eq!(found(&index, "s.orders").as_deref(), Some("db.s.orders"));
        assert_eq!(found(&index, "s.items"), None);
        assert_eq!(found(&index, "orders"), None);
    }

    #[test]
    fn what_is_not_listed_is_asked_for_first() {
        let mut index = TableIndex::default();
        let look = |index: &TableIndex| format!("{:?}", index.look("svc", &TableName::dotted("db.s.t")));
        assert!(look(&index).contains("database: Some(\"db\")"), "most names are spelled as they are");
        index.list_tables(&place("svc", Some("db")), []);
        assert!(look(&index).contains("database: None"), "and if not, there may be one in another case");
        index.list_databases("svc", ["db".to_owned()]);
        assert_eq!(look(&index), "Absent");
        let short = index.look("other", &TableName::dotted("s.t"));
        assert_eq!(short, Look::Unlisted(BTreeSet::from([place("other", None)])));
    }

    #[test]
    fn what_was_added_is_newer_than_what_was_listed() {
        let mut index = TableIndex::default();
        index.add("svc", path("db.s.t"), ColumnNames::from(vec!["new".to_owned()]));
        index.list_databases("svc", []);
        index.list_tables(&place("svc", Some("db")), [(path("db.s.t"), ColumnNames::from(vec!["old".to_owned()]))]);
        let Look::Found(table) = index.look("svc", &TableName::dotted("db.s.t")) else { panic!("not found") };
        assert_eq!(table.columns.iter().collect::<Vec<_>>(), ["new"]);
    }
}
