//! The screen with the establishments of a société and secteur.

use serde_json::Value;

use super::lignes::{EtatCle, Ligne};
use super::{CLOSE, DELETE, EDIT, GET_KEY, ID, REFRESH, RENEW, SECTEUR, SOCIETE, TEST, TITLE};
use crate::contributions::fields::{Places, none};
use crate::contributions::rotation_scellement;
use crate::form::{Button, ChoiceOption, Content, Description, Field, Group, ListColumn, Row, Text};

/// Stands for a key that is kept.
const MASK: &str = "••••••••";

const COLUMNS: [ListColumn; 6] = [
    ListColumn::text("etablissement", "SIRET-UAI"),
    ListColumn::text("nom", "Nom du CFA"),
    ListColumn::text("cle", "Clé API"),
    ListColumn::text("protocole", "Protocole"),
    ListColumn::text("url", "URL de base").folded(),
    ListColumn::text("identifiant", "Identifiant").folded(),
];

/// The screen.
pub fn describe(places: &Places, societe: Option<i64>, secteur: Option<i64>, lignes: &[Ligne]) -> Description {
    let chosen = |id: Option<i64>| id.map(|id| id.to_string());
    let choice = |id, label: &'static str, value, options| Field::new(id, label, Content::Choice { value, options });
    let mut fields = vec![
        choice(SOCIETE, "Société", chosen(societe), places.societes(societe)),
        choice(
            SECTEUR,
            "Secteur",
            Some(chosen(secteur).unwrap_or_default()),
            secteurs(places, societe, secteur),
        ),
    ];
    if societe.is_none() {
        fields.push(Field::note("choisir", "", "Choisissez une société et un secteur."));
    } else if lignes.is_empty() {
        fields.push(Field::note(
            "vide",
            "",
            "Aucune ligne de « Gestion des numéros UAI » pour ce choix : ajoutez-y d'abord l'établissement.",
        ));
    }
    let list = Content::List {
        columns: COLUMNS.to_vec(),
        rows: lignes.iter().map(row).collect(),
        row_actions: vec![
            Button::new(EDIT, "Saisir ou modifier la clé"),
            Button::new(GET_KEY, "Récupérer clé API"),
            Button::new(TEST, "Tester la connexion").job(super::essai::ID),
            Button::new(DELETE, "Supprimer la clé").confirm(
                "Supprimer la clé API de cet établissement ? Ses dossiers ne partiront plus la nuit. La clé ne pourra pas \
                 être retrouvée ici.",
            ),
        ],
    };
    let unreadable = lignes.iter().any(|ligne| ligne.cle == EtatCle::Illisible);
    let list = Field {
        warning: unreadable.then_some(Text::Borrowed(
            "Une clé ne peut pas être ouverte sur ce poste : elle a été protégée sur un autre poste, ou le fichier de clé a \
             été perdu. Copiez ici le fichier de clé d'origine, ou saisissez de nouveau la clé.",
        )),
        ..Field::new("acces", "Mission ministérielle", list)
    };
    let renew = Button::new(RENEW, "Renouveler la clé de scellement")
        .job(rotation_scellement::ID)
        .confirm(
            "Renouveler la clé qui protège les clés API ? Il faudra ensuite copier la nouvelle clé de scellement sur les \
             autres postes et le serveur de nuit : jusque-là, ils ne pourront pas ouvrir les clés API.",
        );
    Description::new(
        ID,
        TITLE,
        vec![Group::new("Mission Apprentissage", fields), Group::new("", vec![list])],
        vec![Button::new(REFRESH, "Actualiser"), renew, Button::new(CLOSE, "Fermer")],
    )
}

/// The sectors to choose from.
pub fn secteurs(places: &Places, societe: Option<i64>, kept: Option<i64>) -> Vec<ChoiceOption> {
    let mut options = vec![none("Toute la société")];
    options.extend(places.secteurs(societe, kept));
    options
}

fn row(ligne: &Ligne) -> Row {
    let cle = match ligne.cle {
        EtatCle::ASaisir => "à saisir",
        EtatCle::Enregistree => MASK,
        EtatCle::DeLaSociete => "celle de toute la société",
        EtatCle::AdresseChangee => "à saisir de nouveau : l'adresse a changé",
        EtatCle::Illisible => "illisible sur ce poste",
    };
    let acces = ligne.acces.as_ref().map(|acces| &acces.value);
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let nom = ligne
        .nom
        .as_deref()
        .unwrap_or("n'est plus dans la liste des numéros UAI");
    Row {
        id: ligne.row.clone(),
        cells: vec![
            ligne.etablissement().into(),
            nom.into(),
            cle.into(),
            text(acces.map(|acces| acces.protocole.code())),
            text(acces.and_then(|acces| acces.url.as_deref())),
            text(acces.and_then(|acces| acces.identifiant.as_deref())),
        ],
    }
}
