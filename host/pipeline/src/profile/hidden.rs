//! Values that nobody may see: of columns that hold secrets or tell of people, texts are left out of what is found. How many there
//! are, how long and how they are spread stays.

use metahost_model::TableProfile;
use metahost_profile::{Profile, Value};

use super::options::ProfileOptions;

/// Leaves them out of what was just found.
pub(crate) fn hide(profile: &mut Profile, options: &ProfileOptions) {
    for column in profile.columns.iter_mut().filter(|column| is_hidden(&column.path, options)) {
        column.metrics.retain(|_, metric| !matches!(metric.value, Value::Text(_)));
        (column.cardinality_distribution, column.top_values, column.patterns) = (None, None, None);
    }
}

/// Leaves them out of what the catalog is told.
pub(crate) fn hide_told(profile: &mut TableProfile, options: &ProfileOptions) {
    for column in profile.columns.iter_mut().filter(|column| is_hidden(&column.column, options)) {
        column.metrics.retain(|_, measure| !measure.value.is_string());
        column.cardinality_distribution = None;
    }
}

fn is_hidden(path: &[String], options: &ProfileOptions) -> bool {
    path.iter().any(|name| options.is_masked(name))
}
