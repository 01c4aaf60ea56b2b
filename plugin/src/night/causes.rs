//! What makes a night red beside its figures, in French sentences: what, where, how to mend it. One sentence a cause,
//! however many establishments have it.

use std::collections::BTreeSet;

use super::stream::AccessIndex;
use crate::dossier::ListeUai;
use crate::dossier::records::LigneUai;
use crate::store::{Acces, ReglageSecteur, Store, StoreError};

/// Establishments that a sentence names; the others are counted.
const NAMED: usize = 10;

/// What the settings of the moment keep from going, in French sentences, and how many sectors are activated.
///
/// # Errors
/// The settings cannot be read.
pub fn of_settings(store: &Store) -> Result<(usize, Vec<String>), StoreError> {
    let secteurs: Vec<_> = store.secteurs()?.into_iter().map(|secteur| secteur.reglage).collect();
    let activated: Vec<_> = secteurs
        .iter()
        .filter(|secteur| secteur.exporte_la_nuit())
        .copied()
        .collect();
    let lignes = store.lignes_uai()?;
    let without = lines_without_key(&activated, &lignes, &store.acces()?);
    let causes = nothing_activated(activated.len(), secteurs.len())
        .into_iter()
        .chain(without_key(&lignes, &without));
    Ok((activated.len(), causes.collect()))
}

/// Nothing is activated, although sectors are set up.
pub fn nothing_activated(activated: usize, secteurs: usize) -> Option<String> {
    if activated > 0 || secteurs == 0 {
        return None;
    }
    let which = match secteurs {
        1 => "Le seul secteur paramétré n'est pas activé".to_owned(),
        some => format!("Aucun des {some} secteurs paramétrés n'est activé"),
    };
    Some(format!(
        "{which} pour l'envoi de nuit : cochez ses trois cases dans Fichier > Paramètres sociétés > Secteurs > Compléments \
         secteur."
    ))
}

/// The lines of the UAI list, by number, that these sectors go out under without a key. Where a sector has more lines than
/// one, only its inscriptions tell which of the others are in use.
pub fn lines_without_key(secteurs: &[ReglageSecteur], lignes: &[LigneUai], acces: &[Acces]) -> BTreeSet<i64> {
    let (index, liste) = (AccessIndex::new(acces), ListeUai::new(lignes.to_vec()));
    let without = secteurs.iter().filter_map(|secteur| {
        let ligne = liste.ligne_du_secteur(secteur.societe_id, secteur.secteur_id)?;
        let lacks_one = index.find(ligne, secteur.secteur_id).is_none();
        lacks_one.then_some(ligne.id)
    });
    without.collect()
}

/// The sentence about establishments without a key; none where each has one.
pub fn without_key(lignes: &[LigneUai], lines: &BTreeSet<i64>) -> Option<String> {
    let known = lignes.iter().filter(|ligne| lines.contains(&ligne.id));
    let names: BTreeSet<String> = known.map(name).collect();
    if names.is_empty() {
        return None;
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Some(format!(
        "Aucune clé API pour {} : saisissez-la dans Administration > Gestion des accès aux API tierces.",
        establishments(&names, "l'établissement")
    ))
}

fn name(ligne: &LigneUai) -> String {
    let uai = ligne.uai.as_deref().unwrap_or_default().trim();
    match ligne.nom.as_deref().map(str::trim).filter(|nom| !nom.is_empty()) {
        Some(nom) => format!("{uai} ({nom})"),
        None => uai.to_owned(),
    }
}

/// The sentence about inscriptions in apprenticeship whose key cannot be read; none where there is none.
pub fn unreadable(inscriptions: u64) -> Option<String> {
    let which = match inscriptions {
        0 => return None,
        1 => "1 inscription en apprentissage n'a pas de numéro lisible dans l'ERP et ne peut pas partir".to_owned(),
        some => {
            format!(
                "{some} inscriptions en apprentissage n'ont pas de numéro lisible dans l'ERP et ne peuvent pas partir"
            )
        }
    };
    Some(format!(
        "{which} : faites vérifier la vue ou la correspondance de l'entité \
         « inscription »."
    ))
}

/// What kept establishments from sending, given as (UAI, sentence): each sentence once.
pub fn grouped(troubles: &[(String, String)]) -> Vec<String> {
    let mut causes: Vec<(&str, Vec<&str>)> = Vec::new();
    for (uai, text) in troubles {
        match causes.iter_mut().find(|(known, _)| known == text) {
            // One establishment may have an access in several sectors.
            Some((_, names)) if names.contains(&uai.as_str()) => {}
            Some((_, names)) => names.push(uai),
            None => causes.push((text, vec![uai])),
        }
    }
    let sentence = |(text, names): (&str, Vec<&str>)| format!("{} : {text}", establishments(&names, "Établissement"));
    causes.into_iter().map(sentence).collect()
}

/// `one` and its name, or their number and names.
fn establishments(names: &[&str], one: &str) -> String {
    if let [name] = names {
        return format!("{one} {name}");
    }
    let shown: Vec<&str> = names.iter().take(NAMED).copied().collect();
    let more = names.len() - shown.len();
    let more = if more > 0 {
        format!(" et {more} de plus")
    } else {
        String::new()
    };
    format!("{} établissements ({}{more})", names.len(), shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(uai: &str, text: &str) -> (String, String) {
        (uai.to_owned(), text.to_owned())
    }

    #[test]
    fn inscriptions_without_a_readable_key_are_one_sentence() {
        let starts = |count, text: &str| unreadable(count).is_some_and(|said| said.starts_with(text));
        assert_eq!(unreadable(0), None);
        assert!(starts(1, "1 inscription en apprentissage n'a pas"));
        assert!(starts(7, "7 inscriptions en apprentissage n'ont pas"));
    }

    #[test]
    fn the_same_cause_of_many_establishments_is_one_sentence() {
        assert_eq!(grouped(&[]), Vec::<String>::new());
        let troubles = [
            told("0570079B", "Clé refusée."),
            told("1234567A", "Pas de réseau."),
            told("7654321B", "Clé refusée."),
            told("0570079B", "Clé refusée."),
        ];
        assert_eq!(
            grouped(&troubles),
            [
                "2 établissements (0570079B, 7654321B) : Clé refusée.",
                "Établissement 1234567A : Pas de réseau."
            ]
        );
        let many: Vec<_> = (0..12).map(|n| told(&format!("U{n:02}"), "Clé refusée.")).collect();
        let [one] = &grouped(&many)[..] else { unreachable!() };
        assert!(
            one.starts_with("12 établissements (U00, U01, ") && one.contains("U09 et 2 de plus)"),
            "{one}"
        );
    }
}
