//! The ERP's inscriptions as dossiers, one stagiaire at a time: what the preview shows and the night sends.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use chrono::NaiveDate;

use super::doubles::Doubles;
use crate::dossier::records::{Inscription, LigneUai};
use crate::dossier::{
    CodeMotif, Contexte, Dossier, Ecrans, ListeUai, Motif, Options, Protocole, Retenue, normaliser_uai,
};
use crate::erp::{Apart, Erp, ReadAhead, Scope};
use crate::error::Error;
use crate::store::{Acces, ReglageSecteur, Store};

/// What is read, and by which rules.
pub struct Plan {
    /// The ERP.
    pub erp: Erp,
    /// The local date at which the run, or the preview, started.
    pub run_date: NaiveDate,
    /// The sectors to read.
    pub secteurs: Vec<ReglageSecteur>,
    /// Every (société, sector) that the settings name.
    pub named: Vec<(i64, i64)>,
    /// The UAI list.
    pub lignes_uai: Vec<LigneUai>,
    /// The API accesses.
    pub acces: Vec<Acces>,
    /// Which protocol each dossier follows.
    pub choice: Choice,
}

/// Which protocol a dossier follows.
#[derive(Debug, Clone, Copy)]
pub enum Choice {
    /// The same for all: a preview.
    Fixed {
        /// The protocol.
        protocole: Protocole,
        /// Whether the optional SIFA data goes with it.
        donnees_sifa: bool,
    },
    /// Its access's; today's for a dossier without one. The optional SIFA data goes where the sector's box is ticked.
    ByAccess,
}

/// A dossier, and the access that it goes out with.
#[derive(Debug)]
pub struct Prepared {
    /// The dossier.
    pub dossier: Dossier,
    /// Index of its access in the plan.
    pub acces: Option<usize>,
}

impl Plan {
    /// Read `secteurs`, of those that the settings name, with today's UAI list.
    ///
    /// # Errors
    /// The settings cannot be read.
    pub fn new(
        erp: Erp,
        store: &Store,
        run_date: NaiveDate,
        named: &[ReglageSecteur],
        secteurs: Vec<ReglageSecteur>,
        acces: Vec<Acces>,
        choice: Choice,
    ) -> Result<Plan, Error> {
        Ok(Plan {
            erp,
            run_date,
            secteurs,
            named: named
                .iter()
                .map(|secteur| (secteur.societe_id, secteur.secteur_id))
                .collect(),
            lignes_uai: store.lignes_uai()?,
            acces,
            choice,
        })
    }

    /// Start reading; rows come while the caller works on those before.
    #[must_use]
    pub fn start(&self) -> DossierStream {
        let secteurs = self
            .secteurs
            .iter()
            .map(|secteur| (secteur.societe_id, secteur.secteur_id))
            .collect();
        let scope = Scope { secteurs };
        DossierStream {
            rules: Rules {
                run_date: self.run_date,
                liste_uai: ListeUai::new(self.lignes_uai.clone()),
                acces: AccessIndex::new(&self.acces),
                choice: self.choice,
                activated: self
                    .secteurs
                    .iter()
                    .filter(|secteur| secteur.exporte_la_nuit())
                    .map(|secteur| (secteur.societe_id, secteur.secteur_id))
                    .collect(),
                options: self
                    .secteurs
                    .iter()
                    .map(|secteur| ((secteur.societe_id, secteur.secteur_id), secteur.options()))
                    .collect(),
            },
            ecrans: self.erp.ecrans().clone(),
            doubles: match self.choice {
                Choice::Fixed { .. } => Search::ToDo(self.erp.clone(), scope.clone()),
                // A night tells no warnings.
                Choice::ByAccess => Search::Done(Doubles::default()),
            },
            reader: ReadAhead::start(self.erp.clone(), scope),
            batch: Vec::new().into_iter(),
            group: Vec::new(),
        }
    }

    /// How many inscriptions in apprenticeship are not read: those that no sector of the settings covers, and those whose
    /// key cannot be read.
    ///
    /// # Errors
    /// The ERP cannot be read.
    pub fn apart(&self) -> Result<Apart, Error> {
        Ok(self.erp.count_apart(&self.named)?)
    }
}

/// What the dossiers of a run are computed by.
pub(super) struct Rules {
    run_date: NaiveDate,
    liste_uai: ListeUai,
    acces: AccessIndex,
    choice: Choice,
    /// The sectors that the night reads, as (société, sector).
    activated: HashSet<(i64, i64)>,
    /// By (société, sector).
    options: HashMap<(i64, i64), Options>,
}

impl Rules {
    fn contexte(&self) -> Contexte<'_> {
        Contexte {
            run_date: self.run_date,
            lignes_uai: &self.liste_uai,
        }
    }

    /// The dossier of an inscription; none if it is out of scope.
    pub(super) fn prepare(&self, inscription: &Inscription) -> Option<Prepared> {
        let contexte = self.contexte();
        if !contexte.dans_le_perimetre(inscription) {
            return None;
        }
        let secteur = &inscription.secteur;
        let ligne = contexte.ligne_uai(inscription);
        let acces = ligne.and_then(|ligne| self.acces.find(ligne, secteur.id));
        let mut options = self
            .options
            .get(&(secteur.societe_id, secteur.id))
            .copied()
            .unwrap_or_default();
        let protocole = match self.choice {
            Choice::Fixed {
                protocole,
                donnees_sifa,
            } => {
                options.donnees_sifa = donnees_sifa;
                protocole
            }
            Choice::ByAccess => acces.map_or(Protocole::default(), |(_, protocole)| protocole),
        };
        let mut dossier = contexte.dossier(inscription, protocole, options);
        match (self.choice, acces, ligne) {
            (Choice::ByAccess, None, Some(ligne)) => dossier.motifs.push(acces_manquant(ligne)),
            (Choice::ByAccess, ..) => {}
            (Choice::Fixed { .. }, None, _) => dossier.retenu = Some(Retenue::AccesManquant),
            (Choice::Fixed { .. }, Some(_), _) if !self.activated.contains(&(secteur.societe_id, secteur.id)) => {
                dossier.retenu = Some(Retenue::SecteurNonActive);
            }
            (Choice::Fixed { .. }, Some(_), _) => {}
        }
        Some(Prepared {
            dossier,
            acces: acces.map(|(index, _)| index),
        })
    }

    /// Of one stagiaire's dossiers at one establishment, one is sent.
    pub(super) fn decide(&self, group: Vec<(Inscription, Prepared)>) -> Vec<Prepared> {
        if group.len() < 2 {
            return group.into_iter().map(|(_, prepared)| prepared).collect();
        }
        let (inscriptions, prepared): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let (mut dossiers, acces): (Vec<_>, Vec<_>) = prepared.into_iter().map(|p| (p.dossier, p.acces)).unzip();
        let inscriptions: Vec<&Inscription> = inscriptions.iter().collect();
        self.contexte().decider(&inscriptions, &mut dossiers);
        let decided = dossiers.into_iter().zip(acces);
        decided.map(|(dossier, acces)| Prepared { dossier, acces }).collect()
    }
}

fn acces_manquant(ligne: &LigneUai) -> Motif {
    Motif {
        code: CodeMotif::AccesManquant,
        detail: format!(
            "Aucune clé API pour l'établissement {} : la saisir dans Administration > Gestion des accès aux API tierces.",
            ligne.uai.as_deref().unwrap_or_default()
        ),
    }
}

/// Which access, of those with a key, a UAI line goes out with.
pub(super) struct AccessIndex(HashMap<AccessKey, (usize, Protocole)>);

/// Société, sector and UAI.
type AccessKey = (Option<i64>, Option<i64>, String);

impl AccessIndex {
    pub(super) fn new(acces: &[Acces]) -> Self {
        let mut index = HashMap::new();
        let with_key = acces
            .iter()
            .enumerate()
            .filter(|(_, acces)| acces.cle_scellee.is_some());
        for (position, acces) in with_key {
            let key = (acces.societe_id, acces.secteur_id, uai(acces.uai.as_deref()));
            index.entry(key).or_insert((position, acces.protocole));
        }
        Self(index)
    }

    /// The access of the line's société, the inscription's sector and the UAI; else that of the line's own sector.
    pub(super) fn find(&self, ligne: &LigneUai, secteur_id: i64) -> Option<(usize, Protocole)> {
        let uai = uai(ligne.uai.as_deref());
        let key = |secteur_id| (ligne.societe_id, secteur_id, uai.clone());
        self.0
            .get(&key(Some(secteur_id)))
            .or_else(|| self.0.get(&key(ligne.secteur_id)))
            .copied()
    }
}

fn uai(text: Option<&str>) -> String {
    text.and_then(normaliser_uai).unwrap_or_default()
}

/// Dossiers in the order of the stagiaires, those of one stagiaire together.
pub struct DossierStream {
    rules: Rules,
    ecrans: Ecrans,
    doubles: Search,
    reader: ReadAhead,
    batch: std::vec::IntoIter<Inscription>,
    group: Vec<(Inscription, Prepared)>,
}

/// The search for stagiaires who look like one person.
enum Search {
    /// While the reader reads ahead.
    ToDo(Erp, Scope),
    Done(Doubles),
}

impl DossierStream {
    /// How long the ERP's reader has worked so far, and how long it was waited for.
    pub fn times(&self) -> (Duration, Duration) {
        (self.reader.worked(), self.reader.waited())
    }

    /// The dossiers in scope of the next stagiaire, in this ERP's words; none after the last.
    ///
    /// # Errors
    /// The ERP cannot be read on, or `cancelled` said to stop.
    pub fn next_group(&mut self, cancelled: &dyn Fn() -> bool) -> Result<Option<Vec<Prepared>>, Error> {
        if let Search::ToDo(erp, scope) = &self.doubles {
            self.doubles = Search::Done(Doubles::find(erp, scope, &self.rules, cancelled)?);
        }
        let mut group = self.next_stagiaire(cancelled)?;
        for prepared in group.iter_mut().flatten() {
            if let Search::Done(doubles) = &self.doubles {
                doubles.warn(&mut prepared.dossier);
            }
            self.ecrans.traduire(&mut prepared.dossier);
        }
        Ok(group)
    }

    fn next_stagiaire(&mut self, cancelled: &dyn Fn() -> bool) -> Result<Option<Vec<Prepared>>, Error> {
        while let Some(inscription) = self.next_inscription(cancelled)? {
            let Some(prepared) = self.rules.prepare(&inscription) else {
                continue;
            };
            // Inscriptions without a stagiaire stand each for itself.
            let same = self.group.last().is_some_and(|(_, last)| {
                prepared.dossier.stagiaire_id.is_some() && last.dossier.stagiaire_id == prepared.dossier.stagiaire_id
            });
            let complete = if same {
                Vec::new()
            } else {
                std::mem::take(&mut self.group)
            };
            self.group.push((inscription, prepared));
            if !complete.is_empty() {
                return Ok(Some(self.rules.decide(complete)));
            }
        }
        let last = std::mem::take(&mut self.group);
        Ok(if last.is_empty() {
            None
        } else {
            Some(self.rules.decide(last))
        })
    }

    fn next_inscription(&mut self, cancelled: &dyn Fn() -> bool) -> Result<Option<Inscription>, Error> {
        loop {
            if let Some(inscription) = self.batch.next() {
                return Ok(Some(inscription));
            }
            match self.reader.next_batch(cancelled)? {
                Some(batch) => self.batch = batch.into_iter(),
                None => return Ok(None),
            }
        }
    }
}
