//! Many calls at once, in bounds, with the answers in the order of the questions.

use std::collections::BTreeMap;
use std::future::Future;

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::error::Error;

/// Does the work for each item: items of one key one after another, different keys at once.
pub async fn by_key<I, K, T, F>(
    items: Vec<I>,
    most: usize,
    key: impl Fn(&I) -> K,
    work: impl Fn(I) -> F,
) -> Result<Vec<T>, Error>
where
    K: Ord,
    F: Future<Output = Result<T, Error>>,
{
    let mut groups: BTreeMap<K, Vec<(usize, I)>> = BTreeMap::new();
    for (index, item) in items.into_iter().enumerate() {
        groups.entry(key(&item)).or_default().push((index, item));
    }
    let work = &work;
    let done = stream::iter(groups.into_values()).map(|group| async move {
        let mut results = Vec::with_capacity(group.len());
        for (index, item) in group {
            results.push((index, work(item).await?));
        }
        Ok::<_, Error>(results)
    });
    let mut results: Vec<(usize, T)> = done.buffer_unordered(most.max(1)).try_concat().await?;
    results.sort_by_key(|(index, _)| *index);
    Ok(results.into_iter().map(|(_, result)| result).collect())
}

/// Does the work for all items at once, in bounds.
pub async fn all<I, T, F>(items: Vec<I>, most: usize, work: impl Fn(I) -> F) -> Result<Vec<T>, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    stream::iter(items).map(work).buffered(most.max(1)).try_collect().await
}
