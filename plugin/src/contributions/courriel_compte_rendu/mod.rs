//! *Envoi du compte rendu par courriel*: who is told about the nights, when, and through which server.
//!
//! | file | what it does |
//! |---|---|
//! | `mod` | the form: what its buttons do |
//! | `saisie` | what is typed, and what is said under each field |
//! | `essai` | the job *Envoyer un courriel d'essai* |

pub mod essai;
mod saisie;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::fields;
use super::registry::{Contribution, Opens, text};
use crate::error::Error;
use crate::form::{Button, Description, Event, Field, Form, Group, Message, Next};
use crate::host::Host;
use crate::installation::Keys;
use crate::store::{Auteur, Courriel, Store, StoreError};
use saisie::Saisie;

/// The screen; *Compte rendu des exports de nuit* opens it.
pub const SCREEN: Contribution = Contribution {
    id: c"courriel-compte-rendu",
    label: c"Envoi du compte rendu par courriel",
    menu: c"",
    opens: Opens::Form(|at, _| open(at.store()?, at.keys(), at.user().map(str::to_owned), at.shared_host())),
};
/// Its id.
pub const ID: &str = text(SCREEN.id);

const TITLE: &str = text(SCREEN.label);
const SAVE: &str = "enregistrer";
const TRY: &str = "essai";
const CLOSE: &str = "fermer";

struct CourrielCompteRendu {
    store: Store,
    keys: Keys,
    host: Arc<dyn Host>,
    user: Option<String>,
    stored: Courriel,
    saisie: Saisie,
    message: Option<Message>,
}

/// The form.
///
/// # Errors
/// The settings cannot be read.
pub fn open(store: Store, keys: Keys, user: Option<String>, host: Arc<dyn Host>) -> Result<Box<dyn Form>, Error> {
    let stored = store.courriel()?;
    Ok(Box::new(CourrielCompteRendu {
        saisie: Saisie::of(&stored, host.mail().is_some()),
        stored,
        store,
        keys,
        host,
        user,
        message: None,
    }))
}

impl Form for CourrielCompteRendu {
    fn describe(&self) -> Description {
        let mut groups = vec![Group::new("", self.saisie.report_fields())];
        if self.saisie.through_host {
            let text = "Le courriel part par la messagerie de l'application, de l'adresse qui y est réglée.";
            groups.push(Group::new("Envoi", vec![Field::note("messagerie", "Messagerie", text)]));
        } else {
            groups.push(Group::new(
                "Serveur d'envoi (SMTP)",
                self.saisie.server_fields(&self.stored),
            ));
        }
        let mut essai = Button::new(TRY, "Envoyer un courriel d'essai").job(essai::ID);
        // It goes by what is stored.
        essai.enabled = !self.saisie.changed && !self.stored.reglage.destinataires.is_empty();
        let buttons = vec![Button::new(SAVE, "Enregistrer"), essai, Button::new(CLOSE, "Fermer")];
        let mut description = Description::new(ID, TITLE, groups, buttons);
        description.message.clone_from(&self.message);
        description
    }

    fn act(&mut self, event: &Event<'_>) -> Result<Next, Error> {
        match event {
            Event::Changed { field, value } => {
                self.message = None;
                self.saisie.change(field, value)?;
            }
            Event::Action { button: SAVE, .. } => self.save()?,
            // What came of it is told by the host.
            Event::Action { button: TRY, .. } => self.message = None,
            Event::Action { button: CLOSE, .. } | Event::Closed => return Ok(Next::Close),
            Event::Action { button, .. } => return Err(fields::unknown(ID, button)),
        }
        Ok(Next::Show)
    }
}

impl CourrielCompteRendu {
    fn save(&mut self) -> Result<(), Error> {
        self.saisie.tried = true;
        let Some(reglage) = self.saisie.settings(&self.stored) else {
            self.message = Some(Message::error(
                "Rien n'a été enregistré : corrigez les champs signalés, puis enregistrez de nouveau.",
            ));
            return Ok(());
        };
        let auteur = Auteur {
            nom: self.user.clone(),
            le: self.host.now()?,
        };
        let message = match self
            .store
            .save_courriel(reglage, self.stored.revision, &self.keys.sealer()?, &auteur)
        {
            Ok(stored) => {
                self.stored = stored;
                Message::success("Les réglages sont enregistrés.")
            }
            Err(error @ StoreError::CourrielConflict) => {
                self.stored = self.store.courriel()?;
                Message::error(error.user_text())
            }
            Err(error) => return Err(error.into()),
        };
        self.saisie = Saisie::of(&self.stored, self.saisie.through_host);
        self.message = Some(message);
        Ok(())
    }
}
