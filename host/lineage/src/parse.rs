//! From text to tokens, from tokens to statements, from a statement to its tree. Never knows what a tree means.

use sqlparser::ast::Statement;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use crate::grammar::Grammar;
use crate::{Reason, Span};

/// How many of the parser's own levels one level of the tokens may take. What the tokens do not tell of is refused, not
/// run without stack for it.
const CALLS: usize = 8;

/// From which depth on more stack is taken before a statement is parsed.
const SHALLOW: usize = 8;

/// In how many parentheses a table may stand: the parser tries each of them in two ways.
const TABLES: usize = 500;

/// Stack for each level of a deep statement; without optimisation frames are several times as large.
const PER_LEVEL: usize = if cfg!(debug_assertions) { 96 * 1024 } else { 16 * 1024 };

/// Tokens of the text, and what stopped the reading of it.
pub(crate) fn tokens(grammar: &Grammar, sql: &str) -> (Vec<TokenWithSpan>, Option<Reason>) {
    let mut tokens = Vec::with_capacity(sql.len() / 4);
    let result = Tokenizer::new(grammar, sql).tokenize_with_location_into_buf(&mut tokens);
    let reason = result.err().map(|error| {
        let (line, column) = (error.location.line, error.location.column);
        Reason { text: error.message, span: Some(Span { line, column, end_line: line, end_column: column }) }
    });
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    (tokens, reason)
}

/// How deep a tree of these tokens may become: parentheses, and operators that follow each other on one level.
pub(crate) fn depth(tokens: &[TokenWithSpan]) -> usize {
    let mut levels: Vec<usize> = vec![0];
    let (mut total, mut deepest) = (0_usize, 0_usize);
    for token in tokens {
        match &token.token {
            Token::LParen | Token::LBracket | Token::LBrace => {
                levels.push(1);
                total += 1;
            }
            Token::RParen | Token::RBracket | Token::RBrace if levels.len() > 1 => {
                total -= levels.pop().unwrap_or_default();
                // `a[1][2]` is a tree of its own for each bracket.
                if let (Token::RBracket, Some(level)) = (&token.token, levels.last_mut()) {
                    *level += 1;
                    total += 1;
                }
            }
            Token::Comma | Token::SemiColon => {
                if let Some(level) = levels.last_mut() {
                    total -= *level;
                    *level = 0;
                }
            }
            other if nests(other) => {
                if let Some(level) = levels.last_mut() {
                    *level += 1;
                }
                total += 1;
            }
            _ => {}
        }
        deepest = deepest.max(total);
    }
    deepest
}

/// Whether a token may make the tree one level deeper.
fn nests(token: &Token) -> bool {
    use sqlparser::keywords::Keyword as K;
    match token {
        Token::Word(word) => matches!(
            word.keyword,
            K::AND
                | K::OR
                | K::NOT
                | K::UNION
                | K::EXCEPT
                | K::INTERSECT
                | K::MINUS
                | K::CASE
                | K::SELECT
                | K::IS
                | K::LIKE
                | K::IN
                | K::BETWEEN
                | K::COLLATE
                | K::INTERVAL
                | K::EXPLAIN
                | K::AT
                | K::ELSE
                | K::PRIOR
                | K::IF
                | K::WHILE
                | K::BEGIN
                | K::PREPARE
                | K::DESCRIBE
                | K::DESC
                | K::WITH
                | K::INSERT
                | K::UPDATE
                | K::DELETE
                | K::MERGE
                | K::DECLARE
                | K::PROCEDURE
        ),
        Token::Number(..)
        | Token::SingleQuotedString(_)
        | Token::DoubleQuotedString(_)
        | Token::Placeholder(_)
        | Token::Char(_)
        | Token::Period
        | Token::LParen
        | Token::RParen
        | Token::Comma
        | Token::SemiColon
        | Token::EOF => false,
        _ => true,
    }
}

/// What parsing tokens gave.
pub(crate) struct Parsed {
    /// The statements that were understood.
    pub statements: Vec<Statement>,
    /// Why the rest was not, and the first token of it.
    pub failure: Option<(String, Option<TokenWithSpan>)>,
}

/// The longest run of parentheses that open after FROM or JOIN.
fn tables_in_parentheses(tokens: &[TokenWithSpan]) -> usize {
    use sqlparser::keywords::Keyword as K;
    let (mut longest, mut run, mut counts) = (0, 0, false);
    for token in tokens {
        match &token.token {
            Token::LParen => run += 1,
            Token::Word(word) => {
                longest = if counts { usize::max(longest, run) } else { longest };
                counts = matches!(word.keyword, K::FROM | K::JOIN);
                run = 0;
            }
            _ => (run, counts) = (0, false),
        }
    }
    if counts { usize::max(longest, run) } else { longest }
}

/// What comes of a statement that is too deep to be parsed.
pub(crate) fn too_deep(tokens: &[TokenWithSpan], limit: usize) -> Option<Parsed> {
    let depth = depth(tokens);
    let text = format!("nested {depth} levels deep, more than the limit of {limit}");
    if tables_in_parentheses(tokens) > TABLES {
        let text = format!("tables in more than {TABLES} parentheses");
        return Some(Parsed { statements: Vec::new(), failure: Some((text, tokens.first().cloned())) });
    }
    (depth > limit).then(|| Parsed { statements: Vec::new(), failure: Some((text, tokens.first().cloned())) })
}

/// Parses the tokens of one statement; where the dialect needs no semicolon, of several.
pub(crate) fn parse(grammar: &Grammar, tokens: Vec<TokenWithSpan>, limit: usize) -> Parsed {
    let depth = depth(&tokens).max(SHALLOW).min(limit);
    too_deep(&tokens, limit).unwrap_or_else(|| run(grammar, tokens, depth))
}

/// Calls with stack enough for a tree of a depth.
pub(crate) fn with_stack<T>(depth: usize, work: impl FnOnce() -> T) -> T {
    if depth < SHALLOW { work() } else { stacker::maybe_grow(depth * PER_LEVEL, depth * PER_LEVEL * 5 / 4, work) }
}

fn run(grammar: &Grammar, tokens: Vec<TokenWithSpan>, depth: usize) -> Parsed {
    let options = ParserOptions::new().with_trailing_commas(true);
    let mut parser = Parser::new(grammar)
        .with_options(options)
        .with_recursion_limit(depth.saturating_mul(CALLS))
        .with_tokens_with_locations(tokens);
    let mut statements = Vec::new();
    loop {
        while parser.consume_token(&Token::SemiColon) {}
        if parser.peek_token_ref().token == Token::EOF {
            return Parsed { statements, failure: None };
        }
        let before = parser.get_current_index();
        match parser.parse_statement() {
            Ok(statement) => statements.push(statement),
            Err(error) => {
                let at = parser.peek_token_ref().clone();
                let text = without_texts(message(grammar, &error), &parser);
                return Parsed { statements, failure: Some((text, Some(at))) };
            }
        }
        let stuck = parser.get_current_index() == before;
        let next = parser.peek_token_ref().clone();
        let ended = matches!(next.token, Token::EOF | Token::SemiColon);
        if !ended && (stuck || !grammar.dialect().needs_no_semicolon()) {
            let text = without_texts(format!("expected the end of the statement, found {}", next.token), &parser);
            return Parsed { statements, failure: Some((text, Some(next))) };
        }
    }
}

fn message(grammar: &Grammar, error: &ParserError) -> String {
    match error {
        ParserError::ParserError(text) | ParserError::TokenizerError(text) => text.clone(),
        ParserError::RecursionLimitExceeded if grammar.left() == 0 => "the budget of steps is spent".to_owned(),
        ParserError::RecursionLimitExceeded => "nested too deep".to_owned(),
    }
}

/// A message without the literal at which the parser stopped: it may be a password.
fn without_texts(message: String, parser: &Parser) -> String {
    let near = [parser.get_current_token(), parser.peek_token_ref(), parser.get_previous_token()];
    let texts = near.into_iter().filter(|token| is_text(&token.token));
    texts.fold(message, |message, token| message.replace(&token.token.to_string(), "a text"))
}

fn is_text(token: &Token) -> bool {
    !matches!(token, Token::Word(_) | Token::Number(..) | Token::EOF | Token::Whitespace(_))
        && token.to_string().len() > 3
}

/// The part of the text that tokens cover. They may stand in another order than in the text, or nowhere in it.
pub(crate) fn span(tokens: &[TokenWithSpan]) -> Span {
    let written = || tokens.iter().map(|token| token.span).filter(|span| span.start.line > 0);
    let first = written().map(|span| span.start).min();
    let last = written().map(|span| span.end).max();
    let (Some(first), Some(last)) = (first, last) else { return Span::default() };
    Span { line: first.line, column: first.column, end_line: last.line, end_column: last.column }
}
