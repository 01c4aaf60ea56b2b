//! The checks of `POST /api/statut-candidats`, 2022-03 generation (Joi), field by field.

use super::{FieldError, codes, dates, js};
use serde_json::{Value, json};

/// One fault, with what Joi tells about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// Joi's English sentence.
    pub message: String,
    /// The field; `None` when the item is no object.
    pub field: Option<&'static str>,
    /// Joi's name of the rule, such as `any.required`.
    pub kind: &'static str,
}

impl Refusal {
    /// The refusal as the receiver prints it; Joi's copy of the value is left out.
    pub fn to_json(&self) -> Value {
        let label = self.field.unwrap_or("value");
        let path: Vec<&str> = self.field.into_iter().collect();
        json!({"message": self.message, "path": path, "type": self.kind, "context": {"label": label, "key": self.field}})
    }
}

/// How a field is judged once it is there.
#[derive(Clone, Copy)]
enum Rule {
    /// A text; `""` accepted or not.
    Text {
        empty: bool,
    },
    Matching(fn(&str) -> bool, &'static str),
    Boolean,
    Number,
    Statut,
    Date,
}

const NAME: Rule = Rule::Text { empty: false };
const NOTE: Rule = Rule::Text { empty: true };

const REQUIRED: [(&str, Rule); 9] = [
    ("nom_apprenant", NAME),
    ("prenom_apprenant", NAME),
    ("ne_pas_solliciter", Rule::Boolean),
    ("uai_etablissement", Rule::Matching(is_uai, "/^[0-9_]{7}[a-zA-Z]{1}$/")),
    ("nom_etablissement", NAME),
    ("id_formation", Rule::Matching(is_formation, "/^[a-zA-Z0-9_]{8}$/")),
    ("annee_scolaire", Rule::Matching(is_annee_scolaire, "/^\\d{4}-\\d{4}$/")),
    ("statut_apprenant", Rule::Statut),
    ("date_metier_mise_a_jour_statut", Rule::Date),
];

/// Fields that may be absent or null.
const OPTIONAL: [(&str, Rule); 18] = [
    ("date_de_naissance_apprenant", Rule::Date),
    ("ine_apprenant", NOTE),
    ("email_contact", NOTE),
    ("libelle_long_formation", NOTE),
    ("periode_formation", NOTE),
    ("formation_rncp", NOTE),
    ("libelle_court_formation", NOTE),
    ("siret_etablissement", NOTE),
    ("id_erp_apprenant", NAME),
    ("code_commune_insee_apprenant", NAME),
    ("tel_apprenant", NAME),
    ("annee_formation", Rule::Number),
    ("etablissement_formateur_geo_coordonnees", NAME),
    ("etablissement_formateur_code_commune_insee", NAME),
    ("contrat_date_debut", Rule::Date),
    ("contrat_date_fin", Rule::Date),
    ("contrat_date_rupture", Rule::Date),
    ("date_entree_formation", Rule::Date),
];

/// What the 2021 receiver finds wrong with a dossier; empty when it is saved.
pub fn check_2021(item: &Value) -> Vec<FieldError> {
    let path = |refusal: &Refusal| refusal.field.into_iter().map(str::to_owned).collect();
    refusals_2021(item)
        .into_iter()
        .map(|refusal| FieldError {
            path: path(&refusal),
            message: refusal.message,
        })
        .collect()
}

/// The same, with the rule that was broken.
pub fn refusals_2021(item: &Value) -> Vec<Refusal> {
    let Some(fields) = item.as_object() else {
        return vec![Refusal {
            message: "\"value\" must be of type object".to_owned(),
            field: None,
            kind: "object.base",
        }];
    };
    let mut refusals = Vec::new();
    let mut judge = |field: &'static str, rule: Rule, value: &Value| {
        if let Err((kind, words)) = verdict(rule, value) {
            refusals.push(Refusal {
                message: format!("\"{field}\" {words}"),
                field: Some(field),
                kind,
            });
        }
    };
    for (field, rule) in OPTIONAL {
        if let Some(value) = fields.get(field).filter(|value| !value.is_null()) {
            judge(field, rule, value);
        }
    }
    for (field, rule) in REQUIRED {
        if let Some(value) = fields.get(field) {
            judge(field, rule, value);
            // Joi's list of values comes first, its type second.
            if matches!(rule, Rule::Statut) && number(value).is_none() {
                judge(field, Rule::Number, value);
            }
        }
    }
    let missing = REQUIRED.iter().filter(|(field, _)| !fields.contains_key(*field));
    refusals.extend(missing.map(|(field, _)| Refusal {
        message: format!("\"{field}\" is required"),
        field: Some(*field),
        kind: "any.required",
    }));
    refusals
}

type Verdict = Result<(), (&'static str, String)>;

fn refuse(kind: &'static str, words: &str) -> Verdict {
    Err((kind, words.to_owned()))
}

fn verdict(rule: Rule, value: &Value) -> Verdict {
    match rule {
        Rule::Text { empty } => text(value, empty).map(|_| ()),
        Rule::Matching(accepts, pattern) => {
            let text = text(value, false)?;
            if accepts(text) {
                return Ok(());
            }
            refuse(
                "string.pattern.base",
                &format!("with value \"{text}\" fails to match the required pattern: {pattern}"),
            )
        }
        Rule::Boolean => match value {
            Value::Bool(_) => Ok(()),
            Value::String(word) if matches!(word.to_lowercase().as_str(), "true" | "false") => Ok(()),
            _ => refuse("boolean.base", "must be a boolean"),
        },
        Rule::Number if number(value).is_none() => refuse("number.base", "must be a number"),
        Rule::Number => Ok(()),
        Rule::Statut => match number(value) {
            Some(code) if [0.0, 2.0, 3.0].contains(&code) => Ok(()),
            _ => refuse("any.only", "must be one of [3, 2, 0]"),
        },
        Rule::Date => match value.as_str() {
            Some(text) if is_date(text) => Ok(()),
            _ => refuse("date.format", "must be in ISO 8601 date format"),
        },
    }
}

fn text(value: &Value, empty: bool) -> Result<&str, (&'static str, String)> {
    match value.as_str() {
        None => Err(("string.base", "must be a string".to_owned())),
        Some("") if !empty => Err(("string.empty", "is not allowed to be empty".to_owned())),
        Some(text) => Ok(text),
    }
}

/// A number, or a text that is one; Joi takes no empty text and no other notation than the decimal one.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text)
            if text.bytes().any(|b| b.is_ascii_digit()) && !text.contains(['x', 'X', 'o', 'O', 'b', 'B']) =>
        {
            Some(js::number(value)).filter(|n| n.is_finite())
        }
        _ => None,
    }
}

/// ISO only: what JavaScript reads, without its AM/PM and named zones, no space at the end, no zone without a time, no 24th
/// hour. Days 29 to 31 pass in every month.
fn is_date(text: &str) -> bool {
    let iso_rest = |rest: &str| {
        let clock = rest.strip_prefix(['T', ' ']).unwrap_or_default();
        let known = rest.bytes().all(|b| b.is_ascii_digit() || b"T :.+-Z".contains(&b));
        rest.is_empty() || (known && !clock.is_empty() && !clock.starts_with("24") && !rest.ends_with(' '))
    };
    dates::starts_like_a_date(text) && text.get(10..).is_some_and(iso_rest) && dates::parse(text).is_some()
}

fn is_uai(text: &str) -> bool {
    match (text.get(..7), text.get(7..)) {
        (Some(number), Some(letter)) => {
            let number_ok = number.bytes().all(|b| b.is_ascii_digit() || b == b'_');
            number_ok && letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_alphabetic())
        }
        _ => false,
    }
}

fn is_formation(text: &str) -> bool {
    text.len() == 8 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

fn is_annee_scolaire(text: &str) -> bool {
    text.split_once('-')
        .is_some_and(|(first, second)| codes::digits(first, 4) && codes::digits(second, 4))
}
