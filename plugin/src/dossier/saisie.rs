//! A line of *Numéros UAI (CFA)* as it is entered or imported: what is wrong with it, what to look at, how it is kept
//! and shown.

use super::cleaning::{compact, rempli};
use super::codes::{cle_siret_juste, est_siret, est_uai, lettre_uai, type_cfa};
use super::records::LigneUai;

/// A column of the list that can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChampLigne {
    /// *Numéro UAI du CFA*.
    Uai,
    /// *Nom du CFA*.
    Nom,
    /// *Siret du CFA*.
    Siret,
    /// *Société*.
    Societe,
    /// *Type de CFA*.
    TypeCfa,
    /// *UAI de l'établissement formateur*.
    UaiFormateur,
    /// *SIRET de l'établissement formateur*.
    SiretFormateur,
}

/// Something to say of one column of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remarque {
    /// The column.
    pub champ: ChampLigne,
    /// One sentence in French.
    pub texte: String,
}

/// The *établissement formateur* of a line. The receiver looks its UAI and SIRET up as one couple.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formateur {
    /// The CFA itself.
    LeCfa,
    /// Another one: UAI and SIRET in the form that compares; they may be malformed.
    Autre {
        /// Its UAI.
        uai: String,
        /// Its SIRET.
        siret: String,
    },
    /// Half a couple; the column that is missing.
    Incomplet(ChampLigne),
}

/// The *établissement formateur* of a line.
pub fn formateur(ligne: &LigneUai) -> Formateur {
    match (compact(&ligne.uai_formateur), compact(&ligne.siret_formateur)) {
        (None, None) => Formateur::LeCfa,
        (Some(uai), Some(siret)) => Formateur::Autre { uai, siret },
        (Some(_), None) => Formateur::Incomplet(ChampLigne::SiretFormateur),
        (None, Some(_)) => Formateur::Incomplet(ChampLigne::UaiFormateur),
    }
}

/// A UAI as it compares and is sent: without white space, dots or dashes, in upper case; none if nothing is left.
pub fn normaliser_uai(texte: &str) -> Option<String> {
    compact(&Some(texte.to_owned()))
}

/// A line as it is kept when it is entered: codes in the form that compares and is sent, texts cleaned.
pub fn normaliser_ligne(ligne: &LigneUai) -> LigneUai {
    let propre = |texte: &Option<String>| rempli(texte).map(|texte| texte.into_owned());
    let type_saisi = propre(&ligne.type_cfa);
    LigneUai {
        id: ligne.id,
        uai: compact(&ligne.uai),
        nom: propre(&ligne.nom),
        siret: compact(&ligne.siret),
        organisme_gestionnaire: propre(&ligne.organisme_gestionnaire),
        type_cfa: type_saisi.map(|code| type_cfa(&code).map_or(code, str::to_owned)),
        societe_id: ligne.societe_id,
        secteur_id: ligne.secteur_id,
        uai_formateur: compact(&ligne.uai_formateur),
        siret_formateur: compact(&ligne.siret_formateur),
    }
}

/// A SIRET as people read it, `123 456 789 94444`; a text that is none, as it is.
pub fn siret_lisible(texte: &str) -> String {
    let code = compact(&Some(texte.to_owned())).filter(|code| est_siret(code));
    let lisible = code.and_then(|code| {
        let (siren, nic) = (code.get(..9)?, code.get(9..)?);
        Some(format!(
            "{} {} {} {nic}",
            siren.get(..3)?,
            siren.get(3..6)?,
            siren.get(6..)?
        ))
    });
    lisible.unwrap_or_else(|| texte.to_owned())
}

/// Everything malformed in a line; none: the line can be used.
pub fn defauts_de_ligne(ligne: &LigneUai) -> Vec<Remarque> {
    let uai = |champ, nom: &str, texte: &Option<String>| {
        let malforme = compact(texte).is_some_and(|code| !est_uai(&code));
        malforme.then(|| remarque(champ, format!("{nom} malformé : saisir 7 chiffres et une lettre.")))
    };
    let siret = |champ, nom: &str, texte: &Option<String>| {
        let malforme = compact(texte).is_some_and(|code| !est_siret(&code));
        malforme.then(|| remarque(champ, format!("{nom} malformé : saisir 14 chiffres.")))
    };
    let manque =
        |champ, nom: &str, absent: bool| absent.then(|| remarque(champ, format!("{nom} manquant : le saisir.")));
    let seul = |champ, nom: &str, l_autre: &str| {
        (formateur(ligne) == Formateur::Incomplet(champ)).then(|| {
            remarque(
                champ,
                format!("{nom} manquant : le saisir avec {l_autre}, ou aucun des deux."),
            )
        })
    };
    let type_inconnu = rempli(&ligne.type_cfa).is_some_and(|code| type_cfa(&code).is_none());
    [
        manque(ChampLigne::Uai, UAI, compact(&ligne.uai).is_none()),
        uai(ChampLigne::Uai, UAI, &ligne.uai),
        manque(ChampLigne::Nom, "Nom du CFA", rempli(&ligne.nom).is_none()),
        manque(ChampLigne::Siret, SIRET, compact(&ligne.siret).is_none()),
        siret(ChampLigne::Siret, SIRET, &ligne.siret),
        ligne
            .societe_id
            .is_none()
            .then(|| remarque(ChampLigne::Societe, "Société manquante : la choisir.".to_owned())),
        type_inconnu.then(|| {
            let texte = "Type de CFA inconnu : saisir un code de 01 à 10.";
            remarque(ChampLigne::TypeCfa, texte.to_owned())
        }),
        seul(ChampLigne::UaiFormateur, UAI_FORMATEUR, "le SIRET"),
        uai(ChampLigne::UaiFormateur, UAI_FORMATEUR, &ligne.uai_formateur),
        seul(ChampLigne::SiretFormateur, SIRET_FORMATEUR, "l'UAI"),
        siret(ChampLigne::SiretFormateur, SIRET_FORMATEUR, &ligne.siret_formateur),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What to look at in a line that can be used all the same: wrong check letters and digits.
pub fn alertes_de_ligne(ligne: &LigneUai) -> Vec<Remarque> {
    let uai = |champ, nom: &str, texte: &Option<String>| {
        let code = compact(texte).filter(|code| est_uai(code))?;
        let attendue = lettre_uai(code.get(..7)?)?;
        (!code.ends_with(attendue)).then(|| {
            let texte = format!("{nom} : la lettre de contrôle attendue est {attendue}. Vérifier le numéro.");
            remarque(champ, texte)
        })
    };
    let siret = |champ, nom: &str, texte: &Option<String>| {
        let code = compact(texte).filter(|code| est_siret(code))?;
        (!cle_siret_juste(&code)).then(|| {
            remarque(
                champ,
                format!("{nom} : la clé de contrôle est fausse. Vérifier le numéro."),
            )
        })
    };
    [
        uai(ChampLigne::Uai, UAI, &ligne.uai),
        siret(ChampLigne::Siret, SIRET, &ligne.siret),
        uai(ChampLigne::UaiFormateur, UAI_FORMATEUR, &ligne.uai_formateur),
        siret(ChampLigne::SiretFormateur, SIRET_FORMATEUR, &ligne.siret_formateur),
    ]
    .into_iter()
    .flatten()
    .collect()
}

const UAI: &str = "Numéro UAI du CFA";
const SIRET: &str = "Siret du CFA";
const UAI_FORMATEUR: &str = "UAI de l'établissement formateur";
const SIRET_FORMATEUR: &str = "SIRET de l'établissement formateur";

fn remarque(champ: ChampLigne, texte: String) -> Remarque {
    Remarque { champ, texte }
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
        assert_eq!(defauts_de_ligne(&ligne()), []);
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
                    siret_formateur: Some("73282932000074".to_owned()),
                    ..ligne()
                },
                "UAI de l'établissement formateur malformé",
            ),
            (
                LigneUai {
                    uai_formateur: Some("0570079B".to_owned()),
                    siret_formateur: Some("00000000000000".to_owned()),
                    ..ligne()
                },
                "SIRET de l'établissement formateur malformé",
            ),
            (
                LigneUai {
                    uai_formateur: Some("0570079B".to_owned()),
                    siret_formateur: Some(" - ".to_owned()),
                    ..ligne()
                },
                "SIRET de l'établissement formateur manquant : le saisir avec l'UAI, ou aucun des deux.",
            ),
            (
                LigneUai {
                    siret_formateur: Some("73282932000074".to_owned()),
                    ..ligne()
                },
                "UAI de l'établissement formateur manquant : le saisir avec le SIRET, ou aucun des deux.",
            ),
        ] {
            let defauts = defauts_de_ligne(&ligne);
            assert!(
                matches!(&defauts[..], [seul] if seul.texte.starts_with(defaut)),
                "{defaut}: {defauts:?}"
            );
        }
    }

    #[test]
    fn a_wrong_check_letter_or_digit_is_only_looked_at() {
        // Those of the guide are invented: both are wrong.
        let textes: Vec<_> = alertes_de_ligne(&ligne())
            .into_iter()
            .map(|alerte| alerte.texte)
            .collect();
        assert_eq!(
            textes,
            [
                "Numéro UAI du CFA : la lettre de contrôle attendue est W. Vérifier le numéro.",
                "Siret du CFA : la clé de contrôle est fausse. Vérifier le numéro."
            ]
        );
        let juste = LigneUai {
            uai: Some("0570079b".to_owned()),
            siret: Some("732 829 320 00074".to_owned()),
            uai_formateur: Some("malformé".to_owned()),
            siret_formateur: Some("1".to_owned()),
            ..ligne()
        };
        assert_eq!(alertes_de_ligne(&juste), []);
    }

    #[test]
    fn a_line_is_kept_in_the_form_that_compares() {
        let saisie = LigneUai {
            id: 7,
            organisme_gestionnaire: Some(" \t ".to_owned()),
            type_cfa: Some(" 9 ".to_owned()),
            siret_formateur: Some("732.829.320-00074".to_owned()),
            ..ligne()
        };
        let gardee = LigneUai {
            id: 7,
            uai: Some("1234567A".to_owned()),
            nom: Some("SC-FORMATION".to_owned()),
            siret: Some("12345678994444".to_owned()),
            type_cfa: Some("09".to_owned()),
            societe_id: Some(1),
            siret_formateur: Some("73282932000074".to_owned()),
            ..LigneUai::default()
        };
        assert_eq!(normaliser_ligne(&saisie), gardee);
    }

    #[test]
    fn sirets_as_people_read_them() {
        for (texte, lisible) in [
            ("12345678994444", "123 456 789 94444"),
            ("123.456.789-94444", "123 456 789 94444"),
            ("1234", "1234"),
            ("", ""),
        ] {
            assert_eq!(siret_lisible(texte), lisible);
        }
    }
}
