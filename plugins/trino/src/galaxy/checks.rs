//! Galaxy's checks of data quality as tests of their tables, with results. Never runs a check.

use metahost_plugin_sdk::activity::{Outcome, TestCase, TestResult};
use metahost_plugin_sdk::connector::Window;
use metahost_plugin_sdk::output::{Output, or_skip};
use metahost_plugin_sdk::rest::{encode, parse};
use metahost_plugin_sdk::{Result, protocol, time};

use super::OfSchema;
use super::answer::{Check, Evaluation, ListedCheck};

const CHECKS: &str = "/public/api/v1/dataQualityCheck";
/// Checks whose results are asked for together.
const BATCH: usize = 32;

impl OfSchema<'_> {
    /// Gives the tests of the schema's tables, and how they ended in the time that is asked for.
    pub fn checks(&self, window: &Window, out: &mut dyn Output) -> Result<()> {
        let galaxy = self.galaxy;
        let Some(catalog) = self.catalog.as_ref().filter(|_| galaxy.config.checks) else { return Ok(()) };
        let list = format!("{CHECKS}?catalogId={}&schemaId={}", encode(catalog), encode(self.path[1]));
        let mut listed: Vec<ListedCheck> = Vec::new();
        let read = galaxy.each(&list, |item| {
            listed.extend(or_skip(out, &self.path, parse("a check of Starburst Galaxy", item))?);
            Ok(())
        });
        galaxy.if_there("checks of data quality", read, out)?;
        listed.chunks(BATCH).try_for_each(|checks| self.evaluations(checks, window, out))
    }

    fn evaluations(&self, listed: &[ListedCheck], window: &Window, out: &mut dyn Output) -> Result<()> {
        let path = |check: &ListedCheck| format!("{CHECKS}/{}/evaluation", encode(&check.data_quality_check_id));
        let paths: Vec<String> = listed.iter().map(path).collect();
        for (known, answer) in listed.iter().zip(self.galaxy.api.get_all(&paths)) {
            let path = [self.path[0], self.path[1], &known.name];
            let check = answer.and_then(|found| parse::<Check>("a check of Starburst Galaxy", found));
            let Some(check) = self.galaxy.or_tell(&path, check, out)? else { continue };
            self.check(check, window, out)?;
        }
        Ok(())
    }

    fn check(&self, mut check: Check, window: &Window, out: &mut dyn Output) -> Result<()> {
        let table = [self.path[0], self.path[1], &check.table_id].map(str::to_owned).to_vec();
        let evaluations = check.evaluations.take().unwrap_or_default();
        let (name, warns) = (check.name.clone(), check.only_warns());
        out.test(check.test(table.clone()))?;
        for evaluation in evaluations {
            let path = [self.path[0], self.path[1], &name];
            let result = or_skip(out, &path, evaluation.result(&name, &table, warns))?;
            if let Some(result) = result.filter(|result| is_within(result.at, window)) {
                out.test_result(result)?;
            }
        }
        Ok(())
    }
}

fn is_within(at: u64, window: &Window) -> bool {
    window.since.is_none_or(|since| at >= since) && window.until.is_none_or(|until| at < until)
}

impl Check {
    fn only_warns(&self) -> bool {
        self.severity.as_ref().is_some_and(|severity| severity.to_lowercase().starts_with("warn"))
    }

    fn test(self, table: Vec<String>) -> TestCase {
        let parameters = [("kind", self.kind), ("category", self.category), ("severity", self.severity)];
        let parameters = parameters.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        TestCase {
            name: self.name,
            display_name: None,
            service: None,
            table,
            column: None,
            definition: "galaxy_data_quality_check".to_owned(),
            platform: "Starburst Galaxy".to_owned(),
            description: self.description.filter(|text| !text.is_empty()),
            parameters: parameters.collect(),
            sql: self.query,
            owners: Vec::new(),
            tags: Vec::new(),
        }
    }
}

impl Evaluation {
    fn result(self, test: &str, table: &[String], warns: bool) -> Result<TestResult> {
        let at = time::millis(&self.evaluated_at)
            .ok_or_else(|| protocol(format!("a check was evaluated at `{}`, which is no time", self.evaluated_at)))?;
        let predicate = self.predicate.map(|predicate| format!(": {predicate}")).unwrap_or_default();
        Ok(TestResult {
            test: test.to_owned(),
            service: None,
            table: table.to_vec(),
            column: None,
            at,
            outcome: outcome(&self.status, warns),
            message: Some(format!("{}{predicate}", self.status)),
            failed_rows: None,
            values: Vec::new(),
        })
    }
}

/// The words for how a check ended are not documented: what is neither good nor bad is told in the message.
fn outcome(status: &str, warns: bool) -> Outcome {
    let status = status.to_lowercase();
    match status.as_str() {
        status if status.starts_with("pass") || status.starts_with("success") => Outcome::Success,
        status if status.starts_with("fail") && !warns => Outcome::Failed,
        _ => Outcome::Aborted,
    }
}
