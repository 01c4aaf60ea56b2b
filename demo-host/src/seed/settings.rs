//! The settings that go with the sample, as `settings import` takes them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::codes;
use super::rng::{Rng, Stream};
use super::words::ORGANISATIONS;
use super::world::{Secteur, Site, World};
use crate::sandbox::Organisme;

/// The whole file.
#[derive(Serialize)]
pub struct Settings {
    secteurs: Vec<Boxes>,
    uai: Vec<Line>,
    acces: Vec<Access>,
}

#[derive(Serialize)]
struct Boxes {
    societe_id: i32,
    secteur_id: i32,
    passerelle_sifa: bool,
    mission_apprentissage: bool,
    transfert_nuit: bool,
}

/// One line of the UAI list.
#[derive(Clone, Serialize)]
pub struct Line {
    id: i32,
    /// The establishment's code.
    pub uai: String,
    nom: String,
    siret: String,
    organisme_gestionnaire: &'static str,
    type_cfa: Option<String>,
    societe_id: i32,
    secteur_id: Option<i32>,
    uai_formateur: Option<String>,
    siret_formateur: Option<String>,
}

#[derive(Serialize)]
struct Access {
    societe_id: i32,
    secteur_id: i32,
    uai: String,
    protocole: &'static str,
    url: String,
    cle: String,
}

/// The UAI list of the sample.
pub struct Lines(Vec<Line>);

impl Lines {
    /// One line an ordinary secteur; some sociétés have one for all of theirs, some secteurs have two.
    pub fn new(seed: u64, world: &World) -> Self {
        let mut lines: Vec<Line> = Vec::new();
        for secteur in &world.secteurs {
            let shared = secteur.site == Site::Ordinary && secteur.societe_id % 4 == 3;
            let known = shared && lines.iter().any(|line| line.societe_id == secteur.societe_id);
            if known || matches!(secteur.site, Site::WithoutLine | Site::Unnamed) {
                continue;
            }
            let twice = !shared && secteur.site == Site::Ordinary && secteur.id % 9 == 8;
            for _ in 0..=i32::from(twice) {
                let id = i32::try_from(lines.len()).unwrap_or(i32::MAX - 1) + 1;
                lines.push(line(seed, id, secteur, shared, world));
            }
        }
        Self(lines)
    }

    /// The line that a secteur's inscriptions get.
    pub fn of(&self, secteur: &Secteur) -> Option<&Line> {
        let own = self.0.iter().find(|line| line.secteur_id == Some(secteur.id));
        own.or_else(|| {
            self.0
                .iter()
                .find(|line| line.secteur_id.is_none() && line.societe_id == secteur.societe_id)
        })
    }
}

fn line(seed: u64, id: i32, secteur: &Secteur, shared: bool, world: &World) -> Line {
    let mut rng = Rng::of(seed, Stream::Settings, id.unsigned_abs().into());
    let department = secteur
        .town
        .postal_code
        .get(..2)
        .and_then(|digits| digits.parse::<i32>().ok())
        .unwrap_or(99);
    let mut siret = codes::siret(&mut rng);
    if secteur.site == Site::BrokenLine {
        siret.pop();
    }
    let elsewhere = !shared && id % 6 == 5;
    let societe = usize::try_from(secteur.societe_id - 1)
        .ok()
        .and_then(|index| world.societes.get(index));
    Line {
        id,
        uai: codes::uai(department * 100_000 + 4 * id),
        nom: societe.cloned().unwrap_or_default(),
        siret,
        organisme_gestionnaire: rng.pick(&ORGANISATIONS),
        type_cfa: rng.chance(700).then(|| format!("{:02}", rng.between(1, 10))),
        societe_id: secteur.societe_id,
        secteur_id: (!shared).then_some(secteur.id),
        uai_formateur: elsewhere.then(|| codes::uai(department * 100_000 + 4 * id + 2)),
        siret_formateur: elsewhere.then(|| codes::siret(&mut rng)),
    }
}

impl Settings {
    /// The settings of a world: all named secteurs activated, each with its access to the receiver at `url`.
    pub fn new(seed: u64, world: &World, lines: &Lines, url: &str) -> Self {
        let named = || world.secteurs.iter().filter(|secteur| secteur.site != Site::Unnamed);
        let secteurs = named().map(|secteur| Boxes {
            societe_id: secteur.societe_id,
            secteur_id: secteur.id,
            passerelle_sifa: true,
            mission_apprentissage: true,
            transfert_nuit: true,
        });
        let acces = named().filter_map(|secteur| {
            let line = lines.of(secteur)?;
            // One key an establishment: secteurs that share a line share it.
            let mut rng = Rng::of(seed, Stream::Settings, (1 << 32) + u64::from(line.id.unsigned_abs()));
            Some(Access {
                societe_id: line.societe_id,
                secteur_id: secteur.id,
                uai: line.uai.clone(),
                protocole: "v3",
                url: url.to_owned(),
                cle: codes::key(&mut rng),
            })
        });
        Self {
            secteurs: secteurs.collect(),
            acces: acces.collect(),
            uai: lines.0.clone(),
        }
    }

    /// The receiver's keys, each with the establishment that it was made for.
    pub fn keys(&self) -> BTreeMap<String, Organisme> {
        let made_for = |access: &Access| {
            let line = self.uai.iter().find(|line| line.uai == access.uai)?;
            Some((
                access.cle.clone(),
                Organisme {
                    uai: line.uai.clone(),
                    siret: line.siret.clone(),
                },
            ))
        };
        self.acces.iter().filter_map(made_for).collect()
    }
}
