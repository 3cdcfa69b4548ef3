//! What only wraps a query or a name: cursors, functions and macros that give a table, synonyms, RENAME.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::TokenWithSpan;

use super::{Reader, Rephrased, all_of};
use crate::StatementKind;
use crate::loosen::word;
use crate::split::{is_word, keyword};

/// How soon a statement says what it makes.
const SOON: usize = 6;

/// `CREATE SYNONYM s FOR t` as a view, `CREATE TABLE FUNCTION f(…) AS query` and `CREATE MACRO m(…) AS TABLE query` as
/// the query that they would run.
pub(super) fn made(tokens: &[TokenWithSpan]) -> Option<Rephrased> {
    let kind = tokens
        .iter()
        .take(SOON)
        .position(|token| ["SYNONYM", "FUNCTION", "MACRO"].iter().any(|kind| is_word(token, kind)))?;
    if is_word(&tokens[kind], "SYNONYM") {
        return synonym(Reader { tokens, at: kind + 1 });
    }
    let table = |at: usize| tokens.get(at).is_some_and(|token| keyword(token) == K::TABLE);
    let body = tokens.iter().position(|token| keyword(token) == K::AS)?;
    let query = if table(body + 1) { body + 2 } else { body + 1 };
    let gives_rows = table(body + 1) || table(kind - 1);
    let begins = tokens.get(query).is_some_and(|token| matches!(keyword(token), K::SELECT | K::WITH | K::FROM));
    (gives_rows && begins).then(|| (tokens[query..].to_vec(), StatementKind::Other))
}

fn synonym(mut reader: Reader) -> Option<Rephrased> {
    let name = reader.name()?;
    let table = reader.take("FOR").then(|| reader.name()).flatten()?;
    let mut told = vec![word("CREATE"), word("VIEW")];
    told.extend_from_slice(name);
    told.push(word("AS"));
    told.extend(all_of(table));
    Some((told, StatementKind::CreateView))
}

/// The query of `DECLARE c CURSOR … FOR query`.
pub(super) fn cursor(tokens: &[TokenWithSpan]) -> Option<Rephrased> {
    let cursor = tokens.iter().take(SOON).position(|token| is_word(token, "CURSOR"))?;
    let before = tokens[cursor..].iter().position(|token| keyword(token) == K::FOR)?;
    let query = &tokens[cursor + before + 1..];
    let begins = query.first().is_some_and(|token| matches!(keyword(token), K::SELECT | K::WITH));
    begins.then(|| (query.to_vec(), StatementKind::Other))
}

/// `RENAME a TO b`.
pub(super) fn rename(tokens: &[TokenWithSpan]) -> Option<Rephrased> {
    let mut reader = Reader { tokens, at: 1 };
    let old = reader.name()?;
    let new = reader.take("TO").then(|| reader.name()).flatten()?;
    let mut told = vec![word("ALTER"), word("TABLE")];
    told.extend_from_slice(old);
    told.extend([word("RENAME"), word("TO")]);
    told.extend_from_slice(new);
    Some((told, StatementKind::Rename))
}
