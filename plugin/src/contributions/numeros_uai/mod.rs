//! *Gestion des numéros UAI*: the list *Numéros UAI (CFA)*, and one line of it being entered.
//!
//! | file | what it does |
//! |---|---|
//! | `mod` | which of the two is shown, and what the buttons do |
//! | `liste` | the list |
//! | `fiche` | one line: its fields, and what is said under each |

mod fiche;
mod liste;
#[cfg(test)]
mod tests;

use super::fields::{self, Places};
use super::registry::{Contribution, Opens, text};
use crate::dossier::records::LigneUai;
use crate::dossier::{alertes_de_ligne, normaliser_ligne};
use crate::erp::Erp;
use crate::error::Error;
use crate::form::{Description, Event, Form, Message, Next};
use crate::store::{Line, Store, StoreError};
use fiche::Fiche;

/// The screen.
pub const SCREEN: Contribution = Contribution {
    id: c"numeros-uai",
    label: c"Gestion des numéros UAI",
    menu: c"Inscriptions > Imprimer > Exemple Mission Apprentissage",
    opens: Opens::Form(|at, _| open(at.store()?, at.erp()?)),
};
/// Its id.
pub const ID: &str = text(SCREEN.id);

const TITLE: &str = "Numéros UAI (CFA)";
const ADD: &str = "ajouter";
const REFRESH: &str = "actualiser";
const CLOSE: &str = "fermer";
const EDIT: &str = "modifier";
const DELETE: &str = "supprimer";
const SAVE: &str = "enregistrer";
const CANCEL: &str = "annuler";
const VERIFY: &str = "verifier";
const VERIFY_ALL: &str = "verifier-tout";

struct NumerosUai {
    store: Store,
    erp: Erp,
    places: Places,
    lines: Vec<Line<LigneUai>>,
    message: Option<Message>,
    /// The line being entered; none: the list is shown.
    fiche: Option<Fiche>,
}

/// The list.
///
/// # Errors
/// The settings, or the ERP's sociétés and sectors, cannot be read.
pub fn open(store: Store, erp: Erp) -> Result<Box<dyn Form>, Error> {
    Ok(Box::new(NumerosUai {
        places: Places::read(&erp)?,
        lines: store.liste_uai()?,
        store,
        erp,
        message: None,
        fiche: None,
    }))
}

impl Form for NumerosUai {
    fn describe(&self) -> Description {
        let mut description = match &self.fiche {
            Some(fiche) => fiche.describe(&self.places, &self.lines),
            None => liste::describe(&self.places, &self.lines),
        };
        description.message.clone_from(&self.message);
        description
    }

    fn act(&mut self, event: &Event<'_>) -> Result<Next, Error> {
        match (event, &mut self.fiche) {
            (Event::Closed, _) | (Event::Action { button: CLOSE, .. }, None) => return Ok(Next::Close),
            (Event::Changed { field, value }, Some(fiche)) => fiche.change(field, value, &self.places)?,
            (Event::Changed { field, .. }, None) => return Err(fields::unknown(ID, field)),
            (Event::Action { button, row: None }, Some(_)) => match *button {
                SAVE => self.save()?,
                CANCEL => self.list(None)?,
                other => return Err(fields::unknown(ID, other)),
            },
            (Event::Action { button, row: None }, None) => match *button {
                ADD => self.edit(Fiche::new()),
                REFRESH => self.refresh()?,
                // What the job has found is told by the host.
                VERIFY_ALL => self.list(None)?,
                other => return Err(fields::unknown(ID, other)),
            },
            (Event::Action { button, row: Some(row) }, _) => {
                let line = self.line(row)?;
                match *button {
                    EDIT => self.edit(Fiche::of(&line)),
                    DELETE => self.delete(&line)?,
                    // What a job has found is told by the host.
                    _ if self.fiche.is_none() => self.list(None)?,
                    other => return Err(fields::unknown(ID, other)),
                }
            }
        }
        Ok(Next::Show)
    }
}

impl NumerosUai {
    fn line(&self, row: &str) -> Result<Line<LigneUai>, Error> {
        let found = self.lines.iter().find(|line| line.value.id.to_string() == row);
        found.cloned().ok_or_else(|| fields::unknown(ID, row))
    }

    fn edit(&mut self, fiche: Fiche) {
        self.fiche = Some(fiche);
        self.message = None;
    }

    /// Back to the list, as it is stored now.
    fn list(&mut self, message: Option<Message>) -> Result<(), Error> {
        self.lines = self.store.liste_uai()?;
        self.fiche = None;
        self.message = message;
        Ok(())
    }

    fn refresh(&mut self) -> Result<(), Error> {
        self.places = Places::read(&self.erp)?;
        self.list(None)
    }

    fn save(&mut self) -> Result<(), Error> {
        let Some(fiche) = &mut self.fiche else { return Ok(()) };
        fiche.check();
        if fiche.has_defects() {
            self.message = Some(Message::error(
                "Rien n'a été enregistré : corrigez les champs signalés, puis enregistrez de nouveau.",
            ));
            return Ok(());
        }
        let line = normaliser_ligne(&fiche.line);
        match self.store.save_uai(&line, fiche.seen) {
            Ok(id) => {
                let alertes = alertes_de_ligne(&line);
                let saved = format!("La ligne n° {id} est enregistrée.");
                self.list(Some(if alertes.is_empty() {
                    Message::success(saved)
                } else {
                    let texts: Vec<_> = alertes.iter().map(|alerte| alerte.texte.as_str()).collect();
                    Message::warning(format!("{saved}\n{}", texts.join("\n")))
                }))
            }
            Err(error @ StoreError::Twin { .. }) => {
                fiche.twin = Some(error.user_text());
                self.message = Some(Message::error(error.user_text()));
                Ok(())
            }
            Err(error @ StoreError::LineConflict { .. }) => {
                let lines = self.store.liste_uai()?;
                let stored = lines.iter().find(|stored| stored.value.id == fiche.line.id);
                let what_now = fiche.meanwhile(stored);
                self.message = Some(Message::error(format!("{} {what_now}", error.user_text())));
                self.lines = lines;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    fn delete(&mut self, line: &Line<LigneUai>) -> Result<(), Error> {
        let id = line.value.id;
        let message = match self.store.delete_uai(id, line.revision) {
            Ok(()) => Message::success(format!("La ligne n° {id} est supprimée.")),
            Err(StoreError::LineConflict { gone: true, .. }) => {
                Message::info(format!("La ligne n° {id} avait déjà été supprimée sur un autre poste."))
            }
            Err(StoreError::LineConflict { .. }) => Message::error(format!(
                "La ligne n° {id} a été modifiée entre-temps sur un autre poste : elle n'a pas été supprimée. Voici son \
                 état présent ; supprimez-la de nouveau si c'est toujours ce que vous voulez."
            )),
            Err(error) => return Err(error.into()),
        };
        self.list(Some(message))
    }
}
