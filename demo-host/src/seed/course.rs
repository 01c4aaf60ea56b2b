//! One inscription: who, where, when, and how it went.

use chrono::{Days, NaiveDate};

use super::person::{Person, flag};
use super::rng::Rng;
use super::schema::Table;
use super::words::EXIT_REASONS;
use super::world::{Action, Cohort, NOWHERE, Secteur, World, date};
use super::{SeedError, Sink, Value, text};

/// What the contracts and the SIFA of an inscription need to know of it.
pub struct Course {
    /// The inscription's key.
    pub id: i32,
    /// Its action.
    pub action: Action,
    /// Its secteur.
    pub secteur: Secteur,
    /// The day the trainee came.
    pub entry: NaiveDate,
    /// No date of entry is known anywhere.
    pub undated: bool,
    /// The day he left early, if he did.
    pub left: Option<NaiveDate>,
}

/// Draws how an inscription goes and writes its row. `fixed`: the cohort to take instead of a drawn one.
pub fn write(
    id: i32,
    person: &Person,
    secteur: Secteur,
    fixed: Option<Cohort>,
    world: &World,
    rng: &mut Rng,
    sink: &mut dyn Sink,
) -> Result<Course, SeedError> {
    let drawn = match rng.below(1000) {
        0..=429 => Cohort::First,
        430..=779 => Cohort::Second,
        780..=919 => Cohort::Third,
        920..=969 => Cohort::Past,
        _ => Cohort::Next,
    };
    let cohort = fixed.unwrap_or(drawn);
    let linked = !rng.chance(20);
    // Now and then the training happens elsewhere: the action belongs to another secteur.
    let home = if rng.chance(20) {
        world.pick_secteur(rng).unwrap_or(secteur)
    } else {
        secteur
    };
    let action = world.pick_action(home.id, cohort, linked, rng);
    let entry = action.start + days(rng.between(0, 18));
    let undated = rng.chance(7);
    let mut course = Course {
        id,
        secteur,
        entry,
        undated,
        left: None,
        action,
    };

    let mut planned = match rng.below(1000) {
        0..=14 => None,
        15..=314 => Some(course.action.end - days(rng.between(0, 25))),
        _ => Some(course.action.end),
    };
    let mut actual = None;
    let mut reason = None;
    if cohort == Cohort::Past {
        actual = rng.chance(700).then_some(course.action.end);
        reason = (actual.is_some() && rng.chance(400)).then_some("Fin de formation");
    } else if cohort == Cohort::First && rng.chance(7) {
        // Typed a year too early: in scope still, and impossible.
        planned = Some(date(world.year, 8, 31));
    } else if cohort != Cohort::Next && rng.chance(50) {
        let earliest = course.entry.max(date(world.year, 8, 20)) + days(10);
        course.left = Some(earliest + days(rng.between(0, 50)));
        actual = course.left;
        reason = Some(rng.pick(&EXIT_REASONS));
    } else if rng.chance(10) {
        // A reason without a date is no exit.
        reason = Some(rng.pick(&[" ", "À confirmer"]));
    }
    write_row(&course, person, (planned, actual, reason), rng, sink)?;
    Ok(course)
}

fn write_row(
    course: &Course,
    person: &Person,
    (planned, actual, reason): (Option<NaiveDate>, Option<NaiveDate>, Option<&str>),
    rng: &mut Rng,
    sink: &mut dyn Sink,
) -> Result<(), SeedError> {
    let stagiaire = match rng.below(1000) {
        0 => Value::Int(NOWHERE),
        1 => Value::Null,
        _ => Value::Int(person.id),
    };
    let action = match rng.below(1000) {
        _ if course.undated && rng.chance(500) => Value::Int(NOWHERE),
        _ if course.undated => Value::Null,
        0 => Value::Int(NOWHERE),
        _ => Value::Int(course.action.id),
    };
    let secteur = match rng.below(1000) {
        0 | 1 => Value::Null,
        2 => Value::Int(NOWHERE),
        _ => Value::Int(course.secteur.id),
    };
    let entered = course.entry - days(rng.between(15, 150));
    let group = course.entry - days(rng.between(0, 6));
    let row = [
        Value::Int(course.id),
        stagiaire,
        action,
        secteur,
        match rng.below(1000) {
            0..=24 => Value::Int(0),
            25..=29 => Value::Null,
            _ => Value::Int(1),
        },
        if course.undated || rng.chance(60) {
            Value::Null
        } else {
            Value::Date(entered)
        },
        if course.undated || rng.chance(30) {
            Value::Null
        } else {
            Value::Date(course.entry)
        },
        if rng.chance(300) {
            Value::Null
        } else {
            Value::Date(group)
        },
        planned.map_or(Value::Null, Value::Date),
        actual.map_or(Value::Null, Value::Date),
        text(reason),
    ];
    sink.row(Table::Inscription, &row)?;
    Ok(())
}

/// A number of days; none for a negative one.
pub fn days(count: i32) -> Days {
    Days::new(u64::try_from(count).unwrap_or(0))
}

/// A mark of the ERP that the export does not read.
pub fn rarely_unknown(rng: &mut Rng) -> Value<'static> {
    flag(rng, 100, 100)
}
