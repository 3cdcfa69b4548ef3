//! An OpenMetadata server, from 1.7 to 2.0. Sends only what its version knows, never a connection of a source, and never
//! undoes what people wrote.

mod activity;
mod annotation;
mod body;
mod bulk;
mod collection;
mod domains;
mod entities;
mod ingestion;
mod lineage;
mod listing;
mod memory;
mod options;
mod owners;
mod paging;
mod parallel;
mod profile;
mod properties;
mod quality;
mod resolve;
mod server;
mod services;
mod table_profile;
mod tagged;
mod tags;
mod test_listing;
#[cfg(test)]
mod tests;
mod warnings;

use std::collections::BTreeMap;

use async_trait::async_trait;
use metahost_gateway::Client;
use metahost_model::{EntityKind, EntityPath, Fqn, Service, TestCase};
use serde::Deserialize;

pub use options::Options;
use profile::Profile;
use server::Server;

use crate::error::{Error, ErrorKind};
use crate::{Catalog, EdgeWord, HeldService, Known, Outcome, Reference, Rejection, RunReport, TaggedColumns, Write};

/// A server.
pub struct OpenMetadata {
    server: Server,
    profile: Profile,
    options: Options,
    warnings: warnings::Warnings,
    owners: owners::Owners,
    tags: tags::Tags,
    terms: tags::Terms,
    domains: domains::Domains,
    properties: properties::Properties,
    quality: quality::Made,
    memory: memory::Memory,
}

#[derive(Deserialize)]
struct VersionAnswer {
    version: String,
}

impl OpenMetadata {
    /// Asks the server for its version, and whether it takes the token.
    pub async fn connect(client: Client, options: Options) -> Result<Self, Error> {
        let server = Server::new(client, &options.url, options.credential.clone());
        let answer = server.get("system/version").await?;
        let found: VersionAnswer =
            if answer.is_success() { answer.json() } else { Err(answer.failure()) }.map_err(|error| {
                error.with("url", server.base()).with("remedy", "is this the address of an OpenMetadata server?")
            })?;
        let profile = Profile::for_version(&found.version).map_err(|error| error.with("url", server.base()))?;
        // The version is told to anybody: only a listing shows whether the token is any good.
        let allowed = server.get("databases?limit=1").await?;
        if !allowed.is_success() {
            return Err(allowed.failure().with("url", server.base()));
        }
        Ok(Self {
            server,
            profile,
            options,
            warnings: warnings::Warnings::default(),
            owners: owners::Owners::default(),
            tags: tags::Tags::default(),
            terms: tags::Terms::default(),
            domains: domains::Domains::default(),
            properties: properties::Properties::default(),
            quality: quality::Made::default(),
            memory: memory::Memory::default(),
        })
    }

    /// The server's version, as it says it.
    pub fn version(&self) -> &str {
        &self.profile.version
    }

    async fn dispatch(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        match batch.first() {
            None => Ok(Vec::new()),
            Some(Write::Entity { .. }) => self.write_entities(service, batch).await,
            Some(Write::Annotation { .. }) => self.write_annotations(service, batch).await,
            Some(Write::Edge { .. }) => self.write_edges(batch).await,
            Some(Write::TestCase { .. }) => self.write_tests(batch).await,
            Some(Write::TestResult { .. }) => self.write_results(batch).await,
            Some(Write::Query { .. }) => self.write_queries(service, batch).await,
            Some(Write::Run { .. }) => self.write_runs(batch).await,
            Some(Write::Usage { .. }) => self.write_usage(service, batch).await,
            Some(Write::Profile { .. }) => self.write_profiles(batch).await,
        }
    }
}

/// What an item gets that this catalog has no place for.
fn unsupported(what: &str) -> Outcome {
    let message = format!("{what} are not written to OpenMetadata by this version of metahost");
    Outcome::Rejected(Rejection { reason: "unsupported".to_owned(), message })
}

/// The pipeline never mixes cases in a batch; an item of another case is an error of this program, and said as one.
fn mixed() -> Error {
    Error::new(ErrorKind::Protocol, "a batch holds writes of different cases")
}

#[async_trait]
impl Catalog for OpenMetadata {
    fn describe(&self) -> String {
        format!("OpenMetadata {} at {}", self.profile.version, self.server.base())
    }

    fn id(&self) -> String {
        format!("openmetadata:{}", self.server.base())
    }

    async fn service(&self, service: &Service) -> Result<HeldService, Error> {
        self.ensure_service(service).await
    }

    async fn known(
        &self,
        service: &Service,
        kind: EntityKind,
        scope: &EntityPath,
    ) -> Result<BTreeMap<Fqn, Known>, Error> {
        self.list(service, kind, scope).await
    }

    async fn find(&self, kind: EntityKind, fqn: &Fqn) -> Result<Option<Known>, Error> {
        self.look_up(kind, fqn).await
    }

    async fn tests(&self, service: &Service) -> Result<Option<Vec<TestCase>>, Error> {
        self.list_tests(service).await.map(Some)
    }

    async fn tagged_columns(&self, service: &Service, tags: &[String]) -> Result<TaggedColumns, Error> {
        self.list_tagged(service, tags).await
    }

    async fn edge_words(&self, from: &Reference, to: &Reference) -> Result<Vec<EdgeWord>, Error> {
        self.edge_word(from, to).await.map(|word| word.into_iter().collect())
    }

    async fn write(&self, service: &Service, batch: Vec<Write>) -> Result<Vec<Outcome>, Error> {
        self.dispatch(service, batch).await
    }

    async fn report(&self, service: &Service, report: &RunReport) -> Result<(), Error> {
        self.report_run(service, report).await;
        Ok(())
    }

    async fn finish(&self) -> Result<(), Error> {
        // The server answers a write when it has stored it; only ranks are made of all writes of a day.
        self.rank_reads().await
    }

    fn warnings(&self) -> Vec<(String, u64)> {
        self.warnings.all()
    }
}
