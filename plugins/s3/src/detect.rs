//! Where a key belongs, from the key alone: files of a folder are a table, Hive-style partitions are folded in, Iceberg and
//! Delta folders are known by what lies in them. Never opens a file.

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

/// How an archive is packed: file by file, with a directory at its end.
pub const ZIP: &str = "zip";

/// Endings of files that are compressed as a whole.
const PACKINGS: [(&str, &str); 5] =
    [(".gz", "gz"), (".zst", "zstd"), (".zstd", "zstd"), (".bz2", "bz2"), (".zip", ZIP)];

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

impl Kind {
    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Files => "Files side by side",
            Self::Iceberg => "An Iceberg table",
            Self::Delta => "A Delta table",
        }
    }
}

/// What a file tells of the Iceberg or Delta table that it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// That there is a table.
    Some,
    /// Iceberg's hint which version is the newest.
    Hint,
    /// Its metadata in this version: Iceberg's file, or Delta's commit.
    Version(u64),
    /// All of Delta's commits up to this version.
    Checkpoint(u64),
}

/// Where an object belongs.
#[derive(Debug, PartialEq, Eq)]
pub enum Place<'k> {
    /// To the table in a folder.
    Table {
        /// The folder.
        root: &'k str,
        /// What the file says of its table, if it is no data.
        mark: Option<(Kind, Mark)>,
        /// Names and values of partitions, outermost first.
        partitions: Vec<(&'k str, &'k str)>,
    },
    /// It stands for itself.
    File,
}

impl<'k> Place<'k> {
    /// A table without anything to tell.
    pub fn folder(root: &'k str) -> Self {
        Self::Table { root, mark: None, partitions: Vec::new() }
    }

    /// The same with its partitions forgotten.
    pub fn without_partitions(self) -> Self {
        match self {
            Self::Table { root, mark, .. } => Self::Table { root, mark, partitions: Vec::new() },
            Self::File => Self::File,
        }
    }
}

/// The format that a key's ending tells, and how the file is compressed as a whole.
pub fn format(key: &str) -> Option<(&'static str, Option<&'static str>)> {
    let lower = file_name(key).to_ascii_lowercase();
    let packed = PACKINGS.iter().find_map(|(ending, packing)| Some((lower.strip_suffix(ending)?, *packing)));
    let name = packed.map_or(lower.as_str(), |(name, _)| name);
    let (_, format) = FORMATS.iter().find(|(ending, _)| name.ends_with(ending))?;
    Some((format, packed.map(|(_, packing)| packing)))
}

/// How a key's ending says that its file is compressed as a whole.
pub fn packing(key: &str) -> Option<&'static str> {
    let lower = file_name(key).to_ascii_lowercase();
    PACKINGS.iter().find(|(ending, _)| lower.ends_with(ending)).map(|(_, packing)| *packing)
}

/// Whether a file has one of these endings; `*` is any.
pub fn has_ending(key: &str, endings: Option<&[String]>) -> bool {
    let name = file_name(key).to_ascii_lowercase();
    let has = |ending: &String| {
        ending == "*"
            || name
                .strip_suffix(&ending.trim_start_matches('.').to_ascii_lowercase())
                .is_some_and(|it| it.ends_with('.'))
    };
    !name.is_empty() && endings.unwrap_or_default().iter().any(has)
}

/// Files that the tools that write tables keep for themselves.
pub fn is_hidden(key: &str) -> bool {
    file_name(key).is_empty() || file_name(key).starts_with(['_', '.'])
}

fn file_name(key: &str) -> &str {
    key.rsplit('/').next().unwrap_or_default()
}

/// The table that a file belongs to; none for files at the top of a bucket. Unless partitions are folded in, each of their
/// folders is a table.
pub fn root(key: &str, folds: bool) -> Option<Place<'_>> {
    if let Some((root, kind, mark)) = marked(key) {
        return Some(Place::Table { root, mark: Some((kind, mark)), partitions: Vec::new() });
    }
    let (folder, _) = key.rsplit_once('/')?;
    let mut partitions = Vec::new();
    let mut root = folder;
    while let Some(partition) = root.rsplit('/').next().and_then(|last| last.split_once('=')).filter(|_| folds) {
        partitions.insert(0, partition);
        let Some((above, _)) = root.rsplit_once('/') else { break };
        root = above;
    }
    Some(Place::Table { root, mark: None, partitions })
}

/// A file in a folder that ends at `end` and is known to be a table.
pub fn inside(key: &str, end: usize, folds: bool) -> Place<'_> {
    let (root, rest) = key.split_at_checked(end).unwrap_or((key, ""));
    let mark = marked(key).filter(|(found, _, _)| *found == root).map(|(_, kind, mark)| (kind, mark));
    let folders = rest.rsplit_once('/').map_or("", |(folders, _)| folders);
    let partitions = folders.split('/').filter_map(|folder| folder.split_once('=')).filter(|_| folds).collect();
    Place::Table { root, mark, partitions }
}

/// The Iceberg or Delta table that a file tells of.
fn marked(key: &str) -> Option<(&str, Kind, Mark)> {
    if let Some((root, file)) = key.split_once("/_delta_log/") {
        return Some((root, Kind::Delta, delta(file)));
    }
    let (root, file) = key.split_once("/metadata/")?;
    Some((root, Kind::Iceberg, iceberg(file)?))
}

/// Files that only Iceberg puts into a folder `metadata`.
fn iceberg(file: &str) -> Option<Mark> {
    if file.ends_with(".metadata.json") || file.ends_with(".metadata.json.gz") {
        return Some(number(file.trim_start_matches('v')).map_or(Mark::Some, Mark::Version));
    }
    if file == "version-hint.text" {
        return Some(Mark::Hint);
    }
    (file.starts_with("snap-") && format(file) == Some(("avro", None))).then_some(Mark::Some)
}

fn delta(file: &str) -> Mark {
    match number(file) {
        Some(version) if file.contains(".checkpoint.") && file.ends_with(".parquet") => Mark::Checkpoint(version),
        Some(version) if file.strip_suffix(".json").is_some_and(|name| name.len() == 20) => Mark::Version(version),
        _ => Mark::Some,
    }
}

/// The number that a name begins with.
fn number(name: &str) -> Option<u64> {
    name.split(|it: char| !it.is_ascii_digit()).next()?.parse().ok()
}
