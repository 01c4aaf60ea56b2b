//! The screen of one access: key, protocol, address.

use serde_json::Value;

use super::lignes::{EtatCle, Ligne};
use super::{CANCEL, ID, SAVE, TITLE};
use crate::contributions::fields::{self, picked};
use crate::dossier::{Protocole, normaliser_uai};
use crate::error::Error;
use crate::form::{Button, ChoiceOption, Content, Description, Field, Group, Text};
use crate::mission::{Access, Cle, MissionError};
use crate::store::{Acces, Line, ReglageAcces, Secret, TEXT_MAX, URL_MAX, origin};

const CLE: &str = "cle";
const PROTOCOLE: &str = "protocole";
const URL: &str = "url";
const IDENTIFIANT: &str = "identifiant";

/// Where the Mission's server listens.
const SITE: &str = "https://cfas.apprentissage.beta.gouv.fr";
/// Its API, unless another address is entered.
pub const URL_BASE: &str = "https://cfas.apprentissage.beta.gouv.fr/api";

/// An access being entered.
pub struct Fiche {
    ligne: Ligne,
    /// How the tableau de bord names this ERP.
    erp_name: String,
    /// Number and revision of the access that the user saw; none: it is to be added.
    pub seen: Option<(i64, i64)>,
    protocole: Protocole,
    url: String,
    identifiant: String,
    /// What was typed; none: the stored one stays.
    cle: Option<Secret>,
    /// Protocol and origin of the stored key, where one is stored that opens.
    stored: Option<(Protocole, String)>,
    /// What another workstation saved meanwhile.
    meanwhile: Option<Acces>,
    errors: Errors,
}

#[derive(Default)]
struct Errors {
    cle: Option<Text>,
    url: Option<Text>,
    identifiant: Option<Text>,
}

impl Fiche {
    /// That of a line.
    pub fn of(ligne: &Ligne, erp_name: &str) -> Self {
        let acces = ligne.acces.as_ref().map(|acces| &acces.value);
        let text = |text: Option<&String>| text.cloned().unwrap_or_default();
        Self {
            seen: ligne.seen(),
            protocole: acces.map_or(Protocole::V3, |acces| acces.protocole),
            url: acces
                .and_then(|acces| acces.url.clone())
                .unwrap_or_else(|| URL_BASE.to_owned()),
            identifiant: text(acces.and_then(|acces| acces.identifiant.as_ref())),
            cle: None,
            stored: acces.filter(|_| ligne.cle == EtatCle::Enregistree).map(of_key),
            meanwhile: None,
            errors: Errors::default(),
            ligne: ligne.clone(),
            erp_name: erp_name.to_owned(),
        }
    }

    /// Takes a new value.
    pub fn change(&mut self, field: &str, value: &Value) -> Result<(), Error> {
        match field {
            CLE => {
                let text = fields::text(field, value)?;
                self.cle = (!text.trim().is_empty()).then(|| Secret::new(text.trim().to_owned()));
                self.errors.cle = None;
            }
            PROTOCOLE => {
                let code = picked(field, value, &protocoles())?;
                self.protocole = code.and_then(|code| code.parse().ok()).unwrap_or_default();
                self.errors = Errors::default();
            }
            URL => {
                self.url = fields::text(field, value)?;
                self.errors.url = None;
            }
            IDENTIFIANT => {
                self.identifiant = fields::text(field, value)?;
                self.errors.identifiant = None;
            }
            other => return Err(fields::unknown(ID, other)),
        }
        Ok(())
    }

    /// Whether it can be saved; what keeps it from that is said under its field.
    pub fn check(&mut self) -> bool {
        self.errors = Errors::default();
        if self.cle.is_none() && !self.keeps_key() {
            self.errors.cle = Some(match &self.stored {
                Some((protocole, _)) if *protocole != self.protocole => {
                    "Le protocole a changé : saisissez la clé de ce protocole.".into()
                }
                Some(_) => {
                    "L'adresse a changé : saisissez de nouveau la clé, qui ne part qu'à l'adresse pour laquelle elle \
                            a été saisie."
                        .into()
                }
                None => format!("{} : à saisir.", self.label_of_key()).into(),
            });
        }
        // A key that stays was checked when it was entered: any stands for it here.
        let access = Access {
            uai: self.ligne.uai.clone().unwrap_or_default(),
            protocole: self.protocole,
            url: self.url.clone(),
            identifiant: Some(self.identifiant.clone()),
            cle: Cle::new(self.cle.as_ref().map_or("-", Secret::expose)),
        };
        if let Err(error) = access.check() {
            let text = Some(Text::from(error.user_text()));
            match error {
                MissionError::InvalidKey => self.errors.cle = text,
                MissionError::MissingLogin => self.errors.identifiant = text,
                _ => self.errors.url = text,
            }
        }
        self.errors.cle.is_none() && self.errors.url.is_none() && self.errors.identifiant.is_none()
    }

    /// What is to be stored.
    pub fn to_save(&self) -> ReglageAcces {
        let identifiant = self.identifiant.trim();
        let with_login = self.protocole == Protocole::StatutCandidats && !identifiant.is_empty();
        ReglageAcces {
            societe_id: self.ligne.societe_id,
            secteur_id: self.ligne.secteur_id,
            uai: self.ligne.uai.clone(),
            protocole: self.protocole,
            url: Some(self.url.trim().to_owned()),
            identifiant: with_login.then(|| identifiant.to_owned()),
            cle: self.cle.as_ref().map(|cle| Secret::new(cle.expose().to_owned())),
        }
    }

    /// Another workstation changed, deleted or added the access: what was typed stays, what is stored is said under it.
    /// Gives what the user can do now.
    pub fn meanwhile(&mut self, stored: &[Line<Acces>]) -> &'static str {
        let (societe, secteur, uai) = (self.ligne.societe_id, self.ligne.secteur_id, &self.ligne.uai);
        let found = stored.iter().find(|line| {
            let acces = &line.value;
            acces.societe_id == societe && acces.secteur_id == secteur && acces.uai == *uai
        });
        self.seen = found.map(|line| (line.value.id, line.revision));
        self.meanwhile = found.map(|line| line.value.clone());
        self.stored = found
            .filter(|line| line.value.cle_scellee.is_some())
            .map(|line| of_key(&line.value));
        match found {
            Some(_) => {
                "Votre saisie est toujours là, avec sous chaque champ ce que l'autre poste a enregistré : enregistrez de \
                 nouveau pour le remplacer par votre saisie, ou annulez pour le garder."
            }
            None => {
                "Votre saisie est toujours là : saisissez la clé et enregistrez de nouveau pour recréer l'accès, ou annulez."
            }
        }
    }

    /// Whether the stored key is one of this protocol and this address.
    fn keeps_key(&self) -> bool {
        let stored = self.stored.as_ref();
        stored.is_some_and(|(protocole, entered)| *protocole == self.protocole && *entered == origin(Some(&self.url)))
    }

    fn label_of_key(&self) -> &'static str {
        match self.protocole {
            Protocole::V3 => "Clé API",
            Protocole::StatutCandidats => "Mot de passe",
        }
    }

    /// The screen.
    pub fn describe(&self) -> Description {
        let other = self.meanwhile.as_ref();
        let meanwhile = |theirs: Option<String>, ours: &str| -> Option<Text> {
            let theirs = other.and(Some(theirs.unwrap_or_default()))?;
            (theirs != ours).then(|| format!("Enregistré entre-temps : « {theirs} »").into())
        };
        let etablissement = [self.ligne.etablissement(), self.ligne.nom.clone().unwrap_or_default()];
        let protocole = Content::Choice {
            value: Some(self.protocole.code().to_owned()),
            options: protocoles(),
        };
        let cle = Content::Secret {
            value: (),
            stored: self.keeps_key() || self.cle.is_some(),
        };
        let help = match (&self.cle, self.keeps_key()) {
            (Some(_), _) => {
                "Une nouvelle clé est saisie ; elle sera protégée à l'enregistrement et ne sera plus montrée."
            }
            (None, true) => "Une clé est enregistrée. Laissez vide pour la garder, ou collez-en une autre.",
            (None, false) => "Collez la clé du tableau de bord de l'apprentissage : une par établissement.",
        };
        let mut fields = vec![
            Field::note(
                "etablissement",
                "Établissement",
                etablissement.join("\n").trim().to_owned(),
            ),
            Field {
                warning: meanwhile(
                    other.map(|other| other.protocole.code().to_owned()),
                    self.protocole.code(),
                ),
                ..Field::new(PROTOCOLE, "Protocole", protocole)
            },
            Field {
                error: self.errors.cle.clone(),
                ..Field::new(CLE, self.label_of_key(), cle)
            }
            .help(help),
        ];
        if self.protocole == Protocole::StatutCandidats {
            fields.push(Field {
                error: self.errors.identifiant.clone(),
                warning: meanwhile(other.and_then(|other| other.identifiant.clone()), &self.identifiant),
                ..Field::text(IDENTIFIANT, "Identifiant", self.identifiant.clone(), TEXT_MAX)
            });
        }
        fields.push(
            Field {
                error: self.errors.url.clone(),
                warning: meanwhile(other.and_then(|other| other.url.clone()), &self.url),
                ..Field::text(URL, "URL de base", self.url.clone(), URL_MAX)
            }
            .help(format!("Habituellement {URL_BASE}.")),
        );
        if let Some(value) = self.link() {
            fields.push(Field::new("lien", "Récupérer clé API", Content::Link { value }));
        }
        Description::new(
            ID,
            TITLE,
            vec![Group::new("Mission Apprentissage > Mission ministérielle", fields)],
            vec![Button::new(SAVE, "Enregistrer"), Button::new(CANCEL, "Annuler")],
        )
    }

    /// Where the key of this establishment is to be had; none where there is no such page. Never with the key in it.
    fn link(&self) -> Option<String> {
        if self.protocole != Protocole::V3 {
            return None;
        }
        let code = |text: &Option<String>| text.as_deref().and_then(normaliser_uai).filter(|code| plain(code));
        let (siret, uai) = (code(&self.ligne.siret)?, code(&self.ligne.uai)?);
        // Another of the Mission's sites where one is entered; a receiver on this machine has no such page.
        let entered = Access::origin(&self.url)
            .ok()
            .filter(|origin| origin.starts_with("https://"));
        let site = entered.as_deref().unwrap_or(SITE);
        Some(format!(
            "{site}/connexion-api?siret={siret}&uai={uai}&erp={}",
            self.erp_name
        ))
    }
}

/// What the key of an access was entered for.
fn of_key(acces: &Acces) -> (Protocole, String) {
    (acces.protocole, origin(acces.url.as_deref()))
}

/// Nothing that an address would have to escape.
fn plain(code: &str) -> bool {
    code.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn protocoles() -> Vec<ChoiceOption> {
    let option = |protocole: Protocole, label: &'static str| ChoiceOption {
        value: protocole.code().to_owned(),
        label: label.into(),
    };
    vec![
        option(Protocole::V3, "v3 (tableau de bord de l'apprentissage)"),
        option(Protocole::StatutCandidats, "statut-candidats (service de 2021)"),
    ]
}
