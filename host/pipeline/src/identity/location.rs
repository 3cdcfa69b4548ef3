//! Places of files as one text each, however a source spells them. Never looks whether anything is there.

/// The schemes under which S3's clients know the same bucket.
const S3: [&str; 3] = ["s3", "s3a", "s3n"];

/// A place below a bucket or a root; none for a text that names no place, or a whole bucket, which is no table's.
pub(crate) fn normalised(text: &str) -> Option<String> {
    let (scheme, rest) = text.trim().split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let scheme = if S3.contains(&scheme.as_str()) { "s3" } else { &scheme };
    let rest = rest.trim_end_matches('/');
    let (authority, path) = rest.split_once('/')?;
    (!path.is_empty()).then(|| format!("{scheme}://{}/{path}", authority.to_ascii_lowercase()))
}

/// Whether one of two places lies in the other, or both are one.
pub(crate) fn touches(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    one == other || within(one, other) || within(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_spelling() {
        for text in ["s3://Lake/a/b", "s3a://lake/a/b/", "S3N://lake/a/b//", " s3://lake/a/b "] {
            assert_eq!(normalised(text).as_deref(), Some("s3://lake/a/b"), "{text}");
        }
        assert_eq!(normalised("file:///data/t/").as_deref(), Some("file:///data/t"));
        assert_ne!(normalised("s3://lake/A"), normalised("s3://lake/a"), "keys tell capitals apart");
    }

    #[test]
    fn a_whole_bucket_is_no_place_of_a_table() {
        for text in ["s3://lake", "s3://lake/", "lake/a", "", "s3://"] {
            assert_eq!(normalised(text), None, "{text}");
        }
    }

    #[test]
    fn a_folder_touches_what_is_in_it_and_not_its_neighbour() {
        assert!(touches("s3://l/a", "s3://l/a/b") && touches("s3://l/a/b", "s3://l/a"));
        assert!(!touches("s3://l/a", "s3://l/ab"));
    }
}
