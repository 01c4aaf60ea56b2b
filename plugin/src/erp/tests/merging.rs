//! Order and merge against a naive join in memory, on generated data.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::base::{Base, read};
use crate::bases::{Product, on_each};
use crate::database::Param;
use crate::dossier::records::{Inscription, Lecture};
use crate::erp::sql::Part;

/// Rows as (id, foreign key); keys may lead nowhere.
#[derive(Debug, Clone)]
struct Data {
    stagiaires: Vec<i64>,
    inscriptions: Vec<(i64, Option<i64>, i64, bool)>,
    conventions: Vec<(i64, i64)>,
    interlocuteurs: Vec<(i64, i64)>,
    sifas: Vec<(i64, i64)>,
    responsables: Vec<(i64, i64)>,
}

fn ids(most: i64) -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::btree_set(1..most, 0..60).prop_map(|set| set.into_iter().collect())
}

fn keyed(to: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
    proptest::collection::btree_map(1..400_i64, 1..to, 0..80).prop_map(|map| map.into_iter().collect())
}

fn data() -> impl Strategy<Value = Data> {
    let inscription = (
        proptest::option::weighted(0.85, 1..70_i64),
        1..4_i64,
        proptest::bool::weighted(0.8),
    );
    let inscriptions = proptest::collection::btree_map(1..120_i64, inscription, 0..90);
    (ids(60), inscriptions, keyed(130), keyed(70), keyed(130), keyed(400)).prop_map(
        |(stagiaires, inscriptions, conventions, interlocuteurs, sifas, responsables)| {
            let mut seen = std::collections::BTreeSet::new();
            Data {
                stagiaires,
                inscriptions: inscriptions
                    .into_iter()
                    .map(|(id, (s, secteur, a))| (id, s, secteur, a))
                    .collect(),
                conventions,
                interlocuteurs,
                sifas: sifas
                    .into_iter()
                    .filter(|(_, inscription)| seen.insert(*inscription))
                    .collect(),
                responsables,
            }
        },
    )
}

/// Replaces all rows.
fn fill(base: &Base, data: &Data) {
    for table in [
        "stagiaire",
        "inscription",
        "convention",
        "interlocuteur",
        "sifa",
        "sifa_responsable",
    ] {
        base.run(&format!("DELETE FROM {table}"));
    }
    let pairs = |rows: &[(i64, i64)]| -> Vec<Vec<Param>> {
        rows.iter()
            .map(|(id, key)| vec![Param::from(*id), Param::from(*key)])
            .collect()
    };
    let stagiaires: Vec<Vec<Param>> = data.stagiaires.iter().map(|id| vec![Param::from(*id)]).collect();
    let inscriptions: Vec<Vec<Param>> = data
        .inscriptions
        .iter()
        .map(|(id, s, secteur, a)| vec![(*id).into(), (*s).into(), (*secteur).into(), i64::from(*a).into()])
        .collect();
    base.many("stagiaire (id)", &stagiaires);
    base.many(
        "inscription (id, stagiaire_id, secteur_id, apprentissage)",
        &inscriptions,
    );
    base.many("convention (id, inscription_id)", &pairs(&data.conventions));
    base.many("interlocuteur (id, stagiaire_id)", &pairs(&data.interlocuteurs));
    base.many("sifa (id, inscription_id)", &pairs(&data.sifas));
    base.many("sifa_responsable (id, sifa_id)", &pairs(&data.responsables));
}

fn of(rows: &[(i64, i64)], key: Option<i64>) -> Vec<i64> {
    rows.iter()
        .filter(|(_, k)| Some(*k) == key)
        .map(|(id, _)| *id)
        .collect()
}

/// One line an inscription: everything that the merge decides.
fn naive(data: &Data) -> String {
    let mut rows: Vec<_> = data
        .inscriptions
        .iter()
        .filter(|(_, _, secteur, apprentissage)| *apprentissage && *secteur <= 2)
        .map(|(id, s, secteur, _)| (s.filter(|s| data.stagiaires.contains(s)), *id, *secteur))
        .collect();
    rows.sort_unstable();
    let mut shown = String::new();
    for (stagiaire, id, secteur) in rows {
        let sifa = of(&data.sifas, Some(id)).first().copied();
        writeln!(
            shown,
            "{stagiaire:?} {id} {secteur} {sifa:?} {:?} {:?} {:?}",
            of(&data.conventions, Some(id)),
            of(&data.interlocuteurs, stagiaire),
            of(&data.responsables, sifa),
        )
        .unwrap();
    }
    shown
}

fn shown(inscriptions: &[Inscription]) -> String {
    let mut shown = String::new();
    for i in inscriptions {
        let responsables = i.sifa.iter().flat_map(|sifa| &sifa.responsables);
        writeln!(
            shown,
            "{:?} {} {} {:?} {:?} {:?} {:?}",
            i.stagiaire.valeur().map(|s| s.id),
            i.id,
            i.secteur.id,
            i.sifa.as_ref().and_then(|sifa| sifa.id.valeur().copied()),
            i.conventions.iter().filter_map(|c| c.id).collect::<Vec<_>>(),
            i.interlocuteurs.iter().filter_map(|p| p.id).collect::<Vec<_>>(),
            responsables.filter_map(|r| r.id).collect::<Vec<_>>(),
        )
        .unwrap();
    }
    shown
}

on_each! {
    the_merge_is_the_join
    pages_join_without_a_seam
    of_two_sifa_rows_the_first_counts_and_the_inscription_comes_once
}

fn the_merge_is_the_join(product: Product) {
    let base = Base::with_secteurs(product);
    let config = Config {
        cases: 24,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&data(), |data| {
            fill(&base, &data);
            prop_assert_eq!(shown(&read(&base.erp(), &[1, 2])), naive(&data));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

fn pages_join_without_a_seam(product: Product) {
    let base = Base::with_secteurs(product);
    let (stagiaires, per): (i64, i64) = (3_345, 3);
    let data = Data {
        stagiaires: (1..=stagiaires).map(|n| n * 7).collect(),
        inscriptions: (0..stagiaires + 500)
            .map(|n| (n + 1, (n < stagiaires).then_some((stagiaires - n) * 7), 1 + n % 2, true))
            .collect(),
        conventions: (0..stagiaires * per).map(|n| (n + 1, 1 + n / per)).collect(),
        interlocuteurs: (0..stagiaires).map(|n| (n + 1, (1 + n) * 7)).collect(),
        sifas: Vec::new(),
        responsables: Vec::new(),
    };
    fill(&base, &data);
    let all = read(&base.erp(), &[1, 2]);
    assert_eq!(all.len(), data.inscriptions.len());
    let keys: Vec<_> = all.iter().map(|i| (i.stagiaire.valeur().map(|s| s.id), i.id)).collect();
    assert!(keys.is_sorted());
    for i in &all {
        let conventions = if i.id <= stagiaires { 3 } else { 0 };
        assert_eq!(
            (i.conventions.len(), i.interlocuteurs.len()),
            (conventions, usize::from(i.stagiaire.valeur().is_some()))
        );
    }
}

fn of_two_sifa_rows_the_first_counts_and_the_inscription_comes_once(product: Product) {
    let base = Base::with_secteurs(product);
    base.run("INSERT INTO stagiaire (id) VALUES (1)");
    base.run("INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES (5, 1, 1, 1)");
    base.run("INSERT INTO sifa (id, inscription_id, ine) VALUES (9, 5, 'b'), (8, 5, 'a')");
    base.run("INSERT INTO sifa_responsable (id, sifa_id) VALUES (1, 9), (2, 8)");
    let all = read(&base.erp(), &[1]);
    assert_eq!(all.len(), 1);
    let sifa = all[0].sifa.as_ref().unwrap();
    assert_eq!(sifa.id, Lecture::Lue(8));
    assert_eq!((sifa.responsables.len(), sifa.responsables[0].id), (1, Some(2)));
}

#[test]
fn sqlite_reads_a_page_by_its_indexes() {
    let base = Base::with_secteurs(Product::Sqlite);
    for (table, column) in [
        ("inscription", "stagiaire_id"),
        ("inscription", "secteur_id"),
        ("convention", "inscription_id"),
        ("interlocuteur", "stagiaire_id"),
        ("sifa", "inscription_id"),
        ("sifa_responsable", "sifa_id"),
    ] {
        base.run(&format!("CREATE INDEX ix_{table}_{column} ON {table} ({column})"));
    }
    let erp = base.erp();
    let page = Part::Stagiaires {
        after: Some(10),
        up_to: Some(20),
    };
    let queries = [
        erp.writer().inscriptions(page, &[1, 2]),
        erp.writer().conventions(page, &[1, 2]).unwrap(),
        erp.writer().responsables(page, &[1, 2]).unwrap(),
        erp.writer().interlocuteurs(page, &[1, 2]).unwrap(),
    ];
    for query in queries {
        let mut plan = String::new();
        let mut rows = base
            .connection
            .query(&format!("EXPLAIN QUERY PLAN {}", query.sql), &[])
            .unwrap();
        while let Some(row) = rows.next_row().unwrap() {
            plan += &row.text(3).unwrap().unwrap();
            plan.push('\n');
        }
        // Each page would otherwise read all the inscriptions of all its sectors again, or sort what comes in order.
        assert!(
            !plan.contains("SCAN") && !plan.contains("secteur_id") && !plan.contains("TEMP B-TREE FOR ORDER BY"),
            "{}\n{plan}",
            query.sql
        );
    }
}
