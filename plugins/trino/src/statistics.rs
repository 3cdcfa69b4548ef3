//! What the engine already knows of tables: its statistics and, of Iceberg tables, their snapshots. Never scans a table.

use metahost_plugin_sdk::connector::{Mode, Split};
use metahost_plugin_sdk::statistics::{ColumnStat, Operation, TableStat};
use metahost_plugin_sdk::{ErrorExt, Result};
use serde::Deserialize;

use crate::answer::{is_local, reason};
use crate::client::Client;
use crate::config::Config;
use crate::output::Output;
use crate::{catalogs, sql};

/// Tables whose statistics are asked for together.
const BATCH: usize = 32;

/// A row of `SHOW STATS`: one a column, and one without a name for the table. Numbers that are none come as text.
#[derive(Debug, Deserialize)]
struct StatsRow {
    column: Option<String>,
    bytes: Option<Number>,
    distinct: Option<Number>,
    nulls: Option<Number>,
    rows: Option<Number>,
    lower: Option<String>,
    upper: Option<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Number {
    Is(f64),
    IsNot(serde::de::IgnoredAny),
}

/// A row of an Iceberg table's `$snapshots`.
#[derive(Debug, Deserialize)]
struct SnapshotRow {
    at: u64,
    id: i64,
    parent: Option<i64>,
    operation: Option<String>,
    added: Option<String>,
    deleted: Option<String>,
    bytes: Option<String>,
}

/// One split a schema.
pub fn splits(client: &Client, config: &Config, out: &mut dyn Output) -> Result<Vec<Split>> {
    let all = catalogs::splits(client, config, out)?;
    let profile = |split: Split| Split { id: format!("profile:{}", split.id), mode: Mode::Profile, ..split };
    Ok(all.into_iter().filter(|split| split.path.len() == 2).map(profile).collect())
}

/// Emits the statistics of a schema's tables.
pub fn read(client: &Client, (catalog, schema): (&str, &str), out: &mut dyn Output) -> Result<()> {
    let listed = client.all::<(String, Option<String>)>(sql::tables(catalog, schema)).with("schema", schema)?;
    let tables = listed.into_iter().filter(|(_, kind)| kind.as_deref() != Some("VIEW"));
    let tables: Vec<String> = tables.map(|(name, _)| name).collect();
    let connector = client.all::<(String,)>(sql::connector(catalog)).with("catalog", catalog)?;
    let is_iceberg = connector.first().is_some_and(|(name,)| name == "iceberg");
    let (mut done, mut unknown) = (0, 0);
    for some in tables.chunks(BATCH) {
        for (table, stats) in some.iter().zip(ask(client, (catalog, schema), some, is_iceberg)) {
            done += 1;
            match stats {
                Ok(Some(stats)) => out.stats(&[catalog, schema, table], stats)?,
                Ok(None) => unknown += 1,
                Err(error) if is_local(&error) => out.skipped(&[catalog, schema, table], &reason(&error)),
                Err(error) => return Err(error).with("table", [catalog, schema, table].join(".")),
            }
        }
        out.progress(&format!("statistics of {catalog}.{schema}"), done, tables.len());
    }
    if unknown > 0 {
        let fields = [("catalog", catalog), ("schema", schema), ("tables", &unknown.to_string())];
        out.warn("the engine keeps no statistics of some tables; ANALYZE makes them where the connector can", &fields);
    }
    Ok(())
}

/// None for a table of which the engine knows nothing.
fn ask(client: &Client, path: (&str, &str), tables: &[String], is_iceberg: bool) -> Vec<Result<Option<TableStat>>> {
    let statements: Vec<String> = tables.iter().map(|table| sql::show_stats(path.0, path.1, table)).collect();
    let found = client.all_of::<StatsRow>(&statements);
    let snapshots = if is_iceberg {
        tables.iter().map(|table| sql::snapshots(path.0, path.1, table)).collect()
    } else {
        Vec::new()
    };
    // Snapshots only add to the statistics: a catalog that forbids them does not cost these.
    let mut snapshots = client.all_of::<SnapshotRow>(&snapshots).into_iter().map(Result::unwrap_or_default);
    found.into_iter().map(|rows| Ok(stats(rows?, &snapshots.next().unwrap_or_default()))).collect()
}

fn stats(rows: Vec<StatsRow>, snapshots: &[SnapshotRow]) -> Option<TableStat> {
    let count = rows.iter().find(|row| row.column.is_none()).and_then(|row| whole(row.rows));
    let columns: Vec<ColumnStat> = rows.into_iter().filter_map(|row| column(row, count)).collect();
    let newest = snapshots.last();
    if count.is_none() && newest.is_none() {
        return None;
    }
    Some(TableStat {
        rows: count,
        bytes: newest.and_then(|snapshot| snapshot.bytes.as_ref()?.parse().ok()),
        snapshot: newest.map(|snapshot| snapshot.id.to_string()),
        taken_at: newest.map(|snapshot| snapshot.at),
        created_at: snapshots.first().filter(|first| first.parent.is_none()).map(|first| first.at),
        columns,
        operations: snapshots.iter().filter_map(operation).collect(),
    })
}

/// None where the engine knows nothing of the column.
fn column(row: StatsRow, rows: Option<u64>) -> Option<ColumnStat> {
    let share = number(row.nulls).filter(|share| (0.0..=1.0).contains(share));
    let nulls = rows.zip(share).and_then(|(rows, share)| whole(Some(Number::Is((rows as f64 * share).round()))));
    let stat = ColumnStat {
        column: vec![row.column?],
        values: rows.zip(nulls).map(|(rows, nulls)| rows - nulls),
        nulls,
        nans: None,
        distinct: number(row.distinct),
        lower: row.lower,
        upper: row.upper,
        bytes: whole(row.bytes),
        exact: false,
    };
    let is_known = stat.nulls.is_some() || stat.distinct.is_some() || stat.lower.is_some() || stat.bytes.is_some();
    is_known.then_some(stat)
}

/// What a snapshot did to rows. One that only rewrites files changes none.
fn operation(snapshot: &SnapshotRow) -> Option<Operation> {
    let count = |text: &Option<String>| text.as_ref().and_then(|text| text.parse().ok());
    let (kind, rows) = match snapshot.operation.as_deref()? {
        "append" => ("INSERT", count(&snapshot.added)),
        "delete" => ("DELETE", count(&snapshot.deleted)),
        "overwrite" => ("WRITE", count(&snapshot.added)),
        _ => return None,
    };
    Some(Operation { kind: kind.to_owned(), at: snapshot.at, rows })
}

fn number(value: Option<Number>) -> Option<f64> {
    match value {
        Some(Number::Is(number)) if number.is_finite() => Some(number),
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is none below zero, and 2^64 rows are none"
)]
fn whole(value: Option<Number>) -> Option<u64> {
    number(value).filter(|number| *number >= 0.0).map(|number| number as u64)
}

#[cfg(test)]
mod tests {
    use metahost_plugin_sdk::connector::{Mode, ReadRequest};
    use serde_json::json;

    use crate::testing::{Collected, Said, Scripted, trino};

    fn server() -> Scripted {
        Scripted::default()
            .rows(
                "information_schema.tables",
                json!([["orders", "BASE TABLE"], ["v", "VIEW"], ["empty", "BASE TABLE"]]),
            )
            .rows("SELECT connector_name", json!([["iceberg"]]))
            .rows(
                "SHOW STATS FOR \"lake\".\"s\".\"orders\"",
                // As a real Trino 476 tells them.
                json!([
                    ["orderkey", null, 14948.0, 0.0, null, "1", "60000"],
                    ["comment", 365_000.0, null, 0.25, null, null, null],
                    ["nothing", null, "NaN", null, null, null, null],
                    [null, null, null, null, 15000.0, null, null],
                ]),
            )
            .rows("SHOW STATS", json!([[null, null, null, null, null, null, null]]))
            .rows(
                "orders$snapshots",
                json!([
                    [10, 1, null, "append", "12000", null, "100"],
                    [20, 2, 1, "replace", "12000", "12000", "90"],
                    [30, 3, 2, "append", "3000", null, "120"],
                ]),
            )
            .rows("$snapshots", json!([]))
    }

    fn read(server: &Scripted) -> Collected {
        let trino = trino(server, "");
        let mut out = Collected::default();
        let mut request: ReadRequest = metahost_plugin_sdk::testing::request(Mode::Profile, None);
        request.split.path = vec!["lake".to_owned(), "s".to_owned()];
        trino.read_into(&request, &mut out).unwrap();
        out
    }

    #[test]
    fn statistics_are_handed_over_as_the_engine_keeps_them() {
        let out = read(&server());
        let (table, stats) = &out.stats[0];
        assert_eq!((table.as_str(), stats.rows, stats.bytes), ("lake.s.orders", Some(15_000), Some(120)));
        assert_eq!((stats.snapshot.as_deref(), stats.taken_at, stats.created_at), (Some("3"), Some(30), Some(10)));
        let [key, comment] = &stats.columns[..] else { panic!("{:?}", stats.columns) };
        assert_eq!(
            (key.distinct, key.lower.as_deref(), key.upper.as_deref()),
            (Some(14948.0), Some("1"), Some("60000"))
        );
        assert_eq!((comment.nulls, comment.values, comment.bytes), (Some(3_750), Some(11_250), Some(365_000)));
        let told: Vec<_> = stats.operations.iter().map(|told| (told.kind.as_str(), told.at, told.rows)).collect();
        assert_eq!(told, [("INSERT", 10, Some(12_000)), ("INSERT", 30, Some(3_000))], "a compaction changes no rows");
    }

    #[test]
    fn a_table_without_statistics_is_counted_and_a_view_not_asked() {
        let server = server();
        let out = read(&server);
        assert_eq!(out.stats.len(), 1);
        assert!(out.remarks[0].contains("no statistics") && out.remarks[0].contains("\"1\""), "{:?}", out.remarks);
        assert!(!server.statements().iter().any(|sql| sql.contains("\"v\"")), "{:?}", server.statements());
    }

    #[test]
    fn a_table_that_fails_is_named_and_the_others_are_told() {
        let broken = Said::Error("PERMISSION_DENIED", "USER_ERROR", "Access Denied: Cannot select");
        let out = read(&Scripted::default().says("FOR \"lake\".\"s\".\"empty\"", broken).merge(server()));
        assert_eq!((out.stats.len(), out.skipped), (1, 1));
        assert!(out.remarks.iter().any(|remark| remark.contains("lake.s.empty") && remark.contains("Access Denied")));
    }

    #[test]
    fn snapshots_that_are_forbidden_do_not_cost_the_statistics() {
        let broken = Said::Error("PERMISSION_DENIED", "USER_ERROR", "Access Denied: Cannot select");
        let out = read(&Scripted::default().says("$snapshots", broken).merge(server()));
        assert_eq!((out.stats.len(), out.stats[0].1.operations.len()), (1, 0));
    }
}
