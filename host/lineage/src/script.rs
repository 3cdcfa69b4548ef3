//! A whole text: each statement on its own, and what flows through all of them from end to end.

use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::fold::Fold;
use crate::grammar::Grammar;
use crate::resolve::{Env, Resolver};
use crate::statement::Effect;
use crate::{
    Analysis, Dialect, Reason, Request, Span, Statement, StatementKind, Verdict, fallback, fingerprint, loosen, parse,
    rephrase, rewrite, split,
};

/// Dialects whose grammars are tried on what a dialect's own does not know.
const OTHERS: [Dialect; 5] =
    [Dialect::Ansi, Dialect::Snowflake, Dialect::Databricks, Dialect::Postgres, Dialect::MySql];

/// The first words of what only steers a procedure.
const FLOW: [&str; 14] = [
    "IF",
    "ELSE",
    "WHILE",
    "GOTO",
    "RETURN",
    "RAISERROR",
    "THROW",
    "WAITFOR",
    "OPEN",
    "CLOSE",
    "FETCH",
    "BREAK",
    "CONTINUE",
    "EXEC",
];

/// Up to which depth a statement that fails is tried in other words: deep ones cost most where they fail.
const RETRIED: usize = 400;

/// How deep blocks in quotes are opened.
const NESTING: usize = 3;

/// Reads a text and tells where its data comes from and where it goes.
pub fn analyse(request: &Request) -> Analysis {
    let grammar = Grammar::new(request.dialect, request.limits.steps);
    let (tokens, stopped) = parse::tokens(&grammar, request.sql);
    let depth = parse::depth(&tokens).min(request.limits.depth);
    parse::with_stack(depth, || Script::new(request, &grammar).run(tokens, stopped))
}

/// The analysis of a text while it goes on.
struct Script<'r> {
    request: &'r Request<'r>,
    grammar: &'r Grammar,
    resolver: Resolver<'r>,
    fold: Fold,
    statements: Vec<Statement>,
    /// How many blocks in quotes are open.
    nesting: usize,
}

impl<'r> Script<'r> {
    fn new(request: &'r Request<'r>, grammar: &'r Grammar) -> Self {
        Self {
            request,
            grammar,
            resolver: Resolver::new(request),
            fold: Fold::default(),
            statements: Vec::new(),
            nesting: 0,
        }
    }

    fn run(mut self, tokens: Vec<TokenWithSpan>, stopped: Option<Reason>) -> Analysis {
        let mut pieces = split::split(tokens, self.request.dialect);
        let tail = stopped.is_some().then(|| pieces.pop()).flatten();
        for piece in pieces {
            self.piece(&piece);
        }
        if let Some(reason) = stopped {
            let tail = tail.unwrap_or_default();
            self.unread(&tail, parse::span(&tail), reason);
        }
        self.finish()
    }

    /// The statements of `DO $$ … $$` and `EXECUTE IMMEDIATE '…'`, where the piece is one.
    fn quoted_block(&self, piece: &[TokenWithSpan]) -> Option<Vec<Vec<TokenWithSpan>>> {
        let first = piece.first()?;
        let language = piece.iter().position(|token| split::is_word(token, "LANGUAGE"));
        let spoken = language.and_then(|at| piece.get(at + 1));
        let foreign = spoken.is_some_and(|token| !["SQL", "PLPGSQL"].iter().any(|name| split::is_word(token, name)));
        let runs = ["DO", "EXECUTE", "EXEC"].iter().any(|word| split::is_word(first, word));
        let block = runs || split::makes_routine(piece);
        if !block || foreign {
            return None;
        }
        let second = piece.get(1).filter(|_| !split::is_word(first, "DO"));
        let runs =
            second.is_some_and(|word| ["IMMEDIATE", "SP_EXECUTESQL"].iter().any(|name| split::is_word(word, name)));
        let text = piece.iter().find_map(|token| match &token.token {
            Token::DollarQuotedString(quoted) => Some(quoted.value.as_str()),
            Token::SingleQuotedString(text)
            | Token::DoubleQuotedString(text)
            | Token::TripleDoubleQuotedString(text)
            | Token::TripleSingleQuotedString(text)
            | Token::NationalStringLiteral(text)
                if runs =>
            {
                Some(text.as_str())
            }
            _ => None,
        })?;
        // The places in the text are those of the block, not of the whole: only the statements matter.
        let (tokens, _) = parse::tokens(self.grammar, text);
        Some(split::block(tokens, self.request.dialect))
    }

    /// One statement.
    fn piece(&mut self, piece: &[TokenWithSpan]) {
        if self.nesting < NESTING
            && let Some(block) = self.quoted_block(piece)
        {
            self.nesting += 1;
            self.resolver.in_block = true;
            for inner in block {
                self.piece(&inner);
            }
            self.nesting -= 1;
            self.resolver.in_block = self.nesting > 0;
            return;
        }
        let whole = parse::span(piece);
        let told = rephrase::rephrase(piece, self.grammar);
        let (piece, kind) = match &told {
            Some((tokens, kind)) => (tokens.as_slice(), Some(*kind)),
            None => (piece, None),
        };
        let parsed = self.parsed(piece);
        if parsed.failure.is_some() && moves_nothing(piece) {
            self.effect(Effect::nothing(StatementKind::Other), whole);
            return;
        }
        let understood = !parsed.statements.is_empty();
        let half = understood && parsed.failure.is_some() && !self.request.dialect.needs_no_semicolon();
        for statement in &parsed.statements {
            for mut effect in self.resolver.effects(statement, &Env::default()) {
                if half || self.resolver.left == 0 {
                    self.complete(&mut effect, piece);
                }
                effect.kind = kind.unwrap_or(effect.kind);
                self.effect(effect, whole);
            }
        }
        if let Some((text, at)) = parsed.failure {
            let span = at.map(|token| parse::span(&[token])).filter(|span| span.line > 0);
            let reason = Reason { text, span: span.or(Some(whole)) };
            if understood {
                self.blame(reason);
            } else {
                self.unread(piece, whole, reason);
            }
        }
    }

    /// The tree of a statement: as the dialect writes it, with a simpler head, or as another dialect writes it.
    fn parsed(&self, piece: &[TokenWithSpan]) -> parse::Parsed {
        let limit = self.request.limits.depth;
        if let Some(failure) = parse::too_deep(piece, limit) {
            return failure;
        }
        let first = parse::parse(self.grammar, rewrite::rewrite(piece, self.request.dialect), limit);
        let several = self.request.dialect.needs_no_semicolon() && !first.statements.is_empty();
        let deep = parse::depth(piece) > RETRIED;
        if first.failure.is_none() || several || deep || self.grammar.left() == 0 {
            return first;
        }
        let loose = loosen::loosen(&rewrite::rewrite(piece, self.request.dialect));
        let simple = rewrite::header(&loose).or_else(|| rephrase::model(&loose)).or_else(|| rewrite::shell(&loose));
        for dialect in core::iter::once(self.request.dialect).chain(OTHERS) {
            let grammar = self.grammar.like(dialect);
            for tokens in [Some(&loose), simple.as_ref()].into_iter().flatten() {
                let next = parse::parse(&grammar, tokens.clone(), limit);
                if next.failure.is_none() && !next.statements.is_empty() {
                    return next;
                }
            }
        }
        first
    }

    fn effect(&mut self, mut effect: Effect, span: Span) {
        if self.resolver.left == 0 {
            effect.reasons.push("the budget of steps is spent".to_owned());
        }
        let alone = self.fold.take(&mut self.resolver, &effect);
        let outputs = effect.outputs.iter().map(|table| self.resolver.table_name(*table).clone()).collect();
        let reasons: Vec<Reason> =
            effect.reasons.iter().map(|text| Reason { text: text.clone(), span: Some(span) }).collect();
        let verdict = if reasons.is_empty() { Verdict::Full } else { Verdict::Partial };
        self.statements.push(Statement {
            kind: effect.kind,
            span,
            inputs: alone.inputs,
            outputs,
            stones: alone.stones,
            columns: alone.columns,
            influences: alone.influences,
            temporary: alone.temporary,
            verdict,
            reasons,
        });
    }

    /// Adds the tables that the words of a statement name where its tree does not cover all of it.
    fn complete(&mut self, effect: &mut Effect, tokens: &[TokenWithSpan]) {
        let found = fallback::tables(&mut self.resolver, tokens);
        let more = found.inputs.into_iter().filter(|table| !found.outputs.contains(table));
        effect.inputs.extend(more);
        effect.inputs.sort_unstable();
        effect.inputs.dedup();
    }

    /// A statement that could not be parsed: its tables, as far as its tokens tell.
    fn unread(&mut self, tokens: &[TokenWithSpan], span: Span, reason: Reason) {
        let mut found = fallback::tables(&mut self.resolver, tokens);
        if found.inputs.is_empty() && tokens.first().is_some_and(|first| split::is_word(first, "ALTER")) {
            found.kind = StatementKind::Alter;
            self.effect(found, span);
            return;
        }
        let nothing = found.inputs.is_empty() && found.outputs.is_empty();
        let steers = tokens.first().is_some_and(|first| FLOW.iter().any(|word| split::is_word(first, word)));
        if nothing && steers {
            self.effect(Effect::nothing(StatementKind::Other), span);
            return;
        }
        self.effect(found, span);
        self.blame(reason);
        if let Some(last) = self.statements.last_mut() {
            last.verdict = if nothing { Verdict::None } else { Verdict::Partial };
        }
    }

    /// Notes a reason at the latest statement.
    fn blame(&mut self, reason: Reason) {
        if let Some(last) = self.statements.last_mut() {
            last.verdict = last.verdict.max(Verdict::Partial);
            last.reasons.push(reason);
        }
    }

    fn finish(mut self) -> Analysis {
        let ends = self.fold.finish(&mut self.resolver);
        let reasons: Vec<Reason> = self.statements.iter().flat_map(|statement| statement.reasons.clone()).collect();
        let all_lost = self.statements.iter().all(|statement| statement.verdict == Verdict::None);
        let verdict = match (reasons.is_empty(), all_lost) {
            (true, _) => Verdict::Full,
            (false, true) => Verdict::None,
            (false, false) => Verdict::Partial,
        };
        let budget = self.request.limits.steps;
        let steps = (budget - self.resolver.left.min(budget)) + (budget - self.grammar.left().min(budget));
        Analysis {
            statements: self.statements,
            inputs: ends.inputs,
            outputs: ends.outputs,
            columns: ends.columns,
            influences: ends.influences,
            verdict,
            reasons,
            steps,
        }
    }
}

/// Whether a statement that could not be parsed is of a kind that never moves data.
fn moves_nothing(tokens: &[TokenWithSpan]) -> bool {
    tokens.first().is_some_and(|first| fingerprint::STEERING.iter().any(|word| split::is_word(first, word)))
}
