//! SQL in, table and column lineage out.

mod analysis;
pub mod cases;
mod dialect;
mod fallback;
mod fingerprint;
mod fold;
mod grammar;
mod loosen;
mod name;
mod parse;
mod request;
mod resolve;
mod rewrite;
mod rows;
mod script;
mod split;
mod statement;

pub use analysis::{
    Analysis, ColumnEdge, Confidence, EdgeKind, Influence, InfluenceKind, Reason, Source, Span, Statement,
    StatementKind, Verdict,
};
pub use dialect::Dialect;
pub use fingerprint::{fingerprint, is_tool_made};
pub use name::TableName;
pub use request::{Limits, NoSchemas, Request, Schemas};
pub use script::analyse;
