//! `seed`: the sample and the settings that go with it.

use std::path::Path;

use serde_json::json;

use crate::cli::{Sample, Seed};
use crate::clock::today;
use crate::failure::{DONE, Failure};
use crate::output::{Progress, output_failure, save};
use crate::places;
use crate::seed::{Plan, Settings, fill, school_year, settings};
use crate::session::App;

/// Runs the command.
pub fn run(app: &App, asked: &Seed) -> Result<u8, Failure> {
    places::create_folder(&app.folder)?;
    let plan = create(app, &asked.sample, &app.database())?;
    let file = asked
        .settings
        .clone()
        .unwrap_or_else(|| app.folder.join("reglages.json"));
    write_settings(&settings(plan, &asked.url), &file)?;
    let output = app.output;
    output.say(&format!(
        "{} inscriptions inventées (graine {}).",
        plan.inscriptions, plan.seed
    ))?;
    output.say(&format!("Réglages qui vont avec : {}", file.display()))?;
    output.value(&json!({"inscriptions": plan.inscriptions, "graine": plan.seed, "reglages": file}))?;
    Ok(DONE)
}

/// Fills a database with a sample around the host's date.
pub fn create(app: &App, sample: &Sample, database: &str) -> Result<Plan, Failure> {
    let year = school_year(app.date.unwrap_or_else(today));
    let plan = Plan {
        seed: sample.graine,
        inscriptions: sample.inscriptions,
        year,
    };
    let progress = Progress::new(&app.output, &app.cancel, "Données inventées");
    fill(database, plan, sample.ecraser, &|done| {
        progress.at(done, plan.inscriptions.into());
        !app.cancel.asked()
    })?;
    Ok(plan)
}

/// Writes the settings of a sample.
pub fn write_settings(settings: &Settings, file: &Path) -> Result<(), Failure> {
    save(file, |to| {
        serde_json::to_writer_pretty(to, settings).map_err(|error| output_failure(error.into()))
    })
}
