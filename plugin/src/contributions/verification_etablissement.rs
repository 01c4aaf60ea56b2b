//! The job *Vérifier l'établissement*: whether the receiver knows the UAI and SIRET of a line, before a night sends for it.
//!
//! What the receiver does not know it refuses later, out of sight: this is the only way to see it beforehand.

use std::time::Duration;

use serde::Deserialize;

use super::acces_api::URL_BASE;
use super::parse_object;
use super::registry::JobEntry;
use crate::dossier::records::LigneUai;
use crate::dossier::{
    Formateur, Protocole, est_siret, est_uai, formateur, normaliser_ligne, normaliser_uai, siret_lisible,
};
use crate::error::{Error, ErrorKind};
use crate::host::Run;
use crate::installation::Installation;
use crate::mission::{MissionError, Options, Organisme, Transport};
use crate::night::{Outcome, OutcomeKind};
use crate::store::{Acces, Comptes};

/// The job.
pub const RUN: JobEntry = JobEntry {
    id: "verification-etablissement",
    run,
};
/// Its id.
pub const ID: &str = RUN.id;

/// The directory answers 300 questions a minute.
const PAUSE: Duration = Duration::from_millis(210);
/// Up to so many questions no pause is needed.
const AT_ONCE: usize = 200;
/// How often a pause looks whether to stop.
const SLICE: Duration = Duration::from_millis(70);

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    /// Number of a line of the list; none: all of them.
    ligne: Option<String>,
}

/// What is asked of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Couple {
    uai: String,
    siret: String,
    url: String,
    /// The first line that names it.
    ligne: i64,
}

impl Couple {
    fn text(&self) -> String {
        format!("UAI {}, SIRET {}", self.uai, siret_lisible(&self.siret))
    }
}

/// Look up the establishments of a line, or of all lines.
///
/// # Errors
/// The line is gone or has no UAI and SIRET; the directory cannot be asked; the host cancelled.
pub fn run(installation: &Installation, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
    let Parameters { ligne } = parse_object(parameters)?;
    let store = installation.store()?;
    let (mut lignes, acces) = (store.lignes_uai()?, store.acces()?);
    if let Some(wanted) = &ligne {
        lignes.retain(|line| line.id.to_string() == *wanted);
    }
    let couples = couples(&lignes, &acces);
    if couples.is_empty() {
        return Err(nothing_to_ask(ligne.is_some()));
    }
    let transport = Transport::new(Options {
        proxy: installation.proxy().map(str::to_owned),
        ..Options::default()
    })?;
    let (mut sentences, mut known) = (Vec::new(), 0_usize);
    for (done, couple) in couples.iter().enumerate() {
        run.progress(done as u64, couples.len() as u64, "Vérification des établissements");
        if couples.len() > AT_ONCE {
            pause(run)?;
        }
        let found = transport.find_organisme(&couple.url, &couple.uai, &couple.siret, &|| run.is_cancelled())?;
        tracing::info!(uai = couple.uai, found = ?found, "establishment looked up");
        match found {
            Organisme::Connu { ferme: false } => known += 1,
            Organisme::Connu { ferme: true } => sentences.push(format!(
                "{} (ligne n° {}) : connu, mais indiqué comme fermé. Vérifiez que ce SIRET est toujours le bon.",
                couple.text(),
                couple.ligne
            )),
            Organisme::Inconnu => sentences.push(format!(
                "{} (ligne n° {}) : couple inconnu du tableau de bord, qui refuserait ses dossiers sans le dire. Vérifiez que \
                 l'UAI et le SIRET sont ceux du même établissement, et qu'il y est déclaré.",
                couple.text(),
                couple.ligne
            )),
        }
    }
    let missing = lignes.iter().filter(|line| couples_of(line).is_empty()).count();
    if missing > 0 {
        sentences.push(format!(
            "{missing} ligne(s) sans UAI et SIRET bien formés : voir le Diagnostic."
        ));
    }
    Ok(outcome(&couples, known, &sentences))
}

fn outcome(couples: &[Couple], known: usize, sentences: &[String]) -> Outcome {
    let first = match (couples, known) {
        ([couple], 1) => format!("Établissement connu du tableau de bord : {}.", couple.text()),
        (_, 0) => String::new(),
        (_, 1) => "1 établissement connu du tableau de bord.".to_owned(),
        (_, known) => format!("{known} établissements connus du tableau de bord."),
    };
    let all: Vec<&str> = std::iter::once(first.as_str())
        .chain(sentences.iter().map(String::as_str))
        .filter(|text| !text.is_empty())
        .collect();
    Outcome {
        kind: if sentences.is_empty() {
            OutcomeKind::Done
        } else {
            OutcomeKind::ToMend
        },
        run_id: 0,
        counts: Comptes::default(),
        text: all.join("\n"),
    }
}

/// Each couple of the lines once.
fn couples(lignes: &[LigneUai], acces: &[Acces]) -> Vec<Couple> {
    let mut found: Vec<Couple> = Vec::new();
    for ligne in lignes.iter().map(normaliser_ligne) {
        let url = address(&ligne, acces);
        for (uai, siret) in couples_of(&ligne) {
            let same = |known: &Couple| known.uai == uai && known.siret == siret && known.url == url;
            if !found.iter().any(same) {
                found.push(Couple {
                    uai,
                    siret,
                    url: url.clone(),
                    ligne: ligne.id,
                });
            }
        }
    }
    found
}

/// The CFA, and the *établissement formateur* if it is another. Without those that are malformed.
fn couples_of(ligne: &LigneUai) -> Vec<(String, String)> {
    let ligne = normaliser_ligne(ligne);
    let site = match formateur(&ligne) {
        Formateur::Autre { uai, siret } => Some((uai, siret)),
        Formateur::LeCfa | Formateur::Incomplet(_) => None,
    };
    let mut couples: Vec<_> = ligne
        .uai
        .zip(ligne.siret)
        .into_iter()
        .chain(site)
        .filter(|(uai, siret)| est_uai(uai) && est_siret(siret))
        .collect();
    couples.dedup();
    couples
}

/// Where a line's dossiers go; before it has an access, where those of others go, or where all usually do.
fn address(ligne: &LigneUai, acces: &[Acces]) -> String {
    let today = |acces: &&Acces| acces.protocole == Protocole::V3 && acces.url.is_some();
    let own = |acces: &&Acces| {
        acces.societe_id == ligne.societe_id && acces.uai.as_deref().and_then(normaliser_uai) == ligne.uai
    };
    let chosen = acces
        .iter()
        .filter(today)
        .find(own)
        .or_else(|| acces.iter().find(today));
    let url = chosen.and_then(|acces| acces.url.clone());
    url.unwrap_or_else(|| URL_BASE.to_owned())
}

fn nothing_to_ask(one: bool) -> Error {
    let text = if one {
        "Cette ligne n'a pas d'UAI et de SIRET bien formés, ou vient d'être supprimée : corrigez-la, enregistrez, puis \
         vérifiez de nouveau."
    } else {
        "Aucune ligne n'a d'UAI et de SIRET bien formés : complétez la liste dans Gestion des numéros UAI."
    };
    Error::new(ErrorKind::Settings, text, "no line with a UAI and a SIRET to look up")
}

fn pause(run: &dyn Run) -> Result<(), Error> {
    let mut left = PAUSE;
    while !left.is_zero() {
        if run.is_cancelled() {
            return Err(MissionError::Cancelled.into());
        }
        let slice = left.min(SLICE);
        std::thread::sleep(slice);
        left = left.saturating_sub(slice);
    }
    Ok(())
}
