//! Jinja templates in SQL, filled as Superset fills them while nobody has set a filter. Reaches nothing: what a template
//! wants of other datasets is left as a mark, and a bound of steps and bytes ends what would never end.

mod absent;
mod bounded;
mod functions;
pub mod marks;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::value::Value;
use minijinja::{Environment, UndefinedBehavior};

use names::Names;

/// Steps of a template, a step being 64 bytes of text, too.
const STEPS: u64 = 100_000;
/// Macros and loops inside each other.
const DEPTH: usize = 40;

/// Characters of one expression or tag: each may be one inside another for who reads it, and a stack has an end.
const LONGEST: usize = 2_000;

/// Branches that follow each other, which nest for who reads them, too.
const BRANCHES: usize = 100;

/// What a template may use of the dataset that it is in.
#[derive(Debug, Default)]
pub struct Scope {
    /// The dataset's number, for measures that are named without one.
    pub dataset: u64,
    /// Names of its columns.
    pub columns: Vec<String>,
    /// Its template parameters.
    pub parameters: BTreeMap<String, Value>,
}

/// A text with its templates filled. What it wants of other datasets is marked in it.
#[derive(Debug, Default)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Names that neither Superset nor the dataset has; an administrator may have taught Superset them.
    pub unknown: BTreeSet<String>,
}

/// Names that turned out unknown, shared with what the template is made of.
type Unknown = Arc<Mutex<BTreeSet<String>>>;

/// Whether there is anything to fill.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|open| text.contains(open))
}

/// Fills the templates of a text. The error says in words why that can't be done.
pub fn render(text: &str, scope: Scope) -> Result<Rendered, String> {
    if !is_template(text) {
        return Ok(Rendered { text: text.to_owned(), ..Rendered::default() });
    }
    if marks::has_any(text) {
        return Err("it holds characters that no text should".to_owned());
    }
    if longest(text) > LONGEST {
        return Err(format!("one of its expressions is longer than {LONGEST} characters"));
    }
    if text.matches("elif").count() > BRANCHES {
        return Err(format!("it has more than {BRANCHES} branches"));
    }
    let unknown = Unknown::default();
    let names = Names::new(scope, Arc::clone(&unknown));
    let text = environment().render_str(text, Value::from_object(names)).map_err(|error| error.to_string())?;
    let unknown = unknown.lock().unwrap_or_else(PoisonError::into_inner).clone();
    Ok(Rendered { text, unknown })
}

/// Characters of the longest expression or tag.
fn longest(text: &str) -> usize {
    let mut longest = 0;
    for (open, close) in [("{{", "}}"), ("{%", "%}")] {
        let parts = text.split(open).skip(1);
        let lengths = parts.map(|part| part.split(close).next().unwrap_or_default().len());
        longest = lengths.chain([longest]).max().unwrap_or_default();
    }
    longest
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(STEPS));
    environment.set_recursion_limit(DEPTH);
    environment.set_formatter(|output, _, value| bounded::write(output, value));
    environment.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
    functions::add(&mut environment);
    environment
}

#[cfg(test)]
mod tests;
