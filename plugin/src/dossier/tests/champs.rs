//! The document's tables of fields: each field's value and the screen it comes from, with a SIFA filled and without.

use super::*;

/// A minor who left; `avec_sifa` fills every field of a SIFA.
fn jeune(avec_sifa: bool) -> Inscription {
    avec(|i| {
        stagiaire(i).date_naissance = od("2010-01-01");
        (i.sortie_reelle, i.motif_sortie) = (od("2026-11-02"), t("Démission"));
        i.interlocuteurs = vec![Interlocuteur {
            id: Some(81),
            rang: Lue(1),
            profil: t("PARENT"),
            email: t("parent@exemple.fr"),
        }];
        i.conventions[0].date_fin = od("2027-08-31");
        i.conventions[0].cause_rupture = t("Faute");
        let s = stagiaire(i);
        (s.sexe, s.adresse, s.code_postal, s.rqth) = (t("f"), t("1 rue X"), t("57070"), Lue(true));
        i.sifa = avec_sifa.then(|| Sifa {
            id: Lue(60),
            ine: t("1234567890f"),
            diplome: diplome(41, Some("4002214b")),
            uai_etablissement: t("057 0044 c"),
            date_entree_cfa: od("2026-09-02"),
            date_rupture_contrat: od("2026-10-30"),
            sans_contrat_initial: Lue(false),
            derniere_situation: Lue(1003),
            dernier_organisme_uai: t("057"),
            responsables: [(71, "mere@exemple.fr"), (72, "pere@exemple.fr")]
                .map(|(id, email)| Responsable {
                    id: Some(id),
                    rang: Lue(id),
                    email: t(email),
                })
                .to_vec(),
        });
    })
}

/// A line of the CFA's own sector, and one of another whose training site is elsewhere.
fn deux_lignes() -> Vec<LigneUai> {
    let autre = LigneUai {
        siret: r("356 000 000 00048"),
        uai_formateur: r("0570055D"),
        siret_formateur: r("35600000049837"),
        type_cfa: r("9"),
        ..ligne(2, "0570044C", Some(8), None)
    };
    vec![ligne(1, "0570033B", Some(1), Some(3)), autre]
}

/// The document's table: a field, then its value and provenance with a SIFA, and without.
type Table<'a> = &'a [(&'a str, (&'a str, Option<Provenance>), (&'a str, Option<Provenance>))];

fn verifie(protocole: Protocole, table: Table<'_>) {
    for avec_sifa in [true, false] {
        let dossier = contexte_avec(deux_lignes(), |c| c.dossier(&jeune(avec_sifa), protocole, true));
        assert_eq!(motifs(&dossier), Vec::<&str>::new());
        for (champ, rempli, vide) in table {
            let (valeur, provenance) = if avec_sifa { rempli } else { vide };
            let attendu = ((*valeur).to_owned(), *provenance);
            assert_eq!(de(&dossier, champ), attendu, "{champ}, SIFA: {avec_sifa}");
        }
        let noms: Vec<_> = table.iter().map(|(champ, ..)| *champ).collect();
        let autres = dossier.champs.iter().find(|c| !noms.contains(&c.nom));
        assert_eq!(autres, None, "in no line of the table");
    }
}

#[test]
fn fields_of_2021() {
    use Provenance as P;
    let absent = ("", None);
    let meme = |valeur, provenance| ((valeur, Some(provenance)), (valeur, Some(provenance)));
    let ligne = |champ, (rempli, vide)| (champ, rempli, vide);
    let noms = colonnes(Protocole::StatutCandidats, false).iter().map(|c| c.nom);
    let table = [
        ligne("id_erp_apprenant", meme("20", P::Stagiaire)),
        ("ine_apprenant", ("1234567890F", Some(P::Sifa)), absent),
        ligne("nom_apprenant", meme("Lenôtre", P::Stagiaire)),
        ligne("prenom_apprenant", meme("Gaston", P::Stagiaire)),
        ligne("ne_pas_solliciter", meme("false", P::Stagiaire)),
        (
            "email_contact",
            ("mere@exemple.fr", Some(P::Sifa)),
            ("parent@exemple.fr", Some(P::Stagiaire)),
        ),
        ligne("tel_apprenant", meme("0612345678", P::Stagiaire)),
        ligne("date_de_naissance_apprenant", meme("2010-01-01", P::Stagiaire)),
        (
            "id_formation",
            ("4002214B", Some(P::Sifa)),
            ("50022141", Some(P::Action)),
        ),
        (
            "libelle_court_formation",
            ("COURT 41", Some(P::Sifa)),
            ("COURT 40", Some(P::Action)),
        ),
        (
            "libelle_long_formation",
            ("Libellé 41", Some(P::Sifa)),
            ("Libellé 40", Some(P::Action)),
        ),
        (
            "uai_etablissement",
            ("0570044C", Some(P::Sifa)),
            ("0570033B", Some(P::ListeUai)),
        ),
        (
            "uai_etablissement_formateur",
            ("0570055D", Some(P::ListeUai)),
            ("0570033B", Some(P::ListeUai)),
        ),
        (
            "nom_etablissement",
            ("CFA 2", Some(P::ListeUai)),
            ("CFA 1", Some(P::ListeUai)),
        ),
        (
            "siret_etablissement",
            ("35600000000048", Some(P::ListeUai)),
            ("73282932000074", Some(P::ListeUai)),
        ),
        (
            "siret_etablissement_formateur",
            ("35600000049837", Some(P::ListeUai)),
            ("73282932000074", Some(P::ListeUai)),
        ),
        ligne(
            "etablissement_formateur_geo_coordonnees",
            meme("49.12,6.177", P::Secteur),
        ),
        ligne("etablissement_formateur_code_postal", meme("57000", P::Secteur)),
        (
            "contrat_date_debut",
            ("2026-09-02", Some(P::Sifa)),
            ("2026-09-01", Some(P::Inscrit)),
        ),
        ligne("contrat_date_fin", meme("2028-08-31", P::Inscrit)),
        (
            "contrat_date_rupture",
            ("2026-10-30", Some(P::Sifa)),
            ("2026-11-02", Some(P::Inscrit)),
        ),
        ligne("statut_apprenant", meme("0", P::Calcul)),
        ligne("date_metier_mise_a_jour_statut", meme("2026-11-02", P::Inscrit)),
        ligne("periode_formation", meme("2026-2028", P::Calcul)),
        ligne("annee_formation", meme("1", P::Calcul)),
        ligne("annee_scolaire", meme("2026-2027", P::Calcul)),
    ];
    assert!(noms.eq(table.iter().map(|(champ, ..)| *champ)), "the document's order");
    verifie(Protocole::StatutCandidats, &table);
}

#[test]
fn fields_of_v3() {
    use Provenance as P;
    let absent = ("", None);
    let meme = |champ, valeur, provenance| (champ, (valeur, Some(provenance)), (valeur, Some(provenance)));
    let rien = |champ| (champ, absent, absent);
    let noms = colonnes(Protocole::V3, true).iter().map(|c| c.nom);
    let table = [
        meme("nom_apprenant", "Lenôtre", P::Stagiaire),
        meme("prenom_apprenant", "Gaston", P::Stagiaire),
        meme("date_de_naissance_apprenant", "2010-01-01", P::Stagiaire),
        meme("annee_scolaire", "2026-2027", P::Calcul),
        meme("id_erp_apprenant", "20", P::Stagiaire),
        ("ine_apprenant", ("1234567890F", Some(P::Sifa)), absent),
        (
            "email_contact",
            ("mere@exemple.fr", Some(P::Sifa)),
            ("parent@exemple.fr", Some(P::Stagiaire)),
        ),
        meme("tel_apprenant", "0612345678", P::Stagiaire),
        (
            "libelle_court_formation",
            ("COURT 41", Some(P::Sifa)),
            ("COURT 40", Some(P::Action)),
        ),
        meme("annee_formation", "1", P::Calcul),
        meme("statut_apprenant", "0", P::Calcul),
        meme("date_metier_mise_a_jour_statut", "2026-11-02", P::Inscrit),
        (
            "formation_cfd",
            ("4002214B", Some(P::Sifa)),
            ("50022141", Some(P::Action)),
        ),
        (
            "formation_rncp",
            ("RNCP35316", Some(P::Sifa)),
            ("RNCP35316", Some(P::Action)),
        ),
        meme("date_inscription_formation", "2026-06-01", P::Inscrit),
        (
            "date_entree_formation",
            ("2026-09-02", Some(P::Sifa)),
            ("2026-09-01", Some(P::Inscrit)),
        ),
        meme("date_fin_formation", "2028-08-31", P::Inscrit),
        meme("date_exclusion_formation", "2026-11-02", P::Inscrit),
        meme("cause_exclusion_formation", "Démission", P::Inscrit),
        meme("duree_theorique_formation_mois", "24", P::Calcul),
        (
            "etablissement_responsable_uai",
            ("0570044C", Some(P::Sifa)),
            ("0570033B", Some(P::ListeUai)),
        ),
        (
            "etablissement_responsable_siret",
            ("35600000000048", Some(P::ListeUai)),
            ("73282932000074", Some(P::ListeUai)),
        ),
        (
            "etablissement_formateur_uai",
            ("0570055D", Some(P::ListeUai)),
            ("0570033B", Some(P::ListeUai)),
        ),
        (
            "etablissement_formateur_siret",
            ("35600000049837", Some(P::ListeUai)),
            ("73282932000074", Some(P::ListeUai)),
        ),
        meme("etablissement_lieu_de_formation_code_postal", "57000", P::Secteur),
        meme("contrat_date_debut", "2026-09-01", P::Convention),
        meme("contrat_date_fin", "2027-08-31", P::Convention),
        (
            "contrat_date_rupture",
            ("2026-10-30", Some(P::Sifa)),
            ("2026-11-02", Some(P::Inscrit)),
        ),
        meme("cause_rupture_contrat", "Faute", P::Convention),
        meme("siret_employeur", "73282932000074", P::Convention),
        rien("contrat_date_debut_2"),
        rien("contrat_date_fin_2"),
        rien("contrat_date_rupture_2"),
        rien("cause_rupture_contrat_2"),
        rien("siret_employeur_2"),
        rien("contrat_date_debut_3"),
        rien("contrat_date_fin_3"),
        rien("contrat_date_rupture_3"),
        rien("cause_rupture_contrat_3"),
        rien("siret_employeur_3"),
        rien("contrat_date_debut_4"),
        rien("contrat_date_fin_4"),
        rien("contrat_date_rupture_4"),
        rien("cause_rupture_contrat_4"),
        rien("siret_employeur_4"),
        (
            "responsable_apprenant_mail1",
            ("mere@exemple.fr", Some(P::Sifa)),
            ("parent@exemple.fr", Some(P::Stagiaire)),
        ),
        (
            "responsable_apprenant_mail2",
            ("pere@exemple.fr", Some(P::Sifa)),
            absent,
        ),
        // The option *données SIFA*.
        meme("sexe_apprenant", "F", P::Stagiaire),
        meme("adresse_apprenant", "1 rue X", P::Stagiaire),
        meme("code_postal_apprenant", "57070", P::Stagiaire),
        meme("rqth_apprenant", "true", P::Stagiaire),
        ("derniere_situation", ("1003", Some(P::Sifa)), absent),
        ("dernier_organisme_uai", ("057", Some(P::Sifa)), absent),
        ("type_cfa", ("09", Some(P::ListeUai)), absent),
    ];
    assert!(noms.eq(table.iter().map(|(champ, ..)| *champ)), "the document's order");
    verifie(Protocole::V3, &table);
}

#[test]
fn four_contracts() {
    let i = avec(|i| {
        i.conventions = (1..=4)
            .map(|rang| Convention {
                id: Some(rang),
                date_debut: od(&format!("2026-0{rang}-01")),
                date_fin: od(&format!("2026-0{rang}-20")),
                date_rupture: od(&format!("2026-0{rang}-10")),
                cause_rupture: t(&format!("cause {rang}")),
                siret_employeur: t(&format!("3560000000000{}", 3 + rang)),
            })
            .collect();
    });
    let dossier = v3(&i);
    for (rang, suffixe) in [(1, ""), (2, "_2"), (3, "_3"), (4, "_4")] {
        for (champ, attendu) in [
            ("contrat_date_debut", format!("2026-0{rang}-01")),
            ("contrat_date_fin", format!("2026-0{rang}-20")),
            ("contrat_date_rupture", format!("2026-0{rang}-10")),
            ("cause_rupture_contrat", format!("cause {rang}")),
            ("siret_employeur", format!("3560000000000{}", 3 + rang)),
        ] {
            let convention = Some(Provenance::Convention);
            assert_eq!(
                de(&dossier, &format!("{champ}{suffixe}")),
                (attendu, convention),
                "{champ}{suffixe}"
            );
        }
    }
}
