//! *Envoyer un courriel d'essai*: whether the report would arrive, by the settings as they are stored.

use super::super::registry::JobEntry;
use crate::error::Error;
use crate::host::Run;
use crate::installation::Installation;
use crate::night::telling::{Letter, post};
use crate::night::{Outcome, OutcomeKind};
use crate::store::Comptes;

/// The job.
pub const RUN: JobEntry = JobEntry {
    id: "essai-courriel",
    run: |at, _, run| self::run(at, run),
};
/// Its id.
pub const ID: &str = RUN.id;

/// Send the trial to every recipient.
///
/// # Errors
/// It did not go, or the host cancelled.
pub fn run(installation: &Installation, run: &dyn Run) -> Result<Outcome, Error> {
    let courriel = installation.store()?.courriel()?;
    run.progress(0, 0, "Envoi du courriel d'essai");
    let posted = post(
        installation.host(),
        &|| installation.sealer(),
        &courriel,
        &Letter::trial(),
        &|| run.is_cancelled(),
    )?;
    tracing::info!(
        recipients = posted.recipients,
        refused = posted.refused.len(),
        "trial e-mail sent"
    );
    let kind = if posted.refused.is_empty() {
        OutcomeKind::Done
    } else {
        OutcomeKind::ToMend
    };
    Ok(Outcome {
        kind,
        run_id: 0,
        counts: Comptes::default(),
        text: format!("Courriel d'essai {}. Vérifiez qu'il est arrivé.", posted.text()),
    })
}
