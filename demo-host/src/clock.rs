//! The host's clock: the machine's, or one set to a date, which goes on from there.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, FixedOffset, Local, NaiveDate, NaiveTime, TimeDelta, TimeZone};

/// A clock that can be set. Any thread.
#[derive(Debug, Default)]
pub struct Clock(Mutex<Option<(DateTime<FixedOffset>, Instant)>>);

impl Clock {
    /// Sets the clock; it runs on from there.
    pub fn set(&self, time: DateTime<FixedOffset>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((time, Instant::now()));
    }

    /// Follows the machine's clock again.
    pub fn follow_machine(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The local date and time.
    pub fn now(&self) -> DateTime<FixedOffset> {
        match *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some((start, since)) => start + TimeDelta::from_std(since.elapsed()).unwrap_or_default(),
            None => Local::now().fixed_offset(),
        }
    }
}

/// An hour of a date, with the offset that the machine's time zone has then.
pub fn at_hour(date: NaiveDate, hour: u32) -> DateTime<FixedOffset> {
    at_minute(date, hour * 60)
}

/// A minute of a date, with the offset that the machine's time zone has then.
pub fn at_minute(date: NaiveDate, minute: u32) -> DateTime<FixedOffset> {
    let local = date.and_time(NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or_default());
    match Local.from_local_datetime(&local).earliest() {
        Some(time) => time.fixed_offset(),
        // An hour that the clocks skip: the same instant in the offset of the hours before.
        None => Local.from_utc_datetime(&local).fixed_offset(),
    }
}

/// Today's date here.
pub fn today() -> NaiveDate {
    Local::now().date_naive()
}

/// Reads `2026-11-24T02:00+01:00`, with or without seconds; without an offset, the machine's own applies.
///
/// # Errors
/// French: what was expected.
pub fn parse_time(text: &str) -> Result<DateTime<FixedOffset>, String> {
    if let Ok(time) =
        DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%#z"))
    {
        return Ok(time);
    }
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| chrono::NaiveDateTime::parse_from_str(text, format).ok());
    local
        .and_then(|time| Local.from_local_datetime(&time).earliest())
        .map(|time| time.fixed_offset())
        .ok_or_else(|| "une date et une heure sont attendues, par exemple 2026-11-24T02:00+01:00".to_owned())
}

/// Reads `2026-11-24`.
///
/// # Errors
/// French: what was expected.
pub fn parse_date(text: &str) -> Result<NaiveDate, String> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| "une date est attendue, par exemple 2026-11-24".to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_time_is_read_in_each_form() {
        for (text, expected) in [
            ("2026-11-24T02:00+01:00", "2026-11-24T02:00:00+01:00"),
            ("2026-11-24T02:00:30+01:00", "2026-11-24T02:00:30+01:00"),
            ("2026-11-24T01:00Z", "2026-11-24T01:00:00+00:00"),
        ] {
            assert_eq!(parse_time(text).unwrap().to_rfc3339(), expected, "{text}");
        }
        assert_eq!(
            parse_time("2026-11-24T02:00").unwrap().naive_local().to_string(),
            "2026-11-24 02:00:00"
        );
        for wrong in ["", "demain", "2026-11-24", "2026-02-30T02:00+01:00", "24/11/2026 02:00"] {
            assert!(parse_time(wrong).unwrap_err().contains("2026-11-24T02:00"), "{wrong}");
        }
    }

    #[test]
    fn a_set_clock_runs_on() {
        let clock = Clock::default();
        let start = parse_time("2026-11-24T02:00+01:00").unwrap();
        clock.set(start);
        let (first, second) = (clock.now(), clock.now());
        assert!(start <= first && first <= second);
        assert_eq!(first.offset(), start.offset());
    }
}
