//! Scope, entry, diploma, and the dates of the training.

use super::*;

#[test]
fn scope() {
    for (entree, prevue, reelle, dedans) in [
        ("", "", "", true),
        ("2027-07-31", "", "", true),
        ("2027-08-01", "", "", false),
        ("2020-09-01", "2026-08-01", "", true),
        ("2020-09-01", "2026-07-31", "", false),
        ("2020-09-01", "2027-06-30", "2026-07-31", false),
        ("2020-09-01", "2026-07-31", "2026-08-01", true),
    ] {
        let i = avec(|i| {
            i.action = Absente;
            (i.date_entree, i.sortie_prevue, i.sortie_reelle) = (od(entree), od(prevue), od(reelle));
        });
        let obtenu = contexte_avec(lignes(), |c| c.dans_le_perimetre(&i));
        assert_eq!(obtenu, dedans, "{entree} {prevue} {reelle}");
    }
    // The SIFA's date first, then the inscription's, then the action's.
    let i = avec(|i| {
        i.date_entree = od("2020-01-01");
        sifa(i).date_entree_cfa = od("2027-08-01");
    });
    assert!(!contexte_avec(lignes(), |c| c.dans_le_perimetre(&i)));
}

#[test]
fn entry() {
    use Provenance::{Action, Inscrit, Sifa};
    for (cfa, inscrit, debut, attendu) in [
        ("2026-09-02", "2026-09-03", "2026-09-04", ("2026-09-02", Some(Sifa))),
        ("", "2026-09-03", "2026-09-04", ("2026-09-03", Some(Inscrit))),
        ("", "", "2026-09-04", ("2026-09-04", Some(Action))),
        ("", "", "", ("", None)),
    ] {
        let i = avec(|i| {
            sifa(i).date_entree_cfa = od(cfa);
            (i.date_entree, i.date_inscription) = (od(inscrit), Absente);
            action(i).date_debut = od(debut);
        });
        let dossier = v3(&i);
        assert_eq!(Lecture::from(dossier.entree), od(attendu.0));
        for champ in [
            "date_entree_formation",
            "date_inscription_formation",
            "date_metier_mise_a_jour_statut",
        ] {
            assert_eq!(de(&dossier, champ), (attendu.0.to_owned(), attendu.1), "{champ}");
        }
        assert_eq!(motifs(&dossier).is_empty(), attendu.1.is_some());
        // 2021: the contract begins with the SIFA's or the inscription's date, not the action's.
        let debut = if cfa.is_empty() { inscrit } else { cfa };
        assert_eq!(val(&v2021(&i), "contrat_date_debut"), debut);
    }
}

#[test]
fn diploma_routes() {
    use Provenance::{Action, CentreInteret, Sifa};
    const BON: Option<&str> = Some("5002214a");
    // Code of each route ("-": no diploma; "": a diploma without code), then the route kept, and whether its code goes out.
    for (s, a, c, attendu, envoye) in [
        ("5002214a", "50022142", "50022143", Some((1, Sifa)), true),
        ("", "5002214a", "50022143", Some((2, Action)), true),
        ("-", " ", "5002214a", Some((3, CentreInteret)), true),
        ("-", "-", "5002214a", Some((3, CentreInteret)), true),
        // A malformed code does not fall through.
        ("500 2214", "50022142", "50022143", Some((1, Sifa)), false),
        ("500221421", "50022142", "-", Some((1, Sifa)), false),
        ("5002214é", "50022142", "-", Some((1, Sifa)), false),
        // No code at all: labels of the first diploma.
        ("-", "", " ", Some((2, Action)), false),
        ("-", "-", "", Some((3, CentreInteret)), false),
        ("-", "-", "-", None, false),
    ] {
        let route = |id, code: &str| {
            if code == "-" { Absente } else { diplome(id, Some(code)) }
        };
        let i = avec(|i| {
            sifa(i).diplome = route(1, s);
            action(i).diplome = route(2, a);
            action(i).centre_interet_diplome = route(3, c);
        });
        let nom = format!("{s:?} {a:?} {c:?}");
        let (dossier, ancien) = (v3(&i), v2021(&i));
        let code = if envoye {
            BON.unwrap().to_uppercase()
        } else {
            String::new()
        };
        assert_eq!(val(&dossier, "formation_cfd"), code, "{nom}");
        assert_eq!(val(&ancien, "id_formation"), code, "{nom}");
        let court = attendu
            .map(|(id, p)| (format!("COURT {id}"), Some(p)))
            .unwrap_or_default();
        assert_eq!(de(&dossier, "libelle_court_formation"), court, "{nom}");
        let long = attendu
            .map(|(id, p)| (format!("Libellé {id}"), Some(p)))
            .unwrap_or_default();
        assert_eq!(de(&ancien, "libelle_long_formation"), long, "{nom}");
        let motif: &[&str] = if envoye { &[] } else { &["CODE_DIPLOME_MANQUANT"] };
        assert_eq!(
            (motifs(&dossier), motifs(&ancien)),
            (motif.to_vec(), motif.to_vec()),
            "{nom}"
        );
    }
}

#[test]
fn labels_and_rncp() {
    let essai = |court: Option<&str>, libelle: Option<&str>, rncp: Option<&str>| {
        let i = avec(|i| {
            action(i).diplome = Lue(Arc::new(Diplome {
                id: 1,
                libelle: libelle.map(str::to_owned).into(),
                libelle_court: court.map(str::to_owned).into(),
                code: t("50022141"),
                rncp: rncp.map(str::to_owned).into(),
            }));
        });
        let dossier = v3(&i);
        assert!(dossier.envoyable());
        (
            val(&dossier, "libelle_court_formation"),
            val(&dossier, "formation_rncp"),
            alertes(&dossier).join(" "),
        )
    };
    for (court, libelle, rncp, attendu) in [
        (
            Some("CAP"),
            Some("Certificat"),
            Some("rncp 35-316"),
            ("CAP", "RNCP35316", ""),
        ),
        (
            Some(" "),
            Some("Certificat"),
            Some("35.316"),
            ("Certificat", "RNCP35316", ""),
        ),
        (
            Some("A"),
            Some("Certificat"),
            Some("12"),
            ("", "RNCP12", "LIBELLE_COURT_INVALIDE"),
        ),
        (None, Some("É"), Some("12"), ("", "RNCP12", "LIBELLE_COURT_INVALIDE")),
        (None, None, Some("RS1234"), ("", "", "RNCP_INVALIDE")),
        (None, None, Some(" - "), ("", "", "RNCP_MANQUANT")),
        (Some("Œu"), None, None, ("Œu", "", "RNCP_MANQUANT")),
    ] {
        let (c, r, a) = essai(court, libelle, rncp);
        assert_eq!(
            (c.as_str(), r.as_str(), a.as_str()),
            attendu,
            "{court:?} {libelle:?} {rncp:?}"
        );
    }
    // The protocol of 2021 has no RNCP: nothing to warn about.
    let i = avec(|i| Arc::make_mut(valeur(&mut action(i).diplome)).rncp = Absente);
    assert_eq!(alertes(&v2021(&i)), Vec::<&str>::new());
}

#[test]
fn training_years() {
    // action.date_debut, date_fin, entree, sortie_prevue → période, année
    for (debut, fin, entree, prevue, periode, annee) in [
        ("2025-09-01", "2027-08-31", "2026-09-01", "2028-08-31", "2025-2027", "2"),
        ("", "", "2026-09-01", "2028-08-31", "2026-2028", "1"),
        ("2026-07-31", "", "", "", "", "2"),
        ("2026-08-01", "2027-06-30", "", "", "2026-2027", "1"),
        ("2015-09-01", "2027-06-30", "", "", "2015-2027", "5"),
        // No third year of a training of two years, wherever it ends; no second one of a training of twelve months.
        ("2024-09-01", "2026-08-31", "", "", "2024-2026", "2"),
        ("2024-07-01", "2026-06-30", "", "", "2024-2026", "2"),
        ("2024-09-01", "2026-09-30", "", "", "2024-2026", "3"),
        ("2025-08-31", "2026-08-30", "", "", "2025-2026", "1"),
        ("2023-09-01", "2027-08-31", "", "", "2023-2027", "4"),
        ("2022-09-01", "2022-09-05", "", "", "2022-2022", "5"),
        ("2027-09-01", "2029-06-30", "", "", "2027-2029", "1"),
        ("", "2027-06-30", "", "", "", ""),
    ] {
        let i = avec(|i| {
            (action(i).date_debut, action(i).date_fin) = (od(debut), od(fin));
            (i.date_entree, i.sortie_prevue) = (od(entree), od(prevue));
        });
        assert_eq!(val(&v2021(&i), "periode_formation"), periode, "{debut} {fin}");
        assert_eq!(val(&v2021(&i), "annee_formation"), annee, "{debut} {fin}");
        assert_eq!(val(&v3(&i), "annee_formation"), annee, "{debut} {fin}");
    }
    for (debut, fin, mois, alerte) in [
        ("2026-09-01", "2026-09-15", "", true),
        ("2026-09-01", "2026-09-16", "1", false),
        ("2026-09-01", "2030-08-31", "48", false),
        ("2026-09-01", "2030-09-30", "", true),
        ("2026-09-01", "2026-08-01", "", true),
        ("2026-09-01", "", "", false),
    ] {
        let i = avec(|i| (action(i).date_debut, action(i).date_fin) = (od(debut), od(fin)));
        assert_eq!(val(&v3(&i), "duree_theorique_formation_mois"), mois, "{debut} {fin}");
        assert_eq!(alertes(&v3(&i)).contains(&"DUREE_INVALIDE"), alerte, "{debut} {fin}");
    }
    for (jour, annee) in [("2026-07-31", "2025-2026"), ("2026-08-01", "2026-2027")] {
        let liste = ListeUai::new(lignes());
        let contexte = Contexte {
            run_date: d(jour),
            lignes_uai: &liste,
        };
        assert_eq!(
            val(
                &contexte.dossier(&inscription(), Protocole::V3, false),
                "annee_scolaire"
            ),
            annee
        );
    }
}

#[test]
fn training_dates() {
    for (prevue, fin, attendu, motif) in [
        (
            "2028-06-30",
            "2028-08-31",
            ("2028-06-30", Some(Provenance::Inscrit)),
            None,
        ),
        ("", "2028-08-31", ("2028-08-31", Some(Provenance::Action)), None),
        ("", "", ("", None), Some("DATES_FORMATION_MANQUANTES")),
        (
            "2026-08-31",
            "",
            ("2026-08-31", Some(Provenance::Inscrit)),
            Some("DATES_FORMATION_INCOHERENTES"),
        ),
        ("2026-09-01", "", ("2026-09-01", Some(Provenance::Inscrit)), None),
    ] {
        let i = avec(|i| {
            i.sortie_prevue = od(prevue);
            action(i).date_fin = od(fin);
        });
        assert_eq!(de(&v3(&i), "date_fin_formation"), (attendu.0.to_owned(), attendu.1));
        assert_eq!(motifs(&v3(&i)), motif.into_iter().collect::<Vec<_>>());
        assert_eq!(motifs(&v2021(&i)), Vec::<&str>::new());
    }
    let i = avec(|i| {
        (i.date_entree, i.date_entree_groupe) = (Absente, Absente);
        i.action = Absente;
        sifa(i).diplome = diplome(1, Some("50022141"));
    });
    assert_eq!(motifs(&v2021(&i)), ["DATES_FORMATION_MANQUANTES"]);
    let i = avec(|i| stagiaire(i).date_naissance = Absente);
    assert_eq!(
        (motifs(&v3(&i)), motifs(&v2021(&i))),
        (vec!["DATE_NAISSANCE_MANQUANTE"], vec![])
    );
}
