//! What a source's `[profile]` section asks for, as the pipeline takes it. Decides nothing but defaults.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use metahost_config::{self as config, PartitionValues, ProfileDepth, ProfileTables, Source as Section};
use metahost_model::SampleSize;
use metahost_pipeline::{
    Budget, CustomMetric, Depth, Details, Partition, ProfileOptions, ProfileRule, SampleMethod, SampleOptions,
    TableData, TestOptions,
};

use crate::sources::tests;

/// Columns whose values nobody may see, unless configured: what mostly holds secrets or tells of people.
const MASKED: [&str; 14] = [
    "password",
    "passwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "private_key",
    "ssn",
    "email",
    "phone",
    "iban",
    "credit_card",
    "birth",
    "address",
];

/// Tags of columns whose values nobody may see, unless configured.
const MASKED_TAGS: [&str; 1] = ["PII.Sensitive"];

/// How long a statement of the profiler may take, unless configured.
const QUERY_SECONDS: u64 = 300;

/// Tables that are profiled at once, unless configured.
const TABLES: usize = 4;

/// How the tables of a source are profiled.
/// `tested` names the tables whose tests are run, if nothing else is wanted.
pub(super) fn profile(
    section: &Section,
    data: Arc<dyn TableData>,
    tested: Option<Vec<String>>,
) -> Result<ProfileOptions> {
    let tests = TestOptions { configured: tests(section)?, only: tested.is_some(), tables: tested.unwrap_or_default() };
    let wanted = &section.profile;
    let masked = || MASKED.map(str::to_owned).to_vec();
    Ok(ProfileOptions {
        data,
        depth: wanted.depth.map(depth).unwrap_or_default(),
        budget: Budget {
            queries: wanted.queries,
            bytes: wanted.scanned_mib.map(|mib| mib.saturating_mul(1 << 20)),
            time: wanted.seconds.map(Duration::from_secs),
            query_time: Some(Duration::from_secs(wanted.query_seconds.unwrap_or(QUERY_SECONDS))),
        },
        concurrent: wanted.concurrent.map_or(TABLES, |tables| tables as usize),
        sample: wanted.sample.map(sample),
        sample_rows: wanted.sample_rows.unwrap_or_default().into(),
        mask_tags: wanted.mask_tags.clone().unwrap_or_else(|| MASKED_TAGS.map(str::to_owned).to_vec()),
        mask: wanted.mask.clone().unwrap_or_else(masked),
        details: Details::default(),
        rules: wanted.tables.iter().map(rule).collect(),
        tests,
    })
}

fn depth(depth: ProfileDepth) -> Depth {
    match depth {
        ProfileDepth::Statistics => Depth::Statistics,
        ProfileDepth::Full => Depth::Full,
        ProfileDepth::Exact => Depth::Exact,
    }
}

fn sample(sample: config::Sample) -> SampleOptions {
    let method = match sample.method {
        config::SampleMethod::Bernoulli => SampleMethod::Bernoulli,
        config::SampleMethod::System => SampleMethod::System,
        config::SampleMethod::Newest => SampleMethod::Newest,
    };
    let size = match sample.size {
        config::SampleSize::Percent(percent) => SampleSize::Percentage(percent),
        config::SampleSize::Count(rows) => SampleSize::Rows(rows),
    };
    SampleOptions { size, method }
}

fn rule(rule: &ProfileTables) -> ProfileRule {
    ProfileRule {
        tables: rule.tables.clone(),
        skip: rule.skip,
        depth: rule.depth.map(depth),
        sample: rule.sample.map(sample),
        include_columns: rule.include_columns.clone(),
        exclude_columns: rule.exclude_columns.clone(),
        partition: rule.partition.as_ref().map(partition),
        custom_metrics: rule.custom_metrics.iter().map(metric).collect(),
    }
}

fn partition(partition: &config::Partition) -> Partition {
    let column = partition.column.clone();
    match &partition.of {
        PartitionValues::Last(interval, unit) => Partition::Time { column, interval: *interval, unit: unit.clone() },
        PartitionValues::Between(start, end) => Partition::Range { column, start: *start, end: *end },
        PartitionValues::OneOf(values) => Partition::Values { column, values: values.clone() },
    }
}

fn metric(metric: &config::CustomMetric) -> CustomMetric {
    CustomMetric {
        name: metric.name.clone(),
        column: metric.column.iter().cloned().collect(),
        expression: metric.expression.clone(),
    }
}
