//! A profile beside exact answers: each metric is equal, or within the bounds that it states, or wrong.

use serde_json::Value;

/// How far doubles may be apart that were added in another order.
const TOLERANCE: f64 = 1e-9;

/// What came of it.
#[derive(Default)]
pub struct Verdict {
    equal: usize,
    within: usize,
    /// What is neither.
    pub wrong: Vec<String>,
}

/// Compares each metric that both tell.
pub fn compare(profile: &Value, truth: &Value) -> Verdict {
    let mut verdict = Verdict::default();
    for column in profile["columns"].as_array().into_iter().flatten() {
        let name = column["name"].as_str().unwrap_or_default();
        for (metric, expected) in truth[name].as_object().into_iter().flatten() {
            if metric == "histogram" {
                verdict.histogram(name, &column["histogram"], expected);
            } else {
                verdict.metric(&format!("{name}.{metric}"), &column["metrics"][metric], expected);
            }
        }
    }
    verdict
}

impl Verdict {
    /// In one line, and one more for each that is wrong.
    pub fn text(&self) -> String {
        let head = format!(
            "{} metrics are equal, {} within their bounds, {} wrong",
            self.equal,
            self.within,
            self.wrong.len()
        );
        core::iter::once(head).chain(self.wrong.iter().cloned()).collect::<Vec<_>>().join("\n")
    }

    fn metric(&mut self, what: &str, found: &Value, expected: &Value) {
        let is_exact = found["accuracy"] == "exact";
        let is_within = || between(&found["low"], expected, &found["high"]);
        if is_exact && is_equal(&found["value"], expected) {
            self.equal += 1;
        } else if !is_exact && is_within() {
            self.within += 1;
        } else {
            self.wrong.push(format!("{what}: {found} where {expected} is right"));
        }
    }

    fn histogram(&mut self, column: &str, found: &Value, expected: &Value) {
        let counts =
            |value: &Value| value.as_array().into_iter().flatten().filter_map(Value::as_u64).collect::<Vec<_>>();
        let (frequencies, right) = (counts(&found["frequencies"]), counts(expected));
        let within = found["within"].as_u64().unwrap_or(0);
        let is_near = frequencies.iter().zip(&right).all(|(one, other)| one.abs_diff(*other) <= within);
        match (frequencies.len() == right.len() && is_near, within) {
            (true, 0) => self.equal += 1,
            (true, _) => self.within += 1,
            (false, _) => self.wrong.push(format!("{column}.histogram: {frequencies:?} where {right:?} is right")),
        }
    }
}

fn is_equal(found: &Value, expected: &Value) -> bool {
    match (found.as_f64(), expected.as_f64()) {
        (Some(found), Some(expected)) => (found - expected).abs() <= TOLERANCE * found.abs().max(expected.abs()),
        _ => found == expected,
    }
}

fn between(low: &Value, value: &Value, high: &Value) -> bool {
    match (low.as_f64(), value.as_f64(), high.as_f64()) {
        (Some(low), Some(value), Some(high)) => {
            let slack = TOLERANCE * value.abs();
            low - slack <= value && value <= high + slack
        }
        _ => match (low.as_str(), value.as_str(), high.as_str()) {
            (Some(low), Some(value), Some(high)) => low <= value && value <= high,
            _ => false,
        },
    }
}
