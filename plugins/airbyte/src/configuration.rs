//! Airbyte's configuration API: every request is a POST that changes nothing. Never reads what the answers mean.

use std::cell::Cell;

use metahost_plugin_sdk::rest::{Api, parse};
use metahost_plugin_sdk::{ErrorExt, Result, problem, time};
use serde_json::{Value, json};

use crate::airbyte::{Airbyte, Columns, Image, Items, Jobs, label, of_item, of_one, rows, wanted};
use crate::answer_config as answer;
use crate::answer_job::JobWithAttempts;
use crate::connection::{Connection, End, Side, Workspace};
use crate::pages::{self, Listing, Page};

/// Kinds of jobs that move data, as older servers know them and refuse all others.
const OLDER: [&str; 2] = ["sync", "reset_connection"];
/// The same for newer servers.
const NEWER: [&str; 4] = ["sync", "reset_connection", "refresh", "clear"];

/// The configuration API of one server.
pub struct Configuration {
    api: Box<dyn Api>,
    page_size: usize,
    older: Cell<bool>,
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

    fn connections(&self, workspace: &Workspace) -> Result<Items<Connection>> {
        let mut answer = self.part("/connections/list", &json!({ "workspaceId": workspace.id }))?;
        let rows = rows(&mut answer, "connections")?;
        Ok(rows.into_iter().map(|row| (label(&row, "connectionId"), self.connection(row))).collect())
    }

    fn end(&self, side: Side, id: &str) -> Result<End> {
        let found = match side {
            Side::Source => self.item("/sources/get", &json!({ "sourceId": id }))?,
            Side::Destination => self.item("/destinations/get", &json!({ "destinationId": id }))?,
        };
        parse::<answer::End>("the answer", found).map(End::from)
    }

    /// A source may run another version than its definition; servers that do not tell so are asked for the latter.
    fn image(&self, side: Side, id: &str, end: &End) -> Result<Option<String>> {
        let (path, body, older, key) = match side {
            Side::Source => ("get_for_source", json!({ "sourceId": id }), "source", "sourceDefinitionId"),
            Side::Destination => {
                ("get_for_destination", json!({ "destinationId": id }), "destination", "destinationDefinitionId")
            }
        };
        let mut found = self.api.call(&format!("/actor_definition_versions/{path}"), Some(&body))?;
        if matches!(found.status, 404 | 405) {
            let Some(definition) = &end.definition else { return Ok(None) };
            found = self.api.call(&format!("/{older}_definitions/get"), Some(&json!({ key: definition })))?;
        }
        parse::<Image>("the definition", of_item(&found)?).map(|image| Some(image.text()))
    }

    /// Connections tell their columns themselves.
    fn columns(&self, _: &str) -> Result<Columns> {
        Ok(Columns::new())
    }

    fn jobs(&self, connection: &str, since: Option<u64>, limit: Option<usize>) -> Result<Jobs> {
        let Listing { rows, rest } = pages::all("id", limit, |offset| self.jobs_page(connection, since, offset))?;
        let read = |row: Value| {
            let label = format!("job {}", row.get("id").unwrap_or(&Value::Null));
            (label, parse::<JobWithAttempts>("the job", row).and_then(JobWithAttempts::read))
        };
        Ok(Jobs { found: rows.into_iter().map(read).collect(), rest })
    }
}

impl Configuration {
    /// The API behind these requests.
    pub fn new(api: Box<dyn Api>, page_size: usize) -> Self {
        Self { api, page_size, older: Cell::new(false) }
    }

    fn workspace(&self, id: &str) -> Result<Workspace> {
        let found = self.item("/workspaces/get", &json!({ "workspaceId": id }))?;
        parse::<answer::Workspace>("the workspace", found).map(Workspace::from)
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

    /// One page; a server that does not know the newer kinds of jobs is asked again without them, once.
    fn jobs_page(&self, connection: &str, since: Option<u64>, offset: usize) -> Result<Page> {
        let ask = |kinds: &[&str]| {
            let mut body = json!({
                "configId": connection, "configTypes": kinds,
                "pagination": { "pageSize": self.page_size, "rowOffset": offset },
            });
            if let Some(since) = since {
                body["updatedAtStart"] = json!(time::format(since));
            }
            self.api.call("/jobs/list", Some(&body))
        };
        let mut answer = if self.older.get() { ask(&OLDER)? } else { ask(&NEWER)? };
        if !self.older.get() && matches!(answer.status, 400 | 422) {
            answer = ask(&OLDER)?;
            self.older.set((200..300).contains(&answer.status));
        }
        let answer = of_one(&answer).with("path", "/jobs/list").with("connection", connection)?;
        self.page(answer, offset)
    }

    fn page(&self, mut answer: Value, offset: usize) -> Result<Page> {
        let total = answer.get("totalJobCount").and_then(Value::as_u64);
        let rows: Vec<Value> = rows(&mut answer, "jobs")?.into_iter().map(lifted).collect();
        let more = total.map_or(rows.len() >= self.page_size, |total| ((offset + rows.len()) as u64) < total);
        Ok(Page { more: more && !rows.is_empty(), rows, total })
    }

    fn part(&self, path: &str, body: &Value) -> Result<Value> {
        of_one(&self.api.call(path, Some(body))?).with("path", path)
    }

    fn item(&self, path: &str, body: &Value) -> Result<Value> {
        of_item(&self.api.call(path, Some(body))?).with("path", path)
    }
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
