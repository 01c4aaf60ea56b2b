//! `seed`: the sample and the settings that go with it.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::{Sample, Seed};
use crate::clock::today;
use crate::commands::settings::SETTINGS;
use crate::failure::{DONE, Failure};
use crate::output::{Progress, output_failure, save};
use crate::places;
use crate::seed::{Plan, Settings, fill, school_year, settings};
use crate::session::App;

/// Runs the command.
pub fn run(app: &App, asked: &Seed) -> Result<u8, Failure> {
    let (plan, file) = make(app, asked)?;
    let output = app.output;
    output.say(&format!(
        "{} inscriptions inventées (graine {}).",
        plan.inscriptions, plan.seed
    ))?;
    output.say(&format!("Réglages qui vont avec : {}", file.display()))?;
    output.value(&json!({"inscriptions": plan.inscriptions, "graine": plan.seed, "reglages": file}))?;
    Ok(DONE)
}

/// Makes a sample and its settings; gives the settings' file too.
pub fn make(app: &App, asked: &Seed) -> Result<(Plan, PathBuf), Failure> {
    places::create_folder(&app.folder)?;
    if app.asked_database().is_none() {
        places::private_file(&app.default_file())?;
    }
    let plan = create(app, &asked.sample, &app.database())?;
    let file = asked.settings.clone().unwrap_or_else(|| settings_file(app));
    write_settings(&settings(plan, &asked.url), &file)?;
    Ok((plan, file))
}

/// Where the settings of a sample go when no file is asked for.
pub fn settings_file(app: &App) -> PathBuf {
    app.folder.join(SETTINGS)
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
