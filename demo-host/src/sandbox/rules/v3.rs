//! The synchronous checks of `POST /api/v3/dossiers-apprenants`, field by field.

use super::{FieldError, codes, contact, dates, js};
use serde_json::Value;
use std::borrow::Cow;

/// How a field is judged.
#[derive(Clone, Copy)]
enum Rule {
    /// A text, with fewer UTF-16 units than this refused once trimmed.
    Text(usize),
    /// A text or a number that is not 0.
    TextOrNumber,
    Date,
    AnneeScolaire,
    Uai,
    Siret,
    Statut,
    /// Trimmed first, or not.
    Email {
        trimmed: bool,
    },
    Telephone,
    AnneeFormation,
    Rncp,
    Cfd,
    CodePostal,
    CommuneInsee,
    Sexe,
    Boolean,
    DerniereSituation,
    DernierOrganisme,
    TypeCfa,
    ApiVersion,
    /// Never refused: kept, cleaned or silently emptied.
    Anything,
}

const ANY_TEXT: Rule = Rule::Text(0);
const EMAIL: Rule = Rule::Email { trimmed: true };

/// Fields without which a dossier is refused.
const REQUIRED: [(&str, Rule); 12] = [
    ("nom_apprenant", Rule::Text(1)),
    ("prenom_apprenant", Rule::Text(1)),
    ("date_de_naissance_apprenant", Rule::Date),
    ("annee_scolaire", Rule::AnneeScolaire),
    ("id_erp_apprenant", Rule::TextOrNumber),
    ("date_inscription_formation", Rule::Date),
    ("date_entree_formation", Rule::Date),
    ("date_fin_formation", Rule::Date),
    ("etablissement_responsable_uai", Rule::Uai),
    ("etablissement_responsable_siret", Rule::Siret),
    ("etablissement_formateur_uai", Rule::Uai),
    ("etablissement_formateur_siret", Rule::Siret),
];

/// Fields that may be absent.
const OPTIONAL: &[(&str, Rule)] = &[
    ("statut_apprenant", Rule::Statut),
    ("date_metier_mise_a_jour_statut", Rule::Date),
    ("ine_apprenant", Rule::TextOrNumber),
    ("email_contact", EMAIL),
    ("tel_apprenant", Rule::Telephone),
    ("libelle_court_formation", Rule::Text(2)),
    ("annee_formation", Rule::AnneeFormation),
    ("formation_rncp", Rule::Rncp),
    ("formation_cfd", Rule::Cfd),
    ("contrat_date_debut", Rule::Date),
    ("contrat_date_fin", Rule::Date),
    ("contrat_date_rupture", Rule::Date),
    ("cause_rupture_contrat", ANY_TEXT),
    ("contrat_date_debut_2", Rule::Date),
    ("contrat_date_fin_2", Rule::Date),
    ("contrat_date_rupture_2", Rule::Date),
    ("cause_rupture_contrat_2", ANY_TEXT),
    ("contrat_date_debut_3", Rule::Date),
    ("contrat_date_fin_3", Rule::Date),
    ("contrat_date_rupture_3", Rule::Date),
    ("cause_rupture_contrat_3", ANY_TEXT),
    ("contrat_date_debut_4", Rule::Date),
    ("contrat_date_fin_4", Rule::Date),
    ("contrat_date_rupture_4", Rule::Date),
    ("cause_rupture_contrat_4", ANY_TEXT),
    ("siret_employeur", Rule::Anything),
    ("siret_employeur_2", Rule::Anything),
    ("siret_employeur_3", Rule::Anything),
    ("siret_employeur_4", Rule::Anything),
    ("cause_exclusion_formation", ANY_TEXT),
    ("nom_referent_handicap_formation", ANY_TEXT),
    ("prenom_referent_handicap_formation", ANY_TEXT),
    ("email_referent_handicap_formation", Rule::Email { trimmed: false }),
    ("adresse_apprenant", ANY_TEXT),
    ("code_postal_apprenant", Rule::CodePostal),
    ("code_postal_de_naissance_apprenant", Rule::Anything),
    ("code_commune_insee_apprenant", Rule::CommuneInsee),
    ("code_commune_insee_de_naissance_apprenant", Rule::CommuneInsee),
    ("sexe_apprenant", Rule::Sexe),
    ("rqth_apprenant", Rule::Boolean),
    ("date_rqth_apprenant", Rule::Date),
    ("responsable_apprenant_mail1", EMAIL),
    ("responsable_apprenant_mail2", EMAIL),
    ("obtention_diplome_formation", Rule::Boolean),
    ("date_obtention_diplome_formation", Rule::Date),
    ("date_exclusion_formation", Rule::Date),
    ("formation_presentielle", Rule::Boolean),
    ("duree_theorique_formation", Rule::Anything),
    ("duree_theorique_formation_mois", Rule::Anything),
    ("etablissement_lieu_de_formation_uai", Rule::Uai),
    ("etablissement_lieu_de_formation_siret", Rule::Anything),
    ("etablissement_lieu_de_formation_adresse", ANY_TEXT),
    ("etablissement_lieu_de_formation_code_postal", Rule::CodePostal),
    ("derniere_situation", Rule::DerniereSituation),
    ("dernier_organisme_uai", Rule::DernierOrganisme),
    ("type_cfa", Rule::TypeCfa),
    ("custom_statut_apprenant", Rule::Anything),
    ("api_version", Rule::ApiVersion),
    ("source_organisme_id", Rule::Text(1)),
];

/// The fields that the receiver knows and echoes, without those it sets itself and without `nir_apprenant`, which it never shows.
pub fn known_fields_v3() -> impl Iterator<Item = &'static str> {
    REQUIRED
        .iter()
        .chain(OPTIONAL)
        .map(|(field, _)| *field)
        .filter(|field| !matches!(*field, "api_version" | "source_organisme_id"))
}

/// What the v3 receiver finds wrong with a dossier at once; empty when it is taken.
///
/// A JSON value that is no object is judged as one without fields. Rules that the receiver applies later are in [`super::late_errors_v3`].
pub fn check_v3(item: &Value) -> Vec<FieldError> {
    let value_of = |field: &str| item.get(field).filter(|value| !value.is_null());
    let mut errors = Vec::new();
    for (field, rule) in REQUIRED {
        match value_of(field) {
            None if matches!(rule, Rule::Date) => errors.push(FieldError::new(field, "Champ obligatoire")),
            None => errors.push(FieldError::new(field, STRING_EXPECTED)),
            Some(value) => report(&mut errors, field, rule, value),
        }
    }
    for (field, rule) in OPTIONAL {
        if let Some(value) = value_of(field) {
            report(&mut errors, field, *rule, value);
        }
    }
    errors
}

const STRING_EXPECTED: &str = "String attendu";
const NUMBER_EXPECTED: &str = "Number attendu";
const INVALID_FORMAT: &str = "Format invalide";

fn report(errors: &mut Vec<FieldError>, field: &str, rule: Rule, value: &Value) {
    if matches!(rule, Rule::Telephone) {
        let number = js::string(value);
        let faults = if number.is_empty() {
            Vec::new()
        } else {
            contact::phone_faults(&number)
        };
        errors.extend(faults.into_iter().map(|fault| FieldError::new(field, fault)));
    } else if let Err(message) = verdict(rule, value) {
        errors.push(FieldError::new(field, &message));
    }
}

type Verdict = Result<(), Cow<'static, str>>;

fn verdict(rule: Rule, value: &Value) -> Verdict {
    match rule {
        Rule::Text(minimum) => text(value, minimum),
        Rule::TextOrNumber => text_or_truthy(value).map(|_| ()),
        Rule::Date => date(value),
        Rule::AnneeScolaire => {
            let annee = text_or_truthy(value)?;
            ensure(
                codes::normal_annee_scolaire(&annee).is_some(),
                "Format invalide (format attendu : 2023-2024). Les années doivent être consécutives ou identiques \
                 (ex : 2023-2024 ou 2023-2023)",
            )
        }
        Rule::Uai => {
            let uai = value.as_str().ok_or(STRING_EXPECTED)?;
            ensure(codes::normal_uai(uai).is_some(), "UAI invalide")
        }
        Rule::Siret => {
            let siret = text_or_truthy(value)?;
            ensure(
                codes::normal_siret(&siret).is_some(),
                "Siret invalide. Format attendu : 14 chiffres",
            )
        }
        Rule::Statut => {
            let code = integer_of(value);
            ensure([0.0, 2.0, 3.0].contains(&code), "Valeurs possibles: 0,2,3")
        }
        Rule::Email { trimmed } => {
            let email = value.as_str().ok_or(STRING_EXPECTED)?;
            ensure(
                contact::is_email(if trimmed { js::trim(email) } else { email }),
                "Email non valide",
            )
        }
        Rule::AnneeFormation => annee_formation(value),
        Rule::Rncp => ensure(codes::is_rncp(&js::string(value)), "Code RNCP invalide"),
        Rule::Cfd => ensure(codes::is_cfd(&js::string(value)), "Code CFD invalide"),
        Rule::CodePostal => {
            let code = text_or_truthy(value)?;
            // An empty list is no empty text, and reads as one.
            let accepted = value.as_str() != Some("") && codes::is_code_postal(&code);
            ensure(accepted, "Le code postal doit faire 5 caractères numériques exactement")
        }
        Rule::CommuneInsee => ensure(codes::is_commune_insee(&text_or_truthy(value)?), INVALID_FORMAT),
        Rule::Sexe => {
            let sexe = if value.is_string() || value.is_number() {
                js::string(value)
            } else {
                String::new()
            };
            ensure(
                matches!(js::trim(&sexe), "M" | "F" | "H" | "1" | "2"),
                "M, H ou F attendu",
            )
        }
        Rule::Boolean => ensure(value.is_boolean(), "Boolean attendu"),
        Rule::DerniereSituation => ensure(codes::is_derniere_situation(integer_of(value)), "Invalid input"),
        Rule::DernierOrganisme => ensure(codes::is_dernier_organisme(&js::string(value)), "UAI ou département"),
        Rule::TypeCfa => type_cfa(value),
        Rule::ApiVersion => ensure(matches!(value.as_str(), Some("v1" | "v2" | "v3" | "")), "Invalid input"),
        Rule::Telephone | Rule::Anything => Ok(()),
    }
}

fn type_cfa(value: &Value) -> Verdict {
    let kinds = "'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10'";
    if !(value.is_string() || value.is_number()) {
        return Err(format!("{kinds} attendu").into());
    }
    let code = js::pad_start(&js::string(value), 2);
    if codes::is_type_cfa(&code) {
        Ok(())
    } else {
        Err(format!("Invalid enum value. Expected {kinds}, received '{code}'").into())
    }
}

fn ensure(accepted: bool, message: &'static str) -> Verdict {
    if accepted { Ok(()) } else { Err(message.into()) }
}

fn text(value: &Value, minimum: usize) -> Verdict {
    let text = value.as_str().ok_or(STRING_EXPECTED)?;
    if js::length(js::trim(text)) >= minimum {
        return Ok(());
    }
    Err(format!("String must contain at least {minimum} character(s)").into())
}

/// A text, or the text of another value that counts as true (0 and `false` do not).
fn text_or_truthy(value: &Value) -> Result<String, Cow<'static, str>> {
    if value.is_string() || js::truthy(Some(value)) {
        Ok(js::string(value))
    } else {
        Err(STRING_EXPECTED.into())
    }
}

/// A number as it is, the number at the head of a text, `NaN` for anything else.
fn integer_of(value: &Value) -> f64 {
    match value {
        Value::String(text) => js::parse_int(text),
        other => other.as_f64().unwrap_or(f64::NAN),
    }
}

fn date(value: &Value) -> Verdict {
    match value.as_str() {
        Some(text) if dates::starts_like_a_date(text) => ensure(dates::parse(text).is_some(), "Invalid date"),
        _ => Err("Date invalide".into()),
    }
}

fn annee_formation(value: &Value) -> Verdict {
    let year = if js::truthy(Some(value)) {
        js::number(value)
    } else {
        value.as_f64().unwrap_or(f64::NAN)
    };
    if year.is_nan() {
        Err(NUMBER_EXPECTED.into())
    } else if year.fract() != 0.0 {
        Err("Integer attendu".into())
    } else if year < 0.0 {
        Err("Number must be greater than or equal to 0".into())
    } else {
        ensure(year <= 5.0, "Le chiffre doit être inférieur ou égal à 5")
    }
}
