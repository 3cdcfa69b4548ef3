//! One name for all queries that differ in nothing but literals, case, blanks and comments; and which queries tools
//! make for themselves. Looks at tokens only, never at a tree.

use sha2::{Digest, Sha256};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Dialect;
use crate::grammar::Grammar;
use crate::parse;

/// The first words of statements that never move data.
pub(crate) const STEERING: [&str; 38] = [
    "SHOW",
    "DESCRIBE",
    "DESC",
    "GRANT",
    "REVOKE",
    "DENY",
    "SET",
    "RESET",
    "USE",
    "ANALYZE",
    "ANALYSE",
    "VACUUM",
    "OPTIMIZE",
    "COMMENT",
    "CALL",
    "COMMIT",
    "ROLLBACK",
    "BEGIN",
    "START",
    "END",
    "SAVEPOINT",
    "RELEASE",
    "KILL",
    "LOCK",
    "UNLOCK",
    "PRAGMA",
    "CHECKPOINT",
    "REFRESH",
    "UNCACHE",
    "MSCK",
    "ADD",
    "LIST",
    "DEALLOCATE",
    "DECLARE",
    "PRINT",
    "HANDLER",
    "FLUSH",
    "SIGNAL",
];

/// Schemas that hold what an engine knows about itself.
const OWN: [&str; 9] = [
    "information_schema",
    "pg_catalog",
    "sys",
    "performance_schema",
    "account_usage",
    "svv_tables",
    "stv_recents",
    "stl_query",
    "metadata",
];

/// A hash of a query without its literals, comments, blanks and case: the same for all its likes.
pub fn fingerprint(sql: &str, dialect: Dialect) -> String {
    let (tokens, stopped) = parse::tokens(&Grammar::new(dialect, 0), sql);
    let mut hasher = Sha256::new();
    let mut last = String::new();
    for token in &tokens {
        let text = normal(token);
        // A list of literals counts as one, however long it is.
        let repeats = last == "?" && (text == "?" || text == ",");
        if repeats {
            continue;
        }
        hasher.update(text.as_bytes());
        hasher.update([0]);
        last = text;
    }
    if stopped.is_some() {
        hasher.update(sql.as_bytes());
    }
    let digest = hasher.finalize();
    let half: [u8; 16] = core::array::from_fn(|index| digest[index]);
    format!("{:032x}", u128::from_be_bytes(half))
}

/// A token as all its likes have it.
fn normal(token: &TokenWithSpan) -> String {
    match &token.token {
        Token::Word(word) if word.quote_style.is_none() => word.value.to_lowercase(),
        Token::Word(word) => word.value.clone(),
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::NationalStringLiteral(_)
        | Token::EscapedStringLiteral(_)
        | Token::UnicodeStringLiteral(_)
        | Token::HexStringLiteral(_)
        | Token::DollarQuotedString(_)
        | Token::TripleSingleQuotedString(_)
        | Token::Placeholder(_) => "?".to_owned(),
        other => other.to_string(),
    }
}

/// Whether a query only steers the engine or asks it about itself: no lineage is in it.
pub fn is_tool_made(sql: &str, dialect: Dialect) -> bool {
    let (tokens, _) = parse::tokens(&Grammar::new(dialect, 0), sql);
    let Some(first) = tokens.iter().find(|token| token.token != Token::LParen) else { return true };
    if STEERING.iter().any(|word| crate::split::is_word(first, word)) {
        return true;
    }
    let selects = ["SELECT", "WITH"].iter().any(|word| crate::split::is_word(first, word));
    selects && asks_itself(&tokens)
}

/// Whether all tables of a query are the engine's own.
fn asks_itself(tokens: &[TokenWithSpan]) -> bool {
    let mut asked = false;
    let mut reads = false;
    for (at, token) in tokens.iter().enumerate() {
        if !["FROM", "JOIN"].iter().any(|word| crate::split::is_word(token, word)) {
            continue;
        }
        let name: Vec<String> = tokens[at + 1..]
            .iter()
            .take_while(|token| matches!(token.token, Token::Word(_) | Token::Period))
            .filter_map(|token| match &token.token {
                Token::Word(word) => Some(word.value.to_lowercase()),
                _ => None,
            })
            .take(4)
            .collect();
        if name.is_empty() {
            continue;
        }
        reads = true;
        let own = |part: &String| OWN.contains(&part.as_str()) || part.starts_with("pg_");
        // "metadata" is a schema of the system catalog only.
        asked = name.iter().any(|part| own(part) && (part != "metadata" || name.iter().any(|other| other == "system")));
        if !asked {
            return false;
        }
    }
    // Without a table: a liveness check such as SELECT 1.
    asked || !reads
}
