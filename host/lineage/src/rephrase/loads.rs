//! Files into a table: COPY, LOAD DATA, BULK INSERT, IMPORT TABLE, INSERT … FROM INFILE.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Reader, all_of, insert, place, sign};
use crate::Dialect;
use crate::loosen::word;
use crate::rewrite::items;
use crate::split::{is_word, keyword};

/// The load as an INSERT from its files.
pub(super) fn load(tokens: &[TokenWithSpan], dialect: Dialect) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    if reader.take("COPY") {
        return copy(reader, dialect);
    }
    if reader.take("LOAD") {
        return from_files(Reader { tokens, at: 1 }).or_else(|| data(reader));
    }
    if reader.take_all(&["BULK", "INSERT"]) {
        let table = reader.name()?;
        return reader
            .take("FROM")
            .then(|| reader.address())
            .flatten()
            .map(|files| insert(table, &[], all_of(&[files])));
    }
    if reader.take("IMPORT") {
        reader.take("EXTERNAL");
        let table = reader.take("TABLE").then(|| reader.name()).flatten()?;
        let files = reader.seek(&["FROM"]).then(|| Reader { at: reader.at + 1, ..reader }.address()).flatten()?;
        return Some(insert(table, &[], all_of(&[files])));
    }
    infile(reader)
}

/// `COPY [INTO] t (…) FROM files` or `FROM (SELECT … FROM files)`.
fn copy(mut reader: Reader, dialect: Dialect) -> Option<Vec<TokenWithSpan>> {
    reader.take("INTO");
    let table = reader.name()?;
    // After a column its default and its place in the file may be said.
    let columns = items(reader.tokens, reader.at).unwrap_or_default();
    let columns: Vec<TokenWithSpan> = columns.into_iter().filter_map(<[_]>::first).cloned().collect();
    let columns = if reader.group().is_some() { listed(&columns) } else { Vec::new() };
    let by_position = reader.take_all(&["BY", "POSITION"]);
    if !reader.take("FROM") {
        return None;
    }
    if let Some(group) = reader.group() {
        let query = files_within(&group[1..group.len() - 1]);
        return Some(insert(table, &columns, query));
    }
    let mut query = all_of(&[reader.address()?]);
    while reader.peek().is_some_and(|token| token.token == Token::Comma) {
        reader.at += 1;
        query.extend([word("UNION"), word("ALL")]);
        query.extend(all_of(&[reader.address()?]));
    }
    let named = columns.is_empty() && !by_position && by_name(reader.rest(), dialect);
    let columns = if named { vec![word("BY"), word("NAME")] } else { columns };
    Some(insert(table, &columns, query))
}

/// Whether the columns of the files go to those of the same names.
fn by_name(options: &[TokenWithSpan], dialect: Dialect) -> bool {
    let matched = options.iter().position(|token| is_word(token, "MATCH_BY_COLUMN_NAME"));
    let none = |at: usize| options.get(at + 2).is_some_and(|token| is_word(token, "NONE"));
    dialect == Dialect::Databricks || matched.is_some_and(|at| !none(at))
}

/// A query whose tables may be files, with options after them.
fn files_within(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut query: Vec<TokenWithSpan> = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let table = at > 0 && matches!(keyword(&tokens[at - 1]), K::FROM | K::JOIN);
        match place(&tokens[at]).filter(|_| table) {
            Some(files) => {
                query.push(files);
                at = crate::rewrite::closing(tokens, at + 1).unwrap_or(at);
            }
            None => query.push(tokens[at].clone()),
        }
        at += 1;
    }
    query
}

/// `LOAD DATA INTO t FROM FILES (uris = ['…', …])`.
fn from_files(mut reader: Reader) -> Option<Vec<TokenWithSpan>> {
    reader.take("DATA");
    let overwrites = reader.take("OVERWRITE");
    if !overwrites && !reader.take("INTO") {
        return None;
    }
    reader.take_all(&["TEMP", "TABLE"]);
    let table = reader.name()?;
    let files = reader.seek(&["FROM"]) && reader.take_all(&["FROM", "FILES"]);
    let group = files.then(|| reader.group()).flatten()?;
    let uris = group.iter().position(|token| is_word(token, "URIS"))?;
    let listed = group[uris..].iter().take_while(|token| token.token != Token::RBracket).filter_map(place);
    let mut query = Vec::new();
    for files in listed {
        if !query.is_empty() {
            query.extend([word("UNION"), word("ALL")]);
        }
        query.extend(all_of(&[files]));
    }
    (!query.is_empty()).then(|| written(table, overwrites, &[], query))
}

/// `INSERT INTO` or `INSERT OVERWRITE`.
fn written(
    table: &[TokenWithSpan],
    overwrites: bool,
    more: &[TokenWithSpan],
    query: Vec<TokenWithSpan>,
) -> Vec<TokenWithSpan> {
    let mut told = insert(table, more, query);
    if overwrites {
        told[1] = word("OVERWRITE");
        told.insert(2, word("TABLE"));
    }
    told
}

/// `LOAD DATA … INPATH '…' [OVERWRITE] INTO TABLE t …`, and `INFILE`.
fn data(mut reader: Reader) -> Option<Vec<TokenWithSpan>> {
    reader.seek(&["INPATH", "INFILE"]).then_some(())?;
    reader.at += 1;
    let files = reader.address()?;
    let overwrites = reader.seek(&["OVERWRITE"]) && reader.take("OVERWRITE");
    let table = (reader.seek(&["INTO"]) && reader.take_all(&["INTO", "TABLE"])).then(|| reader.name()).flatten()?;
    let mut partition = Vec::new();
    if reader.take("PARTITION") {
        partition = vec![word("PARTITION")];
        partition.extend_from_slice(reader.group()?);
    }
    let list = column_list(&mut reader);
    let assignments = assigned(&reader);
    if assignments.is_empty() && list.iter().all(|name| !is_variable(name)) {
        let columns = if list.is_empty() { partition } else { listed(&list) };
        return Some(written(table, overwrites, &columns, all_of(&[files])));
    }
    Some(computed(table, files, &list, &assignments))
}

/// The columns that a load names, variables among them.
fn column_list(reader: &mut Reader) -> Vec<TokenWithSpan> {
    let open = reader.rest().iter().position(|token| token.token == Token::LParen);
    let Some(open) = open else { return Vec::new() };
    reader.at += open;
    let names = items(reader.tokens, reader.at).unwrap_or_default();
    let names = names.into_iter().filter_map(|item| variables(item).into_iter().next()).collect();
    // A list that is never closed ends the reading.
    if reader.group().is_none() { Vec::new() } else { names }
}

/// The assignments after SET: the column and the expression.
fn assigned(reader: &Reader) -> Vec<(TokenWithSpan, Vec<TokenWithSpan>)> {
    let rest = reader.rest();
    let character = |at: usize| at > 0 && is_word(&rest[at - 1], "CHARACTER");
    let set = rest.iter().enumerate().position(|(at, token)| keyword(token) == K::SET && !character(at));
    let Some(set) = set else { return Vec::new() };
    let mut list = vec![sign(Token::LParen)];
    list.extend_from_slice(&rest[set + 1..]);
    list.push(sign(Token::RParen));
    let assignment = |item: &[TokenWithSpan]| match item {
        [name, equals, value @ ..] if equals.token == Token::Eq => Some((name.clone(), variables(value))),
        _ => None,
    };
    items(&list, 0).unwrap_or_default().into_iter().filter_map(assignment).collect()
}

/// A load with variables: a query over the files, which have the names of the list.
fn computed(
    table: &[TokenWithSpan],
    files: TokenWithSpan,
    list: &[TokenWithSpan],
    assignments: &[(TokenWithSpan, Vec<TokenWithSpan>)],
) -> Vec<TokenWithSpan> {
    let direct = list.iter().filter(|name| !is_variable(name));
    let targets: Vec<TokenWithSpan> = direct.clone().chain(assignments.iter().map(|(name, _)| name)).cloned().collect();
    let mut query = vec![word("SELECT")];
    let values = direct.map(|name| vec![name.clone()]).chain(assignments.iter().map(|(_, value)| value.clone()));
    for (at, value) in values.enumerate() {
        if at > 0 {
            query.push(sign(Token::Comma));
        }
        query.extend(value);
    }
    query.extend([word("FROM"), files, word("AS"), sign(Token::make_word("file", Some('"')))]);
    query.extend(listed(list));
    insert(table, &listed(&targets), query)
}

/// Names as a list in parentheses.
fn listed(names: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    if names.is_empty() {
        return Vec::new();
    }
    let mut list = vec![sign(Token::LParen)];
    for name in names {
        if list.len() > 1 {
            list.push(sign(Token::Comma));
        }
        list.push(name.clone());
    }
    list.push(sign(Token::RParen));
    list
}

fn is_variable(token: &TokenWithSpan) -> bool {
    matches!(&token.token, Token::Word(word) if word.value.starts_with('@'))
}

/// Tokens with each variable as one quoted name.
fn variables(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut found = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.iter().peekable();
    while let Some(token) = tokens.next() {
        let name = match (&token.token, tokens.peek().map(|next| &next.token)) {
            (Token::Word(word), _) if word.value.starts_with('@') => Some(word.value.clone()),
            (Token::AtSign, Some(Token::Word(word))) => Some(format!("@{}", word.value)),
            _ => None,
        };
        if token.token == Token::AtSign && name.is_some() {
            tokens.next();
        }
        found.push(
            name.map_or_else(
                || token.clone(),
                |name| TokenWithSpan::new(Token::make_word(&name, Some('"')), token.span),
            ),
        );
    }
    found
}

/// `INSERT INTO t (…) FROM INFILE '…'`.
fn infile(mut reader: Reader) -> Option<Vec<TokenWithSpan>> {
    reader.take_all(&["INSERT", "INTO"]).then_some(())?;
    reader.take("TABLE");
    let table = reader.name()?;
    let columns = reader.group().unwrap_or_default();
    reader.take_all(&["FROM", "INFILE"]).then_some(())?;
    let files = reader.address()?;
    Some(insert(table, columns, all_of(&[files])))
}
