//! Pure decisions: what an answer means, and what comes next.

use super::answer;
use super::error::MissionError;
use super::transport::Reply;
use chrono::{DateTime, FixedOffset, NaiveDateTime, TimeDelta};
use std::time::Duration;

/// Waits between attempts: doubling from `first` up to `cap`, the upper half of each at random.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// Before the second attempt.
    pub first: Duration,
    /// The longest.
    pub cap: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(2),
            cap: Duration::from_secs(300),
        }
    }
}

/// A 400 that tells of a database failure is tried this often before a dossier is suspected.
const DATABASE_ATTEMPTS: u32 = 4;

/// What an answer's status means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A success: the body tells.
    Readable,
    /// Try again.
    Transient(MissionError),
    /// The same again would come to the same: this establishment stops.
    Permanent(MissionError),
    /// Something in the body is refused: smaller parts will tell what.
    Halve,
}

/// The hour, the limit and the die, for one decision.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Attempts made, this one included.
    pub(super) attempt: u32,
    pub(super) now: DateTime<FixedOffset>,
    /// When to give up for now.
    pub(super) deadline: DateTime<FixedOffset>,
    /// When the window closes.
    pub(super) window: DateTime<FixedOffset>,
    /// 0 to 1.
    pub(super) jitter: f64,
}

/// Reads a status. `attempt` counts from 1.
pub(super) fn meaning(reply: &Reply, host: &str, url: &reqwest::Url, attempt: u32) -> Meaning {
    let http = reply.http;
    let host = || host.to_owned();
    match http {
        200..=299 => Meaning::Readable,
        300..=399 => Meaning::Permanent(MissionError::Redirect {
            host: host(),
            http,
            to: super::transport::shown_location(url, reply.location.as_deref()),
        }),
        // A portal, a firewall or a maintenance speaks in the receiver's place.
        401 | 403 if reply.page => Meaning::Transient(MissionError::Unreadable {
            host: host(),
            http,
            page: true,
        }),
        401 | 403 => Meaning::Permanent(MissionError::KeyRefused { host: host(), http }),
        404 | 405 | 410 => Meaning::Permanent(MissionError::WrongUrl { host: host(), http }),
        407 => Meaning::Permanent(MissionError::ProxyRefused {
            host: host(),
            detail: "HTTP 407".into(),
        }),
        408 | 425 | 429 => Meaning::Transient(MissionError::Busy { host: host(), http }),
        400 if attempt < DATABASE_ATTEMPTS && answer::says_database_failure(&reply.body) => {
            Meaning::Transient(MissionError::ServerFault { host: host(), http })
        }
        400..=499 => Meaning::Halve,
        _ => Meaning::Transient(MissionError::ServerFault { host: host(), http }),
    }
}

/// How long to wait before the next attempt.
///
/// # Errors
/// `GaveUp` if that attempt would come after the deadline.
pub(super) fn wait(
    cause: MissionError,
    retry_after: Option<&RetryAfter>,
    backoff: Backoff,
    moment: Moment,
) -> Result<Duration, MissionError> {
    let jitter = if moment.jitter.is_finite() {
        moment.jitter.clamp(0.0, 1.0)
    } else {
        0.0
    };
    // What would come after the window, or before now, is no reason to do otherwise than without it.
    let left = (moment.window - moment.now).to_std().unwrap_or_default();
    let asked = retry_after.and_then(|header| header.wait(moment.now));
    let wait = match asked.filter(|asked| *asked < left) {
        // Never before the hour that the receiver asks for; the jitter spreads the establishments that it told the same.
        Some(asked) => asked
            .max(Duration::from_secs(1))
            .saturating_add(Duration::from_secs_f64(jitter)),
        None => {
            let doublings = moment.attempt.saturating_sub(1).min(31);
            let whole = backoff.first.saturating_mul(1 << doublings).min(backoff.cap);
            whole.mul_f64(0.5 + jitter / 2.0)
        }
    };
    let next = TimeDelta::from_std(wait)
        .ok()
        .and_then(|wait| moment.now.checked_add_signed(wait));
    match next {
        Some(next) if next < moment.deadline => Ok(wait),
        _ => Err(MissionError::GaveUp {
            attempts: moment.attempt,
            wait,
            cause: Box::new(cause),
        }),
    }
}

/// A receiver's `Retry-After`, and the `Date` of the answer that had it.
#[derive(Debug)]
pub(super) struct RetryAfter {
    pub(super) asked: String,
    pub(super) said_at: Option<String>,
}

impl RetryAfter {
    /// The header in seconds or as a date. None if it is neither, or the date is past.
    ///
    /// A date is read on the receiver's own clock where the answer tells it: ours may be minutes off.
    fn wait(&self, now: DateTime<FixedOffset>) -> Option<Duration> {
        let asked = self.asked.trim();
        if !asked.is_empty() && asked.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Duration::from_secs(asked.parse().unwrap_or(u64::MAX)));
        }
        let said_at = self.said_at.as_deref().and_then(http_date).unwrap_or(now);
        (http_date(asked)? - said_at).to_std().ok()
    }
}

/// Any of the three forms of RFC 9110, section 5.6.7.
fn http_date(text: &str) -> Option<DateTime<FixedOffset>> {
    let text = text.trim();
    let obsolete = || {
        ["%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())
            .map(|naive| naive.and_utc().fixed_offset())
    };
    DateTime::parse_from_rfc2822(text).ok().or_else(obsolete)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;

    fn reply(http: u16, body: &str) -> Reply {
        Reply {
            http,
            retry_after: None,
            location: Some("/ailleurs?cle=1#x".into()),
            page: false,
            body: body.as_bytes().to_vec(),
            too_long: false,
        }
    }

    #[test]
    fn meanings() {
        let url = reqwest::Url::parse("https://x.fr/api/v3/dossiers-apprenants").unwrap();
        let database = r#"{"status":"ERROR","message":"m"}"#;
        for (http, body, attempt, expected) in [
            (200, "", 1, "lire"),
            (201, "", 1, "lire"),
            (301, "", 1, "REDIRECTION"),
            (304, "", 1, "REDIRECTION"),
            (308, "", 1, "REDIRECTION"),
            (400, r#"{"error":"Bad Request"}"#, 1, "diviser"),
            (400, "<html>", 1, "diviser"),
            (400, database, 1, "réessayer SERVICE_INDISPONIBLE"),
            (400, database, 3, "réessayer SERVICE_INDISPONIBLE"),
            (400, database, 4, "diviser"),
            (401, "", 1, "CLE_REFUSEE"),
            (403, "", 9, "CLE_REFUSEE"),
            (404, "", 1, "ADRESSE_INTROUVABLE"),
            (405, "", 1, "ADRESSE_INTROUVABLE"),
            (407, "", 1, "PROXY"),
            (408, "", 1, "réessayer SERVICE_INDISPONIBLE"),
            (410, "", 1, "ADRESSE_INTROUVABLE"),
            (413, "", 1, "diviser"),
            (415, "", 1, "diviser"),
            (422, "", 1, "diviser"),
            (425, "", 1, "réessayer SERVICE_INDISPONIBLE"),
            (429, "", 99, "réessayer SERVICE_INDISPONIBLE"),
            (500, database, 50, "réessayer SERVICE_INDISPONIBLE"),
            (502, "", 1, "réessayer SERVICE_INDISPONIBLE"),
            (503, "", 1, "réessayer SERVICE_INDISPONIBLE"),
            (504, "", 1, "réessayer SERVICE_INDISPONIBLE"),
            (999, "", 1, "réessayer SERVICE_INDISPONIBLE"),
        ] {
            let found = match meaning(&reply(http, body), "x.fr", &url, attempt) {
                Meaning::Readable => "lire".into(),
                Meaning::Halve => "diviser".into(),
                Meaning::Transient(error) => {
                    assert!(error.is_transient());
                    format!("réessayer {}", error.code())
                }
                Meaning::Permanent(error) => {
                    assert!(!error.is_transient());
                    error.code().to_string()
                }
            };
            assert_eq!(found, expected, "{http} attempt {attempt}");
        }
        let Meaning::Permanent(redirect) = meaning(&reply(302, ""), "x.fr", &url, 1) else {
            panic!()
        };
        assert!(
            redirect.user_text().contains("https://x.fr/ailleurs."),
            "{}",
            redirect.user_text()
        );
    }

    fn at(text: &str) -> DateTime<FixedOffset> {
        DateTime::parse_from_rfc3339(text).unwrap()
    }

    #[test]
    fn waits() {
        let now = "2026-11-23T23:00:00+01:00";
        for (attempt, jitter, retry_after, deadline, expected) in [
            // Doubling, the upper half at random, up to the cap.
            (1, 0.0, None, "05:00", Some(1.0)),
            (1, 1.0, None, "05:00", Some(2.0)),
            (2, 1.0, None, "05:00", Some(4.0)),
            (3, 0.5, None, "05:00", Some(6.0)),
            (9, 0.0, None, "05:00", Some(150.0)),
            (9, 1.0, None, "05:00", Some(300.0)),
            (u32::MAX, 1.0, None, "05:00", Some(300.0)),
            (1, f64::NAN, None, "05:00", Some(1.0)),
            (1, 7.0, None, "05:00", Some(2.0)),
            // Seconds; a wait of nothing still waits a moment.
            (9, 0.0, Some("120"), "05:00", Some(120.0)),
            (1, 0.5, Some(" 7 "), "05:00", Some(7.5)),
            (1, 0.0, Some("0"), "05:00", Some(1.0)),
            // Dates, in the three forms; past ones.
            (1, 0.0, Some("Mon, 23 Nov 2026 22:01:00 GMT"), "05:00", Some(60.0)),
            (1, 0.0, Some("Monday, 23-Nov-26 22:02:00 GMT"), "05:00", Some(120.0)),
            (1, 0.0, Some("Mon Nov 23 22:03:00 2026"), "05:00", Some(180.0)),
            (3, 0.0, Some("Sun, 22 Nov 2026 22:01:00 GMT"), "05:00", Some(4.0)),
            // Neither: as if it were not there.
            (1, 0.0, Some("bientôt"), "05:00", Some(1.0)),
            (1, 0.0, Some("-5"), "05:00", Some(1.0)),
            (1, 0.0, Some(""), "05:00", Some(1.0)),
            // Beyond the window: as if it were not there.
            (1, 0.0, Some("21599"), "05:00", Some(21599.0)),
            (1, 0.0, Some("21600"), "05:00", Some(1.0)),
            (3, 0.0, Some("1000000000000"), "05:00", Some(4.0)),
            (1, 0.0, Some("99999999999999999999999"), "05:00", Some(1.0)),
            (1, 0.0, Some("Wed, 25 Nov 2026 22:01:00 GMT"), "05:00", Some(1.0)),
            // Beyond the patience, but not the window.
            (1, 0.0, Some("120"), "00:00", None),
            (9, 0.0, None, "00:00", None),
        ] {
            let moment = Moment {
                attempt,
                now: at(now),
                deadline: if deadline == "00:00" {
                    at("2026-11-23T23:00:30+01:00")
                } else {
                    at(&format!("2026-11-24T{deadline}:00+01:00"))
                },
                window: at("2026-11-24T05:00:00+01:00"),
                jitter,
            };
            let cause = MissionError::TimedOut { host: "x.fr".into() };
            let header = retry_after.map(|asked| RetryAfter {
                asked: asked.into(),
                said_at: None,
            });
            let found = match wait(cause.clone(), header.as_ref(), Backoff::default(), moment) {
                Ok(wait) => Some(wait),
                Err(MissionError::GaveUp {
                    attempts,
                    wait,
                    cause: found,
                }) => {
                    assert_eq!((attempts, &*found), (attempt, &cause));
                    assert!(moment.now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(9)) >= moment.deadline);
                    None
                }
                Err(other) => panic!("{other}"),
            };
            let expected = expected.map(Duration::from_secs_f64);
            assert_eq!(found, expected, "attempt {attempt} jitter {jitter} {retry_after:?}");
        }
    }

    #[test]
    fn a_date_is_read_on_the_receivers_clock() {
        let now = at("2026-11-23T23:00:00+01:00");
        for (said_at, expected) in [
            (Some("Mon, 23 Nov 2026 20:00:30 GMT"), Some(30)),
            (Some("Tue, 24 Nov 2026 20:00:30 GMT"), None),
            (Some("hier"), None),
            (None, None),
        ] {
            let header = RetryAfter {
                asked: "Mon, 23 Nov 2026 20:01:00 GMT".into(),
                said_at: said_at.map(str::to_owned),
            };
            assert_eq!(header.wait(now), expected.map(Duration::from_secs), "{said_at:?}");
        }
    }
}
