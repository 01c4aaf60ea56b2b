//! What people type and paste into any text column.

use super::*;

type Colonne = fn(&mut Inscription) -> &mut Lecture<String>;

/// Every text column that the rules read.
const COLONNES: [(&str, Colonne); 21] = [
    ("stagiaire.nom", |i| &mut stagiaire(i).nom),
    ("stagiaire.prenom", |i| &mut stagiaire(i).prenom),
    ("stagiaire.email", |i| &mut stagiaire(i).email),
    ("stagiaire.telephone", |i| &mut stagiaire(i).telephone),
    ("stagiaire.sexe", |i| &mut stagiaire(i).sexe),
    ("stagiaire.adresse", |i| &mut stagiaire(i).adresse),
    ("stagiaire.code_postal", |i| &mut stagiaire(i).code_postal),
    ("inscription.motif_sortie", |i| &mut i.motif_sortie),
    ("secteur.code_postal", |i| &mut secteur(i).code_postal),
    ("sifa.ine", |i| &mut sifa(i).ine),
    ("sifa.uai_etablissement", |i| &mut sifa(i).uai_etablissement),
    ("sifa.dernier_organisme_uai", |i| &mut sifa(i).dernier_organisme_uai),
    ("sifa_responsable.email", |i| &mut sifa(i).responsables[0].email),
    ("interlocuteur.profil", |i| &mut i.interlocuteurs[0].profil),
    ("interlocuteur.email", |i| &mut i.interlocuteurs[0].email),
    ("convention.cause_rupture", |i| &mut i.conventions[0].cause_rupture),
    ("convention.siret_employeur", |i| &mut i.conventions[0].siret_employeur),
    ("diplome.libelle", |i| &mut diplome_du_sifa(i).libelle),
    ("diplome.libelle_court", |i| &mut diplome_du_sifa(i).libelle_court),
    ("diplome.code", |i| &mut diplome_du_sifa(i).code),
    ("diplome.rncp", |i| &mut diplome_du_sifa(i).rncp),
];

fn diplome_du_sifa(i: &mut Inscription) -> &mut Diplome {
    Arc::make_mut(valeur(&mut sifa(i).diplome))
}

/// Every text column filled, for an adult, a minor with responsables in the SIFA, and one with a PARENT only.
fn situations() -> Vec<Inscription> {
    let base = avec(|i| {
        i.motif_sortie = t("Démission");
        i.sortie_reelle = od("2026-11-02");
        let s = stagiaire(i);
        (s.sexe, s.adresse, s.code_postal) = (t("F"), t("1 rue X"), t("57070"));
        i.conventions[0].cause_rupture = t("Faute");
        i.interlocuteurs = vec![Interlocuteur {
            id: Some(81),
            rang: Lue(1),
            profil: t("PARENT"),
            email: t("parent@exemple.fr"),
        }];
        let s = sifa(i);
        s.ine = t("1234567890F");
        s.diplome = diplome(41, Some("40022141"));
        s.uai_etablissement = t("0570033B");
        s.dernier_organisme_uai = t("057");
        s.responsables = vec![Responsable {
            id: Some(71),
            rang: Lue(1),
            email: t("mere@exemple.fr"),
        }];
    });
    let mut mineur = base.clone();
    stagiaire(&mut mineur).date_naissance = od("2010-01-01");
    let mut avec_parent = mineur.clone();
    sifa(&mut avec_parent).responsables[0].email = Absente;
    vec![base, mineur, avec_parent]
}

/// All that is told of an inscription, in all forms.
fn tout(liste: &ListeUai, inscription: &Inscription) -> String {
    let contexte = Contexte {
        run_date: d("2026-11-23"),
        lignes_uai: liste,
    };
    let formes = [(Protocole::V3, true), (Protocole::StatutCandidats, false)];
    format!("{:?}", formes.map(|(p, sifa)| contexte.dossier(inscription, p, sifa)))
}

#[test]
fn a_character_that_nobody_sees_changes_nothing_in_any_text_column() {
    // One of each block: which characters they are is tested where they are removed.
    let invisibles = "\u{AD}\u{600}\u{61C}\u{6DD}\u{70F}\u{890}\u{8E2}\u{180E}\u{200B}\u{200D}\u{200E}\u{202E}\u{2060}\u{2066}\
                      \u{206F}\u{FEFF}\u{FFF9}\u{FFFE}\u{FFFF}\u{110BD}\u{110CD}\u{13430}\u{1BCA0}\u{1D173}\u{E0001}\u{E0061}\
                      \u{0}\u{7}\u{7F}\u{85}";
    let liste = ListeUai::new(lignes());
    let mut changees = std::collections::BTreeSet::new();
    for situation in situations() {
        let attendu = tout(&liste, &situation);
        for (nom, colonne) in COLONNES {
            let avec_valeur = |valeur: Lecture<String>| {
                let mut i = situation.clone();
                *colonne(&mut i) = valeur;
                tout(&liste, &i)
            };
            let Lue(saisie) = colonne(&mut situation.clone()).clone() else {
                continue;
            };
            let absente = avec_valeur(Absente);
            if absente != attendu {
                changees.insert(nom);
            }
            for invisible in invisibles.chars() {
                let milieu = saisie.char_indices().nth(1).map_or(saisie.len(), |(place, _)| place);
                for place in [0, milieu, saisie.len()] {
                    let mut collee = saisie.clone();
                    collee.insert(place, invisible);
                    assert_eq!(avec_valeur(Lue(collee)), attendu, "{nom} {invisible:?} {place}");
                }
                assert_eq!(avec_valeur(Lue(invisible.to_string())), absente, "{nom} {invisible:?}");
            }
        }
    }
    assert_eq!(
        changees,
        COLONNES.map(|(nom, _)| nom).into(),
        "columns that decide nothing here prove nothing"
    );
}
