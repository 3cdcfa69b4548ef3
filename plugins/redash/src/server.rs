//! Redash's own way to refuse: a wrong key gets 404 and an invitation to log in, as does a page that is not there.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::rest::{Answer, Api};
use serde_json::Value;

/// A server whose refusals are told as such.
pub struct Redash<A>(pub A);

impl<A: Api> Api for Redash<A> {
    fn call(&self, path: &str, body: Option<&Value>) -> Result<Answer> {
        self.0.call(path, body).map(refusal)
    }

    fn get_all(&self, paths: &[String]) -> Vec<Result<Value>> {
        // The answers' statuses are told apart one by one: a key that is revoked half-way is no list of missing queries.
        self.0.get_all(paths).into_iter().zip(paths).map(|(answer, path)| answer.or_else(|_| self.get(path))).collect()
    }
}

fn refusal(answer: Answer) -> Answer {
    let asks_for_login = answer.status == 404 && answer.start().contains("Please login");
    if asks_for_login { Answer { status: 401, ..answer } } else { answer }
}
