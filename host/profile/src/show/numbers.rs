//! Numbers as people read them. Nothing here is for programs.

use crate::profile::{Accuracy, Metric};
use crate::value::Value;

/// How many digits a number has that is not told as a whole.
const DIGITS: i32 = 4;

/// A count with its thousands apart.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

/// Bytes in a unit that fits.
pub fn bytes(bytes: u64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} bytes");
    }
    let mut size = bytes as f64 / 1024.0;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < units.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{size:.1} {}", units[unit])
}

/// A metric's value, after "~" where it is not exact.
pub fn metric(metric: &Metric) -> String {
    let mark = if metric.accuracy == Accuracy::Exact { "" } else { "~" };
    format!("{mark}{}", value(&metric.value))
}

/// A value: whole numbers and decimals with all their digits, doubles with some.
pub fn value(value: &Value) -> String {
    match value {
        Value::Whole(..) => grouped(&value.to_string()),
        Value::Float(number) => float(*number),
        Value::Text(text) => text.chars().map(visible).collect(),
    }
}

/// A text in a list; one without a character is seen by its quotes.
pub fn listed(text: &str) -> String {
    if text.is_empty() { "\"\"".to_owned() } else { value(&Value::Text(text.to_owned())) }
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    match percent {
        _ if percent == 0.0 || percent >= 99.95 => format!("{percent:.0} %"),
        _ if percent < 0.1 => "<0.1 %".to_owned(),
        _ => format!("{percent:.1} %"),
    }
}

/// A double with as many digits as mean something.
pub fn float(number: f64) -> String {
    if !number.is_finite() {
        return Value::Float(number).to_string();
    }
    let magnitude = if number == 0.0 { 0 } else { exponent(number) };
    if !(-4..=15).contains(&magnitude) {
        return format!("{number:.3e}");
    }
    let places = usize::try_from(DIGITS - 1 - magnitude).unwrap_or(0);
    let text = format!("{number:.places$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    grouped(text)
}

#[expect(clippy::cast_possible_truncation, reason = "a double has less than 400 digits before its point")]
fn exponent(number: f64) -> i32 {
    number.abs().log10().floor() as i32
}

/// Digits before the point in groups of three.
fn grouped(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) =
        rest.split_once('.').map_or((rest, String::new()), |(whole, rest)| (whole, format!(".{rest}")));
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let digits = whole.len();
    let group = |(place, digit): (usize, char)| {
        let is_first = place == 0 || !(digits - place).is_multiple_of(3);
        [(!is_first).then_some(','), Some(digit)].into_iter().flatten()
    };
    let whole: String = whole.chars().enumerate().flat_map(group).collect();
    format!("{sign}{whole}{fraction}")
}

/// What does nothing to a terminal.
fn visible(character: char) -> char {
    if character.is_control() { '␣' } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_say_something() {
        for (number, expected) in [
            (0.0, "0"),
            (25.507_967, "25.51"),
            (-0.049_99, "-0.04999"),
            (1_234_567.8, "1,234,568"),
            (1e300, "1.000e300"),
            (f64::NEG_INFINITY, "-Infinity"),
            (100.0, "100"),
        ] {
            assert_eq!(float(number), expected);
        }
        assert_eq!(count(6_001_215), "6,001,215");
        assert_eq!(count(999), "999");
        assert_eq!(bytes(231_672_087), "220.9 MiB");
        assert_eq!(percent(0.000_1), "<0.1 %");
    }

    #[test]
    fn what_steers_a_terminal_is_not_passed_on() {
        assert_eq!(value(&Value::Text("a\u{1b}[31m\n".to_owned())), "a␣[31m␣");
    }
}
