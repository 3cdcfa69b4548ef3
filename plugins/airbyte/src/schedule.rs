//! When a connection runs, as one line of text. Never counts when the next time is.

/// A cron expression with its time zone, which is not named where it is UTC.
pub fn cron(expression: &str, zone: Option<&str>) -> String {
    match zone.map(str::trim) {
        None | Some("" | "UTC") => expression.trim().to_owned(),
        Some(zone) => format!("{} ({zone})", expression.trim()),
    }
}

/// The public API writes the time zone behind the six or seven fields of a cron expression.
pub fn cron_with_zone(text: &str) -> String {
    let is_zone = |word: &str| word.chars().next().is_some_and(char::is_alphabetic);
    match text.trim().rsplit_once(char::is_whitespace) {
        Some((fields, zone)) if fields.split_whitespace().count() >= 6 && is_zone(zone) => cron(fields, Some(zone)),
        _ => cron(text, None),
    }
}

/// "every 24 hours", "every hour".
pub fn every(units: u64, unit: &str) -> String {
    let unit = unit.to_lowercase();
    match units {
        1 => format!("every {}", unit.trim_end_matches('s')),
        _ => format!("every {units} {unit}"),
    }
}

/// The public API's "Every 24 HOURS".
pub fn every_in_words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [_, units, unit] if units.parse::<u64>().is_ok() => every(units.parse().unwrap_or_default(), unit),
        _ => text.trim().to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_is_told_from_the_fields_before_it() {
        assert_eq!(cron_with_zone("0 0 3 * * ? Europe/Paris"), "0 0 3 * * ? (Europe/Paris)");
        assert_eq!(cron_with_zone("0 0 3 * * ? UTC"), "0 0 3 * * ?");
        assert_eq!(cron_with_zone("0 0 3 ? * MON"), "0 0 3 ? * MON");
        assert_eq!(cron_with_zone("0 0 3 ? * MON 2026"), "0 0 3 ? * MON 2026");
    }

    #[test]
    fn intervals_read_alike_from_both_apis() {
        assert_eq!(every_in_words("Every 24 HOURS"), every(24, "hours"));
        assert_eq!(every_in_words("Every 1 HOURS"), "every hour");
        assert_eq!(every_in_words("Whenever"), "whenever");
    }
}
