//! CONTRAT D'APPRENTISSAGE and STATUTS DU JEUNE.

use super::*;

#[test]
fn statut() {
    // motif, sortie_reelle, sortie_prevue, has a convention, sans_contrat_initial → statut, date métier, warning
    for (motif, reelle, prevue, convention, sans, attendu, date, alerte) in [
        (
            "Démission",
            "2026-10-10",
            "2028-08-31",
            true,
            false,
            "0",
            "2026-10-10",
            false,
        ),
        ("Démission", "2026-10-10", "", true, false, "0", "2026-10-10", true),
        (
            "Démission",
            "2026-10-10",
            "2028-08-31",
            false,
            true,
            "0",
            "2026-10-10",
            false,
        ),
        (" ", "2026-10-10", "2028-08-31", true, false, "3", "2026-09-01", false),
        ("Démission", "", "2028-08-31", true, false, "3", "2026-09-01", false),
        ("Fin", "2028-08-31", "2028-08-31", true, false, "3", "2026-09-01", false),
        ("Fin", "2028-09-01", "2028-08-31", true, false, "3", "2026-09-01", false),
        ("", "", "2028-08-31", false, false, "2", "2026-09-07", false),
        ("", "", "2028-08-31", true, true, "2", "2026-09-07", false),
        ("", "", "", true, false, "3", "2026-09-01", true),
    ] {
        let i = avec(|i| {
            (i.motif_sortie, i.sortie_reelle, i.sortie_prevue) = (t(motif), od(reelle), od(prevue));
            sifa(i).sans_contrat_initial = Lue(sans);
            if !convention {
                i.conventions.clear();
            }
        });
        for dossier in [v3(&i), v2021(&i)] {
            assert_eq!(val(&dossier, "statut_apprenant"), attendu, "{motif} {reelle} {prevue}");
            assert_eq!(
                val(&dossier, "date_metier_mise_a_jour_statut"),
                date,
                "{motif} {reelle} {prevue}"
            );
            assert_eq!(
                alertes(&dossier).contains(&"SORTIE_PREVUE_MANQUANTE"),
                alerte,
                "{motif} {reelle} {prevue}"
            );
        }
        let exclu = attendu == "0";
        assert_eq!(
            val(&v3(&i), "date_exclusion_formation"),
            if exclu { reelle } else { "" }
        );
        assert_eq!(
            val(&v3(&i), "cause_exclusion_formation"),
            if exclu { motif } else { "" }
        );
        let rupture = if motif.trim().is_empty() { "" } else { reelle };
        assert_eq!(val(&v2021(&i), "contrat_date_rupture"), rupture);
        assert_eq!(val(&v2021(&i), "contrat_date_fin"), prevue);
    }
    // A convention counts even without a date_debut; the group's date falls back to entree.
    let i = avec(|i| {
        i.conventions = vec![Convention {
            id: Some(5),
            ..Convention::default()
        }]
    });
    assert_eq!(
        (val(&v3(&i), "statut_apprenant"), alertes(&v3(&i))),
        ("3".to_owned(), vec!["CONVENTION_SANS_DEBUT", "STATUT_DIFFERENT"])
    );
    let i = avec(|i| {
        i.conventions.clear();
        i.date_entree_groupe = Absente;
    });
    assert_eq!(val(&v3(&i), "date_metier_mise_a_jour_statut"), "2026-09-01");
    let i = avec(|i| sifa(i).date_rupture_contrat = od("2026-11-01"));
    assert_eq!(
        de(&v2021(&i), "contrat_date_rupture"),
        ("2026-11-01".to_owned(), Some(Provenance::Sifa))
    );
}

#[test]
fn contracts() {
    let i = avec(|i| {
        i.conventions = vec![
            convention(9, "2026-03-01", "2026-04-01"),
            convention(8, "2026-03-01", ""),
            convention(4, "2025-01-01", "2025-02-01"),
            convention(6, "", "2026-02-01"),
            Convention {
                date_rupture: od("2026-01-15"),
                cause_rupture: t(" force\tmajeure "),
                siret_employeur: t("123"),
                ..convention(3, "2026-01-01", "2026-02-01")
            },
            Convention {
                cause_rupture: t("démission"),
                ..convention(1, "2026-09-01", "2027-08-31")
            },
        ];
        sifa(i).date_rupture_contrat = od("2026-11-01");
    });
    let dossier = v3(&i);
    let debuts = ["", "_2", "_3", "_4"].map(|s| val(&dossier, &format!("contrat_date_debut{s}")));
    assert_eq!(debuts, ["2026-01-01", "2026-03-01", "2026-03-01", "2026-09-01"]);
    assert_eq!(
        (
            val(&dossier, "contrat_date_fin_2").as_str(),
            val(&dossier, "contrat_date_fin_3").as_str()
        ),
        ("", "2026-04-01")
    );
    assert_eq!(val(&dossier, "contrat_date_rupture"), "2026-01-15");
    assert_eq!(val(&dossier, "cause_rupture_contrat"), "force majeure");
    assert_eq!(val(&dossier, "siret_employeur"), "");
    assert_eq!(
        de(&dossier, "contrat_date_rupture_4"),
        ("2026-11-01".to_owned(), Some(Provenance::Sifa))
    );
    assert_eq!(val(&dossier, "cause_rupture_contrat_4"), "démission");
    assert_eq!(
        alertes(&dossier),
        [
            "CONVENTION_SANS_DEBUT",
            "PLUS_DE_QUATRE_CONTRATS",
            "SIRET_EMPLOYEUR_INVALIDE",
            "CONTRAT_INCOHERENT",
            "STATUT_DIFFERENT"
        ]
    );
    assert!(dossier.envoyable());
}

#[test]
fn an_employer_with_a_wrong_check_digit_is_sent() {
    let i = avec(|i| i.conventions[0].siret_employeur = t("73282932000075"));
    assert_eq!(
        (val(&v3(&i), "siret_employeur"), alertes(&v3(&i))),
        ("73282932000075".to_owned(), vec!["SIRET_CLE_FAUSSE"])
    );
}

#[test]
fn an_abandon_whose_motive_reads_like_a_success_is_doubtful() {
    for (motif, douteux) in [
        ("Diplôme obtenu", true),
        ("DIPLÔMÉ", true),
        ("diplome", true),
        ("Réussite à l'examen", true),
        ("REUSSI", true),
        ("Admis au concours d'infirmier", true),
        ("A obtenu son CAP", true),
        ("Obte\u{200B}ntion du titre", true),
        ("Non admis", false),
        ("Diplôme non obtenu", false),
        ("N'a pas réussi", false),
        ("Échec au diplôme", false),
        ("Refus de passer le diplome", false),
        ("Démission", false),
        ("Réorientation", false),
        // `non` and `pas` are words: their letters within another one mean nothing.
        ("Passage en BP, diplôme obtenu, fin de l'année non", true),
    ] {
        let i = avec(|i| (i.sortie_reelle, i.motif_sortie) = (od("2026-10-10"), t(motif)));
        for dossier in [v3(&i), v2021(&i)] {
            assert_eq!(alertes(&dossier).contains(&"ABANDON_DOUTEUX"), douteux, "{motif}");
            assert_eq!(val(&dossier, "statut_apprenant"), "0");
        }
    }
    let fini = avec(|i| (i.sortie_reelle, i.motif_sortie) = (od("2028-08-31"), t("Diplôme obtenu")));
    assert_eq!(alertes(&v3(&fini)), Vec::<&str>::new(), "not an abandon");
}

#[test]
fn an_exit_before_the_entry_is_told() {
    for (sortie, motif, avant) in [
        ("2026-08-31", "Désistement", true),
        ("2026-08-31", "", true),
        ("2026-09-01", "Désistement", false),
        ("", "Désistement", false),
    ] {
        let i = avec(|i| (i.sortie_reelle, i.motif_sortie) = (od(sortie), t(motif)));
        for dossier in [v3(&i), v2021(&i)] {
            assert_eq!(
                alertes(&dossier).contains(&"SORTIE_AVANT_ENTREE"),
                avant,
                "{sortie} {motif}"
            );
            assert!(dossier.envoyable());
        }
    }
}
