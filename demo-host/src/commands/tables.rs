//! `migrate` and `diagnostic`: the plugin's own tables, and whether everything is in place.

use serde_json::json;

use crate::failure::{DONE, FAILED, Failure};
use crate::session::App;

/// Lines of a diagnostic: far more than there can be.
pub const ALL_LINES: usize = 10_000;

/// Runs `migrate`.
pub fn migrate(app: &App, print: bool) -> Result<u8, Failure> {
    let session = app.session()?;
    if print {
        session.print_document("schema.sql", &json!({}), "DDL")?;
        return Ok(DONE);
    }
    let outcome = session.run_job("migration", "Tables du plugin")?;
    app.output.say(&outcome.text)?;
    app.output.value(&json!({"texte": outcome.text}))?;
    Ok(DONE)
}

/// Runs `diagnostic`: fails if a line is not OK.
pub fn diagnostic(app: &App) -> Result<u8, Failure> {
    let session = app.session()?;
    let mut sound = true;
    for table in session.open("diagnostic", &json!({}))? {
        let rows = session.first_rows(table, ALL_LINES)?;
        sound &= rows.column("etat").all(|state| state.starts_with("OK"));
        rows.print(&app.output)?;
    }
    Ok(if sound { DONE } else { FAILED })
}
