//! Tables made after the model of another: LIKE, CLONE, COPY and AS with nothing but a name.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Reader, sign};
use crate::loosen::word;
use crate::rewrite::items;
use crate::split::{is_word, keyword};

/// A table whose list of columns holds `LIKE t` among others, which the parser takes for a column.
pub(super) fn with_models(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let open = tokens.iter().position(|token| token.token == Token::LParen)?;
    let like = |item: &&[TokenWithSpan]| item.first().is_some_and(|first| is_word(first, "LIKE"));
    let table = tokens[..open].iter().take(6).any(|token| keyword(token) == K::TABLE);
    let only = items(tokens, open).filter(|_| table)?.iter().any(like);
    only.then(|| model(tokens)).flatten()
}

/// The statement with nothing but the table and its model, where it is of that form.
pub(crate) fn model(tokens: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut reader = Reader::new(tokens);
    reader.take("CREATE").then_some(())?;
    let kind = tokens.iter().take(6).position(|token| keyword(token) == K::TABLE)?;
    let temporary = tokens[..kind].iter().any(|token| matches!(keyword(token), K::TEMP | K::TEMPORARY));
    reader.at = kind + 1;
    reader.take_all(&["IF", "NOT", "EXISTS"]);
    let table = reader.name()?;
    if reader.take_all(&["ON", "CLUSTER"]) {
        reader.at += 1;
    }
    let mut told = vec![word("CREATE")];
    if temporary {
        told.push(word("TEMPORARY"));
    }
    told.push(word("TABLE"));
    told.extend_from_slice(table);
    match items(tokens, reader.at) {
        Some(list) => told.extend(listed(&list)?),
        None => told.extend(named(&mut reader)?),
    }
    Some(told)
}

/// `LIKE t …`, `[SHALLOW | DEEP] CLONE t …`, `[CLONE] AS t …`.
fn named(reader: &mut Reader) -> Option<Vec<TokenWithSpan>> {
    let _ = reader.take("SHALLOW") || reader.take("DEEP");
    let clone = reader.take("CLONE");
    let as_it_is = reader.take("AS");
    (clone || as_it_is || reader.take("LIKE")).then_some(())?;
    let model = reader.name().filter(|name| !matches!(keyword(&name[0]), K::SELECT | K::WITH | K::TABLE | K::FROM))?;
    let queried = reader.rest().windows(2).any(|pair| {
        is_word(&pair[0], "AS") && (pair[1].token == Token::LParen || matches!(keyword(&pair[1]), K::SELECT | K::WITH))
    });
    let ends = reader.peek().is_none_or(|next| {
        matches!(keyword(next), K::ENGINE | K::ORDER | K::PRIMARY | K::PARTITION | K::SETTINGS | K::COMMENT)
    });
    let only = !queried && (ends || !as_it_is || clone);
    only.then(|| {
        let mut told = vec![word("LIKE")];
        told.extend_from_slice(model);
        told
    })
}

/// A list of columns in which `LIKE t …` stands for those of another table: a query that gives them.
fn listed(list: &[&[TokenWithSpan]]) -> Option<Vec<TokenWithSpan>> {
    let mut query = vec![word("AS"), word("SELECT")];
    let mut from: Vec<TokenWithSpan> = Vec::new();
    for item in list {
        let first = item.first()?;
        if matches!(keyword(first), K::PRIMARY | K::UNIQUE | K::CONSTRAINT | K::INDEX | K::CHECK | K::FOREIGN) {
            continue;
        }
        if query.len() > 2 {
            query.push(sign(Token::Comma));
        }
        if is_word(first, "LIKE") {
            let model = Reader { tokens: item, at: 1 }.name()?;
            from.extend(if from.is_empty() { vec![word("FROM")] } else { vec![word("CROSS"), word("JOIN")] });
            from.extend_from_slice(model);
            query.extend_from_slice(model);
            query.extend([sign(Token::Period), sign(Token::Mul)]);
        } else {
            query.extend([word("NULL"), word("AS"), first.clone()]);
        }
    }
    if from.is_empty() {
        return None;
    }
    query.extend(from);
    Some(query)
}
