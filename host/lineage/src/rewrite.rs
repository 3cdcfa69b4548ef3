//! Rewrites what the parser does not know into what it knows and means the same for lineage. Works on tokens alone.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::split::{is_word, keyword};
use crate::{Dialect, rephrase};

/// What makes the parser see a place for files where a stage is written to.
pub(crate) const STAGE: &str = "stage://";

/// The tokens of one statement, rewritten where a rewriting never does harm.
pub(crate) fn rewrite(tokens: &[TokenWithSpan], dialect: Dialect) -> Vec<TokenWithSpan> {
    let mut tokens = words(tokens, dialect);
    match tokens.first().map(keyword) {
        Some(K::CREATE | K::REPLACE) => type_columns(&mut tokens),
        Some(K::INSERT) => bare_query(&mut tokens),
        Some(K::UPDATE) => tokens = spell_out(&tokens),
        _ => {}
    }
    match dialect {
        Dialect::ClickHouse => {
            rephrase::scalars(&mut tokens);
            rephrase::array_joins(&mut tokens);
        }
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

/// A table with nothing but the names of its columns, where the statement makes one without rows.
pub(crate) fn shell(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let kind = tokens.iter().take(6).position(|token| keyword(token) == K::TABLE)?;
    let rows = |token: &TokenWithSpan| {
        matches!(keyword(token), K::SELECT | K::LIKE | K::CLONE | K::COPY | K::INHERITS | K::OF | K::AS)
    };
    let open = tokens.iter().position(|token| token.token == Token::LParen)?;
    let end = closing(tokens, open)?;
    let named = tokens.get(kind + 1..open)?.iter().all(|token| matches!(token.token, Token::Word(_) | Token::Period));
    let more = tokens[..open].iter().chain(&tokens[end..]).any(rows);
    if keyword(&tokens[0]) != K::CREATE || !named || more {
        return None;
    }
    let list = listed(tokens, open, false);
    let mut told = vec![TokenWithSpan::wrap(Token::make_keyword("CREATE"))];
    told.extend_from_slice(&tokens[kind..open]);
    told.extend_from_slice(&list);
    (!list.is_empty()).then_some(told)
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
fn spell_out(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let operator = |token: &Token| matches!(token, Token::Plus | Token::Minus | Token::Mul | Token::Div);
    let part = |token: &TokenWithSpan| matches!(token.token, Token::Word(_) | Token::Period);
    let mut done: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        let equals = tokens.next_if(|next| operator(&token.token) && next.token == Token::Eq);
        if let Some(equals) = equals {
            let before = done.iter().rposition(|token| !part(token) || keyword(token) == K::SET);
            let name = done[before.map_or(0, |before| before + 1)..].to_vec();
            done.push(equals.clone());
            done.extend(name);
        }
        done.push(token.clone());
    }
    done
}

/// What any statement may hold: `TABLE t` as a query, names of stages, names in strings, hints at the end.
fn words(tokens: &[TokenWithSpan], dialect: Dialect) -> Vec<TokenWithSpan> {
    let mut done = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let put = match &tokens[at].token {
            Token::Word(word) if word.keyword == K::TABLE && is_query(tokens, at) => {
                let select = [Token::make_keyword("SELECT"), Token::Mul, Token::make_keyword("FROM")];
                Some((1, select.map(TokenWithSpan::wrap).to_vec()))
            }
            Token::Word(word) if word.value.eq_ignore_ascii_case("IDENTIFIER") => named_by_string(tokens, at),
            Token::Word(word) if word.value.eq_ignore_ascii_case("BULK") => bulk(tokens, at),
            Token::Word(word) if word.value.len() >= 11 && word.value.to_uppercase().starts_with("JSON_OBJECT") => {
                pairs(tokens, at)
            }
            Token::Word(word) if word.keyword == K::AS && dialect == Dialect::Trino => nested_type(tokens, at),
            Token::Word(word) if word.keyword == K::COLUMNS => some_columns(tokens, at, dialect),
            Token::Word(word) if word.keyword == K::OPTION && dialect == Dialect::TSql => hint(tokens, at),
            Token::Word(word) if word.keyword == K::TOP && dialect == Dialect::TSql => some_rows(tokens, at),
            Token::AtSign if dialect == Dialect::Snowflake => stage(tokens, at),
            Token::Word(word) if dialect == Dialect::Snowflake && word.value.starts_with('@') => stage(tokens, at),
            _ => None,
        };
        let (taken, put) = put.unwrap_or_else(|| (1, vec![tokens[at].clone()]));
        done.extend(put);
        at += taken;
    }
    done
}

/// How many tokens are taken, and what is put in their place.
type Put = Option<(usize, Vec<TokenWithSpan>)>;

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
fn named_by_string(tokens: &[TokenWithSpan], at: usize) -> Put {
    let [open, name, close] = tokens.get(at + 1..at + 4)? else { return None };
    let (Token::LParen, Token::SingleQuotedString(name), Token::RParen) = (&open.token, &name.token, &close.token)
    else {
        return None;
    };
    let mut parts = Vec::new();
    for part in name.split('.') {
        if !parts.is_empty() {
            parts.push(TokenWithSpan::wrap(Token::Period));
        }
        parts.push(TokenWithSpan::wrap(Token::make_word(part.trim_matches('"'), Some('"'))));
    }
    Some((4, parts))
}

/// `JSON_OBJECT('a' : x)`: keys and values as arguments like others.
fn pairs(tokens: &[TokenWithSpan], at: usize) -> Put {
    let end = closing(tokens, at + 1)?;
    let inner = &tokens[at + 2..end];
    let mut put = tokens[at..at + 2].to_vec();
    let mut depth = 0_usize;
    for (place, token) in inner.iter().enumerate() {
        let pair = depth == 0 && place > 0;
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            Token::Colon if pair => {
                put.push(TokenWithSpan::wrap(Token::Comma));
                continue;
            }
            _ => {}
        }
        put.push(token.clone());
    }
    put.push(tokens[end].clone());
    Some((end + 1 - at, put))
}

/// `CAST(x AS ROW(a ROW(b BIGINT)))`: a type that holds others, as one that the parser knows.
fn nested_type(tokens: &[TokenWithSpan], at: usize) -> Put {
    let outer = tokens.get(at + 1).filter(|token| matches!(keyword(token), K::ROW | K::ARRAY | K::MAP))?;
    let end = closing(tokens, at + 2)?;
    let nests = tokens[at + 3..end].iter().any(|token| token.token == Token::LParen);
    let cast = tokens.get(end + 1).is_some_and(|next| next.token == Token::RParen);
    (nests && cast).then(|| {
        let plain = TokenWithSpan::new(Token::make_keyword("VARCHAR"), outer.span);
        (end + 1 - at, vec![tokens[at].clone(), plain])
    })
}

/// `INSERT TOP (10) PERCENT`: how many rows.
fn some_rows(tokens: &[TokenWithSpan], at: usize) -> Put {
    let changes = matches!(keyword(tokens.get(at.checked_sub(1)?)?), K::INSERT | K::UPDATE | K::DELETE);
    let end = closing(tokens, at + 1).filter(|_| changes)? + 1;
    let percent = tokens.get(end).is_some_and(|token| keyword(token) == K::PERCENT);
    Some((end - at + usize::from(percent), Vec::new()))
}

/// `SELECT COLUMNS('a.*')`: columns of all, and nobody knows which.
fn some_columns(tokens: &[TokenWithSpan], at: usize, dialect: Dialect) -> Put {
    let known = matches!(dialect, Dialect::DuckDb | Dialect::ClickHouse);
    let before = tokens.get(at.checked_sub(1)?).filter(|_| known)?;
    let begins = before.token == Token::Comma || matches!(keyword(before), K::SELECT | K::DISTINCT);
    let end = closing(tokens, at + 1).filter(|_| begins)?;
    let alone = tokens.get(end + 1).is_none_or(|next| {
        matches!(next.token, Token::Comma | Token::RParen)
            || matches!(keyword(next), K::FROM | K::EXCEPT | K::EXCLUDE | K::REPLACE)
    });
    alone.then(|| (end + 1 - at, vec![TokenWithSpan::wrap(Token::Mul)]))
}

/// `OPENROWSET(BULK '…', …)`: without the word.
fn bulk(tokens: &[TokenWithSpan], at: usize) -> Put {
    let call = at > 1 && is_word(&tokens[at - 2], "OPENROWSET") && tokens[at - 1].token == Token::LParen;
    match &tokens.get(at + 1)?.token {
        Token::SingleQuotedString(text) | Token::NationalStringLiteral(text) if call => {
            Some((2, vec![TokenWithSpan::wrap(Token::SingleQuotedString(text.clone()))]))
        }
        _ => None,
    }
}

/// How many tokens the hints at the end of a statement may take.
const HINTS: usize = 200;

/// `OPTION (…)` at the end of a statement.
fn hint(tokens: &[TokenWithSpan], at: usize) -> Put {
    let last = tokens.len() - 1;
    (at > 0 && last - at < HINTS && closing(tokens, at + 1) == Some(last)).then(|| (tokens.len() - at, Vec::new()))
}

/// `@stage/path`: one name. It ends where a blank is.
fn stage(tokens: &[TokenWithSpan], at: usize) -> Put {
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
    if name.len() < 2 {
        return None;
    }
    let name = name.replace('"', "");
    let target = at > 0 && keyword(&tokens[at - 1]) == K::INTO;
    let token =
        if target { Token::SingleQuotedString(format!("{STAGE}{name}")) } else { Token::make_word(&name, Some('"')) };
    Some((to - at, vec![TokenWithSpan::new(token, tokens[at].span)]))
}
