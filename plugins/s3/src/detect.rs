//! Which folders of a bucket are tables, from the keys alone: files of one format below a folder, Hive-style partitions folded
//! in, Iceberg and Delta folders known by what lies in them. Never opens a file.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::s3::Object;

/// Sample keys kept of each table.
const KEPT: usize = 16;

/// Formats that have columns, by the endings of their files.
const FORMATS: [(&str, &str); 9] = [
    (".parquet", "parquet"),
    (".avro", "avro"),
    (".orc", "orc"),
    (".csv", "csv"),
    (".tsv", "tsv"),
    (".jsonl", "jsonl"),
    (".ndjson", "jsonl"),
    (".json", "json"),
    (".pq", "parquet"),
];

/// How the files of a folder belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kind {
    /// Files side by side.
    #[default]
    Files,
    /// An Iceberg table.
    Iceberg,
    /// A Delta table.
    Delta,
}

/// What lies below a folder.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// How its files belong together.
    pub kind: Kind,
    /// Objects below it.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Formats of its files.
    pub formats: BTreeSet<&'static str>,
    /// Names of Hive-style partitions, outermost first.
    pub partitions: Vec<String>,
    /// Some of its files with columns, the first and the last among them.
    pub samples: Vec<String>,
}

/// A bucket as far as its keys tell.
#[derive(Debug, Default)]
pub struct Bucket {
    /// Everything in it.
    pub whole: Folder,
    folders: BTreeMap<String, Folder>,
}

/// The format that a key's ending tells, and whether the file is compressed as a whole.
pub fn format(key: &str) -> Option<(&'static str, bool)> {
    let lower = key.to_ascii_lowercase();
    let plain = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".zst"));
    let name = plain.unwrap_or(&lower);
    FORMATS.iter().find(|(ending, _)| name.ends_with(ending)).map(|(_, format)| (*format, plain.is_some()))
}

impl Folder {
    /// Counts an object.
    pub fn add(&mut self, object: &Object) {
        self.objects += 1;
        self.bytes += object.size.unwrap_or_default();
        let Some((format, compressed)) = format(&object.key) else { return };
        self.formats.insert(format);
        if !compressed && object.size != Some(0) {
            self.keep(&object.key);
        }
    }

    /// Keys come in order: the first ones stay, and the last one is the newest that came.
    fn keep(&mut self, key: &str) {
        if self.samples.len() == KEPT {
            self.samples.pop();
        }
        self.samples.push(key.to_owned());
    }
}

impl Bucket {
    /// Takes the next object; keys come in order.
    pub fn add(&mut self, object: &Object) {
        self.whole.add(object);
        let Some((root, kind, partitions)) = root(&object.key) else { return };
        let folder = self.folders.entry(root.to_owned()).or_default();
        if kind != Kind::Files {
            folder.kind = kind;
        }
        folder.add(object);
        for name in partitions {
            if !folder.partitions.contains(&name) {
                folder.partitions.push(name);
            }
        }
    }

    /// The tables: what lies below an Iceberg or Delta folder is part of it.
    pub fn tables(&self) -> BTreeMap<String, Folder> {
        let mut tables: BTreeMap<String, Folder> = BTreeMap::new();
        let is_table = |folder: &&Folder| folder.kind != Kind::Files;
        let tops: Vec<&String> =
            self.folders.iter().filter(|(_, folder)| is_table(folder)).map(|(root, _)| root).collect();
        for (root, folder) in &self.folders {
            let inside = |top: &&&String| root.strip_prefix(top.as_str()).is_some_and(|rest| rest.starts_with('/'));
            match tops.iter().find(inside) {
                Some(top) => join(tables.entry((*top).clone()).or_default(), folder),
                None => join(tables.entry(root.clone()).or_default(), folder),
            }
        }
        tables.retain(|_, folder| !folder.formats.is_empty());
        tables
    }
}

fn join(into: &mut Folder, folder: &Folder) {
    if folder.kind != Kind::Files {
        into.kind = folder.kind;
    }
    into.objects += folder.objects;
    into.bytes += folder.bytes;
    into.formats.extend(&folder.formats);
    into.partitions.extend(folder.partitions.iter().cloned());
    into.samples.extend(folder.samples.iter().cloned());
}

/// The folder that a file belongs to, and the partitions on its way; none for files at the top of a bucket.
fn root(key: &str) -> Option<(&str, Kind, Vec<String>)> {
    for (marker, kind) in [("/_delta_log/", Kind::Delta), ("/metadata/", Kind::Iceberg)] {
        if let Some((root, _)) = key.split_once(marker).filter(|(_, rest)| kind == Kind::Delta || is_iceberg(rest)) {
            return Some((root, kind, Vec::new()));
        }
    }
    let (folder, _) = key.rsplit_once('/')?;
    let mut partitions = Vec::new();
    let mut root = folder;
    while let Some((name, _)) = root.rsplit('/').next().and_then(|last| last.split_once('=')) {
        partitions.insert(0, name.to_owned());
        let Some((above, _)) = root.rsplit_once('/') else { break };
        root = above;
    }
    Some((root, Kind::Files, partitions))
}

/// Files that only Iceberg puts into a folder `metadata`.
fn is_iceberg(file: &str) -> bool {
    file.ends_with(".metadata.json")
        || (file.starts_with("snap-") && format(file) == Some(("avro", false)))
        || file == "version-hint.text"
}
