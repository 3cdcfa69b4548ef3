//! Made-up sources, one a connector: each answers for as many entities as are wanted, without a server. Nothing of it was
//! recorded.

mod airbyte;
mod dagster;
mod dbt;
mod iceberg;
mod redash;
mod s3;
mod superset;
mod trino;

use crate::answers::Asked;

/// A connector and the stand-in of its source.
pub struct Source {
    /// The connector's name.
    pub name: &'static str,
    /// Its configuration; `{}` is the stand-in's address.
    config: &'static str,
    /// More of its section, and of the file.
    more: &'static str,
    /// An asset that has to be there before.
    pub after: Option<&'static str>,
    answer: fn(&Asked, usize) -> String,
}

/// What most of them are configured by.
const URL: &str = "url = \"{}\"";

/// Each connector.
pub static SOURCES: [Source; 8] = [
    Source { name: "trino", config: URL, more: "", after: None, answer: trino::answer },
    Source {
        name: "dbt",
        config: "url = \"{}\", catalog = \"\", run-results = [], sources = \"\"",
        more: "service = \"iceberg\"\n[sources.iceberg]\nplugin = \"iceberg\"\nallow-private = true\nconfig = { url = \"{}\", database = \"lake\" }\n",
        after: Some("openmetadata__iceberg__metadata"),
        answer: dbt::answer,
    },
    Source {
        name: "dagster",
        config: "url = \"{}\", mode = \"asset\"",
        more: "",
        after: None,
        answer: dagster::answer,
    },
    Source {
        name: "superset",
        config: URL,
        more: "credentials.superset = { kind = \"bearer\", token = \"env:BENCH_TOKEN\" }\n",
        after: None,
        answer: superset::answer,
    },
    Source {
        name: "redash",
        config: URL,
        more: "credentials.redash = { kind = \"bearer\", token = \"env:BENCH_TOKEN\" }\n",
        after: None,
        answer: redash::answer,
    },
    Source { name: "airbyte", config: URL, more: "", after: None, answer: airbyte::answer },
    Source { name: "iceberg", config: URL, more: "", after: None, answer: iceberg::answer },
    Source {
        name: "s3",
        config: "region = \"x\", buckets = [\"lake\"], endpoint = \"{}\"",
        more: "",
        after: None,
        answer: s3::answer,
    },
];

impl Source {
    /// The one of this connector.
    pub fn of(name: &str) -> Option<&'static Self> {
        SOURCES.iter().find(|source| source.name == name)
    }

    /// What a source of so many entities answers.
    pub fn answer(&self, asked: &Asked, size: usize) -> (u16, String) {
        // No bucket has a list of its tables, or tags: S3's connector asks for both.
        let is_tagging = asked.query.iter().any(|(name, _)| name == "tagging");
        let is_missing = asked.path.ends_with("/openmetadata.json") || is_tagging;
        (if is_missing { 404 } else { 200 }, (self.answer)(asked, size))
    }

    /// The section of a source at this address. A token, where one is wanted, is in the variable `BENCH_TOKEN`.
    pub fn section(&self, url: &str) -> String {
        let name = self.name;
        let (config, more) = (self.config, self.more);
        format!("[sources.{name}]\nplugin = \"{name}\"\nallow-private = true\nconfig = {{ {config} }}\n{more}")
            .replace("{}", url)
    }
}

/// Numbers of one page.
fn numbers(count: usize, from: usize, size: usize) -> std::ops::Range<usize> {
    from.min(count)..(from + size).min(count)
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
