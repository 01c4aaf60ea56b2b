//! One line of the list being entered: its fields, and what is said under each.

use serde_json::Value;

use super::liste::type_cfa;
use super::{CANCEL, ID, Places, SAVE, TITLE};
use crate::contributions::fields::{self, NONE, none, number, picked};
use crate::dossier::records::LigneUai;
use crate::dossier::{ChampLigne, Remarque, TYPES_CFA, alertes_de_ligne, defauts_de_ligne, siret_lisible};
use crate::error::Error;
use crate::form::{Button, ChoiceOption, Content, Description, Field, Group, Text};
use crate::store::{Line, TEXT_MAX};

const UAI: &str = "uai";
const NOM: &str = "nom";
const SIRET: &str = "siret";
const ORGANISME: &str = "organisme_gestionnaire";
const SOCIETE: &str = "societe";
const SECTEUR: &str = "secteur";
const TYPE_CFA: &str = "type_cfa";
const UAI_FORMATEUR: &str = "uai_formateur";
const SIRET_FORMATEUR: &str = "siret_formateur";

/// Under both numbers of the *établissement formateur*.
const SI_AUTRE: &str = "Si ce n'est pas le CFA : l'UAI et le SIRET, ou aucun des deux.";

/// A line being entered.
pub struct Fiche {
    /// As it is typed.
    pub line: LigneUai,
    /// Its revision when it was read; none: it is to be added.
    pub seen: Option<i64>,
    /// Which other line stands for the same, once it is known.
    pub twin: Option<String>,
    /// What another workstation saved while it was open.
    stored: Option<LigneUai>,
    /// Told under the fields from the first try to save on.
    defauts: Option<Vec<Remarque>>,
}

impl Fiche {
    /// An empty one.
    pub fn new() -> Self {
        Self {
            line: LigneUai::default(),
            seen: None,
            twin: None,
            stored: None,
            defauts: None,
        }
    }

    /// That of a stored line.
    pub fn of(line: &Line<LigneUai>) -> Self {
        let siret = |siret: &Option<String>| siret.as_deref().map(siret_lisible);
        Self {
            line: LigneUai {
                siret: siret(&line.value.siret),
                siret_formateur: siret(&line.value.siret_formateur),
                ..line.value.clone()
            },
            seen: Some(line.revision),
            ..Self::new()
        }
    }

    /// Looks for what is malformed.
    pub fn check(&mut self) {
        self.twin = None;
        self.defauts = Some(defauts_de_ligne(&self.line));
    }

    /// Whether something malformed was found.
    pub fn has_defects(&self) -> bool {
        self.defauts.as_ref().is_some_and(|defauts| !defauts.is_empty())
    }

    /// Another workstation changed or deleted the line: what was typed stays, what is stored is said under it. Gives
    /// what the user can do now.
    pub fn meanwhile(&mut self, stored: Option<&Line<LigneUai>>) -> &'static str {
        self.seen = stored.map(|line| line.revision);
        self.stored = stored.map(|line| line.value.clone());
        match stored {
            Some(_) => {
                "Votre saisie est toujours là, avec sous chaque champ ce que l'autre poste a enregistré : enregistrez de \
                 nouveau pour le remplacer par votre saisie, ou annulez pour le garder."
            }
            None => {
                "Votre saisie est toujours là : enregistrez de nouveau pour l'ajouter comme une nouvelle ligne, ou annulez."
            }
        }
    }

    /// Takes a new value.
    pub fn change(&mut self, field: &str, value: &Value, places: &Places) -> Result<(), Error> {
        let text = || {
            let text = fields::text(field, value)?;
            Ok::<_, Error>((!text.is_empty()).then_some(text))
        };
        let choice = |options: &[ChoiceOption]| picked(field, value, options);
        let line = &mut self.line;
        match field {
            UAI => line.uai = text()?,
            NOM => line.nom = text()?,
            SIRET => line.siret = text()?,
            ORGANISME => line.organisme_gestionnaire = text()?,
            UAI_FORMATEUR => line.uai_formateur = text()?,
            SIRET_FORMATEUR => line.siret_formateur = text()?,
            TYPE_CFA => line.type_cfa = choice(&types_cfa(line))?.filter(|code| code != NONE),
            SOCIETE => {
                let societe = number(choice(&places.societes(line.societe_id))?.as_deref());
                if societe != line.societe_id {
                    line.secteur_id = None;
                }
                line.societe_id = societe;
            }
            SECTEUR => line.secteur_id = number(choice(&secteurs(places, line))?.as_deref()),
            other => return Err(fields::unknown(ID, other)),
        }
        self.twin = None;
        if self.defauts.is_some() {
            self.check();
        }
        Ok(())
    }

    /// The form; `lines` is the list, for the values in use.
    pub fn describe(&self, places: &Places, lines: &[Line<LigneUai>]) -> Description {
        let line = &self.line;
        let text = |id, label: &'static str, value: &Option<String>| {
            Field::text(id, label, value.clone().unwrap_or_default(), TEXT_MAX)
        };
        let choice = |id, label: &'static str, value: Option<String>, options| {
            Field::new(id, label, Content::Choice { value, options })
        };
        let chosen = |id: Option<i64>| id.map(|id| id.to_string());
        let fields = vec![
            self.said(
                Some(ChampLigne::Uai),
                text(UAI, "Numéro UAI du CFA", &line.uai).help("7 chiffres et une lettre."),
                |line| line.uai.clone(),
            ),
            self.said(Some(ChampLigne::Nom), text(NOM, "Nom du CFA", &line.nom), |line| {
                line.nom.clone()
            }),
            self.said(
                Some(ChampLigne::Siret),
                text(SIRET, "Siret du CFA", &line.siret).help("14 chiffres ; les espaces ne comptent pas."),
                |line| line.siret.as_deref().map(siret_lisible),
            ),
            self.said(None, organismes(lines, line), |line| {
                line.organisme_gestionnaire.clone()
            }),
            self.said(
                Some(ChampLigne::Societe),
                choice(
                    SOCIETE,
                    "Société",
                    chosen(line.societe_id),
                    places.societes(line.societe_id),
                ),
                |line| line.societe_id.map(|id| places.societe(id)),
            ),
            self.said(
                None,
                choice(
                    SECTEUR,
                    "Secteur",
                    Some(chosen(line.secteur_id).unwrap_or_default()),
                    secteurs(places, line),
                ),
                |line| line.secteur_id.map(|id| places.secteur(id)),
            ),
        ];
        let optional = vec![
            self.said(
                Some(ChampLigne::TypeCfa),
                choice(
                    TYPE_CFA,
                    "Type de CFA",
                    Some(line.type_cfa.clone().unwrap_or_default()),
                    types_cfa(line),
                ),
                |line| line.type_cfa.as_deref().map(type_cfa),
            ),
            self.said(
                Some(ChampLigne::UaiFormateur),
                text(UAI_FORMATEUR, "UAI de l'établissement formateur", &line.uai_formateur).help(SI_AUTRE),
                |line| line.uai_formateur.clone(),
            ),
            self.said(
                Some(ChampLigne::SiretFormateur),
                text(
                    SIRET_FORMATEUR,
                    "SIRET de l'établissement formateur",
                    &line.siret_formateur,
                )
                .help(SI_AUTRE),
                |line| line.siret_formateur.as_deref().map(siret_lisible),
            ),
        ];
        // What is said in a folded group would not be seen.
        let quiet = optional
            .iter()
            .all(|field| field.error.is_none() && field.warning.is_none());
        let optional = Group::new("Facultatif", optional);
        let heading: Text = match self.seen {
            Some(_) => format!("Ligne n° {}", line.id).into(),
            None => "Nouvelle ligne".into(),
        };
        Description::new(
            ID,
            TITLE,
            vec![
                Group::new(heading, fields),
                if quiet { optional.folded() } else { optional },
            ],
            vec![Button::new(SAVE, "Enregistrer"), Button::new(CANCEL, "Annuler")],
        )
    }

    /// A field with what is said under it: what is malformed, what to look at, what another workstation saved.
    fn said(&self, champ: Option<ChampLigne>, field: Field, stored: impl Fn(&LigneUai) -> Option<String>) -> Field {
        let of = |remarques: &[Remarque]| {
            let found = remarques.iter().find(|remarque| Some(remarque.champ) == champ);
            found.map(|remarque| Text::from(remarque.texte.clone()))
        };
        let mut error = self.defauts.as_deref().and_then(of);
        if matches!(field.id, UAI | SOCIETE | SECTEUR) {
            error = error.or_else(|| self.twin.clone().map(Text::from));
        }
        let meanwhile = self.stored.as_ref().and_then(|other| {
            let (theirs, ours) = (stored(other), stored(&self.line));
            (theirs != ours).then(|| match theirs {
                Some(theirs) => Text::from(format!("Enregistré entre-temps : « {theirs} »")),
                None => Text::from("Enregistré entre-temps : vide"),
            })
        });
        Field {
            error,
            warning: meanwhile.or_else(|| of(&alertes_de_ligne(&self.line))),
            ..field
        }
    }
}

/// Any text; those in use are offered.
fn organismes(lines: &[Line<LigneUai>], line: &LigneUai) -> Field {
    let mut suggestions: Vec<String> = lines
        .iter()
        .filter_map(|line| line.value.organisme_gestionnaire.clone())
        .filter(|text| !text.trim().is_empty())
        .collect();
    suggestions.sort();
    suggestions.dedup();
    let content = Content::Text {
        value: line.organisme_gestionnaire.clone().unwrap_or_default(),
        max_length: TEXT_MAX,
        suggestions,
    };
    Field::new(ORGANISME, "Organisme gestionnaire", content)
}

fn secteurs(places: &Places, line: &LigneUai) -> Vec<ChoiceOption> {
    let mut options = vec![none("Toute la société")];
    options.extend(places.secteurs(line.societe_id, line.secteur_id));
    options
}

/// The ten types, and one that an import left.
fn types_cfa(line: &LigneUai) -> Vec<ChoiceOption> {
    let mut options = vec![none("Non renseigné")];
    let imported = line
        .type_cfa
        .as_deref()
        .filter(|code| TYPES_CFA.iter().all(|(known, _)| known != code));
    let codes = TYPES_CFA.iter().map(|(code, _)| *code).chain(imported);
    options.extend(codes.map(|code| ChoiceOption {
        value: code.to_owned(),
        label: type_cfa(code).into(),
    }));
    options
}
