//! Tables and files of a bucket with what their headers, metadata and tags say. Never lists keys.

use std::cell::Cell;
use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Column, Entity};
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::{Error, Result};

use crate::config::Config;
use crate::container::{self, About};
use crate::detect::Kind;
use crate::folder::{Folder, Listed};
use crate::manifest::{self, Entry};
use crate::store::{Piece, Store, of_one};
use crate::{link, partition, schema, table};

/// Folders named where none of them has a table.
const NAMED: usize = 5;

/// Iceberg and Delta folders of which no rule tells the table.
#[derive(Default)]
pub struct Bare {
    count: usize,
    some: Vec<String>,
}

impl Bare {
    fn add(&mut self, root: &str) {
        self.count += 1;
        if self.some.len() < NAMED {
            self.some.push(root.to_owned());
        }
    }

    /// Says so, once.
    pub fn tell(&self, bucket: &str, out: &mut dyn Output) {
        if self.count > 0 {
            // Nothing is missing from what was read: only an edge that the operator may want.
            let text = "Iceberg or Delta folders are in no rule of `tables`, so no edge leads to their tables";
            let fields =
                [("bucket", bucket.to_owned()), ("folders", self.count.to_string()), ("some", self.some.join(", "))];
            out.note(Level::Warn, text, &fields);
        }
    }
}

/// Emits what is in a bucket.
pub struct Emit<'r> {
    /// Where it is.
    pub store: &'r dyn Store,
    /// How it is read.
    pub config: &'r Config,
    /// Its name.
    pub bucket: &'r str,
    /// Whether it was told that tags may not be read.
    pub lacks_tags: Cell<bool>,
}

impl Emit<'_> {
    /// What is written down and has no files is told.
    pub fn missing(&self, entries: &[Entry], met: &BTreeSet<usize>, out: &mut dyn Output) {
        for (_, entry) in entries.iter().enumerate().filter(|(at, _)| !met.contains(at)) {
            let text = format!("{} lists it, but there is nothing in it", manifest::KEY);
            out.skipped(&[self.bucket, entry.path()], &text);
        }
    }

    /// What is read first of a table.
    pub fn first_pieces(folder: &Folder, entry: Option<&Entry>) -> Vec<(String, Piece)> {
        let metadata = || folder.log.as_ref().filter(|_| folder.kind == Kind::Iceberg)?.newest.clone();
        match folder.kind {
            Kind::Files => {
                folder.samples.iter().filter_map(|key| Some((key.clone(), schema::first_piece(key, entry)?))).collect()
            }
            _ => metadata().map(|(_, _, key)| (key, table::WHOLE)).into_iter().collect(),
        }
    }

    /// One table: its container, and the edge to the table of another service that reads it.
    pub fn table(
        &self,
        root: &str,
        folder: &Folder,
        entry: Option<&Entry>,
        bare: &mut Bare,
        out: &mut dyn Output,
    ) -> Result<()> {
        let mut about = match folder.kind {
            Kind::Files => self.sampled(folder, entry, out)?,
            kind => self.described(root, folder, kind, out)?,
        };
        if folder.objects == 1
            && let Some(key) = folder.samples.first()
        {
            about.tags = self.tags(Some(key), self.config.object_tags, out)?;
        }
        let container = container::table(self.config, self.bucket, root, folder, about);
        let linked = link::table(&self.config.tables, self.bucket, root);
        let edge = linked.map(|table| {
            let shared = if folder.kind == Kind::Files { &[][..] } else { &container.fields };
            link::edge(&container.common.path, table, shared)
        });
        out.entity(Entity::Container(container))?;
        if edge.is_none() && folder.kind != Kind::Files {
            bare.add(root);
        }
        edge.map_or(Ok(()), |edge| out.edge(edge))
    }

    /// An Iceberg or Delta table by its metadata. One that can't be read is told; the table stays.
    fn described(&self, root: &str, folder: &Folder, kind: Kind, out: &mut dyn Output) -> Result<About> {
        let read = table::read(self.store, self.bucket, root, folder);
        let facts = or_skip(out, &[self.bucket, root], of_one(read))?;
        let untold = || table::Facts { text: format!("{}.", kind.title()), ..table::Facts::default() };
        let table::Facts { columns, comment, text, extension } = facts.unwrap_or_else(untold);
        Ok(About { columns, texts: vec![comment, Some(text)], extension, ..About::default() })
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
    pub fn files(&self, above: &[String], files: &[Listed], out: &mut dyn Output) -> Result<()> {
        for prefix in above {
            let path = container::file_path(self.bucket, prefix);
            out.entity(Entity::Container(container::folder(self.config, path, prefix)))?;
        }
        for object in files {
            let tags = self.tags(Some(&object.key), self.config.object_tags, out)?;
            let about = About { tags, ..About::default() };
            out.entity(Entity::Container(container::file(self.config, self.bucket, object, about)))?;
        }
        Ok(())
    }

    /// Tags are no reason to leave anything out, and a key without the right to read them is no failure: it is told once.
    pub fn tags(&self, key: Option<&str>, is_wanted: bool, out: &mut dyn Output) -> Result<Vec<(String, String)>> {
        if !is_wanted {
            return Ok(Vec::new());
        }
        let path: Vec<&str> = [self.bucket].into_iter().chain(key).collect();
        match self.store.tags(self.bucket, key) {
            Err(error @ Error::Denied(_)) => {
                // A key that is refused altogether ends the read.
                let Err(Error::Protocol(_)) = of_one::<()>(Err(error.clone())) else { return Err(error) };
                self.tell_lack(out);
                Ok(Vec::new())
            }
            read => Ok(or_skip(out, &path, read)?.unwrap_or_default()),
        }
    }

    fn tell_lack(&self, out: &mut dyn Output) {
        if !self.lacks_tags.replace(true) {
            let text =
                "tags may not be read: that takes s3:GetBucketTagging and s3:GetObjectTagging, or `tags = false`";
            out.note(Level::Warn, text, &[("bucket", self.bucket.to_owned())]);
        }
    }
}

fn has(columns: &[Column], name: &str) -> bool {
    columns.iter().any(|column| column.parent.is_none() && column.name.eq_ignore_ascii_case(name))
}
