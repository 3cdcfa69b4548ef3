//! Values written into a text, up to a bound: a list may say that it is longer than any memory. Never writes half of one.

use std::fmt::{self, Write};

use minijinja::value::Value;
use minijinja::{Error, ErrorKind, Output};

/// Bytes of one value.
const MOST: usize = 1 << 20;
/// Items of one value.
const ITEMS: usize = 10_000;

#[derive(Default)]
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > MOST {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}

/// Writes a value as it is, None as SQL's NULL.
pub fn write(output: &mut Output<'_>, value: &Value) -> Result<(), Error> {
    let mut bounded = Bounded::default();
    let is_long = value.as_str().is_none() && value.len().is_some_and(|items| items > ITEMS);
    let is_written = if is_long {
        Err(fmt::Error)
    } else if value.is_none() {
        bounded.write_str("NULL")
    } else {
        write!(bounded, "{value}")
    };
    is_written.map_err(|_| Error::new(ErrorKind::WriteFailure, "a value is longer than any SQL"))?;
    output.write_str(&bounded.0).map_err(Error::from)
}
