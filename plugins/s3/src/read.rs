//! One bucket: what is in it once, page by page or from its inventory, then its tables and files. Never opens a file of data.

use std::cell::Cell;
use std::collections::BTreeMap;

use metahost_plugin_sdk::entities::Entity;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::{Result, protocol, time};
use serde_json::json;

use crate::ahead::Ahead;
use crate::config::Config;
use crate::container::{self, About};
use crate::emit::{Bare, Emit};
use crate::folder::{Bucket, Folder, Listed};
use crate::inventory::{self, Line};
use crate::manifest::{self, Entry};
use crate::store::Store;

/// Objects between two reports of progress.
const STEP: u64 = 10_000;
/// Tables whose files are asked for at once.
const AT_ONCE: usize = 8;

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
    // What an operator has written down goes before what is guessed.
    let mut found = Bucket::new(config, manifest::entries(store, config, name)?);
    let reader = Reader { store, bucket: name };
    let extension = match config.inventory.get(name) {
        Some(address) => reader.inventory(address, &mut found, out)?,
        None => reader.listing(&mut found, out)?,
    };
    let ahead = Ahead::of(store);
    let emit = Emit { store: &ahead, config, bucket: name, lacks_tags: Cell::new(false) };
    let about = About { extension, tags: emit.tags(None, config.tags, out)?, ..About::default() };
    out.entity(Entity::Container(container::bucket(config, name, &found.whole, about)))?;
    let tables = found.tables();
    let entries = found.entries.take().unwrap_or_default();
    emit.missing(&entries, &found.met, out);
    let above: Vec<String> =
        found.folders_above_files().into_iter().filter(|it| it.contains('/') || !tables.contains_key(it)).collect();
    let count = tables.len() + above.len() + found.files.len();
    each_table(&ahead, &emit, tables, &entries, out)?;
    emit.files(&above, &found.files, out)?;
    if found.left_out > 0 {
        let limit = config.unstructured_limit;
        let text =
            format!("{} more files without columns were left out: `unstructured-limit` is {limit}", found.left_out);
        out.skipped(&[name], &text);
        return Ok(());
    }
    out.complete(&[name.to_owned()], "container", Some(count as u64))
}

/// Some tables at a time, and those that are done are forgotten.
fn each_table(
    ahead: &Ahead<'_>,
    emit: &Emit<'_>,
    mut tables: BTreeMap<String, Folder>,
    entries: &[Entry],
    out: &mut dyn Output,
) -> Result<()> {
    let entry = |folder: &Folder| folder.entry.and_then(|at| entries.get(at));
    let mut bare = Bare::default();
    while !tables.is_empty() {
        let some: Vec<_> = std::iter::from_fn(|| tables.pop_first()).take(AT_ONCE).collect();
        ahead.ask(emit.bucket, some.iter().flat_map(|(_, folder)| Emit::first_pieces(folder, entry(folder))).collect());
        for (root, folder) in &some {
            emit.table(root, folder, entry(folder), &mut bare, out)?;
        }
    }
    bare.tell(emit.bucket, out);
    Ok(())
}

struct Reader<'r> {
    store: &'r dyn Store,
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
}
