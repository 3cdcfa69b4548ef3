//! `[environments.<name>]`: where records go. dev, qa and production exist without being written.

use std::time::Duration;

use url::Url;

use crate::read::{FromToml, Node};
use crate::secret::SecretRef;

/// Where records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sink {
    /// An OpenMetadata server.
    OpenMetadata,
    /// The local catalog, one file.
    Local,
    /// Lines of JSON.
    Jsonl,
}

impl Sink {
    const WORDS: [(&'static str, Self); 3] =
        [("openmetadata", Self::OpenMetadata), ("local", Self::Local), ("jsonl", Self::Jsonl)];

    /// The sink as it is written.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, sink)| *sink == self).map_or("local", |(word, _)| word)
    }
}

impl FromToml for Sink {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.choice(&Self::WORDS)
    }
}

/// An OpenMetadata server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenMetadata {
    /// Its API's address: `https://host/api`.
    pub url: Url,
    /// Its bot's JWT.
    pub token: SecretRef,
    /// Requests under way at a time.
    pub in_flight: u32,
    /// Time for one request.
    pub timeout: Duration,
}

impl OpenMetadata {
    pub(crate) const IN_FLIGHT: u32 = 8;
    pub(crate) const TIMEOUT: Duration = Duration::from_mins(1);

    pub(crate) fn new(url: Url, token: SecretRef) -> Self {
        Self { url, token, in_flight: Self::IN_FLIGHT, timeout: Self::TIMEOUT }
    }
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// Where its records go.
    pub sink: Sink,
    /// Its server; there is one whenever the sink is OpenMetadata.
    pub openmetadata: Option<OpenMetadata>,
}

impl Environment {
    /// The server its records go to, if they go to one.
    pub fn server(&self) -> Option<&OpenMetadata> {
        self.openmetadata.as_ref().filter(|_| self.sink == Sink::OpenMetadata)
    }
}

/// Reads a section over what is built in for this name.
pub(crate) fn environment(node: &Node<'_>, name: &str, built_in: Option<&Environment>) -> Option<Environment> {
    let mut section = node.section("environment")?;
    let default = built_in.and_then(|environment| environment.openmetadata.as_ref());
    let server = section.node_of("openmetadata");
    let openmetadata = match &server {
        Some(node) => openmetadata(node, default),
        None => default.cloned(),
    };
    let sink = section.node_of("sink");
    let chosen = sink.as_ref().and_then(Sink::read);
    if let (Some(node), Some(Sink::OpenMetadata), None, None) = (&sink, chosen, &openmetadata, &server) {
        node.invalid(
            format!("`{}` has no server", section.node().key),
            "add `openmetadata = { url = ..., token = ... }`",
        );
    }
    section.finish();
    let otherwise = if server.is_some() { Sink::OpenMetadata } else { built_in.map_or(Sink::Local, |it| it.sink) };
    Some(Environment { name: name.to_owned(), sink: chosen.unwrap_or(otherwise), openmetadata })
}

fn openmetadata(node: &Node<'_>, default: Option<&OpenMetadata>) -> Option<OpenMetadata> {
    let mut section = node.section("openmetadata")?;
    let (url, token) = match default {
        Some(default) => (
            Some(section.get("url").unwrap_or_else(|| default.url.clone())),
            Some(section.get("token").unwrap_or_else(|| default.token.clone())),
        ),
        None => (section.require("url"), section.require("token")),
    };
    let in_flight = section.get("in-flight").unwrap_or(OpenMetadata::IN_FLIGHT);
    let timeout = section.get("timeout-s").map_or(OpenMetadata::TIMEOUT, Duration::from_secs);
    section.finish();
    Some(OpenMetadata { url: url?, token: token?, in_flight, timeout })
}
