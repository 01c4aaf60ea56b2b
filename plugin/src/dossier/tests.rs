//! The rules as a whole, line by line of the document. What a small rule does by itself is tested beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

use std::sync::Arc;

use chrono::NaiveDate;

use super::records::*;
use super::*;

pub(super) fn d(texte: &str) -> NaiveDate {
    texte.parse().unwrap()
}

fn od(texte: &str) -> Option<NaiveDate> {
    (!texte.is_empty()).then(|| d(texte))
}

fn t(texte: &str) -> Option<String> {
    Some(texte.to_owned())
}

fn diplome(id: i64, code: Option<&str>) -> Option<Arc<Diplome>> {
    Some(Arc::new(Diplome {
        id,
        libelle: t(&format!("Libellé {id}")),
        libelle_court: t(&format!("COURT {id}")),
        code: code.map(str::to_owned),
        rncp: t("35316"),
    }))
}

fn convention(id: i64, debut: &str, fin: &str) -> Convention {
    Convention {
        id,
        date_debut: od(debut),
        date_fin: od(fin),
        ..Convention::default()
    }
}

pub(super) fn ligne(id: i64, uai: &str, societe: Option<i64>, secteur: Option<i64>) -> LigneUai {
    LigneUai {
        id,
        uai: t(uai),
        nom: t(&format!("CFA {id}")),
        siret: t("73282932000074"),
        societe_id: societe,
        secteur_id: secteur,
        ..LigneUai::default()
    }
}

pub(super) fn lignes() -> Vec<LigneUai> {
    vec![ligne(1, "0570033B", Some(1), Some(3))]
}

/// An adult apprentice with nothing missing.
pub(super) fn inscription() -> Inscription {
    Inscription {
        id: 10,
        date_inscription: od("2026-06-01"),
        date_entree: od("2026-09-01"),
        date_entree_groupe: od("2026-09-07"),
        sortie_prevue: od("2028-08-31"),
        stagiaire: Some(Stagiaire {
            id: 20,
            nom: t("Lenôtre"),
            prenom: t("Gaston"),
            date_naissance: od("2004-05-12"),
            email: t("gaston@exemple.fr"),
            telephone: t("06 12 34 56 78"),
            ..Stagiaire::default()
        }),
        action: Some(Action {
            id: 30,
            date_debut: od("2026-09-01"),
            date_fin: od("2028-08-31"),
            diplome: diplome(40, Some("50022141")),
            centre_interet_diplome: None,
        }),
        secteur: Arc::new(Secteur {
            id: 3,
            societe_id: 1,
            nom: t("METZ"),
            code_postal: t("57000"),
            latitude: Some(49.12),
            longitude: Some(6.177),
        }),
        conventions: vec![Convention {
            siret_employeur: t("732 829 320 00074"),
            ..convention(50, "2026-09-01", "2028-08-31")
        }],
        ..Inscription::default()
    }
}

fn contexte_avec<T>(lignes: Vec<LigneUai>, f: impl FnOnce(Contexte<'_>) -> T) -> T {
    let liste = ListeUai::new(lignes);
    f(Contexte {
        run_date: d("2026-11-23"),
        lignes_uai: &liste,
    })
}

/// The complete inscription with one change.
fn avec(change: impl FnOnce(&mut Inscription)) -> Inscription {
    let mut i = inscription();
    change(&mut i);
    i
}

fn v3(i: &Inscription) -> Dossier {
    contexte_avec(lignes(), |c| c.dossier(i, Protocole::V3, true))
}

fn v2021(i: &Inscription) -> Dossier {
    contexte_avec(lignes(), |c| {
        c.dossier(i, Protocole::StatutCandidats, false)
    })
}

/// The field as JSON text, without quotes; "" when absent.
fn val(dossier: &Dossier, nom: &str) -> String {
    let champ = dossier
        .champ(nom)
        .map(|c| serde_json::to_value(&c.valeur).unwrap());
    match champ {
        None => String::new(),
        Some(serde_json::Value::String(texte)) => texte,
        Some(autre) => autre.to_string(),
    }
}

fn de(dossier: &Dossier, nom: &str) -> (String, Option<Provenance>) {
    (val(dossier, nom), dossier.champ(nom).map(|c| c.provenance))
}

fn motifs(dossier: &Dossier) -> Vec<&'static str> {
    dossier.motifs.iter().map(|m| m.code.code()).collect()
}

fn alertes(dossier: &Dossier) -> Vec<&'static str> {
    dossier.avertissements.iter().map(|a| a.code).collect()
}

fn stagiaire(i: &mut Inscription) -> &mut Stagiaire {
    i.stagiaire.as_mut().unwrap()
}

fn action(i: &mut Inscription) -> &mut Action {
    i.action.as_mut().unwrap()
}

fn sifa(i: &mut Inscription) -> &mut Sifa {
    i.sifa.get_or_insert_with(Sifa::default)
}

fn secteur(i: &mut Inscription) -> &mut Secteur {
    Arc::make_mut(&mut i.secteur)
}

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
            i.action = None;
            (i.date_entree, i.sortie_prevue, i.sortie_reelle) =
                (od(entree), od(prevue), od(reelle));
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
        (
            "2026-09-02",
            "2026-09-03",
            "2026-09-04",
            ("2026-09-02", Some(Sifa)),
        ),
        (
            "",
            "2026-09-03",
            "2026-09-04",
            ("2026-09-03", Some(Inscrit)),
        ),
        ("", "", "2026-09-04", ("2026-09-04", Some(Action))),
        ("", "", "", ("", None)),
    ] {
        let i = avec(|i| {
            sifa(i).date_entree_cfa = od(cfa);
            (i.date_entree, i.date_inscription) = (od(inscrit), None);
            action(i).date_debut = od(debut);
        });
        let dossier = v3(&i);
        assert_eq!(dossier.entree, od(attendu.0));
        for champ in [
            "date_entree_formation",
            "date_inscription_formation",
            "date_metier_mise_a_jour_statut",
        ] {
            assert_eq!(
                de(&dossier, champ),
                (attendu.0.to_owned(), attendu.1),
                "{champ}"
            );
        }
        assert_eq!(motifs(&dossier).is_empty(), attendu.1.is_some());
        // 2021: the contract begins with the SIFA's or the inscription's date, not the action's.
        let debut = if cfa.is_empty() { inscrit } else { cfa };
        assert_eq!(val(&v2021(&i), "contrat_date_debut"), debut);
    }
}

#[test]
fn names_and_ine() {
    let i = avec(|i| {
        stagiaire(i).nom = t(" \u{FEFF}Le\tNôtre\u{A0}");
        stagiaire(i).ne_pas_solliciter = true;
        sifa(i).ine = t(" 1234567890f ");
    });
    assert_eq!(
        de(&v3(&i), "nom_apprenant"),
        ("Le Nôtre".to_owned(), Some(Provenance::Stagiaire))
    );
    assert_eq!(
        de(&v3(&i), "ine_apprenant"),
        ("1234567890F".to_owned(), Some(Provenance::Sifa))
    );
    assert_eq!(alertes(&v3(&i)), Vec::<&str>::new());
    assert_eq!(val(&v2021(&i), "ne_pas_solliciter"), "true");
    assert!(v2021(&i).envoyable());
    let i = avec(|i| sifa(i).ine = t("en cours"));
    assert_eq!(val(&v3(&i), "ine_apprenant"), "EN COURS");
    assert_eq!(alertes(&v3(&i)), ["INE_INHABITUEL"]);
    let i = avec(|i| sifa(i).ine = t(" \n"));
    assert_eq!(
        (val(&v3(&i), "ine_apprenant"), alertes(&v3(&i))),
        (String::new(), vec![])
    );
    for champ in [
        |s: &mut Stagiaire| s.nom = None,
        |s: &mut Stagiaire| s.prenom = t(" \u{2003}"),
    ] {
        let i = avec(|i| champ(stagiaire(i)));
        assert_eq!(motifs(&v3(&i)), ["NOM_MANQUANT"]);
        assert_eq!(motifs(&v2021(&i)), ["NOM_MANQUANT"]);
    }
}

#[test]
fn orphan_inscription() {
    let i = avec(|i| i.stagiaire = None);
    assert_eq!(
        motifs(&v3(&i)),
        [
            "EMAIL_CONTACT_MANQUANT",
            "NOM_MANQUANT",
            "DATE_NAISSANCE_MANQUANTE"
        ]
    );
    assert_eq!(
        motifs(&v2021(&i)),
        ["EMAIL_CONTACT_MANQUANT", "NOM_MANQUANT"]
    );
    assert_eq!(
        (v3(&i).stagiaire_id, val(&v3(&i), "id_erp_apprenant")),
        (None, String::new())
    );
    let i = Inscription {
        id: 1,
        ..Inscription::default()
    };
    let dossier = contexte_avec(vec![], |c| c.dossier(&i, Protocole::V3, true));
    assert_eq!(motifs(&dossier).len(), 6);
}

fn responsable(id: i64, rang: Option<i64>, email: &str) -> Responsable {
    Responsable {
        id,
        rang,
        email: t(email),
    }
}

fn parent(id: i64, rang: Option<i64>, profil: &str, email: &str) -> Interlocuteur {
    Interlocuteur {
        id,
        rang,
        profil: t(profil),
        email: t(email),
    }
}

#[test]
fn email_contact() {
    struct Cas {
        naissance: &'static str,
        responsables: Option<Vec<Responsable>>,
        parents: Vec<Interlocuteur>,
        attendu: &'static str,
        mails: [&'static str; 2],
    }
    let parents = || {
        vec![
            parent(1, Some(1), "parent", "p@p.fr"),
            parent(2, Some(2), "Pârènt", "q@p.fr"),
        ]
    };
    for (rang, cas) in [
        Cas {
            naissance: "",
            responsables: None,
            parents: parents(),
            attendu: "gaston@exemple.fr",
            mails: ["", ""],
        },
        // Of age today, tomorrow.
        Cas {
            naissance: "2008-11-23",
            responsables: None,
            parents: parents(),
            attendu: "gaston@exemple.fr",
            mails: ["", ""],
        },
        Cas {
            naissance: "2008-11-24",
            responsables: None,
            parents: parents(),
            attendu: "p@p.fr",
            mails: ["p@p.fr", "q@p.fr"],
        },
        // Lowest rang, an absent one last, then id.
        Cas {
            naissance: "2010-01-01",
            responsables: Some(vec![
                responsable(1, None, "z@r.fr"),
                responsable(9, Some(2), "c@r.fr"),
                responsable(8, Some(2), "b@r.fr"),
                responsable(7, Some(3), "d@r.fr"),
            ]),
            parents: parents(),
            attendu: "b@r.fr",
            mails: ["b@r.fr", "c@r.fr"],
        },
        // Blank or invalid ones are passed over; one valid e-mail is enough to use that list.
        Cas {
            naissance: "2010-01-01",
            responsables: Some(vec![
                responsable(1, Some(-1), " "),
                responsable(2, Some(0), "é@r.fr"),
                responsable(3, None, "d@r.fr"),
            ]),
            parents: parents(),
            attendu: "d@r.fr",
            mails: ["d@r.fr", ""],
        },
        // A SIFA without a valid e-mail: PARENT.
        Cas {
            naissance: "2010-01-01",
            responsables: Some(vec![responsable(1, Some(1), "a@b")]),
            parents: parents(),
            attendu: "p@p.fr",
            mails: ["p@p.fr", "q@p.fr"],
        },
        Cas {
            naissance: "2010-01-01",
            responsables: None,
            parents: vec![
                parent(1, Some(1), "PARENTS", "a@p.fr"),
                parent(2, Some(1), "Père", "b@p.fr"),
                parent(3, Some(2), "\u{FEFF} PARENT\n", "c@p.fr"),
            ],
            attendu: "c@p.fr",
            mails: ["c@p.fr", ""],
        },
        Cas {
            naissance: "2010-01-01",
            responsables: Some(vec![]),
            parents: vec![],
            attendu: "",
            mails: ["", ""],
        },
    ]
    .into_iter()
    .enumerate()
    {
        let i = avec(|i| {
            stagiaire(i).date_naissance = od(cas.naissance);
            i.sifa = cas.responsables.map(|responsables| Sifa {
                responsables,
                ..Sifa::default()
            });
            i.interlocuteurs = cas.parents;
        });
        let dossier = v3(&i);
        assert_eq!(val(&dossier, "email_contact"), cas.attendu, "{rang}");
        assert_eq!(val(&v2021(&i), "email_contact"), cas.attendu, "{rang}");
        let mails = ["responsable_apprenant_mail1", "responsable_apprenant_mail2"]
            .map(|n| val(&dossier, n));
        assert_eq!(mails, cas.mails, "{rang}");
        assert_eq!(
            motifs(&dossier).contains(&"EMAIL_CONTACT_MANQUANT"),
            cas.attendu.is_empty(),
            "{rang}"
        );
    }
}

#[test]
fn email_advice_and_provenance() {
    let invalide = v3(&avec(|i| stagiaire(i).email = t("gaston@exemple")));
    assert_eq!(motifs(&invalide), ["EMAIL_CONTACT_MANQUANT"]);
    let detail = &invalide.motifs[0].detail;
    assert!(
        detail.contains("adresse invalide") && detail.contains("fiche Stagiaire"),
        "{detail}"
    );
    assert!(!detail.contains("gaston"), "personal data");

    let mineur = |i: &mut Inscription| stagiaire(i).date_naissance = od("2010-01-01");
    let absent = v3(&avec(mineur));
    let detail = &absent.motifs[0].detail;
    assert!(
        detail.contains("apprenti mineur") && !detail.contains("invalide"),
        "{detail}"
    );

    let passe = v3(&avec(|i| {
        mineur(i);
        sifa(i).responsables = vec![
            responsable(71, Some(1), "faux"),
            responsable(72, Some(2), "a@b.fr"),
        ];
    }));
    assert_eq!(alertes(&passe), ["EMAIL_INVALIDE"]);
    assert!(passe.avertissements[0].detail.contains("n° 71"));
    assert_eq!(de(&passe, "email_contact").1, Some(Provenance::Sifa));
    assert_eq!(
        de(&passe, "responsable_apprenant_mail1").1,
        Some(Provenance::Sifa)
    );
}

#[test]
fn telephone() {
    let i = avec(|i| stagiaire(i).telephone = t("voir mère"));
    assert_eq!(
        (val(&v3(&i), "tel_apprenant"), alertes(&v3(&i))),
        (String::new(), vec!["TELEPHONE_INVALIDE"])
    );
    assert!(v3(&i).envoyable());
    let i = avec(|i| stagiaire(i).telephone = t(" "));
    assert_eq!(
        (val(&v3(&i), "tel_apprenant"), alertes(&v3(&i))),
        (String::new(), vec![])
    );
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
            if code == "-" {
                None
            } else {
                diplome(id, Some(code))
            }
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
        let motif: &[&str] = if envoye {
            &[]
        } else {
            &["CODE_DIPLOME_MANQUANT"]
        };
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
            action(i).diplome = Some(Arc::new(Diplome {
                id: 1,
                libelle: libelle.map(str::to_owned),
                libelle_court: court.map(str::to_owned),
                code: t("50022141"),
                rncp: rncp.map(str::to_owned),
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
        (
            None,
            Some("É"),
            Some("12"),
            ("", "RNCP12", "LIBELLE_COURT_INVALIDE"),
        ),
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
    let i = avec(|i| Arc::make_mut(action(i).diplome.as_mut().unwrap()).rncp = None);
    assert_eq!(alertes(&v2021(&i)), Vec::<&str>::new());
}

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
            vec![
                l(1, "0570001A", None, None),
                l(2, "0570001A", None, Some(3)),
            ],
            None,
            "",
            false,
        ),
        (
            Some(" 0570.001 a"),
            1,
            3,
            liste(),
            Some(5),
            "0570001A",
            false,
        ),
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
            sifa(i).uai_etablissement = uai.map(str::to_owned);
            (secteur(i).societe_id, secteur(i).id) = (societe, secteur_id);
        });
        let nom = format!("{uai:?} {societe} {secteur_id} {}", lignes.len());
        contexte_avec(lignes, |c| {
            let dossier = c.dossier(&i, Protocole::V3, false);
            assert_eq!(dossier.ligne_uai, attendu, "{nom}");
            assert_eq!(c.ligne_uai(&i).map(|l| l.id), attendu, "{nom}");
            assert_eq!(
                val(&dossier, "etablissement_responsable_uai"),
                envoye,
                "{nom}"
            );
            assert_eq!(
                alertes(&dossier).contains(&"PLUSIEURS_LIGNES_UAI"),
                plusieurs,
                "{nom}"
            );
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
            (|l| l.siret = t("732.829 320-00074")) as fn(&mut LigneUai),
            vec![],
            vec![],
            vec![],
        ),
        (|l| l.uai = None, m(), m(), vec![]),
        (
            |l| l.uai = t("057003B"),
            m(),
            m(),
            vec!["UAI_FORMATEUR_INVALIDE"],
        ),
        (
            |l| l.uai = t("05700331B"),
            m(),
            m(),
            vec!["UAI_FORMATEUR_INVALIDE"],
        ),
        (
            |l| l.siret = t("7328293200007"),
            m(),
            m(),
            vec!["SIRET_FORMATEUR_INVALIDE"],
        ),
        (|l| l.siret = None, m(), m(), vec![]),
        (|l| l.nom = t(" "), vec![], m(), vec![]),
        (
            |l| l.uai_formateur = t("faux"),
            m(),
            vec![],
            vec!["UAI_FORMATEUR_INVALIDE"],
        ),
        (
            |l| l.siret_formateur = t("faux"),
            m(),
            vec![],
            vec!["SIRET_FORMATEUR_INVALIDE"],
        ),
        (|l| l.siret_formateur = t(" . "), vec![], vec![], vec![]),
        (
            |l| l.siret = t("73282932000075"),
            vec![],
            vec![],
            vec!["SIRET_CLE_FAUSSE"],
        ),
        (|l| l.siret = t("35600000049837"), vec![], vec![], vec![]),
        (
            |l| l.siret_formateur = t("73282932000075"),
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
        (l.uai_formateur, l.siret_formateur) = (t("057 0044c"), t("356 000 000 00048"));
    });
    for (dossier, uai, siret) in [
        (
            nouveau,
            "etablissement_formateur_uai",
            "etablissement_formateur_siret",
        ),
        (
            ancien,
            "uai_etablissement_formateur",
            "siret_etablissement_formateur",
        ),
    ] {
        assert_eq!(
            de(&dossier, uai),
            ("0570044C".to_owned(), Some(Provenance::ListeUai))
        );
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
        let i = avec(|i| (secteur(i).latitude, secteur(i).longitude) = (latitude, longitude));
        let dossier = v2021(&i);
        assert_eq!(
            val(&dossier, "etablissement_formateur_geo_coordonnees"),
            attendu
        );
        assert_eq!(alertes(&dossier).contains(&"COORDONNEES_INVALIDES"), alerte);
    }
    for (code, attendu, alerte) in [
        (t(" 1000 "), "01000", false),
        (t("2A004"), "", true),
        (t(" "), "", false),
        (None, "", false),
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
        (
            "Démission",
            "2026-10-10",
            "",
            true,
            false,
            "0",
            "2026-10-10",
            true,
        ),
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
        (
            " ",
            "2026-10-10",
            "2028-08-31",
            true,
            false,
            "3",
            "2026-09-01",
            false,
        ),
        (
            "Démission",
            "",
            "2028-08-31",
            true,
            false,
            "3",
            "2026-09-01",
            false,
        ),
        (
            "Fin",
            "2028-08-31",
            "2028-08-31",
            true,
            false,
            "3",
            "2026-09-01",
            false,
        ),
        (
            "Fin",
            "2028-09-01",
            "2028-08-31",
            true,
            false,
            "3",
            "2026-09-01",
            false,
        ),
        ("", "", "2028-08-31", false, false, "2", "2026-09-07", false),
        ("", "", "2028-08-31", true, true, "2", "2026-09-07", false),
        ("", "", "", true, false, "3", "2026-09-01", true),
    ] {
        let i = avec(|i| {
            (i.motif_sortie, i.sortie_reelle, i.sortie_prevue) = (t(motif), od(reelle), od(prevue));
            sifa(i).sans_contrat_initial = sans;
            if !convention {
                i.conventions.clear();
            }
        });
        for dossier in [v3(&i), v2021(&i)] {
            assert_eq!(
                val(&dossier, "statut_apprenant"),
                attendu,
                "{motif} {reelle} {prevue}"
            );
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
            id: 5,
            ..Convention::default()
        }]
    });
    assert_eq!(
        (val(&v3(&i), "statut_apprenant"), alertes(&v3(&i))),
        ("3".to_owned(), vec!["CONVENTION_SANS_DEBUT"])
    );
    let i = avec(|i| {
        i.conventions.clear();
        i.date_entree_groupe = None;
    });
    assert_eq!(val(&v3(&i), "date_metier_mise_a_jour_statut"), "2026-09-01");
    let i = avec(|i| sifa(i).date_rupture_contrat = od("2026-11-01"));
    assert_eq!(
        de(&v2021(&i), "contrat_date_rupture"),
        ("2026-11-01".to_owned(), Some(Provenance::Sifa))
    );
}

#[test]
fn training_years() {
    // action.date_debut, date_fin, entree, sortie_prevue → période, année
    for (debut, fin, entree, prevue, periode, annee) in [
        (
            "2025-09-01",
            "2027-08-31",
            "2026-09-01",
            "2028-08-31",
            "2025-2027",
            "2",
        ),
        ("", "", "2026-09-01", "2028-08-31", "2026-2028", "1"),
        ("2026-07-31", "", "", "", "", "2"),
        ("2026-08-01", "2027-06-30", "", "", "2026-2027", "1"),
        ("2015-09-01", "2027-06-30", "", "", "2015-2027", "5"),
        ("2027-09-01", "2029-06-30", "", "", "2027-2029", "1"),
        ("", "2027-06-30", "", "", "", ""),
    ] {
        let i = avec(|i| {
            (action(i).date_debut, action(i).date_fin) = (od(debut), od(fin));
            (i.date_entree, i.sortie_prevue) = (od(entree), od(prevue));
        });
        assert_eq!(
            val(&v2021(&i), "periode_formation"),
            periode,
            "{debut} {fin}"
        );
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
        assert_eq!(
            val(&v3(&i), "duree_theorique_formation_mois"),
            mois,
            "{debut} {fin}"
        );
        assert_eq!(
            alertes(&v3(&i)).contains(&"DUREE_INVALIDE"),
            alerte,
            "{debut} {fin}"
        );
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
    assert_eq!(
        debuts,
        ["2026-01-01", "2026-03-01", "2026-03-01", "2026-09-01"]
    );
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
            "SIRET_EMPLOYEUR_INVALIDE"
        ]
    );
    assert!(dossier.envoyable());
}

#[test]
fn latest_rupture() {
    use Provenance::{Convention as C, Inscrit, Sifa};
    // own, SIFA's, sortie_reelle (of an abandon), date_fin of the convention → rupture
    for (propre, du_sifa, sortie, fin, attendu) in [
        (
            "2026-10-01",
            "2026-10-02",
            "2026-10-03",
            "2027-08-31",
            ("2026-10-01", Some(C)),
        ),
        (
            "",
            "2026-10-02",
            "2026-10-03",
            "2027-08-31",
            ("2026-10-02", Some(Sifa)),
        ),
        (
            "",
            "",
            "2026-10-03",
            "2027-08-31",
            ("2026-10-03", Some(Inscrit)),
        ),
        (
            "",
            "",
            "2026-09-01",
            "2027-08-31",
            ("2026-09-01", Some(Inscrit)),
        ),
        ("", "", "2026-08-31", "2027-08-31", ("", None)),
        ("", "", "2026-10-03", "2026-10-03", ("", None)),
        ("", "", "2026-10-03", "", ("", None)),
    ] {
        let i = avec(|i| {
            (i.motif_sortie, i.sortie_reelle) = (t("Démission"), od(sortie));
            sifa(i).date_rupture_contrat = od(du_sifa);
            i.conventions = vec![
                convention(1, "2025-01-01", "2026-12-31"),
                Convention {
                    date_rupture: od(propre),
                    ..convention(2, "2026-09-01", fin)
                },
            ];
        });
        let dossier = v3(&i);
        assert_eq!(
            de(&dossier, "contrat_date_rupture_2"),
            (attendu.0.to_owned(), attendu.1),
            "{propre} {du_sifa} {sortie} {fin}"
        );
        assert_eq!(
            val(&dossier, "contrat_date_rupture"),
            "",
            "only the latest one has other sources"
        );
    }
    let i = avec(|i| i.sortie_reelle = od("2026-10-03"));
    assert_eq!(val(&v3(&i), "contrat_date_rupture"), "", "not an abandon");
    let i = avec(|i| i.conventions[0].siret_employeur = t("73282932000075"));
    assert_eq!(
        (val(&v3(&i), "siret_employeur"), alertes(&v3(&i))),
        ("73282932000075".to_owned(), vec!["SIRET_CLE_FAUSSE"])
    );
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
        (
            "",
            "2028-08-31",
            ("2028-08-31", Some(Provenance::Action)),
            None,
        ),
        ("", "", ("", None), Some("DATES_FORMATION_MANQUANTES")),
        (
            "2026-08-31",
            "",
            ("2026-08-31", Some(Provenance::Inscrit)),
            Some("DATES_FORMATION_INCOHERENTES"),
        ),
        (
            "2026-09-01",
            "",
            ("2026-09-01", Some(Provenance::Inscrit)),
            None,
        ),
    ] {
        let i = avec(|i| {
            i.sortie_prevue = od(prevue);
            action(i).date_fin = od(fin);
        });
        assert_eq!(
            de(&v3(&i), "date_fin_formation"),
            (attendu.0.to_owned(), attendu.1)
        );
        assert_eq!(motifs(&v3(&i)), motif.into_iter().collect::<Vec<_>>());
        assert_eq!(motifs(&v2021(&i)), Vec::<&str>::new());
    }
    let i = avec(|i| {
        (i.date_entree, i.date_entree_groupe) = (None, None);
        i.action = None;
        sifa(i).diplome = diplome(1, Some("50022141"));
    });
    assert_eq!(motifs(&v2021(&i)), ["DATES_FORMATION_MANQUANTES"]);
    let i = avec(|i| stagiaire(i).date_naissance = None);
    assert_eq!(
        (motifs(&v3(&i)), motifs(&v2021(&i))),
        (vec!["DATE_NAISSANCE_MANQUANTE"], vec![])
    );
}

#[test]
fn donnees_sifa() {
    let plein = |i: &mut Inscription| {
        let s = stagiaire(i);
        (s.sexe, s.adresse, s.code_postal, s.rqth) =
            (t("h"), t("1 rue\nX"), t("1000"), Some(false));
        let s = sifa(i);
        (s.derniere_situation, s.dernier_organisme_uai) = (Some(9999), t(" 2 a"));
    };
    const NOMS: [&str; 7] = [
        "sexe_apprenant",
        "adresse_apprenant",
        "code_postal_apprenant",
        "rqth_apprenant",
        "derniere_situation",
        "dernier_organisme_uai",
        "type_cfa",
    ];
    let i = avec(plein);
    let mut l = lignes();
    l[0].type_cfa = t("4");
    let dossier = contexte_avec(l, |c| c.dossier(&i, Protocole::V3, true));
    assert_eq!(
        NOMS.map(|n| val(&dossier, n)),
        ["H", "1 rue X", "01000", "false", "9999", "2A", "04"]
    );
    assert_eq!(alertes(&dossier), Vec::<&str>::new());
    assert_eq!(dossier.champs.last().unwrap().nom, "type_cfa");

    let i = avec(|i| {
        let s = stagiaire(i);
        (s.sexe, s.adresse, s.code_postal) = (t("Homme"), t(" "), t("75 001"));
        let s = sifa(i);
        (s.derniere_situation, s.dernier_organisme_uai) = (Some(9), t("7"));
    });
    let mut l = lignes();
    l[0].type_cfa = t("11");
    let dossier = contexte_avec(l, |c| c.dossier(&i, Protocole::V3, true));
    assert_eq!(NOMS.map(|n| val(&dossier, n)), [""; 7].map(str::to_owned));
    assert_eq!(alertes(&dossier).len(), 5, "{:?}", alertes(&dossier));
    assert!(dossier.envoyable());

    let i = avec(|i| sifa(i).derniere_situation = Some(0));
    assert_eq!(
        (val(&v3(&i), "derniere_situation"), alertes(&v3(&i))),
        (String::new(), vec![])
    );
    let sans = contexte_avec(lignes(), |c| c.dossier(&avec(plein), Protocole::V3, false));
    assert!(NOMS.iter().all(|n| sans.champ(n).is_none()));
}

#[test]
fn unreadable_values() {
    let i = avec(|i| {
        stagiaire(i).nom = None;
        i.illisibles = vec![
            ValeurIllisible {
                entite: "convention",
                colonne: "date_fin",
                id: 77,
                attendu: Attendu::Date,
            },
            ValeurIllisible {
                entite: "stagiaire",
                colonne: "rqth",
                id: 20,
                attendu: Attendu::Booleen,
            },
        ];
    });
    for dossier in [v3(&i), v2021(&i)] {
        assert_eq!(motifs(&dossier), ["NOM_MANQUANT", "VALEUR_ILLISIBLE"]);
        let detail = &dossier.motifs[1].detail;
        assert!(
            ["convention.date_fin", "77", "stagiaire.rqth", "20"]
                .iter()
                .all(|m| detail.contains(m)),
            "{detail}"
        );
    }
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
    let sans_mail: fn(&mut Inscription) = |i| stagiaire(i).email = None;
    let sans_dates: fn(&mut Inscription) = |i| action(i).date_debut = None;
    for (nom, dossiers, exclus) in [
        (
            "latest entree",
            vec![
                dossier(1, "2026-09-02", rien),
                dossier(2, "2026-09-01", rien),
            ],
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
            vec![
                dossier(1, "2026-09-02", sans_mail),
                dossier(2, "2026-09-01", rien),
            ],
            vec![],
        ),
        (
            "an absent entree stays out anyway",
            vec![dossier(2, "", sans_dates), dossier(1, "2026-09-01", rien)],
            vec![],
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
    let mut deux = [
        dossier(1, "2026-09-02", rien),
        dossier(2, "2026-09-01", rien),
    ];
    retenir_une_inscription(&mut deux);
    assert!(
        deux[1].motifs[0].detail.contains("n° 1 "),
        "{}",
        deux[1].motifs[0].detail
    );

    // Another training site, or the protocol of 2021: both are sent.
    let site = |uai: &str| {
        contexte_avec(vec![ligne(1, uai, Some(1), Some(3))], |c| {
            c.dossier(&inscription(), Protocole::V3, false)
        })
    };
    let mut deux = [site("0570033B"), site("0570044C")];
    retenir_une_inscription(&mut deux);
    assert!(deux.iter().all(Dossier::envoyable));
    let mut deux = [v2021(&inscription()), v2021(&avec(|i| i.id = 11))];
    retenir_une_inscription(&mut deux);
    assert!(deux.iter().all(Dossier::envoyable));
}

#[test]
fn columns() {
    assert_eq!(colonnes(Protocole::StatutCandidats, true).len(), 26);
    let noms = |sifa| {
        colonnes(Protocole::V3, sifa)
            .iter()
            .map(|c| c.nom)
            .collect::<Vec<_>>()
    };
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
