//! How often a query is refreshed, in words. Never says when it is next.

use serde_json::Value;

/// Units of an interval, the longest first.
const UNITS: [(u64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];

/// "Refreshed every 1 d at 03:00 UTC." Before version 5 a schedule was a text: seconds, or a time of day.
pub fn words(schedule: &Value) -> Option<String> {
    if let Some(text) = schedule.as_str() {
        return Some(match text.parse() {
            Ok(seconds) => format!("Refreshed every {}.", interval(seconds)),
            Err(_) => format!("Refreshed every 1 d at {text} UTC."),
        });
    }
    let seconds = schedule["interval"].as_u64()?;
    let part = |name: &str, before: &str, after: &str| {
        let text = schedule[name].as_str().filter(|text| !text.is_empty());
        text.map(|text| format!(" {before} {text}{after}")).unwrap_or_default()
    };
    let (day, at, until) = (part("day_of_week", "on", ""), part("time", "at", " UTC"), part("until", "until", ""));
    Some(format!("Refreshed every {}{day}{at}{until}.", interval(seconds)))
}

fn interval(seconds: u64) -> String {
    let whole = UNITS.iter().find(|(length, _)| seconds >= *length && seconds.is_multiple_of(*length));
    whole.map_or_else(|| format!("{seconds} s"), |(length, unit)| format!("{} {unit}", seconds / length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_kind_of_schedule_is_told_in_words() {
        let told = |schedule| words(&schedule).unwrap_or_default();
        assert_eq!(told(json!({"interval": 3600, "time": null, "until": null})), "Refreshed every 1 h.");
        assert_eq!(told(json!({"interval": 86_400, "time": "03:00"})), "Refreshed every 1 d at 03:00 UTC.");
        let weekly = json!({"interval": 604_800, "time": "03:00", "day_of_week": "Monday", "until": "2027-01-01"});
        assert_eq!(told(weekly), "Refreshed every 7 d on Monday at 03:00 UTC until 2027-01-01.");
        assert_eq!(
            [told(json!("1800")), told(json!("10:30"))],
            ["Refreshed every 30 min.", "Refreshed every 1 d at 10:30 UTC."]
        );
        assert_eq!([told(json!(null)), told(json!({"interval": null})), told(json!([]))], ["", "", ""]);
        assert_eq!(told(json!({"interval": 90})), "Refreshed every 90 s.");
    }
}
