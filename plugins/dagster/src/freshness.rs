//! How fresh an asset must be and whether it is. Never asks what time it is: a result holds from the moment on that
//! Dagster's own figures give, so that the same state is the same result in every run.

use metahost_plugin_sdk::activity::Outcome;
use metahost_plugin_sdk::time;

use crate::answer::{Asset, Freshness, Lag};
use crate::text::millis;

/// What is promised, in words and in figures.
pub struct Policy {
    /// For people.
    pub words: String,
    warns_after: u64,
    fails_after: u64,
}

/// Whether the promise is kept, and since when that is so.
pub struct Verdict {
    /// Milliseconds.
    pub at: u64,
    /// Whether it is.
    pub outcome: Outcome,
    /// For people.
    pub message: String,
}

/// What the asset promises; Dagster's two generations of policies say it in different ways.
pub fn policy(asset: &Asset) -> Option<Policy> {
    asset.internal_freshness_policy.as_ref().and_then(newer).or_else(|| asset.freshness_policy.as_ref().map(older))
}

fn newer(policy: &Freshness) -> Option<Policy> {
    if let Some(fails_after) = policy.fail_window_seconds {
        let warns = policy.warn_window_seconds.map(|warns| format!(", a warning after {}", span(warns)));
        let words = format!("at most {} old{}", span(fails_after), warns.unwrap_or_default());
        return Some(Policy { words, warns_after: policy.warn_window_seconds.unwrap_or(fails_after), fails_after });
    }
    let (cron, within) = (policy.deadline_cron.as_ref()?, policy.lower_bound_delta_seconds?);
    let zone = policy.timezone.as_deref().unwrap_or("UTC");
    let words = format!("made within {} before each `{cron}` ({zone})", span(within));
    Some(Policy { words, warns_after: within, fails_after: within })
}

fn older(policy: &Lag) -> Policy {
    let seconds = millis(policy.maximum_lag_minutes * 60.0) / 1_000;
    let zone = policy.cron_schedule_timezone.as_ref().map(|zone| format!(" ({zone})")).unwrap_or_default();
    let by = policy.cron_schedule.as_ref().map(|cron| format!(" at each `{cron}`{zone}")).unwrap_or_default();
    Policy {
        words: format!("at most {} behind its sources{by}", span(seconds)),
        warns_after: seconds,
        fails_after: seconds,
    }
}

/// How the asset stands, where Dagster knows and it was ever made.
pub fn verdict(asset: &Asset, policy: &Policy) -> Option<Verdict> {
    let made = made_at(asset)?;
    let outcome = outcome(asset)?;
    let after = match outcome {
        Outcome::Success => 0,
        Outcome::Aborted => policy.warns_after,
        Outcome::Failed => policy.fails_after,
    };
    let message = format!("Last made {}; promised: {}.", time::format(made)?, policy.words);
    Some(Verdict { at: made + after * 1_000, outcome, message })
}

fn outcome(asset: &Asset) -> Option<Outcome> {
    match asset.freshness_status_info.as_ref().map(|info| info.freshness_status.as_str()) {
        Some("HEALTHY") => Some(Outcome::Success),
        Some("WARNING") => Some(Outcome::Aborted),
        Some("DEGRADED") => Some(Outcome::Failed),
        Some(_) => None,
        None => {
            let late = asset.freshness_info.as_ref()?.current_minutes_late?;
            Some(if late > 0.0 { Outcome::Failed } else { Outcome::Success })
        }
    }
}

fn made_at(asset: &Asset) -> Option<u64> {
    let told = asset.freshness_status_info.as_ref().and_then(|info| info.freshness_status_metadata.as_ref());
    told.and_then(|told| told.last_materialized_timestamp).map(millis).or_else(|| asset.made_at())
}

/// Seconds in the largest unit that they fill.
fn span(seconds: u64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let unit = units.into_iter().find(|(size, _)| seconds > 0 && seconds.is_multiple_of(*size));
    unit.map_or_else(|| format!("{seconds} s"), |(size, name)| format!("{} {name}", seconds / size))
}
