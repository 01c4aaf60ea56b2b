//! `report`: what the nights came to.

use serde_json::json;

use crate::cli::Report;
use crate::commands::document_for;
use crate::failure::{DONE, Failure};
use crate::session::App;

/// The plugin's contribution that shows the report.
pub const REPORT: &str = "compte-rendu";

/// Runs the command.
pub fn run(app: &App, asked: &Report) -> Result<u8, Failure> {
    let parameters = asked.parameters();
    let text = "Compte rendu";
    if let Some(file) = &asked.out {
        let document = document_for(file, "compte-rendu", &["html", "xlsx", "json"])?;
        app.session()?.save_document(&document, &parameters, text, file)?;
        app.output
            .say(&format!("Compte rendu écrit dans {}.", file.display()))?;
        app.output.value(&json!({"fichier": file}))?;
        return Ok(DONE);
    }
    let session = app.session()?;
    if app.output.json {
        session.print_document("compte-rendu.json", &parameters, text)?;
    } else {
        let tables = session.open(REPORT, &parameters)?;
        session.show(tables)?;
    }
    Ok(DONE)
}
