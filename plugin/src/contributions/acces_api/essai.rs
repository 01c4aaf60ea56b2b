//! The job *Tester la connexion*: one exchange with the receiver, no dossier.

use serde::Deserialize;

use super::super::registry::JobEntry;
use super::lignes;
use crate::contributions::parse_object;
use crate::error::{Error, ErrorKind};
use crate::host::Run;
use crate::installation::Installation;
use crate::mission::{Mission, Options, Transport};
use crate::night::{self, Outcome, OutcomeKind};
use crate::store::Comptes;

/// The job.
pub const RUN: JobEntry = JobEntry {
    id: "essai-connexion",
    run,
};
/// Its id.
pub const ID: &str = RUN.id;

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    ligne: String,
}

/// Calls the receiver with the stored key of a row of the list.
///
/// # Errors
/// No key is stored, or it cannot be opened; else what is wrong with the connection, in French.
pub fn run(installation: &Installation, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
    let Parameters { ligne } = parse_object(parameters)?;
    let store = installation.store()?;
    let acces = lignes::of_row(&ligne, &store.lignes_uai()?, &store.liste_acces()?);
    let missing = || {
        Error::new(
            ErrorKind::Settings,
            "Aucune clé API n'est enregistrée pour cet établissement : saisissez-la, enregistrez, puis testez de nouveau.",
            "no access, or one without a key, for the row to be tested",
        )
    };
    let acces = acces.ok_or_else(missing)?;
    let key = acces.open_key(&installation.sealer()?)?.ok_or_else(missing)?;
    let uai = acces.uai.clone().unwrap_or_default();
    run.progress(0, 1, "Essai de la connexion");
    let transport = Transport::new(Options {
        proxy: installation.proxy().map(str::to_owned),
        ..Options::default()
    })?;
    Mission::new(&transport, night::access(&acces, &key))?.test_connection(&|| run.is_cancelled())?;
    run.progress(1, 1, "Essai de la connexion");
    tracing::info!(uai, "connection tested");
    Ok(Outcome {
        kind: OutcomeKind::Done,
        run_id: 0,
        counts: Comptes::default(),
        text: format!("Connexion réussie : le service répond et accepte la clé de l'établissement {uai}."),
    })
}
