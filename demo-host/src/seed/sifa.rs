//! The SIFA screen of an inscription, where somebody has filled it in.

use super::codes;
use super::course::{Course, days};
use super::person::{Person, email_of, flag};
use super::rng::Rng;
use super::schema::Table;
use super::settings::Lines;
use super::words::{FIRST_NAMES, SITUATIONS};
use super::world::OddDiploma;
use super::{SeedError, Sink, Value, text};

/// Next keys of the two tables.
pub struct Keys {
    /// Of `sifa`.
    pub sifa: i32,
    /// Of `sifa_responsable`.
    pub responsable: i32,
}

/// Writes the SIFA row of a course, if it has one, and its responsables.
pub fn write(
    course: &Course,
    person: &Person,
    lines: &Lines,
    rng: &mut Rng,
    next: &mut Keys,
    sink: &mut dyn Sink,
) -> Result<(), SeedError> {
    if !rng.chance(450) {
        return Ok(());
    }
    let ine = match rng.below(1000) {
        0..=279 => None,
        280..=289 => Some("EN COURS".to_owned()),
        290..=294 => Some("0".to_owned()),
        295..=314 => Some(codes::ine(rng).to_lowercase()),
        _ => Some(codes::ine(rng)),
    };
    let diplome = match rng.below(1000) {
        0..=549 => Value::Null,
        550..=553 => Value::Int(OddDiploma::LostZero.id()),
        554..=557 => Value::Int(OddDiploma::WithoutCode.id()),
        558..=560 => Value::Int(OddDiploma::BlankCode.id()),
        561..=564 => Value::Int(OddDiploma::ShortLabel.id()),
        565..=570 => Value::Int(OddDiploma::SpacedRncp.id()),
        571..=574 => Value::Int(OddDiploma::WrongRncp.id()),
        575..=577 => Value::Int(super::world::NOWHERE),
        _ => Value::Int(course.action.aim),
    };
    let uai = match rng.below(1000) {
        0..=99 => lines.of(&course.secteur).map(|line| line.uai.clone()),
        // Of a training centre that the list does not know.
        100..=105 => Some(codes::uai(rng.between(9_500_000, 9_500_999))),
        106..=110 => Some("- .".to_owned()),
        _ => None,
    };
    let entry = course.entry + days(rng.between(0, 8));
    let situation = rng.pick(&SITUATIONS);
    let last_school = match rng.below(10) {
        0..=2 => None,
        3..=6 => Some(codes::uai(rng.between(570_001, 570_200))),
        7 => Some("57".to_owned()),
        8 => Some("993".to_owned()),
        _ => Some("inconnu".to_owned()),
    };
    let row = [
        Value::Int(next.sifa),
        Value::Int(course.id),
        text(ine.as_deref()),
        diplome,
        text(uai.as_deref()),
        if course.undated || rng.chance(500) {
            Value::Null
        } else {
            Value::Date(entry)
        },
        course.left.filter(|_| rng.chance(300)).map_or(Value::Null, Value::Date),
        flag(rng, 25, 60),
        if situation == 0 && rng.chance(500) {
            Value::Null
        } else {
            Value::Int(situation)
        },
        text(last_school.as_deref()),
    ];
    sink.row(Table::Sifa, &row)?;
    if person.minor && rng.chance(600) {
        for rang in 1..=rng.between(1, 2) {
            let email = email_of(rng.pick(&FIRST_NAMES).0, &person.name, rng);
            let known = person.reachable && !rng.chance(100);
            let row = [
                Value::Int(next.responsable),
                Value::Int(next.sifa),
                Value::Int(rang),
                Value::Text(&person.name),
                if known { Value::Text(&email) } else { Value::Null },
            ];
            next.responsable += 1;
            sink.row(Table::SifaResponsable, &row)?;
        }
    }
    next.sifa += 1;
    Ok(())
}
