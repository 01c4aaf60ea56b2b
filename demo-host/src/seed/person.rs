//! Stagiaires, and the people around them.

use chrono::{Datelike, Days, NaiveDate};

use super::rng::Rng;
use super::schema::Table;
use super::words::{FIRST_NAMES, NAMES, PROVIDERS, STREETS, Territory};
use super::world::{Secteur, date};
use super::{SeedError, Sink, Value, text};

/// What the rest of an inscription needs to know of its stagiaire.
#[derive(Clone, Debug)]
pub struct Person {
    /// The stagiaire's key.
    pub id: i32,
    /// Family name; empty if the ERP has none.
    pub name: String,
    /// Under 18 in this school year.
    pub minor: bool,
    /// Somebody answers for him whose e-mail is known.
    pub reachable: bool,
}

/// Writes a stagiaire with his interlocuteurs. `next` is the next interlocuteur's key.
pub fn write(
    id: i32,
    year: i32,
    secteur: &Secteur,
    rng: &mut Rng,
    next: &mut i32,
    sink: &mut dyn Sink,
) -> Result<Person, SeedError> {
    let minor = rng.chance(300);
    let birth = birth_date(year, minor, rng);
    let (first, sex) = rng.pick(&FIRST_NAMES);
    let name = rng.pick(&NAMES);
    let email = own_email(first, name, minor, rng);
    let shown_name = match rng.below(1000) {
        0 | 1 => String::new(),
        2..=21 => format!("  {name}\t"),
        22..=321 => name.to_uppercase(),
        _ => name.to_owned(),
    };
    let shown_first = if rng.chance(2) { " " } else { first };
    let phone = telephone(secteur.territory(), rng);
    let address = format!("{} {}", rng.between(1, 180), rng.pick(&STREETS));
    let postal_code = secteur.town.postal_code;
    let sex = match rng.below(100) {
        0..=2 => None,
        3..=5 => Some(if sex == "F" { "2" } else { "1" }),
        6 => Some("m"),
        _ => Some(sex),
    };
    let row = [
        Value::Int(id),
        if shown_name.is_empty() {
            Value::Null
        } else {
            Value::Text(&shown_name)
        },
        Value::Text(shown_first),
        if rng.chance(5) { Value::Null } else { Value::Date(birth) },
        text(email.as_deref()),
        text(phone.as_deref()),
        flag(rng, 30, 100),
        text(sex),
        if rng.chance(40) {
            Value::Null
        } else {
            Value::Text(&address)
        },
        Value::Text(postal_code),
        flag(rng, 25, 300),
    ];
    sink.row(Table::Stagiaire, &row)?;
    let person = Person {
        id,
        name: name.to_owned(),
        minor,
        reachable: !minor || !rng.chance(45),
    };
    write_interlocuteurs(&person, rng, next, sink)?;
    Ok(person)
}

fn write_interlocuteurs(person: &Person, rng: &mut Rng, next: &mut i32, sink: &mut dyn Sink) -> Result<(), SeedError> {
    let mut add = |rang: Option<i32>, profil: &str, name: &str, email: Option<&str>| {
        let row = [
            Value::Int(*next),
            Value::Int(person.id),
            rang.map_or(Value::Null, Value::Int),
            Value::Text(profil),
            Value::Text(name),
            text(email),
        ];
        *next += 1;
        sink.row(Table::Interlocuteur, &row)
    };
    if person.minor {
        let profil = rng.pick(&["PARENT", "PARENT", "Parent", "parent "]);
        let email = email_of(rng.pick(&FIRST_NAMES).0, &person.name, rng);
        if person.reachable {
            let rang = (!rng.chance(50)).then_some(1);
            add(rang, profil, &person.name, Some(&email))?;
            if rng.chance(450) {
                let other = rng.pick(&NAMES);
                let email = email_of(rng.pick(&FIRST_NAMES).0, other, rng);
                add(Some(2), "PARENT", other, (!rng.chance(200)).then_some(email.as_str()))?;
            }
        } else if rng.chance(500) {
            add(Some(1), "PARENT", &person.name, None)?;
            add(Some(2), "Père", &person.name, Some(&email))?;
        } else {
            add(
                Some(1),
                "PARENT",
                &person.name,
                Some(rng.pick(&["non communiqué", "parent@famille", " "])),
            )?;
        }
    }
    if rng.chance(200) {
        let tutor = rng.pick(&NAMES);
        let email = email_of(rng.pick(&FIRST_NAMES).0, tutor, rng);
        add(
            Some(3),
            rng.pick(&["TUTEUR", "EMPLOYEUR", "PARENTS"]),
            tutor,
            Some(&email),
        )?;
    }
    Ok(())
}

/// An e-mail address that the receiver accepts.
pub fn email_of(first: &str, name: &str, rng: &mut Rng) -> String {
    format!(
        "{}.{}{}@{}",
        ascii(first),
        ascii(name),
        rng.below(400),
        rng.pick(&PROVIDERS)
    )
}

fn own_email(first: &str, name: &str, minor: bool, rng: &mut Rng) -> Option<String> {
    let good = email_of(first, name, rng);
    match rng.below(1000) {
        // Few minors' own addresses are known; their parents' count.
        0..=199 if minor => None,
        0..=11 => None,
        12 | 13 => Some("  ".to_owned()),
        14 => Some(good.replace('@', " chez ")),
        15 => Some(format!("{first}.é@example.com")),
        16 => Some(good.replacen('.', "..", 1)),
        17..=36 => Some(format!(" {good} ")),
        _ => Some(good),
    }
}

fn ascii(text: &str) -> String {
    text.to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            'a'..='z' | '-' => Some(letter),
            'à' | 'â' | 'ä' | 'ã' => Some('a'),
            'é' | 'è' | 'ê' | 'ë' => Some('e'),
            'î' | 'ï' => Some('i'),
            'ô' | 'ö' => Some('o'),
            'ù' | 'û' | 'ü' => Some('u'),
            'ç' => Some('c'),
            'ł' => Some('l'),
            _ => None,
        })
        .collect()
}

fn birth_date(year: i32, minor: bool, rng: &mut Rng) -> NaiveDate {
    let age = if minor {
        rng.between(15, 16)
    } else {
        rng.between(18, 27)
    };
    // Some are born on 29 February, in whatever leap year comes next.
    if rng.chance(5) {
        let leap = (year - age) / 4 * 4;
        return date(leap, 2, 29);
    }
    // Ages counted at the start of the school year, so that some come of age during it.
    date(year - age, 8, 1) - Days::new(u64::from(rng.below(365).unsigned_abs()))
}

/// A 0/1 column: true so many times in a thousand, NULL so many times, else 0.
pub fn flag(rng: &mut Rng, yes: i32, unknown: i32) -> Value<'static> {
    match rng.below(1000) {
        roll if roll < yes => Value::Int(1),
        roll if roll < yes + unknown => Value::Null,
        _ => Value::Int(0),
    }
}

fn telephone(territory: Territory, rng: &mut Rng) -> Option<String> {
    let national = match territory {
        Territory::Metropole if rng.chance(60) => format!("03878{}", rng.digits(5)),
        Territory::Metropole => format!(
            "{}{}",
            rng.pick(&["061", "062", "067", "068", "075", "076", "077"]),
            rng.digits(7)
        ),
        Territory::Guadeloupe => format!("06903{}", rng.digits(5)),
        Territory::Martinique => format!("06962{}", rng.digits(5)),
        Territory::Guyane => format!("06942{}", rng.digits(5)),
        Territory::Reunion => format!("06926{}", rng.digits(5)),
        Territory::Mayotte => format!("06392{}", rng.digits(5)),
    };
    let without_zero = national.trim_start_matches('0');
    let in_pairs = |between: &str| {
        let mut shown = String::new();
        for (place, digit) in national.chars().enumerate() {
            if place > 0 && place % 2 == 0 {
                shown.push_str(between);
            }
            shown.push(digit);
        }
        shown
    };
    Some(match rng.below(1000) {
        0..=29 => return None,
        30..=34 => "06 12 34".to_owned(),
        35..=38 => "à compléter".to_owned(),
        39..=42 => "00 00 00 00 00".to_owned(),
        43..=44 => "08 99 70 12 34".to_owned(),
        45..=49 => "+32 470 12 34 56".to_owned(),
        50..=52 => format!("{national} / {national}"),
        53..=352 => in_pairs(" "),
        353..=552 => in_pairs("."),
        553..=602 => in_pairs("-"),
        // What a numeric column leaves of it.
        603..=652 => without_zero.to_owned(),
        653..=752 if territory == Territory::Metropole => format!("+33 {without_zero}"),
        753..=772 if territory == Territory::Metropole => format!("+33 (0){without_zero}"),
        _ => national,
    })
}

/// The school year's first calendar year for a date.
pub fn school_year(day: NaiveDate) -> i32 {
    if day.month() >= 8 { day.year() } else { day.year() - 1 }
}
