//! What Vault answers, and what each refusal means for who wrote the configuration. Repeats the server's own words, and
//! never a value.

use metahost_gateway::Secret;
use serde_json::{Map, Value};

use super::Place;
use crate::secret::Unavailable;
use crate::section::KvVersion;

/// An answer of the server.
pub(super) struct Answer {
    status: u16,
    body: Value,
    /// What the server says about it, without secrets.
    words: String,
}

impl Answer {
    pub(super) fn new(status: u16, body: &[u8], redact: impl Fn(&str) -> String) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let said = ["errors", "warnings"].iter().filter_map(|key| body.get(key)?.as_array()).flatten();
        let words = said.filter_map(Value::as_str).map(one_line).collect::<Vec<_>>().join("; ");
        Self { status, body, words: redact(&words) }
    }

    /// The token a login issued.
    pub(super) fn session_token(&self, mount: &str) -> Result<Secret, Unavailable> {
        let help = format!(
            "check the role and what identifies it in `vault.auth`, and that the method is mounted at `{mount}`"
        );
        match self.status {
            400 | 401 | 403 | 404 => Err(Unavailable::new(format!("the login was refused{}", self.said()), help)),
            _ => {
                self.up()?;
                let token = self.body.pointer("/auth/client_token").and_then(Value::as_str);
                token.map(Secret::new).ok_or_else(|| self.strange("a login without a token"))
            }
        }
    }

    /// Which part of `whole` is the mount, and its version.
    pub(super) fn mount(&self, whole: &str) -> Result<Place, Unavailable> {
        if matches!(self.status, 403 | 404) {
            return Err(self.denied(whole, ""));
        }
        self.up()?;
        let text = |pointer: &str| self.body.pointer(pointer).and_then(Value::as_str);
        let mount = text("/data/path").unwrap_or_default().trim_matches('/');
        let path = whole.strip_prefix(mount).and_then(|rest| rest.strip_prefix('/')).filter(|_| !mount.is_empty());
        let path = path.ok_or_else(|| self.strange("no mount"))?;
        if !matches!(text("/data/type"), Some("kv" | "generic")) {
            let found = text("/data/type").unwrap_or("nothing");
            let message = format!("`{mount}` is a mount of the {found} engine, not of KV");
            return Err(Unavailable::new(message, "name a KV mount"));
        }
        let version = if text("/data/options/version") == Some("2") { KvVersion::V2 } else { KvVersion::V1 };
        Ok(Place { version, version_given: false, mount: mount.into(), path: path.into() })
    }

    /// The fields of a secret.
    pub(super) fn secret(&self, place: &Place) -> Result<&Map<String, Value>, Unavailable> {
        match self.status {
            403 => return Err(self.denied(&place.api(), place.version_hint())),
            404 => return Err(self.absent(place)),
            _ => self.up()?,
        }
        let pointer = if place.version == KvVersion::V2 { "/data/data" } else { "/data" };
        self.body.pointer(pointer).and_then(Value::as_object).ok_or_else(|| self.strange("no fields"))
    }

    fn absent(&self, place: &Place) -> Unavailable {
        let Place { mount, path, .. } = place;
        let metadata = self.body.pointer("/data/metadata");
        if metadata.is_some() {
            let message = format!("the newest version of `{path}` in the mount `{mount}` is deleted");
            return Unavailable::new(message, "undelete it, or write a new version");
        }
        let message = format!("there is no secret at `{path}` in the mount `{mount}`{}", self.said());
        Unavailable::new(message, format!("check the path{}", place.version_hint()))
    }

    fn denied(&self, path: &str, hint: &str) -> Unavailable {
        let message = format!("Vault refused to read `{path}`{}", self.said());
        Unavailable::new(
            message,
            format!(
                "check that the token has not expired, that the mount exists, and that its policy grants `read` on `{path}`{hint}"
            ),
        )
    }

    /// Whether the server could do what it was asked to.
    fn up(&self) -> Result<(), Unavailable> {
        let trouble =
            |message: &str, help: &str| Err(Unavailable::new(format!("{message}{}", self.said()), help).for_now());
        match self.status {
            200..300 => Ok(()),
            503 => trouble("Vault is sealed or in maintenance", "unseal it"),
            501 => trouble("Vault is not initialised", "initialise and unseal it"),
            429 | 472 | 473 => trouble("this Vault server only stands by", "set `vault.address` to the active one"),
            status => trouble(&format!("Vault answered {status}"), "look into the server's log"),
        }
    }

    fn strange(&self, what: &str) -> Unavailable {
        let message = format!("the answer is not Vault's: {} with {what}{}", self.status, self.said());
        Unavailable::new(message, "check `vault.address`")
    }

    fn said(&self) -> String {
        if self.words.is_empty() { String::new() } else { format!(" ({})", self.words) }
    }
}

/// The server lists even a single error as bullets below a heading.
fn one_line(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    words.strip_prefix("1 error occurred: * ").map(str::to_owned).unwrap_or(words)
}

/// One field of a secret, as text.
pub(super) fn field(secret: &Map<String, Value>, name: &str) -> Result<Secret, Unavailable> {
    match secret.get(name) {
        Some(Value::String(text)) if text.is_empty() => Err(no_text(name, "is empty")),
        Some(Value::String(text)) => Ok(Secret::new(text)),
        Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(Secret::new(value.to_string())),
        Some(_) => Err(no_text(name, "is not a text")),
        None => {
            let fields: Vec<&str> = secret.keys().map(String::as_str).collect();
            let message = format!("the secret has no field `{name}`");
            Err(Unavailable::new(message, format!("its fields are: {}", fields.join(", "))))
        }
    }
}

fn no_text(name: &str, what: &str) -> Unavailable {
    Unavailable::new(format!("its field `{name}` {what}"), "write a text into it, or name another field")
}
