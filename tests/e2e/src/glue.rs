//! A stand-in for AWS Glue, made from its API's description: it keeps the tables of the stack's real Iceberg catalog, and one that is
//! not Iceberg's in each database. No real Glue was asked.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::answers::{Asked, answering};
use crate::curl::curl;

/// The key that the stand-in knows.
pub const KEY_ID: &str = "AKIDSTANDIN";

/// Tables of a database: each name, and where its metadata file is.
type Tables = BTreeMap<String, String>;

/// Starts one over the REST catalog at this address. Answers its own.
pub fn over(catalog: &str) -> Result<String> {
    let databases = databases(catalog)?;
    answering(move |asked| {
        let (status, body) = answer(&databases, asked);
        (status, body.to_string())
    })
}

fn databases(catalog: &str) -> Result<BTreeMap<String, Tables>> {
    let mut databases = BTreeMap::new();
    for namespace in list(&curl(&[&format!("{catalog}/v1/namespaces")])?["namespaces"])? {
        let name = namespace[0].as_str().context("a namespace without a name")?.to_owned();
        if !name.starts_with("zz_") {
            let tables = tables(&format!("{catalog}/v1/namespaces/{name}/tables"))?;
            databases.insert(name, tables);
        }
    }
    Ok(databases)
}

fn tables(url: &str) -> Result<Tables> {
    let mut tables = Tables::new();
    for found in list(&curl(&[url])?["identifiers"])? {
        let name = found["name"].as_str().context("a table without a name")?.to_owned();
        let loaded = curl(&[&format!("{url}/{}", name.replace(' ', "%20"))])?;
        let file = loaded["metadata-location"].as_str().context("a table without a metadata file")?.to_owned();
        tables.insert(name, file);
    }
    Ok(tables)
}

fn list(value: &Value) -> Result<Vec<Value>> {
    value.as_array().cloned().context("the catalog answers no list")
}

fn answer(databases: &BTreeMap<String, Tables>, asked: &Asked) -> (u16, Value) {
    let scope = format!("AWS4-HMAC-SHA256 Credential={KEY_ID}/");
    if !asked.authorization.starts_with(&scope) || !asked.authorization.contains("/us-east-1/glue/aws4_request") {
        let message = "The security token included in the request is invalid.";
        return (400, json!({ "__type": "UnrecognizedClientException", "message": message }));
    }
    let request: Value = serde_json::from_str(&asked.body).unwrap_or_default();
    match asked.target.as_str() {
        "AWSGlue.GetDatabases" => {
            let all = databases.keys().map(|name| json!({ "Name": name, "Description": "Kept by the stand-in" }));
            page("DatabaseList", &all.collect::<Vec<_>>(), &request)
        }
        "AWSGlue.GetTables" => match databases.get(request["DatabaseName"].as_str().unwrap_or_default()) {
            Some(tables) => page("TableList", &told(tables), &request),
            None => (400, json!({ "__type": "EntityNotFoundException", "Message": "Database not found." })),
        },
        other => (400, json!({ "__type": "UnknownOperationException", "Message": other })),
    }
}

fn told(tables: &Tables) -> Vec<Value> {
    let hive = json!({ "Name": "a_hive_table", "TableType": "EXTERNAL_TABLE", "Parameters": { "EXTERNAL": "TRUE" } });
    let iceberg = tables.iter().map(|(name, file)| {
        let parameters = json!({ "table_type": "ICEBERG", "metadata_location": file });
        json!({ "Name": name, "TableType": "EXTERNAL_TABLE", "Parameters": parameters })
    });
    std::iter::once(hive).chain(iceberg).collect()
}

fn page(field: &str, all: &[Value], request: &Value) -> (u16, Value) {
    let from: usize = request["NextToken"].as_str().and_then(|token| token.parse().ok()).unwrap_or_default();
    let size = request["MaxResults"].as_u64().and_then(|size| usize::try_from(size).ok()).unwrap_or(100);
    let some: Vec<&Value> = all.iter().skip(from).take(size).collect();
    let mut answer = json!({ field: some });
    if from + size < all.len() {
        answer["NextToken"] = json!((from + size).to_string());
    }
    (200, answer)
}
