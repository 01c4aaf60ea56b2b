//! The worked example's expected previews, and how a preview is compared with one: counts, dossiers and reasons, in
//! order, with the fields of each dossier in order. The library's own tests use it too.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// A preview, as the worked example writes it and as the product does.
#[derive(serde::Deserialize)]
pub struct Preview {
    pub run_date: String,
    pub protocole: String,
    pub resume: Counts,
    pub envoyes: Vec<Sent>,
    pub non_envoyes: Vec<LeftOut>,
}

/// Its `resume`.
#[derive(serde::Deserialize, Debug, PartialEq)]
pub struct Counts {
    pub lus: usize,
    pub envoyes: usize,
    pub non_envoyes: usize,
}

/// A dossier that goes out.
#[derive(serde::Deserialize, Debug, PartialEq)]
pub struct Sent {
    pub inscription_id: i64,
    pub dossier: Fields,
}

/// A dossier that stays out.
#[derive(serde::Deserialize, Debug, PartialEq)]
pub struct LeftOut {
    pub inscription_id: i64,
    pub id_erp_apprenant: Option<String>,
    pub motifs: Vec<Reason>,
}

/// A reason's code: alone in the worked example, with its label and its detail in a preview.
#[derive(serde::Deserialize)]
#[serde(untagged)]
pub enum Reason {
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
pub struct Fields(pub Vec<(String, Value)>);

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

/// Fails unless a preview is the expected one.
pub fn compare(found: &Preview, expected: &Preview) {
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
        (&found.run_date, &found.protocole),
        (&expected.run_date, &expected.protocole)
    );
}
