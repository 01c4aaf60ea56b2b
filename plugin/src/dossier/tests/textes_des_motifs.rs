//! What the user reads of each reason: the whole detail, with the screen and what to enter; and the labels.

use super::*;

/// Each reason of a dossier, as `CODE: detail`.
fn raisons(dossier: &Dossier) -> Vec<String> {
    let texte = |m: &Motif| format!("{}: {}", m.code.code(), m.detail);
    dossier.motifs.iter().map(texte).collect()
}

#[test]
fn reasons_of_the_apprentice() {
    let mineur: Change = |i| stagiaire(i).date_naissance = od("2010-01-01");
    for (change, attendues) in [
        (
            (|i| stagiaire(i).nom = Absente) as Change,
            vec!["NOM_MANQUANT: Saisir le nom dans la fiche Stagiaire."],
        ),
        (
            |i| stagiaire(i).prenom = Absente,
            vec!["NOM_MANQUANT: Saisir le prénom dans la fiche Stagiaire."],
        ),
        // Several advices of one reason stand together, each once.
        (
            |i| (stagiaire(i).nom, stagiaire(i).prenom) = (Absente, Absente),
            vec!["NOM_MANQUANT: Saisir le nom dans la fiche Stagiaire. Saisir le prénom dans la fiche Stagiaire."],
        ),
        (
            |i| i.stagiaire = Absente,
            vec![
                "EMAIL_CONTACT_MANQUANT: L'inscription n'est rattachée à aucun stagiaire : la rattacher à son stagiaire dans la fiche Inscrit.",
                "NOM_MANQUANT: L'inscription n'est rattachée à aucun stagiaire : la rattacher à son stagiaire dans la fiche Inscrit.",
                "DATE_NAISSANCE_MANQUANTE: L'inscription n'est rattachée à aucun stagiaire : la rattacher à son stagiaire dans la fiche Inscrit.",
            ],
        ),
        (
            |i| stagiaire(i).date_naissance = Absente,
            vec!["DATE_NAISSANCE_MANQUANTE: Saisir la date de naissance dans la fiche Stagiaire."],
        ),
        (
            |i| stagiaire(i).email = Absente,
            vec!["EMAIL_CONTACT_MANQUANT: Saisir l'e-mail dans la fiche Stagiaire."],
        ),
        (
            |i| stagiaire(i).email = t("faux"),
            vec![
                "EMAIL_CONTACT_MANQUANT: Saisir l'e-mail dans la fiche Stagiaire. À corriger, adresse invalide : fiche Stagiaire.",
            ],
        ),
        (
            mineur,
            vec![
                "EMAIL_CONTACT_MANQUANT: Saisir l'e-mail d'un interlocuteur de profil PARENT dans la fiche Stagiaire, ou dans le SIFA (premier responsable) : apprenti mineur.",
            ],
        ),
        (
            |i| {
                stagiaire(i).date_naissance = od("2010-01-01");
                sifa(i).responsables = vec![Responsable {
                    id: Some(71),
                    rang: Lue(1),
                    email: t("faux"),
                }];
                i.interlocuteurs = vec![Interlocuteur {
                    id: Some(81),
                    rang: Absente,
                    profil: t("PARENT"),
                    email: t("faux@"),
                }];
            },
            vec![
                "EMAIL_CONTACT_MANQUANT: Saisir l'e-mail du premier responsable dans le SIFA, ou celui d'un interlocuteur de profil PARENT dans la fiche Stagiaire : apprenti mineur. À corriger, adresse invalide : responsable n° 71 du SIFA, interlocuteur n° 81 de la fiche Stagiaire.",
            ],
        ),
    ] {
        assert_eq!(raisons(&v3(&avec(change))), attendues);
    }
}

#[test]
fn reasons_of_the_training() {
    const ENTREE: &str = "DATES_FORMATION_MANQUANTES: Saisir la date d'entrée dans la fiche Inscrit, ou la date d'entrée au CFA dans le SIFA, ou la date de début dans la fiche Action.";
    for (change, attendues) in [
        (
            (|i| action(i).diplome = Absente) as Change,
            vec![
                "CODE_DIPLOME_MANQUANT: Aucun diplôme : le choisir dans le SIFA, ou lier l'action (fiche Action) à un diplôme, ou à un centre d'intérêt lié à un diplôme.",
            ],
        ),
        (
            |i| sifa(i).diplome = diplome(41, Some("5002214")),
            vec![
                "CODE_DIPLOME_MANQUANT: Le code du diplôme n° 41 (désigné par : SIFA) est mal formé : saisir ses 8 lettres ou chiffres dans ce diplôme.",
            ],
        ),
        (
            |i| action(i).diplome = diplome(42, None),
            vec![
                "CODE_DIPLOME_MANQUANT: Le code du diplôme n° 42 (désigné par : fiche Action) manque : saisir ses 8 lettres ou chiffres dans ce diplôme.",
            ],
        ),
        (
            |i| {
                (action(i).diplome, action(i).centre_interet_diplome) = (Absente, diplome(43, Some(" ")));
            },
            vec![
                "CODE_DIPLOME_MANQUANT: Le code du diplôme n° 43 (désigné par : Centre d'intérêt) manque : saisir ses 8 lettres ou chiffres dans ce diplôme.",
            ],
        ),
        // The date of inscription and the date of entry ask for the same thing: said once.
        (
            |i| {
                (i.date_inscription, i.date_entree, action(i).date_debut) = (Absente, Absente, Absente);
            },
            vec![ENTREE],
        ),
        (
            |i| (i.sortie_prevue, action(i).date_fin) = (Absente, Absente),
            vec![
                "DATES_FORMATION_MANQUANTES: Saisir la date de sortie prévue dans la fiche Inscrit, ou la date de fin dans la fiche Action.",
            ],
        ),
        (
            |i| i.sortie_prevue = od("2026-08-31"),
            vec![
                "DATES_FORMATION_INCOHERENTES: La fin de la formation est avant l'entrée : corriger la date de sortie prévue ou la date d'entrée dans la fiche Inscrit, la date d'entrée au CFA dans le SIFA ou les dates de la fiche Action.",
            ],
        ),
    ] {
        assert_eq!(raisons(&v3(&avec(change))), attendues);
    }
    let sans_entree = v2021(&avec(|i| {
        (i.date_entree, i.date_entree_groupe, action(i).date_debut) = (Absente, Absente, Absente);
    }));
    assert_eq!(raisons(&sans_entree), [ENTREE]);
}

#[test]
fn reasons_of_the_establishment() {
    use Protocole::{StatutCandidats, V3};
    const UAI: &str = "UAI_SIRET_MANQUANT: Gestion des numéros UAI, ligne n° 1 : ";
    for (protocole, change, attendue) in [
        (V3, (|l| l.uai = None) as fn(&mut LigneUai), "saisir l'UAI."),
        (
            V3,
            |l| l.uai = r("057003B"),
            "corriger l'UAI, qui est mal formé (attendu : 7 chiffres et une lettre).",
        ),
        (V3, |l| l.siret = None, "saisir le SIRET."),
        (
            V3,
            |l| l.siret = r("7328293200007"),
            "corriger le SIRET, qui est mal formé (attendu : 14 chiffres).",
        ),
        (
            V3,
            |l| (l.uai_formateur, l.siret_formateur) = (r("faux"), r("35600000000048")),
            "corriger l'UAI de l'établissement formateur, qui est mal formé (attendu : 7 chiffres et une lettre).",
        ),
        (
            V3,
            |l| (l.uai_formateur, l.siret_formateur) = (r("0570044C"), r("00000000000000")),
            "corriger le SIRET de l'établissement formateur, qui est mal formé (attendu : 14 chiffres).",
        ),
        (StatutCandidats, |l| l.nom = None, "saisir le nom du CFA."),
    ] {
        assert_eq!(raisons(&avec_ligne(protocole, change)), [format!("{UAI}{attendue}")]);
    }
    const SANS_LIGNE: &str = "UAI_SIRET_MANQUANT: Aucune ligne de la liste ne convient à l'inscription : en ajouter une dans Gestion des numéros UAI pour la société n° 1 et le secteur n° 3.";
    const UAI_INCONNU: &str = "UAI_SIRET_MANQUANT: L'UAI de l'établissement saisi dans le SIFA n'est pas dans la liste : l'ajouter dans Gestion des numéros UAI avec son nom et son SIRET, ou le corriger dans le SIFA.";
    const UAI_FAUX: &str = "UAI_SIRET_MANQUANT: L'UAI de l'établissement saisi dans le SIFA est mal formé (attendu : 7 chiffres et une lettre) : le corriger dans le SIFA.";
    for (uai, attendue) in [
        (Absente, SANS_LIGNE.to_owned()),
        (t("0570099Z"), UAI_INCONNU.to_owned()),
        (
            t("faux"),
            format!("{UAI_FAUX} {}", &UAI_INCONNU["UAI_SIRET_MANQUANT: ".len()..]),
        ),
    ] {
        let i = avec(|i| sifa(i).uai_etablissement = uai);
        for protocole in [V3, StatutCandidats] {
            let dossier = contexte_avec(vec![], |c| c.dossier(&i, protocole, false));
            assert_eq!(raisons(&dossier), [attendue.as_str()], "{protocole}");
        }
    }
}

#[test]
fn reasons_for_unreadable_values() {
    use Attendu::{Booleen, Date, Decimal, Entier, Texte};
    for (entite, colonne, attendu, detail) in [
        (
            "stagiaire",
            "date_naissance",
            Date,
            "une date (AAAA-MM-JJ) ; ressaisir la valeur dans la fiche Stagiaire.",
        ),
        (
            "interlocuteur",
            "rang",
            Entier,
            "un nombre entier ; ressaisir la valeur dans la fiche Stagiaire.",
        ),
        (
            "inscription",
            "sortie_reelle",
            Date,
            "une date (AAAA-MM-JJ) ; ressaisir la valeur dans la fiche Inscrit.",
        ),
        (
            "action_formation",
            "date_fin",
            Date,
            "une date (AAAA-MM-JJ) ; ressaisir la valeur dans la fiche Action.",
        ),
        (
            "centre_interet",
            "diplome_id",
            Entier,
            "un nombre entier ; ressaisir la valeur dans le centre d'intérêt.",
        ),
        (
            "diplome",
            "libelle",
            Texte,
            "un texte lisible de 1 Mio au plus ; ressaisir la valeur dans le diplôme.",
        ),
        (
            "convention",
            "date_fin",
            Date,
            "une date (AAAA-MM-JJ) ; ressaisir la valeur dans la convention.",
        ),
        (
            "sifa",
            "sans_contrat_initial",
            Booleen,
            "0 ou 1 ; ressaisir la valeur dans le SIFA.",
        ),
        (
            "sifa_responsable",
            "email",
            Texte,
            "un texte lisible de 1 Mio au plus ; ressaisir la valeur dans le SIFA.",
        ),
        (
            "secteur",
            "latitude",
            Decimal,
            "un nombre décimal ; ressaisir la valeur dans Paramètres sociétés.",
        ),
        (
            "societe",
            "nom",
            Texte,
            "un texte lisible de 1 Mio au plus ; ressaisir la valeur dans Paramètres sociétés.",
        ),
        (
            "autre",
            "x",
            Texte,
            "un texte lisible de 1 Mio au plus ; ressaisir la valeur dans l'ERP.",
        ),
    ] {
        let i = avec(|i| {
            stagiaire(i).nom = Illisible(Box::new(ValeurIllisible {
                entite,
                colonne,
                id: Some(7),
                attendu,
            }));
        });
        let attendue = format!("VALEUR_ILLISIBLE: {entite}.{colonne} (n° 7) ne peut pas être lu, attendu : {detail}");
        assert_eq!(raisons(&v3(&i)), [attendue]);
    }
}

#[test]
fn another_inscription() {
    let mut deux = [v3(&avec(|i| i.id = 11)), v3(&inscription())];
    retenir_une_inscription(&mut deux);
    assert_eq!(raisons(&deux[0]), Vec::<String>::new());
    assert_eq!(
        raisons(&deux[1]),
        [
            "AUTRE_INSCRIPTION: L'inscription n° 11 du même stagiaire au même établissement est envoyée à sa place : une seule \
             par année scolaire. Si ce n'est pas la bonne, vérifier les dates d'entrée dans les fiches Inscrit."
        ]
    );
}

#[test]
fn labels() {
    use CodeMotif::*;
    for (code, nom, libelle) in [
        (EmailContactManquant, "EMAIL_CONTACT_MANQUANT", "Email contact manquant"),
        (UaiSiretManquant, "UAI_SIRET_MANQUANT", "UAI / Siret manquant"),
        (CodeDiplomeManquant, "CODE_DIPLOME_MANQUANT", "Code Diplôme manquant"),
        (NomManquant, "NOM_MANQUANT", "Nom ou prénom manquant"),
        (
            DateNaissanceManquante,
            "DATE_NAISSANCE_MANQUANTE",
            "Date de naissance manquante",
        ),
        (
            DatesFormationManquantes,
            "DATES_FORMATION_MANQUANTES",
            "Dates de formation manquantes",
        ),
        (
            DatesFormationIncoherentes,
            "DATES_FORMATION_INCOHERENTES",
            "Dates de formation incohérentes",
        ),
        (ValeurIllisible, "VALEUR_ILLISIBLE", "Valeur illisible"),
        (
            AutreInscription,
            "AUTRE_INSCRIPTION",
            "Autre inscription du même apprenti",
        ),
        (AccesManquant, "ACCES_MANQUANT", "Clé API manquante"),
    ] {
        assert_eq!((code.code(), code.libelle()), (nom, libelle));
    }
    for (provenance, libelle) in [
        (Provenance::Sifa, "SIFA"),
        (Provenance::Stagiaire, "fiche Stagiaire"),
        (Provenance::Inscrit, "fiche Inscrit"),
        (Provenance::Action, "fiche Action"),
        (Provenance::CentreInteret, "Centre d'intérêt"),
        (Provenance::Convention, "Convention"),
        (Provenance::ListeUai, "Liste UAI"),
        (Provenance::Secteur, "Secteur"),
        (Provenance::Calcul, "Calcul"),
    ] {
        assert_eq!(provenance.libelle(), libelle);
    }
    for motif in CodeMotif::TOUS {
        assert_eq!(CodeMotif::libelle_de(motif.code()), motif.libelle());
    }
    assert_eq!(CodeMotif::libelle_de("AUTRE_CODE"), "AUTRE_CODE");
    assert_eq!(
        ProtocoleInconnu.user_text(),
        "Ce protocole est inconnu : choisir « v3 » ou « statut-candidats »."
    );
    assert_eq!(
        format!("{} {}", Protocole::V3, Protocole::StatutCandidats),
        "v3 statut-candidats"
    );
}
