//! When a job's window is open.

use chrono::{DateTime, Days, FixedOffset, NaiveDate, Timelike};
use passerelle_host_sdk::JobSpec;

use crate::clock::at_minute;

/// The date on which the window opened that is open now; none between two windows.
pub fn open_since(job: &JobSpec, now: DateTime<FixedOffset>) -> Option<NaiveDate> {
    let minute = now.hour() * 60 + now.minute();
    let (start, end) = (job.window_start_minute, job.window_end_minute);
    let today = now.date_naive();
    if start <= end {
        return (start <= minute && minute < end).then_some(today);
    }
    if minute >= start {
        Some(today)
    } else if minute < end {
        today.checked_sub_days(Days::new(1))
    } else {
        None
    }
}

/// When the window opens next, after `now`.
pub fn next_opening(job: &JobSpec, now: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let today = now.date_naive();
    let opening = at_minute(today, job.window_start_minute);
    if opening > now {
        return opening;
    }
    at_minute(
        today.checked_add_days(Days::new(1)).unwrap_or(today),
        job.window_start_minute,
    )
}

/// When the window closes that opened on a date.
pub fn closing(job: &JobSpec, opened: NaiveDate) -> DateTime<FixedOffset> {
    let over_midnight = job.window_end_minute < job.window_start_minute;
    let day = opened
        .checked_add_days(Days::new(over_midnight.into()))
        .unwrap_or(opened);
    at_minute(day, job.window_end_minute)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::clock::parse_time;

    #[test]
    fn a_night_belongs_to_the_date_on_which_its_window_opens() {
        let job = |start, end| JobSpec {
            id: "j".into(),
            label: "J".into(),
            frequency: String::new(),
            window_start_minute: start,
            window_end_minute: end,
        };
        let night = job(1380, 300);
        let day = job(540, 600);
        let cases = [
            (&night, "2026-11-23T22:59", None, "2026-11-23 23:00"),
            (&night, "2026-11-23T23:00", Some("2026-11-23"), "2026-11-24 23:00"),
            (&night, "2026-11-24T01:00", Some("2026-11-23"), "2026-11-24 23:00"),
            (&night, "2026-11-24T05:00", None, "2026-11-24 23:00"),
            (&day, "2026-11-24T08:59", None, "2026-11-24 09:00"),
            (&day, "2026-11-24T09:59", Some("2026-11-24"), "2026-11-25 09:00"),
            (&day, "2026-11-24T10:00", None, "2026-11-25 09:00"),
        ];
        for (job, now, opened, next) in cases {
            let now = parse_time(now).unwrap();
            assert_eq!(
                open_since(job, now).map(|date| date.to_string()).as_deref(),
                opened,
                "{now}"
            );
            let opening = next_opening(job, now);
            assert_eq!(opening.format("%Y-%m-%d %H:%M").to_string(), next, "{now}");
        }
        let opened = NaiveDate::from_ymd_opt(2026, 11, 23).unwrap();
        assert_eq!(closing(&night, opened).format("%d %H:%M").to_string(), "24 05:00");
        assert_eq!(closing(&day, opened).format("%d %H:%M").to_string(), "23 10:00");
    }
}
