//! *Gestion des accès aux API tierces*: the establishments of a société and secteur, each with its key and address.
//!
//! | file | what it does |
//! |---|---|
//! | `mod` | which of the two screens is shown, and what the buttons do |
//! | `lignes` | which lines there are: one per SIRET-UAI of the list, and the accesses that the list has no more |
//! | `liste` | the screen with the lines |
//! | `fiche` | the screen of one access |
//! | `essai` | the job *Tester la connexion* |

pub mod essai;
mod fiche;
mod lignes;
mod liste;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::Context;
use super::complements_secteur::cases_de_la_nuit;
use super::fields::{self, Places, number, picked};
use super::registry::{Contribution, Opens, text};
use crate::erp::Erp;
use crate::error::Error;
use crate::form::{Description, Event, Form, Message, Next};
use crate::host::Host;
use crate::installation::Keys;
use crate::store::{AccesEnregistre, Auteur, Sealer, Store, StoreError};
use fiche::Fiche;
pub use fiche::URL_BASE;
use lignes::Ligne;

/// The screen.
pub const SCREEN: Contribution = Contribution {
    id: c"acces-api",
    label: c"Gestion des accès aux API tierces",
    menu: c"Administration > Gestion des accès aux API tierces > Mission Apprentissage",
    opens: Opens::Form(|at, context| {
        let parts = Parts {
            store: at.store()?,
            erp: at.erp()?,
            keys: at.keys(),
            host: at.shared_host(),
            user: at.user().map(str::to_owned),
            erp_name: at.erp_name().to_owned(),
        };
        open(parts, context)
    }),
};
/// Its id.
pub const ID: &str = text(SCREEN.id);

const TITLE: &str = text(SCREEN.label);
const SOCIETE: &str = "societe";
const SECTEUR: &str = "secteur";
const EDIT: &str = "saisir-cle";
const GET_KEY: &str = "recuperer-cle";
const TEST: &str = "tester-connexion";
const DELETE: &str = "supprimer-cle";
const RENEW: &str = "renouveler-scellement";
const REFRESH: &str = "actualiser";
const CLOSE: &str = "fermer";
const SAVE: &str = "enregistrer";
const CANCEL: &str = "annuler";

/// What the form works with.
pub struct Parts {
    /// The plugin's own tables.
    pub store: Store,
    /// The ERP's tables.
    pub erp: Erp,
    /// Where the sealing key is.
    pub keys: Keys,
    /// The clock.
    pub host: Arc<dyn Host>,
    /// Who is signed in.
    pub user: Option<String>,
    /// How the tableau de bord names this ERP.
    pub erp_name: String,
}

struct AccesApi {
    parts: Parts,
    places: Places,
    societe: Option<i64>,
    secteur: Option<i64>,
    lignes: Vec<Ligne>,
    message: Option<Message>,
    /// The access being entered; none: the list is shown.
    fiche: Option<Fiche>,
}

/// The form, for the société and sector of the context if it names them.
///
/// # Errors
/// The settings, or the ERP's sociétés and sectors, cannot be read.
pub fn open(parts: Parts, context: &Context) -> Result<Box<dyn Form>, Error> {
    let places = Places::read(&parts.erp)?;
    let societe = context.societe_id.or_else(|| match &places.societes(None)[..] {
        // The only one need not be chosen.
        [only] => number(Some(&only.value)),
        _ => None,
    });
    let mut form = AccesApi {
        parts,
        places,
        societe,
        secteur: context.secteur_id,
        lignes: Vec::new(),
        message: None,
        fiche: None,
    };
    form.read()?;
    Ok(Box::new(form))
}

impl Form for AccesApi {
    fn describe(&self) -> Description {
        let mut description = match &self.fiche {
            Some(fiche) => fiche.describe(),
            None => liste::describe(&self.places, self.societe, self.secteur, &self.lignes),
        };
        description.message.clone_from(&self.message);
        description
    }

    fn act(&mut self, event: &Event<'_>) -> Result<Next, Error> {
        match (event, &mut self.fiche) {
            (Event::Closed, _) | (Event::Action { button: CLOSE, .. }, None) => return Ok(Next::Close),
            (Event::Changed { field, value }, Some(fiche)) => fiche.change(field, value)?,
            (Event::Changed { field, value }, None) => {
                match *field {
                    SOCIETE => {
                        let options = self.places.societes(self.societe);
                        let societe = number(picked(field, value, &options)?.as_deref());
                        if societe != self.societe {
                            self.secteur = None;
                        }
                        self.societe = societe;
                    }
                    SECTEUR => {
                        let options = liste::secteurs(&self.places, self.societe, self.secteur);
                        self.secteur = number(picked(field, value, &options)?.as_deref());
                    }
                    other => return Err(fields::unknown(ID, other)),
                }
                self.list(None)?;
            }
            (Event::Action { button, row: None }, Some(_)) => match *button {
                SAVE => self.save()?,
                CANCEL => self.list(None)?,
                other => return Err(fields::unknown(ID, other)),
            },
            (Event::Action { button, row: None }, None) => match *button {
                REFRESH => {
                    self.places = Places::read(&self.parts.erp)?;
                    self.list(None)?;
                }
                // What the job came to is told by the host.
                RENEW => self.list(None)?,
                other => return Err(fields::unknown(ID, other)),
            },
            (Event::Action { row: Some(_), .. }, Some(_)) => return Err(fields::unknown(ID, "a row")),
            (Event::Action { button, row: Some(row) }, None) => {
                let ligne = self.lignes.iter().find(|ligne| ligne.row == *row);
                let ligne = ligne.cloned().ok_or_else(|| fields::unknown(ID, row))?;
                match *button {
                    EDIT => self.edit(&ligne, None),
                    GET_KEY => self.edit(
                        &ligne,
                        Some(Message::info(
                            "Ouvrez l'adresse « Récupérer clé API » dans un navigateur, connectez-vous au tableau de bord \
                             de l'apprentissage, générez ou copiez la clé de cet établissement, puis collez-la ici.",
                        )),
                    ),
                    DELETE => self.delete(&ligne)?,
                    TEST => self.list(None)?,
                    other => return Err(fields::unknown(ID, other)),
                }
            }
        }
        Ok(Next::Show)
    }
}

impl AccesApi {
    fn edit(&mut self, ligne: &Ligne, message: Option<Message>) {
        self.fiche = Some(Fiche::of(ligne, &self.parts.erp_name));
        self.message = message;
    }

    /// Takes what is stored now.
    fn read(&mut self) -> Result<(), Error> {
        let store = &self.parts.store;
        let (liste, acces) = (store.lignes_uai()?, store.liste_acces()?);
        let sealer = self.parts.keys.sealer();
        self.lignes = lignes::of(self.societe, self.secteur, &liste, &acces, sealer.as_ref().ok());
        if let Err(error) = sealer {
            self.message = Some(Message::error(error.message));
        }
        Ok(())
    }

    /// Back to the list, as it is stored now.
    fn list(&mut self, message: Option<Message>) -> Result<(), Error> {
        self.fiche = None;
        self.message = message;
        self.read()
    }

    fn save(&mut self) -> Result<(), Error> {
        let Some(fiche) = &mut self.fiche else { return Ok(()) };
        if !fiche.check() {
            self.message = Some(Message::error(
                "Rien n'a été enregistré : corrigez les champs signalés, puis enregistrez de nouveau.",
            ));
            return Ok(());
        }
        let auteur = Auteur {
            nom: self.parts.user.clone(),
            le: self.parts.host.now()?,
        };
        // Read anew: it may have been renewed since the form was opened.
        let sealer: Sealer = self.parts.keys.sealer()?;
        let line = fiche.to_save();
        match self.parts.store.save_acces(&line, fiche.seen, &sealer, &auteur) {
            Ok(saved) => {
                let message = self.saved(line.cle.is_some(), line.secteur_id, saved);
                self.list(Some(message))
            }
            Err(error @ (StoreError::LineConflict { .. } | StoreError::Twin { .. })) => {
                // Whoever was first: his line is the one that is saved over, if the user wants that.
                let stored = self.parts.store.liste_acces()?;
                let what_now = fiche.meanwhile(&stored);
                let text = match error {
                    StoreError::Twin { .. } => {
                        "Un accès a été enregistré entre-temps pour cet établissement sur un autre poste ; rien n'a été \
                         enregistré."
                            .to_owned()
                    }
                    error => error.user_text(),
                };
                self.message = Some(Message::error(format!("{text} {what_now}")));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// What saving has done, boxes included.
    fn saved(&self, with_key: bool, secteur: Option<i64>, saved: AccesEnregistre) -> Message {
        if !with_key {
            return Message::success("L'accès est enregistré ; sa clé n'a pas changé.");
        }
        let (Some(avant), Some(secteur)) = (saved.avant, secteur) else {
            return Message::warning(
                "La clé est enregistrée. Cochez les cases de chaque secteur qui doit partir la nuit dans « Compléments \
                 secteur » : pour toute la société, elles ne sont pas cochées d'office.",
            );
        };
        let ticked: Vec<_> = cases_de_la_nuit(&avant)
            .iter()
            .filter(|(_, before)| !before)
            .map(|(label, _)| format!("« {label} »"))
            .collect();
        let secteur = self.places.secteur(secteur);
        Message::success(if ticked.is_empty() {
            format!("La clé est enregistrée. Les cases du secteur {secteur} étaient déjà cochées.")
        } else {
            format!(
                "La clé est enregistrée. Cases cochées pour le secteur {secteur} : {}. Elles se décochent dans « Compléments \
                 secteur » ; rien n'est alors envoyé la nuit.",
                ticked.join(", ")
            )
        })
    }

    fn delete(&mut self, ligne: &Ligne) -> Result<(), Error> {
        let Some((id, revision)) = ligne.seen() else {
            return self.list(Some(Message::info(
                "Cet établissement n'a pas de clé à lui dans ce secteur : il n'y a rien à supprimer.",
            )));
        };
        let message = match self.parts.store.delete_acces(id, revision) {
            Ok(()) => Message::success(
                "La clé est supprimée : les dossiers de cet établissement ne partiront plus, faute de clé API.",
            ),
            Err(StoreError::LineConflict { gone: true, .. }) => {
                Message::info("Cette clé avait déjà été supprimée sur un autre poste.")
            }
            Err(StoreError::LineConflict { .. }) => Message::error(
                "Cet accès a été modifié entre-temps sur un autre poste : il n'a pas été supprimé. Voici son état présent ; \
                 supprimez-le de nouveau si c'est toujours ce que vous voulez.",
            ),
            Err(error) => return Err(error.into()),
        };
        self.list(Some(message))
    }
}
