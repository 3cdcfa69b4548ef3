//! dbt's unit tests, which try a model's SQL on made-up rows, as test cases of the model's table. Never shows the rows.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::activity::TestCase;
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;

use super::{Names, PLATFORM, emit_case, target};
use crate::annotate::{Meta, description, tags};
use crate::artifacts::lenient::Strings;
use crate::artifacts::manifest::{MadeUp, UnitTest};
use crate::config::Config;
use crate::project::Project;

/// Name of the kind of test.
const DEFINITION: &str = "dbt_unit_test";

/// Emits every unit test with its newest result.
pub fn emit(project: &Project, config: &Config, names: &mut Names, out: &mut dyn Output) -> Result<()> {
    for (id, test) in &project.manifest.unit_tests.items {
        let model = test.depends_on.nodes.first();
        let table = model.and_then(|model| target::behind(project, model)).and_then(|id| project.relation(id));
        let Some(table) = table else {
            out.note(Level::Warn, "dbt names no table for a test, so it is left out", &[("test", id.clone())]);
            continue;
        };
        let mut case = case(config, test, table);
        let Some(name) = names.take(&case, id) else { continue };
        case.name = name;
        emit_case(project, config, id, case, None, out)?;
    }
    Ok(())
}

fn case(config: &Config, test: &UnitTest, table: &[String]) -> TestCase {
    let meta = Meta::new(&test.config.meta, &test.config.meta, &config.meta_key);
    let given: Vec<_> = test.given.iter().map(|input| made_up(&input.input, input)).collect();
    let parameters = [("given", given.join(", ")), ("expect", made_up("result", &test.expect))];
    TestCase {
        service: None,
        name: test.name.clone(),
        display_name: None,
        table: table.to_vec(),
        column: None,
        definition: DEFINITION.to_owned(),
        platform: PLATFORM.to_owned(),
        description: description(&test.description),
        parameters: parameters.map(|(name, value)| (name.to_owned(), value)).to_vec(),
        sql: None,
        owners: config.owners(meta.owners()),
        tags: tags(config, &Strings::default(), &test.config.tags),
    }
}

/// `ref('orders'): 2 rows`; rows as CSV or SQL, or in a file of their own, are not counted.
fn made_up(name: &str, rows: &MadeUp) -> String {
    match rows.rows.0 {
        0 => name.to_owned(),
        1 => format!("{name}: 1 row"),
        count => format!("{name}: {count} rows"),
    }
}
