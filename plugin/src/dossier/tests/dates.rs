//! Dates that stand for "no date", and dates that nobody can mean, in every date column.

use super::*;

type Colonne = fn(&mut Inscription) -> &mut Lecture<NaiveDate>;

/// Every date column; whether a rule of v3, and of 2021, reads it; what its warning calls it.
const COLONNES: [(Colonne, bool, bool, &str); 13] = [
    (|i| &mut stagiaire(i).date_naissance, true, true, "date de naissance"),
    (|i| &mut i.date_inscription, true, false, "date d'inscription"),
    (|i| &mut i.date_entree, true, true, "date d'entrée"),
    (
        |i| &mut i.date_entree_groupe,
        true,
        true,
        "date d'entrée dans le groupe",
    ),
    (|i| &mut i.sortie_prevue, true, true, "date de sortie prévue"),
    (|i| &mut i.sortie_reelle, true, true, "date de sortie réelle"),
    (|i| &mut action(i).date_debut, true, true, "date de début"),
    (|i| &mut action(i).date_fin, true, true, "date de fin"),
    (|i| &mut sifa(i).date_entree_cfa, true, true, "date d'entrée au CFA"),
    (
        |i| &mut sifa(i).date_rupture_contrat,
        true,
        true,
        "date de rupture du contrat",
    ),
    (|i| &mut i.conventions[0].date_debut, true, false, "date de début"),
    (|i| &mut i.conventions[0].date_fin, true, false, "date de fin"),
    (|i| &mut i.conventions[0].date_rupture, true, false, "date de rupture"),
];

const FICTIVES: [&str; 11] = [
    "0001-01-01",
    "0001-12-31",
    "1753-01-01",
    "1899-12-30",
    "1899-12-31",
    "1900-01-01",
    "1900-12-31",
    "2079-06-06",
    "2079-06-07",
    "2999-12-31",
    "9999-12-31",
];

/// An apprentice, an inscrit, a minor, one who left: what each column decides differs.
fn situations() -> Vec<Inscription> {
    vec![
        inscription(),
        avec(|i| i.conventions[0].date_debut = Absente),
        avec(|i| sifa(i).date_entree_cfa = od("2026-09-02")),
        avec(|i| sifa(i).sans_contrat_initial = Lue(true)),
        avec(|i| stagiaire(i).date_naissance = od("2010-05-12")),
        avec(|i| (i.sortie_reelle, i.motif_sortie) = (od("2026-10-10"), t("Démission"))),
        avec(|i| (i.date_entree, i.sortie_prevue, i.date_inscription) = (Absente, Absente, Absente)),
        avec(|i| i.motif_sortie = t("Démission")),
    ]
}

/// What is told of an inscription but for the dates that nobody can mean, and how often it is told of those.
fn dossiers(inscription: &Inscription) -> (String, [Vec<Avertissement>; 2]) {
    let invraisemblables = |dossier: &mut Dossier| {
        let (dates, autres) = std::mem::take(&mut dossier.avertissements)
            .into_iter()
            .partition(|a| a.code == "DATE_INVRAISEMBLABLE");
        dossier.avertissements = autres;
        for date in &dates {
            // The reason that the absence gives repeats it.
            for motif in &mut dossier.motifs {
                motif.detail = motif
                    .detail
                    .replace(&format!(" {}", Avertissement::clone(date).detail), "");
            }
        }
        dates
    };
    let (mut en_v3, mut en_2021) = (v3(inscription), v2021(inscription));
    let dates = [invraisemblables(&mut en_v3), invraisemblables(&mut en_2021)];
    let dedans = contexte_avec(lignes(), |c| c.dans_le_perimetre(inscription));
    (format!("{dedans} {en_v3:?} {en_2021:?}"), dates)
}

#[test]
fn a_date_that_stands_for_none_is_absent_without_a_word_in_every_column() {
    for (colonne, _, _, nom) in COLONNES {
        for mut situation in situations() {
            *colonne(&mut situation) = Absente;
            let (attendu, _) = dossiers(&situation);
            for fictive in FICTIVES {
                *colonne(&mut situation) = od(fictive);
                let (obtenu, dates) = dossiers(&situation);
                assert_eq!(obtenu, attendu, "{nom} {fictive}");
                assert_eq!(dates, [vec![], vec![]], "{nom} {fictive}");
            }
        }
    }
}

#[test]
fn a_date_that_nobody_can_mean_is_absent_and_told_where_a_rule_of_the_protocol_reads_it() {
    for (rang, (colonne, en_v3, en_2021, nom)) in COLONNES.into_iter().enumerate() {
        // 2026-11-23 − 15 and + 10 years; a birth date over 80 and under 10 years before.
        let (impossibles, possibles) = match rang {
            0 => (
                ["1901-01-01", "1945-11-23", "2016-11-24", "2026-11-24"],
                ["1945-11-24", "2016-11-23"],
            ),
            _ => (
                ["0028-08-31", "1926-09-01", "2010-12-31", "2037-01-01"],
                ["2011-01-01", "2036-12-31"],
            ),
        };
        for mut situation in situations() {
            *colonne(&mut situation) = Absente;
            let (attendu, _) = dossiers(&situation);
            for impossible in impossibles {
                *colonne(&mut situation) = od(impossible);
                let (obtenu, dates) = dossiers(&situation);
                assert_eq!(obtenu, attendu, "{nom} {impossible}");
                let dite = d(impossible).format("%d/%m/%Y").to_string();
                for (dates, lue) in dates.iter().zip([en_v3, en_2021]) {
                    assert_eq!(dates.len(), usize::from(lue), "{nom} {impossible}: {dates:?}");
                    assert!(
                        dates.iter().all(|a| a.detail.contains(nom) && a.detail.contains(&dite)),
                        "{dates:?}"
                    );
                }
            }
            for possible in possibles {
                *colonne(&mut situation) = od(possible);
                assert_eq!(dossiers(&situation).1, [vec![], vec![]], "{nom} {possible}");
            }
        }
    }
}

#[test]
fn the_days_around_those_that_stand_for_none_are_days() {
    for jour in [
        "1752-12-31",
        "1753-01-02",
        "1899-12-29",
        "1901-01-01",
        "0002-01-01",
        "2079-06-05",
    ] {
        assert!(!est_fictive(d(jour)), "{jour}");
    }
}

#[test]
fn the_reason_for_a_missing_date_names_the_one_that_nobody_can_mean() {
    let i = avec(|i| {
        stagiaire(i).date_naissance = od("2020-03-14");
        i.sortie_prevue = od("2048-08-31");
        action(i).date_fin = Absente;
        i.conventions[0].date_fin = od("2048-08-30");
    });
    let dossier = v3(&i);
    assert_eq!(
        motifs(&dossier),
        ["DATE_NAISSANCE_MANQUANTE", "DATES_FORMATION_MANQUANTES"]
    );
    assert_eq!(
        dossier.motifs[0].detail,
        "Saisir la date de naissance dans la fiche Stagiaire. La date de naissance 14/03/2020 est invraisemblable et compte comme \
         absente : la corriger dans la fiche Stagiaire."
    );
    assert!(dossier.motifs[1].detail.contains("31/08/2048") && !dossier.motifs[1].detail.contains("30/08/2048"));
    let textes: Vec<_> = dossier
        .avertissements
        .iter()
        .map(|a| (a.champ, a.detail.as_str()))
        .collect();
    assert!(
        textes.contains(&(
            "contrat_date_fin",
            "La date de fin 30/08/2048 est invraisemblable et compte comme absente : la corriger dans la convention n° 50."
        )),
        "{textes:?}"
    );
}
