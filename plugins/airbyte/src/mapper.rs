//! What becomes of columns on the way from source to destination. Never knows the columns' values.

use serde::Deserialize;

/// One step on the way; both APIs tell it alike.
#[derive(Debug, Clone, Deserialize)]
pub struct Mapper {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(rename = "mapperConfiguration", default)]
    settings: Option<Settings>,
}

/// The settings of all kinds of steps.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    target_field: Option<String>,
    field_name_suffix: Option<String>,
    original_field_name: Option<String>,
    new_field_name: Option<String>,
}

/// A column on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Its name in the source.
    pub from: String,
    /// Its name in the destination.
    pub to: String,
    /// What was done to it, where it is more than a copy.
    pub function: Option<String>,
}

impl Mapper {
    /// A column hashed by the older setting of a stream.
    pub fn hashed(column: String) -> Self {
        let settings = Settings { target_field: Some(column), ..Settings::default() };
        Self { kind: "hashing".to_owned(), settings: Some(settings) }
    }

    /// What this step makes of a column; none when it takes it out.
    fn apply(&self, mut column: Moved) -> Option<Moved> {
        let Some(settings) = &self.settings else { return Some(column) };
        let is = |field: &Option<String>| field.as_ref() == Some(&column.to);
        match self.kind.as_str() {
            "field-filtering" if is(&settings.target_field) => return None,
            "field-renaming" if is(&settings.original_field_name) => {
                column.to = settings.new_field_name.clone().unwrap_or(column.to);
            }
            "hashing" | "encryption" if is(&settings.target_field) => {
                let usual = if self.kind == "hashing" { "_hashed" } else { "_encrypted" };
                column.to.push_str(settings.field_name_suffix.as_deref().unwrap_or(usual));
                column.function = Some(self.kind.clone());
            }
            _ => {}
        }
        Some(column)
    }
}

/// Where each column ends up after all steps.
pub fn moved(columns: &[String], mappers: &[Mapper]) -> Vec<Moved> {
    let start = |name: &String| Moved { from: name.clone(), to: name.clone(), function: None };
    let all = columns.iter().map(start);
    all.filter_map(|column| mappers.iter().try_fold(column, |column, mapper| mapper.apply(column))).collect()
}
