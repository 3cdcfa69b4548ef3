//! What tokens alone tell of a statement that could not be parsed: the tables after INTO, FROM, JOIN and their like.

use std::collections::HashSet;

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::rephrase::FILES;
use crate::resolve::Resolver;
use crate::split::{is_word, keyword};
use crate::statement::{Change, Effect};
use crate::{StatementKind, TableName};

/// The tables that a statement names, as far as its words tell. Goes through the tokens once, whatever budget is left.
pub(crate) fn tables(resolver: &mut Resolver, tokens: &[TokenWithSpan]) -> Effect {
    let mut effect = Effect::nothing(StatementKind::Unknown);
    let named = named_queries(tokens);
    let mut at = 0;
    while at < tokens.len() {
        let (role, from) = role(tokens, at);
        let Some(role) = role else {
            at += 1;
            continue;
        };
        if let Some(files) = files(tokens, from) {
            let files = resolver.table(files);
            match role {
                Role::Reads => effect.inputs.push(files),
                Role::Writes => effect.outputs.push(files),
            }
            at = from + 1;
            continue;
        }
        let (parts, next) = name(tokens, from);
        at = next.max(at + 1);
        let call = tokens.get(next).is_some_and(|token| token.token == Token::LParen);
        let unnamed = parts.is_empty() || (parts.len() == 1 && named.contains(&parts[0].to_lowercase()));
        if unnamed || (call && role == Role::Reads) {
            continue;
        }
        let table: TableName = resolver.complete(parts);
        let table = resolver.table(table);
        match role {
            Role::Reads => effect.inputs.push(table),
            Role::Writes => effect.outputs.push(table),
        }
    }
    effect.change = if effect.outputs.is_empty() { Change::Nothing } else { Change::Adds };
    for list in [&mut effect.inputs, &mut effect.outputs] {
        list.sort_unstable();
        list.dedup();
    }
    effect
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Reads,
    Writes,
}

/// How soon a statement says what it makes.
const SOON: usize = 8;

fn makes(first: K) -> bool {
    matches!(first, K::CREATE | K::REPLACE)
}

/// What a name after this token would be, and where the name begins.
fn role(tokens: &[TokenWithSpan], at: usize) -> (Option<Role>, usize) {
    let word = keyword(&tokens[at]);
    let before = at.checked_sub(1).map_or(K::NoKeyword, |before| keyword(&tokens[before]));
    let first = tokens.first().map_or(K::NoKeyword, keyword);
    let next = |offset: usize| tokens.get(at + offset).map_or(K::NoKeyword, keyword);
    match word {
        K::FROM if before == K::DELETE => (Some(Role::Writes), at + 1),
        // DISTINCT FROM, and FROM within EXTRACT or TRIM, where no name of a table follows a parenthesis.
        K::FROM if before == K::DISTINCT => (None, at),
        K::FROM | K::JOIN => (Some(Role::Reads), at + 1),
        K::USING if first == K::MERGE => (Some(Role::Reads), at + 1),
        // `INTO NAME n VALUE v` of an UNPIVOT.
        K::INTO if next(1) == K::NAME && next(3) == K::VALUE => (None, at),
        K::INTO | K::OVERWRITE if next(1) == K::DIRECTORY => (Some(Role::Writes), at + 2),
        K::INTO | K::OVERWRITE if next(2) == K::DIRECTORY => (Some(Role::Writes), at + 3),
        K::INTO | K::OVERWRITE => (Some(Role::Writes), at + 1 + usize::from(next(1) == K::TABLE)),
        K::UPDATE if at == 0 => (Some(Role::Writes), at + 1),
        K::TABLE if first == K::ALTER && before == K::ALTER => {
            let skip = (at + 1..tokens.len()).find(|at| !matches!(keyword(&tokens[*at]), K::IF | K::EXISTS | K::ONLY));
            (Some(Role::Writes), skip.unwrap_or(at + 1))
        }
        K::TABLE if first == K::ALTER && before == K::WITH => (Some(Role::Reads), at + 1),
        K::INSERT if at == 1 && is_word(&tokens[0], "BULK") => (Some(Role::Writes), at + 1),
        K::PIVOT | K::UNPIVOT if at == 0 || before == K::AS => (Some(Role::Reads), at + 1),
        K::NoKeyword if at == 0 && is_word(&tokens[0], "SUMMARIZE") => (Some(Role::Reads), at + 1),
        K::NoKeyword if is_word(&tokens[at], "INFILE") => (Some(Role::Reads), at + 1),
        K::NoKeyword if is_word(&tokens[at], "URIS") => (Some(Role::Reads), at + 3),
        K::TABLE | K::VIEW if at < SOON && makes(first) && !matches!(before, K::INTO | K::OVERWRITE) => {
            let skip = (at + 1..tokens.len()).find(|at| !matches!(keyword(&tokens[*at]), K::IF | K::NOT | K::EXISTS));
            (Some(Role::Writes), skip.unwrap_or(at + 1))
        }
        _ => (None, at),
    }
}

/// The files that an address here means.
fn files(tokens: &[TokenWithSpan], at: usize) -> Option<TableName> {
    match &tokens.get(at)?.token {
        Token::SingleQuotedString(address) | Token::DoubleQuotedString(address) => {
            Some(TableName::location(address.clone()))
        }
        Token::Word(word) => word.value.strip_prefix(FILES).map(TableName::location),
        _ => None,
    }
}

/// A dotted name, and where it ends.
fn name(tokens: &[TokenWithSpan], from: usize) -> (Vec<String>, usize) {
    let mut parts = Vec::new();
    let mut at = from;
    while let Some(Token::Word(word)) = tokens.get(at).map(|token| &token.token) {
        let reserved = word.quote_style.is_none() && begins_clause(word.keyword);
        if reserved && parts.is_empty() {
            return (Vec::new(), at);
        }
        parts.push(word.value.clone());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.token != Token::Period) {
            break;
        }
        at += 1;
    }
    (parts, at)
}

/// Whether a word without quotes begins something else than a name.
fn begins_clause(word: K) -> bool {
    matches!(
        word,
        K::SELECT
            | K::LATERAL
            | K::UNNEST
            | K::TABLE
            | K::VALUES
            | K::SET
            | K::WITH
            | K::WHERE
            | K::ON
            | K::FROM
            | K::JOIN
            | K::GROUP
            | K::ORDER
            | K::HAVING
            | K::UNION
            | K::USING
    )
}

/// Names that queries of a WITH clause have.
fn named_queries(tokens: &[TokenWithSpan]) -> HashSet<String> {
    let mut found = HashSet::new();
    for window in tokens.windows(3) {
        let named = is_word(&window[1], "AS") && window[2].token == Token::LParen;
        if let (true, Token::Word(word)) = (named, &window[0].token) {
            found.insert(word.value.to_lowercase());
        }
    }
    found
}
