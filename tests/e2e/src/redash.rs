//! A stand-in for Redash that repeats what a real one said, with its pages, limits and refusals.

use anyhow::Result;
use serde_json::{Value, json};

use crate::answers::{Asked, answering, renamed};
use crate::root;

/// The key that the stand-in takes.
pub const KEY: &str = "k3y-of-a-user";

fn recorded(words: &[(&str, &str)]) -> Result<Value> {
    let file = root().join("plugins/redash/fixtures/recorded.json");
    Ok(serde_json::from_str(&renamed(std::fs::read_to_string(file)?, words))?)
}

/// A page of a list as Redash gives it.
fn page(list: &Value, asked: &Asked) -> (u16, Value) {
    let (number, size) = (asked.number("page", 1), asked.number("page_size", 25));
    let rows = list["results"].as_array().cloned().unwrap_or_default();
    if size > 250 {
        return (400, json!({ "message": "Page size is out of range (1-250)." }));
    }
    if number > 1 && (number - 1) * size >= rows.len() {
        return (400, json!({ "message": "Page is out of range." }));
    }
    let some: Vec<Value> = rows.iter().skip((number - 1) * size).take(size).cloned().collect();
    (200, json!({ "count": rows.len(), "page": number, "page_size": size, "results": some }))
}

fn answer(all: &Value, asked: &Asked) -> (u16, Value) {
    if asked.authorization != format!("Key {KEY}") {
        return (404, json!({ "message": "Couldn't find resource. Please login and try again." }));
    }
    let parts: Vec<&str> = asked.path.trim_start_matches("/api/").split('/').collect();
    let found = match parts.as_slice() {
        ["session" | "data_sources" | "alerts"] => &all[parts[0]],
        ["queries" | "dashboards"] => return page(&all[parts[0]], asked),
        ["queries", id] => &all["query"][id],
        ["dashboards", id] => &all["dashboard"][id],
        _ => &Value::Null,
    };
    if found.is_null() {
        (404, json!({ "message": "The requested URL was not found on the server." }))
    } else {
        (200, found.clone())
    }
}

/// Starts one, and answers the section of a source that reads it. The key is in the variable KEY.
pub fn source() -> Result<String> {
    source_of(&[], "")
}

/// One that queries what really is there: words of the recording are replaced by others. `more` is more of its `config`.
pub fn source_of(words: &[(&str, &str)], more: &str) -> Result<String> {
    let all = recorded(words)?;
    let url = answering(move |asked| {
        let (status, body) = answer(&all, asked);
        (status, body.to_string())
    })?;
    Ok(format!(
        "[sources.redash]\nplugin = \"redash\"\nallow-private = true\nconfig = {{ url = \"{url}\", page-size = 3{more} }}\n\
         [sources.redash.credentials.redash]\nkind = \"api-key\"\nheader = \"Authorization\"\nprefix = \"Key \"\nvalue = \"env:KEY\"\n"
    ))
}
