//! How to work with a server. Holds no secret: the token is behind a credential slot of the gateway.

/// Settings of [`super::OpenMetadata`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The server's address, with `/api` at its end or without.
    pub url: String,
    /// The gateway's credential slot that holds the token.
    pub credential: Option<String>,
    /// Whether custom properties that are not declared yet are declared.
    pub declare_custom_properties: bool,
    /// Entities of one page of a listing.
    pub page_size: u32,
    /// Entities of one bulk call.
    pub bulk_size: usize,
    /// Calls at once.
    pub concurrency: usize,
}

impl Options {
    /// The usual settings for a server.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            credential: None,
            declare_custom_properties: false,
            page_size: 1000,
            bulk_size: 100,
            concurrency: 8,
        }
    }
}
