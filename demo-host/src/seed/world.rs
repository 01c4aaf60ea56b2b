//! What inscriptions refer to: sociétés, secteurs, diplomas, centres d'intérêt and training actions.

use chrono::{Days, Months, NaiveDate};

use super::rng::{Rng, Stream};
use super::schema::Table;
use super::words::{CENTRES, DIPLOMAS, TOWNS, TRADES, Territory, Town};
use super::{SeedError, Sink, Value, text};

/// Actions of each secteur.
const ACTIONS: i32 = 12;
/// Ordinary diplomas; after them come the odd ones.
const DIPLOMA_COUNT: i32 = 240;
const CENTRE_COUNT: i32 = 60;
/// Centres d'intérêt up to this one lead to an ordinary diploma.
const LINKED_CENTRES: i32 = 52;
/// A reference that leads nowhere: no table of the sample has this key.
pub const NOWHERE: i32 = 999_999_999;

/// What the settings say of a secteur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// It has all it needs.
    Ordinary,
    /// The settings do not name it.
    Unnamed,
    /// Its line of the UAI list has a SIRET that lost a digit.
    BrokenLine,
    /// No line of the UAI list leads to it.
    WithoutLine,
}

/// One secteur.
#[derive(Clone, Copy, Debug)]
pub struct Secteur {
    /// Its key.
    pub id: i32,
    /// Its société's key.
    pub societe_id: i32,
    /// Where it stands.
    pub town: Town,
    /// What the settings say of it.
    pub site: Site,
}

/// When an action runs, in school years from the current one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cohort {
    /// It began this school year.
    First,
    /// It began last year and is running.
    Second,
    /// It began two years ago and is running.
    Third,
    /// It ended before this school year.
    Past,
    /// It begins next school year.
    Next,
}

/// One training action.
#[derive(Clone, Debug)]
pub struct Action {
    /// Its key.
    pub id: i32,
    /// Its first day.
    pub start: NaiveDate,
    /// Its last day.
    pub end: NaiveDate,
    /// The diploma it leads to, whether it is linked to it or not.
    pub aim: i32,
    diplome_id: Option<i32>,
    centre_id: Option<i32>,
    intitule: String,
}

/// The whole world; some hundred kilobytes at most, whatever the number of inscriptions.
pub struct World {
    seed: u64,
    /// The current school year's first calendar year.
    pub year: i32,
    /// Names of the sociétés; the first has the key 1.
    pub societes: Vec<String>,
    /// All secteurs; the first has the key 1.
    pub secteurs: Vec<Secteur>,
    /// Years that each ordinary diploma takes, and its trade.
    diplomas: Vec<(i32, &'static str)>,
}

impl World {
    /// The world for so many inscriptions in a school year.
    pub fn new(seed: u64, year: i32, inscriptions: u32) -> Self {
        let mut rng = Rng::of(seed, Stream::World, 0);
        let ordinary = i32::try_from((inscriptions / 1500).clamp(4, 400)).unwrap_or(400);
        let mut societes = Vec::new();
        let mut secteurs: Vec<Secteur> = Vec::new();
        let add = |secteurs: &mut Vec<Secteur>, societe_id, site| {
            let id = i32::try_from(secteurs.len()).unwrap_or(NOWHERE) + 1;
            // Towns in turn, so that a small sample too reaches overseas.
            let town = usize::try_from(id - 1)
                .ok()
                .and_then(|index| TOWNS.get(index % TOWNS.len()))
                .copied();
            secteurs.push(Secteur {
                id,
                societe_id,
                town: town.unwrap_or_default(),
                site,
            });
        };
        for societe_id in 1..=ordinary {
            for _ in 0..rng.between(2, 4) {
                add(&mut secteurs, societe_id, Site::Ordinary);
            }
            let seat = secteurs.last().map_or("", |secteur| secteur.town.name);
            societes.push(format!("{} {seat}", rng.pick(&CENTRES)));
        }
        for site in [Site::Unnamed, Site::BrokenLine, Site::WithoutLine] {
            add(&mut secteurs, ordinary + 1, site);
        }
        societes.push("FORMATION EN COURS DE PARAMÉTRAGE".to_owned());
        let diplomas = (0..DIPLOMA_COUNT)
            .map(|_| (rng.pick(&DIPLOMAS).3, rng.pick(&TRADES)))
            .collect();
        Self {
            seed,
            year,
            societes,
            secteurs,
            diplomas,
        }
    }

    /// The secteurs of a kind.
    pub fn sites(&self, site: Site) -> impl Iterator<Item = &Secteur> {
        self.secteurs.iter().filter(move |secteur| secteur.site == site)
    }

    /// A secteur, more often a large one, now and then one whose settings are wrong.
    pub fn pick_secteur(&self, rng: &mut Rng) -> Option<Secteur> {
        let site = match rng.below(1000) {
            0..=14 => Site::Unnamed,
            15..=20 => Site::BrokenLine,
            21..=25 => Site::WithoutLine,
            _ => Site::Ordinary,
        };
        // The special ones come last, in one piece each: an index serves both.
        let count = i32::try_from(self.sites(site).count()).unwrap_or(0);
        let first = self.sites(site).next()?.id;
        let id = first + rng.below(count).min(rng.below(count));
        usize::try_from(id - 1)
            .ok()
            .and_then(|index| self.secteurs.get(index))
            .copied()
    }

    /// A running action of a secteur. `linked` false: one that neither leads to a diploma nor to a centre d'intérêt
    /// that does.
    pub fn pick_action(&self, secteur_id: i32, cohort: Cohort, linked: bool, rng: &mut Rng) -> Action {
        let place = match (cohort, linked) {
            (Cohort::First, false) => 10,
            (Cohort::Second, false) => 11,
            _ => cohort as i32 + if rng.chance(500) { 5 } else { 0 },
        };
        self.action((secteur_id - 1) * ACTIONS + place + 1)
    }

    fn action(&self, id: i32) -> Action {
        let mut rng = Rng::of(self.seed, Stream::Action, id.unsigned_abs().into());
        let place = (id - 1) % ACTIONS;
        let (offset, least, most) = match place {
            10 => (0, 1, 3),
            11 => (-1, 2, 3),
            place => match place % 5 {
                0 => (0, 1, 3),
                1 => (-1, 2, 3),
                2 => (-2, 3, 3),
                3 => (-4, 1, 3),
                _ => (1, 1, 3),
            },
        };
        let (aim, years, trade) = self.pick_diploma(least, most, &mut rng);
        let year = self.year + offset;
        let start = date(year, 9, 1) + Days::new(u64::from(rng.below(15).unsigned_abs()));
        let (month, day) = rng.pick(&[(6, 30), (7, 3), (7, 31), (8, 30)]);
        let end = date(year + years, month, day);
        let (diplome_id, centre_id) = match place {
            10 | 11 => match rng.below(4) {
                0 => (None, None),
                1 => (Some(NOWHERE), None),
                _ => (None, Some(rng.between(LINKED_CENTRES + 1, CENTRE_COUNT))),
            },
            5..=9 if rng.chance(600) => (None, Some(rng.between(1, LINKED_CENTRES))),
            _ => (Some(aim), None),
        };
        let intitule = format!("{trade} {year}-{}", year + years);
        Action {
            id,
            start,
            end,
            aim,
            diplome_id,
            centre_id,
            intitule,
        }
    }

    fn pick_diploma(&self, least: i32, most: i32, rng: &mut Rng) -> (i32, i32, &'static str) {
        let start = rng.below(DIPLOMA_COUNT);
        let mut turn = (0..DIPLOMA_COUNT).map(|step| (start + step) % DIPLOMA_COUNT);
        turn.find_map(|index| {
            let (years, trade) = *self.diplomas.get(usize::try_from(index).ok()?)?;
            (least..=most).contains(&years).then_some((index + 1, years, trade))
        })
        .unwrap_or((1, most, ""))
    }

    /// Writes all rows of this world.
    pub fn write(&self, sink: &mut dyn Sink) -> Result<(), SeedError> {
        let mut rng = Rng::of(self.seed, Stream::World, 1);
        for (id, name) in (1..).zip(&self.societes) {
            sink.row(Table::Societe, &[Value::Int(id), Value::Text(name)])?;
        }
        for secteur in &self.secteurs {
            write_secteur(secteur, &mut rng, sink)?;
        }
        self.write_diplomas(&mut rng, sink)?;
        for id in 1..=CENTRE_COUNT {
            let diplome = match id - LINKED_CENTRES {
                ..=0 => Value::Int(rng.between(1, DIPLOMA_COUNT)),
                1..=4 => Value::Null,
                5 | 6 => Value::Int(NOWHERE),
                _ => Value::Int(OddDiploma::WithoutCode.id()),
            };
            sink.row(
                Table::CentreInteret,
                &[Value::Int(id), Value::Text(rng.pick(&TRADES)), diplome],
            )?;
        }
        for secteur in &self.secteurs {
            for place in 1..=ACTIONS {
                let action = self.action((secteur.id - 1) * ACTIONS + place);
                let row = [
                    Value::Int(action.id),
                    Value::Int(secteur.id),
                    Value::Text(&action.intitule),
                    Value::Date(action.start),
                    Value::Date(action.end),
                    action.diplome_id.map_or(Value::Null, Value::Int),
                    action.centre_id.map_or(Value::Null, Value::Int),
                ];
                sink.row(Table::ActionFormation, &row)?;
            }
        }
        Ok(())
    }

    fn write_diplomas(&self, rng: &mut Rng, sink: &mut dyn Sink) -> Result<(), SeedError> {
        for (id, (years, trade)) in (1..).zip(&self.diplomas) {
            let kinds: Vec<_> = DIPLOMAS.iter().filter(|kind| kind.3 == *years).copied().collect();
            let (kind, nature, level, _) = rng.pick(&kinds);
            let long = format!("{kind} {trade}");
            let short: String = long.to_uppercase().chars().take(30).collect();
            let code = format!("{level}{}", rng.digits(5));
            let rncp = (!rng.chance(60)).then(|| format!("RNCP{}", rng.between(2000, 39_999)));
            let row = [
                Value::Int(id),
                Value::Text(kind),
                Value::Text(nature),
                Value::Text(&long),
                if rng.chance(50) {
                    Value::Null
                } else {
                    Value::Text(short.trim_end())
                },
                Value::Text(&code),
                text(rncp.as_deref()),
            ];
            sink.row(Table::Diplome, &row)?;
        }
        for odd in OddDiploma::ALL {
            let (long, short, code, rncp) = odd.content();
            let row = [
                Value::Int(odd.id()),
                Value::Text("Certificat"),
                Value::Null,
                Value::Text(long),
                Value::Text(short),
                text(code),
                text(rncp),
            ];
            sink.row(Table::Diplome, &row)?;
        }
        Ok(())
    }
}

/// Diplomas as people enter them when nobody checks.
#[derive(Clone, Copy)]
pub enum OddDiploma {
    /// No code at all.
    WithoutCode = 1,
    /// A code of white space.
    BlankCode,
    /// A code that a spreadsheet took for a number.
    LostZero,
    /// A short label too short to be sent, in lower-case code.
    ShortLabel,
    /// A RNCP typed with blanks.
    SpacedRncp,
    /// A RNCP that is none.
    WrongRncp,
}

impl OddDiploma {
    const ALL: [Self; 6] = [
        Self::WithoutCode,
        Self::BlankCode,
        Self::LostZero,
        Self::ShortLabel,
        Self::SpacedRncp,
        Self::WrongRncp,
    ];

    /// Its key.
    pub fn id(self) -> i32 {
        DIPLOMA_COUNT + self as i32
    }

    fn content(self) -> (&'static str, &'static str, Option<&'static str>, Option<&'static str>) {
        match self {
            Self::WithoutCode => (
                "Certificat de vente en cours d'enregistrement",
                "CERT. VENTE",
                None,
                None,
            ),
            Self::BlankCode => ("Certificat de gestion", "CERT. GESTION", Some("   "), None),
            Self::LostZero => (
                "Mention complémentaire Boulangerie spécialisée",
                "MC BOULANGERIE",
                Some("1022110"),
                None,
            ),
            Self::ShortLabel => ("Certificat de conduite", "C", Some("5003310b"), Some("RNCP37537")),
            Self::SpacedRncp => (
                "Certificat de maintenance",
                "CERT. MAINTENANCE",
                Some("50025214"),
                Some("38 765"),
            ),
            Self::WrongRncp => ("Certificat de langue", "CERT. LANGUE", Some("50022144"), Some("RS5664")),
        }
    }
}

fn write_secteur(secteur: &Secteur, rng: &mut Rng, sink: &mut dyn Sink) -> Result<(), SeedError> {
    let Town {
        name,
        postal_code,
        latitude,
        longitude,
        ..
    } = secteur.town;
    let mut near = |degrees: f64| Value::Decimal(((degrees * 1e6).round() + f64::from(rng.between(-9000, 9000))) / 1e6);
    let (latitude, longitude) = (near(latitude), near(longitude));
    let unknown = rng.chance(60);
    let postal_code = match rng.below(100) {
        // A spreadsheet took it for a number, or somebody typed what he liked.
        0..=9 => postal_code.trim_start_matches('0'),
        10 | 11 => "CEDEX",
        12 => " ",
        _ => postal_code,
    };
    let row = [
        Value::Int(secteur.id),
        Value::Int(secteur.societe_id),
        Value::Text(name),
        Value::Text(postal_code),
        if unknown { Value::Null } else { latitude },
        if unknown && rng.chance(500) {
            Value::Null
        } else {
            longitude
        },
    ];
    sink.row(Table::Secteur, &row)
}

/// A date of the sample; 1 January 2000 for one that does not exist.
pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_else(|| NaiveDate::default() + Months::new(360))
}

impl Secteur {
    /// Where its telephones ring.
    pub fn territory(&self) -> Territory {
        self.town.territory
    }
}
