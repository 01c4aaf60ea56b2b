//! Who is not sent, and why.

use std::fmt::Write as _;

use super::elements::Elements;
use super::records::{Attendu, ValeurIllisible, numero};
use super::statut::Statut;
use super::{CodeMotif, Dossier, Motif, Protocole, Valeur, formation};

impl CodeMotif {
    /// The code, as results and files write it.
    pub fn code(self) -> &'static str {
        self.textes().0
    }

    /// The label shown to the user.
    pub fn libelle(self) -> &'static str {
        self.textes().1
    }

    /// All of them, in the order in which they are shown.
    pub const TOUS: [Self; 10] = [
        Self::EmailContactManquant,
        Self::UaiSiretManquant,
        Self::CodeDiplomeManquant,
        Self::NomManquant,
        Self::DateNaissanceManquante,
        Self::DatesFormationManquantes,
        Self::DatesFormationIncoherentes,
        Self::ValeurIllisible,
        Self::AutreInscription,
        Self::AccesManquant,
    ];

    /// The label of a code; the code itself if it is none of these.
    pub fn libelle_de(code: &str) -> &str {
        Self::TOUS
            .into_iter()
            .find(|motif| motif.code() == code)
            .map_or(code, |motif| motif.libelle())
    }

    fn textes(self) -> (&'static str, &'static str) {
        match self {
            Self::EmailContactManquant => ("EMAIL_CONTACT_MANQUANT", "Email contact manquant"),
            Self::UaiSiretManquant => ("UAI_SIRET_MANQUANT", "UAI / Siret manquant"),
            Self::CodeDiplomeManquant => ("CODE_DIPLOME_MANQUANT", "Code Diplôme manquant"),
            Self::NomManquant => ("NOM_MANQUANT", "Nom ou prénom manquant"),
            Self::DateNaissanceManquante => ("DATE_NAISSANCE_MANQUANTE", "Date de naissance manquante"),
            Self::DatesFormationManquantes => ("DATES_FORMATION_MANQUANTES", "Dates de formation manquantes"),
            Self::DatesFormationIncoherentes => ("DATES_FORMATION_INCOHERENTES", "Dates de formation incohérentes"),
            Self::ValeurIllisible => ("VALEUR_ILLISIBLE", "Valeur illisible"),
            Self::AutreInscription => ("AUTRE_INSCRIPTION", "Autre inscription du même apprenti"),
            Self::AccesManquant => ("ACCES_MANQUANT", "Clé API manquante"),
        }
    }
}

/// The reasons of one dossier, one a code, in the order in which they are shown.
#[derive(Debug, Default)]
pub(super) struct Motifs(Vec<Motif>);

impl Motifs {
    /// Adds a reason; a code already there gets the further advice, once.
    pub(super) fn ajouter(&mut self, code: CodeMotif, conseil: &str) {
        match self.0.iter_mut().find(|motif| motif.code == code) {
            None => self.0.push(Motif {
                code,
                detail: conseil.to_owned(),
            }),
            Some(motif) if motif.detail.contains(conseil) => {}
            Some(motif) => {
                let _ = write!(motif.detail, " {conseil}");
            }
        }
    }

    /// Says more about a reason, if it is there.
    pub(super) fn preciser(&mut self, code: CodeMotif, detail: &str) {
        if self.0.iter().any(|motif| motif.code == code) {
            self.ajouter(code, detail);
        }
    }

    pub(super) fn dans_l_ordre(mut self) -> Vec<Motif> {
        self.0.sort_by_key(|motif| motif.code);
        self.0
    }
}

/// v3: `date_fin_formation` before `date_entree_formation`. The receiver refuses it later, out of sight.
pub(super) fn dates_incoherentes(e: &Elements<'_>) -> Option<&'static str> {
    let (fin, _) = formation::fin(e.inscription).ok()?;
    (fin < e.date_entree()?).then_some(
        "La fin de la formation est avant l'entrée : corriger la date de sortie prévue ou la date d'entrée dans la fiche \
         Inscrit, la date d'entrée au CFA dans le SIFA ou les dates de la fiche Action.",
    )
}

/// Which value cannot be read, and where to put it right; never what it holds.
pub(super) fn illisible(valeur: &ValeurIllisible) -> String {
    let attendu = match valeur.attendu {
        Attendu::Date => "une date (AAAA-MM-JJ)",
        Attendu::Entier => "un nombre entier",
        Attendu::Decimal => "un nombre décimal",
        Attendu::Booleen => "0 ou 1",
        Attendu::Texte => "un texte lisible de 1 Mio au plus",
    };
    let ecran = match valeur.entite {
        "stagiaire" | "interlocuteur" => "la fiche Stagiaire",
        "inscription" => "la fiche Inscrit",
        "action_formation" => "la fiche Action",
        "centre_interet" => "le centre d'intérêt",
        "diplome" => "le diplôme",
        "convention" => "la convention",
        "sifa" | "sifa_responsable" => "le SIFA",
        "secteur" | "societe" => "Paramètres sociétés",
        _ => "l'ERP",
    };
    format!(
        "{}.{} ({}) ne peut pas être lu, attendu : {attendu} ; ressaisir la valeur dans {ecran}.",
        valeur.entite,
        valeur.colonne,
        numero(valeur.id)
    )
}

/// One learner, one establishment, one year (v3): of the dossiers of ONE stagiaire that have no other reason to stay out
/// and go to one training site, one that no setting holds back is sent, then one that is no abandon, then the one with the
/// latest `entree` (then the highest inscription id; an absent `entree` is earliest); the others get `AUTRE_INSCRIPTION`.
///
/// The slice holds all the dossiers of the stagiaire in the run, in any order. Those of the protocol of 2021 stay as they are.
pub fn retenir_une_inscription(dossiers: &mut [Dossier]) {
    for rang in 0..dossiers.len() {
        let Some(envoye) = dossiers.get(rang).and_then(|dossier| prefere(dossiers, dossier)) else {
            continue;
        };
        if let Some(dossier) = dossiers.get_mut(rang) {
            dossier.motifs.push(Motif {
                code: CodeMotif::AutreInscription,
                detail: format!(
                    "L'inscription n° {envoye} du même stagiaire au même établissement est envoyée à sa place : une seule par \
                     année scolaire. Si ce n'est pas la bonne, vérifier les dates d'entrée dans les fiches Inscrit."
                ),
            });
        }
    }
}

/// The inscription that is sent instead of this dossier, if there is one.
fn prefere(dossiers: &[Dossier], dossier: &Dossier) -> Option<i64> {
    let site = site_concurrent(dossier)?;
    let premier = dossiers
        .iter()
        .filter(|autre| {
            // One already left out for this reason loses against the same winner: it cannot win.
            autre.stagiaire_id == dossier.stagiaire_id && site_concurrent(autre) == Some(site)
        })
        .max_by_key(|autre| {
            (
                autre.retenu.is_none(),
                !est_un_abandon(autre),
                autre.entree,
                autre.inscription_id,
            )
        })?;
    (premier.inscription_id != dossier.inscription_id).then_some(premier.inscription_id)
}

fn est_un_abandon(dossier: &Dossier) -> bool {
    let statut = dossier.champ("statut_apprenant").map(|champ| &champ.valeur);
    statut == Some(&Valeur::Entier(Statut::Abandon as i64))
}

/// The places of those that a dossier is sent instead of: they stay out for no other reason, and nothing holds them
/// back.
pub(super) fn preteurs(dossiers: &[Dossier], rang: usize) -> impl Iterator<Item = usize> {
    let envoye = dossiers
        .get(rang)
        .and_then(|dossier| Some((dossier, site_concurrent(dossier)?)));
    let prete = move |autre: &Dossier| {
        envoye.is_some_and(|(envoye, site_envoye)| {
            matches!(&autre.motifs[..], [motif] if motif.code == CodeMotif::AutreInscription)
                && autre.retenu.is_none()
                && autre.stagiaire_id == envoye.stagiaire_id
                && site(autre) == Some(site_envoye)
        })
    };
    let places = dossiers.iter().enumerate();
    places.filter(move |(_, autre)| prete(autre)).map(|(place, _)| place)
}

/// The training site that a dossier competes for; none if it stays out anyway.
fn site_concurrent(dossier: &Dossier) -> Option<(&str, &str)> {
    if dossier.motifs.is_empty() { site(dossier) } else { None }
}

/// The training site that a dossier of v3 names.
fn site(dossier: &Dossier) -> Option<(&str, &str)> {
    if dossier.protocole != Protocole::V3 {
        return None;
    }
    let texte = |nom: &str| match &dossier.champ(nom)?.valeur {
        Valeur::Texte(texte) => Some(texte.as_str()),
        _ => None,
    };
    Some((
        texte("etablissement_formateur_uai")?,
        texte("etablissement_formateur_siret")?,
    ))
}
