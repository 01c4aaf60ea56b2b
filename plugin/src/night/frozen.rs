//! The settings that a run keeps to its end, also when another call takes it up.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::run::Parts;
use super::stream::{Choice, Plan};
use crate::error::{Error, ErrorKind};
use crate::store::journal::{Execution, Journal, OpenRun, RunId};
use crate::store::{Acces, ReglageSecteur};

/// What a run keeps to its end, also when it is resumed.
#[derive(Serialize, Deserialize)]
struct Frozen {
    /// The sectors with the three boxes ticked.
    secteurs: Vec<ReglageSecteur>,
    /// The accesses, keys sealed.
    acces: Vec<Acces>,
}

/// Open a new run with today's settings; not resumed.
///
/// # Errors
/// The settings cannot be read, or the journal not be written.
pub fn open(
    parts: &Parts,
    journal: &Journal,
    nuit: NaiveDate,
    now: DateTime<FixedOffset>,
    forcee: bool,
) -> Result<(RunId, Plan, bool), Error> {
    let secteurs = parts.store.secteurs()?.into_iter().map(|secteur| secteur.reglage);
    let frozen = Frozen {
        secteurs: secteurs.filter(ReglageSecteur::exporte_la_nuit).collect(),
        acces: parts.store.acces()?,
    };
    let json = serde_json::to_string(&frozen).map_err(|error| Error::io(&error.into()))?;
    let run_date = now.date_naive();
    let id = journal.open_run(&OpenRun {
        nuit,
        run_date,
        debut: now,
        forcee,
        plan: json,
    })?;
    Ok((id, plan(parts, run_date, frozen)?, false))
}

/// Take up a run where an earlier call left it, with the settings that it was opened with; resumed.
///
/// # Errors
/// The journal cannot be read or written, or the settings not be understood.
pub fn resume(parts: &Parts, journal: &Journal, last: &Execution) -> Result<(RunId, Plan, bool), Error> {
    let json = journal.resume_run(last.id)?;
    let frozen = serde_json::from_str(&json).map_err(|error| {
        Error::new(
            ErrorKind::Settings,
            "Le journal de la nuit interrompue est illisible : relancez l'export en le forçant.",
            format!("mna_execution.plan of run {}: {error}", last.id.0),
        )
    })?;
    Ok((last.id, plan(parts, last.run_date, frozen)?, true))
}

fn plan(parts: &Parts, run_date: NaiveDate, frozen: Frozen) -> Result<Plan, Error> {
    let (erp, secteurs) = (parts.erp.clone(), frozen.secteurs);
    Plan::new(
        erp,
        &parts.store,
        run_date,
        &secteurs.clone(),
        secteurs,
        frozen.acces,
        Choice::ByAccess,
    )
}
