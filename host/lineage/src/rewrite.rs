//! Rewrites what the parser does not know into what it knows and means the same for lineage. Works on tokens alone.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::split::{is_word, keyword};
use crate::{Dialect, rephrase};

/// By how many tokens a rewriting may change a statement: each change moves what follows it.
const MOST: usize = 4_000;

/// What makes the parser see a place for files where a stage is written to.
pub(crate) const STAGE: &str = "stage://";

/// The tokens of one statement, rewritten where a rewriting never does harm.
pub(crate) fn rewrite(tokens: &[TokenWithSpan], dialect: Dialect) -> Vec<TokenWithSpan> {
    let mut tokens = tokens.to_vec();
    words(&mut tokens, dialect);
    match tokens.first().map(keyword) {
        Some(K::CREATE | K::REPLACE) => type_columns(&mut tokens),
        Some(K::INSERT) => bare_query(&mut tokens),
        Some(K::UPDATE) => spell_out(&mut tokens),
        _ => {}
    }
    match dialect {
        Dialect::ClickHouse => rephrase::scalars(&mut tokens),
        Dialect::DuckDb => rephrase::pivots(&mut tokens),
        _ => {}
    }
    tokens
}

/// The statement with nothing but names between CREATE and AS, where it is of that form.
pub(crate) fn header(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    if !matches!(keyword(tokens.first()?), K::CREATE | K::REPLACE | K::ALTER) {
        return None;
    }
    let kind = tokens.iter().take(8).position(|token| matches!(keyword(token), K::TABLE | K::VIEW))?;
    let begin = tokens.iter().enumerate().position(|(at, token)| at > kind && is_query_after(tokens, at, token))?;
    let mut from = kind + 1;
    while matches!(keyword(tokens.get(from)?), K::IF | K::NOT | K::EXISTS) {
        from += 1;
    }
    let mut to = from + 1;
    while tokens.get(to)?.token == Token::Period {
        to += 2;
    }
    let word = |text: &str| TokenWithSpan::wrap(Token::make_keyword(text));
    let view = keyword(&tokens[kind]) == K::VIEW;
    let temporary = tokens[..kind].iter().any(|token| matches!(keyword(token), K::TEMP | K::TEMPORARY | K::VOLATILE));
    let mut result = vec![word("CREATE")];
    if temporary {
        result.push(word("TEMPORARY"));
    }
    result.push(word(if view { "VIEW" } else { "TABLE" }));
    result.extend_from_slice(&tokens[from..to]);
    result.extend(listed(tokens, to, view));
    result.push(word("AS"));
    result.extend_from_slice(tail(&tokens[begin + 1..]));
    Some(result)
}

/// Whether a token is the AS before the query of a CREATE statement.
fn is_query_after(tokens: &[TokenWithSpan], at: usize, token: &TokenWithSpan) -> bool {
    if keyword(token) != K::AS {
        return false;
    }
    let next = tokens[at + 1..].iter().find(|token| token.token != Token::LParen).map(keyword);
    matches!(next, Some(K::SELECT | K::WITH | K::VALUES | K::FROM | K::TABLE)) && open_before(tokens, at) == 0
}

fn open_before(tokens: &[TokenWithSpan], at: usize) -> usize {
    tokens[..at].iter().fold(0, |depth: usize, token| match token.token {
        Token::LParen => depth + 1,
        Token::RParen => depth.saturating_sub(1),
        _ => depth,
    })
}

/// The names of the columns in the list after the name of a table.
fn listed(tokens: &[TokenWithSpan], from: usize, view: bool) -> Vec<TokenWithSpan> {
    let Some(items) = items(tokens, from) else { return Vec::new() };
    let names: Vec<&TokenWithSpan> = items.iter().filter_map(|item| item.first()).collect();
    let words = names.iter().all(|token| matches!(token.token, Token::Word(_)));
    let clauses = names.iter().any(|token| matches!(keyword(token), K::PRIMARY | K::UNIQUE | K::CONSTRAINT | K::INDEX));
    if !words || clauses || names.is_empty() {
        return Vec::new();
    }
    let mut list = vec![TokenWithSpan::wrap(Token::LParen)];
    for name in names {
        if list.len() > 1 {
            list.push(TokenWithSpan::wrap(Token::Comma));
        }
        list.push(name.clone());
        if !view {
            list.push(TokenWithSpan::wrap(Token::make_keyword("INT")));
        }
    }
    list.push(TokenWithSpan::wrap(Token::RParen));
    list
}

/// The items of a list in parentheses that begins here.
pub(crate) fn items(tokens: &[TokenWithSpan], from: usize) -> Option<Vec<&[TokenWithSpan]>> {
    let end = closing(tokens, from)?;
    let mut items = Vec::new();
    let (mut depth, mut start) = (0_usize, from + 1);
    for at in from + 1..end {
        match tokens[at].token {
            Token::LParen => depth += 1,
            Token::RParen => depth -= 1,
            Token::Comma if depth == 0 => {
                items.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(&tokens[start..end]);
    Some(items)
}

/// Where the parenthesis that opens here is closed.
pub(crate) fn closing(tokens: &[TokenWithSpan], from: usize) -> Option<usize> {
    if tokens.get(from)?.token != Token::LParen {
        return None;
    }
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// A query without what may follow it in a CREATE statement: WITH DATA, ON COMMIT and their like.
fn tail(tokens: &[TokenWithSpan]) -> &[TokenWithSpan] {
    let ends = |at: &usize| {
        let next = |offset: usize| tokens.get(at + offset).map_or(K::NoKeyword, keyword);
        let with = next(0) == K::WITH
            && (matches!(next(1), K::DATA | K::CHECK | K::CASCADED | K::LOCAL)
                || (next(1) == K::NO && (next(2) == K::DATA || next(2) == K::SCHEMA))
                || tokens.get(at + 1).is_some_and(|token| is_word(token, "READ")));
        with || (next(0) == K::ON && next(1) == K::COMMIT)
    };
    match (1..tokens.len()).find(ends) {
        Some(at) if open_before(tokens, at) == 0 => &tokens[..at],
        _ => tokens,
    }
}

/// `CREATE TABLE t (a, b) AS`: columns without types get one.
fn type_columns(tokens: &mut Vec<TokenWithSpan>) {
    let Some(kind) = tokens.iter().take(8).position(|token| keyword(token) == K::TABLE) else { return };
    let Some(open) = tokens.iter().position(|token| token.token == Token::LParen) else { return };
    let Some(list) = items(tokens, open) else { return };
    let bare = list.iter().all(|item| item.len() == 1 && matches!(item[0].token, Token::Word(_)));
    let Some(between) = tokens.get(kind..open) else { return };
    let heads = between.iter().all(|token| matches!(token.token, Token::Word(_) | Token::Period));
    let query = between.iter().any(|token| matches!(keyword(token), K::AS | K::SELECT | K::LIKE));
    if !bare || !heads || query {
        return;
    }
    let names = listed(tokens, open, false);
    if let Some(end) = closing(tokens, open) {
        tokens.splice(open..=end, names);
    }
}

/// `INSERT INTO t (WITH … SELECT …)`: without the parentheses.
fn bare_query(tokens: &mut Vec<TokenWithSpan>) {
    let Some(open) = tokens.iter().position(|token| token.token == Token::LParen) else { return };
    let with = tokens.get(open + 1).is_some_and(|token| keyword(token) == K::WITH);
    if with && closing(tokens, open) == Some(tokens.len() - 1) {
        tokens.pop();
        tokens.remove(open);
    }
}

/// `SET a += b` becomes `SET a = a + b`.
fn spell_out(tokens: &mut Vec<TokenWithSpan>) {
    let operator = |token: &Token| matches!(token, Token::Plus | Token::Minus | Token::Mul | Token::Div);
    let mut at = 1;
    let before = tokens.len();
    while at + 1 < tokens.len() && tokens.len() - before < MOST {
        if operator(&tokens[at].token) && tokens[at + 1].token == Token::Eq {
            let part = |token: &TokenWithSpan| matches!(token.token, Token::Word(_) | Token::Period);
            let start = tokens[..at].iter().rposition(|token| !part(token) || keyword(token) == K::SET);
            let start = start.map_or(at, |start| start + 1);
            let mut name = tokens[start..at].to_vec();
            let count = name.len();
            tokens.swap(at, at + 1);
            let operator = tokens[at + 1].clone();
            name.push(operator);
            tokens.splice(at + 1..=at + 1, name);
            at += count;
        }
        at += 1;
    }
}

/// What any statement may hold: `TABLE t` as a query, names of stages, names in strings, hints at the end.
fn words(tokens: &mut Vec<TokenWithSpan>, dialect: Dialect) {
    let mut at = 0;
    let before = tokens.len();
    while at < tokens.len() && tokens.len().abs_diff(before) < MOST {
        match &tokens[at].token {
            Token::Word(word) if word.keyword == K::TABLE && is_query(tokens, at) => {
                let select = [Token::make_keyword("SELECT"), Token::Mul, Token::make_keyword("FROM")];
                tokens.splice(at..=at, select.map(TokenWithSpan::wrap));
                at += 2;
            }
            Token::Word(word) if word.value.eq_ignore_ascii_case("IDENTIFIER") => named_by_string(tokens, at),
            Token::Word(word) if word.value.eq_ignore_ascii_case("BULK") => bulk(tokens, at),
            Token::Word(word) if word.keyword == K::OPTION && dialect == Dialect::TSql => hint(tokens, at),
            Token::AtSign if dialect == Dialect::Snowflake => stage(tokens, at),
            Token::Word(word) if dialect == Dialect::Snowflake && word.value.starts_with('@') => stage(tokens, at),
            _ => {}
        }
        at += 1;
    }
}

/// Whether TABLE begins a query here.
fn is_query(tokens: &[TokenWithSpan], at: usize) -> bool {
    let starts = match at.checked_sub(1).map(|before| &tokens[before]) {
        None => true,
        Some(before) => {
            matches!(keyword(before), K::AS | K::UNION | K::ALL | K::DISTINCT | K::EXCEPT | K::INTERSECT)
                || (before.token == Token::LParen && at > 1 && !matches!(tokens[at - 2].token, Token::Word(_)))
        }
    };
    starts && matches!(tokens.get(at + 1).map(|next| &next.token), Some(Token::Word(_)))
}

/// `IDENTIFIER('a.b')`: the name itself.
fn named_by_string(tokens: &mut Vec<TokenWithSpan>, at: usize) {
    let Some(Token::SingleQuotedString(name)) = tokens.get(at + 2).map(|token| &token.token) else { return };
    if closing(tokens, at + 1) != Some(at + 3) {
        return;
    }
    let mut parts = Vec::new();
    for part in name.split('.') {
        if !parts.is_empty() {
            parts.push(TokenWithSpan::wrap(Token::Period));
        }
        parts.push(TokenWithSpan::wrap(Token::make_word(part.trim_matches('"'), Some('"'))));
    }
    tokens.splice(at..=at + 3, parts);
}

/// `OPENROWSET(BULK '…', …)`: without the word.
fn bulk(tokens: &mut Vec<TokenWithSpan>, at: usize) {
    let call = at > 1 && is_word(&tokens[at - 2], "OPENROWSET") && tokens[at - 1].token == Token::LParen;
    let text = match tokens.get(at + 1).map(|token| &token.token) {
        Some(Token::SingleQuotedString(text) | Token::NationalStringLiteral(text)) if call => text.clone(),
        _ => return,
    };
    tokens.splice(at..=at + 1, [TokenWithSpan::wrap(Token::SingleQuotedString(text))]);
}

/// `OPTION (…)` at the end of a statement.
fn hint(tokens: &mut Vec<TokenWithSpan>, at: usize) {
    if at > 0 && closing(tokens, at + 1) == Some(tokens.len() - 1) {
        tokens.truncate(at);
    }
}

/// `@stage/path`: one name. It ends where a blank is.
fn stage(tokens: &mut Vec<TokenWithSpan>, at: usize) {
    let mut name = String::new();
    let mut to = at;
    while let Some(token) = tokens.get(to) {
        let joined = to == at || tokens[to - 1].span.end == token.span.start;
        let part = matches!(
            token.token,
            Token::AtSign
                | Token::Word(_)
                | Token::Div
                | Token::Period
                | Token::Mod
                | Token::Tilde
                | Token::Minus
                | Token::Number(..)
                | Token::Eq
        );
        if !joined || !part {
            break;
        }
        name.push_str(&token.token.to_string());
        to += 1;
    }
    if name.len() > 1 {
        let span = tokens[at].span;
        let name = name.replace('"', "");
        let target = at > 0 && keyword(&tokens[at - 1]) == K::INTO;
        let token = if target {
            Token::SingleQuotedString(format!("{STAGE}{name}"))
        } else {
            Token::make_word(&name, Some('"'))
        };
        tokens.splice(at..to, [TokenWithSpan::new(token, span)]);
    }
}
