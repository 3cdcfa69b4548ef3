//! CSV and its like: the first line names the columns, some lines after it tell their types.

use metahost_plugin_sdk::columns::column;
use metahost_plugin_sdk::entities::Column;
use metahost_plugin_sdk::{Result, protocol};

use crate::partition::is_date;

/// Lines looked at for types.
const LINES: usize = 200;

/// The columns, from the beginning of a file.
pub fn columns(head: &[u8], separator: u8) -> Result<Vec<Column>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(head);
    let names = reader.headers().map_err(|error| protocol(format!("the header can't be read: {error}")))?.clone();
    let mut kinds: Vec<Option<&'static str>> = vec![None; names.len()];
    // The last line may be cut off: it is not looked at. A line that can't be read tells no type.
    let lines: Vec<csv::StringRecord> = reader.records().take(LINES).flatten().collect();
    for line in lines.iter().take(lines.len().saturating_sub(usize::from(lines.len() > 1))) {
        for (kind, value) in kinds.iter_mut().zip(line).filter(|(_, value)| !value.is_empty()) {
            *kind = Some(wider(*kind, guess(value)));
        }
    }
    let column = |(at, (name, kind)): (usize, (&str, Option<&'static str>))| {
        let name = name.trim_start_matches('\u{feff}').trim();
        let name = if name.is_empty() { format!("column_{}", at + 1) } else { name.to_owned() };
        column(&name, kind.unwrap_or("STRING"))
    };
    Ok(names.iter().zip(kinds).enumerate().map(column).collect())
}

fn guess(value: &str) -> &'static str {
    match value {
        // A number with a leading zero is a code: a postcode, an account.
        code if code.len() > 1 && code.starts_with('0') && !code.starts_with("0.") => "STRING",
        "true" | "false" | "TRUE" | "FALSE" => "BOOLEAN",
        number if number.parse::<i64>().is_ok() => "BIGINT",
        number if number.parse::<f64>().is_ok() => "DOUBLE",
        day if is_date(day) => "DATE",
        time if time.get(..10).is_some_and(is_date) && time.get(10..11).is_some_and(|it| it == "T" || it == " ") => {
            "TIMESTAMP"
        }
        _ => "STRING",
    }
}

fn wider(known: Option<&'static str>, found: &'static str) -> &'static str {
    match (known, found) {
        (None, found) => found,
        (Some(known), found) if known == found => known,
        (Some("BIGINT"), "DOUBLE") | (Some("DOUBLE"), "BIGINT") => "DOUBLE",
        (Some("DATE"), "TIMESTAMP") | (Some("TIMESTAMP"), "DATE") => "TIMESTAMP",
        _ => "STRING",
    }
}
