//! Dashboards, charts and the datasets they draw from.

use metahost_model::{Chart, Dashboard, DashboardDataModel};

use super::{Body, Context, columns, set, set_list, set_some};

impl Context<'_> {
    pub(super) fn dashboard(&self, body: &mut Body, dashboard: &Dashboard) {
        set(body, "service", self.service.fqn().as_str());
        set_list(body, "charts", dashboard.charts.iter().map(|path| self.sibling(path)).collect());
        set_list(body, "dataModels", dashboard.data_models.iter().map(|path| self.sibling(path)).collect());
    }

    pub(super) fn data_model(&self, body: &mut Body, model: &DashboardDataModel) {
        set(body, "service", self.service.fqn().as_str());
        set(body, "dataModelType", model.kind.as_str());
        set(body, "columns", columns(self, &model.columns));
        set_some(body, "sql", model.sql.as_deref());
        set_some(body, "project", model.project.as_deref());
        if !self.profile.has_data_model_url {
            body.remove("sourceUrl");
        }
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
