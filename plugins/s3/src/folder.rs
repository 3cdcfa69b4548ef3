//! What lies below a folder, and a bucket as far as its keys tell: counted while keys go by, and of the keys only a few are
//! kept. Never opens a file.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use metahost_plugin_sdk::time;

use crate::config::Config;
use crate::detect::{self, Kind, Mark, Place};
use crate::manifest::Entry;
use crate::partition::Guess;

/// One object, of whatever tells of it.
#[derive(Debug, Default)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its bytes.
    pub size: u64,
    /// When it was last written, in milliseconds.
    pub modified: u64,
    /// What kind of storage it is in.
    pub class: Option<String>,
}

/// The newest metadata of an Iceberg or Delta table.
#[derive(Debug, Clone, Default)]
pub struct Log {
    /// Version, time and key of the newest metadata or commit.
    pub newest: Option<(u64, u64, String)>,
    /// Version and key of the newest checkpoint.
    pub checkpoint: Option<(u64, String)>,
    /// Whether a file says which version is the newest.
    pub has_hint: bool,
}

/// What lies below a folder.
#[derive(Debug, Default)]
pub struct Folder {
    /// How its files belong together.
    pub kind: Kind,
    /// Objects below it.
    pub objects: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the newest of them was written.
    pub newest: u64,
    /// Objects and bytes by storage class.
    pub classes: Vec<(Rc<str>, u64, u64)>,
    /// Formats of its files.
    pub formats: Vec<&'static str>,
    /// Names of Hive-style partitions, outermost first, with what their values are.
    pub partitions: Vec<(String, Guess)>,
    /// Some of its files with columns: the first ones and the last.
    pub samples: Vec<String>,
    /// The entry of a manifest that lists it.
    pub entry: Option<usize>,
    /// The newest metadata of an Iceberg or Delta table.
    pub log: Option<Box<Log>>,
}

/// A bucket as far as its keys tell.
#[derive(Default)]
pub struct Bucket {
    /// Everything in it.
    pub whole: Folder,
    /// Files that stand for themselves.
    pub files: Vec<Listed>,
    /// Those that are more than the limit.
    pub left_out: u64,
    /// Tables by their folders.
    pub folders: BTreeMap<String, Folder>,
    /// What is written down; none where tables are found by their files.
    pub entries: Option<Vec<Entry>>,
    /// Entries that mean an object that was seen.
    pub met: BTreeSet<usize>,
    classes: BTreeSet<Rc<str>>,
    samples: usize,
    unstructured: Vec<String>,
    limit: usize,
}

impl Folder {
    fn count(&mut self, object: &Listed, class: Option<&Rc<str>>) {
        self.objects += 1;
        self.bytes += object.size;
        self.newest = self.newest.max(object.modified);
        let Some(class) = class else { return };
        if let Some((_, objects, bytes)) = self.classes.iter_mut().find(|(known, _, _)| known == class) {
            (*objects, *bytes) = (*objects + 1, *bytes + object.size);
            return;
        }
        self.classes.reserve_exact(1);
        self.classes.push((Rc::clone(class), 1, object.size));
    }

    fn name_formats(&mut self, key: &str) {
        let Some((format, packing)) = detect::format(key) else { return };
        for name in [Some(format), packing.filter(|packing| *packing != "bz2")].into_iter().flatten() {
            if !self.formats.contains(&name) {
                self.formats.reserve_exact(1);
                self.formats.push(name);
            }
        }
    }

    /// Keys come in order: the first ones stay, and the last one is the newest that came.
    fn sample(&mut self, object: &Listed, told: Option<&str>, most: usize) {
        let named = detect::format(&object.key);
        let is_readable = match (named, told) {
            // What is packed as a whole has no end that can be read for itself.
            (Some((format, packing)), None) => {
                packing.is_none_or(|it| it == detect::ZIP) || !matches!(format, "parquet" | "orc")
            }
            (Some((format, _)), Some(told)) => {
                format == told || (format.starts_with("json") && told.starts_with("json"))
            }
            (None, told) => told.is_some(),
        };
        if !is_readable || detect::is_hidden(&object.key) || object.size == 0 || most == 0 {
            return;
        }
        if self.samples.len() == most {
            self.samples.pop();
        }
        self.samples.reserve_exact(1);
        self.samples.push(object.key.clone());
    }

    fn note(&mut self, kind: Kind, mark: Mark, object: &Listed) {
        self.kind = kind;
        let log = self.log.get_or_insert_default();
        match mark {
            Mark::Hint => log.has_hint = true,
            Mark::Version(version) => {
                let found = (version, object.modified, object.key.clone());
                log.newest = log.newest.take().max(Some(found));
            }
            // Of a checkpoint in parts, the first.
            Mark::Checkpoint(version) if log.checkpoint.as_ref().is_none_or(|(known, _)| *known < version) => {
                log.checkpoint = Some((version, object.key.clone()));
            }
            Mark::Some | Mark::Checkpoint(_) => {}
        }
    }

    fn partition(&mut self, name: &str, value: &str) {
        match self.partitions.iter_mut().find(|(known, _)| known == name) {
            Some((_, guess)) => guess.see(value),
            None => self.partitions.push((name.to_owned(), Guess::of(value))),
        }
    }

    /// Takes what lies in a folder below: it is part of this table.
    fn join(&mut self, other: &Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.newest = self.newest.max(other.newest);
        for format in &other.formats {
            if !self.formats.contains(format) {
                self.formats.push(format);
            }
        }
        for (class, objects, bytes) in &other.classes {
            match self.classes.iter_mut().find(|(known, _, _)| known == class) {
                Some(known) => (known.1, known.2) = (known.1 + objects, known.2 + bytes),
                None => self.classes.push((Rc::clone(class), *objects, *bytes)),
            }
        }
    }
}

impl Bucket {
    /// Nothing seen yet.
    pub fn new(config: &Config, entries: Option<Vec<Entry>>) -> Self {
        Self {
            entries,
            samples: config.samples,
            unstructured: config.unstructured.clone(),
            limit: config.unstructured_limit,
            ..Self::default()
        }
    }

    /// Takes the next object.
    pub fn add(&mut self, object: Listed) {
        let class = object.class.as_deref().map(|name| self.class(name));
        self.whole.count(&object, class.as_ref());
        self.whole.name_formats(&object.key);
        let is_file = match self.entries.take() {
            None => {
                let place = self.found(&object.key);
                self.put(place, &object, class.as_ref(), None)
            }
            Some(entries) => {
                let is_file = self.put_listed(&entries, &object, class.as_ref());
                self.entries = Some(entries);
                is_file
            }
        };
        if is_file {
            self.file(object);
        }
    }

    /// Where several entries mean the same folder, the first describes it; whether one says that the file stands for itself.
    fn put_listed(&mut self, entries: &[Entry], object: &Listed, class: Option<&Rc<str>>) -> bool {
        let (mut is_file, mut roots) = (false, Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            let Some(place) = entry.place(&object.key) else { continue };
            self.met.insert(at);
            if let Place::Table { root, .. } = &place {
                if roots.contains(root) {
                    continue;
                }
                roots.push(*root);
            }
            is_file |= self.put(Some(place), object, class, Some((at, entry)));
        }
        is_file
    }

    /// Counts an object where it belongs; whether it stands for itself.
    fn put(
        &mut self,
        place: Option<Place<'_>>,
        object: &Listed,
        class: Option<&Rc<str>>,
        entry: Option<(usize, &Entry)>,
    ) -> bool {
        let Some(Place::Table { root, mark, partitions }) = place else { return place.is_some() };
        let samples = self.samples;
        let folder = self.folder(root);
        folder.entry = folder.entry.or(entry.map(|(at, _)| at));
        folder.count(object, class);
        for (name, value) in partitions {
            folder.partition(name, value);
        }
        if let Some((kind, mark)) = mark {
            folder.note(kind, mark, object);
        } else {
            folder.name_formats(&object.key);
            folder.sample(object, entry.and_then(|(_, entry)| entry.format()), samples);
        }
        false
    }

    fn found<'k>(&self, key: &'k str) -> Option<Place<'k>> {
        let is_file = detect::format(key).is_none() && detect::has_ending(key, Some(&self.unstructured));
        let place = detect::root(key, true);
        let is_data = matches!(&place, None | Some(Place::Table { mark: None, .. }));
        if is_file && is_data && !detect::is_hidden(key) { Some(Place::File) } else { place }
    }

    fn file(&mut self, object: Listed) {
        if self.files.len() < self.limit {
            self.files.push(object);
        } else {
            self.left_out += 1;
        }
    }

    /// Every folder above a file that stands for itself.
    pub fn folders_above_files(&self) -> BTreeSet<String> {
        let above = |file: &Listed| -> Vec<String> {
            let prefixes = file.key.match_indices('/').filter_map(|(at, _)| file.key.get(..at));
            prefixes.filter(|it| !it.is_empty() && !it.ends_with('/')).map(str::to_owned).collect()
        };
        self.files.iter().flat_map(above).collect()
    }

    fn folder(&mut self, root: &str) -> &mut Folder {
        // Most keys are in a folder that is known: no name is made for them.
        if !self.folders.contains_key(root) {
            self.folders.insert(root.to_owned(), Folder::default());
        }
        self.folders.entry(root.to_owned()).or_default()
    }

    fn class(&mut self, name: &str) -> Rc<str> {
        let known = self.classes.get(name).map(Rc::clone);
        known.unwrap_or_else(|| {
            let class: Rc<str> = name.into();
            self.classes.insert(Rc::clone(&class));
            class
        })
    }

    /// The tables: what lies below an Iceberg or Delta folder is part of it.
    pub fn tables(&mut self) -> BTreeMap<String, Folder> {
        let mut folders = std::mem::take(&mut self.folders);
        if self.entries.is_none() {
            let inner: Vec<(String, String)> =
                folders.keys().filter_map(|root| Some((root.clone(), top(&folders, root)?))).collect();
            for (root, top) in inner {
                if let (Some(part), Some(table)) = (folders.remove(&root), folders.get_mut(&top)) {
                    table.join(&part);
                }
            }
            folders.retain(|_, folder| folder.kind != Kind::Files || !folder.formats.is_empty());
        }
        folders
    }
}

/// The outermost Iceberg or Delta folder that a folder lies in.
fn top(folders: &BTreeMap<String, Folder>, root: &str) -> Option<String> {
    let above = root.match_indices('/').filter_map(|(at, _)| root.get(..at));
    let is_table = |root: &&str| folders.get(*root).is_some_and(|folder| folder.kind != Kind::Files);
    above.into_iter().find(is_table).map(str::to_owned)
}

/// A time as it is shown.
pub fn shown(millis: u64) -> Option<String> {
    (millis > 0).then(|| time::format(millis)).flatten()
}
