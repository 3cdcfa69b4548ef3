//! What tools put into SQL before it is run: `{{ value }}`, `{% block %}`, `${value}`, `%(value)s`. Works on tokens
//! alone, and never guesses what a template would become.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::rewrite::items;
use crate::split::{is_word, keyword};

/// Puts a name or NULL in the place of each template.
pub(crate) fn fill(tokens: &mut Vec<TokenWithSpan>) {
    let mut filled = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        if let Some((end, text)) = template(tokens, at) {
            // Before a statement stands what settles how it is run.
            let settles = filled.is_empty() && end < tokens.len();
            let text = text.filter(|_| !settles);
            filled.extend(
                text.map(|text| model(&tokens[at..end]).unwrap_or_else(|| vec![filling(tokens, at, end, &text)]))
                    .unwrap_or_default(),
            );
            at = end;
        } else {
            filled.push(tokens[at].clone());
            at += 1;
        }
    }
    *tokens = filled;
}

/// Where the template ends that begins here, and its text where it stands for a value.
fn template(tokens: &[TokenWithSpan], at: usize) -> Option<(usize, Option<String>)> {
    let here = |offset: usize| tokens.get(at + offset).map(|token| &token.token);
    match (here(0)?, here(1)?) {
        (Token::LBrace, Token::LBrace) => {
            let end = pair(tokens, at + 2, &Token::RBrace, &Token::RBrace)?;
            Some((end, Some(text(&tokens[at + 2..end - 2]))))
        }
        (Token::LBrace, Token::Mod) => Some((pair(tokens, at + 2, &Token::Mod, &Token::RBrace)?, None)),
        (Token::Placeholder(dollar), Token::LBrace) if dollar == "$" => {
            let end = at + 2 + tokens[at + 2..].iter().position(|token| token.token == Token::RBrace)?;
            Some((end + 1, Some(text(&tokens[at + 2..end]))))
        }
        (Token::Mod, Token::LParen) if is_place(tokens, at) => {
            let named = here(3) == Some(&Token::RParen) && tokens.get(at + 4).is_some_and(|token| is_word(token, "s"));
            named.then(|| (at + 5, Some(text(&tokens[at + 2..at + 3]))))
        }
        (Token::Mod, Token::Word(_)) if is_place(tokens, at) && is_word(&tokens[at + 1], "s") => {
            Some((at + 2, Some("s".to_owned())))
        }
        _ => None,
    }
}

/// The table that `{{ ref('model') }}` or `{{ source('schema', 'table') }}` names.
fn model(template: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let call = template.get(2).filter(|_| template.get(3).is_some_and(|next| next.token == Token::LParen))?;
    let names: Vec<&str> = items(template, 3)?.into_iter().filter_map(quoted).collect();
    let names = match names.as_slice() {
        // A package may stand before the model.
        [.., model] if is_word(call, "ref") => core::slice::from_ref(model),
        [_, _] if is_word(call, "source") => &names,
        _ => return None,
    };
    let mut put = Vec::with_capacity(3);
    for name in names {
        put.extend((!put.is_empty()).then(|| TokenWithSpan::wrap(Token::Period)));
        put.push(TokenWithSpan::wrap(Token::make_word(name, Some('"'))));
    }
    Some(put)
}

/// An argument that is a text and nothing else.
fn quoted(item: &[TokenWithSpan]) -> Option<&str> {
    match item {
        [only] => match &only.token {
            Token::SingleQuotedString(text) | Token::DoubleQuotedString(text) => Some(text),
            Token::Word(word) => word.quote_style.map(|_| word.value.as_str()),
            _ => None,
        },
        _ => None,
    }
}

/// Where a pair of tokens ends.
fn pair(tokens: &[TokenWithSpan], from: usize, one: &Token, two: &Token) -> Option<usize> {
    let found = tokens.get(from..)?.windows(2).position(|pair| pair[0].token == *one && pair[1].token == *two)?;
    Some(from + found + 2)
}

/// Whether a value may begin here: what stands before is none.
fn is_place(tokens: &[TokenWithSpan], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| &tokens[before]) else { return true };
    match &before.token {
        Token::Word(word) => word.keyword != K::NoKeyword && word.quote_style.is_none(),
        Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen | Token::RBracket => false,
        _ => true,
    }
}

/// What stands in the place of a template: a name where a table is named, else nothing in particular.
fn filling(tokens: &[TokenWithSpan], at: usize, end: usize, text: &str) -> TokenWithSpan {
    let before = at.checked_sub(1).map(|before| &tokens[before]);
    let names = before.is_some_and(|token| {
        token.token == Token::Period
            || matches!(keyword(token), K::FROM | K::JOIN | K::INTO | K::TABLE | K::VIEW | K::UPDATE)
    }) || tokens.get(end).is_some_and(|token| token.token == Token::Period);
    if names {
        TokenWithSpan::wrap(Token::make_word(&format!("{{{{{text}}}}}"), Some('"')))
    } else {
        TokenWithSpan::wrap(Token::make_keyword("NULL"))
    }
}

fn text(tokens: &[TokenWithSpan]) -> String {
    tokens.iter().map(|token| token.token.to_string()).collect()
}
