//! `settings`: import and export.

use serde_json::json;

use crate::cli::SettingsTask;
use crate::failure::{DONE, Failure};
use crate::session::App;

/// The plugin's document that holds the settings.
pub const SETTINGS: &str = "reglages.json";

/// Runs the command.
pub fn run(app: &App, task: &SettingsTask) -> Result<u8, Failure> {
    let output = app.output;
    match task {
        SettingsTask::Import { file } => {
            let bytes = std::fs::read(file).map_err(|error| {
                let text = format!(
                    "Impossible de lire le fichier de réglages « {} » : vérifiez son nom et vos droits.",
                    file.display()
                );
                Failure::usage(text, error)
            })?;
            app.session()?.read_document(SETTINGS, &bytes)?;
            output.say(&format!("Réglages importés de {}.", file.display()))?;
            output.value(&json!({"importe": file}))?;
        }
        SettingsTask::Export { file: Some(file) } => {
            app.session()?
                .save_document(SETTINGS, &json!({}), "Export des réglages", file)?;
            output.say(&format!("Réglages exportés vers {}, sans les clés.", file.display()))?;
            output.value(&json!({"fichier": file}))?;
        }
        SettingsTask::Export { file: None } => {
            app.session()?
                .print_document(SETTINGS, &json!({}), "Export des réglages")?;
        }
    }
    Ok(DONE)
}
