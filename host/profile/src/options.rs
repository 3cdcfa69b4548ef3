//! What is wanted of a profile.

use std::num::NonZero;

use crate::error::{Error, ErrorKind, Result};

/// What exact answers may take unless somebody says otherwise: 1 GiB.
const EXACT_MEMORY: u64 = 1 << 30;

/// What is wanted of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Only these columns, by their names from the outermost in with points between; all when there are none.
    pub columns: Vec<String>,
    /// How many of the most frequent values to tell, if any.
    pub top: Option<usize>,
    /// How many patterns of texts to tell, if any.
    pub patterns: Option<usize>,
    /// Whether every metric must be exact: each different value is kept then, as long as the memory for it lasts.
    pub exact: bool,
    /// How many bytes exact answers may take, all columns together; an error says so where it is not enough.
    pub exact_memory: u64,
    /// How many threads to use at most.
    pub threads: NonZero<usize>,
}

impl Default for Options {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN);
        Self { columns: Vec::new(), top: None, patterns: None, exact: false, exact_memory: EXACT_MEMORY, threads }
    }
}

impl Options {
    /// Each column that is asked for must be there.
    pub(crate) fn check<'a>(&self, paths: impl Iterator<Item = &'a [String]>) -> Result<()> {
        let paths: Vec<&[String]> = paths.collect();
        for column in &self.columns {
            let only = Self { columns: vec![column.clone()], ..self.clone() };
            if !paths.iter().any(|path| only.wants(path)) {
                let names: Vec<String> = paths.iter().map(|path| path.join(".")).collect();
                let message = format!("there is no column {column}; there are {}", names.join(", "));
                return Err(Error::new(ErrorKind::Request, message));
            }
        }
        Ok(())
    }

    /// Whether a column is wanted.
    pub(crate) fn wants(&self, path: &[String]) -> bool {
        let name = path.join(".");
        let holds = |wanted: &String| {
            name.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.columns.is_empty() || self.columns.iter().any(holds)
    }
}
