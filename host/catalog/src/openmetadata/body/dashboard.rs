//! Dashboards and charts.

use metahost_model::{Chart, Dashboard};

use super::{Body, Context, set, set_list};

impl Context<'_> {
    pub(super) fn dashboard(&self, body: &mut Body, dashboard: &Dashboard) {
        set(body, "service", self.service.fqn().as_str());
        set_list(body, "charts", dashboard.charts.iter().map(|path| self.sibling(path)).collect());
        set_list(body, "dataModels", dashboard.data_models.iter().map(|path| self.sibling(path)).collect());
    }

    pub(super) fn chart(&self, body: &mut Body, chart: &Chart) {
        set(body, "service", self.service.fqn().as_str());
        let known = self.profile.has_chart_type(&chart.kind);
        set(body, "chartType", if known { chart.kind.as_str() } else { "Other" });
        if !self.profile.has_chart_extension && body.remove("extension").is_some() {
            self.left_out("the field", "extension of charts", "it was left out");
        }
    }
}
