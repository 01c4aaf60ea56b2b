//! Stagiaires who look like one person, found before the preview reads: a handful among all, so their dossiers alone are
//! computed twice.

use std::collections::HashMap;

use super::stream::{Prepared, Rules};
use crate::dossier::Dossier;
use crate::dossier::records::Inscription;
use crate::erp::{Erp, ErpError, Scope};

/// Stagiaires read together.
const TOGETHER: usize = 500;

/// Those who look like one person.
#[derive(Default)]
pub struct Doubles {
    /// The others of each.
    others: HashMap<i64, Vec<i64>>,
    /// Where the dossiers of each are sent.
    sites: HashMap<i64, Vec<(String, String)>>,
}

impl Doubles {
    /// Finds them among those that a scope reads.
    ///
    /// # Errors
    /// The ERP cannot be read, or `cancel` said so.
    pub fn find(erp: &Erp, scope: &Scope, rules: &Rules, cancel: &dyn Fn() -> bool) -> Result<Self, ErpError> {
        let mut doubles = Self::default();
        let mut ids = Vec::new();
        for group in erp.homonyms(scope, cancel)? {
            for id in &group {
                let others = group.iter().copied().filter(|other| other != id);
                doubles.others.insert(*id, others.collect());
            }
            ids.extend(group);
        }
        ids.sort_unstable();
        for some in ids.chunks(TOGETHER) {
            let mut together: Vec<(Inscription, Prepared)> = Vec::new();
            erp.inscriptions_of(scope, some, cancel, &mut |inscription| {
                if let Some(prepared) = rules.prepare(&inscription) {
                    together.push((inscription, prepared));
                }
                std::ops::ControlFlow::Continue(())
            })?;
            let mut by_stagiaire: HashMap<Option<i64>, Vec<_>> = HashMap::new();
            for (inscription, prepared) in together {
                let of_one = by_stagiaire.entry(prepared.dossier.stagiaire_id).or_default();
                of_one.push((inscription, prepared));
            }
            for prepared in by_stagiaire.into_values().flat_map(|group| rules.decide(group)) {
                doubles.note(&prepared.dossier);
            }
        }
        Ok(doubles)
    }

    fn note(&mut self, dossier: &Dossier) {
        if let (Some(stagiaire), Some((uai, siret)), true) = (dossier.stagiaire_id, dossier.site(), dossier.envoyable())
        {
            let site = (uai.to_owned(), siret.to_owned());
            self.sites.entry(stagiaire).or_default().push(site);
        }
    }

    /// Warns of those who are sent for the same site as this dossier.
    pub fn warn(&self, dossier: &mut Dossier) {
        let Some(others) = dossier.stagiaire_id.and_then(|id| self.others.get(&id)) else {
            return;
        };
        let Some((uai, siret)) = dossier.site().filter(|_| dossier.envoyable()) else {
            return;
        };
        let sent_there = |other: &&i64| {
            let sites = self.sites.get(*other).map_or(&[][..], Vec::as_slice);
            sites.iter().any(|site| site.0 == uai && site.1 == siret)
        };
        let others: Vec<i64> = others.iter().filter(sent_there).copied().collect();
        if !others.is_empty() {
            dossier.signaler_les_doublons(&others);
        }
    }
}
