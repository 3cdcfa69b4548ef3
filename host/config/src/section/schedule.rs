//! `[schedules.<name>]`: when which assets run. The two of `built_in` need no section.

use std::str::FromStr;

use croner::parser::{CronParser, Seconds, Year};

use crate::read::{FromToml, Invalid, Node, did_you_mean};

/// Whether a schedule starts runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum ScheduleStatus {
    /// It starts nothing until someone starts it.
    #[default]
    Stopped,
    /// It starts its assets.
    Running,
}

impl ScheduleStatus {
    const WORDS: [(&'static str, Self); 2] = [("STOPPED", Self::Stopped), ("RUNNING", Self::Running)];

    /// The status as it is written.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, status)| *status == self).map_or("STOPPED", |(word, _)| word)
    }
}

impl FromToml for ScheduleStatus {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.choice(&Self::WORDS)
    }
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// When it fires: minute, hour, day of month, month, day of week.
    pub cron: String,
    /// The assets it runs, by name.
    pub assets: Vec<String>,
    /// Whether it starts runs.
    pub status: ScheduleStatus,
}

/// Reads a section over what is built in for this name. `assets` are the names there are.
pub(crate) fn schedule(node: &Node<'_>, name: &str, built_in: Option<&Schedule>, assets: &[&str]) -> Option<Schedule> {
    let mut section = node.section("schedule")?;
    let (cron, run) = match built_in {
        Some(_) => (section.node_of("cron"), section.node_of("assets")),
        None => (
            section.node_of("cron").or_else(|| section.missing("cron")),
            section.node_of("assets").or_else(|| section.missing("assets")),
        ),
    };
    let status = section.get("status");
    section.finish();
    let cron = cron.map_or_else(|| built_in.map(|it| it.cron.clone()), |node| Some(Cron::read(&node)?.0));
    let run = run.map_or_else(|| built_in.map(|it| it.assets.clone()), |node| asset_names(&node, assets));
    let status = status.or_else(|| built_in.map(|it| it.status)).unwrap_or_default();
    Some(Schedule { name: name.to_owned(), cron: cron?, assets: run?, status })
}

fn asset_names(node: &Node<'_>, assets: &[&str]) -> Option<Vec<String>> {
    match node.as_text() {
        Some("*") => return Some(assets.iter().map(|name| (*name).to_owned()).collect()),
        Some(_) => {
            node.invalid(format!("`{}` is a single text", node.key), "write \"*\" for all, or a list of names");
            return None;
        }
        None => {}
    }
    let names: Vec<Option<String>> = node.items()?.iter().map(|item| asset_name(item, assets)).collect();
    names.into_iter().collect()
}

fn asset_name(node: &Node<'_>, assets: &[&str]) -> Option<String> {
    let name = node.text()?;
    if assets.contains(&name) {
        return Some(name.to_owned());
    }
    let help = match name {
        "*" => "write `assets = \"*\"`, not a list, for all".to_owned(),
        _ => did_you_mean(name, assets.iter().copied(), "assets are"),
    };
    node.unknown_name(format!("there is no asset `{name}`"), help);
    None
}

struct Cron(String);

impl FromStr for Cron {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fields = text.split_whitespace().count();
        if fields != 5 && !text.starts_with('@') {
            return Err(format!("it has {fields} fields, not 5"));
        }
        let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
        parser.parse(text).map(|_| Self(text.to_owned())).map_err(|error| error.to_string())
    }
}

impl FromToml for Cron {
    fn read(node: &Node<'_>) -> Option<Self> {
        node.parsed(|text| {
            text.parse().map_err(|why: String| {
                let help = "write minute, hour, day of month, month and day of week: \"0 2 * * *\"";
                Invalid::new(format!("`{}` is no cron expression: {}", node.key, why.trim_end_matches('.')), help)
            })
        })
    }
}
