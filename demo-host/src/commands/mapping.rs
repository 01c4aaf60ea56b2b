//! `mapping`: a mapping file proposed, and what each entity yields by the one in use.

use std::path::Path;

use serde_json::json;

use super::tables::ALL_LINES;
use crate::cli::MappingTask;
use crate::failure::{DONE, FAILED, Failure};
use crate::output::Description;
use crate::session::App;

/// The plugin's document that holds a proposed mapping file.
const PROPOSAL: &str = "correspondance.toml";
/// The plugin's contribution that shows what each entity yields.
const YIELD: &str = "correspondance";
/// Its table of values out of the ERP: people's data, for the eyes of whoever sits there, and for no file.
const VALUES: &str = "premieres-valeurs";

/// Runs the command.
pub fn run(app: &App, task: &MappingTask) -> Result<u8, Failure> {
    match task {
        MappingTask::Init { out: None } => {
            app.session()?.print_document(PROPOSAL, &json!({}), "Correspondance")?;
            Ok(DONE)
        }
        MappingTask::Init { out: Some(file) } => init(app, file),
        MappingTask::Check => check(app),
    }
}

fn init(app: &App, file: &Path) -> Result<u8, Failure> {
    if file.exists() {
        let text = format!(
            "Le fichier « {} » existe déjà : indiquez un autre nom avec --out, ou supprimez-le d'abord.",
            file.display()
        );
        return Err(Failure::usage(text, "the mapping file exists"));
    }
    app.session()?
        .save_document(PROPOSAL, &json!({}), "Correspondance", file)?;
    app.output.say(&format!(
        "Correspondance proposée dans {} : relisez-la, puis vérifiez-la avec « demo-host --mapping {} mapping check ».",
        file.display(),
        file.display()
    ))?;
    app.output.value(&json!({"fichier": file}))?;
    Ok(DONE)
}

/// Fails if an entity is not OK.
fn check(app: &App) -> Result<u8, Failure> {
    let session = app.session()?;
    let mut sound = true;
    for table in session.open(YIELD, &json!({}))? {
        if !app.output.terminal && Description::read(&table.describe()?)?.id == VALUES {
            continue;
        }
        let rows = session.first_rows(table, ALL_LINES)?;
        sound &= rows.column("etat").all(|state| state.starts_with("OK"));
        rows.print(&app.output)?;
    }
    Ok(if sound { DONE } else { FAILED })
}
