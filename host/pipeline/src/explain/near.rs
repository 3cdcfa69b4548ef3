//! Names like one that nobody knows. Asks the catalog for one listing.

use std::collections::BTreeSet;

use metahost_model::{EntityKind, EntityPath, Fqn, Service, ServiceKind, decode_name};

use super::{Explainer, Unexplained};

/// So many names are suggested.
const MOST: usize = 3;
/// How alike two names must be.
const ALIKE: f64 = 0.65;

impl Explainer {
    /// What may have been meant, as the end of a message.
    pub(super) async fn hint(&self, fqn: &Fqn) -> Result<String, Unexplained> {
        let names = self.candidates(fqn).await?;
        let wanted = fqn.as_str().to_lowercase();
        let nearness = |name: &String| {
            let alike = strsim::normalized_damerau_levenshtein(&wanted, &name.to_lowercase());
            if name.to_lowercase().ends_with(&format!(".{wanted}")) { 1.0 } else { alike }
        };
        let mut near: Vec<(f64, &String)> = names.iter().map(|name| (nearness(name), name)).collect();
        near.retain(|(alike, _)| *alike >= ALIKE);
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let near: Vec<String> = near.into_iter().take(MOST).map(|(_, name)| format!("`{name}`")).collect();
        Ok(match near.as_slice() {
            [] => "; `metahost catalog list` shows what the local catalog holds".to_owned(),
            near => format!("; did you mean {}?", near.join(" or ")),
        })
    }

    /// Names that the state knows, and the tables of the database that the name may be in.
    async fn candidates(&self, fqn: &Fqn) -> Result<BTreeSet<String>, Unexplained> {
        let mut names: BTreeSet<String> = self.identity.members().map(|(_, node, _)| node.fqn.to_string()).collect();
        names.extend(self.reasons.keys().flat_map(|name| [name.from.1.clone(), name.to.1.clone()]));
        let parts = fqn.split();
        if let [service, database, ..] = parts.as_slice() {
            let service = Service {
                name: service.clone(),
                kind: ServiceKind::DatabaseService,
                service_type: String::new(),
                display_name: None,
                description: None,
                borrowed: true,
            };
            let scope = EntityPath::new(vec![decode_name(database)]).unwrap_or_default();
            let listed = self.catalog.known(&service, EntityKind::Table, &scope).await?;
            names.extend(listed.into_keys().map(|fqn| fqn.to_string()));
        }
        Ok(names)
    }
}
