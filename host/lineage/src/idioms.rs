//! Idioms that an engine or two have for themselves, in plainer words or left out where they say nothing of columns.
//! Works on tokens alone, and only on what the parser did not understand.

use sqlparser::keywords::Keyword as K;
use sqlparser::tokenizer::{Token, TokenWithSpan};

use crate::loosen::word;
use crate::rewrite::{closing, items};
use crate::split::{is_word, keyword};

/// How many tokens an idiom takes, and what says the same.
type Put = Option<(usize, Vec<TokenWithSpan>)>;

/// The idiom that begins here.
pub(crate) fn idiom(tokens: &[TokenWithSpan], at: usize) -> Put {
    let here = Here { tokens, at };
    let dropped = here.dropped();
    if dropped > 0 {
        return Some((dropped, Vec::new()));
    }
    here.likened()
        .or_else(|| here.window())
        .or_else(|| here.transformed())
        .or_else(|| here.element())
        .or_else(|| here.merged())
}

/// The tokens from one place on.
struct Here<'t> {
    tokens: &'t [TokenWithSpan],
    at: usize,
}

impl Here<'_> {
    fn token(&self, offset: usize) -> Option<&Token> {
        self.tokens.get(self.at + offset).map(|token| &token.token)
    }

    fn is(&self, offset: usize, text: &str) -> bool {
        self.tokens.get(self.at + offset).is_some_and(|token| is_word(token, text))
    }

    fn before(&self) -> Option<&TokenWithSpan> {
        self.tokens.get(self.at.checked_sub(1)?)
    }

    fn follows(&self, keywords: &[K]) -> bool {
        self.before().is_some_and(|token| keywords.contains(&keyword(token)))
    }

    fn follows_sign(&self, signs: &[Token]) -> bool {
        self.before().is_some_and(|token| signs.contains(&token.token))
    }

    /// How many tokens there are to the end of the parentheses that open at an offset.
    fn group(&self, offset: usize) -> Option<usize> {
        closing(self.tokens, self.at + offset).map(|end| end + 1 - self.at)
    }

    /// What says nothing of columns; as a number of tokens.
    fn dropped(&self) -> usize {
        self.join_hint()
            .or_else(|| self.some_rows())
            .or_else(|| self.versions())
            .or_else(|| self.walk())
            .or_else(|| self.applied())
            .or_else(|| self.access())
            .unwrap_or(0)
    }

    /// `LEFT HASH JOIN`: how rows are joined.
    fn join_hint(&self) -> Option<usize> {
        let hint = ["MERGE", "HASH", "LOOP", "REMOTE"].iter().any(|hint| self.is(0, hint));
        (hint && self.is(1, "JOIN") && self.follows(&[K::INNER, K::LEFT, K::RIGHT, K::FULL, K::OUTER])).then_some(1)
    }

    /// `LOG ERRORS …`, `USING SAMPLE …`: how many rows, and where the others go.
    fn some_rows(&self) -> Option<usize> {
        let last = (self.is(0, "LOG") && self.is(1, "ERRORS")) || (self.is(0, "USING") && self.is(1, "SAMPLE"));
        last.then(|| self.to_end())
    }

    /// How many tokens there are to the end of the query.
    fn to_end(&self) -> usize {
        let mut depth = 0_usize;
        let rest = &self.tokens[self.at..];
        let ends = |token: &TokenWithSpan| match token.token {
            Token::LParen => {
                depth += 1;
                false
            }
            Token::RParen if depth == 0 => true,
            Token::RParen => {
                depth -= 1;
                false
            }
            _ => false,
        };
        rest.iter().position(ends).unwrap_or(rest.len())
    }

    /// `FOR SYSTEM_TIME ALL`, `BETWEEN a AND b`, `FROM a TO b`, `CONTAINED IN (a, b)`: which versions of rows.
    fn versions(&self) -> Option<usize> {
        if !self.is(0, "FOR") || !self.is(1, "SYSTEM_TIME") {
            return None;
        }
        match () {
            () if self.is(2, "ALL") => Some(3),
            () if self.is(2, "BETWEEN") && self.is(4, "AND") => Some(6),
            () if self.is(2, "FROM") && self.is(4, "TO") => Some(6),
            () if self.is(2, "CONTAINED") => self.group(4),
            () => None,
        }
    }

    /// `SEARCH DEPTH FIRST BY a SET b` and `CYCLE a SET b … USING c` after a recursive query: in which order rows come.
    fn walk(&self) -> Option<usize> {
        let search = self.is(0, "SEARCH") && (self.is(1, "DEPTH") || self.is(1, "BREADTH"));
        if !self.follows_sign(&[Token::RParen]) || !(search || self.is(0, "CYCLE")) {
            return None;
        }
        let set = (2..self.tokens.len() - self.at).find(|offset| self.is(*offset, "SET"))?;
        let using = (set + 1..set + 7).find(|offset| !search && self.is(*offset, "USING"));
        let end = using.unwrap_or(set) + 2;
        let cycle = search && self.is(end, "CYCLE");
        let using = (end..end + 20).find(|offset| cycle && self.is(*offset, "USING"));
        Some(using.map_or(end, |using| using + 2))
    }

    /// `* APPLY (f)`: each of all columns changed.
    fn applied(&self) -> Option<usize> {
        let star = self.follows_sign(&[Token::Mul]);
        let applied = self.is(0, "APPLY") && (star || self.follows_sign(&[Token::RParen]));
        if applied { self.group(1) } else { None }
    }

    /// `LOCKING t FOR ACCESS`, `PRIMARY INDEX (a)`, `(FORMAT '…')`: how rows are reached and shown.
    fn access(&self) -> Option<usize> {
        if self.is(0, "LOCKING") {
            let until = (1..12).find(|offset| ["FOR", "IN"].iter().any(|word| self.is(*offset, word)))?;
            return Some(until + 2 + usize::from(self.is(until + 2, "MODE")));
        }
        if self.is(0, "PRIMARY") && self.is(1, "INDEX") && self.follows(&[K::DATA, K::UNIQUE, K::STATISTICS]) {
            return self.group(2).or_else(|| self.group(3));
        }
        let shown = self.token(0) == Some(&Token::LParen) && self.is(1, "FORMAT");
        if shown { self.group(0) } else { None }
    }

    /// `* LIKE 'a%'` as `* ILIKE 'a%'`, `a (NAMED b)` as `a AS b`.
    fn likened(&self) -> Option<(usize, Vec<TokenWithSpan>)> {
        let text = matches!(self.token(1), Some(Token::SingleQuotedString(_)));
        if self.is(0, "LIKE") && text && self.follows_sign(&[Token::Mul]) {
            return Some((1, vec![word("ILIKE")]));
        }
        let named = self.token(0) == Some(&Token::LParen) && self.is(1, "NAMED");
        let end = if named { self.group(0) } else { None }?;
        Some((end, vec![word("AS"), self.tokens[self.at + 2].clone()]))
    }

    /// `OVER (DISTRIBUTE BY a SORT BY b)`: what others call PARTITION and ORDER.
    fn window(&self) -> Option<(usize, Vec<TokenWithSpan>)> {
        if !self.is(0, "OVER") || !["DISTRIBUTE", "SORT", "CLUSTER"].iter().any(|word| self.is(2, word)) {
            return None;
        }
        let end = self.group(1)?;
        let said = |token: &TokenWithSpan| match keyword(token) {
            K::DISTRIBUTE | K::CLUSTER => word("PARTITION"),
            K::SORT => word("ORDER"),
            _ => token.clone(),
        };
        Some((end, self.tokens[self.at..self.at + end].iter().map(said).collect()))
    }

    /// `TRANSFORM (a, b) USING 'script' AS (x INT, y)`: a call that gives several columns.
    fn transformed(&self) -> Option<(usize, Vec<TokenWithSpan>)> {
        let called = self.is(0, "TRANSFORM").then(|| self.group(1)).flatten()?;
        let using = (called..called + 40).find(|offset| self.is(*offset, "USING"))?;
        let mut end = using + 2;
        let mut names = vec![word("key"), word("value")];
        if self.is(end, "AS") {
            let list = items(self.tokens, self.at + end + 1)?;
            names = list.iter().filter_map(|item| item.first()).cloned().collect();
            end = self.group(end + 1)?;
        }
        let mut put = self.tokens[self.at..self.at + called].to_vec();
        put.extend([word("AS"), TokenWithSpan::wrap(Token::LParen)]);
        for (place, name) in names.into_iter().enumerate() {
            put.extend((place > 0).then(|| TokenWithSpan::wrap(Token::Comma)));
            put.push(name);
        }
        put.push(TokenWithSpan::wrap(Token::RParen));
        Some((end, put))
    }

    /// `XMLELEMENT(NAME a, …)`: the name of an element is no column.
    fn element(&self) -> Option<(usize, Vec<TokenWithSpan>)> {
        let named = self.is(0, "XMLELEMENT") && self.token(1) == Some(&Token::LParen) && self.is(2, "NAME");
        let name = self.token(3).filter(|_| named)?.to_string();
        let mut put = self.tokens[self.at..self.at + 2].to_vec();
        put.push(TokenWithSpan::wrap(Token::SingleQuotedString(name)));
        Some((4, put))
    }

    /// `MERGE … REMOVE DUPLICATES`: rows of the source take the place of those that match.
    fn merged(&self) -> Option<(usize, Vec<TokenWithSpan>)> {
        if !self.is(0, "REMOVE") || !self.is(1, "DUPLICATES") {
            return None;
        }
        let star = || TokenWithSpan::wrap(Token::Mul);
        let mut put: Vec<TokenWithSpan> =
            ["WHEN", "MATCHED", "THEN", "UPDATE", "SET"].into_iter().map(word).chain([star()]).collect();
        put.extend(["WHEN", "NOT", "MATCHED", "THEN", "INSERT"].into_iter().map(word).chain([star()]));
        Some((2, put))
    }
}
