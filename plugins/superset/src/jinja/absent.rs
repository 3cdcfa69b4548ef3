//! A value that is not there: false, empty, callable, and NULL where it is written. Never an error, as Superset's users
//! write templates for values that come later.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Enumerator, Object, Value};
use minijinja::{Error, State};

use super::marks;

/// Stands for what a person sets while they look at a chart, or for a name that nobody knows.
#[derive(Debug)]
pub struct Absent {
    name: String,
    is_known: bool,
}

impl Absent {
    /// What Superset knows and has no value for now.
    pub fn known(name: &str) -> Value {
        Value::from_object(Self { name: name.to_owned(), is_known: true })
    }

    /// What Superset itself does not know.
    pub fn unknown(name: &str) -> Value {
        Value::from_object(Self { name: name.to_owned(), is_known: false })
    }

    fn again(&self) -> Value {
        Value::from_object(Self { name: self.name.clone(), is_known: self.is_known })
    }
}

/// Whether a name has no value and never had a meaning.
pub fn is_undefined(value: &Value) -> bool {
    value.is_undefined() || value.downcast_object_ref::<Absent>().is_some_and(|absent| !absent.is_known)
}

/// Whether it is None, as Python has it.
pub fn is_none(value: &Value) -> bool {
    value.is_none() || value.downcast_object_ref::<Absent>().is_some_and(|absent| absent.is_known)
}

impl Object for Absent {
    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(self.again())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn is_true(self: &Arc<Self>) -> bool {
        false
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(self.again())
    }

    fn call_method(self: &Arc<Self>, _: &mut State<'_, '_>, _: &str, _: &[Value]) -> Result<Value, Error> {
        Ok(self.again())
    }

    fn render(self: &Arc<Self>, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&marks::nothing(&self.name))
    }
}
