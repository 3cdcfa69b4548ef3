//! Tables and queries into files: COPY … TO, UNLOAD, EXPORT TABLE, SELECT … INTO OUTFILE.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Reader, all_of, insert, place};
use crate::grammar::Grammar;
use crate::loosen::word;
use crate::parse;
use crate::split::{is_word, keyword};

/// The writing of files as an INSERT into them.
pub(super) fn unload(tokens: &[TokenWithSpan], grammar: &Grammar) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    if reader.take("EXPORT") {
        let table = reader.take("TABLE").then(|| reader.name()).flatten()?;
        reader.seek(&["TO"]).then_some(())?;
        reader.at += 1;
        return Some(insert(&[reader.address()?], &[], all_of(table)));
    }
    if reader.take("INSERT") {
        return directory(reader);
    }
    let quoted = reader.take("UNLOAD");
    if !quoted && !reader.take("COPY") {
        return None;
    }
    reader.take("INTO");
    if let Some(files) = reader.address() {
        return into(reader, files);
    }
    let query = match reader.group() {
        Some(group) => queried(&group[1..group.len() - 1], grammar),
        None => listed(&mut reader)?,
    };
    let files = reader.take("TO").then(|| reader.address()).flatten()?;
    Some(insert(&[files], &[], query))
}

/// `COPY INTO files FROM t` or `FROM (SELECT …)`.
fn into(mut reader: Reader, files: TokenWithSpan) -> Option<Vec<TokenWithSpan>> {
    reader.take("FROM").then_some(())?;
    let query = match reader.group() {
        Some(group) => group[1..group.len() - 1].to_vec(),
        None => all_of(reader.name()?),
    };
    Some(insert(&[files], &[], query))
}

/// `INSERT OVERWRITE DIRECTORY USING format OPTIONS ('path' '…') SELECT …`.
fn directory(mut reader: Reader) -> Option<Vec<TokenWithSpan>> {
    reader.take_all(&["OVERWRITE"]).then_some(())?;
    reader.take("LOCAL");
    reader.take_all(&["DIRECTORY", "USING"]).then_some(())?;
    reader.name()?;
    let options = reader.take("OPTIONS").then(|| reader.group()).flatten()?;
    let path = options.iter().position(|token| match &token.token {
        Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => text.eq_ignore_ascii_case("path"),
        _ => is_word(token, "path"),
    })?;
    let files = options[path + 1..].iter().find_map(place)?;
    Some(insert(&[files], &[], reader.rest().to_vec()))
}

/// The query of an UNLOAD: as it stands, or in a text.
fn queried(tokens: &[TokenWithSpan], grammar: &Grammar) -> Vec<TokenWithSpan> {
    let text = match tokens {
        [only] => match &only.token {
            Token::SingleQuotedString(text) => text.replace("''", "'").replace("\\'", "'"),
            Token::DollarQuotedString(quoted) => quoted.value.clone(),
            _ => return tokens.to_vec(),
        },
        _ => return tokens.to_vec(),
    };
    // What stops the reading of the text stops the parser at the same place.
    let (mut inner, _) = parse::tokens(grammar, &text);
    for token in &mut inner {
        token.span = tokens[0].span;
    }
    inner
}

/// `t (a, b)`: these columns of the table.
fn listed(reader: &mut Reader) -> Option<Vec<TokenWithSpan>> {
    let table = reader.name()?;
    let Some(columns) = reader.group() else { return Some(all_of(table)) };
    let mut query = vec![word("SELECT")];
    query.extend_from_slice(&columns[1..columns.len() - 1]);
    query.push(word("FROM"));
    query.extend_from_slice(table);
    Some(query)
}

/// `SELECT … INTO OUTFILE '…' … FROM …`, or with it at the end.
pub(super) fn outfile(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    reader.seek(&["OUTFILE", "DUMPFILE"]).then_some(())?;
    let begin = reader.at.checked_sub(1).filter(|before| keyword(&tokens[*before]) == K::INTO)?;
    reader.at += 1;
    let files = place(reader.peek()?)?;
    let rest: &[TokenWithSpan] = if reader.seek(&["FROM"]) { reader.rest() } else { &[] };
    let mut query = tokens[..begin].to_vec();
    query.extend_from_slice(rest);
    Some(insert(&[files], &[], query))
}
