//! What is taken out of a statement, or put in other words, when the parser did not understand it as it was written.
//! Works on tokens alone; each rewriting keeps all names of tables and columns that matter for lineage.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::idioms::idiom;
use crate::rewrite::closing;
use crate::split::{is_word, keyword};

/// The tokens of a statement in words that the parser knows.
pub(crate) fn loosen(tokens: &[TokenWithSpan]) -> Vec<TokenWithSpan> {
    let mut tokens = tokens.to_vec();
    crate::templates::fill(&mut tokens);
    head(&mut tokens);
    let mut done = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let (skip, put) = step(&tokens, at);
        if skip == 0 {
            done.push(tokens[at].clone());
            at += 1;
        } else {
            done.extend(put);
            at += skip;
        }
    }
    crate::rows::patterns(&mut done);
    crate::rows::json_tables(&mut done);
    done
}

/// Within how many tokens a statement says what it does.
const HEAD: usize = 200;

/// A word as a token.
pub(crate) fn word(text: &str) -> TokenWithSpan {
    TokenWithSpan::wrap(Token::make_keyword(text))
}

/// How many tokens to leave out here, and what to put in their place.
fn step(tokens: &[TokenWithSpan], at: usize) -> (usize, Vec<TokenWithSpan>) {
    let here = Here { tokens, at };
    for dropped in [here.ending(), here.sample(), here.join(), here.insert()] {
        if dropped > 0 {
            return (dropped, Vec::new());
        }
    }
    let rewritten = here.in_other_words().or_else(|| compared(tokens, at)).or_else(|| idiom(tokens, at));
    rewritten.unwrap_or_else(|| match here.word(0) {
        K::VALUES if !here.opens(1) && here.word(1) != K::ROW => wrapped(tokens, at),
        K::TABLE if here.opens(1) => argument(tokens, at),
        _ => fields(tokens, at),
    })
}

/// The tokens from one place on.
struct Here<'t> {
    tokens: &'t [TokenWithSpan],
    at: usize,
}

impl Here<'_> {
    fn word(&self, offset: usize) -> K {
        self.tokens.get(self.at + offset).map_or(K::NoKeyword, keyword)
    }

    fn named(&self, offset: usize, text: &str) -> bool {
        self.tokens.get(self.at + offset).is_some_and(|token| is_word(token, text))
    }

    fn opens(&self, offset: usize) -> bool {
        self.tokens.get(self.at + offset).is_some_and(|token| token.token == Token::LParen)
    }

    /// How many tokens there are to the end of the parentheses that open here.
    fn group(&self, offset: usize) -> usize {
        closing(self.tokens, self.at + offset).map_or(0, |end| end + 1 - self.at)
    }

    /// Clauses after a query or a path that say nothing of columns; as a number of tokens.
    fn ending(&self) -> usize {
        match (self.word(0), self.word(1)) {
            (K::WITH, K::DATA) => 2,
            (K::WITH, K::FUNCTION | K::SESSION) => to_own_query(&self.tokens[self.at..]),
            (K::WITH, K::NO) if self.word(2) == K::DATA => 3,
            (K::WITH, K::NO) if self.word(2) == K::SCHEMA => 4,
            (K::WITH | K::WITHOUT, _) => {
                (1..5).find(|offset| self.named(*offset, "WRAPPER")).map_or(0, |last| last + 1)
            }
            (K::ON, _) if self.named(1, "CLUSTER") && is_name(self.tokens.get(self.at + 2)) => 3,
            (K::ON, K::COMMIT) => 2 + usize::from(self.word(2) == K::DROP) + 2 * usize::from(self.word(3) == K::ROWS),
            (K::LOCK, K::IN) => 4,
            (K::INTO, _) if self.named(1, "OUTFILE") || self.named(1, "DUMPFILE") => 3,
            _ => 0,
        }
    }

    /// Which rows or which version of a table are read; as a number of tokens.
    fn sample(&self) -> usize {
        match self.word(0) {
            K::FOR if self.word(2) == K::AS && matches!(self.word(1), K::VERSION | K::TIMESTAMP | K::SYSTEM_TIME) => {
                4 + moment(self.tokens.get(self.at + 4..).unwrap_or_default())
            }
            K::TABLESAMPLE if self.opens(2) => self.group(2),
            K::TABLESAMPLE | K::SAMPLE if self.opens(1) => self.group(1),
            K::PARTITION if self.opens(1) && self.at > 0 && !is_insert(self.tokens) => self.group(1),
            _ => 0,
        }
    }

    /// Kinds of joins and of comparing that the parser does not know; as a number of tokens.
    fn join(&self) -> usize {
        let next = self.word(1);
        let modified = match self.word(0) {
            K::GLOBAL => matches!(next, K::IN | K::NOT | K::JOIN | K::LEFT | K::INNER | K::ANY),
            K::ANY | K::ALL | K::SEMI => matches!(next, K::LEFT | K::INNER | K::RIGHT),
            K::ASOF if matches!(next, K::JOIN | K::LEFT) => {
                !self.tokens.iter().any(|token| is_word(token, "MATCH_CONDITION"))
            }
            _ => {
                let call = self.named(0, "APPROXIMATE") || self.named(0, "MODEL");
                let copy = self.named(0, "SHALLOW") || self.named(0, "DEEP");
                (call && is_name(self.tokens.get(self.at + 1))) || (copy && self.named(1, "CLONE"))
            }
        };
        usize::from(modified)
    }

    /// What stands between the target of an INSERT and its query; as a number of tokens.
    fn insert(&self) -> usize {
        match self.word(0) {
            K::REPLACE if self.word(1) == K::WHERE && is_insert(self.tokens) => to_query(self.tokens, self.at),
            K::USING | K::STORED | K::ROW | K::OPTIONS
                if after_directory(self.tokens, self.at) && is_insert(self.tokens) =>
            {
                to_query(self.tokens, self.at)
            }
            _ => 0,
        }
    }

    /// Words that have a plainer form: how many tokens they take, and that form.
    fn in_other_words(&self) -> Option<(usize, Vec<TokenWithSpan>)> {
        let next = self.tokens.get(self.at + 1).map(|token| &token.token);
        if self.named(0, "SEL") && !matches!(next, None | Some(Token::Comma | Token::Period)) {
            return Some((1, vec![word("SELECT")]));
        }
        if self.named(0, "CORRESPONDING") {
            let by = if self.word(1) == K::BY { self.group(2) } else { 1 };
            return Some((by.max(1), vec![word("BY"), word("NAME")]));
        }
        if self.named(0, "KEEP") && self.opens(1) && self.named(2, "DENSE_RANK") {
            let parenthesis = TokenWithSpan::wrap(Token::LParen);
            return Some((4, vec![word("WITHIN"), word("GROUP"), parenthesis]));
        }
        let made = self.tokens.first().is_some_and(|first| keyword(first) == K::CREATE);
        let copies = made && self.at > 2 && self.word(0) == K::COPY && self.word(1) != K::GRANTS;
        let named = copies && is_name(self.tokens.get(self.at - 1));
        named.then(|| (1, vec![word("CLONE")]))
    }
}

/// `a EQ b`: comparisons as words.
fn compared(tokens: &[TokenWithSpan], at: usize) -> Option<(usize, Vec<TokenWithSpan>)> {
    let operators = [
        ("EQ", Token::Eq),
        ("NE", Token::Neq),
        ("GT", Token::Gt),
        ("GE", Token::GtEq),
        ("LT", Token::Lt),
        ("LE", Token::LtEq),
    ];
    let (_, operator) = operators.into_iter().find(|(word, _)| is_word(&tokens[at], word))?;
    let value = |token: &TokenWithSpan| {
        matches!(token.token, Token::Word(_) | Token::Number(..) | Token::SingleQuotedString(_) | Token::RParen)
    };
    let before = tokens.get(at.checked_sub(1)?).is_some_and(value);
    let after = tokens.get(at + 1).is_some_and(|token| value(token) || token.token == Token::LParen);
    (before && after).then(|| (1, vec![TokenWithSpan::wrap(operator)]))
}

fn is_name(token: Option<&TokenWithSpan>) -> bool {
    matches!(token.map(|token| &token.token), Some(Token::Word(_)))
}

fn is_insert(tokens: &[TokenWithSpan]) -> bool {
    tokens.iter().take(HEAD).any(|token| keyword(token) == K::INSERT)
}

/// Whether what stands here follows the path of INSERT OVERWRITE DIRECTORY.
fn after_directory(tokens: &[TokenWithSpan], at: usize) -> bool {
    at > 2
        && keyword(&tokens[at - 2]) == K::DIRECTORY
        && matches!(tokens[at - 1].token, Token::SingleQuotedString(_) | Token::DoubleQuotedString(_))
}

/// How many tokens there are up to the query.
fn to_query(tokens: &[TokenWithSpan], at: usize) -> usize {
    let query =
        tokens[at..].iter().position(|token| matches!(keyword(token), K::SELECT | K::WITH | K::FROM | K::VALUES));
    query.unwrap_or(0)
}

/// How many tokens a moment in time takes: a literal, a call, and what is added to it.
fn moment(tokens: &[TokenWithSpan]) -> usize {
    let mut at = 0;
    loop {
        while is_name(tokens.get(at))
            && tokens
                .get(at + 1)
                .is_some_and(|next| matches!(next.token, Token::SingleQuotedString(_) | Token::LParen | Token::Word(_)))
            && matches!(keyword(&tokens[at]), K::TIMESTAMP | K::DATE | K::INTERVAL | K::CAST | K::NoKeyword)
        {
            at += 1;
        }
        at = match closing(tokens, at) {
            Some(end) => end + 1,
            None => at + 1,
        };
        let unit = [K::DAY, K::DAYS, K::HOUR, K::HOURS, K::MINUTE, K::MONTH, K::SECOND, K::WEEK, K::YEAR];
        at += usize::from(tokens.get(at).is_some_and(|token| unit.contains(&keyword(token))));
        match tokens.get(at).map(|token| &token.token) {
            Some(Token::Plus | Token::Minus) => at += 1,
            _ => return at.min(tokens.len()),
        }
    }
}

/// `VALUES 1, 2`: each row in parentheses.
fn wrapped(tokens: &[TokenWithSpan], at: usize) -> (usize, Vec<TokenWithSpan>) {
    let mut rows = vec![tokens[at].clone(), TokenWithSpan::wrap(Token::LParen)];
    let mut depth = 0_usize;
    let mut to = at + 1;
    while let Some(token) = tokens.get(to) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen if depth == 0 => break,
            Token::RParen => depth -= 1,
            Token::Comma if depth == 0 => {
                rows.push(TokenWithSpan::wrap(Token::RParen));
                rows.push(token.clone());
                rows.push(TokenWithSpan::wrap(Token::LParen));
                to += 1;
                continue;
            }
            _ if depth == 0 && matches!(keyword(token), K::ORDER | K::LIMIT | K::UNION | K::FETCH | K::OFFSET) => break,
            _ => {}
        }
        rows.push(token.clone());
        to += 1;
    }
    rows.push(TokenWithSpan::wrap(Token::RParen));
    if to == at + 1 { (0, Vec::new()) } else { (to - at, rows) }
}

/// `TABLE(t) PARTITION BY … ORDER BY …` as an argument: without how it is cut and sorted.
fn argument(tokens: &[TokenWithSpan], at: usize) -> (usize, Vec<TokenWithSpan>) {
    let Some(end) = closing(tokens, at + 1) else { return (0, Vec::new()) };
    let cut = |token: &TokenWithSpan| {
        matches!(keyword(token), K::PARTITION | K::ORDER | K::AS) || is_word(token, "PRUNE") || is_word(token, "KEEP")
    };
    let as_argument = at > 0 && matches!(tokens[at - 1].token, Token::RArrow | Token::LParen | Token::Comma);
    if !as_argument || !tokens.get(end + 1).is_some_and(cut) {
        return (0, Vec::new());
    }
    let mut depth = 0_usize;
    let mut to = end + 1;
    while let Some(token) = tokens.get(to) {
        match token.token {
            Token::LParen => depth += 1,
            Token::Comma | Token::RParen if depth == 0 => break,
            Token::RParen => depth -= 1,
            _ => {}
        }
        to += 1;
    }
    (to - at, tokens[at..=end].to_vec())
}

/// `r.* AS (a, b)`: each field under its name.
fn fields(tokens: &[TokenWithSpan], at: usize) -> (usize, Vec<TokenWithSpan>) {
    let spread = |offset: usize| tokens.get(at + offset).map(|token| &token.token);
    let alias = tokens.get(at + 3).is_some_and(|token| keyword(token) == K::AS);
    if !is_name(tokens.get(at)) || spread(1) != Some(&Token::Period) || spread(2) != Some(&Token::Mul) || !alias {
        return (0, Vec::new());
    }
    let Some(end) = closing(tokens, at + 4) else { return (0, Vec::new()) };
    let mut items = Vec::new();
    for name in tokens[at + 5..end].iter().filter(|token| is_name(Some(token))) {
        if !items.is_empty() {
            items.push(TokenWithSpan::wrap(Token::Comma));
        }
        items.extend([tokens[at].clone(), word("AS"), name.clone()]);
    }
    (end + 1 - at, items)
}

/// What stands before the statement proper, and short words for long ones.
fn head(tokens: &mut Vec<TokenWithSpan>) {
    let Some(first) = tokens.first() else { return };
    for (short, long) in [("SEL", "SELECT"), ("INS", "INSERT"), ("DEL", "DELETE"), ("UPD", "UPDATE")] {
        if is_word(first, short) {
            tokens[0] = word(long);
            return;
        }
    }
    let second = tokens.get(1).map_or(K::NoKeyword, keyword);
    match keyword(first) {
        K::PREPARE if tokens.get(2).is_some_and(|token| keyword(token) == K::FROM) => {
            tokens.drain(..3);
        }
        K::UPDATE => {
            let set = tokens.iter().position(|token| keyword(token) == K::SET).unwrap_or(0);
            let joined = |token: &TokenWithSpan| match token.token {
                Token::Comma => vec![word("CROSS"), word("JOIN")],
                _ => vec![token.clone()],
            };
            let tables: Vec<TokenWithSpan> = tokens.iter().take(set).flat_map(joined).collect();
            tokens.splice(..set, tables);
        }
        K::REPLACE if second == K::VIEW => tokens[0] = word("CREATE"),
        K::CREATE => stream(tokens),
        K::EXPLAIN => explained(tokens),
        _ => {}
    }
}

/// `EXPLAIN how INSERT …`: without how, unless that runs it.
fn explained(tokens: &mut Vec<TokenWithSpan>) {
    let statement = |token: &TokenWithSpan| {
        matches!(
            keyword(token),
            K::SELECT | K::WITH | K::INSERT | K::CREATE | K::UPDATE | K::DELETE | K::MERGE | K::REPLACE | K::FROM
        )
    };
    if let Some(at) = tokens.iter().skip(1).position(statement) {
        let runs = tokens[1..=at].iter().any(|token| keyword(token) == K::ANALYZE);
        tokens.splice(1..=at, runs.then(|| word("ANALYZE")));
    }
}

/// How many tokens there are up to the query that follows the functions of its own.
fn to_own_query(tokens: &[TokenWithSpan]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(2) {
        match token.token {
            Token::LParen => depth += 1,
            Token::RParen => depth = depth.saturating_sub(1),
            _ if depth == 0 && matches!(keyword(token), K::SELECT | K::WITH | K::INSERT | K::CREATE) => return at,
            _ => {}
        }
    }
    0
}

/// `CREATE STREAM s ON TABLE t` is a view of what changes in the table.
fn stream(tokens: &mut Vec<TokenWithSpan>) {
    let Some(kind) = tokens.iter().take(5).position(|token| is_word(token, "STREAM")) else { return };
    let Some(on) = tokens.iter().position(|token| keyword(token) == K::ON) else { return };
    let Some(name) = tokens.get(kind + 1..on) else { return };
    let mut view = vec![word("CREATE"), word("VIEW")];
    view.extend_from_slice(name);
    view.extend([word("AS"), word("SELECT"), TokenWithSpan::wrap(Token::Mul), word("FROM")]);
    let named = |token: &&TokenWithSpan| matches!(token.token, Token::Word(_) | Token::Period);
    view.extend(tokens.iter().skip(on + 2).take_while(named).cloned());
    *tokens = view;
}
