//! Collections of the server, page by page: only one is in memory at a time.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::OpenMetadata;
use super::server::encode;
use crate::error::Error;

/// A part of a collection.
#[derive(Deserialize)]
pub(super) struct Page<T> {
    pub(super) data: Vec<T>,
    #[serde(default)]
    paging: Paging,
}

#[derive(Default, Deserialize)]
struct Paging {
    after: Option<String>,
}

impl<T> Page<T> {
    /// What is added to the query for the next one, if there is one.
    pub(super) fn next(&self) -> Option<String> {
        let after = self.paging.after.as_ref().filter(|after| !after.is_empty())?;
        Some(format!("&after={}", encode(after)))
    }
}

impl OpenMetadata {
    /// Hands on everything of a collection.
    pub(super) async fn each<T: DeserializeOwned>(
        &self,
        collection: &str,
        query: &str,
        mut take: impl FnMut(T) + Send,
    ) -> Result<(), Error> {
        let path = format!("{collection}?{query}&limit={}", self.options.page_size.clamp(1, 10_000));
        let mut after = Some(String::new());
        while let Some(from) = after {
            let answer = self.server.get(&format!("{path}{from}")).await?;
            if !answer.is_success() {
                return Err(answer.failure().with("listing", collection.to_owned()));
            }
            let page: Page<T> = answer.json()?;
            after = page.next();
            page.data.into_iter().for_each(&mut take);
        }
        Ok(())
    }
}
