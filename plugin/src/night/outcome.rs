//! What a job came to, and how it is told.

use chrono::NaiveDate;

use super::spent::Spent;
use crate::store::Comptes;
use crate::store::journal::{Conclusion, Execution, Fin, RunId};

/// What a job came to.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// How it ended.
    pub kind: OutcomeKind,
    /// Its number in the journal; 0 if it keeps none.
    pub run_id: i64,
    /// What became of the dossiers.
    pub counts: Comptes,
    /// One or more sentences in French for the scheduler's log.
    pub text: String,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutcomeKind {
    /// Green: nothing is left to do.
    Done,
    /// Orange: somebody was left out or rejected, for the office to mend; the rest went.
    ToMend,
    /// Red: nobody, or not everybody, could go.
    Problem,
    /// The night was done before; nothing was sent.
    AlreadyDone,
    /// Another run holds the night; nothing was sent.
    RunningElsewhere,
}

impl From<Conclusion> for OutcomeKind {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Vert => Self::Done,
            Conclusion::Orange => Self::ToMend,
            Conclusion::Rouge => Self::Problem,
        }
    }
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

    /// The night was done before, as that run says.
    pub(super) fn already_done(last: &Execution) -> Self {
        let nuit = last.nuit.format("%d/%m/%Y");
        let mut text = format!("La nuit du {nuit} est déjà faite : rien n'a été envoyé.");
        if let Some(conclusion) = last.conclusion.filter(|conclusion| *conclusion != Conclusion::Vert) {
            text = format!(
                "{text} Elle s'est terminée ainsi : {}. {}",
                conclusion.label(),
                last.causes.join(" ")
            );
        }
        Self {
            kind: OutcomeKind::AlreadyDone,
            run_id: last.id.0,
            counts: last.comptes,
            text,
        }
    }

    /// A run that went to its end, whatever befell some of its establishments.
    pub(super) fn ended(id: RunId, nuit: NaiveDate, fin: &Fin, spent: Spent) -> Self {
        let Comptes {
            lus,
            acceptes,
            rejetes,
            non_envoyes,
            en_attente,
        } = fin.comptes;
        let seconds = |time: std::time::Duration| time.as_secs_f64();
        tracing::info!(
            verdict = fin.conclusion.code(),
            run = id.0,
            nuit = %nuit,
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
        if fin.conclusion == Conclusion::Rouge {
            tracing::warn!(run = id.0, "{}. {}", fin.conclusion.label(), fin.causes.join(" "));
        }
        Self {
            kind: fin.conclusion.into(),
            run_id: id.0,
            counts: fin.comptes,
            text: sentences(fin, None),
        }
    }

    /// The same with what became of its e-mail, said before the causes: a host may cut a long text.
    pub(super) fn with_mail(self, fin: &Fin, told: &str) -> Self {
        let text = sentences(fin, Some(told));
        Self { text, ..self }
    }
}

/// The verdict first, the figures, the e-mail, then why.
fn sentences(fin: &Fin, told: Option<&str>) -> String {
    let verdict = format!("{}.", fin.conclusion.label());
    let figures = figures(fin.comptes);
    let sentences: Vec<&str> = [verdict.as_str(), figures.as_str()]
        .into_iter()
        .chain(told)
        .chain(fin.causes.iter().map(String::as_str))
        .collect();
    sentences.join(" ")
}

fn figures(comptes: Comptes) -> String {
    let Comptes {
        lus,
        acceptes,
        rejetes,
        non_envoyes,
        en_attente,
    } = comptes;
    let s = |count: i64| if count > 1 { "s" } else { "" };
    format!(
        "{lus} dossier{0} lu{0} : {acceptes} accepté{1}, {rejetes} rejeté{2}, {non_envoyes} non envoyé{3}, {en_attente} en \
         attente.",
        s(lus),
        s(acceptes),
        s(rejetes),
        s(non_envoyes)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::journal::EtatExecution;

    #[test]
    fn the_verdict_comes_first_and_plurals_are_real() {
        let comptes = |lus, acceptes, non_envoyes| Comptes {
            lus,
            acceptes,
            non_envoyes,
            ..Comptes::default()
        };
        let fin = |conclusion, comptes, causes: &[&str]| Fin {
            etat: EtatExecution::Terminee,
            comptes,
            conclusion,
            causes: causes.iter().map(|&cause| cause.to_owned()).collect(),
        };
        for (fin, told, expected) in [
            (
                fin(Conclusion::Vert, comptes(1, 1, 0), &[]),
                None,
                "Tout est parti. 1 dossier lu : 1 accepté, 0 rejeté, 0 non envoyé, 0 en attente.",
            ),
            (
                fin(Conclusion::Rouge, comptes(3, 0, 3), &["Aucune clé API.", "Et de deux."]),
                Some("Courriel envoyé."),
                "Problème. 3 dossiers lus : 0 accepté, 0 rejeté, 3 non envoyés, 0 en attente. Courriel envoyé. Aucune clé \
                 API. Et de deux.",
            ),
        ] {
            assert_eq!(sentences(&fin, told), expected);
        }
    }
}
