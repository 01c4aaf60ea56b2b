//! `settings`: import and export.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::cli::SettingsTask;
use crate::failure::{DONE, Failure};
use crate::session::{App, Session};

/// The plugin's document that holds the settings.
pub const SETTINGS: &str = "reglages.json";

/// The plugin's document that holds what is doubtful in them.
const DOUBTS: &str = "reglages-a-verifier.json";

#[derive(Serialize, Deserialize)]
struct Doubt {
    ou: String,
    texte: String,
}

/// What is doubtful in the settings that are stored; nothing where the plugin does not tell.
fn doubts(session: &Session) -> Result<Vec<Doubt>, Failure> {
    let mut document = Vec::new();
    match session.write_document(DOUBTS, &json!({}), "Vérification des réglages", &mut document) {
        Ok(()) => serde_json::from_slice(&document)
            .map_err(|error| Failure::failed("Ce qui est à vérifier dans les réglages est illisible.", error)),
        Err(Failure::Absent { .. }) => Ok(Vec::new()),
        Err(failure) => Err(failure),
    }
}

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
            let session = app.session()?;
            session.read_document(SETTINGS, &bytes)?;
            let doubts = doubts(&session)?;
            output.say(&format!("Réglages importés de {}.", file.display()))?;
            for doubt in &doubts {
                output.say(&format!("À vérifier : {} : {}", doubt.ou, doubt.texte))?;
            }
            output.value(&json!({"importe": file, "a_verifier": doubts}))?;
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
