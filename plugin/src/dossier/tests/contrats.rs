//! Which contracts go out, and which one a rupture belongs to.

use super::*;

/// A convention with its own rupture.
fn rompue(id: i64, debut: &str, fin: &str, rupture: &str) -> Convention {
    Convention {
        date_rupture: od(rupture),
        ..convention(id, debut, fin)
    }
}

/// The ruptures that go out, contract by contract, and their provenances.
fn ruptures(dossier: &Dossier) -> Vec<(String, Option<Provenance>)> {
    let suffixes = ["", "_2", "_3", "_4"].into_iter();
    suffixes
        .filter(|s| dossier.champ(&format!("contrat_date_debut{s}")).is_some())
        .map(|s| de(dossier, &format!("contrat_date_rupture{s}")))
        .collect()
}

#[test]
fn the_rupture_of_the_sifa_goes_on_the_contract_that_holds_it() {
    use Provenance::{Convention as C, Sifa};
    let rien = || (String::new(), None);
    let a = |date: &str, provenance| (date.to_owned(), Some(provenance));
    for (conventions, sifa_rupture, attendues, perdue) in [
        // A change of employer: on the first contract, up to its last day.
        (
            vec![
                convention(1, "2026-09-01", "2026-10-20"),
                convention(2, "2026-11-02", "2028-08-31"),
            ],
            "2026-10-20",
            vec![a("2026-10-20", Sifa), rien()],
            false,
        ),
        (
            vec![
                convention(1, "2026-09-01", "2026-10-20"),
                convention(2, "2026-11-02", "2028-08-31"),
            ],
            "2026-10-21",
            vec![rien(), rien()],
            true,
        ),
        // From its first day; one without an end holds every day after.
        (
            vec![convention(1, "2026-09-01", ""), convention(2, "2026-11-02", "")],
            "2026-11-02",
            vec![rien(), a("2026-11-02", Sifa)],
            false,
        ),
        (
            vec![convention(1, "2026-09-01", ""), convention(2, "2026-11-02", "")],
            "2026-11-01",
            vec![a("2026-11-01", Sifa), rien()],
            false,
        ),
        // Of two that hold it, the latest.
        (
            vec![
                convention(1, "2026-09-01", "2028-08-31"),
                convention(2, "2026-10-01", "2027-01-31"),
            ],
            "2026-11-01",
            vec![rien(), a("2026-11-01", Sifa)],
            false,
        ),
        // One that has a rupture of its own keeps it: an earlier contract does not get the other.
        (
            vec![
                convention(1, "2026-09-01", ""),
                rompue(2, "2026-10-01", "", "2026-11-03"),
            ],
            "2026-11-01",
            vec![rien(), a("2026-11-03", C)],
            true,
        ),
        (
            vec![rompue(1, "2026-09-01", "", "2026-11-01")],
            "2026-11-01",
            vec![a("2026-11-01", C)],
            false,
        ),
        (vec![convention(1, "2026-09-01", "")], "2026-08-31", vec![rien()], true),
        (vec![], "2026-11-01", vec![], true),
        (vec![convention(1, "", "")], "2026-11-01", vec![], true),
        (vec![convention(1, "2026-09-01", "")], "", vec![rien()], false),
    ] {
        let i = avec(|i| {
            i.conventions = conventions;
            sifa(i).date_rupture_contrat = od(sifa_rupture);
        });
        let dossier = v3(&i);
        assert_eq!(ruptures(&dossier), attendues, "{sifa_rupture}");
        assert_eq!(
            alertes(&dossier).contains(&"RUPTURE_HORS_CONTRAT"),
            perdue,
            "{sifa_rupture}"
        );
        assert!(!alertes(&v2021(&i)).contains(&"RUPTURE_HORS_CONTRAT"));
        assert!(dossier.envoyable());
    }
}

#[test]
fn an_abandon_breaks_the_latest_contract_that_is_not_broken_and_holds_the_exit() {
    use Provenance::{Convention as C, Inscrit, Sifa};
    let rien = || (String::new(), None);
    let a = |date: &str, provenance| (date.to_owned(), Some(provenance));
    for (conventions, du_sifa, attendues) in [
        (
            vec![convention(1, "2026-09-01", "2027-08-31")],
            "",
            vec![a("2026-10-10", Inscrit)],
        ),
        (
            vec![convention(1, "2026-09-01", "")],
            "",
            vec![a("2026-10-10", Inscrit)],
        ),
        (
            vec![convention(1, "2026-10-10", "")],
            "",
            vec![a("2026-10-10", Inscrit)],
        ),
        // It ended on that day anyway, or had not begun.
        (vec![convention(1, "2026-09-01", "2026-10-10")], "", vec![rien()]),
        (
            vec![convention(1, "2026-09-01", "2026-10-11")],
            "",
            vec![a("2026-10-10", Inscrit)],
        ),
        (vec![convention(1, "2026-10-11", "")], "", vec![rien()]),
        // Broken ones are left, by the SIFA too.
        (
            vec![
                convention(1, "2026-09-01", ""),
                rompue(2, "2026-09-15", "", "2026-10-01"),
            ],
            "",
            vec![a("2026-10-10", Inscrit), a("2026-10-01", C)],
        ),
        (
            vec![convention(1, "2026-09-01", ""), convention(2, "2026-09-15", "")],
            "2026-10-02",
            vec![a("2026-10-10", Inscrit), a("2026-10-02", Sifa)],
        ),
        (
            vec![
                convention(1, "2026-09-01", ""),
                convention(2, "2026-09-15", "2026-10-05"),
            ],
            "",
            vec![a("2026-10-10", Inscrit), rien()],
        ),
    ] {
        let i = avec(|i| {
            i.conventions = conventions;
            sifa(i).date_rupture_contrat = od(du_sifa);
            (i.sortie_reelle, i.motif_sortie) = (od("2026-10-10"), t("Démission"));
        });
        assert_eq!(ruptures(&v3(&i)), attendues);
        let reste = avec(|autre| {
            autre.conventions = i.conventions.clone();
            autre.sortie_reelle = i.sortie_reelle.clone();
        });
        let sorties = ruptures(&v3(&reste)).into_iter().filter(|(_, p)| *p == Some(Inscrit));
        assert_eq!(sorties.count(), 0, "not an abandon");
    }
}

#[test]
fn a_contract_that_contradicts_itself_or_another_is_sent_and_named() {
    const AVANT: &str = "La convention n° 50 est envoyée telle quelle au tableau de bord, mais ";
    const APRES: &str = ". Vérifier ses dates dans la convention.";
    for (change, attendu) in [
        (
            (|i| i.conventions[0].date_fin = od("2025-08-31")) as Change,
            "la fin est avant le début (il ne comptera aucun jour sous contrat, sauf rupture plus tard)",
        ),
        (
            |i| i.conventions[0].date_rupture = od("2026-08-31"),
            "la rupture est avant le début (il ne comptera aucun jour sous contrat)",
        ),
        (
            |i| i.conventions[0].date_rupture = od("2028-09-01"),
            "la rupture est après la fin (il comptera le contrat jusqu'à la veille de la rupture)",
        ),
        (
            |i| (i.conventions[0].date_debut, i.conventions[0].date_fin) = (od("2028-09-01"), Absente),
            "elle commence après la fin de la formation (il ne la comptera pas)",
        ),
        (
            |i| i.conventions.push(convention(49, "2026-09-01", "2027-08-31")),
            "elle commence le même jour que la convention n° 49 (il ne gardera que la dernière)",
        ),
        (
            |i| (i.conventions[0].date_fin, i.conventions[0].date_rupture) = (od("2026-08-01"), od("2026-08-02")),
            "la fin est avant le début (il ne comptera aucun jour sous contrat, sauf rupture plus tard), et la rupture est avant \
             le début (il ne comptera aucun jour sous contrat), et la rupture est après la fin (il comptera le contrat jusqu'à \
             la veille de la rupture)",
        ),
    ] {
        let dossier = v3(&avec(change));
        let details: Vec<_> = dossier
            .avertissements
            .iter()
            .filter(|a| a.code == "CONTRAT_INCOHERENT")
            .map(|a| a.detail.as_str())
            .collect();
        assert_eq!(details, [format!("{AVANT}{attendu}{APRES}")]);
        assert!(dossier.envoyable());
    }
    for change in [
        (|i| i.conventions[0].date_rupture = od("2026-09-01")) as Change,
        |i| i.conventions[0].date_rupture = od("2028-08-31"),
        |i| i.conventions[0].date_fin = od("2026-09-01"),
        |i| i.conventions[0].date_debut = od("2028-08-31"),
        |i| i.conventions[0].date_fin = od("2030-08-31"),
    ] {
        assert!(!alertes(&v3(&avec(change))).contains(&"CONTRAT_INCOHERENT"));
    }
}

/// The dossiers of one stagiaire once they are decided, the first with the latest entry.
fn decides(inscriptions: &[Inscription]) -> Vec<Dossier> {
    contexte_avec(lignes(), |c| {
        let mut dossiers: Vec<_> = inscriptions
            .iter()
            .map(|i| c.dossier(i, Protocole::V3, false))
            .collect();
        c.decider(&inscriptions.iter().collect::<Vec<_>>(), &mut dossiers);
        dossiers
    })
}

/// The starts of the contracts that go out.
fn debuts(dossier: &Dossier) -> Vec<String> {
    let suffixes = ["", "_2", "_3", "_4"].into_iter();
    let debuts = suffixes.map(|s| val(dossier, &format!("contrat_date_debut{s}")));
    debuts.filter(|debut| !debut.is_empty()).collect()
}

/// Entered on 5 October, with the contract 60 of that day.
fn seconde() -> Inscription {
    avec(|i| {
        i.id = 11;
        i.date_entree = od("2026-10-05");
        i.conventions = vec![convention(60, "2026-10-05", "2028-08-31")];
    })
}

#[test]
fn the_dossier_sent_carries_the_contracts_of_the_inscriptions_that_it_stands_for() {
    let premiere = avec(|i| i.conventions = vec![rompue(50, "2026-09-01", "2028-08-31", "2026-10-02")]);
    let dossiers = decides(&[premiere, seconde()]);
    assert_eq!(motifs(&dossiers[0]), ["AUTRE_INSCRIPTION"]);
    assert_eq!(debuts(&dossiers[0]), ["2026-09-01"]);
    assert_eq!(debuts(&dossiers[1]), ["2026-09-01", "2026-10-05"]);
    let rupture = ("2026-10-02".to_owned(), Some(Provenance::Convention));
    assert_eq!(ruptures(&dossiers[1]), [rupture, (String::new(), None)]);
    assert_eq!(dossiers[1].statut_affiche, Some(StatutAffiche::Apprenti));
    assert!(dossiers[1].envoyable());
}

#[test]
fn contracts_of_another_training_are_lent_unless_they_ended_before_the_entry() {
    for (code, fin, prete) in [
        (Some("50022141"), "2026-09-30", true),
        (Some("5002214a"), "2026-09-30", false),
        (Some("50022142"), "2026-10-04", false),
        (Some("50022142"), "2026-10-05", true),
        (Some("50022142"), "", true),
    ] {
        let premiere = avec(|i| {
            action(i).diplome = diplome(41, code);
            i.conventions = vec![convention(50, "2026-09-01", fin)];
        });
        let dossiers = decides(&[premiere, seconde()]);
        assert_eq!(debuts(&dossiers[1]).len(), if prete { 2 } else { 1 }, "{code:?} {fin}");
    }
    // Codes are compared as they are sent; two trainings without one are not the same.
    let sans_code = Options {
        sans_code_diplome: true,
        ..Options::default()
    };
    for (code, options, contrats) in [
        (Some(" 5002214A "), Options::default(), 2),
        (None, sans_code, 1),
        (Some("faux"), sans_code, 1),
    ] {
        let mut inscriptions = [
            avec(|i| i.conventions = vec![convention(50, "2026-09-01", "2026-09-30")]),
            seconde(),
        ];
        let codes = if code == Some(" 5002214A ") {
            [code, Some("5002214a")]
        } else {
            [code, code]
        };
        for (i, code) in inscriptions.iter_mut().zip(codes) {
            action(i).diplome = diplome(41, code);
        }
        let dossiers = contexte_avec(lignes(), |c| {
            let mut dossiers: Vec<_> = inscriptions
                .iter()
                .map(|i| c.dossier(i, Protocole::V3, options))
                .collect();
            c.decider(&inscriptions.iter().collect::<Vec<_>>(), &mut dossiers);
            dossiers
        });
        assert_eq!(
            (debuts(&dossiers[1]).len(), motifs(&dossiers[1])),
            (contrats, vec![]),
            "{code:?}"
        );
    }
}

#[test]
fn only_what_stays_out_for_the_other_inscription_alone_lends() {
    for change in [
        (|i| stagiaire(i).email = Absente) as Change,
        |i| i.sortie_prevue = od("2026-08-01"),
        |i| sifa(i).uai_etablissement = t("0570099Z"),
        |i| stagiaire(i).id = 21,
    ] {
        let dossiers = decides(&[avec(change), seconde()]);
        assert_eq!(debuts(&dossiers[1]), ["2026-10-05"], "{:?}", motifs(&dossiers[0]));
    }
}

#[test]
fn ruptures_are_placed_inscription_by_inscription() {
    // The exit of the first, an abandon, breaks its own contract, not the one of the second that holds the day too.
    let premiere = avec(|i| {
        (i.sortie_reelle, i.motif_sortie) = (od("2026-10-20"), t("Changement"));
        sifa(i).date_rupture_contrat = od("2026-08-01");
    });
    let dossiers = decides(&[premiere, seconde()]);
    let sortie = ("2026-10-20".to_owned(), Some(Provenance::Inscrit));
    assert_eq!(ruptures(&dossiers[1]), [sortie, (String::new(), None)]);
}

#[test]
fn each_contract_goes_once_and_of_more_than_four_the_last_four() {
    let employeur = |id, siret: &str| Convention {
        siret_employeur: t(siret),
        ..convention(id, "2026-09-01", "2028-08-31")
    };
    // One number under two inscriptions; and the same contract entered twice: the dossier's own, else a broken one, else
    // the lowest number.
    for (premiere, seconde_a, gardes) in [
        (
            vec![rompue(60, "2026-09-01", "", "2026-10-01")],
            vec![convention(60, "2026-09-02", "")],
            vec!["2026-09-02 "],
        ),
        (
            vec![rompue(50, "2026-09-01", "2028-08-31", "2026-10-01")],
            vec![convention(60, "2026-09-01", "2028-08-31")],
            vec!["2026-09-01 "],
        ),
        (
            vec![
                convention(50, "2026-09-01", "2028-08-31"),
                rompue(51, "2026-09-01", "2028-08-31", "2026-10-01"),
            ],
            vec![],
            vec!["2026-09-01 2026-10-01"],
        ),
        (
            vec![
                employeur(50, "732 829 320 00074"),
                employeur(51, "73282932000074"),
                employeur(52, "35600000000048"),
            ],
            vec![],
            vec!["2026-09-01 ", "2026-09-01 "],
        ),
    ] {
        let seconde = Inscription {
            conventions: seconde_a,
            ..seconde()
        };
        let dossiers = decides(&[avec(|i| i.conventions = premiere), seconde]);
        let trouves: Vec<_> = debuts(&dossiers[1])
            .into_iter()
            .zip(ruptures(&dossiers[1]))
            .map(|(debut, (rupture, _))| format!("{debut} {rupture}"))
            .collect();
        assert_eq!(trouves, gardes);
    }
    let premiere = avec(|i| i.conventions = (1..=4).map(|n| convention(n, &format!("2026-09-0{n}"), "")).collect());
    let dossiers = decides(&[premiere, seconde()]);
    assert_eq!(
        debuts(&dossiers[1]),
        ["2026-09-02", "2026-09-03", "2026-09-04", "2026-10-05"]
    );
    assert!(alertes(&dossiers[1]).contains(&"PLUS_DE_QUATRE_CONTRATS"));
}

#[test]
fn a_rupture_that_may_belong_to_a_contract_whose_end_cannot_be_read_is_not_guessed() {
    let illisible = || {
        Lecture::Illisible(Box::new(ValeurIllisible {
            entite: "convention",
            colonne: "date_fin",
            id: Some(51),
            attendu: Attendu::Date,
        }))
    };
    let i = avec(|i| {
        i.conventions = vec![convention(50, "2026-09-01", ""), convention(51, "2026-10-01", "")];
        i.conventions[1].date_fin = illisible();
        sifa(i).date_rupture_contrat = od("2026-11-01");
    });
    let dossier = v3(&i);
    assert_eq!(ruptures(&dossier), [(String::new(), None), (String::new(), None)]);
    assert!(alertes(&dossier).contains(&"VALEUR_ILLISIBLE") && dossier.envoyable());
}
