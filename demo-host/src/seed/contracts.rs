//! The contracts of an inscription, none to six of them.

use super::codes;
use super::course::{Course, days, rarely_unknown};
use super::rng::Rng;
use super::schema::Table;
use super::words::BREACHES;
use super::{SeedError, Sink, Value, text};

/// Writes the conventions of a course. `next` is the next convention's key.
pub fn write(course: &Course, rng: &mut Rng, next: &mut i32, sink: &mut dyn Sink) -> Result<(), SeedError> {
    let count = match rng.below(1000) {
        0..=119 => 0,
        120..=849 => 1,
        850..=939 => 2,
        940..=969 => 3,
        970..=984 => 4,
        985..=992 => 5,
        _ => 6,
    };
    let first_day = course.entry - days(rng.between(-20, 30).max(0));
    let length = (course.action.end - first_day).num_days().clamp(60, 2000);
    let part = i32::try_from(length).unwrap_or(2000) / count.max(1);
    for number in 0..count {
        let start = first_day + days(number * part);
        let end = if number + 1 == count {
            course.action.end + days(rng.between(0, 60))
        } else {
            start + days(part - 1)
        };
        let broken = if number + 1 < count {
            rng.chance(850).then_some(end - days(rng.between(0, 20)))
        } else if course.left.is_some() {
            // Leaving often breaks the contract too, and often nobody writes it down here.
            course.left.filter(|left| *left >= start && rng.chance(600))
        } else {
            rng.chance(30).then_some(start + days(rng.between(30, 59)))
        };
        // A contract broken before its end shows the end that was planned.
        let cause = match broken {
            Some(_) if rng.chance(850) => Some(rng.pick(&BREACHES)),
            None if rng.chance(4) => Some("à préciser"),
            _ => None,
        };
        let siret = match rng.below(1000) {
            0..=39 => None,
            40..=49 => Some(codes::siret(rng).chars().take(13).collect()),
            50..=54 => Some("en attente".to_owned()),
            55..=154 => Some(spaced(&codes::siret(rng))),
            _ => Some(codes::siret(rng)),
        };
        let row = [
            Value::Int(*next),
            Value::Int(course.id),
            if rng.chance(8) { Value::Null } else { Value::Date(start) },
            if rng.chance(8) { Value::Null } else { Value::Date(end) },
            broken.map_or(Value::Null, Value::Date),
            text(cause),
            text(siret.as_deref()),
            rarely_unknown(rng),
        ];
        *next += 1;
        sink.row(Table::Convention, &row)?;
    }
    Ok(())
}

fn spaced(siret: &str) -> String {
    let mut shown = String::new();
    for (place, digit) in siret.chars().enumerate() {
        if matches!(place, 3 | 6 | 9) {
            shown.push(' ');
        }
        shown.push(digit);
    }
    shown
}
