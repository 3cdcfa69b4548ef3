//! The local catalog as the pipeline and `metahost catalog` use it.

use std::path::Path;

use crate::{Catalog, ErrorKind, LocalCatalog, Outcome, Reference, RunReport, RunState, Write};
use metahost_model::{
    Annotation, Column, ColumnAnnotation, ColumnEdge, Common, Constraint, DataModel, Edge, EdgeSource, Endpoint,
    Entity, EntityKind, EntityPath, Fingerprint, Fqn, Outcome as Verdict, Service, ServiceKind, Table, TestCase,
    TestResult,
};
use serde_json::json;

fn service(borrowed: bool) -> Service {
    Service {
        name: "trino".into(),
        kind: ServiceKind::DatabaseService,
        service_type: "Trino".into(),
        display_name: None,
        description: None,
        borrowed,
    }
}

fn path(parts: &[&str]) -> EntityPath {
    EntityPath::new(parts.iter().map(|part| (*part).to_owned()).collect()).unwrap()
}

fn table(parts: &[&str], description: Option<&str>) -> Write {
    let column = |name: &str| Column { name: name.into(), data_type: "INT".into(), ..Column::default() };
    let entity = Entity::Table(Table {
        common: Common { path: path(parts), description: description.map(Into::into), ..Common::default() },
        columns: vec![column("id"), column("name")],
        ..Table::default()
    });
    let fingerprint = Fingerprint::of(&entity, &[]).unwrap();
    Write::Entity { fqn: Fqn::new("trino", entity.path()), entity: Box::new(entity), fingerprint, known: None }
}

fn reference(parts: &[&str]) -> Reference {
    Reference { kind: EntityKind::Table, fqn: Fqn::new("trino", &path(parts)), id: "x".into() }
}

fn edge(from: &[&str], to: &[&str], source: EdgeSource, columns: Vec<ColumnEdge>) -> Write {
    let end = |parts: &[&str]| Endpoint { service: None, kind: EntityKind::Table, path: path(parts) };
    let edge =
        Edge { upstream: end(from), downstream: end(to), columns, source, sql: None, pipeline: None, executions: None };
    Write::Edge { from: reference(from), to: reference(to), pipeline: None, edge: Box::new(edge) }
}

fn annotation(parts: &[&str], project: &str, description: &str) -> Write {
    let annotation: Annotation = serde_json::from_value(json!({
        "kind": "table", "path": parts, "description": description, "tags": ["dbtTags.core"],
        "glossaryTerms": ["Sales.Order"],
    }))
    .unwrap();
    let annotation = Annotation {
        data_model: Some(DataModel {
            resource_type: "model".into(),
            project: Some(project.into()),
            ..serde_json::from_value(json!({"resourceType": "model"})).unwrap()
        }),
        columns: vec![ColumnAnnotation {
            constraint: Some(Constraint::NotNull),
            ..serde_json::from_value(json!({"column": ["ID"], "description": "the key"})).unwrap()
        }],
        ..annotation
    };
    Write::Annotation { target: reference(parts), annotation: Box::new(annotation), previous: None }
}

async fn filled(file: &Path) -> LocalCatalog {
    let catalog = LocalCatalog::open(file).unwrap();
    catalog.service(&service(false)).await.unwrap();
    let tables = ["orders", "customers", "report"].map(|name| table(&["db", "sales", name], None));
    catalog.write(&service(false), tables.to_vec()).await.unwrap();
    catalog
}

#[tokio::test]
async fn a_second_run_finds_everything_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("deep/catalog.redb");
    let catalog = filled(&file).await;
    let id = catalog.id();
    catalog.finish().await.unwrap();
    drop(catalog);

    let catalog = LocalCatalog::open(&file).unwrap();
    assert_eq!(catalog.id(), id);
    let known = catalog.known(&service(false), EntityKind::Table, &path(&["db"])).await.unwrap();
    assert_eq!(known.len(), 3);
    let again = catalog.write(&service(false), vec![table(&["db", "sales", "orders"], None)]).await.unwrap();
    assert_eq!(again, [Outcome::Unchanged]);
    let changed = catalog.write(&service(false), vec![table(&["db", "sales", "orders"], Some("new"))]).await.unwrap();
    assert_eq!(changed, [Outcome::Updated]);
    let after = catalog.find(EntityKind::Table, &Fqn::parse("trino.db.sales.orders")).await.unwrap().unwrap();
    let before = &known[&Fqn::parse("trino.db.sales.orders")];
    assert_eq!(after.id, before.id, "an update keeps the id");
    assert_ne!(after.fingerprint, before.fingerprint);
}

/// The state believed a run that was killed, and the entities were missing for good.
#[tokio::test]
async fn what_was_answered_for_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let (file, left) = (folder.path().join("c.redb"), folder.path().join("left.redb"));
    let catalog = LocalCatalog::open(&file).unwrap();
    catalog.service(&service(false)).await.unwrap();
    catalog.write(&service(false), vec![table(&["db", "sales", "orders"], None)]).await.unwrap();
    std::fs::copy(&file, &left).unwrap();
    let left = LocalCatalog::open(&left).unwrap();
    let fqn = Fqn::new("trino", &path(&["db", "sales", "orders"]));
    assert!(left.find(EntityKind::Table, &fqn).await.unwrap().is_some());
}

#[tokio::test]
async fn a_scope_does_not_take_in_its_namesakes() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = filled(&folder.path().join("c")).await;
    let more = vec![table(&["db2", "s", "t"], None), table(&["db x", "s", "t"], None)];
    catalog.write(&service(false), more).await.unwrap();
    assert_eq!(catalog.known(&service(false), EntityKind::Table, &path(&["db"])).await.unwrap().len(), 3);
    assert_eq!(catalog.known(&service(false), EntityKind::Table, &EntityPath::root()).await.unwrap().len(), 5);
    let listed: Vec<_> = catalog.list(None, Some(&Fqn::parse("trino.db"))).unwrap().map(Result::unwrap).collect();
    assert_eq!(listed[0].fqn.as_str(), "trino.db.sales.customers");
    assert_eq!(listed.len(), 3);
}

#[tokio::test]
async fn what_several_sources_know_is_shown_together_and_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = filled(&folder.path().join("c")).await;
    let orders = ["db", "sales", "orders"];
    let both = vec![annotation(&orders, "shop", "all orders"), annotation(&orders, "audit", "other words")];
    assert_eq!(catalog.write(&service(true), both).await.unwrap(), [Outcome::Created, Outcome::Created]);

    let shown = catalog.show(&Fqn::parse("trino.db.sales.orders")).unwrap().unwrap();
    assert_eq!(
        shown.annotations.iter().map(|noted| noted.author.as_str()).collect::<Vec<_>>(),
        ["trino (audit)", "trino (shop)"]
    );
    let Entity::Table(table) = &shown.entity else { panic!("no table") };
    assert_eq!(table.common.description.as_deref(), Some("other words"));
    assert_eq!(table.common.tags, ["dbtTags.core"]);
    assert_eq!(table.columns[0].description.as_deref(), Some("the key"));
    assert_eq!(table.columns[0].constraint, Some(Constraint::NotNull));
    assert_eq!(shown.glossary_terms, ["Sales.Order"]);

    let again = catalog.write(&service(false), vec![self::table(&orders, None)]).await.unwrap();
    assert_eq!(again, [Outcome::Unchanged], "annotations do not change what the owner wrote");
}

#[tokio::test]
async fn lineage_goes_as_far_as_asked_and_survives_circles() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = filled(&folder.path().join("c")).await;
    let [orders, customers, report] = ["orders", "customers", "report"].map(|name| ["db", "sales", name]);
    let column = ColumnEdge { inputs: vec!["id".into()], output: "id".into(), function: None };
    let edges = vec![
        edge(&customers, &orders, EdgeSource::DbtLineage, vec![]),
        edge(&orders, &report, EdgeSource::DbtLineage, vec![]),
        edge(&orders, &report, EdgeSource::ViewLineage, vec![column]),
        edge(&report, &customers, EdgeSource::QueryLineage, vec![]),
    ];
    catalog.write(&service(true), edges).await.unwrap();

    let root = Fqn::parse("trino.db.sales.orders");
    let near = catalog.lineage(&root, 0, 1).unwrap().unwrap();
    assert_eq!(near.flows.len(), 1);
    assert_eq!(near.flows[0].edges.len(), 2, "one flow, as two sources tell it");
    let far = catalog.lineage(&root, 9, 9).unwrap().unwrap();
    assert_eq!(far.flows.len(), 3);
    assert_eq!(far.distances["trino.db.sales.customers"], -1);
    assert_eq!(catalog.lineage(&Fqn::parse("trino.nothing"), 1, 1).unwrap().map(|_| ()), None);
}

#[tokio::test]
async fn the_newest_result_of_a_test_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = filled(&folder.path().join("c")).await;
    let orders = path(&["db", "sales", "orders"]);
    let test: TestCase = serde_json::from_value(json!({
        "name": "not_null_id", "table": ["db", "sales", "orders"], "column": ["id"], "definition": "not_null", "platform": "dbt",
    }))
    .unwrap();
    let fqn = test.below(&Fqn::new("trino", &orders));
    let result = |at, outcome| Write::TestResult {
        test: fqn.clone(),
        result: Box::new(TestResult {
            test: "not_null_id".into(),
            service: None,
            table: orders.clone(),
            column: vec!["id".into()],
            at,
            outcome,
            message: None,
            failed_rows: None,
            values: vec![],
        }),
    };
    let early = catalog.write(&service(true), vec![result(1, Verdict::Success)]).await.unwrap();
    assert!(
        matches!(&early[0], Outcome::Rejected(why) if why.message.contains("trino.db.sales.orders.id.not_null_id"))
    );
    let case = Write::TestCase { table: reference(&["db", "sales", "orders"]), test: Box::new(test) };
    catalog.write(&service(true), vec![case]).await.unwrap();
    let results = vec![result(100, Verdict::Success), result(2_000, Verdict::Failed), result(30, Verdict::Success)];
    catalog.write(&service(true), results).await.unwrap();
    let shown = catalog.show(&Fqn::parse("trino.db.sales.orders")).unwrap().unwrap();
    assert_eq!(shown.tests[0].latest.as_ref().unwrap().outcome, Verdict::Failed);
}

#[tokio::test]
async fn counts_name_only_what_there_is() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = filled(&folder.path().join("c")).await;
    let report = RunReport {
        id: "r".into(),
        asset: "a".into(),
        kind: "metadata".into(),
        state: RunState::Success,
        started_at: 1,
        ended_at: Some(2),
        records: 3,
        written: 3,
        warnings: 0,
        filtered: 0,
        errors: vec![],
        error_count: 0,
    };
    catalog.report(&service(false), &report).await.unwrap();
    let counts: Vec<_> = catalog.counts().unwrap().into_iter().collect();
    assert_eq!(counts, [("run".to_owned(), 1), ("service".to_owned(), 1), ("table".to_owned(), 3)]);
}

#[tokio::test]
async fn a_mistyped_name_gets_its_neighbours() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = filled(&folder.path().join("c")).await;
    let near = |name: &str| catalog.near(&Fqn::parse(name), 2).unwrap();
    assert_eq!(near("trino.db.sale.orders")[0].as_str(), "trino.db.sales.orders");
    assert_eq!(near("customers")[0].as_str(), "trino.db.sales.customers");
    assert!(near("something else entirely").is_empty());
}

#[tokio::test]
async fn each_bad_file_has_its_own_words() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("catalog.redb");
    let error = LocalCatalog::open_read_only(&file).err().unwrap();
    assert!(error.to_string().contains("run an asset first"), "{error}");

    let held = LocalCatalog::open(&file).unwrap();
    for error in [LocalCatalog::open(&file).err().unwrap(), LocalCatalog::open_read_only(&file).err().unwrap()] {
        assert_eq!(error.kind(), ErrorKind::Locked);
        assert!(error.to_string().contains("catalog.redb"), "{error}");
    }
    drop(held);

    let looking = LocalCatalog::open_read_only(&file).unwrap();
    assert!(looking.finish().await.unwrap_err().to_string().contains("opened for reading"));

    let junk = folder.path().join("junk.redb");
    std::fs::write(&junk, "this is no database at all, whatever its name says").unwrap();
    let error = LocalCatalog::open(&junk).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(error.to_string().contains("move it away"), "{error}");
    assert_eq!(std::fs::read_to_string(&junk).unwrap().len(), 50, "what is not ours is left alone");

    let error = LocalCatalog::open(Path::new("/dev/full")).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Io);
}

#[tokio::test]
async fn a_borrowed_service_is_only_looked_up() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = LocalCatalog::open(&folder.path().join("c")).unwrap();
    let error = catalog.service(&service(true)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NoService);
    assert!(error.to_string().contains("first"), "{error}");
    assert_eq!(catalog.service(&service(false)).await.unwrap().outcome, Outcome::Created);
    assert_eq!(catalog.service(&service(true)).await.unwrap().outcome, Outcome::Unchanged);
}
