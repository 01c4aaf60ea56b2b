//! `preview`: what would be sent, and who would not.

use serde_json::json;

use crate::cli::Preview;
use crate::commands::document_for;
use crate::failure::{DONE, Failure};
use crate::session::App;

/// The plugin's contribution that shows the preview.
pub const PREVIEW: &str = "exemple-export-nuit";

/// Runs the command.
pub fn run(app: &App, asked: &Preview) -> Result<u8, Failure> {
    let parameters = asked.parameters();
    let text = "Aperçu";
    if let Some(file) = &asked.out {
        let document = document_for(file, "apercu", &["json", "xlsx"])?;
        app.session()?.save_document(&document, &parameters, text, file)?;
        app.output.say(&format!("Aperçu écrit dans {}.", file.display()))?;
        app.output.value(&json!({"fichier": file}))?;
        return Ok(DONE);
    }
    let session = app.session()?;
    if app.output.json {
        session.print_document("apercu.json", &parameters, text)?;
    } else {
        let tables = session.open(PREVIEW, &parameters)?;
        session.show(tables)?;
    }
    Ok(DONE)
}
