//! What the engine already knows of tables: its statistics and, of Iceberg tables, their snapshots. Never scans a table.

use metahost_plugin_sdk::connector::{Mode, Split};
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::output::Output;
use metahost_plugin_sdk::snapshots;
use metahost_plugin_sdk::statistics::{ColumnStat, Operation, TableStat};
use metahost_plugin_sdk::{ErrorExt, Result};
use serde::Deserialize;

use crate::answer::{is_local, name, or_skip, reason};
use crate::client::Client;
use crate::config::Config;
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
    /// Rows that a file of deletes names, where the data file stays.
    marked: Option<String>,
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
    let (mut done, mut unknown, mut hidden) = (0, 0_u64, Vec::new());
    for some in tables.chunks(BATCH) {
        for (table, rows, snapshots) in ask(client, (catalog, schema), some, is_iceberg) {
            done += 1;
            let path = [catalog, schema, table];
            let Some(rows) = or_skip(out, &path, rows)? else { continue };
            let found = stats(rows, &visible(snapshots, &mut hidden).with("table", path.join("."))?);
            unknown += u64::from(found.is_none());
            // The host learns that there is a table, and may ask about it.
            out.stats(&path.map(str::to_owned), found.unwrap_or_else(nothing))?;
        }
        out.progress(&format!("statistics of {catalog}.{schema}"), done, Some(tables.len() as u64));
    }
    let mut tell = |tables: u64, message: &str, more: &str| {
        let fields =
            [("schema", [catalog, schema].join(".")), ("tables", tables.to_string()), ("reason", more.to_owned())];
        if tables > 0 {
            out.note(Level::Warn, message, &fields);
        }
    };
    tell(unknown, "the engine keeps no statistics of some tables", "ANALYZE makes them where the connector can");
    tell(hidden.len() as u64, "the snapshots of some tables can't be read", &hidden.pop().unwrap_or_default());
    Ok(())
}

type Asked<'a> = (&'a str, Result<Vec<StatsRow>>, Result<Vec<SnapshotRow>>);

fn ask<'a>(client: &Client, path: (&str, &str), tables: &'a [String], is_iceberg: bool) -> Vec<Asked<'a>> {
    let all = |statement: fn(&str, &str, &str) -> String| -> Vec<String> {
        tables.iter().map(|table| statement(path.0, path.1, table)).collect()
    };
    let rows = client.all_of::<StatsRow>(&all(sql::show_stats));
    let snapshots = if is_iceberg { client.all_of(&all(sql::snapshots)) } else { Vec::new() };
    let snapshots = snapshots.into_iter().chain(core::iter::repeat_with(|| Ok(Vec::new())));
    tables.iter().zip(rows).zip(snapshots).map(|((table, rows), snapshots)| (table.as_str(), rows, snapshots)).collect()
}

/// Snapshots only add to the statistics: a catalog that forbids them does not cost these.
fn visible(snapshots: Result<Vec<SnapshotRow>>, hidden: &mut Vec<String>) -> Result<Vec<SnapshotRow>> {
    match snapshots {
        // A materialized view is listed as a table and has none of its own.
        Err(error) if name(&error) == Some("TABLE_NOT_FOUND") => Ok(Vec::new()),
        Err(error) if is_local(&error) => {
            hidden.push(reason(&error));
            Ok(Vec::new())
        }
        other => other,
    }
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

fn nothing() -> TableStat {
    TableStat {
        rows: None,
        bytes: None,
        snapshot: None,
        taken_at: None,
        created_at: None,
        columns: Vec::new(),
        operations: Vec::new(),
    }
}

/// None where the engine knows nothing of the column.
fn column(row: StatsRow, rows: Option<u64>) -> Option<ColumnStat> {
    let share = number(row.nulls).filter(|share| (0.0..=1.0).contains(share));
    let nulls = rows.zip(share).and_then(|(rows, share)| whole(Some(Number::Is((rows as f64 * share).round()))));
    let stat = ColumnStat {
        column: vec![row.column?],
        values: rows.zip(nulls).map(|(rows, nulls)| rows.saturating_sub(nulls)),
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

fn operation(snapshot: &SnapshotRow) -> Option<Operation> {
    let count = |key: &str| match key {
        "added-records" => snapshot.added.as_ref()?.parse().ok(),
        "deleted-records" => snapshot.deleted.as_ref()?.parse().ok(),
        "added-position-deletes" => snapshot.marked.as_ref()?.parse().ok(),
        _ => None,
    };
    snapshots::operation(snapshot.operation.as_deref()?, snapshot.at, count)
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
    use metahost_plugin_sdk::connector::Mode;
    use metahost_plugin_sdk::testing::Collected;
    use serde_json::json;

    use crate::testing::{Said, Scripted, request, trino};

    const FORBIDDEN: Said = Said::Error("PERMISSION_DENIED", "USER_ERROR", "Access Denied: Cannot select");

    /// A schema of a real Trino 476: a table that was changed in every way, one with an odd name, a view.
    fn server() -> Scripted {
        Scripted::recorded(include_str!("../fixtures/recorded.json"))
    }

    fn read(server: &Scripted, path: &[&str]) -> Collected {
        let mut out = Collected::default();
        trino(server, "").read_into(&request(Mode::Profile, path), &mut out).unwrap();
        out
    }

    const STATS: [&str; 2] = ["iceberg", "zz_stats"];

    #[test]
    fn statistics_are_handed_over_as_the_engine_keeps_them() {
        let out = read(&server(), &STATS);
        let (table, stats) = &out.stats[0];
        assert_eq!((table.as_str(), stats.rows, stats.bytes), ("iceberg/zz_stats/moved", Some(1), Some(453)));
        assert_eq!(stats.snapshot.as_deref(), Some("8797265404619519798"));
        assert_eq!((stats.created_at, stats.taken_at), (Some(1_795_489_876_299), Some(1_795_489_878_907)));
        let [id, name, day] = &stats.columns[..] else { panic!("{:?}", stats.columns) };
        assert_eq!((id.distinct, id.nulls, id.values), (Some(1.0), Some(0), Some(1)));
        assert_eq!((day.lower.as_deref(), day.upper.as_deref()), (Some("2026-11-11"), Some("2026-11-11")));
        assert_eq!((name.bytes, name.lower.as_deref()), (Some(99), None));
    }

    #[test]
    fn every_change_of_rows_is_an_operation_and_a_compaction_is_none() {
        let out = read(&server(), &STATS);
        let told: Vec<_> = out.stats[0].1.operations.iter().map(|told| (told.kind.as_str(), told.rows)).collect();
        let rows = |kind, rows| (kind, Some(rows));
        let expected = [
            rows("INSERT", 0),
            rows("INSERT", 4),
            rows("DELETE", 1),
            rows("WRITE", 1),
            rows("WRITE", 2),
            rows("DELETE", 4),
            rows("INSERT", 5),
            rows("DELETE", 5),
            rows("INSERT", 1),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn names_with_dots_quotes_colons_and_emoji_are_asked_and_told_as_they_are() {
        let out = read(&server(), &STATS);
        let (table, stats) = &out.stats[1];
        assert_eq!((table.as_str(), stats.rows), ("iceberg/zz_stats/o.dd \"::\" ünï 🚚", Some(0)));
        assert_eq!(stats.columns[1].column, ["c.d\"::e"], "one name, not two");
        assert!(out.skipped.is_empty() && out.notes.is_empty(), "{:?} {:?}", out.skipped, out.notes);
    }

    #[test]
    fn a_table_without_statistics_is_counted_and_a_view_not_asked() {
        let listed = json!([["nodes", "BASE TABLE"], ["v", "VIEW"]]);
        let server = Scripted::default()
            .rows("information_schema.tables", listed)
            .rows("SELECT connector_name", json!([["system"]]))
            .merge(server());
        let out = read(&server, &["system", "runtime"]);
        assert!(out.skipped.is_empty() && out.stats[0].1.rows.is_none(), "{:?}", out.stats);
        assert!(out.notes[0].contains("no statistics") && out.notes[0].contains("\"1\""), "{:?}", out.notes);
        assert!(!server.statements().iter().any(|sql| sql.contains("\"v\"")), "{:?}", server.statements());
    }

    #[test]
    fn a_table_that_fails_is_named_and_the_others_are_told() {
        let listed = json!([["gone", "BASE TABLE"], ["moved", "BASE TABLE"]]);
        let out = read(&Scripted::default().rows("information_schema.tables", listed).merge(server()), &STATS);
        assert_eq!(out.stats.len(), 1);
        let said = "iceberg/zz_stats/gone: Trino: Table 'iceberg.zz_stats.gone' does not exist";
        assert_eq!(out.skipped, [said]);
    }

    #[test]
    fn snapshots_that_are_forbidden_do_not_cost_the_statistics() {
        let out = read(&Scripted::default().says("$snapshots", FORBIDDEN).merge(server()), &STATS);
        assert_eq!((out.stats.len(), out.stats[0].1.operations.len()), (2, 0));
        assert_eq!(out.notes.len(), 1, "one line a schema: {:?}", out.notes);
        assert!(out.notes[0].contains("\"2\"") && out.notes[0].contains("Access Denied"), "{:?}", out.notes);
    }

    #[test]
    fn numbers_that_are_none_and_rows_that_nobody_knows_are_left_out() {
        let rows = json!([["a", null, "NaN", "NaN", null, null, null], [null, null, null, null, "NaN", null, null]]);
        let server = Scripted::default()
            .rows("information_schema.tables", json!([["t", "BASE TABLE"]]))
            .rows("SELECT connector_name", json!([["postgresql"]]))
            .rows("SHOW STATS", rows);
        assert!(read(&server, &["pg", "s"]).stats[0].1.columns.is_empty());
        assert_eq!(server.statements().len(), 3, "only Iceberg's tables have snapshots");
    }
}
