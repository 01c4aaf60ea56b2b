//! Whole dossiers, their reasons, and which of several is sent.

use super::*;

#[test]
fn complete_dossiers() {
    let i = inscription();
    assert_eq!((motifs(&v3(&i)), alertes(&v3(&i))), (vec![], vec![]));
    assert_eq!((motifs(&v2021(&i)), alertes(&v2021(&i))), (vec![], vec![]));
    assert_eq!(
        serde_json::to_string(&v2021(&i).corps()).unwrap(),
        concat!(
            r#"{"id_erp_apprenant":"20","nom_apprenant":"Lenôtre","prenom_apprenant":"Gaston","#,
            r#""ne_pas_solliciter":false,"email_contact":"gaston@exemple.fr","tel_apprenant":"0612345678","#,
            r#""date_de_naissance_apprenant":"2004-05-12","id_formation":"50022141","#,
            r#""libelle_court_formation":"COURT 40","libelle_long_formation":"Libellé 40","#,
            r#""uai_etablissement":"0570033B","uai_etablissement_formateur":"0570033B","nom_etablissement":"CFA 1","#,
            r#""siret_etablissement":"73282932000074","siret_etablissement_formateur":"73282932000074","#,
            r#""etablissement_formateur_geo_coordonnees":"49.12,6.177","#,
            r#""etablissement_formateur_code_postal":"57000","contrat_date_debut":"2026-09-01","#,
            r#""contrat_date_fin":"2028-08-31","statut_apprenant":3,"date_metier_mise_a_jour_statut":"2026-09-01","#,
            r#""periode_formation":"2026-2028","annee_formation":1,"annee_scolaire":"2026-2027"}"#
        )
    );
}

#[test]
fn one_inscription_per_site() {
    let dossier = |id: i64, entree: &str, change: fn(&mut Inscription)| {
        v3(&avec(|i| {
            i.id = id;
            i.date_entree = od(entree);
            change(i);
        }))
    };
    let rien: fn(&mut Inscription) = |_| {};
    let abandon: fn(&mut Inscription) = |i| (i.sortie_reelle, i.motif_sortie) = (od("2026-10-10"), t("Démission"));
    let retenu = |dossier: Dossier| Dossier {
        retenu: Some(Retenue::SecteurNonActive),
        ..dossier
    };
    let sans_mail: fn(&mut Inscription) = |i| stagiaire(i).email = Absente;
    let sans_dates: fn(&mut Inscription) = |i| action(i).date_debut = Absente;
    for (nom, dossiers, exclus) in [
        (
            "latest entree",
            vec![dossier(1, "2026-09-02", rien), dossier(2, "2026-09-01", rien)],
            vec![2],
        ),
        (
            "then highest id",
            vec![
                dossier(3, "2026-09-01", rien),
                dossier(1, "2026-09-01", rien),
                dossier(2, "2026-09-01", rien),
            ],
            vec![1, 2],
        ),
        (
            "the winner stays out anyway",
            vec![dossier(1, "2026-09-02", sans_mail), dossier(2, "2026-09-01", rien)],
            vec![],
        ),
        (
            "an absent entree stays out anyway",
            vec![dossier(2, "", sans_dates), dossier(1, "2026-09-01", rien)],
            vec![],
        ),
        (
            "one that is no abandon first",
            vec![dossier(2, "2026-09-02", abandon), dossier(1, "2026-09-01", rien)],
            vec![2],
        ),
        (
            "one that no setting holds back before that",
            vec![
                retenu(dossier(2, "2026-09-02", rien)),
                dossier(1, "2026-09-01", abandon),
            ],
            vec![2],
        ),
        (
            "of those that a setting holds back, as usual",
            vec![
                retenu(dossier(2, "2026-09-02", rien)),
                retenu(dossier(1, "2026-09-01", rien)),
            ],
            vec![1],
        ),
        ("alone", vec![dossier(1, "2026-09-02", rien)], vec![]),
        ("none", vec![], vec![]),
    ] {
        let mut dossiers = dossiers;
        retenir_une_inscription(&mut dossiers);
        let mut obtenus: Vec<i64> = dossiers
            .iter()
            .filter(|d| motifs(d).contains(&"AUTRE_INSCRIPTION"))
            .inspect(|d| assert_eq!(d.motifs.len(), 1, "{nom}"))
            .map(|d| d.inscription_id)
            .collect();
        obtenus.sort_unstable();
        assert_eq!(obtenus, exclus, "{nom}");
    }
    let mut deux = [dossier(1, "2026-09-02", rien), dossier(2, "2026-09-01", rien)];
    retenir_une_inscription(&mut deux);
    assert!(
        deux[1].motifs[0].detail.contains("n° 1 "),
        "{}",
        deux[1].motifs[0].detail
    );

    // Another UAI, SIRET or stagiaire, or the protocol of 2021: both are sent.
    let site = |id: i64, uai: &str, siret: &str| {
        let ligne = LigneUai {
            siret: r(siret),
            ..ligne(1, uai, Some(1), Some(3))
        };
        contexte_avec(vec![ligne], |c| c.dossier(&avec(|i| i.id = id), Protocole::V3, false))
    };
    let seul = || site(1, "0570033B", "73282932000074");
    for autre in [
        site(2, "0570044C", "73282932000074"),
        site(2, "0570033B", "35600000000048"),
        dossier(2, "2026-09-01", |i| stagiaire(i).id = 21),
    ] {
        let mut deux = [seul(), autre];
        retenir_une_inscription(&mut deux);
        assert!(deux.iter().all(Dossier::envoyable));
    }
    let mut deux = [v2021(&inscription()), v2021(&avec(|i| i.id = 11))];
    retenir_une_inscription(&mut deux);
    assert!(deux.iter().all(Dossier::envoyable));
}

#[test]
fn columns() {
    assert_eq!(colonnes(Protocole::StatutCandidats, true).len(), 26);
    let noms = |sifa| colonnes(Protocole::V3, sifa).iter().map(|c| c.nom).collect::<Vec<_>>();
    assert_eq!(noms(false).last(), Some(&"responsable_apprenant_mail2"));
    assert_eq!(
        noms(true).iter().position(|n| *n == "sexe_apprenant"),
        Some(noms(false).len())
    );
    assert_eq!("v3".parse(), Ok(Protocole::V3));
    assert_eq!("statut-candidats".parse(), Ok(Protocole::StatutCandidats));
    assert_eq!("v2".parse::<Protocole>(), Err(ProtocoleInconnu));
    assert_eq!(libelle_avertissement("RNCP_MANQUANT"), "Code RNCP manquant");
    assert_eq!(libelle_avertissement("AUTRE"), "AUTRE");
}
