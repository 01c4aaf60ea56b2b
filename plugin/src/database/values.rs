//! One tolerant parser per kind of value. Drivers render the same value in several ways.

use std::borrow::Cow;

use chrono::{NaiveDate, TimeDelta};

/// A value that is there and is not what was asked for, or is longer than any that is read. It does not say what it holds: it may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a value is not of the expected form")]
pub struct Unreadable;

/// The words for false, in lower case. NULL, what is blank and zero are false too; everything else is true.
pub const FALSE_WORDS: &[&str] = &["f", "false", "n", "no", "non", "faux"];

/// Longest text that is read, in bytes of UTF-8.
pub(super) const LONGEST: usize = 1 << 20;

/// One cell of a block, as bound. `None` stands for NULL everywhere here.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell<'r> {
    Narrow(&'r [u8]),
    Wide(&'r [u16]),
}

impl<'r> Cell<'r> {
    pub(super) fn text(self) -> Result<Cow<'r, str>, Unreadable> {
        let text = match self {
            Cell::Narrow(bytes) => Cow::Borrowed(std::str::from_utf8(bytes).map_err(|_| Unreadable)?),
            Cell::Wide(units) => Cow::Owned(String::from_utf16(units).map_err(|_| Unreadable)?),
        };
        if text.len() > LONGEST {
            return Err(Unreadable);
        }
        Ok(text)
    }

    /// Hands the bytes of a short text to a parser, without an allocation. Long UTF-16, or any that is not ASCII, is no
    /// number and no date.
    pub(super) fn parse<T>(self, parser: impl FnOnce(&[u8]) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        match self {
            Cell::Narrow(bytes) => parser(bytes),
            Cell::Wide(units) => {
                // A CHAR is padded with blanks to its length, whatever that is.
                let blank = |unit: &u16| *unit == u16::from(b' ');
                let end = units.iter().rposition(|unit| !blank(unit)).map_or(0, |last| last + 1);
                let start = units.iter().position(|unit| !blank(unit)).unwrap_or(end);
                let units = units.get(start..end).unwrap_or_default();
                let mut buffer = [0_u8; 64];
                let target = buffer.get_mut(..units.len()).ok_or(Unreadable)?;
                for (byte, unit) in target.iter_mut().zip(units) {
                    *byte = u8::try_from(*unit).ok().filter(u8::is_ascii).ok_or(Unreadable)?;
                }
                parser(target)
            }
        }
    }

    /// A boolean. Any text is one.
    pub(super) fn boolean(self) -> Result<bool, Unreadable> {
        // What nearly all databases hold.
        match self {
            Cell::Narrow([b'0']) => Ok(false),
            Cell::Narrow([b'1']) => Ok(true),
            cell => cell.text().map(|text| boolean(&text)),
        }
    }
}

fn text(bytes: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(bytes).map(str::trim).map_err(|_| Unreadable)
}

/// The number that up to 18 digits write.
fn digits(bytes: &[u8]) -> Option<i64> {
    if bytes.is_empty() || bytes.len() > 18 {
        return None;
    }
    bytes.iter().try_fold(0_i64, |number, digit| {
        digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
    })
}

/// A whole number: `12`, `+12`, `12.0`, `12,00`, and `.00`, which is how SQL Server writes the zero of a decimal. Blank is
/// absent.
pub(super) fn integer(bytes: &[u8]) -> Result<Option<i64>, Unreadable> {
    if let Some(number) = digits(bytes) {
        return Ok(Some(number));
    }
    let text = text(bytes)?;
    if text.is_empty() {
        return Ok(None);
    }
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if fraction.bytes().any(|digit| digit != b'0') {
        return Err(Unreadable);
    }
    if matches!(whole, "" | "-" | "+") && !fraction.is_empty() {
        return Ok(Some(0));
    }
    whole.parse().map(Some).map_err(|_| Unreadable)
}

/// A decimal number with a point or a comma. Blank is absent.
pub(super) fn decimal(bytes: &[u8]) -> Result<Option<f64>, Unreadable> {
    let text = text(bytes)?;
    if text.is_empty() {
        return Ok(None);
    }
    // `inf` and `nan` parse too, and are no measure of anything.
    let number = text.replace(',', ".").parse::<f64>().map_err(|_| Unreadable)?;
    if number.is_finite() {
        Ok(Some(number))
    } else {
        Err(Unreadable)
    }
}

/// A boolean, as [`Dialect::is_true`](super::Dialect::is_true) has it: false are 0 however it is written (`0.000`, `.00`),
/// the words for false, and blank; everything else is true. The byte 0 is how MariaDB's driver gives a BIT(1) as text.
fn boolean(text: &str) -> bool {
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    let nothing_but_zero = text.bytes().all(|byte| b"0.,-".contains(&byte));
    !nothing_but_zero && !FALSE_WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A calendar date: `2026-09-01`, `2026/9/1`, `20260901`, each with or without a time of day. With an offset (`Z`, `+01:00`) it
/// is the date of the nearest midnight in UTC, noon going up: a day that was stored as an instant of another time zone.
/// Blank and dates with a part that is zero (MariaDB's `0000-00-00`) are absent.
pub(super) fn date(bytes: &[u8]) -> Result<Option<NaiveDate>, Unreadable> {
    if let Some(date) = iso_date(bytes) {
        return Ok(Some(date));
    }
    let text = text(bytes)?;
    if text.is_empty() {
        return Ok(None);
    }
    let (local, offset) = split_offset(text)?;
    let (day, time) = match local.find([' ', 'T']) {
        Some(at) => local.split_at(at),
        None => (local, ""),
    };
    if !time.bytes().all(|b| b.is_ascii_digit() || b" T:.,".contains(&b)) {
        return Err(Unreadable);
    }
    let (year, month, day) = parts(day).ok_or(Unreadable)?;
    if year == 0 || month == 0 || day == 0 {
        return Ok(None);
    }
    let date = NaiveDate::from_ymd_opt(year, month, day).ok_or(Unreadable)?;
    let Some(offset) = offset else {
        return Ok(Some(date));
    };
    let utc = seconds(time).ok_or(Unreadable)? - offset;
    let days = (utc + DAY / 2).div_euclid(DAY);
    date.checked_add_signed(TimeDelta::days(days))
        .map(Some)
        .ok_or(Unreadable)
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What stands before an offset, and the offset in seconds: `Z`, `+01`, `-0330`, `+01:00`.
fn split_offset(text: &str) -> Result<(&str, Option<i64>), Unreadable> {
    if let Some(utc) = text.strip_suffix(['Z', 'z']) {
        return Ok((utc.trim_end(), Some(0)));
    }
    // The signs of a date's own dashes stand among its first ten characters.
    let Some(at) = text
        .rfind(['+', '-'])
        .filter(|at| *at >= 8 && is_offset_place(text, *at))
    else {
        return Ok((text, None));
    };
    let (local, offset) = text.split_at(at);
    let (sign, digits) = if let Some(digits) = offset.strip_prefix('-') {
        (-1, digits)
    } else {
        (1, offset.get(1..).unwrap_or_default())
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    let hours = number(digits.get(..2).ok_or(Unreadable)?).ok_or(Unreadable)?;
    let minutes = match digits.get(2..) {
        None | Some("") => 0,
        Some(minutes) if minutes.len() == 2 => number(minutes).ok_or(Unreadable)?,
        Some(_) => return Err(Unreadable),
    };
    if hours > 18 || minutes > 59 {
        return Err(Unreadable);
    }
    Ok((local.trim_end(), Some(sign * i64::from(hours * 3600 + minutes * 60))))
}

/// Whether a whole date stands before this sign, which is then none of the date's own.
fn is_offset_place(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let day = before.split([' ', 'T']).next().unwrap_or_default();
    parts(day).is_some()
}

/// Seconds since midnight of a time of day with its separator before it; none at all is midnight.
fn seconds(time: &str) -> Option<i64> {
    let time = time.trim_start_matches([' ', 'T']);
    if time.is_empty() {
        return Some(0);
    }
    let whole = time.split(['.', ',']).next()?;
    let mut parts = whole.split(':').map(|part| number(part.trim()));
    let mut part = |most: u32| match parts.next() {
        None => Some(0),
        Some(number) => number.filter(|number| *number <= most),
    };
    let (hours, minutes, seconds) = (part(24)?, part(59)?, part(60)?);
    parts
        .next()
        .is_none()
        .then_some(i64::from(hours * 3600 + minutes * 60 + seconds))
}

/// `2026-09-01` and nothing else: what nearly all drivers write.
fn iso_date(bytes: &[u8]) -> Option<NaiveDate> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = bytes else {
        return None;
    };
    let year = i32::try_from(digits(&[y1, y2, y3, y4])?).ok()?;
    let month = u32::try_from(digits(&[m1, m2])?).ok()?;
    let day = u32::try_from(digits(&[d1, d2])?).ok()?;
    // A year of zero is a date to chrono and none to us.
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| year != 0)
}

fn parts(day: &str) -> Option<(i32, u32, u32)> {
    if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        let year = i32::try_from(number(day.get(..4)?)?).ok()?;
        return Some((year, number(day.get(4..6)?)?, number(day.get(6..)?)?));
    }
    let mut parts = day.split(['-', '/']);
    let (year, month, last) = (parts.next()?, parts.next()?, parts.next()?);
    // FreeTDS writes the year 1 without its zeros.
    let year_has_its_length = year.len() == 4 || (year == "1" && month.len() == 2 && last.len() == 2);
    if parts.next().is_some() || !year_has_its_length || month.len() > 2 || last.len() > 2 {
        return None;
    }
    Some((i32::try_from(number(year)?).ok()?, number(month)?, number(last)?))
}

/// Digits only: `u32::from_str` would take a sign.
fn number(text: &str) -> Option<u32> {
    if text.is_empty() || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

    use super::*;

    #[test]
    fn integers() {
        let good = [
            ("12", 12),
            (" 12 ", 12),
            ("12.0", 12),
            ("12,00", 12),
            ("-1", -1),
            ("+3", 3),
            ("0", 0),
            ("-0", 0),
        ];
        for (text, value) in good {
            assert_eq!(integer(text.as_bytes()), Ok(Some(value)), "{text}");
        }
        assert_eq!(integer(b" "), Ok(None));
        for text in ["12.5", "abc", "9223372036854775808", "1 2", "-", "1e3"] {
            assert_eq!(integer(text.as_bytes()), Err(Unreadable), "{text}");
        }
    }

    fn wide<T>(text: &str, parser: impl FnOnce(&[u8]) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        let units: Vec<u16> = text.encode_utf16().collect();
        Cell::Wide(&units).parse(parser)
    }

    /// As Microsoft's driver and FreeTDS gave each type of SQL Server's.
    #[test]
    fn numbers_of_sql_server() {
        let cases: &[(&str, Result<i64, Unreadable>, f64)] = &[
            // MONEY and DECIMAL: the zero before the point is left out.
            (".0000", Ok(0), 0.0),
            ("0.0000", Ok(0), 0.0),
            ("-.0000", Ok(0), 0.0),
            ("-.5000", Err(Unreadable), -0.5),
            ("-0.5000", Err(Unreadable), -0.5),
            ("1234.5000", Err(Unreadable), 1234.5),
            (".00", Ok(0), 0.0),
            ("-.00", Ok(0), 0.0),
            ("0.00", Ok(0), 0.0),
            ("-.50", Err(Unreadable), -0.5),
            (".50", Err(Unreadable), 0.5),
            ("12.30", Err(Unreadable), 12.3),
            ("12.00", Ok(12), 12.0),
            (".000001", Err(Unreadable), 0.000_001),
            ("0", Ok(0), 0.0),
            ("-7", Ok(-7), -7.0),
            ("255", Ok(255), 255.0),
            ("-9223372036854775808", Ok(i64::MIN), -9_223_372_036_854_775_808.0),
            // FLOAT and REAL.
            ("0.0", Ok(0), 0.0),
            ("-0.5", Err(Unreadable), -0.5),
            ("48.8566", Err(Unreadable), 48.8566),
            ("123456789.0", Ok(123_456_789), 123_456_789.0),
            ("1.0E+20", Err(Unreadable), 1e20),
            ("1e+20", Err(Unreadable), 1e20),
            ("0.100000001", Err(Unreadable), 0.100_000_001),
        ];
        for (text, whole, number) in cases {
            for text in [(*text).to_owned(), format!("{text:<80}")] {
                assert_eq!(wide(&text, integer), whole.map(Some), "{text}");
                assert_eq!(wide(&text, decimal), Ok(Some(*number)), "{text}");
                assert_eq!(boolean(&text), *number != 0.0, "{text}");
            }
        }
        for text in [".", "-", "-.", "+", ","] {
            assert_eq!(integer(text.as_bytes()), Err(Unreadable), "{text}");
        }
        assert_eq!(wide(&" ".repeat(200), integer), Ok(None));
        assert_eq!(wide(&"x".repeat(200), integer), Err(Unreadable));
    }

    #[test]
    fn dates_of_sql_server() {
        let day = |y, m, d| Ok(NaiveDate::from_ymd_opt(y, m, d));
        for (text, expected) in [
            ("2026-09-01", day(2026, 9, 1)),
            ("0001-01-01", day(1, 1, 1)),
            ("1-01-01", day(1, 1, 1)),
            ("1-01-01 00:00:00", day(1, 1, 1)),
            ("2026-09-01 12:34:56.997", day(2026, 9, 1)),
            ("1900-01-01 00:00:00.000", day(1900, 1, 1)),
            ("2026-09-01 12:34:00", day(2026, 9, 1)),
            ("2026-09-01 12:34:56.1234570", day(2026, 9, 1)),
            ("2026-09-01 11:34:56.0000000 +01:00", day(2026, 9, 1)),
            ("2026-09-01 11:34:56 +01:00", day(2026, 9, 1)),
            // A machine's own format, which nobody can tell from another's; and a time without a day.
            ("01/09/2026", Err(Unreadable)),
            ("01/09/2026 12:34:56 PM", Err(Unreadable)),
            ("12:34:56.123", Err(Unreadable)),
        ] {
            for text in [text.to_owned(), format!("{text:<80}")] {
                assert_eq!(wide(&text, date), expected, "{text}");
            }
        }
    }

    #[test]
    fn decimals() {
        for (text, value) in [("48.12", 48.12), ("48,12", 48.12), ("0", 0.0), ("-6.5E-1", -0.65)] {
            assert_eq!(decimal(text.as_bytes()), Ok(Some(value)), "{text}");
        }
        assert_eq!(decimal(b""), Ok(None));
        for text in ["nord", "1.2.3", "nan", "inf"] {
            assert_eq!(decimal(text.as_bytes()), Err(Unreadable), "{text}");
        }
    }

    #[test]
    fn booleans() {
        for text in [
            "0", "", " 0 ", "0.000", ".00", "-.0000", "-0", "f", "FALSE", "Non", "0,0", "\0",
        ] {
            assert!(!boolean(text), "{text}");
        }
        for text in [
            "1",
            "-1",
            "t",
            "true",
            "O",
            "2",
            "x",
            "0.5",
            "10",
            "apprenti",
            "sans objet",
            "\u{1}",
        ] {
            assert!(boolean(text), "{text}");
        }
    }

    #[test]
    fn dates() {
        let first = NaiveDate::from_ymd_opt(2026, 9, 1);
        for text in [
            "2026-09-01",
            "2026-09-01 00:00:00",
            "2026-09-01T00:00:00.000Z",
            "2026-09-01 12:30:00.0000000 +02:00",
            "20260901",
            "2026/9/1",
            " 2026-09-01 ",
        ] {
            assert_eq!(date(text.as_bytes()), Ok(first), "{text}");
        }
        for (text, day) in [
            ("2026-08-31T22:00:00Z", 1),
            ("2026-08-31T22:00:00.000z", 1),
            ("2026-08-31T12:00:00Z", 1),
            ("2026-08-31 13:00:00+00", 1),
            ("2026-09-01T00:00:00+11:00", 1),
            ("2026-09-01 00:00:00.0000000 -04:00", 1),
            ("2026-09-01T00:00:00-0930", 1),
            ("2026-09-01+02:00", 1),
            ("2026-09-01Z", 1),
            ("20260831T220000Z", 0),
            ("2026-09-01T11:59:59Z", 1),
            ("2026-09-01T12:00:00Z", 2),
            ("2026-09-02T00:00:00+02:00", 2),
        ] {
            let expected = NaiveDate::from_ymd_opt(2026, 9, day);
            // A time without colons is no time that we know.
            let expected = if day == 0 { Err(Unreadable) } else { Ok(expected) };
            assert_eq!(date(text.as_bytes()), expected, "{text}");
        }
        for text in [
            "",
            "0000-00-00",
            "0000-00-00 00:00:00",
            "2026-00-10",
            "2026-01-00",
            "00000000",
        ] {
            assert_eq!(date(text.as_bytes()), Ok(None), "{text}");
        }
        for text in [
            "2026-02-30",
            "2026-13-01",
            "01/09/2026",
            "hier",
            "2026-09",
            "2026-09-01 midi",
            "2026-09-01T25:00:00Z",
            "2026-09-01T00:00:00+1:00",
            "2026-09-01T00:00:00+19:00",
            "2026-09-01T00:00:00+01:00:00",
            "26-09-01",
            "+026-01-01",
        ] {
            assert_eq!(date(text.as_bytes()), Err(Unreadable), "{text}");
        }
    }
}
