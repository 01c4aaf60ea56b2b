//! The settings that a run keeps to its end, also when another call takes it up.

use std::collections::HashSet;

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use super::run::Parts;
use super::stream::{Choice, Plan};
use crate::dossier::normaliser_uai;
use crate::error::{Error, ErrorKind};
use crate::store::journal::{EtatEtablissement, EtatExecution, Execution, Journal, OpenRun, RunId};
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
    let json = to_json(&frozen)?;
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

/// Take up a run where an earlier call left it, with the settings that it was opened with; resumed. Establishments that
/// could not send have the access of the moment: somebody may have entered a key, or an address.
///
/// # Errors
/// The journal cannot be read or written, or the settings not be understood.
pub fn resume(parts: &Parts, journal: &Journal, last: &Execution) -> Result<(RunId, Plan, bool), Error> {
    let json = journal.resume_run(last.id)?;
    let mut frozen: Frozen = serde_json::from_str(&json).map_err(|error| {
        Error::new(
            ErrorKind::Settings,
            "Le journal de la nuit interrompue est illisible : relancez l'export en le forçant.",
            format!("mna_execution.plan of run {}: {error}", last.id.0),
        )
    })?;
    let incomplete = last.etat == EtatExecution::Incomplete;
    let places = could_not_send(journal, last.id)?;
    refresh(&mut frozen.acces, parts.store.acces()?, &places, incomplete);
    if incomplete {
        journal.forget_without_key(last.id)?;
    }
    journal.keep_plan(last.id, &to_json(&frozen)?)?;
    Ok((last.id, plan(parts, last.run_date, frozen)?, true))
}

/// The places in the plan of the establishments that could not send.
fn could_not_send(journal: &Journal, run: RunId) -> Result<HashSet<usize>, Error> {
    let failed = |etat| matches!(etat, EtatEtablissement::CleRefusee | EtatEtablissement::Injoignable);
    let lines = journal.etablissements(run)?;
    let numbers = lines
        .iter()
        .filter(|line| line.etat.is_some_and(failed))
        .map(|line| line.id.numero);
    Ok(numbers.filter_map(|numero| usize::try_from(numero - 1).ok()).collect())
}

/// Gives those places of a plan what is stored for them now, if anything still is. Of an `incomplete` night, those without a
/// key as well; what is stored besides comes after them, since the journal goes by place.
fn refresh(acces: &mut Vec<Acces>, stored: Vec<Acces>, places: &HashSet<usize>, incomplete: bool) {
    let place = |acces: &Acces| {
        let uai = acces.uai.as_deref().and_then(normaliser_uai);
        (acces.societe_id, acces.secteur_id, uai)
    };
    for (index, known) in acces.iter_mut().enumerate() {
        if places.contains(&index) || (incomplete && known.cle_scellee.is_none()) {
            match stored.iter().find(|now| place(now) == place(known)) {
                Some(now) => known.clone_from(now),
                None => known.cle_scellee = None,
            }
        }
    }
    if incomplete {
        let known: HashSet<_> = acces.iter().map(place).collect();
        acces.extend(stored.into_iter().filter(|now| !known.contains(&place(now))));
    }
}

fn to_json(frozen: &Frozen) -> Result<String, Error> {
    serde_json::to_string(frozen).map_err(|error| Error::io(&error.into()))
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
