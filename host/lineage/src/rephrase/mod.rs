//! Statements that move rows without saying INSERT, in the words of INSERT: loads from files, writing to files, partitions
//! that change tables; what only wraps a query; and what else only one dialect says. Works on tokens alone, and drops what says nothing of rows.

mod arrays;
mod exchanges;
mod loads;
mod models;
mod pivots;
mod routines;
mod scalars;
mod unloads;

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Span, Token, TokenWithSpan};

use crate::grammar::Grammar;
use crate::loosen::word;
use crate::rewrite::{closing, rewrite};
use crate::split::{is_word, keyword};
use crate::{Dialect, StatementKind};

pub(crate) use arrays::array_joins;
pub(crate) use models::model;
pub(crate) use pivots::pivots;
pub(crate) use scalars::{SCALAR, scalars};

/// What a name begins with that stands for files. No engine takes such a name.
pub(crate) const FILES: &str = "\u{0}files:";

/// A statement in other words, and what kind it is in truth.
pub(crate) type Rephrased = (Vec<TokenWithSpan>, StatementKind);

/// The statement in other words, where it is one of those that need them.
pub(crate) fn rephrase(tokens: &[TokenWithSpan], grammar: &Grammar) -> Option<Rephrased> {
    let dialect = grammar.dialect();
    match keyword(tokens.first()?) {
        K::COPY | K::LOAD | K::UNLOAD | K::EXPORT | K::INSERT => files(tokens, grammar),
        K::SELECT | K::WITH => Some((unloads::outfile(tokens)?, StatementKind::Copy)),
        K::CREATE if tokens.iter().take(4).any(|token| is_word(token, "PIPE")) => {
            let copy = tokens.iter().position(|token| keyword(token) == K::COPY)?;
            files(&tokens[copy..], grammar)
        }
        K::CREATE => {
            routines::made(tokens).or_else(|| Some((models::with_models(tokens)?, StatementKind::CreateTable)))
        }
        K::DECLARE => routines::cursor(tokens),
        K::RENAME => routines::rename(tokens),
        K::ALTER => Some((exchanges::partition(tokens)?, StatementKind::Alter)),
        _ if dialect == Dialect::ClickHouse && is_word(&tokens[0], "EXCHANGE") => {
            Some((exchanges::tables(tokens)?, StatementKind::Rename))
        }
        _ if is_word(&tokens[0], "BULK") || is_word(&tokens[0], "IMPORT") => files(tokens, grammar),
        _ => None,
    }
}

/// How soon an INSERT says that it reads or writes files.
const SOON: usize = 200;

fn files(tokens: &[TokenWithSpan], grammar: &Grammar) -> Option<Rephrased> {
    let files = |token| is_word(token, "INFILE") || is_word(token, "DIRECTORY");
    if keyword(&tokens[0]) == K::INSERT && !tokens.iter().take(SOON).any(files) {
        return None;
    }
    let tokens = rewrite(tokens, grammar.dialect());
    let told = loads::load(&tokens, grammar.dialect()).or_else(|| unloads::unload(&tokens, grammar))?;
    Some((told, StatementKind::Copy))
}

/// Tokens from one place on, read as a statement goes.
struct Reader<'t> {
    tokens: &'t [TokenWithSpan],
    at: usize,
}

impl<'t> Reader<'t> {
    fn new(tokens: &'t [TokenWithSpan]) -> Self {
        Self { tokens, at: 0 }
    }

    fn peek(&self) -> Option<&'t TokenWithSpan> {
        self.tokens.get(self.at)
    }

    fn is(&self, text: &str) -> bool {
        self.peek().is_some_and(|token| is_word(token, text))
    }

    /// Takes a word if it is there.
    fn take(&mut self, text: &str) -> bool {
        let there = self.is(text);
        self.at += usize::from(there);
        there
    }

    /// Takes some words in their order if all of them are there.
    fn take_all(&mut self, words: &[&str]) -> bool {
        let rest = self.tokens.get(self.at..).unwrap_or_default();
        let there = words.len() <= rest.len() && words.iter().zip(rest).all(|(text, token)| is_word(token, text));
        self.at += if there { words.len() } else { 0 };
        there
    }

    /// Goes on to a word outside of parentheses; stays where there is none.
    fn seek(&mut self, texts: &[&str]) -> bool {
        let mut depth = 0_usize;
        for at in self.at..self.tokens.len() {
            match self.tokens[at].token {
                Token::LParen => depth += 1,
                Token::RParen => depth = depth.saturating_sub(1),
                _ if depth == 0 && texts.iter().any(|text| is_word(&self.tokens[at], text)) => {
                    self.at = at;
                    return true;
                }
                _ => {}
            }
        }
        false
    }

    /// A dotted name.
    fn name(&mut self) -> Option<&'t [TokenWithSpan]> {
        let start = self.at;
        let mut at = start;
        while matches!(self.tokens.get(at)?.token, Token::Word(_)) {
            at += 1;
            if self.tokens.get(at).is_none_or(|token| token.token != Token::Period) {
                self.at = at;
                return Some(&self.tokens[start..at]);
            }
            at += 1;
        }
        None
    }

    /// A list in parentheses, with them.
    fn group(&mut self) -> Option<&'t [TokenWithSpan]> {
        let end = closing(self.tokens, self.at)?;
        let group = &self.tokens[self.at..=end];
        self.at = end + 1;
        Some(group)
    }

    /// The address of files: a text, or a stage.
    fn address(&mut self) -> Option<TokenWithSpan> {
        let files = place(self.peek()?)?;
        self.at += 1;
        Some(files)
    }

    fn rest(&self) -> &'t [TokenWithSpan] {
        self.tokens.get(self.at..).unwrap_or_default()
    }
}

/// The name that stands for files at an address.
fn place(token: &TokenWithSpan) -> Option<TokenWithSpan> {
    let address = match &token.token {
        Token::SingleQuotedString(text)
        | Token::DoubleQuotedString(text)
        | Token::NationalStringLiteral(text)
        | Token::SingleQuotedRawStringLiteral(text)
        | Token::DoubleQuotedRawStringLiteral(text)
        | Token::EscapedStringLiteral(text) => text.as_str(),
        Token::Word(stage) if stage.value.starts_with(['@', '\u{0}']) => stage.value.as_str(),
        _ => return None,
    };
    let address = address.strip_prefix(crate::rewrite::STAGE).unwrap_or(address);
    let address = address.strip_prefix(FILES).unwrap_or(address);
    Some(spanned(Token::make_word(&format!("{FILES}{address}"), Some('"')), token.span))
}

fn spanned(token: Token, span: Span) -> TokenWithSpan {
    TokenWithSpan::new(token, span)
}

fn sign(token: Token) -> TokenWithSpan {
    TokenWithSpan::wrap(token)
}

/// `INSERT INTO target (columns) query`.
fn insert(target: &[TokenWithSpan], columns: &[TokenWithSpan], query: Vec<TokenWithSpan>) -> Vec<TokenWithSpan> {
    let mut told = vec![word("INSERT"), word("INTO")];
    told.extend_from_slice(target);
    told.extend_from_slice(columns);
    told.extend(query);
    told
}

/// `SELECT * FROM table`.
fn all_of(table: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut query = vec![word("SELECT"), sign(Token::Mul), word("FROM")];
    query.extend_from_slice(table);
    query
}
