//! The plain values: texts, numbers, lists, and JSON for what is handed on.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::DeValue;

use super::{FromToml, Node};

impl FromToml for String {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.text().map(str::to_owned)
    }
}

impl FromToml for PathBuf {
    fn read(node: &Node<'_>) -> Option<Self> {
        let text = node.text()?;
        if text.is_empty() {
            node.invalid(format!("`{}` is empty", node.key), "write a path");
            return None;
        }
        Some(text.into())
    }
}

impl FromToml for bool {
    fn read(node: &Node<'_>) -> Option<Self> {
        match node.value {
            DeValue::Boolean(value) => Some(*value),
            _ => node.wrong_type("true or false, without quotes"),
        }
    }
}

/// How many of something: 1 or more.
impl FromToml for u64 {
    fn read(node: &Node<'_>) -> Option<Self> {
        whole_number(node, 1)
    }
}

/// How many of something, where none is possible too.
pub(crate) struct OrZero(pub(crate) u32);

impl FromToml for OrZero {
    fn read(node: &Node<'_>) -> Option<Self> {
        small(node, whole_number(node, 0)?).map(Self)
    }
}

fn whole_number(node: &Node<'_>, least: u64) -> Option<u64> {
    let expected = format!("a whole number of {least} or more, without quotes");
    let DeValue::Integer(integer) = node.value else { return node.wrong_type(&expected) };
    // TOML's integers have 64 bits with a sign.
    let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
    let count = number.and_then(|number| u64::try_from(number).ok()).filter(|count| *count >= least);
    if count.is_none() {
        node.invalid(format!("`{}` is out of range", node.key), format!("write {expected}"));
    }
    count
}

fn small(node: &Node<'_>, count: u64) -> Option<u32> {
    let small = u32::try_from(count);
    small.map_err(|_| node.invalid(format!("`{}` is out of range", node.key), "write a smaller number")).ok()
}

impl FromToml for u32 {
    fn read(node: &Node<'_>) -> Option<Self> {
        small(node, whole_number(node, 1)?)
    }
}

/// A rate: more than nothing.
impl FromToml for f64 {
    fn read(node: &Node<'_>) -> Option<Self> {
        let text = match node.value {
            DeValue::Float(float) => float.as_str(),
            DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str(),
            _ => return node.wrong_type("a number, without quotes"),
        };
        let rate = text.parse().ok().filter(|rate: &Self| rate.is_finite() && *rate > 0.0);
        if rate.is_none() {
            node.invalid(format!("`{}` is out of range", node.key), "write a number above 0");
        }
        rate
    }
}

impl<T: FromToml> FromToml for Vec<T> {
    fn read(node: &Node<'_>) -> Option<Self> {
        // All items are read before the first bad one ends it: every problem is reported.
        let items: Vec<Option<T>> = node.items()?.iter().map(T::read).collect();
        items.into_iter().collect()
    }
}

impl<T: FromToml> FromToml for BTreeMap<String, T> {
    fn read(node: &Node<'_>) -> Option<Self> {
        let entries: Vec<_> = node.entries()?.into_iter().map(|(name, node)| (name, T::read(&node))).collect();
        entries.into_iter().map(|(name, value)| Some((name, value?))).collect()
    }
}

impl<T: FromToml> FromToml for Spanned<T> {
    fn read(node: &Node<'_>) -> Option<Self> {
        T::read(node).map(|value| Spanned::new(node.span.clone(), value))
    }
}

/// Whatever a plugin wants to be configured with.
impl FromToml for Value {
    fn read(node: &Node<'_>) -> Option<Self> {
        match node.value {
            DeValue::String(text) => Some(text.as_ref().into()),
            DeValue::Boolean(value) => Some((*value).into()),
            DeValue::Datetime(date) => Some(date.to_string().into()),
            DeValue::Integer(integer) => {
                let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok().map(Self::from);
                number.or_else(|| out_of_range(node))
            }
            DeValue::Float(float) => {
                let number = float.as_str().parse().ok().and_then(Number::from_f64).map(Self::Number);
                number.or_else(|| out_of_range(node))
            }
            DeValue::Array(_) => Vec::read(node).map(Self::Array),
            DeValue::Table(_) => {
                let entries = BTreeMap::read(node)?;
                Some(Self::Object(entries.into_iter().collect::<Map<_, _>>()))
            }
        }
    }
}

fn out_of_range<T>(node: &Node<'_>) -> Option<T> {
    node.invalid(format!("`{}` can't be handed to a plugin", node.key), "write a finite number of at most 64 bits");
    None
}
