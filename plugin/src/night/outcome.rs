//! What a job came to, and how it is told.

use chrono::NaiveDate;

use super::spent::Spent;
use crate::store::Comptes;
use crate::store::journal::RunId;

/// What a job came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it ended.
    pub kind: OutcomeKind,
    /// Its number in the journal; 0 if it keeps none.
    pub run_id: i64,
    /// What became of the dossiers.
    pub counts: Comptes,
    /// One sentence in French for the scheduler's log.
    pub text: String,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Nothing is left to do.
    Done,
    /// Something was rejected or could not be sent.
    DoneWithRejects,
    /// The night was done before; nothing was sent.
    AlreadyDone,
    /// Another run holds the night; nothing was sent.
    RunningElsewhere,
}

impl Outcome {
    /// Another run holds the night.
    pub(super) fn elsewhere() -> Self {
        let text = "L'export de nuit est déjà en cours, ici ou sur un autre poste : rien n'a été envoyé.";
        Self {
            kind: OutcomeKind::RunningElsewhere,
            run_id: 0,
            counts: Comptes::default(),
            text: text.to_owned(),
        }
    }

    /// The night was done before.
    pub(super) fn already_done(id: RunId, nuit: NaiveDate, counts: Comptes) -> Self {
        let nuit = nuit.format("%d/%m/%Y");
        Self {
            kind: OutcomeKind::AlreadyDone,
            run_id: id.0,
            counts,
            text: format!("La nuit du {nuit} est déjà faite : rien n'a été envoyé."),
        }
    }

    /// A run that came to its end, whatever befell some of its establishments.
    pub(super) fn ended(id: RunId, counts: Comptes, troubles: &[String], spent: Spent) -> Self {
        let Comptes {
            lus,
            acceptes,
            rejetes,
            non_envoyes,
            en_attente,
        } = counts;
        let seconds = |time: std::time::Duration| time.as_secs_f64();
        tracing::info!(
            run = id.0,
            lus,
            acceptes,
            rejetes,
            non_envoyes,
            en_attente,
            reading_s = seconds(spent.reading),
            computing_s = seconds(spent.computing),
            sending_s = seconds(spent.sending),
            journal_s = seconds(spent.journal),
            "night closed"
        );
        let clean = rejetes == 0 && en_attente == 0 && troubles.is_empty();
        let kind = if clean {
            OutcomeKind::Done
        } else {
            OutcomeKind::DoneWithRejects
        };
        Self {
            kind,
            run_id: id.0,
            counts,
            text: sentences(counts, None, troubles),
        }
    }

    /// The same with what became of its e-mail, said before the troubles: a host may cut a long text.
    pub(super) fn with_mail(self, told: &str, troubles: &[String]) -> Self {
        let text = sentences(self.counts, Some(told), troubles);
        Self { text, ..self }
    }
}

fn sentences(counts: Comptes, told: Option<&str>, troubles: &[String]) -> String {
    let Comptes {
        lus,
        acceptes,
        rejetes,
        non_envoyes,
        en_attente,
    } = counts;
    let figures = format!(
        "{lus} dossiers lus : {acceptes} acceptés, {rejetes} rejetés, {non_envoyes} non envoyés, {en_attente} en attente."
    );
    let sentences: Vec<&str> = std::iter::once(figures.as_str())
        .chain(told)
        .chain(troubles.iter().map(String::as_str))
        .collect();
    sentences.join(" ")
}
