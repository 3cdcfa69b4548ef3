//! Queries that hold no lineage, because a tool or a person only steers the engine, asks it about itself, or probes it.
//! Looks at tokens only, never at a tree.

use core::fmt;
use std::collections::BTreeSet;

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Dialect;
use crate::fingerprint::STEERING;
use crate::grammar::Grammar;
use crate::parse;
use crate::split::is_word;

/// Why a query holds no lineage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ToolMade {
    /// It only plans what another statement would do.
    Plan,
    /// It asks the engine about itself.
    Metadata,
    /// It wants no rows: a sign of life, or a look at columns.
    Probe,
    /// It moves no data.
    Steering,
}

impl fmt::Display for ToolMade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Plan => "EXPLAIN without ANALYZE",
            Self::Metadata => "asks the engine about itself",
            Self::Probe => "wants no rows",
            Self::Steering => "moves no data",
        })
    }
}

/// Steers, unless it opens a block that moves data.
const OPENS: [&str; 5] = ["BEGIN", "DECLARE", "SET", "START", "LOCK"];

/// Makes, changes or drops something without rows.
const DEFINES: [&str; 4] = ["DROP", "TRUNCATE", "ALTER", "RENAME"];

/// What a definition says that moves rows all the same.
const MOVES: [&str; 11] =
    ["INSERT", "MERGE", "UPDATE", "DELETE", "SELECT", "CREATE", "SWITCH", "EXCHANGE", "SWAP", "ATTACH", "COPY"];

/// What `CREATE` makes that never has rows.
const WITHOUT_ROWS: [&str; 9] =
    ["SCHEMA", "DATABASE", "CATALOG", "ROLE", "USER", "INDEX", "SEQUENCE", "EXTENSION", "WAREHOUSE"];

/// Schemas that hold what an engine knows about itself.
const OWN: [&str; 8] = [
    "information_schema",
    "pg_catalog",
    "sys",
    "performance_schema",
    "account_usage",
    "svv_tables",
    "stv_recents",
    "stl_query",
];

/// What follows the `$` in the name of a table about a table.
const ABOUT_TABLES: [&str; 9] = [
    "snapshots",
    "files",
    "partitions",
    "properties",
    "history",
    "manifests",
    "all_manifests",
    "refs",
    "metadata_log_entries",
];

/// Why no lineage is in a text, if so: then each of its statements is made by a tool.
pub fn tool_made(sql: &str, dialect: Dialect) -> Option<ToolMade> {
    let (tokens, _) = parse::tokens(&Grammar::new(dialect, 0), sql);
    let statements = tokens.split(|token| token.token == Token::SemiColon).filter(|statement| !statement.is_empty());
    let reasons: Option<BTreeSet<ToolMade>> = statements.map(|statement| of_statement(statement, dialect)).collect();
    // What only steers accompanies the rest.
    reasons.map(|reasons| reasons.first().copied().unwrap_or(ToolMade::Steering))
}

fn of_statement(tokens: &[TokenWithSpan], dialect: Dialect) -> Option<ToolMade> {
    let Some(start) = tokens.iter().position(|token| token.token != Token::LParen) else {
        return Some(ToolMade::Steering);
    };
    let (first, rest) = (&tokens[start], &tokens[start + 1..]);
    let begins = |words: &[&str]| words.iter().any(|word| is_word(first, word));
    let holds = |words: &[&str]| rest.iter().any(|token| words.iter().any(|word| is_word(token, word)));
    if begins(&["EXPLAIN"]) {
        return (!holds(&["ANALYZE", "ANALYSE"])).then_some(ToolMade::Plan);
    }
    if begins(&["SELECT", "WITH"]) {
        return asked(tokens, dialect);
    }
    let creates_no_rows = || {
        let made = rest.iter().find(|token| !["OR", "REPLACE", "UNIQUE"].iter().any(|word| is_word(token, word)));
        made.is_some_and(|made| WITHOUT_ROWS.iter().any(|word| is_word(made, word)))
    };
    let steers = if begins(&OPENS) || begins(&DEFINES) {
        !holds(&MOVES)
    } else {
        begins(&STEERING) || (begins(&["CREATE"]) && creates_no_rows())
    };
    steers.then_some(ToolMade::Steering)
}

/// Why the answer to a query tells nothing of data, if so.
fn asked(tokens: &[TokenWithSpan], dialect: Dialect) -> Option<ToolMade> {
    if ["INSERT", "MERGE", "INTO"].iter().any(|word| tokens.iter().any(|token| is_word(token, word))) {
        return None;
    }
    let reads = tokens.iter().any(|token| is_word(token, "FROM"));
    if !reads || wants_no_rows(tokens) {
        return Some(ToolMade::Probe);
    }
    let tables = tables(tokens);
    let is_known = !tables.is_empty();
    (is_known && tables.iter().all(|table| is_own(table, dialect))).then_some(ToolMade::Metadata)
}

/// Whether a table is one in which an engine tells of itself.
fn is_own(name: &[String], dialect: Dialect) -> bool {
    let is_system = name.first().is_some_and(|first| first == "system");
    let own = |part: &String| OWN.contains(&part.as_str()) || part.starts_with("pg_");
    let about = |part: &String| part.split_once('$').is_some_and(|(_, what)| ABOUT_TABLES.contains(&what));
    (is_system && (name.len() > 2 || dialect == Dialect::ClickHouse))
        || name.iter().any(own)
        || name.last().is_some_and(about)
}

/// The names after FROM and JOIN in lower case, without those that the query makes itself.
fn tables(tokens: &[TokenWithSpan]) -> Vec<Vec<String>> {
    let named = named_queries(tokens);
    let mut tables = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if ["FROM", "JOIN"].iter().any(|word| is_word(token, word)) {
            tables.extend(names_from(&tokens[at + 1..]));
        }
    }
    tables.retain(|table| !(table.len() == 1 && named.contains(&table[0])));
    tables
}

/// The names of `a AS x, b y, c`.
fn names_from(mut tokens: &[TokenWithSpan]) -> Vec<Vec<String>> {
    let mut names = Vec::new();
    loop {
        let length = tokens.iter().take_while(|token| matches!(token.token, Token::Word(_) | Token::Period)).count();
        let (name, rest) = dotted(&tokens[..length]);
        names.extend(Some(name).filter(|name| !name.is_empty()));
        // An alias without AS is a word beside the name.
        let alias = rest.iter().take(2).count();
        let next = length - rest.len() + alias;
        match tokens.get(next) {
            Some(token) if token.token == Token::Comma && length > 0 => tokens = &tokens[next + 1..],
            _ => return names,
        }
    }
}

/// The parts of the name with which these tokens begin, and what is left.
fn dotted(tokens: &[TokenWithSpan]) -> (Vec<String>, &[TokenWithSpan]) {
    let mut parts = Vec::new();
    let mut at = 0;
    while let Some(Token::Word(word)) = tokens.get(at).map(|token| &token.token) {
        parts.push(word.value.to_lowercase());
        at += 1;
        if tokens.get(at).is_none_or(|token| token.token != Token::Period) {
            break;
        }
        at += 1;
    }
    (parts, &tokens[at.min(tokens.len())..])
}

/// The names of a WITH clause.
fn named_queries(tokens: &[TokenWithSpan]) -> BTreeSet<String> {
    let name = |window: &[TokenWithSpan]| match window {
        [name, word, open] if is_word(word, "AS") && open.token == Token::LParen => match &name.token {
            Token::Word(word) => Some(word.value.to_lowercase()),
            _ => None,
        },
        _ => None,
    };
    tokens.windows(3).filter_map(name).collect()
}

/// `LIMIT 0`, `TOP 0`, `WHERE 1 = 0`: outside of brackets, and of the whole.
fn wants_no_rows(tokens: &[TokenWithSpan]) -> bool {
    let outer = outside_of_brackets(tokens);
    let is = |at: usize, word: &str| outer.get(at).is_some_and(|token| is_word(token, word));
    let number = |at: usize| match outer.get(at).map(|token| &token.token) {
        Some(Token::Number(number, _)) => Some(number.as_str()),
        _ => None,
    };
    if ["UNION", "INTERSECT", "EXCEPT"].iter().any(|word| outer.iter().any(|token| is_word(token, word))) {
        return false;
    }
    let is_false = |at: usize| {
        let differ = number(at).zip(number(at + 2)).is_some_and(|(one, two)| one != two);
        let equals = outer.get(at + 1).is_some_and(|token| token.token == Token::Eq);
        (is(at, "FALSE") && at + 1 == outer.len()) || (differ && equals)
    };
    (0..outer.len()).any(|at| {
        ((is(at, "LIMIT") || is(at, "TOP")) && number(at + 1) == Some("0"))
            || (is(at, "FETCH") && number(at + 2) == Some("0"))
            || (is(at, "WHERE") && is_false(at + 1))
    })
}

fn outside_of_brackets(tokens: &[TokenWithSpan]) -> Vec<&TokenWithSpan> {
    let mut depth = 0_usize;
    let mut outer = Vec::new();
    for token in tokens {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ if depth == 0 => outer.push(token),
            _ => {}
        }
    }
    outer
}
