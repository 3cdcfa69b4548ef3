//! Dashboards and all their widgets: visualizations are charts, texts are the description.

use std::collections::BTreeSet;

use metahost_plugin_sdk::entities::{Common, Dashboard as Entity};
use metahost_plugin_sdk::{common, paragraphs};

use crate::answer::Dashboard;
use crate::config::Config;
use crate::queries::{chart_name, owners, tags};

/// As OpenMetadata keeps it, with those of its charts that were read.
pub fn entity(config: &Config, board: &Dashboard, known: &BTreeSet<String>) -> Entity {
    let widgets = board.widgets.as_deref().unwrap_or_default();
    let shown = widgets.iter().filter_map(|widget| widget.visualization.as_ref());
    let mut charts: Vec<Vec<String>> = Vec::new();
    for visualization in shown {
        let Some(query) = &visualization.query else { continue };
        let name = chart_name(query.id, visualization.look.id);
        let chart = vec![name.clone()];
        if known.contains(&name) && !charts.contains(&chart) {
            charts.push(chart);
        }
    }
    let page = format!("/dashboards/{}-{}", board.id, board.slug.as_deref().unwrap_or_default());
    let common = Common {
        display_name: board.name.clone().filter(|name| !name.is_empty()),
        description: paragraphs(widgets.iter().map(|widget| widget.text.clone())),
        owners: owners(board.user.as_ref()),
        tags: tags(&board.tags, board.is_draft, board.is_archived),
        source_url: Some(config.page(page.trim_end_matches('-'))),
        ..common(vec![board.id.to_string()])
    };
    Entity { common, charts, data_models: Vec::new() }
}
