//! What the e-mail says: counts, reasons and the ERP's identifiers; no personal data.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::dossier::CodeMotif;
use crate::store::journal::{Conclusion, EtatEtablissement, Fin, Journal, Rejet, RunId};
use crate::store::{Comptes, StoreError};

/// Rejected dossiers that are listed; the rest is counted.
const LISTED: usize = 50;

const WHERE_TO_LOOK: &str = "Le détail, dossier par dossier, est dans l'application : Inscriptions > Imprimer > \
                             Exemple Mission Apprentissage > Compte rendu des exports de nuit.";

/// Subject and text of an e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    /// Lines ended by `\n`.
    pub body: String,
    /// Whether somebody has something to do.
    pub needs_a_hand: bool,
}

impl Letter {
    /// For whoever tries whether e-mails arrive.
    #[must_use]
    pub fn trial() -> Self {
        Self {
            subject: "Passerelle Apprentissage : courriel d'essai".to_owned(),
            body: "Ce courriel d'essai montre que le compte rendu des exports de nuit peut vous parvenir.\n\
                   Il n'y a rien à faire.\n"
                .to_owned(),
            needs_a_hand: false,
        }
    }

    /// A run that stopped before its end, for a reason in French.
    pub(super) fn interrupted(nuit: NaiveDate, run: RunId, reason: &str) -> Self {
        let mut body = heading(Conclusion::Rouge, nuit, run);
        let _ = writeln!(body, "L'export s'est interrompu :\n{reason}\n");
        body.push_str(
            "Ce qui a été envoyé l'est bien. Corrigez ce qui est dit ci-dessus : le prochain lancement de la même nuit \
             reprend où il en est ; sinon, tout part la nuit prochaine.\n",
        );
        Self {
            subject: format!("{}, export interrompu", subject(Conclusion::Rouge, nuit)),
            body,
            needs_a_hand: true,
        }
    }

    /// A run that went to its end.
    pub(super) fn ended(journal: &Journal, run: RunId, nuit: NaiveDate, fin: &Fin) -> Result<Self, StoreError> {
        let before = journal.last_done_before(nuit)?.map(|last| last.comptes.non_envoyes);
        let incomplete: Vec<_> = journal
            .etablissements(run)?
            .into_iter()
            .filter_map(|place| Some((place.etablissement.uai.unwrap_or_default(), state(place.etat?)?)))
            .collect();
        // Without a night before, nobody knows yet of those that are left out.
        let more = fin.comptes.non_envoyes.saturating_sub(before.unwrap_or(0));

        let mut body = heading(fin.conclusion, nuit, run);
        figures(&mut body, fin.comptes, before);
        list(&mut body, "À faire", fin.causes.iter().map(String::as_str));
        let places: Vec<String> = incomplete
            .iter()
            .map(|(uai, state)| format!("{uai} : {state}"))
            .collect();
        list(&mut body, "Établissements à revoir", places.iter().map(String::as_str));
        rejected(&mut body, journal, run, fin.comptes.rejetes)?;
        let reasons: Vec<String> = journal
            .motifs(run)?
            .iter()
            .map(|(code, count)| format!("{} : {count}", CodeMotif::libelle_de(code)))
            .collect();
        list(
            &mut body,
            "Raisons des non-envois (un dossier peut en avoir plusieurs)",
            reasons.iter().map(String::as_str),
        );
        body.push_str(WHERE_TO_LOOK);
        body.push('\n');
        Ok(Self {
            subject: subject(fin.conclusion, nuit),
            body,
            needs_a_hand: fin.conclusion == Conclusion::Rouge || fin.comptes.rejetes > 0 || more > 0,
        })
    }
}

fn subject(conclusion: Conclusion, nuit: NaiveDate) -> String {
    format!(
        "{} : Passerelle Apprentissage, nuit du {}",
        conclusion.label(),
        nuit.format("%d/%m/%Y")
    )
}

fn heading(conclusion: Conclusion, nuit: NaiveDate, run: RunId) -> String {
    format!(
        "{}.\n\nExport de nuit vers la Mission interministérielle pour l'apprentissage\nNuit du {} (exécution n° {})\n\n",
        conclusion.label(),
        nuit.format("%d/%m/%Y"),
        run.0
    )
}

fn figures(body: &mut String, counts: Comptes, before: Option<i64>) {
    let before = before
        .map(|count| format!(" ({count} la nuit précédente)"))
        .unwrap_or_default();
    let _ = writeln!(
        body,
        "Dossiers lus : {}\n  acceptés : {}\n  rejetés : {}\n  non envoyés : {}{before}\n  en attente : {}\n",
        counts.lus, counts.acceptes, counts.rejetes, counts.non_envoyes, counts.en_attente
    );
}

fn state(etat: EtatEtablissement) -> Option<&'static str> {
    match etat {
        EtatEtablissement::Termine => None,
        EtatEtablissement::CleRefusee => Some("clé refusée"),
        EtatEtablissement::Injoignable => Some("service injoignable"),
        EtatEtablissement::Annule => Some("annulé"),
    }
}

fn rejected(body: &mut String, journal: &Journal, run: RunId, count: i64) -> Result<(), StoreError> {
    if count == 0 {
        return Ok(());
    }
    let page = journal.rejets_after(run, i64::MIN, LISTED)?;
    let mut lines: Vec<String> = page.iter().map(line).collect();
    let more = count.saturating_sub(i64::try_from(page.len()).unwrap_or(i64::MAX));
    if more > 0 {
        lines.push(format!("et {more} autre(s)"));
    }
    list(
        body,
        "Dossiers rejetés, et les champs en cause",
        lines.iter().map(String::as_str),
    );
    Ok(())
}

/// One rejected dossier, by its identifiers. The receiver's words stay out: they may repeat what was sent.
fn line(rejet: &Rejet) -> String {
    let mut text = format!("inscription {}", rejet.inscription_id);
    if let Some(apprenant) = &rejet.id_erp_apprenant {
        let _ = write!(text, " (apprenant {apprenant})");
    }
    let mut fields: Vec<&str> = Vec::new();
    for error in &rejet.erreurs {
        let path = error.champ.as_str();
        let is_path = path.len() <= 60
            && path
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_.[]".contains(&byte));
        if is_path && !path.is_empty() && !fields.contains(&path) {
            fields.push(path);
        }
    }
    if !fields.is_empty() {
        let _ = write!(text, " : {}", fields.join(", "));
    }
    text
}

fn list<'a>(body: &mut String, title: &str, lines: impl Iterator<Item = &'a str>) {
    let mut lines = lines.peekable();
    if lines.peek().is_none() {
        return;
    }
    let _ = writeln!(body, "{title}");
    for line in lines {
        let _ = writeln!(body, "- {line}");
    }
    body.push('\n');
}
