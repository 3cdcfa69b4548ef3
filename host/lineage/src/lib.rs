//! SQL in, table and column lineage out: deterministic, aware of schemas, without network, files, clock or threads.
//!
//! # The way of a statement
//!
//! A text comes as a [`Request`]: with its [`Dialect`], with what unqualified names mean, with somebody who knows the
//! columns of tables ([`Schemas`]), and with [`Limits`]. [`analyse`] takes it through these stations:
//!
//! 1. **Tokens** (`parse`). The text is cut into tokens by the dialect's rules. Where that fails, as in a string that is
//!    never closed, what was read before still counts.
//! 2. **Pieces** (`split`). The tokens are cut into statements: at semicolons, in T-SQL also without them. Procedures and
//!    blocks are opened, and what only steers them (IF, LOOP, assignments) is dropped. `FROM t INSERT … INSERT …` becomes
//!    one statement for each INSERT.
//! 3. **Trees** (`rephrase`, `rewrite`, `grammar`, `parse`). What moves rows without saying INSERT (loads from files,
//!    unloads, partitions that change tables) is put in the words of INSERT, with the files as a table. sqlparser makes a tree of each piece, by the dialect's own grammar made
//!    lenient. What it does not understand is put in other words (`loosen`, `idioms`, `rows`), then gets a simpler head, then is
//!    read as another dialect. Each of these works on tokens and keeps all names that matter.
//! 4. **Effects** (`statement`, `resolve`). The resolver walks the tree with scopes of names: which tables a query sees,
//!    which columns they have, and from which columns of which tables each result column is made. Where a schema is
//!    known stars are expanded; where it is not, a column belongs to the only table that can have it, or to nobody, which
//!    is said.
//! 5. **Folding** (`fold`). What the statements of a text make and read again is folded: temporary tables within each
//!    statement, all tables that the text makes within the text as a whole, along with renames and drops.
//!
//! What was found can be told in other forms: [`explain()`] says why a column has its sources, [`dot`] draws it, and
//! [`openlineage::RunEvent`] puts it into an event. Texts of conditions and stepping stones are kept only for a request
//! [`with_details`](Request::with_details), as they cost time.
//!
//! A piece that no attempt understands gives the tables that its words name (`fallback`), with the reason and the place.
//! So one statement that fails never costs the others.
//!
//! # What is promised
//!
//! * The same request gives the same answer on every machine: budgets count steps, never time.
//! * No text panics or overflows the stack: depth is measured on the tokens before anything recursive begins, and what is
//!   recursive takes more stack as it needs it.
//! * Sources are what a value is computed from, with all that its windows, filters of aggregates and conditions of CASE
//!   look at. What only decides about rows (WHERE, JOIN, GROUP BY, ORDER BY) is an [`Influence`], kept apart.
//!
//! ```
//! use metahost_lineage::{Dialect, Request, analyse};
//!
//! let sql = "INSERT INTO daily (day, total) SELECT o.day, sum(o.price * o.count) FROM orders o GROUP BY 1";
//! let found = analyse(&Request::new(sql, Dialect::Trino));
//! assert_eq!(found.inputs[0].to_string(), "orders");
//! assert_eq!(found.outputs[0].to_string(), "daily");
//! let sources: Vec<&str> = found.columns[1].sources.iter().map(|source| source.column.as_str()).collect();
//! assert_eq!(sources, ["count", "price"]);
//! ```

mod analysis;
pub mod cases;
mod dialect;
mod ends;
mod explain;
mod fallback;
mod fingerprint;
mod fold;
mod grammar;
mod graphviz;
mod idioms;
mod loosen;
mod name;
pub mod openlineage;
mod parse;
mod rephrase;
mod request;
mod resolve;
mod rewrite;
mod rows;
mod script;
mod split;
mod statement;
mod templates;
mod tool_made;
mod trace;

pub use analysis::{
    Analysis, ColumnEdge, Confidence, EdgeKind, Influence, InfluenceKind, Reason, Source, Span, Statement,
    StatementKind, Stone, Use, Verdict,
};
pub use dialect::Dialect;
pub use explain::{Explanation, Made, Place, explain, explain_text};
pub use fingerprint::fingerprint;
pub use graphviz::dot;
pub use name::TableName;
pub use request::{Limits, NoSchemas, Request, Schemas};
pub use script::analyse;
pub use tool_made::{ToolMade, tool_made};
