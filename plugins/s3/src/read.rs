//! One bucket: what is in it once, page by page or from its inventory, then the headers of some files of each table.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Column, Entity};
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::{Error, Result, protocol, time};
use serde_json::json;

use crate::config::Config;
use crate::container::{self, About};
use crate::detect::Kind;
use crate::folder::{Bucket, Folder, Listed};
use crate::inventory::{self, Line};
use crate::manifest::{self, Entry};
use crate::store::Store;
use crate::{link, partition, schema, table};

/// Objects between two reports of progress.
const STEP: u64 = 10_000;
/// Folders named where none of them has a table.
const NAMED: usize = 5;

/// The buckets to read.
pub fn buckets(store: &dyn Store, config: &Config) -> Result<Vec<String>> {
    if !config.buckets.is_empty() {
        return Ok(config.buckets.clone());
    }
    let all = store.buckets()?;
    if all.is_empty() {
        return Err(protocol(
            "the key sees no bucket; name them in `buckets`, or let it list them (s3:ListAllMyBuckets)",
        ));
    }
    Ok(all)
}

/// Emits one bucket.
pub fn bucket(store: &dyn Store, config: &Config, name: &str, out: &mut dyn Output) -> Result<()> {
    let reader = Reader { store, config, bucket: name };
    // What an operator has written down goes before what is guessed.
    let mut found = Bucket::new(config, manifest::entries(store, config, name)?);
    let extension = match config.inventory.get(name) {
        Some(address) => reader.inventory(address, &mut found, out)?,
        None => reader.listing(&mut found, out)?,
    };
    let tags = reader.tags(None, config.tags, out)?;
    let about = About { extension, tags, ..About::default() };
    out.entity(Entity::Container(container::bucket(config, name, &found.whole, about)))?;
    let mut tables = found.tables();
    let entries = found.entries.take();
    reader.missing(
        entries.as_deref().unwrap_or_default(),
        &tables.values().filter_map(|it| it.entry).collect(),
        &found,
        out,
    );
    let (count, mut unlinked) = (tables.len() as u64, Vec::new());
    let names: BTreeSet<String> = tables.keys().cloned().collect();
    while let Some((root, folder)) = tables.pop_first() {
        let entry = folder.entry.and_then(|at| entries.as_ref()?.get(at));
        reader.table(&root, folder, entry, &mut unlinked, out)?;
    }
    if let Some(first) = unlinked.first() {
        let some = unlinked.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
        let text = format!(
            "{} Iceberg or Delta folders are in no rule of `tables`, so no edge leads to their tables: {some}",
            unlinked.len()
        );
        out.skipped(&[name, first], &text);
    }
    let files = reader.files(&found, &names, out)?;
    if found.left_out > 0 {
        let text = format!(
            "{} more files without columns were left out: `unstructured-limit` is {}",
            found.left_out, config.unstructured_limit
        );
        out.skipped(&[name], &text);
        return Ok(());
    }
    out.complete(&[name.to_owned()], "container", Some(count + files))
}

struct Reader<'r> {
    store: &'r dyn Store,
    config: &'r Config,
    bucket: &'r str,
}

impl Reader<'_> {
    fn listing(&self, found: &mut Bucket, out: &mut dyn Output) -> Result<Vec<(String, String)>> {
        let mut token: Option<String> = None;
        loop {
            let page = self.store.page(self.bucket, "", token.as_deref())?;
            token = page.next()?.map(str::to_owned);
            for (object, class) in page.classed_objects() {
                let modified = object.modified.as_deref().and_then(time::millis).unwrap_or_default();
                found.add(Listed { key: object.key, size: object.size.unwrap_or_default(), modified, class });
            }
            out.progress(self.bucket, found.whole.objects, None);
            if token.is_none() {
                return Ok(Vec::new());
            }
        }
    }

    /// Old versions and what marks a key as deleted are told apart from what is there.
    fn inventory(&self, address: &str, found: &mut Bucket, out: &mut dyn Output) -> Result<Vec<(String, String)>> {
        let inventory = inventory::newest(self.store, self.bucket, address)?;
        let (mut older, mut older_bytes, mut deleted) = (0_u64, 0_u64, 0_u64);
        inventory.each(self.store, &mut |line| match line {
            Line::Object(object) => {
                found.add(object);
                if found.whole.objects.is_multiple_of(STEP) {
                    out.progress(self.bucket, found.whole.objects, None);
                }
            }
            Line::Older(bytes) => (older, older_bytes) = (older + 1, older_bytes + bytes),
            Line::Deleted => deleted += 1,
        })?;
        let facts = [
            ("inventoryOf", json!(inventory.begun())),
            ("olderVersions", json!(older)),
            ("olderVersionsBytes", json!(older_bytes)),
            ("deleteMarkers", json!(deleted)),
        ];
        Ok(facts.into_iter().map(|(name, value)| (name.to_owned(), value.to_string())).collect())
    }

    /// A listed folder without files is told.
    fn missing(&self, entries: &[Entry], seen: &BTreeSet<usize>, found: &Bucket, out: &mut dyn Output) {
        let has_files = |entry: &Entry| found.files.iter().any(|file| entry.place(&file.key).is_some());
        for (_, entry) in entries.iter().enumerate().filter(|(at, entry)| !seen.contains(at) && !has_files(entry)) {
            out.skipped(
                &[self.bucket, entry.path()],
                &format!("{} lists it, but there is nothing in it", manifest::KEY),
            );
        }
    }

    fn table(
        &self,
        root: &str,
        folder: Folder,
        entry: Option<&Entry>,
        unlinked: &mut Vec<String>,
        out: &mut dyn Output,
    ) -> Result<()> {
        let mut about = match folder.kind {
            Kind::Files => self.sampled(&folder, entry, out)?,
            kind => self.described(root, &folder, kind, out)?,
        };
        if folder.objects == 1
            && let Some(key) = folder.samples.first()
        {
            about.tags = self.tags(Some(key), self.config.object_tags, out)?;
        }
        let container = container::table(self.config, self.bucket, root, &folder, about);
        let linked = link::table(&self.config.tables, self.bucket, root);
        let edge = linked.map(|table| {
            let shared = if folder.kind == Kind::Files { &[][..] } else { &container.fields };
            link::edge(&container.common.path, table, shared)
        });
        out.entity(Entity::Container(container))?;
        match edge {
            Some(edge) => out.edge(edge),
            None if folder.kind == Kind::Files => Ok(()),
            None => {
                unlinked.push(root.to_owned());
                Ok(())
            }
        }
    }

    /// An Iceberg or Delta table by its metadata. One that can't be read is told; the table stays.
    fn described(&self, root: &str, folder: &Folder, kind: Kind, out: &mut dyn Output) -> Result<About> {
        let read = table::read(self.store, self.bucket, root, folder);
        let facts = or_skip(out, &[self.bucket, root], of_one(read))?;
        Ok(facts.map_or_else(
            || About { texts: vec![Some(format!("An {kind:?} table.").replace("An D", "A D"))], ..About::default() },
            |facts| About {
                columns: facts.columns,
                texts: vec![Some(facts.text)],
                extension: facts.extension,
                ..About::default()
            },
        ))
    }

    /// The columns of some files, joined, and what their folders are named by. A file that can't be read is told; the table
    /// stays.
    fn sampled(&self, folder: &Folder, entry: Option<&Entry>, out: &mut dyn Output) -> Result<About> {
        let mut found = Vec::new();
        for key in &folder.samples {
            let read = schema::of(self.store, self.bucket, key, entry);
            found.extend(or_skip(out, &[self.bucket, key], of_one(read))?.map(|columns| (key.clone(), columns)));
        }
        let mut read = schema::union(found);
        let told = entry.map(Entry::partitions).unwrap_or_default();
        let told = told.iter().map(|it| {
            partition::described(&it.name, it.data_type.as_deref().unwrap_or("STRING"), it.description.as_deref())
        });
        let guessed = folder.partitions.iter().map(|(name, guess)| partition::column(name, *guess));
        for column in told.chain(guessed) {
            if !has(&read.columns, &column.name) {
                read.columns.push(column);
            }
        }
        Ok(About { columns: read.columns, texts: vec![read.note], ..About::default() })
    }

    /// Files that stand for themselves, and the folders above them that are no tables.
    fn files(&self, found: &Bucket, tables: &BTreeSet<String>, out: &mut dyn Output) -> Result<u64> {
        let mut folders = BTreeSet::new();
        for object in &found.files {
            for (at, _) in object.key.match_indices('/') {
                let prefix = object.key.get(..at).unwrap_or_default();
                let is_new = !tables.contains(prefix) && !prefix.ends_with('/') && !prefix.is_empty();
                if is_new && folders.insert(prefix.to_owned()) {
                    let path = container::file_path(self.bucket, prefix);
                    out.entity(Entity::Container(container::folder(self.config, path, prefix)))?;
                }
            }
            let tags = self.tags(Some(&object.key), self.config.object_tags, out)?;
            let about = About { tags, ..About::default() };
            out.entity(Entity::Container(container::file(self.config, self.bucket, object, about)))?;
        }
        Ok((folders.len() + found.files.len()) as u64)
    }

    /// Tags are no reason to leave anything out: what can't be read is told.
    fn tags(&self, key: Option<&str>, is_wanted: bool, out: &mut dyn Output) -> Result<Vec<(String, String)>> {
        if !is_wanted {
            return Ok(Vec::new());
        }
        let path: Vec<&str> = [self.bucket].into_iter().chain(key).collect();
        let read = match self.store.tags(self.bucket, key) {
            Err(Error::Denied(_)) => {
                Err(protocol("its tags may not be read: that takes s3:GetBucketTagging and s3:GetObjectTagging"))
            }
            other => other,
        };
        Ok(or_skip(out, &path, read)?.unwrap_or_default())
    }
}

/// One file that may not be read is no reason to end the read.
fn of_one<T>(read: Result<T>) -> Result<T> {
    match read {
        Err(Error::Denied(failure)) => Err(Error::Protocol(failure)),
        other => other,
    }
}

fn has(columns: &[Column], name: &str) -> bool {
    columns.iter().any(|column| column.parent.is_none() && column.name.eq_ignore_ascii_case(name))
}
