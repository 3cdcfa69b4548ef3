//! `[identity]`: which names are one table, and to which of them edges go. Only reads and checks; the pipeline compares names.

use crate::read::{FromToml, Node, did_you_mean};

/// `[identity]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Whether names of one table are looked for.
    pub enabled: bool,
    /// Services in the order in which edges prefer their tables.
    pub prefer: Vec<String>,
    /// Names that are one table, whatever their sources tell.
    pub same: Vec<Vec<String>>,
    /// Names that are not.
    pub different: Vec<Vec<String>>,
}

impl Default for Identity {
    fn default() -> Self {
        Self { enabled: true, prefer: Vec::new(), same: Vec::new(), different: Vec::new() }
    }
}

/// Reads the section; what it names are services of these.
pub(crate) fn identity(node: &Node<'_>, services: &[&str]) -> Option<Identity> {
    let mut section = node.section("identity")?;
    let default = Identity::default();
    let identity = Identity {
        enabled: section.get("enabled").unwrap_or(default.enabled),
        prefer: section.node_of("prefer").map(|node| prefer(&node, services)).unwrap_or_default(),
        same: section.node_of("same").map(|node| rules(&node, services)).unwrap_or_default(),
        different: section.node_of("different").map(|node| rules(&node, services)).unwrap_or_default(),
    };
    section.finish();
    Some(identity)
}

fn prefer(node: &Node<'_>, services: &[&str]) -> Vec<String> {
    let items = node.items().unwrap_or_default();
    let names = items.iter().filter_map(|item| Some((item, item.text()?)));
    names.inspect(|(item, name)| check_service(item, name, services)).map(|(_, name)| name.to_owned()).collect()
}

fn rules(node: &Node<'_>, services: &[&str]) -> Vec<Vec<String>> {
    let items = node.items().unwrap_or_default();
    items.iter().filter_map(|item| rule(item, services)).collect()
}

fn rule(node: &Node<'_>, services: &[&str]) -> Option<Vec<String>> {
    let mut section = node.section("identity-rule")?;
    let Some(list) = section.node_of("names") else {
        section.missing::<()>("names");
        section.finish();
        return None;
    };
    section.finish();
    let names = Vec::<String>::read(&list)?;
    for (item, name) in list.items()?.iter().zip(&names) {
        check_service(item, name.split('.').next().unwrap_or_default(), services);
    }
    let stars = |name: &String| name.matches('*').count();
    if names.len() < 2 {
        list.invalid(format!("`{}` has fewer than two names", list.key), "write the names that the rule is about");
    } else if names.iter().any(|name| stars(name) != stars(&names[0])) {
        let help = "what the stars stand for is compared in their order: give each name as many";
        list.invalid(format!("the names of `{}` differ in how many stars they have", list.key), help);
    }
    Some(names)
}

/// A name begins with a service that some source writes below.
fn check_service(node: &Node<'_>, name: &str, services: &[&str]) {
    if !name.contains('*') && !services.contains(&name) {
        let message = format!("`{}` begins with `{name}`, which is no service of a source", node.key);
        node.unknown_name(message, did_you_mean(name, services.iter().copied(), "services are"));
    }
}
