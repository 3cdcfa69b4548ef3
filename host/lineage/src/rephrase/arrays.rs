//! `ARRAY JOIN a AS x, b AS y`: arrays that become rows, as joins with a function that gives them.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::sign;
use crate::loosen::word;
use crate::split::{is_word, keyword};

/// Puts a join in the place of each array.
pub(crate) fn array_joins(tokens: &mut Vec<TokenWithSpan>) {
    let mut done = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let begins = is_word(&tokens[at], "ARRAY") && tokens.get(at + 1).is_some_and(|next| keyword(next) == K::JOIN);
        if begins {
            if done.last().is_some_and(|last| matches!(keyword(last), K::LEFT | K::INNER)) {
                done.pop();
            }
            at = arrays(tokens, at + 2, &mut done);
        } else {
            done.push(tokens[at].clone());
            at += 1;
        }
    }
    *tokens = done;
}

/// Joins the arrays of a list, and tells where it ends.
fn arrays(tokens: &[TokenWithSpan], from: usize, done: &mut Vec<TokenWithSpan>) -> usize {
    let (mut depth, mut start) = (0_usize, from);
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.token {
            Token::LParen | Token::LBracket => depth += 1,
            Token::RParen | Token::RBracket if depth > 0 => depth -= 1,
            Token::Comma if depth == 0 => {
                join(&tokens[start..at], done);
                start = at + 1;
            }
            _ if depth == 0 && ends(token) => {
                join(&tokens[start..at], done);
                return at;
            }
            _ => {}
        }
    }
    join(&tokens[start..], done);
    tokens.len()
}

/// `CROSS JOIN arrayJoin(a) AS x`; without a name of its own an array that is a column keeps the column's.
fn join(item: &[TokenWithSpan], done: &mut Vec<TokenWithSpan>) {
    let (array, name) = match item {
        [array @ .., between, name] if keyword(between) == K::AS => (array, Some(name)),
        [.., last] if item.iter().all(|token| matches!(token.token, Token::Word(_) | Token::Period)) => {
            (item, Some(last))
        }
        _ => (item, None),
    };
    done.extend([word("CROSS"), word("JOIN"), word("arrayJoin"), sign(Token::LParen)]);
    done.extend_from_slice(array);
    done.push(sign(Token::RParen));
    if let Some(name) = name {
        done.extend([word("AS"), name.clone()]);
    }
}

/// Whether a list of arrays ends before a token.
fn ends(token: &TokenWithSpan) -> bool {
    token.token == Token::RParen
        || matches!(
            keyword(token),
            K::WHERE
                | K::PREWHERE
                | K::GROUP
                | K::HAVING
                | K::ORDER
                | K::LIMIT
                | K::UNION
                | K::EXCEPT
                | K::INTERSECT
                | K::WINDOW
                | K::QUALIFY
                | K::SETTINGS
                | K::FORMAT
                | K::JOIN
                | K::LEFT
                | K::RIGHT
                | K::INNER
                | K::FULL
                | K::CROSS
                | K::GLOBAL
                | K::ANY
                | K::ALL
                | K::ASOF
                | K::ARRAY
        )
}
