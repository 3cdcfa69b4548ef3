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
}
