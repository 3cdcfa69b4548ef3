//! `[assets.<name>]`: what can be run. The twelve of `built_in` need no section.

use crate::read::{FromToml, Node, closest, did_you_mean};

/// What an asset brings into the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AssetKind {
    /// Services, databases, tables, dashboards and so on.
    Metadata,
    /// Edges.
    Lineage,
    /// Who queries what.
    Usage,
    /// Statistics of columns.
    Profiling,
}

impl AssetKind {
    const WORDS: [(&'static str, Self); 4] = [
        ("metadata", Self::Metadata),
        ("lineage", Self::Lineage),
        ("usage", Self::Usage),
        ("profiling", Self::Profiling),
    ];

    /// The kind as it is written.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("metadata", |(word, _)| word)
    }
}

impl FromToml for AssetKind {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.choice(&Self::WORDS)
    }
}

/// An asset's name, source and kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AssetSection {
    pub(crate) name: String,
    pub(crate) source: String,
    pub(crate) kind: AssetKind,
}

/// What a section may refer to.
pub(crate) struct Known<'k> {
    /// The assets that exist without being written.
    pub(crate) built_in: &'k [AssetSection],
    /// The sources that are configured.
    pub(crate) sources: &'k [&'k str],
}

/// Reads a section over what is built in for this name.
pub(crate) fn asset(node: &Node<'_>, name: &str, known: &Known<'_>) -> Option<AssetSection> {
    let mut section = node.section("asset")?;
    let built_in = known.built_in.iter().find(|asset| asset.name == name);
    let (source, kind) = (section.node_of("source"), section.node_of("kind"));
    if built_in.is_none() && (source.is_none() || kind.is_none()) {
        let names = known.built_in.iter().map(|asset| asset.name.as_str());
        let help = closest(name, names).map_or_else(
            || "add `source = ...` and `kind = \"metadata\"`".to_owned(),
            |near| format!("an asset that is not built in needs both; or did you mean `{near}`?"),
        );
        node.invalid(format!("`{}` needs `source` and `kind`", node.key), help);
    }
    section.finish();
    let source = match source {
        Some(node) => source_name(&node, known.sources),
        None => built_in.map(|asset| asset.source.clone()),
    };
    let kind = kind.map_or_else(|| built_in.map(|asset| asset.kind), |node| AssetKind::read(&node));
    Some(AssetSection { name: name.to_owned(), source: source?, kind: kind? })
}

fn source_name(node: &Node<'_>, sources: &[&str]) -> Option<String> {
    let name = node.text()?;
    if sources.contains(&name) {
        return Some(name.to_owned());
    }
    let help = if sources.is_empty() {
        format!("add a section `[sources.{name}]`")
    } else {
        did_you_mean(name, sources.iter().copied(), "configured sources are")
    };
    node.unknown_name(format!("there is no source `{name}`"), help);
    None
}
