//! The preview's counts.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::dossier::{CodeMotif, Dossier, Protocole, Retenue, StatutAffiche, Valeur};
use crate::erp::Apart;
use crate::night::stream::Prepared;

/// How many dossiers there are, and what becomes of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Resume {
    /// Dossiers in scope.
    pub lus: u64,
    /// Those that would go out.
    pub envoyes: u64,
    /// Those that would not.
    pub non_envoyes: u64,
    /// Pairs of a dossier that would go out and a code of warning.
    pub avertissements: u64,
    /// Inscriptions in apprenticeship that no sector of the settings covers.
    pub hors_secteur: u64,
    /// Inscriptions in apprenticeship whose key cannot be read.
    pub illisibles: u64,
    /// Dossiers left out by reason; one with several counts under each.
    #[serde(skip)]
    pub motifs: BTreeMap<CodeMotif, u64>,
    /// Dossiers that would go out, by the status that the dashboard will display (v3).
    #[serde(skip)]
    pub statuts_affiches: BTreeMap<StatutAffiche, u64>,
    /// Those of them that would go out and that no setting holds back: the night's.
    pub partiront: u64,
    /// Those that a setting holds back.
    pub retenus: Retenus,
}

/// Dossiers that would go out but for a setting, by what it is and the UAI of their establishment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retenus(pub BTreeMap<(Retenue, String), u64>);

impl Retenus {
    /// How many one kind of setting holds back.
    fn de(&self, retenue: Retenue) -> u64 {
        let lignes = self.0.iter().filter(|((cause, _), _)| *cause == retenue);
        lignes.map(|(_, nombre)| nombre).sum()
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }
}

impl Serialize for Retenus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let causes = [Retenue::AccesManquant, Retenue::SecteurNonActive];
        serializer.collect_map(causes.map(|cause| (cause.code(), self.de(cause))))
    }
}

impl Resume {
    /// Nothing read yet, and what is not read at all.
    pub fn of(apart: Apart) -> Self {
        Self {
            hors_secteur: apart.hors_secteur,
            illisibles: apart.illisibles,
            ..Self::default()
        }
    }

    /// Count one more.
    pub fn add(&mut self, prepared: &Prepared) {
        let Dossier {
            motifs, avertissements, ..
        } = &prepared.dossier;
        self.lus += 1;
        if motifs.is_empty() {
            self.envoyes += 1;
            let mut codes: Vec<_> = avertissements.iter().map(|avertissement| avertissement.code).collect();
            codes.sort_unstable();
            codes.dedup();
            self.avertissements += codes.len() as u64;
            if let Some(statut) = prepared.dossier.statut_affiche {
                *self.statuts_affiches.entry(statut).or_default() += 1;
            }
            match prepared.dossier.retenu {
                None => self.partiront += 1,
                Some(retenue) => {
                    let place = (retenue, uai(&prepared.dossier).to_owned());
                    *self.retenus.0.entry(place).or_default() += 1;
                }
            }
        } else {
            self.non_envoyes += 1;
            for motif in motifs {
                *self.motifs.entry(motif.code).or_default() += 1;
            }
        }
    }
}

/// The UAI that a dossier goes out under.
fn uai(dossier: &Dossier) -> &str {
    let field = match dossier.protocole {
        Protocole::V3 => "etablissement_responsable_uai",
        Protocole::StatutCandidats => "uai_etablissement",
    };
    match dossier.champ(field).map(|champ| &champ.valeur) {
        Some(Valeur::Texte(uai)) => uai,
        _ => "",
    }
}
