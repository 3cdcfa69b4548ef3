//! Masks the values of fields whose name says that they hold a secret: `"access_token": "..."` in JSON and
//! `client_secret=...` in URLs and forms. Leaves every other byte as it was.

use std::borrow::Cow;

use aho_corasick::AhoCorasick;

use crate::error::{Error, ErrorKind, Result};
use crate::redact::MASK;

const JSON_KEYS: [&str; 16] = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_token",
    "session_token",
    "client_secret",
    "secret_id",
    "password",
    "jwtToken",
    "accessToken",
    "refreshToken",
    "clientSecret",
    "secretKey",
    "secretAccessKey",
    "private_key",
    "api_key",
];
const PARAMETERS: [&str; 12] = [
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
    "client_assertion",
    "secret_id",
    "password",
    "api_key",
    "apikey",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Amz-Credential",
];

/// Finds such fields.
#[derive(Debug)]
pub(crate) struct FieldMask {
    names: AhoCorasick,
}

impl FieldMask {
    pub(crate) fn new() -> Result<Self> {
        let json = JSON_KEYS.iter().map(|key| format!("\"{key}\""));
        let parameters = PARAMETERS.iter().map(|name| format!("{name}="));
        let names = AhoCorasick::builder().ascii_case_insensitive(true).build(json.chain(parameters));
        let names =
            names.map_err(|cause| Error::new(ErrorKind::Config, "no search for secret fields").caused_by(cause))?;
        Ok(Self { names })
    }

    pub(crate) fn mask<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let (mut masked, mut copied) = (Vec::new(), 0);
        for found in self.names.find_iter(bytes) {
            let is_json = found.pattern().as_usize() < JSON_KEYS.len();
            let value =
                if is_json { json_value(bytes, found.end()) } else { parameter(bytes, found.start(), found.end()) };
            let Some((start, end)) = value.filter(|(start, end)| *start >= copied && start < end) else { continue };
            masked.extend_from_slice(&bytes[copied..start]);
            masked.extend_from_slice(MASK.as_bytes());
            copied = end;
        }
        if copied == 0 {
            return Cow::Borrowed(bytes);
        }
        masked.extend_from_slice(&bytes[copied..]);
        Cow::Owned(masked)
    }
}

/// Where the string after a key begins and ends, without its quotes. Other kinds of values are no secrets.
fn json_value(bytes: &[u8], after_key: usize) -> Option<(usize, usize)> {
    let colon = skip_blank(bytes, after_key);
    let quote = (bytes.get(colon) == Some(&b':')).then(|| skip_blank(bytes, colon + 1))?;
    let start = (bytes.get(quote) == Some(&b'"')).then_some(quote + 1)?;
    let mut end = start;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'"' => return Some((start, end)),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    Some((start, bytes.len()))
}

fn skip_blank(bytes: &[u8], from: usize) -> usize {
    let blank = bytes[from.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    from + blank
}

/// Where a parameter's value begins and ends; none when the name is only the tail of a longer one.
fn parameter(bytes: &[u8], name: usize, start: usize) -> Option<(usize, usize)> {
    let before = name.checked_sub(1).map(|at| bytes[at]);
    // `6` ends `\u0026`, an ampersand inside JSON; `;` ends `&amp;`.
    let starts = matches!(before, None | Some(b'?' | b'&' | b'6' | b';' | b'"' | b'\n' | b' '));
    let ends =
        |byte: &u8| matches!(byte, b'&' | b'"' | b'\'' | b'\\' | b'<' | b'>' | b'#') || byte.is_ascii_whitespace();
    let length = bytes[start..].iter().position(ends).unwrap_or(bytes.len() - start);
    starts.then_some((start, start + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mask(text: &str) -> String {
        String::from_utf8(FieldMask::new().unwrap().mask(text.as_bytes()).into_owned()).unwrap()
    }

    #[test]
    fn json_strings_under_a_secret_name_are_masked_and_nothing_else() {
        assert_eq!(
            mask(r#"{"access_token" : "a\"b","expires_in":3,"password":{"name":"password"},"x":"access_token"}"#),
            r#"{"access_token" : "***","expires_in":3,"password":{"name":"password"},"x":"access_token"}"#
        );
    }

    #[test]
    fn parameters_are_masked_in_urls_forms_and_urls_inside_json() {
        assert_eq!(mask("http://a/?page=2&api_key=k1&b=c#d"), "http://a/?page=2&api_key=***&b=c#d");
        assert_eq!(mask("client_secret=s&grant_type=x"), "client_secret=***&grant_type=x");
        assert_eq!(
            mask(r#"{"uri":"http://s3/k?x-id=1\u0026X-Amz-Signature=abc\u0026y=1"}"#),
            r#"{"uri":"http://s3/k?x-id=1\u0026X-Amz-Signature=***\u0026y=1"}"#
        );
        assert_eq!(mask("a?next_password=1"), "a?next_password=1");
    }

    #[test]
    fn a_cut_off_value_is_masked_to_the_end() {
        assert_eq!(mask(r#"{"id_token": "abc\"#), r#"{"id_token": "***"#);
        assert_eq!(mask(r#"{"id_token":"#), r#"{"id_token":"#);
    }
}
