//! What the user reads of each warning: the field, and the whole detail with the screen and what to enter.

use super::*;

/// Each warning of a dossier, as `CODE champ: detail`.
fn alertes_entieres(dossier: &Dossier) -> Vec<String> {
    let texte = |a: &Avertissement| format!("{} {}: {}", a.code, a.champ, a.detail);
    dossier.avertissements.iter().map(texte).collect()
}

#[test]
fn warnings() {
    for (change, attendues) in [
        (
            (|i| sifa(i).ine = t("en cours")) as Change,
            vec![
                "INE_INHABITUEL ine_apprenant: L'INE du SIFA est envoyé, mais sa forme est inconnue (attendu : 10 chiffres et une lettre, ou 9 chiffres et 2 lettres) : le vérifier dans le SIFA.",
            ],
        ),
        (
            |i| (stagiaire(i).nom, stagiaire(i).prenom) = (t("*MARTIN"), t("Léa (Lou)")),
            vec![
                "NOM_A_VERIFIER nom_apprenant: Le nom est envoyé tel quel, mais il contient un signe (étoile, plus, parenthèse, crochet…) que le tableau de bord peut refuser : le retirer dans la fiche Stagiaire s'il n'en fait pas partie.",
                "NOM_A_VERIFIER prenom_apprenant: Le prénom est envoyé tel quel, mais il contient un signe (étoile, plus, parenthèse, crochet…) que le tableau de bord peut refuser : le retirer dans la fiche Stagiaire s'il n'en fait pas partie.",
            ],
        ),
        (
            |i| stagiaire(i).telephone = t("06"),
            vec![
                "TELEPHONE_INVALIDE tel_apprenant: Ce n'est pas un numéro de téléphone personnel valide (un seul numéro, sans autre texte) : le corriger dans la fiche Stagiaire.",
            ],
        ),
        (
            |i| {
                stagiaire(i).date_naissance = od("2010-01-01");
                sifa(i).responsables = [(71, "faux"), (72, "@"), (73, "a@b.fr")]
                    .map(|(id, email)| Responsable {
                        id: Some(id),
                        rang: Absente,
                        email: t(email),
                    })
                    .to_vec();
            },
            vec![
                "EMAIL_INVALIDE email_contact: Adresse invalide, laissée de côté : responsable n° 71 du SIFA, responsable n° 72 du SIFA.",
            ],
        ),
        (
            |i| {
                let d = Arc::make_mut(valeur(&mut action(i).diplome));
                (d.libelle_court, d.rncp) = (t("C"), Absente);
            },
            vec![
                "LIBELLE_COURT_INVALIDE libelle_court_formation: Le libellé court du diplôme n° 40 a moins de 2 caractères : le compléter dans ce diplôme.",
                "RNCP_MANQUANT formation_rncp: Sans code RNCP, le tableau de bord ne montre pas la formation : le saisir dans le diplôme n° 40.",
            ],
        ),
        (
            |i| Arc::make_mut(valeur(&mut action(i).diplome)).rncp = t("RS1"),
            vec![
                "RNCP_INVALIDE formation_rncp: Le code RNCP du diplôme n° 40 est mal formé (attendu : RNCP et 2 à 5 chiffres) : le corriger dans ce diplôme.",
            ],
        ),
        (
            |i| action(i).date_fin = od("2036-08-31"),
            vec![
                "DUREE_INVALIDE duree_theorique_formation_mois: La durée de l'action n° 30 n'est pas de 1 à 48 mois : vérifier ses dates dans la fiche Action.",
            ],
        ),
        (
            |i| i.sortie_prevue = Absente,
            vec!["SORTIE_PREVUE_MANQUANTE statut_apprenant: Saisir la date de sortie prévue dans la fiche Inscrit."],
        ),
        (
            |i| (i.sortie_prevue, i.sortie_reelle, i.motif_sortie) = (Absente, od("2026-10-10"), t("Démission")),
            vec![
                "SORTIE_PREVUE_MANQUANTE statut_apprenant: L'abandon est compté sans elle, comme si elle était plus tard : saisir la date de sortie prévue dans la fiche Inscrit.",
            ],
        ),
        (
            |i| (i.sortie_reelle, i.motif_sortie) = (od("2026-10-10"), t("Diplôme obtenu")),
            vec![
                "ABANDON_DOUTEUX statut_apprenant: Un abandon est envoyé, mais le motif de sortie se lit comme une réussite. Si la formation est finie, saisir dans la fiche Inscrit une date de sortie prévue égale à la sortie réelle ; sinon, préciser le motif.",
            ],
        ),
        (
            |i| (i.sortie_reelle, i.motif_sortie) = (od("2026-08-20"), t("Désistement")),
            vec![
                "SORTIE_AVANT_ENTREE statut_apprenant: La date de sortie réelle est avant la date d'entrée : le tableau de bord affichera un abandon dès l'entrée. Vérifier ces dates dans la fiche Inscrit, et la date d'entrée au CFA dans le SIFA.",
            ],
        ),
        (
            |i| i.sortie_reelle = od("2026-08-20"),
            vec![
                "SORTIE_AVANT_ENTREE statut_apprenant: La date de sortie réelle est avant la date d'entrée : elle ne compte pas comme un abandon. Vérifier ces dates dans la fiche Inscrit, et la date d'entrée au CFA dans le SIFA.",
            ],
        ),
        (
            |i| secteur(i).code_postal = t("570"),
            vec![
                "CODE_POSTAL_INVALIDE etablissement_lieu_de_formation_code_postal: Le code postal du secteur n° 3 n'a pas 5 chiffres : le corriger dans Paramètres sociétés > Secteurs.",
            ],
        ),
        (
            |i| i.conventions.push(convention(58, "", "")),
            vec![
                "CONVENTION_SANS_DEBUT contrat_date_debut: Elle n'est pas envoyée comme contrat : saisir la date de début dans la convention n° 58.",
            ],
        ),
        (
            |i| {
                i.conventions = (1..=6)
                    .map(|id| convention(id, &format!("2026-09-0{id}"), ""))
                    .collect()
            },
            vec![
                "PLUS_DE_QUATRE_CONTRATS contrat_date_debut: 2 convention(s) plus ancienne(s) : l'API n'accepte que les quatre dernières.",
            ],
        ),
        (
            |i| {
                i.conventions[0].siret_employeur = t("123");
                i.conventions.push(Convention {
                    siret_employeur: t("73282932000075"),
                    ..convention(59, "2027-09-01", "")
                });
            },
            vec![
                "SIRET_EMPLOYEUR_INVALIDE siret_employeur: Le SIRET de l'employeur n'a pas 14 chiffres : le corriger dans la convention n° 50.",
                "SIRET_CLE_FAUSSE siret_employeur_2: Le SIRET de l'employeur est envoyé, mais sa clé est fausse : le vérifier dans la convention n° 59.",
            ],
        ),
        (
            |i| sifa(i).date_rupture_contrat = od("2026-08-15"),
            vec![
                "RUPTURE_HORS_CONTRAT contrat_date_rupture: La date de rupture saisie dans le SIFA n'est pas envoyée : aucune convention de l'inscription ne court à cette date. Le tableau de bord ne montrera pas cette rupture : la saisir dans la convention concernée, ou la corriger dans le SIFA.",
            ],
        ),
        (
            |i| {
                i.conventions[0].date_rupture = od("2026-11-23");
                i.conventions.push(convention(51, "2026-11-23", ""));
                sifa(i).date_rupture_contrat = od("2026-11-20");
            },
            vec![
                "RUPTURE_HORS_CONTRAT contrat_date_rupture: La date de rupture saisie dans le SIFA n'est pas envoyée : la convention n° 50, qui court à cette date, a une autre date de rupture. Le tableau de bord ne montrera pas cette rupture : la saisir dans la convention concernée, ou la corriger dans le SIFA.",
            ],
        ),
        (
            |i| (stagiaire(i).sexe, stagiaire(i).code_postal) = (t("Homme"), t("570")),
            vec![
                "SEXE_INVALIDE sexe_apprenant: Attendu : M ou F ; le corriger dans la fiche Stagiaire.",
                "CODE_POSTAL_INVALIDE code_postal_apprenant: Attendu : 5 chiffres ; le corriger dans la fiche Stagiaire.",
            ],
        ),
        (
            |i| (sifa(i).derniere_situation, sifa(i).dernier_organisme_uai) = (Lue(1), t("7")),
            vec![
                "DERNIERE_SITUATION_INCONNUE derniere_situation: Ce n'est pas un code de la nomenclature SIFA : le corriger dans le SIFA.",
                "DERNIER_ORGANISME_INVALIDE dernier_organisme_uai: Attendu : un UAI (7 chiffres et une lettre) ou un numéro de département ; le corriger dans le SIFA.",
            ],
        ),
    ] {
        let dossier = v3(&avec(change));
        assert_eq!(alertes_entieres(&dossier), attendues);
        assert!(dossier.envoyable());
    }
    let i = avec(|i| secteur(i).longitude = Absente);
    assert_eq!(
        alertes_entieres(&v2021(&i)),
        [
            "COORDONNEES_INVALIDES etablissement_formateur_geo_coordonnees: Saisir la latitude et la longitude du secteur n° 3 (Paramètres sociétés > Secteurs)."
        ]
    );
}

#[test]
fn warnings_of_the_uai_line() {
    use Protocole::{StatutCandidats, V3};
    for (protocole, change, attendue) in [
        (
            StatutCandidats,
            (|l| (l.uai_formateur, l.siret_formateur) = (r("faux"), r("73282932000074"))) as fn(&mut LigneUai),
            "UAI_FORMATEUR_INVALIDE uai_etablissement_formateur: Gestion des numéros UAI, ligne n° 1 : corriger l'UAI de l'établissement formateur, qui est mal formé (attendu : 7 chiffres et une lettre).",
        ),
        (
            StatutCandidats,
            |l| (l.uai_formateur, l.siret_formateur) = (r("0570044C"), r("faux")),
            "SIRET_FORMATEUR_INVALIDE siret_etablissement_formateur: Gestion des numéros UAI, ligne n° 1 : corriger le SIRET de l'établissement formateur, qui est mal formé (attendu : 14 chiffres).",
        ),
        (
            V3,
            |l| l.siret = r("73282932000075"),
            "SIRET_CLE_FAUSSE etablissement_responsable_siret: Le SIRET est envoyé, mais sa clé de contrôle est fausse : le vérifier à la ligne n° 1 de Gestion des numéros UAI.",
        ),
        (
            V3,
            |l| (l.uai_formateur, l.siret_formateur) = (r("0570044C"), r("73282932000075")),
            "SIRET_CLE_FAUSSE etablissement_formateur_siret: Le SIRET est envoyé, mais sa clé de contrôle est fausse : le vérifier à la ligne n° 1 de Gestion des numéros UAI.",
        ),
        (
            V3,
            |l| l.uai_formateur = r("0570044C"),
            "LIGNE_UAI_INCOMPLETE etablissement_formateur_uai: Gestion des numéros UAI, ligne n° 1 : l'établissement formateur n'a que l'un de ses deux numéros, et l'UAI et le SIRET du CFA sont envoyés à sa place. Saisir les deux, ou aucun.",
        ),
        (
            V3,
            |l| l.type_cfa = r("11"),
            "TYPE_CFA_INVALIDE type_cfa: Attendu : 01 à 10 ; le corriger à la ligne n° 1 de Gestion des numéros UAI.",
        ),
    ] {
        assert_eq!(alertes_entieres(&avec_ligne(protocole, change)), [attendue]);
    }
    let deux = vec![
        ligne(2, "0570033B", Some(1), Some(3)),
        ligne(1, "0570044C", Some(1), Some(3)),
    ];
    let dossier = contexte_avec(deux, |c| c.dossier(&inscription(), V3, false));
    assert_eq!(
        alertes_entieres(&dossier),
        [
            "PLUSIEURS_LIGNES_UAI etablissement_responsable_uai: Plusieurs lignes conviennent, la ligne n° 1 est prise : n'en garder qu'une dans Gestion des numéros UAI."
        ]
    );
}
