//! One bucket: its keys once, page by page, then the headers of some files of each table.

use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::{Error, ErrorExt, Result, protocol};

use crate::config::Config;
use crate::container;
use crate::detect::{Bucket, Folder, Kind};
use crate::manifest::{self, Entry};
use crate::schema;
use crate::store::{Piece, Store};

/// A manifest is a page of text, not a file of data.
const MANIFEST: u64 = 1 << 20;

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
    let entries = entries(store, name)?;
    let (mut found, mut listed) = (Bucket::default(), BTreeMap::new());
    let mut token: Option<String> = None;
    loop {
        let page = store.page(name, token.as_deref())?;
        token = page.next()?.map(str::to_owned);
        for object in page.objects() {
            found.add(&object);
            for entry in entries.iter().flatten().filter(|entry| entry.holds(&object.key)) {
                listed.entry(entry.folder().to_owned()).or_insert_with(Folder::default).add(&object);
            }
        }
        out.progress(name, found.whole.objects, None);
        if token.is_none() {
            break;
        }
    }
    out.entity(Entity::Container(container::bucket(name, &found.whole)))?;
    // What an operator has written down goes before what is guessed.
    let tables = if entries.is_some() { listed } else { found.tables() };
    emit(store, config, name, &tables, entries.as_deref().unwrap_or_default(), out)
}

/// The operator's list of tables, if the bucket has one. One that can't be read ends the bucket: what it lists would be
/// taken for gone.
fn entries(store: &dyn Store, bucket: &str) -> Result<Option<Vec<Entry>>> {
    let Some(body) = store.piece(bucket, manifest::KEY, Piece::First(MANIFEST))? else { return Ok(None) };
    Ok(Some(manifest::parse(&body).with("bucket", bucket)?.entries))
}

fn emit(
    store: &dyn Store,
    config: &Config,
    bucket: &str,
    tables: &BTreeMap<String, Folder>,
    entries: &[Entry],
    out: &mut dyn Output,
) -> Result<()> {
    for entry in entries.iter().filter(|entry| !tables.contains_key(entry.folder())) {
        out.skipped(&[bucket, entry.folder()], &format!("{} lists it, but there is nothing in it", manifest::KEY));
    }
    for (root, folder) in tables {
        let entry = entries.iter().find(|entry| entry.folder() == root);
        let mut folder = folder.clone();
        folder
            .partitions
            .extend(entry.iter().flat_map(|entry| &entry.partition_columns).flatten().map(|part| part.name.clone()));
        let read = if folder.kind == Kind::Files {
            sampled(store, config, bucket, &folder, entry, out)?
        } else {
            schema::Read::default()
        };
        out.entity(Entity::Container(container::table(bucket, root, &folder, read.columns, read.note)))?;
    }
    out.complete(&[bucket.to_owned()], "container", Some(tables.len() as u64))
}

/// The columns of some files, joined. A file that can't be read is told; the table stays.
fn sampled(
    store: &dyn Store,
    config: &Config,
    bucket: &str,
    folder: &Folder,
    entry: Option<&Entry>,
    out: &mut dyn Output,
) -> Result<schema::Read> {
    let mut found = Vec::new();
    for key in picked(&folder.samples, config.samples) {
        let read = schema::of(store, bucket, key, entry);
        let read = match read {
            Err(Error::Denied(failure)) => Err(Error::Protocol(failure)),
            other => other,
        };
        found.extend(or_skip(out, &[bucket, key], read)?.map(|columns| (key.clone(), columns)));
    }
    Ok(schema::union(found))
}

/// The first and the last, and some between.
fn picked(keys: &[String], wanted: usize) -> Vec<&String> {
    if keys.len() <= wanted || wanted == 0 {
        return keys.iter().take(wanted).collect();
    }
    let last = keys.len() - 1;
    (0..wanted).filter_map(|n| keys.get(if wanted == 1 { last } else { n * last / (wanted - 1) })).collect()
}
