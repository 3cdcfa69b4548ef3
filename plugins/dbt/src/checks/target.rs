//! Which table a test is about. dbt says so since 1.5; before, and for tests of sources, its arguments do.

use crate::artifacts::lenient::text;
use crate::artifacts::manifest::Node;
use crate::project::Project;
use crate::project::graph::upstream;

/// Id of the tested node that has a relation; for a test of an ephemeral model, the first table behind it.
pub fn table<'a>(project: &'a Project, test: &'a Node) -> Option<&'a str> {
    let depends_on = &test.depends_on.nodes;
    let named = test.tested.as_deref().or_else(|| from_arguments(project, test));
    let tested = named.or_else(|| depends_on.first().map(String::as_str))?;
    behind(project, tested)
}

/// A node if it has a relation, else the first one behind it.
pub fn behind<'a>(project: &'a Project, id: &str) -> Option<&'a str> {
    let behind = upstream(project, &[id.to_owned()]).relations.into_iter().next()?;
    project.relations().get_key_value(&behind).map(|(id, _)| id.as_str())
}

/// The node that the argument `model` refers to: `{{ get_where_subquery(ref('orders')) }}`.
fn from_arguments<'a>(project: &Project, test: &'a Node) -> Option<&'a str> {
    let model = text(test.test_metadata.as_ref()?.kwargs.get("model")?);
    let candidates = || test.depends_on.nodes.iter().map(String::as_str);
    if let Some(arguments) = call(&model, "source(") {
        let [.., source, table] = arguments.as_slice() else { return None };
        return candidates().find(|id| {
            project.node(id).is_some_and(|node| node.source_name.as_ref() == Some(source) && node.name == *table)
        });
    }
    let name = call(&model, "ref(")?.pop()?;
    candidates().find(|id| project.node(id).is_some_and(|node| node.name == name))
}

/// The quoted arguments of a call.
fn call(text: &str, function: &str) -> Option<Vec<String>> {
    let (_, rest) = text.split_once(function)?;
    let (inside, _) = rest.split_once(')')?;
    let quoted = |argument: &str| {
        let argument = argument.trim();
        let inner = argument.strip_prefix(['\'', '"'])?.strip_suffix(['\'', '"'])?;
        Some(inner.to_owned())
    };
    Some(inside.split(',').filter_map(quoted).collect())
}

#[cfg(test)]
mod tests {
    use super::call;

    #[test]
    fn arguments_of_ref_and_source_are_found() {
        assert_eq!(call("{{ get_where_subquery(ref('shop', 'orders', v=2)) }}", "ref(").unwrap(), ["shop", "orders"]);
        assert_eq!(call(r#"{{ source("raw", "orders") }}"#, "source(").unwrap(), ["raw", "orders"]);
        assert_eq!(call("{{ this }}", "ref("), None);
    }
}
