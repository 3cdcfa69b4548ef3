//! When jobs run: schedules and sensors of one repository. Never asks whether they are switched on.

use std::collections::{BTreeMap, BTreeSet};

use metahost_plugin_sdk::Result;
use serde_json::json;

use crate::answer::{Schedule, Schedules, Sensors};
use crate::graphql::{Server, case};
use crate::queries;
use crate::workspace::{Code, is_asset_job};

/// What starts each job, in words.
#[derive(Debug, Default)]
pub struct Triggers(BTreeMap<String, BTreeSet<String>>);

impl Triggers {
    /// Reads schedules and sensors.
    pub fn read(server: &Server, code: &Code) -> Result<Self> {
        let ask = |query| server.ask(query, &json!({ "repository": code.selector() }));
        let schedules: Schedules = case(ask(queries::SCHEDULES)?, "schedulesOrError", "Schedules")?;
        let sensors: Sensors = case(ask(queries::SENSORS)?, "sensorsOrError", "Sensors")?;
        let mut triggers = Self::default();
        for schedule in &schedules.results {
            triggers.add(&schedule.pipeline_name, cron(schedule));
        }
        for sensor in sensors.results {
            for target in sensor.targets.unwrap_or_default() {
                triggers.add(&target.pipeline_name, format!("sensor {}", sensor.name));
            }
        }
        Ok(triggers)
    }

    /// Dagster's own job for any set of assets says nothing of a single one.
    fn add(&mut self, job: &str, what: String) {
        if is_asset_job(job) {
            return;
        }
        self.0.entry(job.to_owned()).or_default().insert(what);
    }

    /// What starts any of these jobs, or makes their assets by itself.
    pub fn of<'a>(&self, jobs: impl IntoIterator<Item = &'a str>, conditions: BTreeSet<String>) -> Option<String> {
        let mut all = conditions;
        for job in jobs {
            all.extend(self.0.get(job).into_iter().flatten().cloned());
        }
        (!all.is_empty()).then(|| all.into_iter().collect::<Vec<_>>().join("; "))
    }
}

fn cron(schedule: &Schedule) -> String {
    match schedule.execution_timezone.as_deref() {
        None | Some("UTC") => schedule.cron.clone(),
        Some(zone) => format!("{} ({zone})", schedule.cron),
    }
}
