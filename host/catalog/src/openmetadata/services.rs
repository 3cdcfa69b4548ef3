//! Makes sure that a service is there. Never sends a connection: the server keeps no secret of a source.

use metahost_model::Service;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::OpenMetadata;
use super::collection;
use super::server::encode;
use crate::error::{Error, ErrorKind};
use crate::{HeldService, Outcome};

/// What is there.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    id: String,
    service_type: String,
    display_name: Option<String>,
    description: Option<String>,
    #[serde(default)]
    deleted: bool,
}

impl OpenMetadata {
    pub(super) async fn ensure_service(&self, service: &Service) -> Result<HeldService, Error> {
        if let Some(id) = self.service_id(&service.name).filter(|_| service.borrowed) {
            return Ok(HeldService { outcome: Outcome::Unchanged, id });
        }
        let path = collection::of_service(service.kind);
        let found: Option<Found> =
            self.server.get(&format!("{path}/name/{}?include=all", encode(service.fqn()))).await?.found()?;
        if let Some(found) = &found {
            self.remember_service(&service.name, &found.id);
        }
        match found {
            Some(found) if !found.deleted && service.borrowed => Ok(unchanged(found)),
            _ if service.borrowed => Err(missing(service)),
            Some(found) if found.service_type != self.profile.service_type(&service.service_type) => {
                Err(other_type(service, &found.service_type))
            }
            Some(found) if !found.deleted && !adds_to(service, &found) => Ok(unchanged(found)),
            _ => self.put_service(service, path).await,
        }
    }

    async fn put_service(&self, service: &Service, path: &str) -> Result<HeldService, Error> {
        let mut body = Map::new();
        body.insert("name".into(), service.name.as_str().into());
        body.insert("serviceType".into(), self.profile.service_type(&service.service_type).into());
        for (key, value) in [("displayName", &service.display_name), ("description", &service.description)] {
            if let Some(value) = value {
                body.insert(key.into(), value.as_str().into());
            }
        }
        let answer = self.server.put(path, &Value::Object(body)).await?;
        if !answer.is_success() {
            return Err(answer.failure().with("service", service.name.clone()));
        }
        let made: Found = answer.json()?;
        self.remember_service(&service.name, &made.id);
        Ok(HeldService { outcome: answer.outcome(), id: made.id })
    }
}

fn unchanged(found: Found) -> HeldService {
    HeldService { outcome: Outcome::Unchanged, id: found.id }
}

/// A bot can only fill what is empty; what people wrote stays.
fn adds_to(service: &Service, found: &Found) -> bool {
    let fills = |new: &Option<String>, old: &Option<String>| new.is_some() && old.as_deref().is_none_or(str::is_empty);
    fills(&service.display_name, &found.display_name) || fills(&service.description, &found.description)
}

fn missing(service: &Service) -> Error {
    let message = format!("OpenMetadata has no {} named `{}`", service.kind.as_str(), service.name);
    Error::new(ErrorKind::NoService, format!("{message}; run the metadata asset of the source that owns it first"))
}

fn other_type(service: &Service, found: &str) -> Error {
    let message =
        format!("OpenMetadata has a service `{}` of type {found}, not {}", service.name, service.service_type);
    Error::new(ErrorKind::NoService, format!("{message}; give the source's service another name"))
}
