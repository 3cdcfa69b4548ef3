//! Cuts a script into its statements, and the bodies of procedures into theirs. Works on tokens alone.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::Dialect;

/// The statements of a script, without those parts of procedures that only steer.
pub(crate) fn split(tokens: Vec<TokenWithSpan>, dialect: Dialect) -> Vec<Vec<TokenWithSpan>> {
    pieces(tokens, dialect, false)
}

/// The statements in the body of a procedure.
pub(crate) fn block(tokens: Vec<TokenWithSpan>, dialect: Dialect) -> Vec<Vec<TokenWithSpan>> {
    pieces(tokens, dialect, true)
}

fn pieces(tokens: Vec<TokenWithSpan>, dialect: Dialect, mut procedural: bool) -> Vec<Vec<TokenWithSpan>> {
    let mut pieces = Vec::new();
    let mut piece = Piece::default();
    let mut tokens = tokens.into_iter().peekable();
    let lax = dialect.needs_no_semicolon();
    while let Some(token) = tokens.next() {
        let ends = token.token == Token::SemiColon && piece.depth == 0;
        if ends || (lax && piece.ends_before(&token, tokens.peek())) {
            piece.finish(lax, &mut procedural, &mut pieces);
        }
        if !ends {
            piece.push(token);
        }
    }
    piece.finish(lax, &mut procedural, &mut pieces);
    pieces
}

/// Tokens of a statement that is not complete yet.
#[derive(Default)]
struct Piece {
    tokens: Vec<TokenWithSpan>,
    depth: usize,
    /// How many CASE have no END yet.
    cases: usize,
    queried: bool,
}

impl Piece {
    fn push(&mut self, token: TokenWithSpan) {
        match token.token {
            Token::LParen => self.depth += 1,
            Token::RParen => self.depth = self.depth.saturating_sub(1),
            _ if self.depth > 0 => {}
            _ => match keyword(&token) {
                K::SELECT | K::VALUES => self.queried = true,
                K::CASE => self.cases += 1,
                K::END => self.cases = self.cases.saturating_sub(1),
                _ => {}
            },
        }
        self.tokens.push(token);
    }

    /// Whether a token begins the next statement although no semicolon ended this one.
    fn ends_before(&self, token: &TokenWithSpan, next: Option<&TokenWithSpan>) -> bool {
        let (Some(first), Some(last)) = (self.tokens.first(), self.tokens.last()) else { return false };
        let new_line = token.span.start.line > last.span.end.line;
        if self.depth > 0 || self.cases > 0 {
            return false;
        }
        let (first, last) = (keyword(first), keyword(last));
        // Blocks may end on the line where they began.
        let blocks =
            keyword(token) == K::END || (first == K::END && (keyword(token) == K::BEGIN || begins(keyword(token))));
        if !new_line {
            return blocks;
        }
        match keyword(token) {
            K::SELECT => {
                let continues = matches!(last, K::UNION | K::ALL | K::EXCEPT | K::INTERSECT | K::AS | K::FOR);
                let inserts = matches!(first, K::INSERT | K::WITH | K::CREATE | K::MERGE | K::ALTER);
                !continues && (self.queried || !inserts)
            }
            K::INSERT | K::UPDATE | K::DELETE => {
                let begins = first == K::WITH && !self.queried;
                !begins && !matches!(last, K::THEN | K::ON | K::FOR | K::AS)
            }
            K::MERGE | K::TRUNCATE | K::DROP | K::CREATE | K::ALTER | K::DECLARE | K::EXEC | K::EXECUTE | K::PRINT => {
                let begins = first == K::WITH && !self.queried;
                !begins && !matches!(last, K::THEN | K::AS) && !alters(first, keyword(token))
            }
            K::WITH => {
                let names = next.is_some_and(|next| matches!(next.token, Token::Word(_)));
                names && (self.queried || first != K::INSERT) && first != K::CREATE && last != K::AS
            }
            K::SET => !matches!(first, K::UPDATE | K::MERGE | K::WITH | K::ALTER | K::INSERT),
            K::IF => !matches!(
                last,
                K::TABLE | K::VIEW | K::PROCEDURE | K::FUNCTION | K::SCHEMA | K::INDEX | K::ELSE | K::AS
            ),
            K::BEGIN | K::END | K::ELSE | K::WHILE | K::RETURN => true,
            _ => is_word(token, "GO") || is_word(token, "BULK"),
        }
    }

    fn finish(&mut self, lax: bool, procedural: &mut bool, pieces: &mut Vec<Vec<TokenWithSpan>>) {
        let whole = core::mem::take(self).tokens;
        let quoted = whole.iter().any(|token| matches!(token.token, Token::DollarQuotedString(_)));
        let routine = makes_routine(&whole) && !quoted;
        *procedural |= routine || whole.first().is_some_and(|first| keyword(first) == K::BEGIN && whole.len() > 2);
        let steering = lax && steers(&whole);
        let tokens = if *procedural || steering { body(&whole, routine) } else { &whole };
        *procedural &= !tokens.first().is_some_and(|first| is_word(first, "GO"));
        let tokens = if tokens.first().is_some_and(|first| is_word(first, "GO")) { &tokens[1..] } else { tokens };
        let noise = tokens.first().is_none_or(|first| matches!(first.token, Token::Div));
        if !noise {
            match from_first(tokens) {
                Some(inserts) => pieces.extend(inserts),
                None if tokens.len() == whole.len() => pieces.push(whole),
                None => pieces.push(tokens.to_vec()),
            }
        }
    }
}

/// Whether all of a statement steers what follows it on the next lines.
fn steers(tokens: &[TokenWithSpan]) -> bool {
    let first = tokens.first().map_or(K::NoKeyword, keyword);
    let begins =
        first == K::BEGIN && !tokens.get(1).is_some_and(|next| is_word(next, "TRAN") || is_word(next, "TRANSACTION"));
    let alone = tokens.len() == 1 || !tokens.iter().any(|token| keyword(token) == K::END);
    alone && (begins || matches!(first, K::IF | K::WHILE | K::ELSE | K::END | K::RETURN))
}

/// `ALTER TABLE t` with `DROP COLUMN` or `ALTER COLUMN` on the next line is one statement.
fn alters(first: K, next: K) -> bool {
    first == K::ALTER && matches!(next, K::DROP | K::ALTER)
}

/// The keyword of a token.
pub(crate) fn keyword(token: &TokenWithSpan) -> K {
    match &token.token {
        Token::Word(word) => word.keyword,
        _ => K::NoKeyword,
    }
}

/// Whether a token is a word without quotes.
pub(crate) fn is_word(token: &TokenWithSpan, text: &str) -> bool {
    matches!(&token.token, Token::Word(word) if word.quote_style.is_none() && word.value.eq_ignore_ascii_case(text))
}

/// Whether a statement makes a procedure.
pub(crate) fn makes_routine(tokens: &[TokenWithSpan]) -> bool {
    let head = tokens.iter().take(5);
    tokens.first().is_some_and(|first| matches!(keyword(first), K::CREATE | K::ALTER))
        && head.clone().any(|token| ["PROCEDURE", "PROC", "TASK"].iter().any(|word| is_word(token, word)))
        && !head.take(2).any(|token| keyword(token) == K::TABLE)
}

/// What is left of a part of a procedure when all that steers is taken away.
fn body(tokens: &[TokenWithSpan], routine: bool) -> &[TokenWithSpan] {
    let mut rest = tokens;
    if routine {
        let at = rest.iter().position(|token| matches!(keyword(token), K::BEGIN | K::AS | K::IS));
        rest = at.map_or(&[], |at| &rest[at + 1..]);
    }
    while let Some(first) = rest.first() {
        rest = match keyword(first) {
            K::BEGIN | K::ELSE | K::THEN | K::DO | K::EXCEPTION | K::AS | K::IS => &rest[1..],
            K::IF | K::ELSEIF | K::WHILE | K::FOR | K::WHEN => after_condition(rest),
            K::END | K::RAISE | K::RETURN | K::DECLARE => &[],
            _ if is_word(first, "ELSIF") => after_condition(rest),
            _ if ["LOOP", "TRY", "CATCH"].iter().any(|word| is_word(first, word)) => &rest[1..],
            _ if begins(keyword(first)) || is_word(first, "BULK") => break,
            // An assignment or a call: nothing that moves rows.
            _ => &[],
        };
    }
    rest
}

/// Whether a keyword begins a statement that moves rows.
fn begins(keyword: K) -> bool {
    matches!(
        keyword,
        K::INSERT
            | K::UPDATE
            | K::DELETE
            | K::MERGE
            | K::SELECT
            | K::WITH
            | K::CREATE
            | K::TRUNCATE
            | K::DROP
            | K::ALTER
            | K::COPY
            | K::REPLACE
            | K::LOAD
            | K::UNLOAD
    )
}

/// What follows the condition of an IF or a loop.
fn after_condition(tokens: &[TokenWithSpan]) -> &[TokenWithSpan] {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(1) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            _ if matches!(keyword(token), K::THEN | K::DO | K::BEGIN) || is_word(token, "LOOP") => {
                return &tokens[at + 1..];
            }
            _ if begins(keyword(token)) => return &tokens[at..],
            _ => {}
        }
    }
    &[]
}

/// `FROM t INSERT … SELECT … INSERT … SELECT …`: one statement for each INSERT.
fn from_first(tokens: &[TokenWithSpan]) -> Option<Vec<Vec<TokenWithSpan>>> {
    let from = at_top(tokens, 0, &[K::FROM])?;
    let first = at_top(tokens, from, &[K::INSERT])?;
    let before = &tokens[..from];
    let with = before.is_empty() || keyword(&before[0]) == K::WITH;
    if !with || at_top(tokens, 0, &[K::SELECT, K::INSERT]) != Some(first) {
        return None;
    }
    let source = &tokens[from..first];
    let mut statements = Vec::new();
    let mut at = first;
    while at < tokens.len() {
        let end = at_top(tokens, at + 1, &[K::INSERT]).unwrap_or(tokens.len());
        let insert = &tokens[at..end];
        let clauses = [K::WHERE, K::GROUP, K::HAVING, K::ORDER, K::SORT, K::CLUSTER, K::DISTRIBUTE, K::LIMIT];
        let place = at_top(insert, 0, &clauses).unwrap_or(insert.len());
        let mut statement = before.to_vec();
        statement.extend_from_slice(&insert[..place]);
        statement.extend_from_slice(source);
        statement.extend_from_slice(&insert[place..]);
        statements.push(statement);
        at = end;
    }
    Some(statements)
}

/// Where one of these keywords is, outside of parentheses.
fn at_top(tokens: &[TokenWithSpan], from: usize, keywords: &[K]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ if depth == 0 && keywords.contains(&keyword(token)) => return Some(at),
            _ => {}
        }
    }
    None
}
