//! The establishment.

use super::*;

#[test]
fn uai_line() {
    let l = ligne;
    let liste = || {
        vec![
            l(7, "0570000G", Some(2), None),
            l(1, "0570001A", Some(1), Some(9)),
            l(2, "0570002B", Some(1), None),
            l(3, "0570003C", Some(1), Some(3)),
            l(4, "057-000 3c", Some(2), Some(3)),
            l(5, "0570001A", Some(1), Some(3)),
            l(6, "0570005E", Some(2), Some(8)),
            l(8, "0570005E", Some(2), Some(9)),
        ]
    };
    // (SIFA's UAI, société, secteur) → line, UAI sent, several fit.
    for (uai, societe, secteur_id, lignes, attendu, envoye, plusieurs) in [
        (None, 1, 3, liste(), Some(3), "0570003C", true),
        (None, 1, 9, liste(), Some(1), "0570001A", false),
        (None, 1, 4, liste(), Some(2), "0570002B", false),
        (None, 2, 3, liste(), Some(4), "0570003C", false),
        (None, 3, 3, liste(), None, "", false),
        (
            None,
            3,
            3,
            vec![l(1, "0570001A", Some(1), Some(9))],
            Some(1),
            "0570001A",
            false,
        ),
        (None, 3, 3, vec![], None, "", false),
        (
            None,
            3,
            3,
            vec![l(1, "0570001A", None, None), l(2, "0570001A", None, Some(3))],
            None,
            "",
            false,
        ),
        (Some(" 0570.001 a"), 1, 3, liste(), Some(5), "0570001A", false),
        (Some("0570003C"), 1, 4, liste(), Some(3), "0570003C", false),
        (Some("0570003C"), 2, 4, liste(), Some(4), "0570003C", false),
        (Some("0570003C"), 5, 5, liste(), Some(3), "0570003C", true),
        (Some("0570005E"), 2, 3, liste(), Some(6), "0570005E", true),
        (Some("0570009Z"), 1, 3, liste(), None, "0570009Z", false),
        (
            Some("0570009Z"),
            1,
            3,
            vec![l(1, "0570001A", Some(1), Some(3))],
            None,
            "0570009Z",
            false,
        ),
        (Some(" - "), 1, 9, liste(), Some(1), "0570001A", false),
    ] {
        let i = avec(|i| {
            sifa(i).uai_etablissement = uai.map(str::to_owned).into();
            (secteur(i).societe_id, secteur(i).id) = (societe, secteur_id);
        });
        let nom = format!("{uai:?} {societe} {secteur_id} {}", lignes.len());
        contexte_avec(lignes, |c| {
            let dossier = c.dossier(&i, Protocole::V3, false);
            assert_eq!(dossier.ligne_uai, attendu, "{nom}");
            assert_eq!(c.ligne_uai(&i).map(|l| l.id), attendu, "{nom}");
            assert_eq!(val(&dossier, "etablissement_responsable_uai"), envoye, "{nom}");
            assert_eq!(alertes(&dossier).contains(&"PLUSIEURS_LIGNES_UAI"), plusieurs, "{nom}");
            assert_eq!(
                val(&dossier, "etablissement_responsable_siret").is_empty(),
                attendu.is_none(),
                "{nom}"
            );
            assert_eq!(dossier.envoyable(), attendu.is_some(), "{nom}");
        });
    }
}

#[test]
fn establishment_codes() {
    let essai = |change: fn(&mut LigneUai)| {
        let mut l = ligne(1, "0570033B", Some(1), Some(3));
        change(&mut l);
        contexte_avec(vec![l], |c| {
            [Protocole::V3, Protocole::StatutCandidats].map(|p| c.dossier(&inscription(), p, false))
        })
    };
    let m = || vec!["UAI_SIRET_MANQUANT"];
    for (change, attendu_v3, attendu_2021, alertes_2021) in [
        (
            (|l| l.siret = r("732.829 320-00074")) as fn(&mut LigneUai),
            vec![],
            vec![],
            vec![],
        ),
        (|l| l.uai = None, m(), m(), vec![]),
        (|l| l.uai = r("057003B"), m(), m(), vec!["UAI_FORMATEUR_INVALIDE"]),
        (|l| l.uai = r("05700331B"), m(), m(), vec!["UAI_FORMATEUR_INVALIDE"]),
        (
            |l| l.siret = r("7328293200007"),
            m(),
            m(),
            vec!["SIRET_FORMATEUR_INVALIDE"],
        ),
        (|l| l.siret = None, m(), m(), vec![]),
        (|l| l.nom = r(" "), vec![], m(), vec![]),
        (
            |l| (l.uai_formateur, l.siret_formateur) = (r("faux"), r("35600000000048")),
            m(),
            vec![],
            vec!["UAI_FORMATEUR_INVALIDE"],
        ),
        (
            |l| (l.uai_formateur, l.siret_formateur) = (r("0570044C"), r("faux")),
            m(),
            vec![],
            vec!["SIRET_FORMATEUR_INVALIDE"],
        ),
        (
            |l| l.siret = r("0000000000 0000"),
            m(),
            m(),
            vec!["SIRET_FORMATEUR_INVALIDE"],
        ),
        (|l| l.siret_formateur = r(" . "), vec![], vec![], vec![]),
        (
            |l| l.siret = r("73282932000075"),
            vec![],
            vec![],
            vec!["SIRET_CLE_FAUSSE"],
        ),
        (|l| l.siret = r("35600000049837"), vec![], vec![], vec![]),
        (
            |l| (l.uai_formateur, l.siret_formateur) = (r("0570044C"), r("73282932000075")),
            vec![],
            vec![],
            vec!["SIRET_CLE_FAUSSE"],
        ),
    ] {
        let [nouveau, ancien] = essai(change);
        assert_eq!(motifs(&nouveau), attendu_v3);
        assert_eq!(motifs(&ancien), attendu_2021);
        assert_eq!(alertes(&ancien), alertes_2021);
    }
    let [nouveau, ancien] = essai(|l| {
        (l.uai_formateur, l.siret_formateur) = (r("057 0044c"), r("356 000 000 00048"));
    });
    for (dossier, uai, siret) in [
        (nouveau, "etablissement_formateur_uai", "etablissement_formateur_siret"),
        (ancien, "uai_etablissement_formateur", "siret_etablissement_formateur"),
    ] {
        assert_eq!(de(&dossier, uai), ("0570044C".to_owned(), Some(Provenance::ListeUai)));
        assert_eq!(
            de(&dossier, siret),
            ("35600000000048".to_owned(), Some(Provenance::ListeUai))
        );
    }
}

#[test]
fn sector_place() {
    for (latitude, longitude, attendu, alerte) in [
        (Some(49.12), Some(6.177), "49.12,6.177", false),
        (Some(0.0), Some(-0.0), "0,0", false),
        (Some(48.0000004), Some(-61.5333335), "48,-61.533334", false),
        (None, None, "", false),
        (Some(49.0), None, "", true),
        (Some(f64::NAN), Some(1.0), "", true),
    ] {
        let i = avec(|i| (secteur(i).latitude, secteur(i).longitude) = (latitude.into(), longitude.into()));
        let dossier = v2021(&i);
        assert_eq!(val(&dossier, "etablissement_formateur_geo_coordonnees"), attendu);
        assert_eq!(alertes(&dossier).contains(&"COORDONNEES_INVALIDES"), alerte);
    }
    for (code, attendu, alerte) in [
        (t(" 1000 "), "01000", false),
        (t("2A004"), "", true),
        (t(" "), "", false),
        (Absente, "", false),
    ] {
        let i = avec(|i| secteur(i).code_postal = code);
        for (dossier, champ) in [
            (v3(&i), "etablissement_lieu_de_formation_code_postal"),
            (v2021(&i), "etablissement_formateur_code_postal"),
        ] {
            assert_eq!(val(&dossier, champ), attendu);
            assert_eq!(alertes(&dossier).contains(&"CODE_POSTAL_INVALIDE"), alerte);
        }
    }
}

#[test]
fn half_a_couple_is_replaced_by_both_numbers_of_the_cfa_and_told() {
    for change in [
        (|l| l.uai_formateur = r("0570044C")) as fn(&mut LigneUai),
        |l| l.siret_formateur = r("35600000000048"),
        |l| (l.uai_formateur, l.siret_formateur) = (r("faux"), r(" . ")),
        |l| (l.uai_formateur, l.siret_formateur) = (r("\u{200B}"), r("faux")),
    ] {
        for (protocole, uai, siret) in [
            (
                Protocole::V3,
                "etablissement_formateur_uai",
                "etablissement_formateur_siret",
            ),
            (
                Protocole::StatutCandidats,
                "uai_etablissement_formateur",
                "siret_etablissement_formateur",
            ),
        ] {
            let dossier = avec_ligne(protocole, change);
            assert_eq!(
                (val(&dossier, uai).as_str(), val(&dossier, siret).as_str()),
                ("0570033B", "73282932000074")
            );
            assert_eq!(
                (alertes(&dossier), motifs(&dossier)),
                (vec!["LIGNE_UAI_INCOMPLETE"], vec![])
            );
        }
    }
}
