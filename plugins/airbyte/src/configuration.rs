//! Airbyte's configuration API: every request is a POST that changes nothing. Never reads what the answers mean.

use std::cell::Cell;

use metahost_plugin_sdk::rest::{Answer, Api, parse};
use metahost_plugin_sdk::{ErrorExt, Result, problem, protocol, time};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::airbyte::{Airbyte, Columns, Image, Items, Jobs, JobsOf, RowPages, of_item, of_one, rows, wanted};
use crate::answer_config as answer;
use crate::answer_job::JobWithAttempts;
use crate::connection::{Connection, End, Job, Side, Workspace};
use crate::pages::{Listing, Page, Pages};

/// Kinds of jobs that move data, as older servers know them and refuse all others.
const OLDER: [&str; 2] = ["sync", "reset_connection"];
/// The same for newer servers.
const NEWER: [&str; 4] = ["sync", "reset_connection", "refresh", "clear"];

/// Where jobs are asked for.
const JOBS: &str = "/jobs/list";

/// The configuration API of one server.
pub struct Configuration {
    api: Box<dyn Api>,
    page_size: usize,
    /// Whether the server knows only older kinds of jobs, once it answered for some.
    older: Cell<Option<bool>>,
}

impl Airbyte for Configuration {
    fn workspaces(&self, names: &[String]) -> Result<Items<Workspace>> {
        if !names.is_empty() && names.iter().all(|name| is_id(name)) {
            return Ok(names.iter().map(|id| (id.clone(), self.workspace(id))).collect());
        }
        let answer = self.api.call("/workspaces/list", Some(&json!({})))?;
        if matches!(answer.status, 404 | 405) {
            return Err(problem("/workspaces", no_list(answer.status)));
        }
        let rows = rows(&mut answer.json().with("path", "/workspaces/list")?, "workspaces")?;
        let all = rows.into_iter().map(|row| parse::<answer::Workspace>("a workspace", row));
        let all: Vec<answer::Workspace> = all.collect::<Result<_>>()?;
        Ok(wanted(all.into_iter().filter(answer::Workspace::is_alive).map(Workspace::from).collect(), names))
    }

    /// One answer has them all; it is taken apart piece by piece.
    fn connections(&self, workspace: &Workspace) -> RowPages<'_> {
        let path = "/connections/list";
        let body = json!({ "workspaceId": workspace.id });
        let listed = self.api.call(path, Some(&body)).and_then(|answer| listed(&answer).with("path", path));
        match listed {
            Ok(rows) => Box::new(InPieces { rows: rows.into_iter(), size: self.page_size }),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }

    /// A listing's row; one without its streams is asked for by itself.
    fn connection(&self, row: Value) -> Result<Connection> {
        let bare = row.get("syncCatalog").is_none_or(Value::is_null);
        let row = match row.get("connectionId").and_then(Value::as_str) {
            Some(id) if bare => self.item("/connections/get", &json!({ "connectionId": id }))?,
            _ => row,
        };
        parse::<answer::Connection>("the connection", row).and_then(answer::Connection::read)
    }

    fn ends(&self, side: Side, ids: &[String]) -> Vec<Result<End>> {
        let (path, key) = match side {
            Side::Source => ("/sources/get", "sourceId"),
            Side::Destination => ("/destinations/get", "destinationId"),
        };
        let asked: Vec<_> = ids.iter().map(|id| (path.to_owned(), Some(json!({ key: id })))).collect();
        let read = |answer: Result<Answer>| {
            parse::<answer::End>("the answer", of_item(&answer?).with("path", path)?).map(End::from)
        };
        self.api.call_each(&asked).into_iter().map(read).collect()
    }

    /// A source may run another version than its definition; servers that do not tell so are asked for the latter.
    fn images(&self, side: Side, ends: &[(String, End)]) -> Vec<Result<Option<String>>> {
        let (path, key) = match side {
            Side::Source => ("/actor_definition_versions/get_for_source", "sourceId"),
            Side::Destination => ("/actor_definition_versions/get_for_destination", "destinationId"),
        };
        let asked: Vec<_> = ends.iter().map(|(id, _)| (path.to_owned(), Some(json!({ key: id })))).collect();
        let answers = self.api.call_each(&asked).into_iter().zip(ends);
        answers.map(|(answer, (_, end))| self.image(side, answer?, end)).collect()
    }

    /// Connections tell their columns themselves.
    fn columns(&self, _: &str) -> Result<Columns> {
        Ok(Columns::new())
    }

    fn jobs<'a>(&'a self, of: &'a [JobsOf], limit: Option<usize>) -> Box<dyn Iterator<Item = Result<Jobs>> + 'a> {
        // The first one tells whether the server is an older one, so that not all are asked in vain.
        let together = if self.older.get().is_some() { of } else { of.get(1..).unwrap_or_default() };
        let alone = of.iter().take(of.len() - together.len()).map(move |one| self.jobs_of(one, None, limit));
        let together = std::iter::once(together).flat_map(move |together| {
            let asked: Vec<_> = together.iter().map(|one| self.jobs_request(one, self.kinds(), 0)).collect();
            together.iter().zip(self.api.call_each(&asked))
        });
        Box::new(alone.chain(together.map(move |(one, first)| self.jobs_of(one, Some(first), limit))))
    }
}

impl Configuration {
    fn image(&self, side: Side, mut found: Answer, end: &End) -> Result<Option<String>> {
        if matches!(found.status, 404 | 405) {
            let Some(definition) = &end.definition else { return Ok(None) };
            let (path, key) = match side {
                Side::Source => ("/source_definitions/get", "sourceDefinitionId"),
                Side::Destination => ("/destination_definitions/get", "destinationDefinitionId"),
            };
            found = self.api.call(path, Some(&json!({ key: definition })))?;
        }
        parse::<Image>("the definition", of_item(&found)?).map(|image| Some(image.text()))
    }

    /// The API behind these requests.
    pub fn new(api: Box<dyn Api>, page_size: usize) -> Self {
        Self { api, page_size, older: Cell::new(None) }
    }

    fn workspace(&self, id: &str) -> Result<Workspace> {
        let found = self.item("/workspaces/get", &json!({ "workspaceId": id }))?;
        parse::<answer::Workspace>("the workspace", found).map(Workspace::from)
    }

    /// The jobs of one connection, the first page of which may be there already.
    fn jobs_of(&self, of: &JobsOf, mut first: Option<Result<Answer>>, limit: Option<usize>) -> Result<Jobs> {
        let pages = Pages::new("id", |offset| self.jobs_page(of, offset, first.take()));
        let Listing { rows, rest } = pages.all(limit)?;
        Ok(Jobs { found: rows.into_iter().map(job).collect(), rest })
    }

    /// One page; a server that does not know the newer kinds of jobs is asked again without them, once.
    fn jobs_page(&self, of: &JobsOf, offset: usize, first: Option<Result<Answer>>) -> Result<Page> {
        let ask = |kinds: &[&str]| {
            let (path, body) = self.jobs_request(of, kinds, offset);
            self.api.call(&path, body.as_ref())
        };
        let mut answer = first.unwrap_or_else(|| ask(self.kinds()))?;
        let mut older = self.older.get() == Some(true);
        if !older && matches!(answer.status, 400 | 422) {
            answer = ask(&OLDER)?;
            older = true;
        }
        if (200..300).contains(&answer.status) {
            self.older.set(Some(older));
        }
        let answer = of_one(&answer).with("path", JOBS).with("connection", &of.0)?;
        self.page(answer, offset)
    }

    fn kinds(&self) -> &'static [&'static str] {
        if self.older.get() == Some(true) { &OLDER } else { &NEWER }
    }

    fn jobs_request(&self, (connection, since): &JobsOf, kinds: &[&str], offset: usize) -> (String, Option<Value>) {
        let mut body = json!({
            "configId": connection, "configTypes": kinds,
            "pagination": { "pageSize": self.page_size, "rowOffset": offset },
        });
        if let Some(since) = since {
            body["updatedAtStart"] = json!(time::format(*since));
        }
        (JOBS.to_owned(), Some(body))
    }

    fn page(&self, mut answer: Value, offset: usize) -> Result<Page> {
        let total = answer.get("totalJobCount").and_then(Value::as_u64);
        let rows: Vec<Value> = rows(&mut answer, "jobs")?.into_iter().map(lifted).collect();
        let more = total.map_or(rows.len() >= self.page_size, |total| ((offset + rows.len()) as u64) < total);
        Ok(Page { more: more && !rows.is_empty(), rows, total })
    }

    fn item(&self, path: &str, body: &Value) -> Result<Value> {
        of_item(&self.api.call(path, Some(body))?).with("path", path)
    }
}

/// The rows of an answer that holds all connections at once, still as text: as values they would take many times as much.
fn listed(answer: &Answer) -> Result<Vec<Box<RawValue>>> {
    #[derive(Deserialize)]
    struct Listed {
        connections: Vec<Box<RawValue>>,
    }
    let listed = serde_json::from_slice::<Listed>(&answer.body).ok().filter(|_| answer.status == 200);
    match listed {
        Some(listed) => Ok(listed.connections),
        None => rows(&mut of_one(answer)?, "connections").map(|_| Vec::new()),
    }
}

/// Rows as values, so many at a time.
struct InPieces {
    rows: std::vec::IntoIter<Box<RawValue>>,
    size: usize,
}

impl Iterator for InPieces {
    type Item = Result<Vec<Value>>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = |row: Box<RawValue>| serde_json::from_str(row.get()).map_err(|error| protocol(error.to_string()));
        let some: Vec<_> = self.rows.by_ref().take(self.size.max(1)).map(read).collect();
        (!some.is_empty()).then(|| some.into_iter().collect())
    }
}

fn job(row: Value) -> (String, Result<Job>) {
    let label = format!("job {}", row.get("id").unwrap_or(&Value::Null));
    (label, parse::<JobWithAttempts>("the job", row).and_then(JobWithAttempts::read))
}

/// The job's number beside the job and its attempts, where a listing's rows are known by it.
fn lifted(mut row: Value) -> Value {
    let id = row.pointer("/job/id").cloned();
    if let (Some(id), Some(row)) = (id, row.as_object_mut()) {
        row.insert("id".to_owned(), id);
    }
    row
}

fn is_id(name: &str) -> bool {
    let lengths = name.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && name.chars().all(|letter| letter == '-' || letter.is_ascii_hexdigit())
}

fn no_list(status: u16) -> String {
    format!(
        "this server does not list its workspaces (HTTP {status} at `workspaces/list`), as newer ones don't; set \
         `workspaces` to the ids of those to read, or `api` to \"public\". If it lists nothing else either, check `url`"
    )
}
