//! The SELECT that reads one page of the query history. Names and values are always quoted.

use metahost_plugin_sdk::connector::Mode;

use crate::config::Config;
use crate::history::Position;
use crate::history::config::ColumnMap;
use crate::history::time::literal;
use crate::sql;

/// Shapes of statements that move data; more than these costs only time, fewer would lose lineage.
const WRITES: [&str; 4] = ["%insert%into%", "%create%as%", "%merge%into%", "%update%set%"];

/// The part that all pages share.
pub struct Statement {
    select: String,
    table: String,
    conditions: Vec<String>,
    time: String,
    id: String,
    page_size: u32,
}

impl Statement {
    /// For the queries that ended between two moments.
    pub fn new(config: &Config, mode: Mode, since: u64, until: u64) -> Self {
        let history = &config.query_history;
        let columns = history.columns();
        let name = |column: &Option<String>| column.as_ref().map(|name| sql::name(name));
        // By the end, so that a query that runs past a day's end is not lost.
        let time = name(&columns.ended).or_else(|| name(&columns.started)).unwrap_or_default();
        let query = name(&columns.query).unwrap_or_default();
        let id = name(&columns.id).map_or_else(|| format!("to_hex(md5(to_utf8({query})))"), |id| as_text(&id));
        let mut conditions = vec![format!("{time} >= {}", literal(since)), format!("{time} < {}", literal(until))];
        conditions.push(format!("{query} IS NOT NULL"));
        conditions.extend(history.exclude.iter().map(|pattern| format!("NOT {}", like(&query, pattern))));
        if let Some(source) = name(&columns.source) {
            conditions.push(format!("{source} IS DISTINCT FROM {}", sql::text(&config.source)));
        }
        if mode != Mode::Usage {
            let writes: Vec<String> = WRITES.iter().map(|pattern| like(&query, pattern)).collect();
            conditions.push(format!("({})", writes.join(" OR ")));
        }
        let table: Vec<String> = history.table().iter().map(|part| sql::name(part)).collect();
        let select = selected(&columns, &time, &id, &query);
        Self { select, table: table.join("."), conditions, time, id, page_size: history.page_size }
    }

    /// How many there are.
    pub fn count(&self) -> String {
        format!("SELECT count(*) FROM {} WHERE {}", self.table, self.conditions.join(" AND "))
    }

    /// The page after a position, or the first.
    pub fn sql(&self, after: Option<&Position>) -> String {
        let Self { select, table, time, id, page_size, .. } = self;
        let mut conditions = self.conditions.clone();
        if let Some(Position { time: last, id: last_id }) = after {
            let (last, last_id) = (sql::text(last), sql::text(last_id));
            conditions.push(format!("({time} > TIMESTAMP {last} OR ({time} = TIMESTAMP {last} AND {id} > {last_id}))"));
        }
        format!(
            "SELECT {select} FROM {table} WHERE {} ORDER BY {time}, {id} LIMIT {page_size}",
            conditions.join(" AND ")
        )
    }
}

fn selected(columns: &ColumnMap, time: &str, id: &str, query: &str) -> String {
    let text = |column: &Option<String>| column.as_ref().map_or("NULL".to_owned(), |name| as_text(&sql::name(name)));
    let milliseconds = |column: &Option<String>| {
        let to_ms = |name: &String| format!("CAST(to_unixtime({}) * 1000 AS bigint)", sql::name(name));
        column.as_ref().map_or("NULL".to_owned(), to_ms)
    };
    let all = [
        as_text(time),
        id.to_owned(),
        query.to_owned(),
        text(&columns.user),
        milliseconds(&columns.started),
        milliseconds(&columns.ended),
        text(&columns.state),
        text(&columns.catalog),
        text(&columns.schema),
    ];
    all.join(", ")
}

fn as_text(expression: &str) -> String {
    format!("CAST({expression} AS varchar)")
}

fn like(column: &str, pattern: &str) -> String {
    format!("lower({column}) LIKE lower({}) ESCAPE '\\'", sql::text(pattern))
}
