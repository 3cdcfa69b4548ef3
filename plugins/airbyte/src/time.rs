//! Times as Airbyte's public API writes them, such as `2026-11-19T07:33:20Z`. Never asks what time it is.

const DAY: i64 = 86_400_000;

/// Milliseconds since 1970. Seconds may be left out: Java does so where they are zero.
pub fn parse(text: &str) -> Option<u64> {
    let (date, time) = text.trim().split_once(['T', ' '])?;
    let mut date = date.splitn(3, '-').map(number);
    let days = days(date.next()??, date.next()??, date.next()??);
    let at = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at(at);
    u64::try_from(days * DAY + millis_of_day(clock)? - offset(zone)?).ok()
}

/// Hours, minutes, and seconds with a fraction.
fn millis_of_day(clock: &str) -> Option<i64> {
    let mut parts = clock.splitn(3, ':');
    let (hours, minutes) = (number(parts.next()?)?, number(parts.next()?)?);
    let (seconds, fraction) = parts.next().map_or(("0", ""), |text| text.split_once('.').unwrap_or((text, "")));
    let millis: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some(((hours * 60 + minutes) * 60 + number(seconds)?) * 1_000 + number(&millis)?)
}

/// Small enough for any sum that is made of it.
fn number(text: &str) -> Option<i64> {
    text.parse::<u16>().ok().map(i64::from)
}

/// `Z`, `+02:00` or nothing.
fn offset(zone: &str) -> Option<i64> {
    let sign = match zone.chars().next() {
        None | Some('Z') => return Some(0),
        Some('-') => -1,
        Some(_) => 1,
    };
    millis_of_day(zone.get(1..)?).map(|millis| sign * millis)
}

/// Days since 1970 of the Gregorian calendar, whose year is taken to begin in March.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

/// The second that a time is in.
pub fn format(millis: u64) -> String {
    let seconds = millis / 1_000;
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, date) = civil(day);
    format!("{year:04}-{month:02}-{date:02}T{:02}:{:02}:{:02}Z", second / 3_600, second / 60 % 60, second % 60)
}

/// Year, month and day: the way back of `days`.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_there_and_back() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799_000),
            ("2026-11-19T07:33:20Z", 1_795_073_600_000),
            ("2100-03-01T00:00:00Z", 4_107_542_400_000),
        ] {
            assert_eq!((parse(text), format(millis)), (Some(millis), text.to_owned()));
        }
    }

    #[test]
    fn other_ways_to_write_the_same() {
        let same = Some(1_795_073_580_000);
        assert_eq!(parse("2026-11-19T07:33Z"), same);
        assert_eq!(parse("2026-11-19T09:33:00.000+02:00"), same);
        assert_eq!(parse("2026-11-19T07:33:00.5Z"), Some(1_795_073_580_500));
        assert_eq!((parse("yesterday"), parse("2026-11T07:33Z"), parse("1969-01-01T00:00:00Z")), (None, None, None));
    }
}
