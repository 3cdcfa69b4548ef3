//! Exposures as edges from tables to dashboards that exist already. Never makes a dashboard up: an exposure whose
//! `meta` names none is only told in the log.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::lineage::{Edge, EdgeSource, Endpoint};
use metahost_plugin_sdk::log::Level;

use super::{Pairs, table, unknown};
use crate::annotate::Meta;
use crate::artifacts::lenient::text;
use crate::artifacts::manifest::Exposure;
use crate::config::Config;
use crate::project::Project;
use crate::project::graph::upstream;
use metahost_plugin_sdk::output::Output;

/// Emits the edges of all exposures.
pub fn emit(project: &Project, config: &Config, pairs: &mut Pairs, out: &mut dyn Output) -> Result<()> {
    for (id, exposure) in &project.manifest.exposures.items {
        match dashboard(exposure, config) {
            Ok(downstream) => edges(project, (id, exposure), &downstream, pairs, out)?,
            Err(reason) => out.note(Level::Info, &reason, &[("exposure", id.clone())]),
        }
    }
    Ok(())
}

fn edges(
    project: &Project,
    (id, exposure): (&str, &Exposure),
    downstream: &Endpoint,
    pairs: &mut Pairs,
    out: &mut dyn Output,
) -> Result<()> {
    let service = downstream.service.iter().cloned();
    let key: Vec<_> = service.chain(downstream.path.iter().cloned()).collect();
    let reads = upstream(project, &exposure.depends_on.nodes);
    for missing in &reads.missing {
        unknown(missing, id, out);
    }
    for path in reads.relations.iter().filter_map(|id| project.relation(id)) {
        if !pairs.insert(path, &key) {
            continue;
        }
        out.edge(Edge {
            upstream: table(path),
            downstream: downstream.clone(),
            columns: Vec::new(),
            source: EdgeSource::Dbt,
            sql: None,
            pipeline: None,
        })?;
    }
    Ok(())
}

/// The dashboard that `meta` names, or why there is none.
fn dashboard(exposure: &Exposure, config: &Config) -> core::result::Result<Endpoint, String> {
    let meta = Meta::new(&exposure.config.meta, &exposure.meta, &config.meta_key);
    let key = &config.meta_key;
    let fqn = meta.ours(&["fqn"]).or_else(|| meta.get("open_metadata_fqn"));
    let Some(fqn) = fqn.map(text) else {
        return Err(format!("the exposure's meta names no dashboard: set `{key}.fqn` to service.dashboard"));
    };
    if exposure.kind != "dashboard" {
        return Err(format!("an exposure of the type `{}` has no edge yet, only dashboards have", exposure.kind));
    }
    let mut path = split(&fqn).ok_or_else(|| format!("`{fqn}` in the exposure's meta is no name service.dashboard"))?;
    let service = Some(path.remove(0));
    Ok(Endpoint { service, entity_type: "dashboard".to_owned(), path })
}

/// A fully qualified name as OpenMetadata writes it, taken apart; none with fewer than two parts.
fn split(fqn: &str) -> Option<Vec<String>> {
    let (mut parts, mut part, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = fqn.trim().chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' if quoted => part.extend(chars.next()),
            '"' => quoted = !quoted,
            '.' if !quoted => parts.push(core::mem::take(&mut part)),
            other => part.push(other),
        }
    }
    parts.push(part);
    (!quoted && parts.len() > 1 && parts.iter().all(|part| !part.is_empty())).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_quoted_name_keeps_its_dots() {
        assert_eq!(split(r#"superset."Sales v1.2""#).unwrap(), ["superset", "Sales v1.2"]);
        assert_eq!(split("superset.7").unwrap(), ["superset", "7"]);
        assert!(split("superset").is_none() && split("superset..7").is_none() && split("\"a.b").is_none());
    }
}
