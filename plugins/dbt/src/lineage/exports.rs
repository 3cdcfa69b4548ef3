//! Tables that saved queries fill, as edges from the tables behind their metrics. dbt keeps no SQL of a saved query, so
//! there is none.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::output::Output;

use super::{Pairs, flow, table};
use crate::artifacts::semantic::Export;
use crate::project::Project;

/// Emits the edges of all exports.
pub fn emit(project: &Project, pairs: &mut Pairs, out: &mut dyn Output) -> Result<()> {
    for (id, query) in &project.manifest.saved_queries.items {
        for export in &query.exports {
            let Some(path) = place(project, export) else {
                out.skipped(&[&query.name, &export.name], "dbt names no database and schema for the export");
                continue;
            };
            flow(project, (id, &query.depends_on.nodes), &table(&path), None, pairs, out)?;
        }
    }
    Ok(())
}

fn place(project: &Project, export: &Export) -> Option<Vec<String>> {
    let to = &export.config;
    let name = to.alias.as_deref().unwrap_or(&export.name);
    project.naming().place(to.database.as_deref(), to.schema_name.as_deref()?, name)
}
