//! Where destinations that write files put a stream's. Never looks at the files.

use serde_json::Value;

use crate::place::setting;

const BUCKET: [&str; 5] =
    ["/s3_bucket_name", "/gcs_bucket_name", "/bucket_name", "/azure_blob_storage_container_name", "/bucket"];
const FOLDER: [&str; 2] = ["/s3_bucket_path", "/gcs_bucket_path"];
/// What Airbyte uses where the destination has no format of its own. Its last part begins the names of files.
const FORMAT: &str = "${NAMESPACE}/${STREAM_NAME}/${YEAR}_${MONTH}_${DAY}_${EPOCH}_";

/// The bucket that a source reads.
pub fn bucket(settings: &Value) -> Option<Vec<String>> {
    let bucket = setting(settings, &BUCKET).or_else(|| setting(settings, &["/provider/bucket"]));
    bucket.map(|bucket| vec![bucket.to_owned()])
}

/// Bucket and folders of a stream: up to the first part of the path that changes from run to run.
pub fn written(settings: &Value, namespace: Option<&str>, stream: &str) -> Option<Vec<String>> {
    let warehouse = setting(settings, &["/warehouse_location"]).and_then(|url| url.split_once("://"));
    let mut path = match warehouse {
        Some((_, path)) => parts(path),
        None => within(settings, bucket(settings)?),
    };
    let format = setting(settings, &["/s3_path_format"]).unwrap_or(FORMAT);
    let folders = format.split_inclusive('/').map(|part| filled(part, namespace, stream));
    let lasting = folders.take_while(|part| !part.contains("${"));
    path.extend(lasting.flat_map(|part| parts(&part)));
    Some(path)
}

fn within(settings: &Value, mut bucket: Vec<String>) -> Vec<String> {
    bucket.extend(parts(setting(settings, &FOLDER).unwrap_or_default()));
    bucket
}

/// A part that is neither a folder nor named by the stream begins the names of files.
fn filled(part: &str, namespace: Option<&str>, stream: &str) -> String {
    let is_folder = part.ends_with('/') || part.contains("${NAMESPACE}") || part.contains("${STREAM_NAME}");
    let part = part.replace("${NAMESPACE}", namespace.unwrap_or_default()).replace("${STREAM_NAME}", stream);
    if is_folder { part } else { String::new() }
}

fn parts(path: &str) -> Vec<String> {
    path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written(settings: &Value) -> String {
        super::written(settings, Some("sales"), "orders").unwrap().join("/")
    }

    #[test]
    fn files_are_below_bucket_path_and_format() {
        let with = |format: &str| json!({ "s3_bucket_name": "lake", "s3_bucket_path": "/raw/airbyte/", "s3_path_format": format });
        assert_eq!(written(&with("")), "lake/raw/airbyte/sales/orders");
        assert_eq!(written(&with("${STREAM_NAME}/${YEAR}/${MONTH}/")), "lake/raw/airbyte/orders");
        assert_eq!(written(&with("v1/${NAMESPACE}_${STREAM_NAME}/data_")), "lake/raw/airbyte/v1/sales_orders");
        assert_eq!(written(&json!({ "gcs_bucket_name": "lake" })), "lake/sales/orders");
        assert_eq!(written(&json!({ "warehouse_location": "s3://lake/house" })), "lake/house/sales/orders");
        assert_eq!(super::written(&json!({}), None, "orders"), None);
    }

    #[test]
    fn a_stream_without_a_namespace_has_no_folder_for_it() {
        let settings = json!({ "s3_bucket_name": "lake" });
        assert_eq!(super::written(&settings, None, "orders").unwrap(), ["lake", "orders"]);
    }
}
