//! What is wrong with a line of *Numéros UAI (CFA)*, for whoever enters or imports it.

use super::cleaning::{compact, rempli};
use super::codes::{est_siret, est_uai, type_cfa};
use super::records::LigneUai;

/// A UAI as it compares and is sent: without white space, dots or dashes, in upper case; none if nothing is left.
pub fn normaliser_uai(texte: &str) -> Option<String> {
    compact(&Some(texte.to_owned()))
}

/// Everything malformed in a line, in French, one sentence each; none: the line can be used.
pub fn defauts_de_ligne(ligne: &LigneUai) -> Vec<String> {
    let uai = |nom: &str, texte: &Option<String>| {
        let malforme = compact(texte).is_some_and(|code| !est_uai(&code));
        malforme.then(|| format!("{nom} malformé : saisir 7 chiffres et une lettre."))
    };
    let siret = |nom: &str, texte: &Option<String>| {
        let malforme = compact(texte).is_some_and(|code| !est_siret(&code));
        malforme.then(|| format!("{nom} malformé : saisir 14 chiffres."))
    };
    let manque = |nom: &str, absent: bool| absent.then(|| format!("{nom} manquant : le saisir."));
    let type_inconnu = rempli(&ligne.type_cfa).is_some_and(|code| type_cfa(&code).is_none());
    [
        manque("Numéro UAI du CFA", compact(&ligne.uai).is_none()),
        uai("Numéro UAI du CFA", &ligne.uai),
        manque("Nom du CFA", rempli(&ligne.nom).is_none()),
        manque("Siret du CFA", compact(&ligne.siret).is_none()),
        siret("Siret du CFA", &ligne.siret),
        ligne
            .societe_id
            .is_none()
            .then(|| "Société manquante : la choisir.".to_owned()),
        type_inconnu.then(|| "Type de CFA inconnu : saisir un code de 01 à 10.".to_owned()),
        uai("UAI du lieu de formation", &ligne.uai_formateur),
        siret("SIRET du lieu de formation", &ligne.siret_formateur),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ligne() -> LigneUai {
        LigneUai {
            uai: Some(" 1234567a ".to_owned()),
            nom: Some("SC-FORMATION".to_owned()),
            siret: Some("123 456 789 94444".to_owned()),
            societe_id: Some(1),
            ..LigneUai::default()
        }
    }

    #[test]
    fn a_line_as_people_type_it_has_no_defect() {
        assert_eq!(defauts_de_ligne(&ligne()), Vec::<String>::new());
    }

    #[test]
    fn uai_in_the_form_that_compares() {
        for (texte, attendu) in [
            (" 057-0033 b.", Some("0570033B")),
            ("x", Some("X")),
            (" - ", None),
            ("", None),
        ] {
            assert_eq!(normaliser_uai(texte).as_deref(), attendu, "{texte:?}");
        }
    }

    #[test]
    fn each_defect_is_named() {
        for (ligne, defaut) in [
            (LigneUai { uai: None, ..ligne() }, "Numéro UAI du CFA manquant"),
            (
                LigneUai {
                    uai: Some("123456A".to_owned()),
                    ..ligne()
                },
                "Numéro UAI du CFA malformé",
            ),
            (
                LigneUai {
                    nom: Some(" ".to_owned()),
                    ..ligne()
                },
                "Nom du CFA manquant",
            ),
            (LigneUai { siret: None, ..ligne() }, "Siret du CFA manquant"),
            (
                LigneUai {
                    siret: Some("1234567899444".to_owned()),
                    ..ligne()
                },
                "Siret du CFA malformé",
            ),
            (
                LigneUai {
                    societe_id: None,
                    ..ligne()
                },
                "Société manquante",
            ),
            (
                LigneUai {
                    type_cfa: Some("11".to_owned()),
                    ..ligne()
                },
                "Type de CFA inconnu",
            ),
            (
                LigneUai {
                    uai_formateur: Some("x".to_owned()),
                    ..ligne()
                },
                "UAI du lieu de formation malformé",
            ),
            (
                LigneUai {
                    siret_formateur: Some("x".to_owned()),
                    ..ligne()
                },
                "SIRET du lieu de formation malformé",
            ),
        ] {
            let defauts = defauts_de_ligne(&ligne);
            assert!(
                matches!(&defauts[..], [seul] if seul.starts_with(defaut)),
                "{defaut}: {defauts:?}"
            );
        }
    }
}
