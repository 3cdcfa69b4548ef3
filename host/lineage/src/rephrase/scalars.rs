//! `WITH expression AS name`: brought to the form of a named query that the resolver knows again.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::sign;
use crate::loosen::word;
use crate::rewrite::items;
use crate::split::keyword;

/// The name of the only column of a named query that stands for an expression. No engine takes such a name.
pub(crate) const SCALAR: &str = "\u{0}scalar";

/// How many lists are looked at: each look goes through what follows.
const MOST: usize = 500;

/// Puts each named expression in other words.
pub(crate) fn scalars(tokens: &mut Vec<TokenWithSpan>) {
    let lists: Vec<usize> = (0..tokens.len()).filter(|at| keyword(&tokens[*at]) == K::WITH).take(MOST).collect();
    // From the end on: one may stand within another.
    for at in lists.into_iter().rev() {
        let Some(end) = end_of_list(tokens, at + 1) else { continue };
        if let Some(list) = rewritten(&tokens[at + 1..end]) {
            tokens.splice(at + 1..end, list);
        }
    }
}

/// Where the query begins that a WITH list belongs to.
fn end_of_list(tokens: &[TokenWithSpan], from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.token {
            Token::LParen | Token::LBracket | Token::LBrace => depth += 1,
            Token::RParen | Token::RBracket | Token::RBrace => depth = depth.checked_sub(1)?,
            _ if depth == 0 && matches!(keyword(token), K::SELECT | K::INSERT) => return Some(at),
            _ => {}
        }
    }
    None
}

/// The list with each expression as a named query; none where it has no expression.
fn rewritten(list: &[TokenWithSpan]) -> Option<Vec<TokenWithSpan>> {
    let mut whole = vec![sign(Token::LParen)];
    whole.extend_from_slice(list);
    whole.push(sign(Token::RParen));
    let (mut found, mut changed) = (Vec::new(), false);
    for item in items(&whole, 0)? {
        if !found.is_empty() {
            found.push(sign(Token::Comma));
        }
        match item {
            [expr @ .., between, name]
                if keyword(between) == K::AS && !expr.is_empty() && matches!(name.token, Token::Word(_)) =>
            {
                changed = true;
                found.extend([name.clone(), word("AS"), sign(Token::LParen), word("SELECT")]);
                found.extend_from_slice(expr);
                let marker = sign(Token::make_word(SCALAR, Some('"')));
                found.extend([word("AS"), marker, sign(Token::RParen)]);
            }
            other => found.extend_from_slice(other),
        }
    }
    changed.then_some(found)
}
