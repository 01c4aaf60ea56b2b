//! Rows that come several times, and rows without a key.

use std::ops::ControlFlow;

use super::base::{Base, read, scope};
use crate::bases::{Product, on_each};
use crate::dossier::records::{Inscription, Lecture};
use crate::erp::schema::{ENTITIES, Entity};
use crate::erp::{Apart, Erp, Mapping};

on_each! {
    a_view_that_repeats_its_rows_changes_nothing_in_any_entity
    an_inscription_with_two_stagiaires_is_read_once
    stagiaires_who_look_like_one_person_are_found
}

/// Two stagiaires with everything that hangs on them.
fn filled(product: Product) -> Base {
    let base = Base::with_secteurs(product);
    for sql in [
        "INSERT INTO stagiaire (id, nom) VALUES (7, 'Élodie'), (8, 'Zoé')",
        "INSERT INTO diplome (id, code) VALUES (1, '50022141'), (2, '50022142')",
        "INSERT INTO centre_interet (id, diplome_id) VALUES (3, 1), (4, 2)",
        "INSERT INTO action_formation (id, diplome_id, centre_interet_id) VALUES (5, 1, 3), (6, NULL, 4)",
        "INSERT INTO inscription (id, stagiaire_id, action_id, secteur_id, apprentissage) \
         VALUES (70, 7, 5, 1, 1), (71, 7, 6, 2, 1), (72, NULL, 5, 1, 1), (80, 8, 6, 1, 1)",
        "INSERT INTO convention (id, inscription_id, cause_rupture) VALUES (1, 70, 'a'), (2, 70, 'b'), (3, 80, 'c'), (4, 72, 'd')",
        "INSERT INTO interlocuteur (id, stagiaire_id, rang) VALUES (1, 7, 1), (2, 7, 2), (3, 8, 1)",
        "INSERT INTO sifa (id, inscription_id, ine) VALUES (9, 70, 'x'), (10, 80, 'y'), (11, 80, 'z')",
        "INSERT INTO sifa_responsable (id, sifa_id, rang) VALUES (1, 9, 1), (2, 9, 2), (3, 10, 1), (4, 11, 1)",
        "CREATE TABLE repete (n INTEGER)",
        "INSERT INTO repete VALUES (1), (2), (3)",
    ] {
        base.run(sql);
    }
    base
}

fn mapping(text: &str) -> Mapping {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    Mapping::load(file.path()).unwrap()
}

/// An ERP whose views of these entities repeat each row.
fn repeating(base: &Base, entities: &[&Entity]) -> Erp {
    let text: String = entities
        .iter()
        .map(|entity| {
            let name = entity.name;
            format!("[entity.{name}]\nquery = \"SELECT t.*, r.n AS n_fois FROM {name} t CROSS JOIN repete r\"\n")
        })
        .collect();
    Erp::new(base.database.clone(), mapping(&text))
}

fn a_view_that_repeats_its_rows_changes_nothing_in_any_entity(product: Product) {
    let base = filled(product);
    let shown = |erp: &Erp| format!("{:#?}\n{:?}", read(erp, &[1, 2]), erp.count_apart(&[(1, 1)]));
    let expected = shown(&base.erp());
    for entity in ENTITIES {
        assert_eq!(shown(&repeating(&base, &[entity])), expected, "{}", entity.name);
    }
    assert_eq!(shown(&repeating(&base, &ENTITIES)), expected, "all of them");
}

/// The night could not store two dossiers under one key.
fn an_inscription_with_two_stagiaires_is_read_once(product: Product) {
    let base = filled(product);
    let query = "SELECT id, stagiaire_id, action_id, secteur_id, apprentissage, date_inscription, date_entree, date_entree_groupe, \
                 sortie_prevue, sortie_reelle, motif_sortie FROM inscription UNION ALL SELECT id, 8, action_id, secteur_id, \
                 apprentissage, date_inscription, date_entree, date_entree_groupe, sortie_prevue, sortie_reelle, motif_sortie \
                 FROM inscription WHERE id <> 80";
    let mapping = mapping(&format!("[entity.inscription]\nquery = \"{query}\"\n"));
    let all = read(&Erp::new(base.database.clone(), mapping), &[1, 2]);
    let shown: Vec<_> = all.iter().map(|i| (i.stagiaire.valeur().map(|s| s.id), i.id)).collect();
    assert_eq!(shown, [(None, 72), (Some(7), 70), (Some(7), 71), (Some(8), 80)]);
}

fn stagiaires_who_look_like_one_person_are_found(product: Product) {
    let base = Base::with_secteurs(product);
    base.run("CREATE TABLE repete (n INTEGER)");
    base.run("INSERT INTO repete VALUES (1), (2)");
    for (id, nom, prenom, naissance, secteur) in [
        (1, "'DURAND'", "'Zoé'", "'2005-03-14'", 1),
        (2, "' durand '", "'ZOE'", "'2005-03-14'", 2),
        (3, "'DURAND'", "'Zoé'", "'2005-03-15'", 1),
        (4, "'DURAND'", "NULL", "'2005-03-14'", 1),
        (5, "'DURAND'", "NULL", "'2005-03-14'", 1),
        (6, "'MARTIN'", "'Zoé'", "'1900-01-01'", 1),
        (7, "'MARTIN'", "'Zoé'", "'1900-01-01'", 1),
        (8, "'DURAND'", "'Zoé'", "'2005-03-14'", 9),
    ] {
        base.run(&format!(
            "INSERT INTO stagiaire (id, nom, prenom, date_naissance) VALUES ({id}, {nom}, {prenom}, {naissance})"
        ));
        base.run(&format!(
            "INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES ({id}, {id}, {secteur}, 1)"
        ));
    }
    let stagiaire = ENTITIES.iter().filter(|entity| entity.name == "stagiaire").copied();
    for erp in [base.erp(), repeating(&base, &stagiaire.collect::<Vec<_>>())] {
        assert_eq!(erp.homonyms(&scope(&[1, 2]), &|| false).unwrap(), [[1, 2]]);
        assert!(erp.homonyms(&scope(&[1]), &|| false).unwrap().is_empty());
        assert!(erp.homonyms(&scope(&[1, 2]), &|| true).is_err());
        let mut read = Vec::new();
        let visit: &mut dyn FnMut(Inscription) -> ControlFlow<()> = &mut |inscription| {
            read.push(inscription.id);
            ControlFlow::Continue(())
        };
        erp.inscriptions_of(&scope(&[1, 2]), &[2, 3, 8], &|| false, visit)
            .unwrap();
        assert_eq!(read, [2, 3]);
    }
}

/// Tables whose columns hold anything are SQLite's own.
fn loose(base: &Base, entity: &str) {
    let entity = ENTITIES.iter().find(|known| known.name == entity).unwrap();
    let columns: Vec<_> = entity.columns.iter().map(|column| column.name).collect();
    base.run(&format!("DROP TABLE {}", entity.name));
    base.run(&format!("CREATE TABLE {} ({})", entity.name, columns.join(", ")));
}

#[test]
fn of_rows_with_one_key_that_differ_the_first_counts_wherever_the_others_are() {
    let base = filled(Product::Sqlite);
    for entity in ["convention", "interlocuteur", "diplome"] {
        loose(&base, entity);
    }
    for sql in [
        "INSERT INTO diplome (id, code) VALUES (1, 'FIRST'), (2, 'OTHER'), (1, 'LATER')",
        "INSERT INTO convention (id, inscription_id, cause_rupture) VALUES (2, 70, 'b'), (1, 70, 'first'), (3, 70, 'c'), (1, 70, 'later'), (2, 70, 'x')",
        "INSERT INTO interlocuteur (id, stagiaire_id, rang) VALUES (2, 7, 1), (1, 7, 10), (2, 7, 20), (1, 7, 30)",
    ] {
        base.run(sql);
    }
    let first = read(&base.erp(), &[1]).into_iter().find(|i| i.id == 70).unwrap();
    let causes: Vec<_> = first
        .conventions
        .iter()
        .map(|c| (c.id, c.cause_rupture.valeur().unwrap().as_str()))
        .collect();
    assert_eq!(causes, [(Some(1), "first"), (Some(2), "b"), (Some(3), "c")]);
    let ranks: Vec<_> = first.interlocuteurs.iter().map(|i| (i.id, i.rang.copie())).collect();
    assert_eq!(ranks, [(Some(1), Ok(10)), (Some(2), Ok(1))]);
    let diplome = first
        .action
        .valeur()
        .and_then(|action| action.diplome.valeur())
        .unwrap();
    assert_eq!(diplome.code, Lecture::Lue("FIRST".to_owned()));
}

#[test]
fn a_row_without_a_key_is_a_row_of_its_own_and_an_inscription_without_one_is_none() {
    let base = filled(Product::Sqlite);
    for entity in ["inscription", "convention", "sifa"] {
        loose(&base, entity);
    }
    let keys = ["NULL", "NULL", "'abc'", "'abc'", "12.5", "9223372036854775808", "''"];
    for (key, secteur) in keys.iter().zip([1, 1, 1, 2, 1, 9, 9]) {
        base.run(&format!(
            "INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES ({key}, 7, {secteur}, 1)"
        ));
    }
    for sql in [
        "INSERT INTO inscription (id, stagiaire_id, secteur_id, apprentissage) VALUES (70, 7, 1, 1), (71, 7, 9, 1), (NULL, 7, 1, 0)",
        "INSERT INTO convention (id, inscription_id) VALUES (NULL, 70), (NULL, 70), ('x', 70), (1, 70)",
        "INSERT INTO sifa (id, inscription_id, ine) VALUES (NULL, 70, 'none'), ('x', 70, 'text'), (5, 70, 'five'), (4, 70, 'four')",
    ] {
        base.run(sql);
    }
    let all: Vec<Inscription> = read(&base.erp(), &[1, 2]);
    assert_eq!(all.iter().map(|i| i.id).collect::<Vec<_>>(), [70]);
    assert_eq!(all[0].conventions.len(), 4);
    assert_eq!(all[0].sifa.as_ref().unwrap().ine, Lecture::Lue("four".to_owned()));
    let expected = Apart {
        hors_secteur: 1,
        illisibles: 7,
    };
    assert_eq!(base.erp().count_apart(&[(1, 1), (1, 2)]), Ok(expected));
    base.run("DELETE FROM sifa WHERE id IN (4, 5)");
    let sifa = read(&base.erp(), &[1]).remove(0).sifa.unwrap();
    assert!(
        matches!(sifa.id, Lecture::Absente | Lecture::Illisible(_)),
        "a SIFA row without a key is one"
    );
}
