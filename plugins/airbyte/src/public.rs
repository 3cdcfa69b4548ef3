//! Airbyte's public API: GET requests, pages of at most 100 rows. Never reads what the answers mean.

use std::cell::RefCell;
use std::collections::BTreeMap;

use metahost_plugin_sdk::rest::{Answer, Api, encode, parse};
use metahost_plugin_sdk::{ErrorExt, Result, time};
use serde_json::Value;

use crate::airbyte::{Airbyte, Columns, Image, Items, Jobs, JobsOf, RowPages, of_item, of_one, rows, wanted};
use crate::answer_job::PublicJob;
use crate::answer_public as answer;
use crate::connection::{Connection, End, Job, Side, Workspace};
use crate::pages::{Listing, Page, Pages};

/// The public API of one server.
pub struct Public {
    /// Where requests go.
    pub api: Box<dyn Api>,
    /// Rows asked for at once.
    pub page_size: usize,
    /// Images of the connectors' definitions that were asked for; none where the server did not tell.
    pub images: RefCell<BTreeMap<String, Option<String>>>,
}

impl Airbyte for Public {
    fn workspaces(&self, names: &[String]) -> Result<Items<Workspace>> {
        let listing = self.pages("/workspaces?", "workspaceId", Answer::json, None).all(None)?;
        let read = |row| parse::<answer::Workspace>("a workspace", row).map(Workspace::from);
        Ok(wanted(listing.rows.into_iter().map(read).collect::<Result<_>>()?, names))
    }

    fn connections(&self, workspace: &Workspace) -> RowPages<'_> {
        let path = format!("/connections?workspaceIds={}&", encode(&workspace.id));
        Box::new(self.pages(&path, "connectionId", of_one, None))
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

    fn ends(&self, side: Side, ids: &[String]) -> Vec<Result<End>> {
        let paths: Vec<String> = ids.iter().map(|id| format!("/{}/{}", plural(side), encode(id))).collect();
        let read = |(answer, path): (Result<Answer>, &String)| {
            let end: answer::End = parse("the answer", of_item(&answer?).with("path", path)?)?;
            Ok(end.into())
        };
        self.api.call_all(&paths).into_iter().zip(&paths).map(read).collect()
    }

    fn images(&self, side: Side, ends: &[(String, End)]) -> Vec<Result<Option<String>>> {
        ends.iter().map(|(_, end)| self.image(side, end)).collect()
    }

    fn columns(&self, source: &str) -> Result<Columns> {
        let found = self.item(&format!("/streams?sourceId={}", encode(source)))?;
        let streams: Vec<answer::Properties> = parse("the list of streams", found)?;
        Ok(streams.into_iter().map(answer::Properties::columns).collect())
    }

    fn jobs<'a>(&'a self, of: &'a [JobsOf], limit: Option<usize>) -> Box<dyn Iterator<Item = Result<Jobs>> + 'a> {
        let paths: Vec<String> = of.iter().map(jobs_path).collect();
        let first: Vec<String> = paths.iter().map(|path| self.page_path(path, 0)).collect();
        let first = self.api.call_all(&first);
        Box::new(paths.into_iter().zip(first).map(move |(path, first)| {
            let Listing { rows, rest } = self.pages(&path, "jobId", of_one, Some(first)).all(limit)?;
            Ok(Jobs { found: rows.into_iter().map(job).collect(), rest })
        }))
    }
}

const fn plural(side: Side) -> &'static str {
    match side {
        Side::Source => "sources",
        Side::Destination => "destinations",
    }
}

fn jobs_path((connection, since): &JobsOf) -> String {
    let since = since.and_then(time::format).map(|since| format!("updatedAtStart={}&", encode(&since)));
    format!("/jobs?connectionId={}&{}", encode(connection), since.unwrap_or_default())
}

fn job(row: Value) -> (String, Result<Job>) {
    let label = format!("job {}", row.get("jobId").unwrap_or(&Value::Null));
    (label, parse::<PublicJob>("the job", row).and_then(PublicJob::read))
}

impl Public {
    /// Each definition is asked for once: many sources are of one.
    fn image(&self, side: Side, end: &End) -> Result<Option<String>> {
        let Some((workspace, definition)) = end.workspace.as_ref().zip(end.definition.as_ref()) else {
            return Ok(None);
        };
        if let Some(known) = self.images.borrow().get(definition) {
            return Ok(known.clone());
        }
        let path = format!("/workspaces/{}/definitions/{}/{}", encode(workspace), plural(side), encode(definition));
        let image = self.item(&path).and_then(|found| parse::<Image>("the definition", found)).map(Image::text);
        self.images.borrow_mut().insert(definition.clone(), image.as_ref().ok().cloned());
        image.map(Some)
    }

    /// The pages below a path that ends with `?` or `&`, of which the first may be there already. `read` tells what a
    /// refusal means there.
    fn pages<'a>(
        &'a self,
        path: &str,
        key: &'a str,
        read: fn(&Answer) -> Result<Value>,
        mut first: Option<Result<Answer>>,
    ) -> Pages<'a> {
        let path = path.to_owned();
        Pages::new(key, move |offset| {
            let path = self.page_path(&path, offset);
            let answer = first.take().unwrap_or_else(|| self.api.call(&path, None))?;
            page(read(&answer).with("path", &path)?, self.page_size).with("path", &path)
        })
    }

    fn page_path(&self, path: &str, offset: usize) -> String {
        format!("{path}limit={}&offset={offset}", self.page_size)
    }

    fn item(&self, path: &str) -> Result<Value> {
        of_item(&self.api.call(path, None)?).with("path", path)
    }
}

/// Some servers name a next page even after the last, so that an empty page ends a listing as well.
fn page(mut answer: Value, size: usize) -> Result<Page> {
    let rows = rows(&mut answer, "data")?;
    let next = answer.get("next").and_then(Value::as_str).is_some_and(|next| !next.is_empty());
    Ok(Page { more: !rows.is_empty() && (next || rows.len() >= size), rows, total: None })
}
