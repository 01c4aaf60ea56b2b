//! *Compléments secteur*: the three boxes that decide whether a sector is exported at night.

use std::sync::Arc;

use super::{Context, fields};
use crate::error::Error;
use crate::form::{Button, Description, Event, Field, Form, Group, Message, Next};
use crate::host::Host;
use crate::store::{Auteur, ReglageSecteur, Store, StoreError};

/// Id of the contribution.
pub const ID: &str = "complements-secteur";

const PASSERELLE_SIFA: &str = "passerelle_sifa";
const MISSION_APPRENTISSAGE: &str = "mission_apprentissage";
const TRANSFERT_NUIT: &str = "transfert_nuit";
const DONNEES_SIFA: &str = "donnees_sifa";
const SAVE: &str = "enregistrer";
const CANCEL: &str = "annuler";

struct ComplementsSecteur {
    store: Store,
    host: Arc<dyn Host>,
    user: Option<String>,
    settings: ReglageSecteur,
    // What was stored when the form was shown; none: the sector had no settings yet.
    revision: Option<i64>,
    message: Option<Message>,
}

/// The form of one sector.
///
/// # Errors
/// The context names no sector, or its settings cannot be read.
pub fn open(
    store: Store,
    context: &Context,
    user: Option<String>,
    host: Arc<dyn Host>,
) -> Result<Box<dyn Form>, Error> {
    let (Some(societe_id), Some(secteur_id)) = (context.societe_id, context.secteur_id) else {
        return Err(Error::argument(
            "Choisissez d'abord une société et un secteur.",
            "complements-secteur wants societe_id and secteur_id in its context",
        ));
    };
    let settings = ReglageSecteur {
        societe_id,
        secteur_id,
        ..ReglageSecteur::default()
    };
    let mut form = ComplementsSecteur {
        store,
        host,
        user,
        settings,
        revision: None,
        message: None,
    };
    form.read()?;
    Ok(Box::new(form))
}

impl Form for ComplementsSecteur {
    fn describe(&self) -> Description {
        let settings = &self.settings;
        let mission = Field {
            enabled: settings.passerelle_sifa,
            indent: 1,
            ..Field::checkbox(
                MISSION_APPRENTISSAGE,
                "Mission interministérielle pour l'apprentissage",
                settings.mission_apprentissage,
            )
        }
        .help(
            "Envoie au tableau de bord de l'apprentissage, par une connexion chiffrée, les données de \
             chaque apprenti que montre l'Exemple de l'export automatique de nuit. Base légale : mission d'intérêt \
             public (loi pour une République numérique, article 1 ; article L300-2 du code des relations entre le \
             public et l'administration). Rapprochez-vous de votre délégué à la protection des données (DPO).",
        );
        let sifa_data = Field {
            enabled: settings.passerelle_sifa && settings.mission_apprentissage,
            indent: 2,
            ..Field::checkbox(DONNEES_SIFA, "Données SIFA facultatives", settings.donnees_sifa)
        }
        .help(
            "Ajoute le sexe, l'adresse, le code postal, la RQTH, la dernière situation et l'organisme précédent. \
             Facultatif : ne cochez que si votre DPO y est favorable.",
        );
        let transfert = Field::checkbox(
            TRANSFERT_NUIT,
            "Autorisation de transfert la nuit",
            settings.transfert_nuit,
        )
        .help("L'export de nuit n'envoie que les secteurs dont les trois cases sont cochées.");
        let sifa = Field::checkbox(PASSERELLE_SIFA, "Passerelle SIFA", settings.passerelle_sifa);
        let mut description = Description::new(
            ID,
            "Compléments secteur",
            vec![
                Group::new("SIFA", vec![sifa, mission, sifa_data]),
                Group::new("", vec![transfert]),
            ],
            vec![Button::new(SAVE, "Enregistrer"), Button::new(CANCEL, "Annuler")],
        );
        description.message.clone_from(&self.message);
        description
    }

    fn act(&mut self, event: &Event<'_>) -> Result<Next, Error> {
        self.message = None;
        match event {
            Event::Changed { field, value } => {
                let ticked = fields::ticked(field, value)?;
                self.tick(field, ticked)?;
                Ok(Next::Show)
            }
            Event::Action { button: SAVE, .. } => self.save(),
            Event::Action { button: CANCEL, .. } | Event::Closed => Ok(Next::Close),
            Event::Action { button, .. } => Err(fields::unknown(ID, button)),
        }
    }
}

impl ComplementsSecteur {
    fn tick(&mut self, field: &str, ticked: bool) -> Result<(), Error> {
        let settings = &mut self.settings;
        match field {
            PASSERELLE_SIFA => {
                settings.passerelle_sifa = ticked;
                settings.mission_apprentissage &= ticked;
            }
            MISSION_APPRENTISSAGE if settings.passerelle_sifa => settings.mission_apprentissage = ticked,
            DONNEES_SIFA if settings.mission_apprentissage => settings.donnees_sifa = ticked,
            MISSION_APPRENTISSAGE | DONNEES_SIFA => {
                return Err(Error::argument(
                    "Cette case n'est disponible que si celle du dessus est cochée.",
                    format!("field {field} is not enabled"),
                ));
            }
            TRANSFERT_NUIT => settings.transfert_nuit = ticked,
            other => return Err(fields::unknown(ID, other)),
        }
        settings.donnees_sifa &= settings.mission_apprentissage;
        Ok(())
    }

    /// Take what is stored now.
    fn read(&mut self) -> Result<(), Error> {
        if let Some(stored) = self.store.secteur(self.settings.societe_id, self.settings.secteur_id)? {
            self.settings = stored.reglage;
            self.revision = Some(stored.revision);
        }
        Ok(())
    }

    fn save(&mut self) -> Result<Next, Error> {
        let auteur = Auteur {
            nom: self.user.clone(),
            le: self.host.now()?,
        };
        match self.store.save_secteur(self.settings, self.revision, &auteur) {
            Ok(_) => Ok(Next::Close),
            Err(error @ StoreError::Conflict { .. }) => {
                self.read()?;
                self.message = Some(Message::error(error.user_text()));
                Ok(Next::Show)
            }
            Err(error) => Err(error.into()),
        }
    }
}
