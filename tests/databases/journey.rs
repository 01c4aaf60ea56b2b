//! A sample from its tables to the report of its night: the same on every database, word for word.

use std::sync::OnceLock;

use chrono::NaiveDate;
use demo_host::{
    clock::at_hour,
    sandbox::{Options, Sandbox},
    seed::{Plan, fill, school_year, settings},
};
use passerelle_host_sdk::{Outcome, OutcomeKind};
use serde_json::{Value, json};

use crate::{
    bases::{Base, Product, on_each},
    host::{DATE, app, diagnosis, document},
};

on_each! {
    a_sample_and_its_night_come_to_the_same
    a_larger_sample_previews_to_the_same_bytes
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
    let mut diagnosis = diagnosis(&session);
    for (check, _) in &mut diagnosis {
        *check = check.replace(&sandbox.url(), "http://bac-a-sable");
    }
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
    let sound = [
        "Base de données",
        "Tables mna_",
        "Droits sur les tables mna_",
        "API de la Mission, http://bac-a-sable",
    ];
    assert_eq!(states(&|check| sound.contains(&check)), ["OK"; 4]);
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

/// Several pages of stagiaires where a database is read in pages, and many blocks of rows.
fn a_larger_sample_previews_to_the_same_bytes(product: Product) {
    static SQLITE: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    let previews = |product| {
        let base = Base::new(product);
        let plan = Plan {
            seed: 20_261,
            inscriptions: 10_000,
            year: school_year(DATE.parse().unwrap()),
        };
        fill(&base.connection_string, plan, false, &|_| true).unwrap_or_else(|error| panic!("{error}"));
        let app = app(&base, None);
        let session = app.session().unwrap();
        session.run_job("migration", "").unwrap();
        let lines = serde_json::to_vec(&settings(plan, "http://127.0.0.1:9/api")).unwrap();
        session.read_document("reglages.json", &lines).unwrap();
        [json!({"donnees_sifa": true}), json!({"protocole": "statut-candidats"})]
            .map(|parameters| document(&session, "apercu.json", &parameters))
            .to_vec()
    };
    let expected = SQLITE.get_or_init(|| previews(Product::Sqlite));
    assert!(expected.iter().all(|preview| preview.len() > 5 << 20));
    if product != Product::Sqlite {
        assert!(&previews(product) == expected, "the previews differ");
    }
}
