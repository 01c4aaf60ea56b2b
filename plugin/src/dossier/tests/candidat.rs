//! CANDIDAT, and the option *données SIFA*.

use super::*;

#[test]
fn names_and_ine() {
    let i = avec(|i| {
        stagiaire(i).nom = t(" \u{FEFF}Le\tNôtre\u{A0}");
        stagiaire(i).ne_pas_solliciter = Lue(true);
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
        |s: &mut Stagiaire| s.nom = Absente,
        |s: &mut Stagiaire| s.prenom = t(" \u{2003}"),
    ] {
        let i = avec(|i| champ(stagiaire(i)));
        assert_eq!(motifs(&v3(&i)), ["NOM_MANQUANT"]);
        assert_eq!(motifs(&v2021(&i)), ["NOM_MANQUANT"]);
    }
}

#[test]
fn orphan_inscription() {
    let i = avec(|i| i.stagiaire = Absente);
    assert_eq!(
        motifs(&v3(&i)),
        ["EMAIL_CONTACT_MANQUANT", "NOM_MANQUANT", "DATE_NAISSANCE_MANQUANTE"]
    );
    assert_eq!(motifs(&v2021(&i)), ["EMAIL_CONTACT_MANQUANT", "NOM_MANQUANT"]);
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
        id: Some(id),
        rang: rang.into(),
        email: t(email),
    }
}

fn parent(id: i64, rang: Option<i64>, profil: &str, email: &str) -> Interlocuteur {
    Interlocuteur {
        id: Some(id),
        rang: rang.into(),
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
            responsables: None,
            parents: vec![
                parent(1, None, "PARENT", "z@p.fr"),
                parent(9, Some(2), "PARENT", "c@p.fr"),
                parent(8, Some(2), "PARENT", "b@p.fr"),
                parent(7, Some(3), "PARENT", "d@p.fr"),
            ],
            attendu: "b@p.fr",
            mails: ["b@p.fr", "c@p.fr"],
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
        let mails = ["responsable_apprenant_mail1", "responsable_apprenant_mail2"].map(|n| val(&dossier, n));
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
        sifa(i).responsables = vec![responsable(71, Some(1), "faux"), responsable(72, Some(2), "a@b.fr")];
    }));
    assert_eq!(alertes(&passe), ["EMAIL_INVALIDE"]);
    assert!(passe.avertissements[0].detail.contains("n° 71"));
    assert_eq!(de(&passe, "email_contact").1, Some(Provenance::Sifa));
    assert_eq!(de(&passe, "responsable_apprenant_mail1").1, Some(Provenance::Sifa));
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
fn donnees_sifa() {
    let plein = |i: &mut Inscription| {
        let s = stagiaire(i);
        (s.sexe, s.adresse, s.code_postal, s.rqth) = (t("h"), t("1 rue\nX"), t("1000"), Lue(false));
        let s = sifa(i);
        (s.derniere_situation, s.dernier_organisme_uai) = (Lue(9999), t(" 2 a"));
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
    l[0].type_cfa = r("4");
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
        (s.derniere_situation, s.dernier_organisme_uai) = (Lue(9), t("7"));
    });
    let mut l = lignes();
    l[0].type_cfa = r("11");
    let dossier = contexte_avec(l, |c| c.dossier(&i, Protocole::V3, true));
    assert_eq!(NOMS.map(|n| val(&dossier, n)), [""; 7].map(str::to_owned));
    assert_eq!(alertes(&dossier).len(), 5, "{:?}", alertes(&dossier));
    assert!(dossier.envoyable());

    let i = avec(|i| sifa(i).derniere_situation = Lue(0));
    assert_eq!(
        (val(&v3(&i), "derniere_situation"), alertes(&v3(&i))),
        (String::new(), vec![])
    );
    let sans = contexte_avec(lignes(), |c| c.dossier(&avec(plein), Protocole::V3, false));
    assert!(NOMS.iter().all(|n| sans.champ(n).is_none()));
}

#[test]
fn a_name_with_an_entry_mark_is_sent_as_it_is_and_told() {
    for signe in "*+?()[]{}\\^$|".chars() {
        for nom in [
            format!("{signe}MARTIN"),
            format!("MAR{signe}TIN"),
            format!("MARTIN{signe}"),
        ] {
            let dossier = v3(&avec(|i| stagiaire(i).nom = t(&nom)));
            assert_eq!(
                (val(&dossier, "nom_apprenant"), alertes(&dossier)),
                (nom, vec!["NOM_A_VERIFIER"])
            );
        }
    }
    for nom in [
        "O'NEILL",
        "de La Tour d'Auvergne-Lauraguais",
        "LE  GALL",
        ".",
        "D\u{2019}ARC",
        "A/B",
        "M#1",
        "É&È",
        "<X>",
    ] {
        assert_eq!(
            alertes(&v3(&avec(|i| stagiaire(i).prenom = t(nom)))),
            Vec::<&str>::new(),
            "{nom}"
        );
    }
}
