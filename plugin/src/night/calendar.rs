//! Which night it is, and until when it may send.

use chrono::{DateTime, Days, Duration, FixedOffset, NaiveDate, NaiveTime};

/// Local minute of the day at which the suggested window opens: 23:00, as the dashboard recommends.
pub const WINDOW_START_MINUTE: u32 = 23 * 60;
/// Local minute of the day at which it closes: 5:00.
pub const WINDOW_END_MINUTE: u32 = 5 * 60;

/// Between two windows, the moment from which a run belongs to the night to come.
const NEXT_NIGHT_MINUTE: u32 = (WINDOW_START_MINUTE + WINDOW_END_MINUTE) / 2;

/// A run outside the window may send for as long as a window lasts.
const LONGEST: Duration = Duration::hours(6);

/// The night that a moment belongs to: the local date on which its window opens.
#[must_use]
pub fn night_of(now: DateTime<FixedOffset>) -> NaiveDate {
    let today = now.date_naive();
    if now.time() < time_of(NEXT_NIGHT_MINUTE) {
        today.checked_sub_days(Days::new(1)).unwrap_or(today)
    } else {
        today
    }
}

/// When a run that started at `start` must stop trying, as it looks `now`: at the end of the window by the wall clock,
/// which may have changed its offset meanwhile.
#[must_use]
pub fn deadline(start: DateTime<FixedOffset>, now: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let end = night_of(start).checked_add_days(Days::new(1)).and_then(|morning| {
        morning
            .and_time(time_of(WINDOW_END_MINUTE))
            .and_local_timezone(now.timezone())
            .single()
    });
    let in_window = |minute: u32| !(WINDOW_END_MINUTE..WINDOW_START_MINUTE).contains(&minute);
    let minute = u32::try_from(start.time().signed_duration_since(NaiveTime::MIN).num_minutes()).unwrap_or(0);
    match end {
        Some(end) if in_window(minute) => end,
        _ => start + LONGEST,
    }
}

fn time_of(minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(minute / 60, minute % 60, 0).unwrap_or(NaiveTime::MIN)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> DateTime<FixedOffset> {
        text.parse().unwrap()
    }

    #[test]
    fn a_night_is_named_by_the_date_on_which_its_window_opens() {
        for (now, night) in [
            ("2026-11-23T23:00:00+01:00", "2026-11-23"),
            ("2026-11-24T00:00:00+01:00", "2026-11-23"),
            ("2026-11-24T02:00:00+01:00", "2026-11-23"),
            ("2026-11-24T04:59:59+01:00", "2026-11-23"),
            ("2026-11-24T13:59:59+01:00", "2026-11-23"),
            ("2026-11-24T14:00:00+01:00", "2026-11-24"),
            // The clock goes back an hour in the night of 24 October, and forward in that of 28 March.
            ("2026-10-25T02:30:00+02:00", "2026-10-24"),
            ("2026-10-25T02:30:00+01:00", "2026-10-24"),
            ("2027-03-28T03:00:00+02:00", "2027-03-27"),
        ] {
            assert_eq!(night_of(at(now)).to_string(), night, "{now}");
        }
    }

    #[test]
    fn a_run_may_send_until_the_window_closes() {
        for (now, end) in [
            ("2026-11-23T23:00:00+01:00", "2026-11-24T05:00:00+01:00"),
            ("2026-11-24T02:00:00+01:00", "2026-11-24T05:00:00+01:00"),
            ("2026-11-24T05:00:00+01:00", "2026-11-24T11:00:00+01:00"),
            ("2026-11-24T15:00:00+01:00", "2026-11-24T21:00:00+01:00"),
        ] {
            assert_eq!(deadline(at(now), at(now)), at(end), "{now}");
        }
        for (start, now, end) in [
            // An hour more, an hour less: the window closes at five by the wall clock.
            (
                "2026-10-24T23:00:00+02:00",
                "2026-10-25T02:30:00+01:00",
                "2026-10-25T05:00:00+01:00",
            ),
            (
                "2027-03-27T23:00:00+01:00",
                "2027-03-28T03:30:00+02:00",
                "2027-03-28T05:00:00+02:00",
            ),
        ] {
            assert_eq!(deadline(at(start), at(now)), at(end), "{start}");
        }
    }
}
