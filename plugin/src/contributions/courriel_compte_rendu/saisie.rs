//! What is typed, and what is said under each field.

use serde_json::Value;

use super::super::fields;
use super::ID;
use crate::courriel::{Adresses, CourrielError, Security, check_server, is_address};
use crate::error::Error;
use crate::form::{ChoiceOption, Content, Field, Text};
use crate::store::{Courriel, Quand, ReglageCourriel, Secret, Securite, TEXT_MAX};

const QUAND: &str = "quand";
const DESTINATAIRES: &str = "destinataires";
const SERVEUR: &str = "serveur";
const SECURITE: &str = "securite";
const PORT: &str = "port";
const IDENTIFIANT: &str = "identifiant";
const MOT_DE_PASSE: &str = "mot_de_passe";
const EXPEDITEUR: &str = "expediteur";

/// Characters of all the recipients together.
const RECIPIENTS_MAX: u32 = 2000;

/// The settings being entered.
pub struct Saisie {
    /// Whether the host sends e-mail itself.
    pub through_host: bool,
    /// Whether something differs from what is stored.
    pub changed: bool,
    /// Whether they were to be saved: what is missing is then said.
    pub tried: bool,
    quand: Quand,
    destinataires: String,
    serveur: String,
    securite: Securite,
    port: String,
    identifiant: String,
    expediteur: String,
    mot_de_passe: Option<Secret>,
}

impl Saisie {
    /// What is stored.
    pub fn of(stored: &Courriel, through_host: bool) -> Self {
        let reglage = &stored.reglage;
        Self {
            through_host,
            changed: false,
            tried: false,
            quand: reglage.quand,
            destinataires: reglage.destinataires.join(", "),
            serveur: reglage.serveur.clone().unwrap_or_default(),
            securite: reglage.securite,
            port: reglage.port.map(|port| port.to_string()).unwrap_or_default(),
            identifiant: reglage.identifiant.clone().unwrap_or_default(),
            expediteur: reglage.expediteur.clone().unwrap_or_default(),
            mot_de_passe: None,
        }
    }

    /// Take a new value.
    pub fn change(&mut self, field: &str, value: &Value) -> Result<(), Error> {
        match field {
            QUAND => {
                let picked = fields::picked(field, value, &when())?;
                self.quand = picked.as_deref().and_then(Quand::from_code).unwrap_or_default();
            }
            SECURITE => {
                let picked = fields::picked(field, value, &encryption())?;
                self.securite = picked.as_deref().and_then(Securite::from_code).unwrap_or_default();
            }
            DESTINATAIRES => self.destinataires = fields::text(field, value)?,
            SERVEUR => self.serveur = fields::text(field, value)?.trim().to_owned(),
            PORT => self.port = fields::text(field, value)?.trim().to_owned(),
            IDENTIFIANT => self.identifiant = fields::text(field, value)?.trim().to_owned(),
            EXPEDITEUR => self.expediteur = fields::text(field, value)?.trim().to_owned(),
            MOT_DE_PASSE => {
                self.mot_de_passe = Some(fields::text(field, value)?)
                    .filter(|text| !text.is_empty())
                    .map(Secret::new);
            }
            other => return Err(fields::unknown(ID, other)),
        }
        self.changed = true;
        Ok(())
    }

    /// When, and to whom.
    pub fn report_fields(&self) -> Vec<Field> {
        let quand = Field::new(
            QUAND,
            "Envoyer le compte rendu de la nuit",
            choice(self.quand.code(), when()),
        )
        .help(
            "Une action est nécessaire quand une clé est refusée, qu'un service est injoignable, que des dossiers sont \
             rejetés, ou que plus d'apprentis que la nuit précédente ne sont pas envoyés.",
        );
        let destinataires = Field {
            error: self.recipients_error(),
            ..Field::text(DESTINATAIRES, "Destinataires", self.destinataires.as_str(), RECIPIENTS_MAX)
        }
        .help(
            "Séparez les adresses par une virgule ou un point-virgule. Le courriel contient des nombres, des raisons et \
             des numéros internes, aucune donnée personnelle.",
        );
        vec![quand, destinataires]
    }

    /// Through which server.
    pub fn server_fields(&self, stored: &Courriel) -> Vec<Field> {
        let (serveur, securite) = self.server_errors();
        let usual = security(self.securite).usual_port();
        let password = Content::Secret {
            value: (),
            stored: self.mot_de_passe.is_some() || self.keeps_password(stored),
        };
        vec![
            Field {
                error: serveur,
                ..Field::text(SERVEUR, "Serveur", self.serveur.as_str(), TEXT_MAX)
            }
            .help("Par exemple smtp.domaine.fr : demandez-le à votre informaticien."),
            Field {
                error: securite,
                ..Field::new(SECURITE, "Chiffrement", choice(self.securite.code(), encryption()))
            },
            Field {
                error: self.port_error(),
                ..Field::text(PORT, "Port", self.port.as_str(), 5)
            }
            .help(format!("Vide : {usual}, le port habituel de ce chiffrement.")),
            Field::text(IDENTIFIANT, "Identifiant", self.identifiant.as_str(), TEXT_MAX)
                .help("Vide si le serveur n'en demande pas."),
            Field {
                error: self.password_error(stored),
                ..Field::new(MOT_DE_PASSE, "Mot de passe", password)
            },
            Field {
                error: self.sender_error(),
                ..Field::text(EXPEDITEUR, "Adresse d'expéditeur", self.expediteur.as_str(), TEXT_MAX)
            },
        ]
    }

    /// What is to be stored; none if a field is wrong.
    pub fn settings(&mut self, stored: &Courriel) -> Option<ReglageCourriel> {
        let (serveur, securite) = self.server_errors();
        let of_server = [
            serveur,
            securite,
            self.port_error(),
            self.password_error(stored),
            self.sender_error(),
        ];
        let wrong = self.recipients_error().is_some() || of_server.iter().any(Option::is_some);
        if wrong {
            return None;
        }
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Some(ReglageCourriel {
            destinataires: Adresses::parse(&self.destinataires).valables,
            quand: self.quand,
            serveur: given(&self.serveur),
            port: self.port.parse().ok(),
            securite: self.securite,
            identifiant: given(&self.identifiant),
            expediteur: given(&self.expediteur),
            mot_de_passe: self.mot_de_passe.take(),
        })
    }

    /// Whether what is missing is to be said.
    fn wants_all(&self) -> bool {
        self.tried && self.quand != Quand::Jamais
    }

    fn wants_server(&self) -> bool {
        self.wants_all() && !self.through_host
    }

    fn recipients_error(&self) -> Option<Text> {
        let found = Adresses::parse(&self.destinataires);
        if !found.refusees.is_empty() {
            let quoted: Vec<String> = found.refusees.iter().map(|text| format!("« {text} »")).collect();
            return Some(
                format!(
                    "Adresse à corriger : {}. Une adresse s'écrit nom@domaine.fr.",
                    quoted.join(", ")
                )
                .into(),
            );
        }
        let missing = self.wants_all() && found.valables.is_empty();
        missing.then(|| "Indiquez au moins une adresse.".into())
    }

    /// Under the server's name, and under its encryption.
    fn server_errors(&self) -> (Option<Text>, Option<Text>) {
        if self.serveur.is_empty() {
            let missing = self.wants_server();
            return (missing.then(|| "Indiquez le serveur d'envoi.".into()), None);
        }
        match check_server(&self.serveur, security(self.securite)) {
            Ok(()) => (None, None),
            Err(CourrielError::ClearText { .. }) => (
                None,
                Some("Réservé à un serveur de cette machine : choisissez TLS ou STARTTLS.".into()),
            ),
            Err(_) => (
                Some("Ce n'est pas un nom de serveur : saisissez par exemple smtp.domaine.fr.".into()),
                None,
            ),
        }
    }

    fn port_error(&self) -> Option<Text> {
        let right = self.port.is_empty() || self.port.parse::<u16>().is_ok_and(|port| port > 0);
        (!right).then(|| "Un port est un nombre de 1 à 65535.".into())
    }

    fn sender_error(&self) -> Option<Text> {
        if self.expediteur.is_empty() {
            let missing = self.wants_server();
            return missing.then(|| "Indiquez l'adresse d'où part le courriel.".into());
        }
        (!is_address(&self.expediteur)).then(|| "Une adresse s'écrit nom@domaine.fr.".into())
    }

    /// Whether the stored password stays: it is told to no other server, and for no other user name.
    fn keeps_password(&self, stored: &Courriel) -> bool {
        let same = |stored: &Option<String>, typed: &str| stored.as_deref().unwrap_or_default() == typed;
        stored.mot_de_passe_scelle.is_some()
            && same(&stored.reglage.serveur, &self.serveur)
            && same(&stored.reglage.identifiant, &self.identifiant)
    }

    fn password_error(&self, stored: &Courriel) -> Option<Text> {
        if self.identifiant.is_empty() || self.mot_de_passe.is_some() || self.keeps_password(stored) {
            return None;
        }
        if stored.mot_de_passe_scelle.is_some() {
            return Some(
                "Le serveur ou l'identifiant a changé : saisissez de nouveau le mot de passe, qui n'est pas transmis à un autre \
                 serveur."
                    .into(),
            );
        }
        self.wants_server().then(|| "Saisissez le mot de passe.".into())
    }
}

fn security(securite: Securite) -> Security {
    match securite {
        Securite::Tls => Security::Tls,
        Securite::StartTls => Security::StartTls,
        Securite::Aucune => Security::Clear,
    }
}

fn choice(value: &str, options: Vec<ChoiceOption>) -> Content {
    Content::Choice {
        value: Some(value.to_owned()),
        options,
    }
}

fn option(value: &str, label: &'static str) -> ChoiceOption {
    ChoiceOption {
        value: value.to_owned(),
        label: label.into(),
    }
}

fn when() -> Vec<ChoiceOption> {
    let label = |quand| match quand {
        Quand::Jamais => "Jamais",
        Quand::Toujours => "Toujours",
        Quand::SiAction => "Seulement si une action est nécessaire",
    };
    Quand::TOUS.map(|quand| option(quand.code(), label(quand))).to_vec()
}

fn encryption() -> Vec<ChoiceOption> {
    let label = |securite| match securite {
        Securite::Tls => "TLS",
        Securite::StartTls => "STARTTLS",
        Securite::Aucune => "Aucun (serveur de cette machine seulement)",
    };
    Securite::TOUTES
        .map(|securite| option(securite.code(), label(securite)))
        .to_vec()
}
