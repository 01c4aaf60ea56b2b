//! The rules: pure functions from ERP records to a dossier, its reasons, its warnings and its provenance.
//!
//! The files stand in the order of the rules: candidat, formation, établissement, contrat, statut. Nothing here reads a clock, a database or a setting:
//! the run's date, the UAI list and the records are arguments.

#![forbid(unsafe_code)]

mod annee;
mod avertissements;
mod candidat;
mod cleaning;
mod codes;
mod colonnes;
mod contrat;
mod contrats_envoyes;
mod coordonnees;
mod dates;
mod donnees_sifa;
mod doublons;
mod ecrans;
mod elements;
mod email;
mod etablissement;
mod formation;
mod lecture;
mod liste_uai;
mod motifs;
mod perimetre;
pub mod records;
mod saisie;
mod statut;
mod statut_affiche;
mod statut_candidats;
mod telephone;
#[cfg(test)]
mod tests;
mod v3;

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::ser::{Serialize, SerializeMap, Serializer};

pub use avertissements::libelle_avertissement;
use avertissements::{Alerte, CODE_DIPLOME_MANQUANT, EMAIL_CONTACT_MANQUANT, VALEUR_ILLISIBLE};
pub use codes::{TYPES_CFA, est_siret, est_uai};
pub use colonnes::{Colonne, Genre, colonnes};
pub use dates::est_fictive;
pub use doublons::identite;
pub use ecrans::Ecrans;
pub use liste_uai::ListeUai;
use motifs::illisible;
use motifs::retenir_une_inscription;
use records::{Inscription, LigneUai, Manque};
pub use saisie::{
    ChampLigne, Formateur, Remarque, alertes_de_ligne, defauts_de_ligne, formateur, normaliser_ligne, normaliser_uai,
    siret_lisible,
};
pub use statut_affiche::StatutAffiche;

/// What the rules need to know of a run besides the records.
#[derive(Debug, Clone, Copy)]
pub struct Contexte<'a> {
    /// The host's local calendar date when the run, or the preview, starts.
    pub run_date: NaiveDate,
    /// *Numéros UAI (CFA)*.
    pub lignes_uai: &'a ListeUai,
}

impl<'a> Contexte<'a> {
    /// Whether the inscription is in scope: in training at some time of the current school year.
    pub fn dans_le_perimetre(&self, inscription: &Inscription) -> bool {
        let (inscription, _) = dates::reelles(inscription, self.run_date);
        perimetre::dans_le_perimetre(&inscription, self.run_date)
    }

    /// The line of the UAI list that the inscription goes out under, whatever the protocol.
    pub fn ligne_uai(&self, inscription: &Inscription) -> Option<&'a LigneUai> {
        let etablissement = etablissement::etablissement(inscription, self.lignes_uai);
        etablissement.preparee().ok().map(|preparee| &preparee.ligne)
    }

    /// The dossier of an inscription in scope.
    ///
    /// `AUTRE_INSCRIPTION` is left to [`Contexte::decider`], `ACCES_MANQUANT` to the night.
    pub fn dossier(&self, inscription: &Inscription, protocole: Protocole, options: impl Into<Options>) -> Dossier {
        self.dossier_avec(inscription, protocole, options.into(), &[])
    }

    /// Decides between the dossiers of ONE stagiaire in the run, each with its inscription, in any order: one is sent for
    /// each training site, the others get `AUTRE_INSCRIPTION`. The one sent also carries contracts of those that it stands
    /// for, since the receiver replaces the list that it had.
    pub fn decider(&self, inscriptions: &[&Inscription], dossiers: &mut [Dossier]) {
        retenir_une_inscription(dossiers);
        for rang in 0..dossiers.len() {
            let preteurs: Vec<&Inscription> = motifs::preteurs(dossiers, rang)
                .filter_map(|preteur| inscriptions.get(preteur).copied())
                .collect();
            if let (false, Some(inscription), Some(dossier)) =
                (preteurs.is_empty(), inscriptions.get(rang), dossiers.get_mut(rang))
            {
                *dossier = Dossier {
                    retenu: dossier.retenu,
                    ..self.dossier_avec(inscription, dossier.protocole, dossier.options, &preteurs)
                };
            }
        }
    }

    /// The same with the contracts that the stagiaire's other inscriptions at the site lend.
    fn dossier_avec(
        &self,
        inscription: &Inscription,
        protocole: Protocole,
        options: Options,
        preteurs: &[&Inscription],
    ) -> Dossier {
        let (inscription, invraisemblables) = dates::reelles(inscription, self.run_date);
        let preteurs: Vec<_> = preteurs
            .iter()
            .map(|preteur| dates::reelles(preteur, self.run_date).0)
            .collect();
        let preteurs: Vec<&Inscription> = preteurs.iter().map(AsRef::as_ref).collect();
        let mut elements = elements::Elements::new(&inscription, self.run_date, self.lignes_uai, &preteurs);
        let mut motifs = motifs::Motifs::default();
        let mut champs = Vec::with_capacity(32);
        for colonne in colonnes(protocole, options.donnees_sifa) {
            elements.champ = colonne.nom;
            match ((colonne.valeur)(&mut elements), colonne.requis) {
                (Ok((valeur, provenance)), _) => champs.push(Champ {
                    nom: colonne.nom,
                    valeur,
                    provenance,
                }),
                (Err(manque), Some((code, conseil))) => {
                    let (motif, detail) = match manque {
                        Manque::Illisible(valeur) => (CodeMotif::ValeurIllisible, illisible(&valeur)),
                        Manque::Absent => (code, conseil(&elements)),
                    };
                    match options.avertit_au_lieu_de(code).filter(|_| protocole == Protocole::V3) {
                        Some(alerte) => elements.avertir(alerte, detail),
                        None => motifs.ajouter(motif, &detail),
                    }
                }
                (Err(Manque::Illisible(valeur)), None) => elements.avertir(&VALEUR_ILLISIBLE, illisible(&valeur)),
                (Err(Manque::Absent), None) => {}
            }
        }
        let mut statut_affiche = None;
        if protocole == Protocole::V3 {
            statut_affiche = statut_affiche::statut_affiche(&champs, self.run_date);
            if let Some(affiche) = statut_affiche {
                statut_affiche::comparer_au_statut_envoye(&mut elements, affiche);
            }
            if let Some(conseil) = motifs::dates_incoherentes(&elements) {
                motifs.ajouter(CodeMotif::DatesFormationIncoherentes, conseil);
            }
        }
        // What the whole dossier hangs on counts as required.
        let decisifs = [
            elements.statut.clone().map(drop),
            perimetre::perimetre_illisible(&inscription),
        ];
        for manque in decisifs {
            if let Err(Manque::Illisible(valeur)) = manque {
                motifs.ajouter(CodeMotif::ValeurIllisible, &illisible(&valeur));
            }
        }
        dates::signaler(&invraisemblables, protocole, &mut motifs, &mut elements.avertissements);
        Dossier {
            inscription_id: inscription.id,
            stagiaire_id: inscription.stagiaire.valeur().map(|stagiaire| stagiaire.id),
            protocole,
            options,
            ligne_uai: elements.etablissement.preparee().ok().map(|preparee| preparee.ligne.id),
            entree: elements.date_entree(),
            champs,
            statut_affiche,
            motifs: motifs.dans_l_ordre(),
            avertissements: elements.avertissements,
            retenu: None,
        }
    }
}

/// What a sector's settings change in its dossiers of v3.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// *Données SIFA facultatives*.
    pub donnees_sifa: bool,
    /// *Envoyer aussi sans e-mail de contact*.
    pub sans_email: bool,
    /// *Envoyer aussi sans code diplôme*.
    pub sans_code_diplome: bool,
}

impl Options {
    /// The warning that takes a reason's place: the dossier is sent without the field.
    fn avertit_au_lieu_de(self, motif: CodeMotif) -> Option<&'static Alerte> {
        match motif {
            CodeMotif::EmailContactManquant if self.sans_email => Some(&EMAIL_CONTACT_MANQUANT),
            CodeMotif::CodeDiplomeManquant if self.sans_code_diplome => Some(&CODE_DIPLOME_MANQUANT),
            _ => None,
        }
    }
}

/// Only the option *données SIFA*.
impl From<bool> for Options {
    fn from(donnees_sifa: bool) -> Self {
        Self {
            donnees_sifa,
            ..Self::default()
        }
    }
}

/// The receiving protocol, which decides fields and reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize, serde::Deserialize)]
pub enum Protocole {
    /// Today's API.
    #[default]
    #[serde(rename = "v3")]
    V3,
    /// The API of 2021.
    #[serde(rename = "statut-candidats")]
    StatutCandidats,
}

impl Protocole {
    /// Its name in settings, commands and the API's own documents: `v3`, `statut-candidats`.
    pub fn code(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::StatutCandidats => "statut-candidats",
        }
    }
}

impl fmt::Display for Protocole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Protocole {
    type Err = ProtocoleInconnu;

    fn from_str(code: &str) -> Result<Self, Self::Err> {
        [Self::V3, Self::StatutCandidats]
            .into_iter()
            .find(|p| p.code() == code)
            .ok_or(ProtocoleInconnu)
    }
}

/// A text names no protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown protocol (expected \"v3\" or \"statut-candidats\")")]
pub struct ProtocoleInconnu;

impl ProtocoleInconnu {
    /// What to tell the user.
    pub fn user_text(&self) -> String {
        "Ce protocole est inconnu : choisir « v3 » ou « statut-candidats ».".to_owned()
    }
}

/// One record to export, or the reasons why it stays out.
#[derive(Debug, Clone)]
pub struct Dossier {
    /// `inscription.id`.
    pub inscription_id: i64,
    /// `stagiaire.id`; absent for an orphan inscription.
    pub stagiaire_id: Option<i64>,
    /// The protocol it was computed for.
    pub protocole: Protocole,
    /// The sector's options that it was computed with.
    pub options: Options,
    /// The UAI line that it goes out under.
    pub ligne_uai: Option<i64>,
    /// `entree`, which decides between several dossiers of one stagiaire.
    pub entree: Option<NaiveDate>,
    /// The fields, in the protocol's order; an absent value has no field.
    pub champs: Vec<Champ>,
    /// What the dashboard will display for it on the run's date; v3 only, and none where a date that it needs is missing.
    pub statut_affiche: Option<StatutAffiche>,
    /// Why it is not sent, in the order of [`CodeMotif`]; none: it is sent.
    pub motifs: Vec<Motif>,
    /// What the user should know although it is sent.
    pub avertissements: Vec<Avertissement>,
    /// In a preview, the setting that keeps the night from sending it, if it has no reason to stay out.
    pub retenu: Option<Retenue>,
}

impl Dossier {
    /// The JSON object that goes out: the fields in order, nothing else.
    pub fn corps(&self) -> Corps<'_> {
        Corps(&self.champs)
    }

    /// Whether it is sent: no reason to stay out.
    pub fn envoyable(&self) -> bool {
        self.motifs.is_empty()
    }

    /// A field by its name.
    pub fn champ(&self, nom: &str) -> Option<&Champ> {
        self.champs.iter().find(|champ| champ.nom == nom)
    }
}

/// What goes out of a dossier; serialises as one JSON object.
#[derive(Debug, Clone, Copy)]
pub struct Corps<'a>(&'a [Champ]);

impl Serialize for Corps<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut objet = serializer.serialize_map(Some(self.0.len()))?;
        for champ in self.0 {
            objet.serialize_entry(champ.nom, &champ.valeur)?;
        }
        objet.end()
    }
}

/// One exported value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Champ {
    /// The protocol's name of the field.
    pub nom: &'static str,
    /// What goes out.
    pub valeur: Valeur,
    /// Where it comes from.
    pub provenance: Provenance,
}

/// What a field holds; serialises as it goes out, dates as `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[serde(untagged)]
pub enum Valeur {
    /// Text.
    Texte(String),
    /// A whole number.
    Entier(i64),
    /// A boolean.
    Booleen(bool),
    /// A calendar date.
    Date(NaiveDate),
}

/// The ERP screen, or the computation, that a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provenance {
    /// The SIFA screen.
    Sifa,
    /// *fiche Stagiaire*.
    Stagiaire,
    /// *fiche Inscrit*.
    Inscrit,
    /// *fiche Action*.
    Action,
    /// *Centre d'intérêt*.
    CentreInteret,
    /// *Convention*.
    Convention,
    /// *Liste UAI*.
    ListeUai,
    /// *Secteur*.
    Secteur,
    /// Computed from several values.
    Calcul,
}

impl Provenance {
    /// Its name on the preview.
    pub fn libelle(self) -> &'static str {
        match self {
            Self::Sifa => "SIFA",
            Self::Stagiaire => "fiche Stagiaire",
            Self::Inscrit => "fiche Inscrit",
            Self::Action => "fiche Action",
            Self::CentreInteret => "Centre d'intérêt",
            Self::Convention => "Convention",
            Self::ListeUai => "Liste UAI",
            Self::Secteur => "Secteur",
            Self::Calcul => "Calcul",
        }
    }
}

/// A setting that keeps the night from sending a dossier that is whole; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retenue {
    /// `ACCES_MANQUANT`: its establishment has no access with a key, of whatever protocol.
    AccesManquant,
    /// `SECTEUR_NON_ACTIVE`: a box of its sector is not ticked.
    SecteurNonActive,
}

impl Retenue {
    /// The code, as files write it.
    pub fn code(self) -> &'static str {
        match self {
            Self::AccesManquant => CodeMotif::AccesManquant.code(),
            Self::SecteurNonActive => "SECTEUR_NON_ACTIVE",
        }
    }

    /// The label shown to the user.
    pub fn libelle(self) -> &'static str {
        match self {
            Self::AccesManquant => CodeMotif::AccesManquant.libelle(),
            Self::SecteurNonActive => "Secteur non activé",
        }
    }
}

/// A reason why a dossier is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Motif {
    /// Which reason.
    pub code: CodeMotif,
    /// For the user: which value, from which screen, where to put it right.
    pub detail: String,
}

/// The reasons, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CodeMotif {
    /// `EMAIL_CONTACT_MANQUANT`
    EmailContactManquant,
    /// `UAI_SIRET_MANQUANT`
    UaiSiretManquant,
    /// `CODE_DIPLOME_MANQUANT`
    CodeDiplomeManquant,
    /// `NOM_MANQUANT`
    NomManquant,
    /// `DATE_NAISSANCE_MANQUANTE`
    DateNaissanceManquante,
    /// `DATES_FORMATION_MANQUANTES`
    DatesFormationManquantes,
    /// `DATES_FORMATION_INCOHERENTES`
    DatesFormationIncoherentes,
    /// `VALEUR_ILLISIBLE`: a value of the ERP cannot be read.
    ValeurIllisible,
    /// `AUTRE_INSCRIPTION`
    AutreInscription,
    /// `ACCES_MANQUANT`: decided by the night, not by the rules.
    AccesManquant,
}

/// Something lost or doubtful on the way; the dossier is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Avertissement {
    /// Stable code, e.g. `TELEPHONE_INVALIDE`.
    pub code: &'static str,
    /// The field concerned.
    pub champ: &'static str,
    /// For the user.
    pub detail: String,
}
