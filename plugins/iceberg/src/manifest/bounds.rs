//! Bounds of columns: Iceberg's binary form of single values, compared as what they are, and told as people write them.

/// A bound that can be compared.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub enum Bound {
    /// Whole numbers, dates, times, decimals without their point.
    Whole(i128),
    /// Floats.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes and identifiers.
    Bytes(Vec<u8>),
}

impl Bound {
    /// By the column's type of today; files that are older than it may have a narrower one. None for what can't be read.
    pub fn read(kind: &str, bytes: &[u8]) -> Option<Self> {
        let word = kind.split(['(', '[']).next().unwrap_or(kind).trim();
        Some(match word {
            "boolean" => Self::Whole((*bytes.first()?).into()),
            "int" | "long" | "date" | "time" => Self::Whole(little(bytes)?.into()),
            "timestamp" | "timestamptz" => Self::Whole(instant(bytes, 1_000_000)?),
            "timestamp_ns" | "timestamptz_ns" => Self::Whole(instant(bytes, 1_000_000_000)?),
            "float" | "double" => Self::Float(match bytes.len() {
                4 => f32::from_le_bytes(bytes.try_into().ok()?).into(),
                _ => f64::from_le_bytes(bytes.try_into().ok()?),
            }),
            "decimal" => Self::Whole(big(bytes)?),
            "string" => Self::Text(String::from_utf8_lossy(bytes).into_owned()),
            "uuid" | "fixed" | "binary" => Self::Bytes(bytes.to_vec()),
            _ => return None,
        })
    }

    /// As people write it.
    pub fn word(&self, kind: &str) -> String {
        let (word, rest) = kind.split_once(['(', '[']).unwrap_or((kind, ""));
        match (self, word.trim()) {
            (Self::Whole(number), "boolean") => (*number != 0).to_string(),
            (Self::Whole(days), "date") => date(clamp(*days)),
            (Self::Whole(micros), "time") => clock(*micros, 1_000_000),
            (Self::Whole(micros), "timestamp") => moment(*micros, 1_000_000, ""),
            (Self::Whole(micros), "timestamptz") => moment(*micros, 1_000_000, "Z"),
            (Self::Whole(nanos), "timestamp_ns") => moment(*nanos, 1_000_000_000, ""),
            (Self::Whole(nanos), "timestamptz_ns") => moment(*nanos, 1_000_000_000, "Z"),
            (Self::Whole(number), "decimal") => decimal(*number, scale(rest)),
            (Self::Whole(number), _) => number.to_string(),
            (Self::Float(number), _) if number.is_infinite() => {
                if *number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned()
            }
            (Self::Float(number), "float") => single(*number),
            (Self::Float(number), _) => number.to_string(),
            (Self::Text(text), _) => text.clone(),
            (Self::Bytes(bytes), "uuid") if bytes.len() == 16 => uuid(bytes),
            (Self::Bytes(bytes), _) => hex::encode(bytes),
        }
    }
}

/// With no more digits than a number of 32 bits has.
fn single(number: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "it was made from 32 bits")]
    let single = number as f32;
    single.to_string()
}

fn little(bytes: &[u8]) -> Option<i64> {
    match bytes.len() {
        4 => Some(i32::from_le_bytes(bytes.try_into().ok()?).into()),
        8 => Some(i64::from_le_bytes(bytes.try_into().ok()?)),
        _ => None,
    }
}

/// A moment; in files that are older than its type, a day.
fn instant(bytes: &[u8], a_second: i128) -> Option<i128> {
    let number = i128::from(little(bytes)?);
    Some(if bytes.len() == 4 { number * 86_400 * a_second } else { number })
}

/// Two's complement, the greatest byte first.
fn big(bytes: &[u8]) -> Option<i128> {
    if bytes.len() > 16 {
        return None;
    }
    let sign = if bytes.first()? & 0x80 == 0 { 0 } else { 0xff };
    let mut all = [sign; 16];
    all.get_mut(16 - bytes.len()..)?.copy_from_slice(bytes);
    Some(i128::from_be_bytes(all))
}

fn scale(rest: &str) -> usize {
    let numbers = rest.trim_end_matches([')', ']']);
    numbers.split(',').nth(1).and_then(|scale| scale.trim().parse().ok()).unwrap_or(0)
}

fn decimal(unscaled: i128, scale: usize) -> String {
    let sign = if unscaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

fn clamp(number: i128) -> i64 {
    i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
}

/// A day, counted from 1970. What no calendar of four digits has is told as its number.
pub fn date(days: i64) -> String {
    let millis = days.checked_mul(86_400_000).and_then(|millis| u64::try_from(millis).ok());
    match millis.and_then(metahost_plugin_sdk::time::format) {
        Some(text) => text.split('T').next().unwrap_or_default().to_owned(),
        None => civil(days),
    }
}

/// Before 1970: the proleptic Gregorian calendar, years counted from March on, 400 of which have 146,097 days.
fn civil(days: i64) -> String {
    let days = i128::from(days) + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let (day, month) =
        (day_of_year - (153 * from_march + 2) / 5 + 1, if from_march < 10 { from_march + 3 } else { from_march - 9 });
    format!("{:04}-{month:02}-{day:02}", era * 400 + year_of_era + i128::from(month <= 2))
}

fn clock(value: i128, a_second: i128) -> String {
    let (seconds, rest) = (value.div_euclid(a_second), value.rem_euclid(a_second));
    let width = a_second.ilog10() as usize;
    let fraction = format!(".{rest:0width$}");
    let fraction = if rest == 0 { "" } else { fraction.trim_end_matches('0') };
    format!("{:02}:{:02}:{:02}{fraction}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

fn moment(value: i128, a_second: i128, zone: &str) -> String {
    let a_day = 86_400 * a_second;
    format!("{}T{}{zone}", date(clamp(value.div_euclid(a_day))), clock(value.rem_euclid(a_day), a_second))
}

/// Sixteen bytes as people write an identifier.
pub fn uuid(bytes: &[u8]) -> String {
    let text = hex::encode(bytes);
    [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_values_are_told_as_people_write_them() {
        for (kind, bytes, expected) in [
            ("int", 7_i32.to_le_bytes().to_vec(), "7"),
            ("long", (-7_i32).to_le_bytes().to_vec(), "-7"),
            ("double", 1.5_f32.to_le_bytes().to_vec(), "1.5"),
            ("float", 0.1_f32.to_le_bytes().to_vec(), "0.1"),
            ("double", f64::NEG_INFINITY.to_le_bytes().to_vec(), "-Infinity"),
            ("boolean", vec![1], "true"),
            ("decimal(9, 2)", vec![0xff, 0x38], "-2.00"),
            ("decimal(5, 5)", vec![7], "0.00007"),
            ("date", (-1_i32).to_le_bytes().to_vec(), "1969-12-31"),
            ("timestamptz", 1_500_000_i64.to_le_bytes().to_vec(), "1970-01-01T00:00:01.5Z"),
            ("timestamp", (-1_i64).to_le_bytes().to_vec(), "1969-12-31T23:59:59.999999"),
            ("timestamp", (-1_i32).to_le_bytes().to_vec(), "1969-12-31T00:00:00"),
            ("timestamptz_ns", 1_i64.to_le_bytes().to_vec(), "1970-01-01T00:00:00.000000001Z"),
            ("time", 3_723_000_004_i64.to_le_bytes().to_vec(), "01:02:03.000004"),
            ("uuid", (0..16).collect(), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
            ("string", "näme".as_bytes().to_vec(), "näme"),
            ("fixed[2]", vec![0, 255], "00ff"),
        ] {
            let told = Bound::read(kind, &bytes).map(|bound| bound.word(kind));
            assert_eq!(told.as_deref(), Some(expected), "{kind}");
        }
        assert_eq!(Bound::read("int", &[1, 2]), None);
        assert!(Bound::read("long", &7_i32.to_le_bytes()) < Bound::read("long", &8_i64.to_le_bytes()));
    }
}
