//! Splits and what each emits: one for the namespaces, one for the tables and views of each.

use metahost_plugin_sdk::connector::{Mode, Split};
use metahost_plugin_sdk::entities::{Database, Entity, Schema, Table};
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::statistics::{FileSet, TableStat};
use metahost_plugin_sdk::{Result, protocol};
use serde_json::Value;

use crate::catalog::{self, Catalog, Held, Listed, Servers};
use crate::config::Config;
use crate::table::described;
use crate::{manifest, metadata, statistics, table, view};

/// Tables asked for at once.
const AT_ONCE: usize = 16;

/// What stands before the levels of a namespace in the split of its statistics.
const PROFILE: &str = "profile:";

/// An open catalog, and how its names are read.
pub struct Reader<'c> {
    catalog: Box<dyn Catalog + 'c>,
    store: &'c dyn Api,
    config: &'c Config,
}

/// What a table's metadata tells.
enum Told {
    Entity(Box<Table>),
    Profile(Vec<String>, Box<TableStat>, Option<Box<FileSet>>),
    /// Nobody wrote to it yet.
    Nothing,
}

/// The levels of the namespace that a split is about: two namespaces may give schemas of one name.
pub fn levels(id: &str) -> Result<Vec<String>> {
    serde_json::from_str(id.trim_start_matches(PROFILE))
        .map_err(|_| protocol(format!("`{id}` is no split of this connector")))
}

impl<'c> Reader<'c> {
    /// Opens the catalog.
    pub fn open(servers: &'c Servers, config: &'c Config) -> Result<Self> {
        Ok(Self { catalog: catalog::open(servers, config)?, store: servers.store.as_ref(), config })
    }

    /// One for the namespaces themselves, and one for each; for statistics only one for each.
    pub fn splits(&self, modes: &[Mode]) -> Result<Vec<Split>> {
        let database = &self.config.database;
        let namespaces = self.catalog.namespaces()?;
        let mut splits = Vec::new();
        for mode in modes {
            let split = |id: String, path| Split { id, path, mode: *mode, weight: None };
            let before = if *mode == Mode::Profile { PROFILE } else { "" };
            splits.extend((*mode == Mode::Entities).then(|| split("namespaces".to_owned(), vec![database.clone()])));
            splits.extend(namespaces.iter().map(|levels| {
                let path = vec![database.clone(), self.config.schema(levels)];
                split(format!("{before}{}", Value::from(levels.clone())), path)
            }));
        }
        Ok(splits)
    }

    /// The database and its schemas.
    pub fn namespaces(&self, out: &mut dyn Output) -> Result<()> {
        let (config, mut whole) = (self.config, true);
        let database = described(config, vec![config.database.clone()], |_| None);
        out.entity(Entity::Database(Database { common: database }))?;
        let all = self.catalog.namespaces()?;
        for levels in &all {
            let name = config.schema(levels);
            let properties = or_skip(out, &["properties of", &name], self.catalog.properties(levels))?;
            whole &= properties.is_some();
            let properties = properties.unwrap_or_default();
            let property = |key: &str| properties[key].as_str().map(str::to_owned);
            let common = described(config, vec![config.database.clone(), name], property);
            out.entity(Entity::Schema(Schema { common }))?;
        }
        if whole {
            out.complete(std::slice::from_ref(&config.database), "databaseSchema", Some(all.len() as u64))
        } else {
            Ok(())
        }
    }

    /// The tables and views of one namespace.
    pub fn namespace(&self, levels: &[String], out: &mut dyn Output) -> Result<()> {
        let schema = self.config.schema(levels);
        let tables = self.catalog.list(levels, Held::Tables)?;
        if tables.others > 0 {
            let fields = [("schema", schema.clone()), ("count", tables.others.to_string())];
            out.note(Level::Info, "tables and views that are not Iceberg's are not read by this connector", &fields);
        }
        let mut read = self.emit(levels, Held::Tables, &tables.listed, out)?;
        let views = or_skip(out, &[&schema, "views"], self.catalog.list(levels, Held::Views))?;
        let (whole, views) = (views.is_some(), views.unwrap_or_default());
        read += self.emit(levels, Held::Views, &views.listed, out)?;
        let all = tables.listed.len() + views.listed.len();
        if read < all || !whole {
            return Ok(());
        }
        out.complete(&[self.config.database.clone(), schema], "table", Some(all as u64))
    }

    /// What the metadata of each table says of its rows.
    pub fn profiles(&self, levels: &[String], out: &mut dyn Output) -> Result<()> {
        let tables = self.catalog.list(levels, Held::Tables)?.listed;
        if self.config.s3.is_none() && !tables.is_empty() {
            let remedy = "say in `s3.endpoint` where the store is, and give its keys to the credential slot `s3`";
            out.note(Level::Warn, "manifests and data files are not read", &[("remedy", remedy.to_owned())]);
        }
        self.each(levels, Held::Tables, &tables, out, &|path, answer| self.profile(path, answer)).map(drop)
    }

    /// A table's statistics and, where its store is known, its files.
    fn profile(&self, path: Vec<String>, answer: Value) -> Result<Told> {
        let table: metadata::Table = parse("the table", answer)?;
        let Some(stats) = statistics::of(&table) else { return Ok(Told::Nothing) };
        let snapshot = table::current_snapshot(&table).filter(|_| self.config.s3.is_some());
        let Some(snapshot) = snapshot else { return Ok(Told::Profile(path, Box::new(stats), None)) };
        let mut told = manifest::read(self.store, self.config, &table, snapshot)?;
        let stats = statistics::with_manifests(stats, &table, &mut told);
        Ok(Told::Profile(path, Box::new(stats), Some(Box::new(told.files))))
    }

    /// Emits what can be read, and says how many that were.
    fn emit(&self, levels: &[String], held: Held, some: &[Listed], out: &mut dyn Output) -> Result<usize> {
        let config = self.config;
        let entity = |path, answer| match held {
            Held::Tables => table::entity(config, path, &parse("the table", answer)?),
            Held::Views => view::entity(config, path, &parse("the view", answer)?),
        };
        self.each(levels, held, some, out, &|path, answer| entity(path, answer).map(Box::new).map(Told::Entity))
    }

    /// Hands on what can be told of each, and says of how many that was possible.
    fn each(
        &self,
        levels: &[String],
        held: Held,
        listed: &[Listed],
        out: &mut dyn Output,
        tell: &dyn Fn(Vec<String>, Value) -> Result<Told>,
    ) -> Result<usize> {
        let (database, schema) = (&self.config.database, self.config.schema(levels));
        let mut read = 0;
        for some in listed.chunks(AT_ONCE) {
            for (Listed { name, .. }, answer) in some.iter().zip(self.catalog.load(levels, held, some)) {
                let path = vec![database.clone(), schema.clone(), name.clone()];
                let told = or_skip(out, &[database, &schema, name], answer.and_then(|answer| tell(path, answer)))?;
                read += usize::from(told.is_some());
                match told.unwrap_or(Told::Nothing) {
                    Told::Entity(table) => out.entity(Entity::Table(*table))?,
                    Told::Profile(table, stats, files) => {
                        out.stats(&table, *stats)?;
                        files.map_or(Ok(()), |files| out.files(&table, *files))?;
                    }
                    Told::Nothing => {}
                }
            }
            out.progress(&schema, read as u64, Some(listed.len() as u64));
        }
        Ok(read)
    }
}
