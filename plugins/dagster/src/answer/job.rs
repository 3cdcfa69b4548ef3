//! A job with its ops.

use serde::Deserialize;

use super::Tag;

/// A job with its ops.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    pub name: String,
    pub description: Option<String>,
    #[serde(default)]
    pub tags: Vec<Tag>,
    #[serde(default)]
    pub solid_handles: Vec<Handle>,
}

/// One use of an op or of a nested graph.
#[derive(Debug, Deserialize)]
pub struct Handle {
    #[serde(rename = "handleID")]
    pub id: String,
    pub parent: Option<Parent>,
    pub solid: Solid,
}

#[derive(Debug, Deserialize)]
pub struct Parent {
    #[serde(rename = "handleID")]
    pub id: String,
}

#[derive(Debug, Deserialize)]
pub struct Solid {
    #[serde(default)]
    pub inputs: Vec<Input>,
    pub definition: Definition,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Input {
    #[serde(default)]
    pub depends_on: Vec<Output>,
}

#[derive(Debug, Deserialize)]
pub struct Output {
    pub solid: Named,
}

#[derive(Debug, Deserialize)]
pub struct Named {
    pub name: String,
}

#[derive(Debug, Deserialize)]
pub struct Definition {
    #[serde(rename = "__typename")]
    pub kind: String,
    pub description: Option<String>,
}
