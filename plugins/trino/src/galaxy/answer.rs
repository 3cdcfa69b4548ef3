//! The shapes of Galaxy's answers. Never decides what becomes of them.

use serde::Deserialize;
use serde_json::Value;

/// A page of any list.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    pub result: Vec<Value>,
    /// Empty or none on the last.
    pub next_page_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Catalog {
    pub catalog_id: String,
    pub catalog_name: String,
}

/// A catalog, schema, table or column; the id of the last three is their name.
#[derive(Deserialize)]
pub struct Item {
    #[serde(alias = "catalogName", alias = "schemaId", alias = "tableId", alias = "columnId")]
    pub name: String,
    pub description: Option<String>,
    pub owner: Option<Role>,
    pub contacts: Option<Vec<Contact>>,
    pub links: Option<Vec<Link>>,
    pub tags: Option<Vec<Tag>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    pub role_name: Option<String>,
}

#[derive(Deserialize)]
pub struct Contact {
    pub email: Option<String>,
}

/// A page that people put beside something.
#[derive(Deserialize)]
pub struct Link {
    pub name: Option<String>,
    pub uri: String,
}

#[derive(Deserialize)]
pub struct Tag {
    pub name: String,
}

/// A schema that is offered to others.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Product {
    pub name: String,
    pub summary: Option<String>,
    pub description: Option<String>,
    pub business_context: Option<String>,
    pub catalog: ProductCatalog,
    pub schema_name: String,
    pub contacts: Option<Vec<Contact>>,
    pub links: Option<Vec<Link>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProductCatalog {
    pub catalog_id: String,
}

/// What a list tells of a check.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ListedCheck {
    pub data_quality_check_id: String,
    pub name: String,
}

/// A check of a table, and how it ended each time.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    pub name: String,
    pub table_id: String,
    pub description: Option<String>,
    pub category: Option<String>,
    pub kind: Option<String>,
    pub severity: Option<String>,
    pub query: Option<String>,
    pub evaluations: Option<Vec<Evaluation>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evaluation {
    pub evaluated_at: String,
    pub status: String,
    pub predicate: Option<String>,
}
