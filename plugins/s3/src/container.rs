//! Buckets, tables and files as containers. Pure.

use std::rc::Rc;

use metahost_plugin_sdk::entities::{Column, Common, Container};
use metahost_plugin_sdk::{common, names, paragraphs};
use serde_json::{Map, Value, json};

use crate::config::Config;
use crate::detect;
use crate::folder::{Folder, Listed, shown};
use crate::inventory::md5;

/// What is kept of a longer one, before the hash that tells it from others.
const KEPT: usize = 220;

/// What is known of a container beyond its objects.
#[derive(Default)]
pub struct About {
    /// Columns of its files.
    pub columns: Vec<Column>,
    /// For people.
    pub texts: Vec<Option<String>>,
    /// For machines.
    pub extension: Vec<(String, String)>,
    /// Keys and values.
    pub tags: Vec<(String, String)>,
}

/// A bucket.
pub fn bucket(config: &Config, name: &str, folder: &Folder, about: About) -> Container {
    let formats = formats(folder);
    container(config, vec![name.to_owned()], "", &counted(folder), formats, about)
}

/// A table of files.
pub fn table(config: &Config, bucket: &str, root: &str, folder: &Folder, about: About) -> Container {
    container(config, vec![bucket.to_owned(), fitting(root)], root, &counted(folder), formats(folder), about)
}

/// A file that stands for itself, below the folders that it is in.
pub fn file(config: &Config, bucket: &str, object: &Listed, about: About) -> Container {
    let class: Option<Rc<str>> = object.class.as_deref().map(Into::into);
    let counted = Counted {
        bytes: Some(object.size),
        objects: Some(1),
        newest: object.modified,
        classes: class.into_iter().map(|class| (class, 1, object.size)).collect(),
    };
    let formats = detect::packing(&object.key).map(str::to_owned).into_iter().collect();
    container(config, file_path(bucket, &object.key), &object.key, &counted, formats, about)
}

/// A folder that only holds files that stand for themselves.
pub fn folder(config: &Config, path: Vec<String>, prefix: &str) -> Container {
    container(config, path, prefix, &Counted::default(), Vec::new(), About::default())
}

/// The path of a file: every folder on its way is a container.
pub fn file_path(bucket: &str, key: &str) -> Vec<String> {
    [bucket.to_owned()].into_iter().chain(key.split('/').filter(|part| !part.is_empty()).map(fitting)).collect()
}

/// A name that a catalog takes: what is too long ends in a hash of itself.
fn fitting(name: &str) -> String {
    let start: String = name.chars().take(KEPT).collect();
    if name.trim().is_empty() {
        return "/".to_owned();
    }
    if name.chars().count() <= names::LONGEST {
        return name.to_owned();
    }
    format!("{start}~{}", md5(name.as_bytes()))
}

#[derive(Default)]
struct Counted {
    bytes: Option<u64>,
    objects: Option<u64>,
    newest: u64,
    classes: Vec<(Rc<str>, u64, u64)>,
}

fn counted(folder: &Folder) -> Counted {
    let (bytes, objects) = (Some(folder.bytes), Some(folder.objects));
    Counted { bytes, objects, newest: folder.newest, classes: folder.classes.clone() }
}

/// Catalogs know lines of JSON as JSON.
fn formats(folder: &Folder) -> Vec<String> {
    let mut formats: Vec<String> =
        folder.formats.iter().map(|name| (if *name == "jsonl" { "json" } else { name }).to_owned()).collect();
    formats.sort();
    formats.dedup();
    formats
}

fn container(
    config: &Config,
    path: Vec<String>,
    prefix: &str,
    counted: &Counted,
    formats: Vec<String>,
    about: About,
) -> Container {
    let tag = |(key, value): &(String, String)| {
        names::tag(&config.tag_classification, &if value.is_empty() { key.clone() } else { format!("{key}={value}") })
    };
    let bucket = path.first().cloned().unwrap_or_default();
    let last = prefix.rsplit('/').next().unwrap_or_default();
    let is_cut = path.last().is_some_and(|name| path.len() > 1 && !prefix.ends_with(name.as_str()));
    Container {
        common: Common {
            display_name: (is_cut && !last.is_empty()).then(|| last.chars().take(names::LONGEST).collect()),
            description: paragraphs(about.texts),
            tags: about.tags.iter().map(tag).collect(),
            source_url: config.console(&bucket, prefix),
            extension: about.extension.into_iter().chain(counted_extension(counted)).collect(),
            ..common(path)
        },
        prefix: format!("/{prefix}"),
        size_bytes: counted.bytes,
        objects: counted.objects,
        formats,
        fields: about.columns,
    }
}

fn counted_extension(counted: &Counted) -> Vec<(String, String)> {
    let mut extension = Vec::new();
    if let Some(newest) = shown(counted.newest) {
        extension.push(("lastModified".to_owned(), json!(newest).to_string()));
    }
    if !counted.classes.is_empty() {
        let class = |(class, objects, bytes): &(Rc<str>, u64, u64)| {
            (class.to_string(), json!({ "objects": objects, "bytes": bytes }))
        };
        let classes: Map<String, Value> = counted.classes.iter().map(class).collect();
        extension.push(("storageClasses".to_owned(), Value::Object(classes).to_string()));
    }
    extension
}
