//! Dashboards with the charts and texts on them. Never reads a list: that is the caller's.

use metahost_plugin_sdk::entities::{Common, Dashboard as Entity};
use metahost_plugin_sdk::rest::encode;
use metahost_plugin_sdk::{common, paragraphs};

use crate::answer::{Dashboard, Row};
use crate::chart::{owners, tags};
use crate::config::Config;

/// How this Redash names dashboards in its addresses.
#[derive(Debug, Clone, Copy)]
pub enum Addresses {
    /// By their number, since version 9.
    Number,
    /// By their slug, before that.
    Slug,
}

impl Addresses {
    /// What a version does. Since 2025 versions begin with the year.
    pub fn of(version: Option<&str>) -> Self {
        let major = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
        if major.is_some_and(|major| major < 9) { Self::Slug } else { Self::Number }
    }

    /// Where one dashboard is asked for.
    pub fn request(self, row: &Row) -> String {
        match self {
            Self::Number => format!("/api/dashboards/{}", row.id),
            Self::Slug => format!("/api/dashboards/{}", encode(&row.slug)),
        }
    }

    fn page(self, board: &Dashboard) -> String {
        match self {
            Self::Number if board.slug.is_empty() => format!("dashboards/{}", board.id),
            Self::Number => format!("dashboards/{}-{}", board.id, board.slug),
            Self::Slug => format!("dashboard/{}", board.slug),
        }
    }
}

/// As OpenMetadata keeps it, with its charts in their order.
pub fn entity(config: &Config, addresses: Addresses, board: &Dashboard, charts: Vec<String>) -> Entity {
    let common = Common {
        display_name: Some(board.name.clone()).filter(|name| !name.trim().is_empty()),
        description: paragraphs(board.widgets.iter().map(|widget| widget.text.clone())),
        owners: owners(board.user.as_ref()),
        tags: tags(&board.tags, &[(board.is_draft, "Draft"), (board.is_archived, "Archived")]),
        source_url: Some(config.page(&addresses.page(board))),
        ..common(vec![board.id.to_string()])
    };
    Entity { common, charts: charts.into_iter().map(|name| vec![name]).collect(), data_models: Vec::new() }
}
