//! Draws the whole sample, row after row; nothing of it stays in memory but the world that inscriptions refer to.
//!
//! About 8 % of the inscriptions of the current year stay out of the export, for every reason that there
//! is; the odds stand where each value is drawn.

use super::contracts;
use super::course;
use super::person::{self, Person};
use super::rng::{Rng, Stream};
use super::schema::Table;
use super::settings::{Lines, Settings};
use super::sifa::{self, Keys};
use super::world::{Cohort, NOWHERE, Secteur, Site, World};
use super::{SeedError, Sink, Value};

/// What is to be drawn.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// Seed: the same one gives the same sample.
    pub seed: u64,
    /// Number of inscriptions.
    pub inscriptions: u32,
    /// The current school year's first calendar year; the sample lies around it.
    pub year: i32,
}

/// Writes the sample into a sink. `progress` gets the inscriptions drawn so far and says false to stop.
pub fn write(plan: Plan, sink: &mut dyn Sink, progress: &dyn Fn(u64) -> bool) -> Result<(), SeedError> {
    let world = World::new(plan.seed, plan.year, plan.inscriptions);
    let lines = Lines::new(plan.seed, &world);
    world.write(sink)?;
    let mut rows = Rows {
        plan,
        world: &world,
        lines: &lines,
        person: 0,
        interlocuteur: 1,
        convention: 1,
        sifa: Keys {
            sifa: 1,
            responsable: 1,
        },
        last: None,
    };
    for number in 1..=plan.inscriptions {
        rows.inscription(i32::try_from(number).unwrap_or(NOWHERE - 1), sink)?;
        if number % 1000 == 0 && !progress(number.into()) {
            return Err(SeedError::Cancelled);
        }
    }
    rows.orphans(sink)?;
    progress(plan.inscriptions.into());
    Ok(())
}

/// The settings that go with the sample.
pub fn settings(plan: Plan, url: &str) -> Settings {
    let world = World::new(plan.seed, plan.year, plan.inscriptions);
    Settings::new(plan.seed, &world, &Lines::new(plan.seed, &world), url)
}

struct Rows<'w> {
    plan: Plan,
    world: &'w World,
    lines: &'w Lines,
    person: i32,
    interlocuteur: i32,
    convention: i32,
    sifa: Keys,
    last: Option<(Person, Secteur)>,
}

impl Rows<'_> {
    fn inscription(&mut self, id: i32, sink: &mut dyn Sink) -> Result<(), SeedError> {
        let mut rng = Rng::of(self.plan.seed, Stream::Inscription, id.unsigned_abs().into());
        let rng = &mut rng;
        let again = self
            .last
            .take()
            .filter(|(_, secteur)| secteur.site == Site::Ordinary && rng.chance(22));
        let Some(drawn) = self.world.pick_secteur(rng) else {
            return Ok(());
        };
        let (person, secteur, cohort) = match again {
            // The same stagiaire once more: at the same site in the same year, before, or elsewhere.
            Some((person, secteur)) => match rng.below(10) {
                0..=4 => (person, secteur, Some(Cohort::First)),
                5 | 6 => (person, secteur, Some(Cohort::Past)),
                _ => (person, drawn, None),
            },
            None => {
                self.person += 1;
                let next = &mut self.interlocuteur;
                (
                    person::write(self.person, self.plan.year, &drawn, rng, next, sink)?,
                    drawn,
                    None,
                )
            }
        };
        let course = course::write(id, &person, secteur, cohort, self.world, rng, sink)?;
        contracts::write(&course, rng, &mut self.convention, sink)?;
        sifa::write(&course, &person, self.lines, rng, &mut self.sifa, sink)?;
        self.last = Some((person, secteur));
        Ok(())
    }

    /// Rows that belong to nothing, as years of deletions leave them.
    fn orphans(&mut self, sink: &mut dyn Sink) -> Result<(), SeedError> {
        for parent in [Value::Null, Value::Int(NOWHERE)] {
            let blank = [Value::Null; 8];
            let row = |id| [[Value::Int(id), parent].as_slice(), &blank].concat();
            let cut = |table: Table, id: i32| row(id).into_iter().take(table.def().columns.len()).collect::<Vec<_>>();
            sink.row(Table::Interlocuteur, &cut(Table::Interlocuteur, self.interlocuteur))?;
            sink.row(Table::Convention, &cut(Table::Convention, self.convention))?;
            sink.row(
                Table::SifaResponsable,
                &cut(Table::SifaResponsable, self.sifa.responsable),
            )?;
            self.interlocuteur += 1;
            self.convention += 1;
            self.sifa.responsable += 1;
        }
        // One only: its reference is unique, and some databases count NULL among the values.
        let row = [
            [Value::Int(self.sifa.sifa), Value::Int(NOWHERE)].as_slice(),
            &[Value::Null; 8],
        ]
        .concat();
        sink.row(Table::Sifa, &row)
    }
}
