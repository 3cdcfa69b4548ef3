//! A made-up S3: folders with a CSV each. Never checks who asks.

use super::{Asked, numbers};

/// What one of so many entities answers.
pub fn answer(asked: &Asked, size: usize) -> String {
    if asked.value("list-type").is_empty() {
        return "id,name\n1,x\n2,y\n".to_owned();
    }
    let from = asked.number("continuation-token", 0);
    let keys: Vec<String> = numbers(size, from, 1_000)
        .map(|n| format!("<Contents><Key>t{n:06}/a.csv</Key><Size>16</Size></Contents>"))
        .collect();
    let next = from + keys.len();
    format!(
        "<ListBucketResult>{}<IsTruncated>{}</IsTruncated><NextContinuationToken>{next}</NextContinuationToken></ListBucketResult>",
        keys.concat(),
        next < size
    )
}
