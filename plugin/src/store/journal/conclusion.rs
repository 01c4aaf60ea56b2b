//! What a run came to: one word, and why in sentences.

use super::{Comptes, Conclusion, EtatExecution};

/// A run that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fin {
    /// How.
    pub etat: EtatExecution,
    /// Its figures.
    pub comptes: Comptes,
    /// What it came to.
    pub conclusion: Conclusion,
    /// Why, in French sentences; none where everything went.
    pub causes: Vec<String>,
}

/// What a run came to beside its figures, in a French sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// Somebody could not go.
    Probleme(String),
    /// There is something to mend; the rest went.
    ACorriger(String),
}

impl Fin {
    /// Judges a run by how it ended and by its figures. What else there is to say of it comes first, since it says what to
    /// do.
    pub(super) fn new(ended: EtatExecution, comptes: Comptes, autres: &[Cause]) -> Self {
        let etat = match ended {
            EtatExecution::Terminee if comptes.en_attente > 0 => EtatExecution::Incomplete,
            etat => etat,
        };
        let (mut causes, mut a_corriger) = (Vec::new(), Vec::new());
        for cause in autres {
            match cause {
                Cause::Probleme(texte) => causes.push(texte.clone()),
                Cause::ACorriger(texte) => a_corriger.push(texte.clone()),
            }
        }
        causes.extend(rouges(etat, comptes));
        a_corriger.extend(oranges(comptes));
        let conclusion = if !causes.is_empty() {
            Conclusion::Rouge
        } else if !a_corriger.is_empty() {
            Conclusion::Orange
        } else {
            Conclusion::Vert
        };
        causes.extend(a_corriger);
        Self {
            etat,
            comptes,
            conclusion,
            causes,
        }
    }
}

fn rouges(etat: EtatExecution, comptes: Comptes) -> Vec<String> {
    let mut causes = Vec::new();
    match etat {
        EtatExecution::Interrompue => causes.push("L'export a été arrêté par une erreur avant sa fin.".to_owned()),
        EtatExecution::Annulee => causes.push("L'export a été interrompu par un utilisateur avant sa fin.".to_owned()),
        EtatExecution::EnCours | EtatExecution::Terminee | EtatExecution::Incomplete => {}
    }
    if comptes.lus > 0 && comptes.acceptes == 0 {
        causes.push(match comptes.lus {
            1 => "Le seul dossier lu n'a pas été accepté.".to_owned(),
            lus => format!("Aucun des {lus} dossiers lus n'a été accepté."),
        });
    }
    match comptes.en_attente {
        0 => {}
        1 => causes.push("1 dossier n'a pas pu partir et reste en attente.".to_owned()),
        some => causes.push(format!("{some} dossiers n'ont pas pu partir et restent en attente.")),
    }
    causes
}

fn oranges(comptes: Comptes) -> Vec<String> {
    let mut causes = Vec::new();
    match comptes.rejetes {
        0 => {}
        1 => causes.push("1 dossier rejeté par le service : corrigez-le, il repart la nuit prochaine.".to_owned()),
        some => causes.push(format!(
            "{some} dossiers rejetés par le service : corrigez-les, ils repartent la nuit prochaine."
        )),
    }
    match comptes.non_envoyes {
        0 => {}
        1 => causes.push("1 dossier non envoyé : son motif est dans le compte rendu.".to_owned()),
        some => causes.push(format!(
            "{some} dossiers non envoyés : leurs motifs sont dans le compte rendu."
        )),
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use EtatExecution::{Annulee, Incomplete, Interrompue, Terminee};

    #[test]
    fn every_end_has_its_colour() {
        let problem = [Cause::Probleme("Aucune clé API.".to_owned())];
        let to_mend = [Cause::ACorriger("1 inscription sans numéro.".to_owned())];
        for (ended, [acceptes, rejetes, non_envoyes, en_attente], problems, etat, conclusion, first) in [
            (Terminee, [0, 0, 0, 0], &[][..], Terminee, Conclusion::Vert, None),
            (Terminee, [9, 0, 0, 0], &[], Terminee, Conclusion::Vert, None),
            (
                Terminee,
                [9, 0, 1, 0],
                &[],
                Terminee,
                Conclusion::Orange,
                Some("1 dossier non envoyé"),
            ),
            (
                Terminee,
                [9, 2, 0, 0],
                &[],
                Terminee,
                Conclusion::Orange,
                Some("2 dossiers rejetés"),
            ),
            (
                Terminee,
                [9, 0, 0, 3],
                &[],
                Incomplete,
                Conclusion::Rouge,
                Some("3 dossiers n'ont pas pu partir"),
            ),
            (
                Terminee,
                [0, 0, 1, 0],
                &[],
                Terminee,
                Conclusion::Rouge,
                Some("Le seul dossier lu"),
            ),
            (
                Terminee,
                [0, 2, 1, 0],
                &[],
                Terminee,
                Conclusion::Rouge,
                Some("Aucun des 3 dossiers lus"),
            ),
            (
                Terminee,
                [9, 0, 0, 0],
                &to_mend,
                Terminee,
                Conclusion::Orange,
                Some("1 inscription sans numéro."),
            ),
            (
                Terminee,
                [0, 0, 0, 0],
                &problem,
                Terminee,
                Conclusion::Rouge,
                Some("Aucune clé API."),
            ),
            (
                Terminee,
                [9, 1, 1, 0],
                &problem,
                Terminee,
                Conclusion::Rouge,
                Some("Aucune clé API."),
            ),
            (
                Interrompue,
                [9, 0, 0, 0],
                &[],
                Interrompue,
                Conclusion::Rouge,
                Some("L'export a été arrêté par une erreur"),
            ),
            (
                Annulee,
                [9, 0, 0, 0],
                &[],
                Annulee,
                Conclusion::Rouge,
                Some("L'export a été interrompu"),
            ),
        ] {
            let fin = Fin::new(
                ended,
                Comptes::new(acceptes, rejetes, non_envoyes, en_attente),
                problems,
            );
            assert_eq!((fin.etat, fin.conclusion), (etat, conclusion), "{fin:?}");
            let said = fin.causes.first().map(String::as_str);
            assert!(
                first.is_none_or(|first| said.is_some_and(|said| said.starts_with(first)))
                    && first.is_some() == said.is_some(),
                "{fin:?}"
            );
        }
    }
}
