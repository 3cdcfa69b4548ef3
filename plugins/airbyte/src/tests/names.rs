//! Names as people give them.

use metahost_plugin_sdk::testing::Collected;
use serde_json::json;

use super::{counted, fixture, public_with, read, text};

/// The connector over the recorded connections, the first two of which are called so.
fn called(one: &str, other: &str) -> Collected {
    let mut connections = fixture!("public/connections");
    connections["data"][0]["name"] = json!(one);
    connections["data"][1]["name"] = json!(other);
    read(&public_with(&connections), &json!({}))
}

#[test]
fn two_connections_of_one_name_are_told_apart_by_their_ids() {
    let out = called("daily", "daily");
    let all = fixture!("public/connections");
    let name = |at: usize| format!("Data platform/daily ({})", text(&all["data"][at], "connectionId"));
    assert_eq!(
        (out.pipelines()[0].common.path[0].clone(), out.pipelines()[1].common.path[0].clone()),
        (name(0), name(1))
    );
    assert_eq!(out.pipelines()[1].common.display_name.as_deref(), Some("daily"));
    assert!(out.runs.iter().all(|run| run.pipeline == [name(0)]), "runs find their pipeline");
    assert_eq!(counted(&out), Some(7));
}

#[test]
fn a_name_can_hold_anything_and_is_cut_where_it_is_too_long() {
    let odd = "a.b \"c\" `d` :: 🚀 e/f";
    let out = called(odd, &"🦆".repeat(300));
    assert_eq!(out.pipelines()[0].common.path, [format!("Data platform/{odd}")]);
    let long = &out.pipelines()[1].common;
    assert_eq!(long.path[0].chars().count(), 256);
    assert!(long.path[0].ends_with(" (0130e9f3-6815-50c2-9b5f-91fa204c6a2e)"), "{}", long.path[0]);
    assert_eq!(long.display_name.as_ref().unwrap().chars().count(), 300);
}

#[test]
fn two_streams_of_one_name_are_two_tasks() {
    let out = read(&public_with(&fixture!("hand-made/connections")), &json!({}));
    let found = out.pipelines().into_iter().find(|found| found.common.path[0].ends_with("without a schema")).unwrap();
    let names: Vec<&str> = found.tasks.iter().map(|task| task.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "s.a", "s.a (2)"]);
}
