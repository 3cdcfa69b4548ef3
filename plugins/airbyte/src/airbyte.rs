//! What is asked of Airbyte, whichever of its APIs answers. Never says how.

use std::collections::BTreeMap;

use metahost_plugin_sdk::rest::Answer;
use metahost_plugin_sdk::{Error, Result, protocol};
use serde::Deserialize;
use serde_json::Value;

use crate::connection::{Connection, End, Job, Side, Workspace};
use crate::pages::Rest;

/// Items as far as each could be read, with what it is called in messages.
pub type Items<T> = Vec<(String, Result<T>)>;

/// Columns of a source's streams, by namespace and name.
pub type Columns = BTreeMap<(Option<String>, String), Vec<String>>;

/// Rows of a listing, page by page.
pub type RowPages<'a> = Box<dyn Iterator<Item = Result<Vec<Value>>> + 'a>;

/// A connection's id, and since when its jobs are wanted.
pub type JobsOf = (String, Option<u64>);

/// Jobs of a connection, and what is not among them.
pub struct Jobs {
    /// Newest first.
    pub found: Items<Job>,
    /// What is left out.
    pub rest: Rest,
}

/// One of Airbyte's APIs.
pub trait Airbyte {
    /// The workspaces of these ids or names, or all. What is wanted and not there is an item that can't be read.
    fn workspaces(&self, wanted: &[String]) -> Result<Items<Workspace>>;
    /// The connections of a workspace, as rows.
    fn connections(&self, workspace: &Workspace) -> RowPages<'_>;
    /// What such a row tells.
    fn connection(&self, row: Value) -> Result<Connection>;
    /// Sources or destinations, in the order of their ids.
    fn ends(&self, side: Side, ids: &[String]) -> Vec<Result<End>>;
    /// The images and versions of the connectors that these run; none where the API does not say what one is.
    fn images(&self, side: Side, ends: &[(String, End)]) -> Vec<Result<Option<String>>>;
    /// The columns of a source, where this API tells them apart from the connection.
    fn columns(&self, source: &str) -> Result<Columns>;
    /// The jobs of each connection that changed since, at most so many of each.
    fn jobs<'a>(&'a self, of: &'a [JobsOf], limit: Option<usize>) -> Box<dyn Iterator<Item = Result<Jobs>> + 'a>;
}

/// A connector's image and version, which both APIs tell in the same words.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Image {
    docker_repository: String,
    docker_image_tag: String,
}

impl Image {
    /// As people write it.
    pub fn text(self) -> String {
        format!("{}:{}", self.docker_repository, self.docker_image_tag)
    }
}

/// Those that are wanted among all that there are.
pub fn wanted(all: Vec<Workspace>, wanted: &[String]) -> Items<Workspace> {
    let is = |workspace: &Workspace, name: &String| workspace.id == *name || workspace.name == *name;
    let absent = wanted.iter().filter(|name| !all.iter().any(|workspace| is(workspace, name)));
    let absent: Items<Workspace> = absent
        .map(|name| (name.clone(), Err(protocol("no workspace that the user may see has this id or name"))))
        .collect();
    let found = all.into_iter().filter(|found| wanted.is_empty() || wanted.iter().any(|name| is(found, name)));
    found.map(|workspace| (workspace.name.clone(), Ok(workspace))).chain(absent).collect()
}

/// What people know a row by, for messages.
pub fn label(row: &Value, id: &str) -> String {
    let text = |key: &str| row.get(key).and_then(Value::as_str).map(str::to_owned);
    text("name").or_else(|| text(id)).unwrap_or_else(|| format!("an item without `{id}`"))
}

/// The JSON of an answer about one thing: a right that is missing there says nothing of the rest.
pub fn of_one(answer: &Answer) -> Result<Value> {
    match answer.status {
        403 => Err(protocol(format!("the user has no right to it (HTTP 403: {})", answer.start()))),
        _ => answer.json(),
    }
}

/// As `of_one`, of a thing so small that a failure of the server is the thing's own.
pub fn of_item(answer: &Answer) -> Result<Value> {
    match answer.status {
        500 => Err(protocol(format!("Airbyte fails on it (HTTP 500: {})", answer.start()))),
        _ => of_one(answer),
    }
}

/// Reads what is called `name` in a row, which must hold it.
pub fn rows(answer: &mut Value, name: &str) -> Result<Vec<Value>> {
    match answer.get_mut(name).map(Value::take) {
        Some(Value::Array(rows)) => Ok(rows),
        _ => Err(protocol(format!("the answer has no list `{name}`; is this Airbyte, and is `api` right?"))),
    }
}

/// That nothing is there to be read, which a user without rights sees as well.
pub fn nothing(what: &str) -> Error {
    protocol(format!("Airbyte sees {what}; has the user rights? Nothing is taken for gone"))
}
