//! Row patterns and tables of JSON, brought to the smaller form that the parser knows. Works on tokens alone.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::loosen::word;
use crate::rewrite::{closing, items};
use crate::split::{is_word, keyword};

/// Simplifies each `MATCH_RECOGNIZE`: what decides which rows match is dropped, its variables stay.
pub(crate) fn patterns(tokens: &mut Vec<TokenWithSpan>) {
    inside(tokens, |tokens, at| {
        let end = (keyword(&tokens[at]) == K::MATCH_RECOGNIZE).then(|| closing(tokens, at + 1)).flatten()?;
        Some((end, simple_pattern(&tokens[at + 2..end])))
    });
}

/// Puts something else between the parentheses after some words: `change` tells where they close, and what.
fn inside(
    tokens: &mut Vec<TokenWithSpan>,
    change: impl Fn(&[TokenWithSpan], usize) -> Option<(usize, Vec<TokenWithSpan>)>,
) {
    let mut done = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        done.push(tokens[at].clone());
        if let Some((end, inner)) = change(tokens, at) {
            done.push(tokens[at + 1].clone());
            done.extend(inner);
            at = end;
        } else {
            at += 1;
        }
    }
    *tokens = done;
}

fn simple_pattern(inner: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let Some(pattern) = inner.iter().position(|token| keyword(token) == K::PATTERN) else { return inner.to_vec() };
    let Some(end) = closing(inner, pattern + 1) else { return inner.to_vec() };
    let skip = inner[..pattern].iter().position(|token| keyword(token) == K::AFTER).unwrap_or(pattern);
    let define = inner[end..].iter().position(|token| keyword(token) == K::DEFINE).map_or(inner.len(), |at| end + at);
    let known: Vec<TokenWithSpan> = inner[(define + 1).min(inner.len())..].to_vec();
    let mut result: Vec<TokenWithSpan> = inner[..skip].to_vec();
    let call = |at: usize, all: &[TokenWithSpan]| matches!(all.get(at + 2).map(|t| &t.token), Some(Token::LParen));
    for at in (0..result.len()).rev() {
        if (is_word(&result[at], "FINAL") || is_word(&result[at], "RUNNING")) && call(at, &result) {
            result.remove(at);
        }
    }
    let mut variables: Vec<TokenWithSpan> = Vec::new();
    for token in &inner[pattern + 2..define.min(inner.len())] {
        let new = matches!(token.token, Token::Word(_)) && !is_word(token, "SUBSET") && !is_word(token, "PERMUTE");
        let twice = variables.iter().chain(&known).any(|other| other.token == token.token);
        if new && !twice {
            variables.push(token.clone());
        }
    }
    result.extend([word("PATTERN"), paren(Token::LParen), word("A"), paren(Token::RParen), word("DEFINE")]);
    let defined = !known.is_empty();
    result.extend(known);
    for (at, variable) in variables.into_iter().enumerate() {
        if defined || at > 0 {
            result.push(paren(Token::Comma));
        }
        result.extend([variable, word("AS"), word("TRUE")]);
    }
    result
}

/// Simplifies each `JSON_TABLE` and `JSON_QUERY`: paths and what happens on errors are dropped.
pub(crate) fn json_tables(tokens: &mut Vec<TokenWithSpan>) {
    inside(tokens, |tokens, at| {
        let table = is_word(&tokens[at], "JSON_TABLE");
        let call = ["JSON_QUERY", "JSON_VALUE", "JSON_EXISTS"].iter().any(|name| is_word(&tokens[at], name));
        let end = (table || call).then(|| closing(tokens, at + 1)).flatten()?;
        let inner = &tokens[at + 2..end];
        let simple = if table { json_table(inner) } else { json_call(inner) };
        Some((end, simple?))
    });
}

/// The arguments of a function of JSON: the document and what is passed to the path.
fn json_call(inner: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let path = path_at(inner)?;
    let mut result = inner[..=path].to_vec();
    for passed in passed(&inner[path..]) {
        result.push(paren(Token::Comma));
        result.extend(passed);
    }
    Some(result)
}

/// Where the path of a JSON function is: the literal after the first comma.
fn path_at(inner: &[TokenWithSpan]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in inner.iter().enumerate() {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Comma if depth == 0 => return (at + 1 < inner.len()).then_some(at + 1),
            _ => {}
        }
    }
    None
}

/// The values after PASSING, without their names.
fn passed(tokens: &[TokenWithSpan]) -> Vec<Vec<TokenWithSpan>> {
    let Some(begin) = tokens.iter().position(|token| is_word(token, "PASSING")) else { return Vec::new() };
    let mut values = Vec::new();
    let mut value = Vec::new();
    let (mut depth, mut named) = (0_usize, false);
    for token in &tokens[begin + 1..] {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Comma if depth == 0 => {
                values.push(core::mem::take(&mut value));
                named = false;
                continue;
            }
            _ if depth == 0 && keyword(token) == K::AS => named = true,
            _ if depth == 0 && matches!(keyword(token), K::COLUMNS | K::RETURNING | K::NULL | K::ERROR) => break,
            _ => {}
        }
        if !named {
            value.push(token.clone());
        }
    }
    values.push(value);
    values.retain(|value| !value.is_empty());
    values
}

fn json_table(inner: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let path = path_at(inner)?;
    let columns = inner.iter().position(|token| keyword(token) == K::COLUMNS)?;
    let mut result = vec![word("json_passing"), paren(Token::LParen)];
    result.extend_from_slice(&inner[..path - 1]);
    for passed in passed(inner.get(path..columns)?) {
        result.push(paren(Token::Comma));
        result.extend(passed);
    }
    result.extend([paren(Token::RParen), paren(Token::Comma), quoted("$"), word("COLUMNS"), paren(Token::LParen)]);
    let mut names = Vec::new();
    json_columns(&inner[columns + 1..], &mut names);
    for (at, (name, ordinality)) in names.into_iter().enumerate() {
        if at > 0 {
            result.push(paren(Token::Comma));
        }
        result.push(name);
        if ordinality {
            result.extend([word("FOR"), word("ORDINALITY")]);
        } else {
            result.extend([word("INT"), word("PATH"), quoted("$")]);
        }
    }
    result.push(paren(Token::RParen));
    Some(result)
}

/// The columns of a table of JSON, those of nested paths too.
fn json_columns(tokens: &[TokenWithSpan], names: &mut Vec<(TokenWithSpan, bool)>) {
    for item in items(tokens, 0).unwrap_or_default() {
        let Some(first) = item.first() else { continue };
        if is_word(first, "NESTED") {
            if let Some(columns) = item.iter().position(|token| keyword(token) == K::COLUMNS) {
                json_columns(&item[columns + 1..], names);
            }
        } else if matches!(first.token, Token::Word(_)) {
            names.push((first.clone(), item.iter().any(|token| is_word(token, "ORDINALITY"))));
        }
    }
}

fn paren(token: Token) -> TokenWithSpan {
    TokenWithSpan::wrap(token)
}

fn quoted(text: &str) -> TokenWithSpan {
    TokenWithSpan::wrap(Token::SingleQuotedString(text.to_owned()))
}
