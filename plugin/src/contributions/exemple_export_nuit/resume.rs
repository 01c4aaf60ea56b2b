//! The preview's counts.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dossier::{CodeMotif, Dossier, Protocole, StatutAffiche, Valeur};
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
    /// Dossiers that would go out but for the key of their establishment, by UAI.
    #[serde(skip)]
    pub sans_acces: BTreeMap<String, u64>,
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
            if prepared.acces.is_none() {
                *self.sans_acces.entry(uai(&prepared.dossier).to_owned()).or_default() += 1;
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
