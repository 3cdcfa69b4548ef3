//! JSON lines as a person compares them.

use metahost_model::{Common, Entity, EntityPath, Fingerprint, Fqn, Service, ServiceKind, Table};

use super::JsonLines;
use crate::{Catalog, ErrorKind, Write};

fn service() -> Service {
    Service {
        name: "s".into(),
        kind: ServiceKind::DatabaseService,
        service_type: "Trino".into(),
        display_name: None,
        description: None,
        borrowed: false,
    }
}

fn entity(name: &str) -> Write {
    let path = EntityPath::new(vec!["db".into(), "s".into(), name.into()]).unwrap();
    let common = Common { path, ..Common::default() };
    let entity = Entity::Table(Table { common, ..Table::default() });
    let fingerprint = Fingerprint::of(&entity, &[]).unwrap();
    Write::Entity { fqn: Fqn::new("s", entity.path()), entity: Box::new(entity), fingerprint, known: None }
}

async fn run(file: &std::path::Path, batches: &[&[&str]]) -> String {
    let lines = JsonLines::file(file).unwrap();
    lines.service(&service()).await.unwrap();
    for batch in batches {
        lines.write(&service(), batch.iter().map(|name| entity(name)).collect()).await.unwrap();
    }
    lines.finish().await.unwrap();
    std::fs::read_to_string(file).unwrap()
}

#[tokio::test]
async fn the_order_of_arrival_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.jsonl");
    let first = run(&file, &[&["b", "a"], &["c"]]).await;
    let second = run(&file, &[&["c"], &["a"], &["b"]]).await;
    assert_eq!(first, second);
    let names: Vec<serde_json::Value> = first.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(names[0]["record"], "service");
    assert_eq!(names[1]["fqn"], "s.db.s.a");
    assert_eq!(names.len(), 4);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
}

#[tokio::test]
async fn the_old_file_stands_until_the_new_one_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.jsonl");
    run(&file, &[&["a"]]).await;
    let lines = JsonLines::file(&file).unwrap();
    lines.write(&service(), vec![entity("z")]).await.unwrap();
    drop(lines);
    assert!(std::fs::read_to_string(&file).unwrap().contains("s.db.s.a"));
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_named() {
    let error = JsonLines::file(std::path::Path::new("/proc/nowhere/out.jsonl")).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("/proc/nowhere/out.jsonl"), "{error}");
}
