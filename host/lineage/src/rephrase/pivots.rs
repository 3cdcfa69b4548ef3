//! PIVOT and UNPIVOT as statements of their own, as queries that have them in their FROM clause.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Reader, sign};
use crate::loosen::word;
use crate::rewrite::{closing, items};
use crate::split::{is_word, keyword};

/// How many are put in other words: each look goes through what follows.
const MOST: usize = 500;

/// Puts each such statement in other words.
pub(crate) fn pivots(tokens: &mut Vec<TokenWithSpan>) {
    let begins = |at: &usize| match at.checked_sub(1).map(|before| &tokens[before]) {
        None => true,
        Some(before) => before.token == Token::LParen || keyword(before) == K::AS,
    };
    let is = |at: usize, names: [&str; 2]| names.iter().any(|name| is_word(&tokens[at], name));
    let found = (0..tokens.len()).filter(begins).filter_map(|at| {
        let wide = is(at, ["PIVOT", "PIVOT_WIDER"]);
        (wide || is(at, ["UNPIVOT", "PIVOT_LONGER"])).then_some((at, wide))
    });
    let found: Vec<(usize, bool)> = found.take(MOST).collect();
    // From the end on: one may stand within another.
    for (at, wide) in found.into_iter().rev() {
        let around = at.checked_sub(1).and_then(|before| closing(tokens, before));
        let end = around.unwrap_or(tokens.len());
        let inner = &tokens[at + 1..end];
        if let Some(query) = if wide { pivot(inner) } else { unpivot(inner) } {
            tokens.splice(at..end, query);
        }
    }
}

/// The tokens of each clause, by the word that it begins with.
fn clause<'t>(tokens: &'t [TokenWithSpan], begins: &[&str]) -> Option<&'t [TokenWithSpan]> {
    let mut reader = Reader::new(tokens);
    reader.seek(&begins[..1]).then_some(())?;
    reader.take_all(begins).then_some(())?;
    let start = reader.at;
    let end = if reader.seek(&["ON", "USING", "GROUP", "ORDER", "LIMIT", "INTO"]) { reader.at } else { tokens.len() };
    Some(&tokens[start..end])
}

/// `t ON columns [IN (values)] USING aggregates [GROUP BY columns]`.
fn pivot(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    reader.seek(&["ON"]).then_some(())?;
    let table = &tokens[..reader.at];
    let spread = Spread::of(clause(tokens, &["ON"])?);
    let count = [word("count"), sign(Token::LParen), sign(Token::Mul), sign(Token::RParen)];
    let aggregates = clause(tokens, &["USING"]).unwrap_or(&count);
    if let Some(kept) = clause(tokens, &["GROUP", "BY"]) {
        return Some(grouped(table, &spread, aggregates, kept));
    }
    let mut query = within(table);
    query.extend([word("PIVOT"), sign(Token::LParen)]);
    query.extend_from_slice(aggregates);
    query.push(word("FOR"));
    query.extend(parenthesised(&spread.columns));
    query.extend([word("IN"), sign(Token::LParen)]);
    query.extend(spread.values.map_or_else(|| vec![word("ANY")], <[_]>::to_vec));
    query.extend([sign(Token::RParen), sign(Token::RParen)]);
    Some(query)
}

/// What a PIVOT makes columns of.
struct Spread<'t> {
    columns: Vec<TokenWithSpan>,
    /// The values, where there is one column and they are listed.
    values: Option<&'t [TokenWithSpan]>,
}

impl<'t> Spread<'t> {
    fn of(tokens: &'t [TokenWithSpan]) -> Self {
        let mut columns = Vec::new();
        let (mut depth, mut skips) = (0_usize, false);
        for token in tokens {
            match token.token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                Token::Comma if depth == 0 => skips = false,
                _ if depth == 0 && keyword(token) == K::IN => skips = true,
                _ => {}
            }
            if !skips {
                columns.push(token.clone());
            }
        }
        let listed = tokens.iter().position(|token| keyword(token) == K::IN);
        let last = |at: usize| closing(tokens, at + 1) == Some(tokens.len() - 1);
        let values = listed.filter(|at| last(*at)).filter(|at| !columns_of(&tokens[..*at]));
        Self { columns, values: values.map(|at| &tokens[at + 2..tokens.len() - 1]) }
    }
}

/// Whether there are several columns.
fn columns_of(tokens: &[TokenWithSpan]) -> bool {
    tokens.iter().any(|token| token.token == Token::Comma)
}

/// With GROUP BY: these columns, and one for each value and aggregate.
fn grouped(
    table: &[TokenWithSpan],
    spread: &Spread,
    aggregates: &[TokenWithSpan],
    kept: &[TokenWithSpan],
) -> Vec<TokenWithSpan> {
    let mut query = vec![word("SELECT")];
    query.extend_from_slice(kept);
    let aggregates = parenthesised(aggregates);
    let aggregates = items(&aggregates, 0).unwrap_or_default();
    let values = parenthesised(spread.values.unwrap_or_default());
    let mut values: Vec<String> = items(&values, 0).unwrap_or_default().into_iter().map(named).collect();
    values.retain(|value| !value.is_empty());
    for value in if values.is_empty() { vec!["*".to_owned()] } else { values } {
        for aggregate in &aggregates {
            let alias = aggregate.iter().rposition(|token| keyword(token) == K::AS);
            let name = match alias.and_then(|at| aggregate.get(at + 1)) {
                Some(alias) if value != "*" => format!("{value}_{}", named(core::slice::from_ref(alias))),
                _ => value.clone(),
            };
            query.push(sign(Token::Comma));
            query.extend_from_slice(&aggregate[..alias.unwrap_or(aggregate.len())]);
            query.extend([word("AS"), sign(Token::make_word(&name, Some('"')))]);
        }
    }
    query.push(word("FROM"));
    query.extend_from_slice(table);
    query.extend([word("GROUP"), word("BY")]);
    query.extend_from_slice(kept);
    query.push(sign(Token::Comma));
    query.extend(spread.columns.iter().cloned());
    query
}

/// A value as the name of a column.
fn named(tokens: &[TokenWithSpan]) -> String {
    let alias = tokens.iter().rposition(|token| keyword(token) == K::AS).and_then(|at| tokens.get(at + 1));
    match alias.or(tokens.first()).map(|token| &token.token) {
        Some(Token::SingleQuotedString(text)) => text.clone(),
        Some(Token::Word(word)) => word.value.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// `t ON columns INTO NAME name VALUE value`.
fn unpivot(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    reader.seek(&["ON"]).then_some(())?;
    let table = &tokens[..reader.at];
    let columns = clause(tokens, &["ON"])?;
    if columns.iter().any(|token| token.token == Token::Mul || is_word(token, "COLUMNS")) {
        return None;
    }
    reader.seek(&["INTO"]).then_some(())?;
    reader.take_all(&["INTO", "NAME"]).then_some(())?;
    let name = reader.name()?;
    let value = reader.take("VALUE").then(|| reader.name()).flatten()?;
    let mut query = within(table);
    query.extend([word("UNPIVOT"), sign(Token::LParen)]);
    query.extend_from_slice(value);
    query.push(word("FOR"));
    query.extend_from_slice(name);
    query.push(word("IN"));
    query.extend(parenthesised(columns));
    query.push(sign(Token::RParen));
    Some(query)
}

/// `SELECT * FROM (SELECT * FROM t)`.
fn within(table: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut query = super::all_of(&[sign(Token::LParen)]);
    query.extend(super::all_of(table));
    query.push(sign(Token::RParen));
    query
}

fn parenthesised(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut all = vec![sign(Token::LParen)];
    all.extend_from_slice(tokens);
    all.push(sign(Token::RParen));
    all
}
