//! Generated ERPs, as nasty as real ones, written into each database and read back: every dossier is the one that the
//! same rows give in memory, value for value, reason for reason, warning for warning.

use passerelle::{
    database::{Connection, Param},
    dossier::{Contexte, Dossier, ListeUai, Protocole, Retenue, records::Lecture},
    erp::{Erp, Mapping},
    night::stream::{Choice, Plan},
    store::ReglageSecteur,
};
use proptest::test_runner::{Config, TestRunner};

use crate::{
    bases::{Base, Product, on_each},
    generator::{Row, World, decided, societe_of, world},
    host::DATE,
};

on_each! {
    what_is_read_is_what_the_rows_hold
}

/// What a column holds, whatever a database calls it.
#[derive(Clone, Copy)]
enum Kind {
    Key,
    Text,
    Date,
    Boolean,
}
use Kind::{Boolean, Date, Key, Text};

type Rows = Vec<Vec<Param>>;
type Table = (&'static str, &'static [(&'static str, Kind)], Rows);

/// The reference schema's tables with the rows of a world. Texts have no length, so that too long ones stay whole.
#[rustfmt::skip]
fn tables(world: &World) -> [Table; 11] {
    let date = |date: &Lecture<chrono::NaiveDate>| Param::from(date.valeur().map(|date| date.to_string()));
    let flag = |flag: &Lecture<bool>| Param::from(flag.valeur().map(|flag| i64::from(*flag)));
    let degrees = |degrees: &Lecture<f64>| Param::from(degrees.valeur().map(|degrees| degrees.to_string()));
    let text = |text: &Lecture<String>| Param::from(text.valeur().cloned());
    let number = |number: &Lecture<i64>| Param::from(number.valeur().copied());
    let keys = |keys: &[Option<i64>]| keys.iter().map(|key| Param::from(*key)).collect::<Vec<_>>();
    [
        ("societe", &[("id", Key), ("raison_sociale", Text)], vec![vec![1.into(), Param::Null], vec![2.into(), Param::Null]]),
        ("secteur",
         &[("id", Key), ("societe_id", Key), ("nom", Text), ("code_postal", Text), ("latitude", Text), ("longitude", Text)],
         world.secteurs.iter().map(|s| vec![
             s.id.into(), s.societe_id.into(), Param::Null, text(&s.code_postal), degrees(&s.latitude), degrees(&s.longitude),
         ]).collect()),
        ("diplome",
         &[("id", Key), ("libelle", Text), ("libelle_court", Text), ("code", Text), ("rncp", Text)],
         world.diplomes.iter().map(|d| vec![
             d.id.into(), text(&d.libelle), text(&d.libelle_court), text(&d.code), text(&d.rncp),
         ]).collect()),
        ("centre_interet",
         &[("id", Key), ("diplome_id", Key)],
         (1_i64..).zip(&world.centres_interet).map(|(id, diplome)| vec![id.into(), (*diplome).into()]).collect()),
        ("action_formation",
         &[("diplome_id", Key), ("centre_interet_id", Key), ("id", Key), ("date_debut", Date), ("date_fin", Date)],
         world.actions.iter().map(|Row { record: a, keys: k }| {
             [keys(k), vec![a.id.into(), date(&a.date_debut), date(&a.date_fin)]].concat()
         }).collect()),
        ("stagiaire",
         &[("id", Key), ("nom", Text), ("prenom", Text), ("date_naissance", Date), ("email", Text), ("telephone", Text),
           ("ne_pas_solliciter", Boolean), ("sexe", Text), ("adresse", Text), ("code_postal", Text), ("rqth", Boolean)],
         world.stagiaires.iter().map(|s| vec![
             s.id.into(), text(&s.nom), text(&s.prenom), date(&s.date_naissance), text(&s.email),
             text(&s.telephone), flag(&s.ne_pas_solliciter), text(&s.sexe), text(&s.adresse),
             text(&s.code_postal), flag(&s.rqth),
         ]).collect()),
        ("interlocuteur",
         &[("stagiaire_id", Key), ("id", Key), ("rang", Key), ("profil", Text), ("email", Text)],
         world.interlocuteurs.iter().map(|Row { record: i, keys: k }| {
             [keys(k), vec![i.id.into(), number(&i.rang), text(&i.profil), text(&i.email)]].concat()
         }).collect()),
        ("inscription",
         &[("stagiaire_id", Key), ("action_id", Key), ("secteur_id", Key), ("id", Key), ("apprentissage", Boolean),
           ("date_inscription", Date), ("date_entree", Date), ("date_entree_groupe", Date), ("sortie_prevue", Date),
           ("sortie_reelle", Date), ("motif_sortie", Text)],
         world.inscriptions.iter().map(|Row { record: i, keys: k }| {
             let own = vec![
                 i.id.into(), 1.into(), date(&i.date_inscription), date(&i.date_entree), date(&i.date_entree_groupe),
                 date(&i.sortie_prevue), date(&i.sortie_reelle), text(&i.motif_sortie),
             ];
             [keys(k), own].concat()
         }).collect()),
        ("convention",
         &[("inscription_id", Key), ("id", Key), ("date_debut", Date), ("date_fin", Date), ("date_rupture", Date),
           ("cause_rupture", Text), ("siret_employeur", Text)],
         world.conventions.iter().map(|Row { record: c, keys: k }| {
             let own = vec![
                 c.id.into(), date(&c.date_debut), date(&c.date_fin), date(&c.date_rupture), text(&c.cause_rupture),
                 text(&c.siret_employeur),
             ];
             [keys(k), own].concat()
         }).collect()),
        ("sifa",
         &[("inscription_id", Key), ("diplome_id", Key), ("id", Key), ("ine", Text), ("uai_etablissement", Text),
           ("date_entree_cfa", Date), ("date_rupture_contrat", Date), ("sans_contrat_initial", Boolean),
           ("derniere_situation", Key), ("dernier_organisme_uai", Text)],
         world.sifas.iter().map(|Row { record: s, keys: k }| {
             let own = vec![
                 number(&s.id), text(&s.ine), text(&s.uai_etablissement), date(&s.date_entree_cfa),
                 date(&s.date_rupture_contrat), flag(&s.sans_contrat_initial), number(&s.derniere_situation),
                 text(&s.dernier_organisme_uai),
             ];
             [keys(k), own].concat()
         }).collect()),
        ("sifa_responsable",
         &[("sifa_id", Key), ("id", Key), ("rang", Key), ("email", Text)],
         world.responsables.iter().map(|Row { record: r, keys: k }| {
             [keys(k), vec![r.id.into(), number(&r.rang), text(&r.email)]].concat()
         }).collect()),
    ]
}

fn create(connection: &Connection, tables: &[Table]) {
    let dialect = connection.dialect();
    for (table, columns, _) in tables {
        let columns: Vec<_> = columns
            .iter()
            .map(|(name, kind)| match kind {
                Key => format!("{name} {}", dialect.bigint_type()),
                Text => format!("{name} {}", dialect.text_type()),
                Date => format!("{name} DATE"),
                Boolean => format!("{name} {}", dialect.smallint_type()),
            })
            .collect();
        connection
            .execute(&format!("CREATE TABLE {table} ({})", columns.join(", ")), &[])
            .unwrap();
    }
}

fn fill(connection: &Connection, tables: &[Table]) {
    connection
        .transaction(|connection| {
            for (table, columns, rows) in tables {
                connection.execute(&format!("DELETE FROM {table}"), &[])?;
                let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
                let marks = vec!["?"; names.len()].join(", ");
                let insert = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
                for row in rows {
                    connection.execute(&insert, row)?;
                }
            }
            Ok::<_, passerelle::database::DatabaseError>(())
        })
        .unwrap();
}

/// The dossiers that the rows give without any database.
fn expected(world: &World, plan: &Plan, protocole: Protocole, donnees_sifa: bool) -> Vec<Dossier> {
    let lignes_uai = ListeUai::new(plan.lignes_uai.clone());
    let contexte = Contexte {
        run_date: plan.run_date,
        lignes_uai: &lignes_uai,
    };
    let mut inscriptions = world.inscriptions();
    inscriptions.retain(|inscription| contexte.dans_le_perimetre(inscription));
    decided(&contexte, &inscriptions, |inscription| {
        let mut dossier = contexte.dossier(inscription, protocole, donnees_sifa);
        // No establishment has a key here.
        dossier.retenu = Some(Retenue::AccesManquant);
        dossier
    })
}

fn what_is_read_is_what_the_rows_hold(product: Product) {
    let base = Base::new(product);
    let database = base.database();
    let connection = database.open().unwrap();
    let erp = Erp::new(database, Mapping::default());
    let config = Config {
        cases: Config::default().cases / 6,
        failure_persistence: None,
        ..Config::default()
    };
    let created = std::cell::Cell::new(false);
    TestRunner::new(config)
        .run(&world(), |world| {
            let tables = tables(&world);
            if !created.replace(true) {
                create(&connection, &tables);
            }
            fill(&connection, &tables);
            let named: Vec<_> = (1..=3).map(|secteur| (societe_of(secteur), secteur)).collect();
            for (protocole, donnees_sifa) in [(Protocole::V3, true), (Protocole::StatutCandidats, false)] {
                let plan = Plan {
                    erp: erp.clone(),
                    run_date: DATE.parse().unwrap(),
                    secteurs: named
                        .iter()
                        .map(|(societe_id, secteur_id)| ReglageSecteur {
                            societe_id: *societe_id,
                            secteur_id: *secteur_id,
                            ..ReglageSecteur::default()
                        })
                        .collect(),
                    named: named.clone(),
                    lignes_uai: world.lignes_uai.clone(),
                    acces: Vec::new(),
                    choice: Choice::Fixed {
                        protocole,
                        donnees_sifa,
                    },
                };
                let mut stream = plan.start();
                let mut found = Vec::new();
                while let Some(group) = stream.next_group(&|| false).unwrap() {
                    found.extend(group.into_iter().map(|prepared| prepared.dossier));
                }
                // Told of two stagiaires, which no rule sees together.
                for dossier in &mut found {
                    dossier.avertissements.retain(|a| a.code != "DOUBLON_POSSIBLE");
                }
                let expected = expected(&world, &plan, protocole, donnees_sifa);
                proptest::prop_assert_eq!(format!("{found:#?}"), format!("{expected:#?}"));
            }
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
}
