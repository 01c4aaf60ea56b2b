//! The options of a sector: who is sent although the guide leaves him out.

use super::*;

#[test]
fn a_reason_that_the_sector_waives_is_a_warning_and_the_field_is_left_out() {
    let email = Options {
        sans_email: true,
        ..Options::default()
    };
    let code = Options {
        sans_code_diplome: true,
        ..Options::default()
    };
    let illisible = |entite, colonne| {
        Lecture::Illisible(Box::new(ValeurIllisible {
            entite,
            colonne,
            id: Some(1),
            attendu: Attendu::Texte,
        }))
    };
    for (options, motif, champ, changes) in [
        (
            email,
            "EMAIL_CONTACT_MANQUANT",
            "email_contact",
            [Absente, t("pas une adresse"), illisible("stagiaire", "email")],
        ),
        (
            code,
            "CODE_DIPLOME_MANQUANT",
            "formation_cfd",
            [Absente, t("1022141"), illisible("diplome", "code")],
        ),
    ] {
        for valeur in changes {
            let lisible = !matches!(valeur, Illisible(_));
            let i = avec(|i| match motif {
                "EMAIL_CONTACT_MANQUANT" => stagiaire(i).email = valeur,
                _ => match &mut action(i).diplome {
                    Lue(diplome) => Arc::make_mut(diplome).code = valeur,
                    _ => unreachable!("it has one"),
                },
            });
            let dossier = |protocole, options| contexte_avec(lignes(), |c| c.dossier(&i, protocole, options));
            let envoye = dossier(Protocole::V3, options);
            assert_eq!((motifs(&envoye), alertes(&envoye)), (vec![], vec![motif]));
            assert_eq!((envoye.champ(champ), envoye.avertissements[0].champ), (None, champ));
            assert!(!envoye.avertissements[0].detail.is_empty());
            // Neither the other option nor the protocol of 2021 changes anything.
            let autre = if options == email { code } else { email };
            let retenu = if lisible { motif } else { "VALEUR_ILLISIBLE" };
            assert_eq!(motifs(&dossier(Protocole::V3, autre)), [retenu]);
            assert_eq!(motifs(&dossier(Protocole::StatutCandidats, options)), [retenu]);
        }
    }
    // The other reasons stay.
    let i = avec(|i| stagiaire(i).nom = Absente);
    let toutes = Options {
        donnees_sifa: true,
        sans_email: true,
        sans_code_diplome: true,
    };
    assert_eq!(
        motifs(&contexte_avec(lignes(), |c| c.dossier(&i, Protocole::V3, toutes))),
        ["NOM_MANQUANT"]
    );
}
