//! Buckets and tables as containers. Pure.

use metahost_plugin_sdk::entities::{Column, Common, Container};
use metahost_plugin_sdk::{columns, common, paragraphs};

use crate::detect::{Folder, Kind};

/// A bucket.
pub fn bucket(name: &str, folder: &Folder) -> Container {
    container(vec![name.to_owned()], "/".to_owned(), folder, Vec::new(), None)
}

/// A table of files.
pub fn table(bucket: &str, root: &str, folder: &Folder, fields: Vec<Column>, note: Option<String>) -> Container {
    let mut all = fields;
    for name in folder.partitions.iter().filter(|name| !has(&all, name)).cloned().collect::<Vec<_>>() {
        all.push(Column {
            description: Some("Partition, from the names of folders".to_owned()),
            ..columns::column(&name, "STRING")
        });
    }
    let kind = match folder.kind {
        Kind::Files => None,
        Kind::Iceberg => Some("An Iceberg table: its columns and history are in its catalog.".to_owned()),
        Kind::Delta => Some("A Delta table.".to_owned()),
    };
    container(vec![bucket.to_owned(), root.to_owned()], format!("/{root}"), folder, all, paragraphs([kind, note]))
}

fn has(columns: &[Column], name: &str) -> bool {
    columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))
}

fn container(
    path: Vec<String>,
    prefix: String,
    folder: &Folder,
    fields: Vec<Column>,
    description: Option<String>,
) -> Container {
    Container {
        common: Common { description, ..common(path) },
        prefix,
        size_bytes: Some(folder.bytes),
        objects: Some(folder.objects),
        formats: folder.formats.iter().map(|format| (*format).to_owned()).collect(),
        fields,
    }
}
