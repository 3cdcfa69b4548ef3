//! When a query runs by itself, in words.

use crate::answer::Schedule;

/// "every 1 h", "every 1 d at 03:00", "every 7 d on Monday at 03:00".
pub fn text(schedule: &Schedule) -> Option<String> {
    let every = interval(schedule.interval?);
    let day = schedule.day_of_week.as_ref().map(|day| format!(" on {day}")).unwrap_or_default();
    let time = schedule.time.as_ref().map(|time| format!(" at {time}")).unwrap_or_default();
    let until = schedule.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
    Some(format!("every {every}{day}{time}{until}"))
}

fn interval(seconds: u64) -> String {
    for (unit, length) in [("d", 86_400), ("h", 3_600), ("min", 60)] {
        if seconds >= length && seconds.is_multiple_of(length) {
            return format!("{} {unit}", seconds / length);
        }
    }
    format!("{seconds} s")
}

/// Milliseconds of "2026-11-23T05:39:16.164Z".
pub fn millis(text: &str) -> Option<u64> {
    let (date, time) = text.split_once('T')?;
    let number = |part: Option<&str>| part?.parse::<u64>().ok();
    let mut date = date.split('-');
    let (year, month, day) = (number(date.next())?, number(date.next())?, number(date.next())?);
    let time = time.trim_end_matches('Z').split_once('+').map_or(time.trim_end_matches('Z'), |(time, _)| time);
    let mut time = time.split([':', '.']);
    let (hour, minute, second) = (number(time.next())?, number(time.next())?, number(time.next())?);
    let fraction: String = time.next().unwrap_or_default().chars().chain("000".chars()).take(3).collect();
    let seconds = days(year, month, day)? * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(seconds * 1_000 + fraction.parse::<u64>().ok()?)
}

/// Days since 1970 in the calendar that everybody uses.
fn days(year: u64, month: u64, day: u64) -> Option<u64> {
    let (year, month) = if month <= 2 { (year.checked_sub(1)?, month + 9) } else { (year, month.checked_sub(3)?) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day.checked_sub(1)?;
    days.checked_sub(719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_words() {
        let text = |interval, time: Option<&str>, day: Option<&str>| {
            let (time, day_of_week) = (time.map(str::to_owned), day.map(str::to_owned));
            text(&Schedule { interval, time, day_of_week, until: None })
        };
        assert_eq!(text(Some(3600), None, None).as_deref(), Some("every 1 h"));
        assert_eq!(text(Some(604_800), Some("03:00"), Some("Monday")).as_deref(), Some("every 7 d on Monday at 03:00"));
        assert_eq!(text(Some(90), None, None).as_deref(), Some("every 90 s"));
        assert_eq!(text(None, None, None), None);
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(millis("1970-01-01T00:00:00.000Z"), Some(0));
        assert_eq!(millis("2026-11-23T05:39:16.164Z"), Some(1_795_412_356_164));
        assert_eq!(millis("2024-02-29T23:59:59Z"), Some(1_709_251_199_000));
        assert_eq!(millis("soon"), None);
    }
}
