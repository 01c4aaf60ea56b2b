//! The settings file: what is refused, with its path in the file and what was expected there.

use std::collections::{HashMap, HashSet};
use std::fmt;

use serde_json::{Map, Value};

use super::{Quand, ReglageAcces, ReglageCourriel, ReglageSecteur, Securite, Settings};
use crate::dossier::records::LigneUai;
use crate::dossier::{ChampLigne, Formateur, Protocole, formateur};
use crate::store::StoreError;
use crate::store::schema::{TEXT_MAX, URL_MAX};
use crate::store::seal::Secret;

/// Something in the settings file that is not as it should be. Never holds a value of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, e.g. `uai[2].siret`.
    pub path: String,
    /// What was expected there, in French.
    pub expected: String,
    /// What was found there, in French.
    pub found: String,
}

impl Problem {
    /// French text for the user.
    #[must_use]
    pub fn user_text(&self) -> String {
        format!("{} : {} attendu, {} trouvé", self.path, self.expected, self.found)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}: expected {}, found {}",
            self.path, self.expected, self.found
        )
    }
}

impl Settings {
    /// Reads a settings file. A key left out is null or false; an unknown key or a wrong type is refused.
    ///
    /// # Errors
    /// [`StoreError::Syntax`]; [`StoreError::Settings`] with every problem of the file.
    pub fn from_json(text: &str) -> Result<Self, StoreError> {
        // Editors on Windows like to begin a file with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let value = serde_json::from_str(text).map_err(|error| StoreError::Syntax {
            line: error.line(),
            column: error.column(),
        })?;
        let mut reader = Reader::default();
        let settings = reader.settings(value);
        if reader.problems.is_empty() {
            Ok(settings)
        } else {
            Err(StoreError::Settings {
                problems: reader.problems,
            })
        }
    }
}

/// Gathers the problems while it takes the file apart.
#[derive(Default)]
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn settings(&mut self, value: Value) -> Settings {
        let Some(mut root) = self.object(value, "(racine)") else {
            return Settings::default();
        };
        let secteurs = self.list(&mut root, "secteurs", Self::secteur);
        let uai = self.list(&mut root, "uai", Self::uai);
        let acces = self.list(&mut root, "acces", Self::acces);
        let courriel = self.courriel(&mut root);
        self.nothing_left(&root, "", "secteurs, uai, acces, courriel");
        self.distinct_secteurs(&secteurs);
        Settings {
            secteurs,
            uai: self.numbered(uai),
            acces,
            courriel,
        }
    }

    fn courriel(&mut self, root: &mut Map<String, Value>) -> Option<ReglageCourriel> {
        let value = root.remove("courriel").filter(|value| !value.is_null())?;
        let path = "courriel".to_owned();
        let mut fields = Fields {
            values: self.object(value, &path)?,
            path,
        };
        let courriel = ReglageCourriel {
            destinataires: self.texts(&mut fields, "destinataires"),
            quand: self.code(
                &mut fields,
                "quand",
                Quand::from_code,
                "« jamais », « toujours » ou « si_action »",
            ),
            serveur: self.text(&mut fields, "serveur", TEXT_MAX),
            port: self.port(&mut fields),
            securite: self.code(
                &mut fields,
                "securite",
                Securite::from_code,
                "« tls », « starttls » ou « aucune »",
            ),
            identifiant: self.text(&mut fields, "identifiant", TEXT_MAX),
            expediteur: self.text(&mut fields, "expediteur", TEXT_MAX),
            mot_de_passe: self.secret(&mut fields, "mot_de_passe"),
        };
        let known = "destinataires, quand, serveur, port, securite, identifiant, expediteur, mot_de_passe";
        self.nothing_left(&fields.values, &fields.path, known);
        Some(courriel)
    }

    fn texts(&mut self, fields: &mut Fields, key: &str) -> Vec<String> {
        let value = fields.values.remove(key).unwrap_or(Value::Null);
        if value.is_null() {
            return Vec::new();
        }
        serde_json::from_value(value.clone()).unwrap_or_else(|_| {
            self.refuse(fields.at(key), "liste de textes", kind(&value));
            Vec::new()
        })
    }

    fn port(&mut self, fields: &mut Fields) -> Option<u16> {
        let port = self.integer(fields, "port")?;
        u16::try_from(port).ok().filter(|port| *port > 0).or_else(|| {
            self.refuse(fields.at("port"), "nombre de 1 à 65535", "autre nombre");
            None
        })
    }

    /// One of a few words; the default where there is none.
    fn code<T: Default>(
        &mut self,
        fields: &mut Fields,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
        expected: &str,
    ) -> T {
        let Some(code) = self.text(fields, key, TEXT_MAX) else {
            return T::default();
        };
        parse(&code).unwrap_or_else(|| {
            self.refuse(fields.at(key), expected, "autre texte");
            T::default()
        })
    }

    fn list<T>(&mut self, root: &mut Map<String, Value>, key: &str, read: fn(&mut Self, Fields) -> T) -> Vec<T> {
        match root.remove(key) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    let path = format!("{key}[{index}]");
                    if let Some(values) = self.object(item, &path) {
                        list.push(read(self, Fields { path, values }));
                    }
                }
                list
            }
            Some(other) => {
                self.refuse(key.to_owned(), "liste", kind(&other));
                Vec::new()
            }
        }
    }

    fn secteur(&mut self, mut fields: Fields) -> ReglageSecteur {
        let secteur = ReglageSecteur {
            societe_id: self.required_integer(&mut fields, "societe_id"),
            secteur_id: self.required_integer(&mut fields, "secteur_id"),
            passerelle_sifa: self.boolean(&mut fields, "passerelle_sifa"),
            mission_apprentissage: self.boolean(&mut fields, "mission_apprentissage"),
            transfert_nuit: self.boolean(&mut fields, "transfert_nuit"),
            donnees_sifa: self.boolean(&mut fields, "donnees_sifa"),
            sans_email: self.boolean(&mut fields, "sans_email"),
            sans_code_diplome: self.boolean(&mut fields, "sans_code_diplome"),
        };
        let known = "societe_id, secteur_id, passerelle_sifa, mission_apprentissage, transfert_nuit, donnees_sifa, \
                     sans_email, sans_code_diplome";
        self.nothing_left(&fields.values, &fields.path, known);
        secteur
    }

    fn uai(&mut self, mut fields: Fields) -> (Option<i64>, LigneUai) {
        let id = self.integer(&mut fields, "id");
        let ligne = LigneUai {
            id: id.unwrap_or_default(),
            uai: self.text(&mut fields, "uai", TEXT_MAX),
            nom: self.text(&mut fields, "nom", TEXT_MAX),
            siret: self.text(&mut fields, "siret", TEXT_MAX),
            organisme_gestionnaire: self.text(&mut fields, "organisme_gestionnaire", TEXT_MAX),
            type_cfa: self.text(&mut fields, "type_cfa", TEXT_MAX),
            societe_id: self.integer(&mut fields, "societe_id"),
            secteur_id: self.integer(&mut fields, "secteur_id"),
            uai_formateur: self.text(&mut fields, "uai_formateur", TEXT_MAX),
            siret_formateur: self.text(&mut fields, "siret_formateur", TEXT_MAX),
        };
        if let Formateur::Incomplet(champ) = formateur(&ligne) {
            let (absent, present) = match champ {
                ChampLigne::UaiFormateur => ("uai_formateur", "siret_formateur"),
                _ => ("siret_formateur", "uai_formateur"),
            };
            self.refuse(
                fields.at(absent),
                &format!("numéro qui va avec {present} (UAI et SIRET, ou aucun des deux)"),
                "rien",
            );
        }
        let known = "id, uai, nom, siret, organisme_gestionnaire, type_cfa, societe_id, secteur_id, uai_formateur, \
                     siret_formateur";
        self.nothing_left(&fields.values, &fields.path, known);
        (id, ligne)
    }

    fn acces(&mut self, mut fields: Fields) -> ReglageAcces {
        let acces = ReglageAcces {
            societe_id: self.integer(&mut fields, "societe_id"),
            secteur_id: self.integer(&mut fields, "secteur_id"),
            uai: self.text(&mut fields, "uai", TEXT_MAX),
            protocole: self.protocole(&mut fields),
            url: self.text(&mut fields, "url", URL_MAX),
            identifiant: self.text(&mut fields, "identifiant", TEXT_MAX),
            cle: self.secret(&mut fields, "cle"),
        };
        let known = "societe_id, secteur_id, uai, protocole, url, identifiant, cle";
        self.nothing_left(&fields.values, &fields.path, known);
        acces
    }

    fn protocole(&mut self, fields: &mut Fields) -> Protocole {
        let expected = "« v3 » ou « statut-candidats »";
        self.code(fields, "protocole", |code| code.parse().ok(), expected)
    }

    fn secret(&mut self, fields: &mut Fields, key: &str) -> Option<Secret> {
        // An empty key is no key.
        self.text(fields, key, u32::MAX)
            .map(Secret::new)
            .filter(|secret| !secret.expose().trim().is_empty())
    }

    fn text(&mut self, fields: &mut Fields, key: &str, max: u32) -> Option<String> {
        match fields.values.remove(key) {
            None | Some(Value::Null) => None,
            // UTF-16 units, which is what SQL Server counts.
            Some(Value::String(text)) if text.encode_utf16().count() <= usize::try_from(max).unwrap_or(usize::MAX) => {
                Some(text)
            }
            Some(Value::String(_)) => {
                self.refuse(
                    fields.at(key),
                    &format!("texte de {max} caractères au plus"),
                    "texte plus long",
                );
                None
            }
            Some(other) => {
                self.refuse(fields.at(key), "texte ou null", kind(&other));
                None
            }
        }
    }

    fn integer(&mut self, fields: &mut Fields, key: &str) -> Option<i64> {
        match fields.values.remove(key) {
            None | Some(Value::Null) => None,
            Some(value) => value.as_i64().or_else(|| {
                self.refuse(fields.at(key), "nombre entier ou null", kind(&value));
                None
            }),
        }
    }

    fn required_integer(&mut self, fields: &mut Fields, key: &str) -> i64 {
        let value = fields.values.remove(key).unwrap_or(Value::Null);
        value.as_i64().unwrap_or_else(|| {
            self.refuse(fields.at(key), "nombre entier", kind(&value));
            0
        })
    }

    fn boolean(&mut self, fields: &mut Fields, key: &str) -> bool {
        match fields.values.remove(key) {
            None | Some(Value::Null) => false,
            Some(Value::Bool(value)) => value,
            Some(other) => {
                self.refuse(fields.at(key), "true ou false", kind(&other));
                false
            }
        }
    }

    fn object(&mut self, value: Value, path: &str) -> Option<Map<String, Value>> {
        match value {
            Value::Object(values) => Some(values),
            other => {
                self.refuse(path.to_owned(), "objet", kind(&other));
                None
            }
        }
    }

    fn nothing_left(&mut self, values: &Map<String, Value>, path: &str, known: &str) {
        for key in values.keys() {
            // Cut: a key is free text.
            let key: String = key.chars().take(40).collect();
            let at = if path.is_empty() { key } else { format!("{path}.{key}") };
            self.refuse(at, &format!("une des clés {known}"), "clé inconnue");
        }
    }

    fn distinct_secteurs(&mut self, secteurs: &[ReglageSecteur]) {
        let mut seen = HashMap::new();
        for (index, secteur) in secteurs.iter().enumerate() {
            if let Some(first) = seen.insert((secteur.societe_id, secteur.secteur_id), index) {
                let found = format!("le même couple que secteurs[{first}]");
                self.refuse(
                    format!("secteurs[{index}]"),
                    "couple (societe_id, secteur_id) unique",
                    &found,
                );
            }
        }
    }

    /// Lines without a number get one after the highest.
    fn numbered(&mut self, lines: Vec<(Option<i64>, LigneUai)>) -> Vec<LigneUai> {
        let highest = lines.iter().filter_map(|(id, _)| *id).max().unwrap_or(0).max(0);
        let mut seen = HashSet::new();
        let mut missing = 0;
        let mut numbered = Vec::with_capacity(lines.len());
        for (index, (id, ligne)) in lines.into_iter().enumerate() {
            if id.is_none() {
                missing += 1;
            }
            let id = id.unwrap_or_else(|| highest.saturating_add(missing));
            if !seen.insert(id) {
                self.refuse(format!("uai[{index}].id"), "numéro unique", "numéro déjà pris");
            }
            numbered.push(LigneUai { id, ..ligne });
        }
        numbered
    }

    fn refuse(&mut self, path: String, expected: &str, found: &str) {
        self.problems.push(Problem {
            path,
            expected: expected.to_owned(),
            found: found.to_owned(),
        });
    }
}

/// The keys of one object that were not read yet, and where it is.
struct Fields {
    path: String,
    values: Map<String, Value>,
}

impl Fields {
    fn at(&self, key: &str) -> String {
        format!("{}.{key}", self.path)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "rien",
        Value::Bool(_) => "true ou false",
        Value::Number(number) if number.is_i64() => "nombre entier",
        Value::Number(_) => "nombre non entier ou trop grand",
        Value::String(_) => "texte",
        Value::Array(_) => "liste",
        Value::Object(_) => "objet",
    }
}
