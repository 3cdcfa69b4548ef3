//! Airbyte's public API: GET requests, pages of at most 100 rows. Never reads what the answers mean.

use std::cell::RefCell;
use std::collections::BTreeMap;

use metahost_plugin_sdk::rest::{Api, encode, parse};
use metahost_plugin_sdk::{ErrorExt, Result, time};
use serde_json::Value;

use crate::airbyte::{Airbyte, Columns, Image, Items, Jobs, label, of_item, of_one, rows, wanted};
use crate::answer_job::PublicJob;
use crate::answer_public as answer;
use crate::connection::{Connection, End, Side, Workspace};
use crate::pages::{self, Listing, Page};

/// The public API of one server.
pub struct Public {
    /// Where requests go.
    pub api: Box<dyn Api>,
    /// Rows asked for at once.
    pub page_size: usize,
    /// Images of the connectors' definitions that were asked for.
    pub images: RefCell<BTreeMap<String, String>>,
}

impl Airbyte for Public {
    fn workspaces(&self, names: &[String]) -> Result<Items<Workspace>> {
        let listing = self.list("/workspaces?", "workspaceId", None, false)?;
        let read = |row| parse::<answer::Workspace>("a workspace", row).map(Workspace::from);
        Ok(wanted(listing.rows.into_iter().map(read).collect::<Result<_>>()?, names))
    }

    fn connections(&self, workspace: &Workspace) -> Result<Items<Connection>> {
        let path = format!("/connections?workspaceIds={}&", encode(&workspace.id));
        let listing = self.list(&path, "connectionId", None, true)?;
        Ok(listing.rows.into_iter().map(|row| (label(&row, "connectionId"), self.connection(row))).collect())
    }

    fn end(&self, side: Side, id: &str) -> Result<End> {
        let end: answer::End = parse("the answer", self.item(&format!("/{}/{}", plural(side), encode(id)))?)?;
        Ok(end.into())
    }

    /// Each definition is asked for once: many sources are of one.
    fn image(&self, side: Side, _: &str, end: &End) -> Result<Option<String>> {
        let Some((workspace, definition)) = end.workspace.as_ref().zip(end.definition.as_ref()) else {
            return Ok(None);
        };
        if let Some(known) = self.images.borrow().get(definition) {
            return Ok(Some(known.clone()));
        }
        let path = format!("/workspaces/{}/definitions/{}/{}", encode(workspace), plural(side), encode(definition));
        let image = parse::<Image>("the definition", self.item(&path)?)?.text();
        self.images.borrow_mut().insert(definition.clone(), image.clone());
        Ok(Some(image))
    }

    fn columns(&self, source: &str) -> Result<Columns> {
        let found = self.item(&format!("/streams?sourceId={}", encode(source)))?;
        let streams: Vec<answer::Properties> = parse("the list of streams", found)?;
        Ok(streams.into_iter().map(answer::Properties::columns).collect())
    }

    fn jobs(&self, connection: &str, since: Option<u64>, limit: Option<usize>) -> Result<Jobs> {
        let since =
            since.and_then(time::format).map(|since| format!("updatedAtStart={}&", encode(&since))).unwrap_or_default();
        let path = format!("/jobs?connectionId={}&{since}", encode(connection));
        let Listing { rows, rest } = self.list(&path, "jobId", limit, true)?;
        let read = |row: Value| {
            let label = format!("job {}", row.get("jobId").unwrap_or(&Value::Null));
            (label, parse::<PublicJob>("the job", row).and_then(PublicJob::read))
        };
        Ok(Jobs { found: rows.into_iter().map(read).collect(), rest })
    }
}

impl Public {
    /// All pages below a path that ends with `?` or `&`. A part of Airbyte may be one that the user has no right to.
    fn list(&self, path: &str, key: &str, limit: Option<usize>, part: bool) -> Result<Listing> {
        let size = self.page_size;
        pages::all(key, limit, |offset| {
            let path = format!("{path}limit={size}&offset={offset}");
            let answer = self.api.call(&path, None)?;
            let answer = if part { of_one(&answer) } else { answer.json() };
            page(answer.with("path", &path)?, size).with("path", &path)
        })
    }

    fn item(&self, path: &str) -> Result<Value> {
        of_item(&self.api.call(path, None)?).with("path", path)
    }

    /// A listing's row; one without its streams is asked for by itself.
    fn connection(&self, row: Value) -> Result<Connection> {
        let bare = row.get("configurations").is_none_or(Value::is_null);
        let row = match row.get("connectionId").and_then(Value::as_str) {
            Some(id) if bare => self.item(&format!("/connections/{}", encode(id)))?,
            _ => row,
        };
        parse::<answer::Connection>("the connection", row).and_then(answer::Connection::read)
    }
}

const fn plural(side: Side) -> &'static str {
    match side {
        Side::Source => "sources",
        Side::Destination => "destinations",
    }
}

/// Some servers name a next page even after the last, so that an empty page ends a listing as well.
fn page(mut answer: Value, size: usize) -> Result<Page> {
    let rows = rows(&mut answer, "data")?;
    let next = answer.get("next").and_then(Value::as_str).is_some_and(|next| !next.is_empty());
    Ok(Page { more: !rows.is_empty() && (next || rows.len() >= size), rows, total: None })
}
