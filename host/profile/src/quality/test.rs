//! A test: its check, and of which column. Says what must be known, and judges what is.

use metahost_model::{TestDefinition, TestSubject, Timestamp};

use super::check::{Check, Strategy};
use super::facts::{Fact, Facts, Known, Of};
use super::verdict::{Unknown, Verdict};
use super::{measure, median, table, values};
use crate::error::{Error, ErrorKind, Result};

/// A test whose definition is known and whose parameters fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    pub(super) column: Vec<String>,
    pub(super) check: Check,
}

/// A statement of a test's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnStatement {
    /// Its text; its first cell is a count.
    pub sql: String,
}

/// What a test looks at.
pub struct Seen<'a> {
    pub(super) facts: &'a Facts,
    pub(super) column: Vec<String>,
}

impl Seen<'_> {
    fn fact(&self, of: Of) -> Fact {
        Fact { column: self.column.clone(), of }
    }

    pub(super) fn find(&self, of: Of) -> Option<&Known> {
        self.facts.find(&self.fact(of))
    }

    pub(super) fn get(&self, of: Of) -> Result<&Known, Unknown> {
        self.facts.get(&self.fact(of))
    }

    pub(super) fn count(&self, of: Of) -> Result<u64, Unknown> {
        self.facts.count(&self.fact(of))
    }
}

impl Test {
    /// A test of a definition, of a column by its names from the outermost in, or of the table under none. An error says
    /// what is wrong with its parameters.
    pub fn new(definition: &str, column: &[String], parameters: &[(String, String)]) -> Result<Self> {
        let request = |message: String| Error::new(ErrorKind::Request, message);
        let known = TestDefinition::named(definition)
            .ok_or_else(|| request(format!("there is no test definition {definition} that metahost runs")))?;
        match known.subject {
            TestSubject::Column if column.is_empty() => Err(request(format!("{definition} needs a column"))),
            TestSubject::Table if !column.is_empty() => {
                Err(request(format!("{definition} is about a table, and not about the column {}", column.join("."))))
            }
            _ => Ok(Self { column: column.to_vec(), check: Check::read(known, parameters)? }),
        }
    }

    /// The column it looks at, if it looks at one.
    pub fn looks_at(&self) -> Vec<String> {
        self.check.column().map_or_else(|| self.column.clone(), |column| vec![column.to_owned()])
    }

    pub(super) fn needs(&self) -> Vec<Fact> {
        let column = self.looks_at();
        self.check.needs().into_iter().map(|of| Fact { column: column.clone(), of }).collect()
    }

    /// Whether its verdict may change while its table does not.
    pub fn depends_on_time(&self) -> bool {
        self.check.needs().iter().any(Of::depends_on_time)
    }

    /// The statement it runs for itself, if it does: what the person wrote, in parentheses, so that it can be nothing but
    /// a query.
    pub fn own_statement(&self) -> Option<OwnStatement> {
        let Check::Sql { sql, strategy, .. } = &self.check else { return None };
        let sql = sql.trim().trim_end_matches(';');
        // A comment at its end must not swallow the parenthesis.
        Some(OwnStatement {
            sql: match strategy {
                Strategy::Rows => format!("SELECT count(*) FROM (\n{sql}\n)"),
                Strategy::Count => format!("SELECT * FROM (\n{sql}\n) LIMIT 2"),
            },
        })
    }

    /// The verdict about the rows that its statement answered.
    pub fn judge_own(&self, rows: &[Vec<Option<String>>]) -> Verdict {
        let Check::Sql { operator, threshold, .. } = &self.check else {
            return Verdict::aborted("it has no statement of its own");
        };
        let count = match rows {
            [row] if row.len() == 1 => row[0].as_deref().and_then(|cell| cell.parse().ok()),
            _ => None,
        };
        count.map_or_else(
            || {
                Verdict::aborted(
                    "the statement has to answer one row with one whole number, as `SELECT count(*) ...` does, or be \
                     run with the strategy ROWS",
                )
            },
            |count| table::sql(count, *operator, threshold),
        )
    }

    /// The verdict by what is known of the table.
    pub fn judge(&self, facts: &Facts, now: Timestamp) -> Verdict {
        let seen = Seen { facts, column: self.looks_at() };
        let verdict = match &self.check {
            Check::Measure(measured, range) => measure::judge(*measured, range, &seen),
            Check::Median(range) => median::judge(range, &seen),
            check => values::judge(check, &seen).or_else(|| table::judge(check, &seen, now)).unwrap_or_else(|| {
                Err(Unknown("it needs a statement of its own, and the source answers none".to_owned()))
            }),
        };
        verdict.unwrap_or_else(Verdict::from)
    }
}
