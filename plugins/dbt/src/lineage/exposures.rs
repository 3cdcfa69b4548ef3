//! Exposures as edges from tables to dashboards that exist already. Never makes a dashboard up: an exposure whose
//! `meta` names none is only told in the log.

use metahost_plugin_sdk::Result;
use metahost_plugin_sdk::lineage::Endpoint;
use metahost_plugin_sdk::log::Level;
use metahost_plugin_sdk::names;

use super::{Pairs, flow};
use crate::annotate::Meta;
use crate::artifacts::lenient::text;
use crate::artifacts::manifest::Exposure;
use crate::config::Config;
use crate::project::Project;
use metahost_plugin_sdk::output::Output;

/// Emits the edges of all exposures.
pub fn emit(project: &Project, config: &Config, pairs: &mut Pairs, out: &mut dyn Output) -> Result<()> {
    for (id, exposure) in &project.manifest.exposures.items {
        match dashboard(exposure, config) {
            Ok(downstream) => flow(project, (id, &exposure.depends_on.nodes), &downstream, None, pairs, out)?,
            Err(reason) => out.note(Level::Info, &reason, &[("exposure", id.clone())]),
        }
    }
    Ok(())
}

/// The dashboard that `meta` names or the URL leads to, or why there is none.
fn dashboard(exposure: &Exposure, config: &Config) -> core::result::Result<Endpoint, String> {
    let meta = Meta::new(&exposure.config.meta, &exposure.meta, &config.meta_key);
    let key = &config.meta_key;
    let fqn = meta.ours(&["fqn"]).or_else(|| meta.get("open_metadata_fqn"));
    if exposure.kind != "dashboard" {
        return Err(format!("an exposure of the type `{}` has no edge, only dashboards have", exposure.kind));
    }
    let Some(fqn) = fqn.map(text) else {
        let number = exposure.url.as_deref().and_then(number);
        let anywhere = number.map(|number| endpoint(Some("*".to_owned()), vec![number]));
        let reason =
            || format!("neither `{key}.fqn` in the exposure's meta (service.dashboard) nor its URL names a dashboard");
        return anywhere.ok_or_else(reason);
    };
    let mut path = split(&fqn).ok_or_else(|| format!("`{fqn}` in the exposure's meta is no name service.dashboard"))?;
    if let Some(reason) = names::misfit(&path) {
        return Err(format!("the exposure's meta names a dashboard that can't be: {reason}"));
    }
    Ok(endpoint(Some(path.remove(0)), path))
}

fn endpoint(service: Option<String>, path: Vec<String>) -> Endpoint {
    Endpoint { service, entity_type: "dashboard".to_owned(), path }
}

/// The number of a dashboard in a URL such as `/superset/dashboard/7/` or `/dashboards/7-sales`: Superset's, Redash's and
/// Metabase's are named by it. A slug leads nowhere.
fn number(url: &str) -> Option<String> {
    let path = url.split(['?', '#']).next()?;
    let mut parts = path.split('/').skip_while(|part| !matches!(*part, "dashboard" | "dashboards"));
    let (number, _) = parts.nth(1).map(|part| part.split_once('-').unwrap_or((part, "")))?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then(|| number.to_owned())
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
    use super::{number, split};

    #[test]
    fn a_quoted_name_keeps_its_dots() {
        assert_eq!(split(r#"superset."Sales v1.2""#).unwrap(), ["superset", "Sales v1.2"]);
        assert_eq!(split("superset.7").unwrap(), ["superset", "7"]);
        assert!(split("superset").is_none() && split("superset..7").is_none() && split("\"a.b").is_none());
    }

    #[test]
    fn a_dashboard_is_known_by_the_number_in_its_url() {
        let found = |url: &str| number(url).unwrap_or_default();
        assert_eq!(found("https://bi.example.org/superset/dashboard/7/?native=1"), "7");
        assert_eq!(found("https://redash.example.org/dashboards/12-sales-v2"), "12");
        for none in ["https://bi/superset/dashboard/lab-1/", "https://bi/chart/7", "https://bi/dashboard", "7"] {
            assert_eq!(found(none), "", "{none}");
        }
    }
}
