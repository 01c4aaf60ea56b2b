//! Dates as the receiver reads them: a text that starts like `YYYY-MM-DD`, then JavaScript's `Date`, which rolls impossible days over.

use super::js;
use chrono::{Days, NaiveDate};
use std::borrow::Cow;

/// Whether a text starts with `YYYY-MM-DD`, all ASCII digits. A leading space does not pass.
pub fn starts_like_a_date(text: &str) -> bool {
    let mut bytes = text.bytes();
    "dddd-dd-dd".bytes().all(|pattern| match (pattern, bytes.next()) {
        (b'd', Some(b)) => b.is_ascii_digit(),
        (b'-', Some(b)) => b == b'-',
        _ => false,
    })
}

/// What `new Date(text.trim())` holds, in milliseconds since 1970-01-01T00:00Z on a server that runs in UTC; `None` for an invalid date.
///
/// Day 1 to 31 is taken for every month and rolls over, as V8 does. Besides ISO forms, the forms with a space that V8's older parser takes
/// (`2021-09-01 00:00:00`, with a zone or AM/PM) are read; so are its comments in brackets and its commas; its taste for month names is
/// not copied.
pub fn parse(text: &str) -> Option<i64> {
    let text = js::trim(text);
    if !starts_like_a_date(text) {
        return None;
    }
    let year: i32 = text.get(0..4)?.parse().ok()?;
    let month: u32 = text.get(5..7)?.parse().ok()?;
    let day: u32 = text.get(8..10)?.parse().ok()?;
    if !(1..=31).contains(&day) {
        return None;
    }
    let midnight = NaiveDate::from_ymd_opt(year, month, 1)?
        .checked_add_days(Days::new(u64::from(day) - 1))?
        .and_hms_opt(0, 0, 0)?
        .and_utc()
        .timestamp_millis();
    let rest = without_comments(text.get(10..)?);
    Some(midnight + time_of_day(&rest)?)
}

/// What V8's older parser reads of what follows a date: commas and what stands in brackets mean nothing to it.
fn without_comments(rest: &str) -> Cow<'_, str> {
    if !rest.contains(['(', ',']) {
        return rest.into();
    }
    let mut depth = 0_u32;
    let mut kept = String::new();
    for char in rest.chars() {
        match char {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => kept.push(' '),
            other if depth == 0 => kept.push(other),
            _ => {}
        }
    }
    kept.trim_end().to_owned().into()
}

/// What follows the date, in milliseconds to add to its midnight in UTC.
fn time_of_day(rest: &str) -> Option<i64> {
    if matches!(rest, "" | "Z") || matches!(rest.trim_start_matches(' '), "Z" | "GMT" | "UTC") {
        return Some(0);
    }
    let iso = rest.starts_with('T');
    let rest = if iso {
        rest.get(1..)?
    } else {
        rest.strip_prefix(' ')?.trim_start_matches(' ')
    };
    let end = rest
        .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'))
        .unwrap_or(rest.len());
    let (clock, zone) = (rest.get(..end)?, rest.get(end..)?);
    let zone = if iso { zone } else { zone.trim_start_matches(' ') };
    let (half, zone) = match zone.get(..2) {
        Some("AM" | "am") if !iso => (Some(0), zone.get(2..)?),
        Some("PM" | "pm") if !iso => (Some(12), zone.get(2..)?),
        _ => (None, zone),
    };
    Some(clock_millis(clock, half)? - offset_millis(zone, iso)?)
}

fn clock_millis(clock: &str, half_day: Option<i64>) -> Option<i64> {
    let mut parts = clock.split(':');
    let mut hour = two_digits(parts.next()?)?;
    let minute = two_digits(parts.next()?)?;
    let (second, millis) = match parts.next() {
        None => (0, 0),
        Some(seconds) => match seconds.split_once('.') {
            None => (two_digits(seconds)?, 0),
            Some((seconds, fraction)) if !fraction.is_empty() && fraction.bytes().all(|b| b.is_ascii_digit()) => {
                let three: String = fraction.chars().chain("00".chars()).take(3).collect();
                (two_digits(seconds)?, three.parse().ok()?)
            }
            Some(_) => return None,
        },
    };
    if parts.next().is_some() {
        return None;
    }
    if let Some(shift) = half_day {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = hour % 12 + shift;
    }
    let full_day = hour == 24 && minute == 0 && second == 0 && millis == 0;
    if (hour > 23 && !full_day) || minute > 59 || second > 59 {
        return None;
    }
    Some(((hour * 60 + minute) * 60 + second) * 1000 + millis)
}

fn offset_millis(zone: &str, iso: bool) -> Option<i64> {
    let zone = if iso {
        zone
    } else {
        let bare = zone.strip_prefix("UTC").or_else(|| zone.strip_prefix("GMT"));
        bare.unwrap_or(zone)
    };
    if zone.is_empty() || zone == "Z" {
        return Some(0);
    }
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let digits = zone.get(1..)?;
    let (hours, minutes) = match digits.split_once(':') {
        Some(pair) => pair,
        None if digits.len() == 4 => (digits.get(..2)?, digits.get(2..)?),
        None => return None,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60_000)
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn iso(text: &str) -> Option<String> {
        let instant = chrono::DateTime::from_timestamp_millis(parse(text)?)?;
        Some(instant.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
    }

    #[test]
    fn possible_dates_and_their_instants() {
        for (text, expected) in [
            ("2021-09-01", "2021-09-01T00:00:00.000Z"),
            ("2021-09-01 ", "2021-09-01T00:00:00.000Z"),
            ("2021-02-30", "2021-03-02T00:00:00.000Z"),
            ("2021-02-29", "2021-03-01T00:00:00.000Z"),
            ("2021-09-31", "2021-10-01T00:00:00.000Z"),
            ("2000-10-28T00:00:00+02:00", "2000-10-27T22:00:00.000Z"),
            ("2021-09-01 00:00:00", "2021-09-01T00:00:00.000Z"),
            ("2021-09-01T00:00:00", "2021-09-01T00:00:00.000Z"),
            ("2021-09-01T10:20:30.5Z", "2021-09-01T10:20:30.500Z"),
            ("2021-09-01T24:00:00", "2021-09-02T00:00:00.000Z"),
            ("2021-09-01 01:00 PM", "2021-09-01T13:00:00.000Z"),
            ("2021-09-01 10:00 GMT+02:00", "2021-09-01T08:00:00.000Z"),
            ("0001-01-01", "0001-01-01T00:00:00.000Z"),
            ("9999-12-31", "9999-12-31T00:00:00.000Z"),
        ] {
            assert_eq!(iso(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn impossible_dates() {
        for text in [
            "2021-13-01",
            "2021-00-01",
            "2021-09-00",
            "2021-09-32",
            "2021-09-01abc",
            "2021-09-01T25:00:00",
            "2021-09-01T10",
            "2021-09-01T24:00:01",
            "2021-09-01T10:60",
            "2021-9-1",
            "20210901",
            "01/09/2021",
            "",
            "2021-09-01T10:00:00.",
            "2021-09-01é",
        ] {
            assert_eq!(iso(text), None, "{text}");
        }
    }

    #[test]
    fn shape_has_no_leading_space() {
        assert!(starts_like_a_date("2021-09-01abc"));
        for text in [" 2021-09-01", "2021-9-01", "2021/09/01", "2021-09", "²021-09-01"] {
            assert!(!starts_like_a_date(text), "{text}");
        }
    }
}
