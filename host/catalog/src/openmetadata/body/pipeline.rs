//! Pipelines with their tasks.

use metahost_model::{Pipeline, Task, encode_name};
use serde_json::Value;

use super::{Body, Context, date_time, set, set_list, set_some};

impl Context<'_> {
    pub(super) fn pipeline(&self, body: &mut Body, pipeline: &Pipeline) {
        set(body, "service", self.service.fqn().as_str());
        set_some(body, "scheduleInterval", pipeline.schedule.as_deref());
        set_some(body, "startDate", pipeline.started_at.and_then(date_time).as_deref());
        set_list(body, "tasks", pipeline.tasks.iter().map(|one| task(one, &pipeline.tasks)).collect());
    }
}

fn task(task: &Task, all: &[Task]) -> Value {
    let mut body = Body::new();
    set(&mut body, "name", encode_name(&task.name));
    set_some(&mut body, "taskType", task.kind.as_deref());
    set_some(&mut body, "description", task.description.as_deref());
    set_some(&mut body, "taskSQL", task.sql.as_deref());
    set_some(&mut body, "sourceUrl", task.source_url.as_deref());
    // The source says what a task waits for, the server what waits for it.
    let waiting = all.iter().filter(|other| other.after.contains(&task.name));
    set_list(&mut body, "downstreamTasks", waiting.map(|other| encode_name(&other.name).into()).collect());
    Value::Object(body)
}
