//! *Compléments secteur*: the three boxes that decide whether a sector is exported at night.

use std::sync::Arc;

use chrono::DateTime;

use super::registry::{Contribution, Opens, text};
use super::{Context, fields};
use crate::error::Error;
use crate::form::{Button, Description, Event, Field, Form, Group, Message, Next};
use crate::host::Host;
use crate::store::{Auteur, ReglageSecteur, Secteur, Store, StoreError};

/// The screen.
pub const SCREEN: Contribution = Contribution {
    id: c"complements-secteur",
    label: c"Compléments secteur",
    menu: c"Fichier > Paramètres sociétés > Secteurs",
    opens: Opens::Form(|at, context| open(at.store()?, context, at.user().map(str::to_owned), at.shared_host())),
};
/// Its id.
pub const ID: &str = text(SCREEN.id);

const PASSERELLE_SIFA: &str = "passerelle_sifa";
const MISSION_APPRENTISSAGE: &str = "mission_apprentissage";
const TRANSFERT_NUIT: &str = "transfert_nuit";
const DONNEES_SIFA: &str = "donnees_sifa";
const SANS_EMAIL: &str = "sans_email";
const SANS_CODE_DIPLOME: &str = "sans_code_diplome";
const MODIFIED: &str = "modification";
const SAVE: &str = "enregistrer";
const CANCEL: &str = "annuler";

/// Labels of the boxes.
mod label {
    pub const SIFA: &str = "Passerelle SIFA";
    pub const MISSION: &str = "Mission interministérielle pour l'apprentissage";
    pub const DONNEES: &str = "Données SIFA facultatives";
    pub const SANS_EMAIL: &str = "Envoyer aussi sans e-mail de contact";
    pub const SANS_CODE_DIPLOME: &str = "Envoyer aussi sans code diplôme";
    pub const TRANSFERT: &str = "Autorisation de transfert la nuit";
}

/// The boxes that the night wants ticked, with their labels.
pub fn cases_de_la_nuit(reglage: &ReglageSecteur) -> [(&'static str, bool); 3] {
    [
        (label::SIFA, reglage.passerelle_sifa),
        (label::MISSION, reglage.mission_apprentissage),
        (label::TRANSFERT, reglage.transfert_nuit),
    ]
}

struct ComplementsSecteur {
    store: Store,
    host: Arc<dyn Host>,
    user: Option<String>,
    settings: ReglageSecteur,
    /// As it was stored when the form was shown; none: the sector had no settings yet.
    stored: Option<Secteur>,
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
        stored: None,
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
                label::MISSION,
                settings.mission_apprentissage,
            )
        }
        .help(
            "Ce qui est envoyé : les données de chaque apprenti que montre « Exemple de l'export automatique de nuit » \
             (identité, contact, formation, contrat, statut). À qui : à la Mission interministérielle pour \
             l'apprentissage, sur le tableau de bord de l'apprentissage, par une connexion chiffrée. Base légale : mission \
             d'intérêt public (loi pour une République numérique, article 1 ; article L300-2 du code des relations entre \
             le public et l'administration). Rapprochez-vous de votre délégué à la protection des données (DPO).",
        );
        let option = |id, label, ticked| Field {
            enabled: settings.passerelle_sifa && settings.mission_apprentissage,
            indent: 2,
            ..Field::checkbox(id, label, ticked)
        };
        let sifa_data = option(DONNEES_SIFA, label::DONNEES, settings.donnees_sifa).help(
            "Ajoute le sexe, l'adresse, le code postal, la RQTH, la dernière situation et l'organisme précédent. \
             Facultatif : ne cochez que si votre DPO y est favorable.",
        );
        let sans_email = option(SANS_EMAIL, label::SANS_EMAIL, settings.sans_email).help(
            "Envoie aussi un apprenti dont l'e-mail de contact manque ou est invalide : le tableau de bord l'accepte, mais \
             personne ne pourra joindre l'apprenti par ce moyen. Sans effet sur le service de 2021.",
        );
        let sans_code_diplome = option(
            SANS_CODE_DIPLOME,
            label::SANS_CODE_DIPLOME,
            settings.sans_code_diplome,
        )
        .help(
            "Envoie aussi un apprenti dont le code diplôme (CFD) manque ou est mal formé : le tableau de bord l'accepte, mais \
             ne saura pas dire sa formation. Sans effet sur le service de 2021.",
        );
        let transfert = Field::checkbox(
            TRANSFERT_NUIT,
            label::TRANSFERT,
            settings.transfert_nuit,
        )
        .help(
            "Autorise l'envoi automatique, chaque nuit entre 23 h et 5 h. L'export de nuit n'envoie que les secteurs dont \
             les trois cases sont cochées.",
        );
        let sifa = Field::checkbox(PASSERELLE_SIFA, label::SIFA, settings.passerelle_sifa).help(
            "Permet les envois ci-dessous à partir du SIFA et des inscriptions. Seule, cette case n'envoie rien.",
        );
        let mut description = Description::new(
            ID,
            "Compléments secteur",
            vec![
                Group::new("SIFA", vec![sifa, mission, sifa_data, sans_email, sans_code_diplome]),
                Group::new(
                    "",
                    vec![
                        transfert,
                        Field::note(MODIFIED, "Dernière modification", self.modified()),
                    ],
                ),
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
            SANS_EMAIL if settings.mission_apprentissage => settings.sans_email = ticked,
            SANS_CODE_DIPLOME if settings.mission_apprentissage => settings.sans_code_diplome = ticked,
            MISSION_APPRENTISSAGE | DONNEES_SIFA | SANS_EMAIL | SANS_CODE_DIPLOME => {
                return Err(Error::argument(
                    "Cette case n'est disponible que si celle du dessus est cochée.",
                    format!("field {field} is not enabled"),
                ));
            }
            TRANSFERT_NUIT => settings.transfert_nuit = ticked,
            other => return Err(fields::unknown(ID, other)),
        }
        settings.donnees_sifa &= settings.mission_apprentissage;
        settings.sans_email &= settings.mission_apprentissage;
        settings.sans_code_diplome &= settings.mission_apprentissage;
        Ok(())
    }

    /// Take what is stored now.
    fn read(&mut self) -> Result<(), Error> {
        if let Some(stored) = self.store.secteur(self.settings.societe_id, self.settings.secteur_id)? {
            self.settings = stored.reglage;
            self.stored = Some(stored);
        }
        Ok(())
    }

    /// Who ticked last, and when.
    fn modified(&self) -> String {
        let Some(stored) = &self.stored else {
            return "Les cases de ce secteur n'ont jamais été enregistrées.".to_owned();
        };
        let by = stored.modifie_par.as_deref().unwrap_or("utilisateur inconnu");
        let at = stored
            .modifie_le
            .as_deref()
            .and_then(|at| DateTime::parse_from_rfc3339(at).ok());
        match at {
            Some(at) => format!("Par {by}, le {}.", at.format("%d/%m/%Y à %H:%M")),
            None => format!("Par {by}."),
        }
    }

    fn save(&mut self) -> Result<Next, Error> {
        let auteur = Auteur {
            nom: self.user.clone(),
            le: self.host.now()?,
        };
        let seen = self.stored.as_ref().map(|stored| stored.revision);
        match self.store.save_secteur(self.settings, seen, &auteur) {
            Ok(_) => Ok(Next::Close),
            Err(StoreError::Conflict { .. }) => {
                let wanted = self.settings;
                self.settings = ReglageSecteur {
                    societe_id: wanted.societe_id,
                    secteur_id: wanted.secteur_id,
                    ..ReglageSecteur::default()
                };
                self.stored = None;
                self.read()?;
                self.message = Some(Message::error(self.overtaken(&wanted)));
                Ok(Next::Show)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Somebody else was first: his boxes are shown, and what the user wanted otherwise is said.
    fn overtaken(&self, wanted: &ReglageSecteur) -> String {
        let boxes = |of: &ReglageSecteur| {
            let [sifa, mission, transfert] = cases_de_la_nuit(of);
            [
                sifa,
                mission,
                (label::DONNEES, of.donnees_sifa),
                (label::SANS_EMAIL, of.sans_email),
                (label::SANS_CODE_DIPLOME, of.sans_code_diplome),
                transfert,
            ]
        };
        let different: Vec<_> = boxes(&self.settings)
            .into_iter()
            .zip(boxes(wanted))
            .filter(|(stored, wanted)| stored != wanted)
            .map(|(_, (label, wanted))| format!("« {label} » {}", if wanted { "cochée" } else { "décochée" }))
            .collect();
        let text = "Les cases de ce secteur ont été modifiées entre-temps sur un autre poste ; rien n'a été enregistré. Les \
                    voici telles qu'elles sont maintenant.";
        if different.is_empty() {
            format!("{text} Elles sont comme vous les vouliez.")
        } else {
            format!(
                "{text} Vous vouliez : {}. Refaites-le si besoin, puis enregistrez.",
                different.join(", ")
            )
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use crate::contributions::testing::{Base, Desk, User};

    fn form(base: &Base, user: &str) -> User {
        let context = Context {
            societe_id: Some(1),
            secteur_id: Some(1),
            ..Context::default()
        };
        let host = Desk::without_secrets();
        User(open(base.store.clone(), &context, Some(user.to_owned()), host).unwrap())
    }

    fn boxes(user: &User) -> [bool; 3] {
        [PASSERELLE_SIFA, MISSION_APPRENTISSAGE, TRANSFERT_NUIT].map(|id| user.field(id)["value"] == true)
    }

    #[test]
    fn who_ticked_and_when_is_kept_and_shown() {
        let base = Base::new();
        let mut user = form(&base, "camille");
        assert_eq!(
            user.field(MODIFIED)["value"],
            "Les cases de ce secteur n'ont jamais été enregistrées."
        );
        assert_eq!(user.field(MISSION_APPRENTISSAGE)["enabled"], false);
        assert!(user.fill(MISSION_APPRENTISSAGE, true).is_err());
        for id in [PASSERELLE_SIFA, MISSION_APPRENTISSAGE, TRANSFERT_NUIT] {
            user.fill(id, true).unwrap();
        }
        assert_eq!(user.press(SAVE).unwrap(), Next::Close);
        let user = form(&base, "dominique");
        assert_eq!(boxes(&user), [true, true, true]);
        assert_eq!(user.field(MODIFIED)["value"], "Par camille, le 23/11/2026 à 10:00.");
        // What is sent, to whom, why it is lawful, whom to ask.
        let help = user.field(MISSION_APPRENTISSAGE)["help"].as_str().unwrap().to_owned();
        for word in ["Ce qui est envoyé", "À qui", "Base légale", "L300-2", "DPO"] {
            assert!(help.contains(word), "{word}: {help}");
        }
    }

    #[test]
    fn unticking_the_first_unticks_those_under_it() {
        let base = Base::new();
        let mut user = form(&base, "camille");
        assert!(user.fill(SANS_EMAIL, true).is_err());
        let options = [DONNEES_SIFA, SANS_EMAIL, SANS_CODE_DIPLOME];
        for id in [PASSERELLE_SIFA, MISSION_APPRENTISSAGE]
            .into_iter()
            .chain(options)
            .chain([TRANSFERT_NUIT])
        {
            user.fill(id, true).unwrap();
        }
        for id in options {
            assert_eq!(user.field(id)["value"], true, "{id}");
        }
        user.fill(PASSERELLE_SIFA, false).unwrap();
        assert_eq!(boxes(&user), [false, false, true]);
        for id in options {
            assert_eq!(user.field(id)["value"], false, "{id}");
        }
    }

    #[test]
    fn what_somebody_else_saved_is_shown_and_what_was_wanted_is_said() {
        let base = Base::new();
        let (mut here, mut there) = (form(&base, "ici"), form(&base, "ailleurs"));
        there.fill(PASSERELLE_SIFA, true).unwrap();
        there.press(SAVE).unwrap();
        here.fill(TRANSFERT_NUIT, true).unwrap();
        assert_eq!(here.press(SAVE).unwrap(), Next::Show);
        assert_eq!(boxes(&here), [true, false, false]);
        assert!(
            here.message()
                .contains("Vous vouliez : « Passerelle SIFA » décochée, « Autorisation de transfert la nuit » cochée."),
            "{}",
            here.message()
        );
        here.fill(TRANSFERT_NUIT, true).unwrap();
        assert_eq!(here.press(SAVE).unwrap(), Next::Close);
        assert_eq!(boxes(&form(&base, "x")), [true, false, true]);
    }
}
