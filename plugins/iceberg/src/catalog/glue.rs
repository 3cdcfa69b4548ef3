//! AWS Glue by its own API: databases and tables, page by page. Tables that are not Iceberg's are counted and not read.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use metahost_plugin_sdk::http::Request;
use metahost_plugin_sdk::rest::{Answer, Api, parse};
use metahost_plugin_sdk::{ErrorExt, Result, protocol};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Held, Listed, Listing, Servers, files};
use crate::config::{Config, SLOT};

/// Glue answers no more at once.
const PAGE: usize = 100;
/// Errors that Glue tells with HTTP 400 although they are about the credential.
const REFUSED: [&str; 8] = [
    "AccessDeniedException",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "NotAuthorized",
    "UnrecognizedClientException",
];
/// Likewise, although a later try may succeed.
const BUSY: [&str; 3] = ["ThrottlingException", "OperationTimeoutException", "InternalServiceException"];

/// A Glue data catalog.
pub struct Catalog<'c> {
    servers: &'c Servers,
    config: &'c Config,
    databases: OnceCell<Vec<Database>>,
}

/// A database with its properties.
struct Database {
    name: String,
    properties: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Told {
    name: String,
    description: Option<String>,
    #[serde(default)]
    parameters: Option<BTreeMap<String, String>>,
}

impl<'c> Catalog<'c> {
    /// Asks nothing yet.
    pub fn new(servers: &'c Servers, config: &'c Config) -> Self {
        Self { servers, config, databases: OnceCell::new() }
    }

    /// The databases, asked for once.
    fn databases(&self) -> Result<&[Database]> {
        if let Some(known) = self.databases.get() {
            return Ok(known);
        }
        let told = self.pages("GetDatabases", Map::new(), "DatabaseList")?;
        Ok(self.databases.get_or_init(|| told.into_iter().map(Database::from).collect()))
    }

    /// All pages of a list.
    fn pages(&self, action: &str, mut request: Map<String, Value>, field: &str) -> Result<Vec<Told>> {
        request.insert("MaxResults".to_owned(), json!(self.config.page_size.min(PAGE)));
        request.extend(self.config.catalog_id.as_ref().map(|id| ("CatalogId".to_owned(), json!(id))));
        let mut found = Vec::new();
        loop {
            let mut answer = self.ask(action, &Value::Object(request.clone()))?;
            found.append(&mut parse(field, answer[field].take()).with("action", action)?);
            let next = answer["NextToken"].take();
            if next.as_str().is_none_or(str::is_empty) || request.get("NextToken") == Some(&next) {
                return Ok(found);
            }
            request.insert("NextToken".to_owned(), next);
        }
    }

    fn ask(&self, action: &str, request: &Value) -> Result<Value> {
        let answer = self.servers.catalog.call(action, Some(request))?;
        Answer { status: meant(&answer), ..answer }.json().with("action", action)
    }
}

impl super::Catalog for Catalog<'_> {
    fn check(&self) -> Result<()> {
        self.databases().map(drop)
    }

    fn namespaces(&self) -> Result<Vec<Vec<String>>> {
        let names = self.databases()?.iter().map(|database| vec![database.name.clone()]).collect();
        super::some_of(
            names,
            "has the credential the right `glue:GetDatabases`, and are its region and `catalog-id` right?",
        )
    }

    fn properties(&self, namespace: &[String]) -> Result<Value> {
        let known = self.databases()?.iter().find(|database| [database.name.as_str()] == *namespace);
        known.map(|database| database.properties.clone()).ok_or_else(|| protocol("the database is gone"))
    }

    fn has_views(&self) -> bool {
        false
    }

    fn list(&self, namespace: &[String], held: Held) -> Result<Listing> {
        if held == Held::Views {
            return Ok(Listing::default());
        }
        let request = Map::from_iter([("DatabaseName".to_owned(), json!(namespace.join(".")))]);
        let told = self.pages("GetTables", request, "TableList")?;
        let all = told.len();
        let listed: Vec<Listed> = told.into_iter().filter_map(Told::iceberg).collect();
        let others = all - listed.len();
        Ok(Listing::of(listed, others))
    }

    fn load(&self, _: &[String], _: Held, some: &[Listed]) -> Vec<Result<Value>> {
        files::load(self.servers.store.as_ref(), self.config, some)
    }
}

impl Told {
    /// None for a table that Iceberg does not keep. One of its own without a file is listed all the same, to be named.
    fn iceberg(self) -> Option<Listed> {
        let mut parameters = self.parameters.unwrap_or_default();
        let is_iceberg = parameters.get("table_type").is_some_and(|kind| kind.eq_ignore_ascii_case("iceberg"));
        is_iceberg.then(|| Listed { name: self.name, metadata: parameters.remove("metadata_location") })
    }
}

impl From<Told> for Database {
    /// Iceberg's own clients keep a namespace's comment as Glue's description.
    fn from(told: Told) -> Self {
        let mut properties = told.parameters.unwrap_or_default();
        properties.extend(told.description.map(|text| ("comment".to_owned(), text)));
        Self { name: told.name, properties: json!(properties) }
    }
}

/// The status that says what an answer means: Glue has 400 for nearly everything, and a word in the body.
fn meant(answer: &Answer) -> u16 {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let kind = body["__type"].as_str().unwrap_or_default();
    let is_one_of = |kinds: &[&str]| answer.status == 400 && kinds.iter().any(|known| kind.contains(known));
    match answer.status {
        _ if is_one_of(&REFUSED) => 403,
        _ if is_one_of(&BUSY) => 503,
        status => status,
    }
}

/// The JSON protocol of AWS, where a path is the name of an action.
pub struct Actions {
    url: String,
}

impl Actions {
    /// Glue at this address.
    pub fn new(url: &str) -> Self {
        Self { url: format!("{}/", url.trim_end_matches('/')) }
    }
}

impl Api for Actions {
    fn call(&self, action: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = Request { retry: true, ..Request::post(&self.url, body) }
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AWSGlue.{action}"))
            .credential(Some(SLOT));
        let response = request.send()?;
        Ok(Answer { product: "AWS Glue", slot: SLOT, status: response.status, body: response.bytes()? })
    }
}
