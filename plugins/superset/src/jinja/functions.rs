//! Superset's functions and filters for templates, as they answer while nobody has set a filter. Never asks a server.
#![expect(clippy::needless_pass_by_value, reason = "minijinja hands arguments over by value")]

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error, State};

use super::absent::{Absent, is_none, is_undefined};
use super::marks;

/// Names that are functions here or of the template language itself.
pub const NAMES: [&str; 12] = [
    "range",
    "dict",
    "namespace",
    "url_param",
    "filter_values",
    "get_filters",
    "current_user_roles",
    "current_user_rls_rules",
    "cache_key_wrapper",
    "dataset",
    "metric",
    "safe_filter_values",
];

/// Teaches them.
pub fn add(environment: &mut Environment<'static>) {
    environment.add_function("url_param", url_param);
    environment.add_function("filter_values", filter_values);
    environment.add_function("safe_filter_values", filter_values);
    for name in ["get_filters", "current_user_roles", "current_user_rls_rules"] {
        environment.add_function(name, nothing);
    }
    environment.add_function("cache_key_wrapper", |key: Value, _: Kwargs| key);
    environment.add_function("dataset", dataset);
    environment.add_function("metric", metric);
    environment.add_filter("where_in", where_in);
    environment.add_filter("to_datetime", |value: Value, _: Option<Value>, _: Kwargs| value);
    environment.add_filter("default", or_default);
    environment.add_filter("d", or_default);
    environment.add_test("defined", |value: Value| !is_undefined(&value));
    environment.add_test("undefined", |value: Value| is_undefined(&value));
    environment.add_test("none", |value: Value| is_none(&value));
}

/// An argument that is given by its place or by its name.
fn given(by_place: Option<Value>, options: &Kwargs, name: &str) -> Result<Option<Value>, Error> {
    let by_place = by_place.filter(|value| !value.is_undefined());
    Ok(by_place.or(options.get(name)?).filter(|value| !value.is_none()))
}

fn url_param(name: Option<Value>, default: Option<Value>, options: Kwargs) -> Result<Value, Error> {
    let name = given(name, &options, "param")?.map(|name| name.to_string()).unwrap_or_default();
    Ok(given(default, &options, "default")?.unwrap_or_else(|| Absent::known(&name)))
}

fn filter_values(_: Option<Value>, default: Option<Value>, options: Kwargs) -> Result<Vec<Value>, Error> {
    Ok(given(default, &options, "default")?.into_iter().collect())
}

fn nothing(_: Option<Value>, _: Option<Value>, _: Kwargs) -> Vec<Value> {
    Vec::new()
}

fn dataset(id: Option<Value>, _: Option<Value>, _: Option<Value>, options: Kwargs) -> Result<String, Error> {
    let id = given(id, &options, "dataset_id")?.unwrap_or_default();
    Ok(marks::dataset(u64::try_from(id)?))
}

/// A measure of the dataset itself, unless another is named.
fn metric(state: &State, name: Option<Value>, id: Option<Value>, options: Kwargs) -> Result<String, Error> {
    let name = given(name, &options, "metric_key")?.map(|name| name.to_string()).unwrap_or_default();
    let id = given(id, &options, "dataset_id")?.or_else(|| state.lookup("dataset_id")).unwrap_or_default();
    Ok(marks::metric(u64::try_from(id)?, &name))
}

/// `('a', 'b')`; what is empty holds a NULL, as many databases refuse `()`.
fn where_in(values: Value, _: Option<Value>, _: Kwargs) -> Result<String, Error> {
    let quoted = values.try_iter()?.map(|value| match value.as_str() {
        Some(text) => format!("'{}'", text.replace('\'', "''")),
        None if value.is_none() => "NULL".to_owned(),
        None => value.to_string(),
    });
    let list = quoted.collect::<Vec<_>>().join(", ");
    Ok(if list.is_empty() { "(NULL)".to_owned() } else { format!("({list})") })
}

fn or_default(value: Value, default: Option<Value>, replaces_false: Option<bool>) -> Value {
    let is_missing = is_undefined(&value) || (replaces_false == Some(true) && !value.is_true());
    if is_missing { default.unwrap_or_else(|| Value::from("")) } else { value }
}
