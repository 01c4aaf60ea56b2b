//! A sample from its tables to the report of its night: the same on every database, word for word. And the worked
//! example, copied into each.

use std::{fs, sync::OnceLock};

use chrono::NaiveDate;
use demo_host::{
    clock::at_hour,
    sandbox::{Options, Sandbox},
    seed::{Plan, fill, school_year, settings},
};
use passerelle_host_sdk::{Outcome, OutcomeKind};
use serde_json::{Value, json};

use crate::{
    base::{Base, Product},
    host::{DATE, app, diagnosis, document},
    on_each,
    support::source,
};

on_each! {
    a_sample_and_its_night_come_to_the_same
    the_worked_example_comes_out
}

/// Everything that a journey leaves.
struct Journey {
    migrated: Vec<String>,
    diagnosis: Vec<(String, String)>,
    previews: Vec<Vec<u8>>,
    night: Outcome,
    again: Outcome,
    received: Value,
    report: Value,
    settings: Vec<u8>,
}

fn travel(product: Product) -> Journey {
    let base = Base::new(product);
    let date: NaiveDate = DATE.parse().unwrap();
    let plan = Plan {
        seed: 1,
        inscriptions: 3000,
        year: school_year(date),
    };
    fill(&base.connection_string, plan, false, &|_| true).unwrap_or_else(|error| panic!("{error}"));

    let sandbox = Sandbox::start(Options::default()).unwrap();
    let app = app(&base, None);
    let session = app.session().unwrap();
    let migrated = [(), ()]
        .map(|()| session.run_job("migration", "").unwrap().text)
        .to_vec();
    let lines = serde_json::to_vec(&settings(plan, &sandbox.url())).unwrap();
    session.read_document("reglages.json", &lines).unwrap();
    let diagnosis = diagnosis(&session);
    let previews = [
        json!({}),
        json!({"donnees_sifa": true}),
        json!({"protocole": "statut-candidats"}),
        json!({"protocole": "statut-candidats", "donnees_sifa": true}),
        json!({"societe_id": 1, "secteur_id": 1}),
    ]
    .map(|parameters| document(&session, "apercu.json", &parameters))
    .to_vec();

    session.desk.clock.set(at_hour(date, 23));
    let play = || session.run_scheduled("export-de-nuit", &json!({}), "").unwrap();
    let (night, again) = (play(), play());
    let address = sandbox.url();
    let received = received(&address);
    // The sandbox's port is not the database's doing.
    let own = |bytes: Vec<u8>| {
        String::from_utf8(bytes)
            .unwrap()
            .replace(&address, "http://bac-a-sable")
            .into_bytes()
    };
    let mut report: Value = serde_json::from_slice(&document(&session, "compte-rendu.json", &json!({}))).unwrap();
    for run in report["executions"].as_array_mut().unwrap() {
        let times = ["debut", "fin"].map(|key| run.as_object_mut().unwrap().remove(key));
        assert!(
            times.iter().all(|time| time.as_ref().is_some_and(Value::is_string)),
            "{times:?}"
        );
    }
    Journey {
        migrated,
        diagnosis,
        previews: previews.into_iter().map(own).collect(),
        night,
        again,
        received,
        report,
        settings: own(document(&session, "reglages.json", &json!({}))),
    }
}

/// What the sandbox holds, in an order of its own: several establishments send at the same time.
fn received(address: &str) -> Value {
    use std::io::{Read as _, Write as _};
    let place = address.trim_start_matches("http://").split('/').next().unwrap();
    let mut stream = std::net::TcpStream::connect(place).unwrap();
    write!(stream, "GET /sandbox/recus HTTP/1.0\r\nHost: {place}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    // Chunked or not, the document is what stands between the outer braces.
    let mut held: Value = serde_json::from_str(&body[body.find('{').unwrap()..=body.rfind('}').unwrap()]).unwrap();
    held["dossiers"]
        .as_array_mut()
        .unwrap()
        .sort_by_cached_key(Value::to_string);
    held
}

fn a_sample_and_its_night_come_to_the_same(product: Product) {
    static SQLITE: OnceLock<Journey> = OnceLock::new();
    let expected = SQLITE.get_or_init(|| travel(Product::Sqlite));
    let again;
    let found = if product == Product::Sqlite {
        expected
    } else {
        again = travel(product);
        &again
    };

    let states = |wanted: &dyn Fn(&str) -> bool| {
        found
            .diagnosis
            .iter()
            .filter(|(check, _)| wanted(check))
            .map(|(_, state)| state.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(states(&|check| check.starts_with("Données de l'ERP")), ["OK"; 11]);
    assert_eq!(
        states(&|check| check == "Base de données" || check == "Tables mna_"),
        ["OK"; 2]
    );
    assert_eq!(found.diagnosis, expected.diagnosis);

    assert_ne!(found.migrated[0], found.migrated[1]);
    assert_eq!(found.migrated, expected.migrated);

    for (found, expected) in found.previews.iter().zip(&expected.previews) {
        let preview: Value = serde_json::from_slice(found).unwrap();
        let counted = |key: &str| preview["resume"][key].as_u64().unwrap();
        assert!(
            counted("envoyes") > 0 && counted("non_envoyes") > 0,
            "{}",
            preview["resume"]
        );
        assert!(found == expected, "the previews differ");
    }
    assert!(found.previews[0] != found.previews[1] && found.previews[1] != found.previews[3]);

    let counts = |night: &Outcome| {
        (
            night.kind,
            night.read,
            night.accepted,
            night.rejected,
            night.left_out,
            night.pending,
        )
    };
    assert_eq!(counts(&found.night), counts(&expected.night));
    assert_eq!(
        found.night.read,
        found.night.accepted + found.night.rejected + found.night.left_out
    );
    assert!(found.night.accepted > 2000 && found.night.pending == 0);
    assert_eq!(found.again.kind, OutcomeKind::AlreadyDone);
    assert_eq!(found.received, expected.received);
    assert_eq!(
        found.received["dossiers"].as_array().unwrap().len() as u64,
        found.night.accepted
    );
    assert_eq!(found.report, expected.report);
    assert!(found.settings == expected.settings, "the settings differ");
}

fn the_worked_example_comes_out(product: Product) {
    let base = Base::new(product);
    copy_example(&base);
    let app = app(&base, None);
    let session = app.session().unwrap();
    session.run_job("migration", "").unwrap();
    session
        .read_document(
            "reglages.json",
            &fs::read(source("tests/golden/settings.json")).unwrap(),
        )
        .unwrap();
    for protocol in ["v3", "statut-candidats"] {
        let expected = fs::read(source(&format!("tests/golden/{protocol}.json"))).unwrap();
        let expected: Value = serde_json::from_slice(&expected).unwrap();
        let found = document(&session, "apercu.json", &json!({"protocole": protocol}));
        let found: Value = serde_json::from_slice(&found).unwrap();
        for key in ["lus", "envoyes", "non_envoyes"] {
            assert_eq!(found["resume"][key], expected["resume"][key], "{protocol} {key}");
        }
        let list = |document: &Value, key: &str| document[key].as_array().unwrap().clone();
        for (found, expected) in list(&found, "envoyes").iter().zip(&list(&expected, "envoyes")) {
            assert_eq!(found["inscription_id"], expected["inscription_id"], "{protocol}");
            assert_eq!(found["dossier"], expected["dossier"], "{protocol}");
        }
        for (found, expected) in list(&found, "non_envoyes").iter().zip(&list(&expected, "non_envoyes")) {
            assert_eq!(found["inscription_id"], expected["inscription_id"], "{protocol}");
            let codes: Vec<_> = list(found, "motifs")
                .iter()
                .map(|motif| motif["code"].clone())
                .collect();
            assert_eq!(json!(codes), expected["motifs"], "{protocol}");
        }
    }
}

/// Copies the example's tables, whose DDL every database takes as it is, cell by cell as text.
fn copy_example(base: &Base) {
    use odbc_api::{Cursor as _, buffers::TextRowSet};
    let file = source("tests/golden/erp.db");
    let example = crate::servers::connect(&format!("Driver=SQLite3;Database={};StepAPI=1", file.display())).unwrap();
    let rows = |sql: &str| {
        let mut cursor = example.execute(sql, (), None).unwrap().unwrap();
        let mut buffer = TextRowSet::for_cursor(1000, &mut cursor, Some(4096)).unwrap();
        let columns = buffer.num_cols();
        let mut bound = cursor.bind_buffer(&mut buffer).unwrap();
        let mut rows: Vec<Vec<Option<String>>> = Vec::new();
        while let Some(batch) = bound.fetch_with_truncation_check(true).unwrap() {
            let cell = |row, column| {
                batch
                    .at(column, row)
                    .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap())
            };
            rows.extend((0..batch.num_rows()).map(|row| (0..columns).map(|column| cell(row, column)).collect()));
        }
        rows
    };
    for table in rows("SELECT name, sql FROM sqlite_master WHERE type = 'table'") {
        let [Some(name), Some(ddl)] = &table[..] else {
            panic!("{table:?}")
        };
        let literal = |cell: &Option<String>| match cell {
            Some(text) => format!("'{}'", text.replace('\'', "''")),
            None => "NULL".to_owned(),
        };
        let mut statements = vec![ddl.clone()];
        for chunk in rows(&format!("SELECT * FROM {name}")).chunks(100) {
            let values: Vec<_> = chunk
                .iter()
                .map(|row| format!("({})", row.iter().map(literal).collect::<Vec<_>>().join(", ")))
                .collect();
            statements.push(format!("INSERT INTO {name} VALUES {}", values.join(", ")));
        }
        base.run(&statements.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
