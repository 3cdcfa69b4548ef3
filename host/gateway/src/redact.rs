//! Takes secrets out of text that will be kept or shown. Knows the secrets the gateway was given, in every form in
//! which they travel, and the fields that hold secrets it was not given. Never puts anything on the wire.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine as _};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::credential::Credential;
use crate::error::{Error, ErrorKind, Result};
use crate::fields::FieldMask;
use crate::secret::Secret;

/// What stands where a secret was.
pub(crate) const MASK: &str = "***";

/// A secret shorter than this is masked only where it stands as a word of its own: three letters are in every text.
const SHORT: usize = 4;

/// What a URL parser encodes in a query and in a path when nobody did it before.
const QUERY: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'<').add(b'>').add(b'\'');
const PATH: &AsciiSet = &QUERY.add(b'?').add(b'`').add(b'{').add(b'}').add(b'^');
const UNRESERVED_KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The known secrets and how to find them.
#[derive(Debug)]
pub(crate) struct Redactor {
    known: RwLock<Known>,
    fields: FieldMask,
}

#[derive(Debug, Default)]
struct Known {
    forms: BTreeSet<String>,
    finder: Option<Arc<AhoCorasick>>,
}

impl Redactor {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self { known: RwLock::default(), fields: FieldMask::new()? })
    }

    /// Remembers every secret of a credential, and the forms only this kind has.
    pub(crate) fn learn_credential(&self, credential: &Credential) -> Result<()> {
        let mut forms: Vec<String> =
            credential.secrets().into_iter().flat_map(|secret| forms(secret.expose())).collect();
        if let Credential::Basic { username, password } = credential {
            forms.extend(base64_forms(&format!("{username}:{}", password.expose())));
        }
        self.learn_forms(forms)
    }

    /// Remembers a secret.
    pub(crate) fn learn(&self, secret: &Secret) -> Result<()> {
        self.learn_forms(forms(secret.expose()))
    }

    fn learn_forms(&self, new: Vec<String>) -> Result<()> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let before = known.forms.len();
        known.forms.extend(new.into_iter().filter(|form| !form.is_empty()));
        if known.forms.len() > before {
            known.finder = Some(Arc::new(finder(&known.forms)?));
        }
        Ok(())
    }

    /// The bytes without known secrets and without the values of fields that hold secrets.
    pub(crate) fn bytes<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let finder = self.known.read().unwrap_or_else(PoisonError::into_inner).finder.clone();
        match finder.map(|finder| replace(&finder, bytes)) {
            Some(Cow::Owned(masked)) => Cow::Owned(self.fields.mask(&masked).into_owned()),
            _ => self.fields.mask(bytes),
        }
    }

    /// The same for text.
    pub(crate) fn text(&self, text: &str) -> String {
        match self.bytes(text.as_bytes()) {
            Cow::Borrowed(_) => text.to_owned(),
            // Whole forms of valid text are replaced by ASCII, so nothing is lost here.
            Cow::Owned(masked) => String::from_utf8_lossy(&masked).into_owned(),
        }
    }
}

fn finder(forms: &BTreeSet<String>) -> Result<AhoCorasick> {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(forms)
        .map_err(|cause| Error::new(ErrorKind::Config, "too many secrets to watch for").caused_by(cause))
}

fn replace<'a>(finder: &AhoCorasick, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    let (mut masked, mut copied) = (Vec::new(), 0);
    for found in finder.find_iter(bytes) {
        if found.len() < SHORT && !is_word(bytes, found.start(), found.end()) {
            continue;
        }
        masked.extend_from_slice(&bytes[copied..found.start()]);
        masked.extend_from_slice(MASK.as_bytes());
        copied = found.end();
    }
    if copied == 0 {
        return Cow::Borrowed(bytes);
    }
    masked.extend_from_slice(&bytes[copied..]);
    Cow::Owned(masked)
}

fn is_word(bytes: &[u8], start: usize, end: usize) -> bool {
    let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
    !letter(start.checked_sub(1)) && !letter(Some(end))
}

/// Every form in which a secret travels: as it is, in a URL, in a form, in JSON, in base64.
fn forms(secret: &str) -> Vec<String> {
    let strict = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let relaxed = utf8_percent_encode(secret, UNRESERVED_KEPT).to_string();
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let json = json_escaped(secret);
    // JSON that carries JSON as a text: error bodies do, and requests to APIs that keep settings that way.
    let twice = json_escaped(&json);
    let slashes = json.replace('/', "\\/");
    let lower = [lower_hex(&strict), lower_hex(&relaxed)];
    let lenient = [QUERY, PATH].map(|set| utf8_percent_encode(secret, set).to_string());
    let mut all = vec![secret.to_owned(), strict, relaxed, form, json, twice, slashes];
    all.extend(lenient);
    all.extend(lower);
    if secret.len() >= SHORT {
        all.extend(base64_forms(secret));
    }
    all
}

fn json_escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn base64_forms(text: &str) -> [String; 4] {
    [
        BASE64_STANDARD.encode(text),
        BASE64_STANDARD_NO_PAD.encode(text),
        BASE64_URL_SAFE.encode(text),
        BASE64_URL_SAFE_NO_PAD.encode(text),
    ]
}

/// `%2F` as `%2f`; the rest stays.
fn lower_hex(encoded: &str) -> String {
    let mut parts = encoded.split('%');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (hex, rest) = part.split_at(part.len().min(2));
        out.push('%');
        out.push_str(&hex.to_lowercase());
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knowing(secrets: &[&str]) -> Redactor {
        let redactor = Redactor::new().unwrap();
        for secret in secrets {
            redactor.learn(&Secret::new(*secret)).unwrap();
        }
        redactor
    }

    #[test]
    fn a_secret_is_masked_in_every_form_in_which_it_travels() {
        let secret = "p@ss/w\"ord é+1";
        let redactor = knowing(&[secret]);
        let url = url::Url::parse_with_params("http://a/", [("q", secret)]).unwrap();
        let texts = [
            format!("<{secret}>"),
            url.to_string(),
            "p%40ss%2fw%22ord%20%c3%a9%2b1".to_owned(),
            serde_json::json!({ "a": secret }).to_string(),
            BASE64_STANDARD.encode(secret),
        ];
        for text in texts {
            let masked = redactor.text(&text);
            assert!(masked.contains(MASK) && !masked.contains('w') && !masked.contains("ord"), "{text} -> {masked}");
        }
    }

    #[test]
    fn basic_credentials_are_masked_as_they_stand_in_the_header() {
        let redactor = Redactor::new().unwrap();
        let basic = Credential::Basic { username: "ann".into(), password: Secret::new("hunter2!") };
        redactor.learn_credential(&basic).unwrap();
        assert_eq!(redactor.text(&format!("Basic {}", BASE64_STANDARD.encode("ann:hunter2!"))), "Basic ***");
    }

    #[test]
    fn the_longest_of_two_secrets_wins() {
        assert_eq!(knowing(&["token", "token-of-ann"]).text("a token-of-ann b token c"), "a *** b *** c");
    }

    #[test]
    fn a_very_short_secret_is_masked_as_a_word_only() {
        assert_eq!(knowing(&["lab"]).text("label=lab,lab2"), "label=***,lab2");
    }

    #[test]
    fn bytes_that_are_no_text_are_masked_too() {
        let masked = knowing(&["hunter2"]).bytes(b"\xff\x00hunter2\xfe").into_owned();
        assert_eq!(masked, b"\xff\x00***\xfe");
    }
}
