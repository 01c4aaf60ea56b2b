//! *Exemple de l'export automatique de nuit*: what would go out, and who would not, and why.
//!
//! It runs the night's own code up to the sending. Each table reads the ERP for itself when the host pulls it, so that
//! first rows come at once and nothing is kept.

mod json;
mod lines;
mod resume;
mod tables;
mod workbook;

use std::io::Write;
use std::sync::Arc;

use super::Context;
use crate::error::Error;
use crate::host::Run;
use crate::instance::Instance;
use crate::night::stream::{Choice, Plan};
use crate::store::ReglageSecteur;
use crate::table::Table;

pub use resume::Resume;

/// Id of the contribution.
pub const ID: &str = "exemple-export-nuit";

/// The three tables of the preview: *Résumé*, *Données envoyées*, *Apprentis non envoyés*.
///
/// # Errors
/// The settings cannot be read.
pub fn tables(instance: &Instance, context: &Context) -> Result<Vec<Table>, Error> {
    let plan = Arc::new(plan(instance, context)?);
    Ok(vec![
        tables::resume(plan.clone()),
        tables::donnees_envoyees(plan.clone()),
        tables::non_envoyes(plan),
    ])
}

/// The document `apercu.json`.
///
/// # Errors
/// The settings or the ERP cannot be read, `run` was cancelled, or `to` failed.
pub fn write_json(instance: &Instance, context: &Context, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    json::write(&plan(instance, context)?, run, to)
}

/// The document `apercu.xlsx`.
///
/// # Errors
/// As [`write_json`]; a temporary file failed.
pub fn write_workbook(instance: &Instance, context: &Context, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    workbook::write(&plan(instance, context)?, run, to)
}

/// All the sectors that the settings name, activated or not, within what the context asks for.
fn plan(instance: &Instance, context: &Context) -> Result<Plan, Error> {
    let store = instance.store()?;
    let named: Vec<_> = store.secteurs()?.into_iter().map(|secteur| secteur.reglage).collect();
    let matches = |id: i64, asked: Option<i64>| asked.is_none_or(|asked| asked == id);
    let wanted = |secteur: &&ReglageSecteur| {
        matches(secteur.societe_id, context.societe_id) && matches(secteur.secteur_id, context.secteur_id)
    };
    let secteurs = named.iter().filter(wanted).copied().collect();
    let run_date = instance.host().now()?.date_naive();
    let choice = Choice::Fixed {
        protocole: context.protocole,
        donnees_sifa: context.donnees_sifa,
    };
    Plan::new(
        instance.erp()?,
        &store,
        run_date,
        &named,
        secteurs,
        store.acces()?,
        choice,
    )
}
