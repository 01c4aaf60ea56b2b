//! The worked example through the library, by both protocols: counts, dossiers and reasons exactly as expected, in
//! order, with their fields in order.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use support::{
    base::Base,
    desk::{Desk, patient, prepare},
};

#[derive(serde::Deserialize)]
struct Preview {
    run_date: String,
    protocole: String,
    resume: Counts,
    envoyes: Vec<Sent>,
    non_envoyes: Vec<LeftOut>,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Counts {
    lus: usize,
    envoyes: usize,
    non_envoyes: usize,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Sent {
    inscription_id: i64,
    dossier: Fields,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct LeftOut {
    inscription_id: i64,
    id_erp_apprenant: Option<String>,
    motifs: Vec<Reason>,
}

/// A reason's code: alone in the worked example, with its label and its detail in a preview.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Reason {
    Code(String),
    Told { code: String },
}

impl Reason {
    fn code(&self) -> &str {
        match self {
            Self::Code(code) | Self::Told { code } => code,
        }
    }
}

impl PartialEq for Reason {
    fn eq(&self, other: &Self) -> bool {
        self.code() == other.code()
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

/// A JSON object with its keys in their order.
#[derive(Debug, PartialEq)]
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = object.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        source.deserialize_map(Object)
    }
}

fn preview(protocole: &str) -> Preview {
    let folder = support::scratch().join(protocole);
    std::fs::create_dir_all(&folder).unwrap();
    let base = Base::golden(&folder);
    let (_desk, plugin) = Desk::new(base.connection_string(), &folder).plugin();
    prepare(
        &plugin,
        &std::fs::read(support::source("tests/golden/settings.json")).unwrap(),
    );
    let mut bytes = Vec::new();
    let parameters = format!(r#"{{"protocole": "{protocole}"}}"#);
    plugin
        .worker()
        .write_document("apercu.json", &parameters, &patient(), &mut bytes)
        .unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

fn compare(protocole: &str) {
    let file = support::source(&format!("tests/golden/{protocole}.json"));
    let expected: Preview = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let found = preview(protocole);
    // One by one first: a difference is then shown with its dossier only.
    for (found, expected) in found.envoyes.iter().zip(&expected.envoyes) {
        assert_eq!(found, expected);
    }
    for (found, expected) in found.non_envoyes.iter().zip(&expected.non_envoyes) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.envoyes.len(), expected.envoyes.len());
    assert_eq!(found.non_envoyes.len(), expected.non_envoyes.len());
    assert_eq!(found.resume, expected.resume);
    assert_eq!(
        (found.run_date, found.protocole),
        (expected.run_date, expected.protocole)
    );
}

#[test]
fn by_v3() {
    compare("v3");
}

#[test]
fn by_statut_candidats() {
    compare("statut-candidats");
}
