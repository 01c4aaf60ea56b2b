//! Values that nobody can read: each matters where it is used, and only there.

use super::*;

/// A value that cannot be read.
fn x<T>(entite: &'static str, colonne: &'static str) -> Lecture<T> {
    Illisible(Box::new(ValeurIllisible {
        entite,
        colonne,
        id: Some(7),
        attendu: Attendu::Texte,
    }))
}

/// What becomes of a dossier with an unreadable value: `"-"` left out for it, `""` nothing, else the fields that it loses.
fn sort(dossier: &Dossier) -> String {
    if motifs(dossier).contains(&"VALEUR_ILLISIBLE") {
        assert_eq!(
            motifs(dossier),
            ["VALEUR_ILLISIBLE"],
            "it stands for the reason of the missing field"
        );
        return "-".to_owned();
    }
    assert_eq!(motifs(dossier), Vec::<&str>::new());
    let perdus = dossier.avertissements.iter().filter(|a| a.code == "VALEUR_ILLISIBLE");
    let perdus: Vec<_> = perdus
        .inspect(|a| assert!(a.detail.contains("(n° 7)") && dossier.champ(a.champ).is_none(), "{a:?}"))
        .map(|a| a.champ)
        .collect();
    perdus.join(" ")
}

fn mineur(i: &mut Inscription) {
    stagiaire(i).date_naissance = od("2010-01-01");
    i.interlocuteurs = vec![parent(1, 1, "a@p.fr"), parent(2, 2, "b@p.fr")];
}

fn parent(id: i64, rang: i64, email: &str) -> Interlocuteur {
    Interlocuteur {
        id: Some(id),
        rang: Lue(rang),
        profil: t("PARENT"),
        email: t(email),
    }
}

fn abandon(i: &mut Inscription) {
    (i.sortie_reelle, i.motif_sortie) = (od("2026-10-10"), t("Démission"));
}

#[test]
fn a_value_that_cannot_be_read_matters_where_it_is_used() {
    const A: &str = "action_formation";
    const C: &str = "convention";
    const D: &str = "diplome";
    const I: &str = "inscription";
    const P: &str = "interlocuteur";
    const S: &str = "stagiaire";
    const F: &str = "sifa";
    let cas: Vec<(&str, Change, &str, &str)> = vec![
        ("nothing", |_| {}, "", ""),
        ("its key", |i| i.stagiaire = x(I, "stagiaire_id"), "-", "-"),
        ("nom", |i| stagiaire(i).nom = x(S, "nom"), "-", "-"),
        ("prenom", |i| stagiaire(i).prenom = x(S, "prenom"), "-", "-"),
        (
            "birth",
            |i| stagiaire(i).date_naissance = x(S, "date_naissance"),
            "-",
            "-",
        ),
        ("email", |i| stagiaire(i).email = x(S, "email"), "-", "-"),
        (
            "telephone",
            |i| stagiaire(i).telephone = x(S, "telephone"),
            "tel_apprenant",
            "tel_apprenant",
        ),
        (
            "rgpd",
            |i| stagiaire(i).ne_pas_solliciter = x(S, "ne_pas_solliciter"),
            "",
            "ne_pas_solliciter",
        ),
        ("sexe", |i| stagiaire(i).sexe = x(S, "sexe"), "sexe_apprenant", ""),
        ("rqth", |i| stagiaire(i).rqth = x(S, "rqth"), "rqth_apprenant", ""),
        // Whose e-mail goes, and where the list is read to.
        (
            "a minor's own email",
            |i| (mineur(i), stagiaire(i).email = x(S, "email")).1,
            "",
            "",
        ),
        (
            "the first parent's",
            |i| (mineur(i), i.interlocuteurs[0].email = x(P, "email")).1,
            "-",
            "-",
        ),
        (
            "the second's",
            |i| (mineur(i), i.interlocuteurs[1].email = x(P, "email")).1,
            "responsable_apprenant_mail2",
            "",
        ),
        (
            "nobody knows who is second",
            |i| (mineur(i), i.interlocuteurs[1].profil = x(P, "profil")).1,
            "responsable_apprenant_mail2",
            "",
        ),
        (
            "nobody knows who is first",
            |i| (mineur(i), i.interlocuteurs[1].rang = x(P, "rang")).1,
            "-",
            "-",
        ),
        (
            "the only one is first",
            |i| {
                mineur(i);
                i.interlocuteurs.truncate(1);
                i.interlocuteurs[0].rang = x(P, "rang");
            },
            "",
            "",
        ),
        (
            "one without an address",
            |i| {
                mineur(i);
                i.interlocuteurs.push(Interlocuteur {
                    rang: x(P, "rang"),
                    profil: x(P, "profil"),
                    ..Interlocuteur::default()
                });
            },
            "",
            "",
        ),
        (
            "an adult's parents",
            |i| {
                i.interlocuteurs = vec![Interlocuteur {
                    email: x(P, "email"),
                    ..parent(1, 1, "")
                }]
            },
            "",
            "",
        ),
        ("an adult's responsables", |i| sifa(i).id = x(F, "id"), "", ""),
        (
            "a minor's responsables",
            |i| (mineur(i), sifa(i).id = x(F, "id")).1,
            "-",
            "-",
        ),
        // The diploma.
        ("sifa.diplome", |i| sifa(i).diplome = x(F, "diplome_id"), "-", "-"),
        ("action.diplome", |i| action(i).diplome = x(A, "diplome_id"), "-", "-"),
        (
            "behind a code",
            |i| action(i).centre_interet_diplome = x(A, "centre_interet_id"),
            "",
            "",
        ),
        (
            "behind the SIFA's code",
            |i| {
                (
                    sifa(i).diplome = diplome(41, Some("50022142")),
                    action(i).diplome = x(A, "d"),
                )
                    .1
            },
            "",
            "",
        ),
        (
            "behind a blank code",
            |i| (sifa(i).diplome = diplome(41, Some(" ")), action(i).diplome = x(A, "d")).1,
            "-",
            "-",
        ),
        (
            "code",
            |i| Arc::make_mut(valeur(&mut action(i).diplome)).code = x(D, "code"),
            "-",
            "-",
        ),
        (
            "rncp",
            |i| Arc::make_mut(valeur(&mut action(i).diplome)).rncp = x(D, "rncp"),
            "formation_rncp",
            "",
        ),
        (
            "libelle_court",
            |i| Arc::make_mut(valeur(&mut action(i).diplome)).libelle_court = x(D, "libelle_court"),
            "libelle_court_formation",
            "libelle_court_formation",
        ),
        (
            "libelle",
            |i| Arc::make_mut(valeur(&mut action(i).diplome)).libelle = x(D, "libelle"),
            "",
            "libelle_long_formation",
        ),
        // The establishment.
        (
            "uai",
            |i| sifa(i).uai_etablissement = x(F, "uai_etablissement"),
            "-",
            "-",
        ),
        (
            "code postal",
            |i| secteur(i).code_postal = x("secteur", "code_postal"),
            "etablissement_lieu_de_formation_code_postal",
            "etablissement_formateur_code_postal",
        ),
        (
            "latitude",
            |i| secteur(i).latitude = x("secteur", "latitude"),
            "",
            "etablissement_formateur_geo_coordonnees",
        ),
        // Dates, and what stands before them.
        (
            "date_inscription",
            |i| i.date_inscription = x(I, "date_inscription"),
            "-",
            "",
        ),
        ("date_entree", |i| i.date_entree = x(I, "date_entree"), "-", "-"),
        (
            "behind the SIFA's",
            |i| {
                (
                    sifa(i).date_entree_cfa = od("2026-09-01"),
                    i.date_entree = x(I, "date_entree"),
                )
                    .1
            },
            "",
            "",
        ),
        (
            "date_entree_cfa",
            |i| sifa(i).date_entree_cfa = x(F, "date_entree_cfa"),
            "-",
            "-",
        ),
        ("action", |i| i.action = x(I, "action_id"), "-", "-"),
        (
            "date_debut",
            |i| action(i).date_debut = x(A, "date_debut"),
            "annee_formation duree_theorique_formation_mois",
            "periode_formation annee_formation",
        ),
        (
            "date_fin",
            |i| action(i).date_fin = x(A, "date_fin"),
            "duree_theorique_formation_mois",
            "periode_formation",
        ),
        (
            "an apprentice's group",
            |i| i.date_entree_groupe = x(I, "date_entree_groupe"),
            "",
            "",
        ),
        (
            "an inscrit's group",
            |i| (i.conventions.clear(), i.date_entree_groupe = x(I, "date_entree_groupe")).1,
            "date_metier_mise_a_jour_statut",
            "-",
        ),
        // What decides the statut, and the scope.
        ("sortie_prevue", |i| i.sortie_prevue = x(I, "sortie_prevue"), "-", "-"),
        ("sortie_reelle", |i| i.sortie_reelle = x(I, "sortie_reelle"), "-", "-"),
        (
            "a motif without an exit",
            |i| i.motif_sortie = x(I, "motif_sortie"),
            "",
            "",
        ),
        (
            "a motif of an exit",
            |i| (abandon(i), i.motif_sortie = x(I, "motif_sortie")).1,
            "-",
            "-",
        ),
        (
            "a motif of the planned exit",
            |i| (i.sortie_reelle = i.sortie_prevue.clone(), i.motif_sortie = x(I, "m")).1,
            "",
            "contrat_date_rupture",
        ),
        (
            "sans_contrat_initial",
            |i| sifa(i).sans_contrat_initial = x(F, "sans_contrat_initial"),
            "-",
            "-",
        ),
        (
            "without a convention",
            |i| (i.conventions.clear(), sifa(i).sans_contrat_initial = x(F, "s")).1,
            "",
            "",
        ),
        (
            "of an abandon",
            |i| (abandon(i), sifa(i).sans_contrat_initial = x(F, "s")).1,
            "",
            "",
        ),
        // Contracts.
        (
            "contract's end",
            |i| i.conventions[0].date_fin = x(C, "date_fin"),
            "contrat_date_fin",
            "",
        ),
        (
            "contract's start",
            |i| i.conventions[0].date_debut = x(C, "date_debut"),
            "contrat_date_debut",
            "",
        ),
        (
            "its cause",
            |i| i.conventions[0].cause_rupture = x(C, "cause_rupture"),
            "cause_rupture_contrat",
            "",
        ),
        (
            "its employer",
            |i| i.conventions[0].siret_employeur = x(C, "siret_employeur"),
            "siret_employeur",
            "",
        ),
        (
            "its rupture",
            |i| i.conventions[0].date_rupture = x(C, "date_rupture"),
            "contrat_date_rupture",
            "",
        ),
        // The SIFA's others.
        ("ine", |i| sifa(i).ine = x(F, "ine"), "ine_apprenant", "ine_apprenant"),
        (
            "situation",
            |i| sifa(i).derniere_situation = x(F, "derniere_situation"),
            "derniere_situation",
            "",
        ),
        (
            "organisme",
            |i| sifa(i).dernier_organisme_uai = x(F, "dernier_organisme_uai"),
            "dernier_organisme_uai",
            "",
        ),
    ];
    for (nom, change, en_v3, en_2021) in cas {
        let i = avec(change);
        assert_eq!(sort(&v3(&i)), en_v3, "{nom}, v3");
        assert_eq!(sort(&v2021(&i)), en_2021, "{nom}, 2021");
    }
}

#[test]
fn what_an_optional_field_would_say_is_nothing_without_it() {
    let i = avec(|i| sifa(i).derniere_situation = x("sifa", "derniere_situation"));
    let dossier = contexte_avec(lignes(), |c| c.dossier(&i, Protocole::V3, false));
    assert_eq!((motifs(&dossier), alertes(&dossier)), (vec![], vec![]));
}

#[test]
fn whoever_may_be_in_scope_is_told_of_and_whoever_cannot_be_is_not() {
    let dedans = |change: Change| contexte_avec(lignes(), |c| c.dans_le_perimetre(&avec(change)));
    assert!(dedans(|i| i.date_entree = x("inscription", "date_entree")));
    assert!(dedans(|i| i.sortie_reelle = x("inscription", "sortie_reelle")));
    assert!(!dedans(
        |i| (i.date_entree, i.sortie_reelle) = (x("inscription", "date_entree"), od("2026-07-31"))
    ));
    assert!(!dedans(
        |i| (i.date_entree, i.sortie_reelle) = (od("2027-08-01"), x("inscription", "sortie_reelle"))
    ));
}
