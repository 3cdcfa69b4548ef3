//! One name for all queries that differ in nothing but literals, case, blanks and comments. Looks at tokens only, never
//! at a tree.

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
