//! CONTRAT D'APPRENTISSAGE: the one contract of 2021, and the up to four conventions of v3.

use chrono::NaiveDate;

use super::avertissements::{
    CONVENTION_SANS_DEBUT, PLUS_DE_QUATRE_CONTRATS, SIRET_CLE_FAUSSE, SIRET_EMPLOYEUR_INVALIDE, VALEUR_ILLISIBLE,
};
use super::elements::{Elements, Trouve, date, de, texte};
use super::records::{Convention, Inscription, Lecture, Manque, Trouvaille, numero};
use super::statut::{Statut, a_un_motif_de_sortie, sortie_reelle};
use super::{Provenance, Valeur, codes, motifs};

/// How many contracts v3 takes.
const CONTRATS_MAX: usize = 4;

/// The conventions that go out, and what is left of the others.
#[derive(Debug)]
pub(super) struct Contrats<'a> {
    /// Those that have a `date_debut`, by (`date_debut`, `id`); of more than four the last four.
    envoyes: Vec<&'a Convention>,
    /// How many older ones stay out.
    de_trop: usize,
    /// The rupture of the latest one.
    rupture: Trouve<NaiveDate>,
}

impl<'a> Contrats<'a> {
    fn numero(&self, rang: usize) -> Result<&'a Convention, Manque> {
        self.envoyes.get(rang).copied().ok_or(Manque::Absent)
    }
}

/// The inscription's conventions in the order in which they go out.
pub(super) fn contrats(inscription: &Inscription, statut: Option<Statut>) -> Contrats<'_> {
    let mut envoyes: Vec<&Convention> = inscription
        .conventions
        .iter()
        .filter(|c| c.date_debut.valeur().is_some())
        .collect();
    envoyes.sort_by_key(|c| (c.date_debut.valeur(), c.id.is_none(), c.id));
    let de_trop = envoyes.len().saturating_sub(CONTRATS_MAX);
    envoyes.drain(..de_trop);
    let derniere = envoyes.last().ok_or(Manque::Absent);
    let rupture = derniere.and_then(|derniere| rupture(inscription, statut, derniere));
    Contrats {
        envoyes,
        de_trop,
        rupture,
    }
}

/// The latest convention's rupture: its own, else the SIFA's, else for an abandon the exit if it falls within it.
fn rupture(inscription: &Inscription, statut: Option<Statut>, derniere: &Convention) -> Trouve<NaiveDate> {
    de(&derniere.date_rupture, Provenance::Convention)
        .sinon(|| rupture_sifa(inscription))
        .sinon(|| {
            let (sortie, provenance) = sortie_reelle(inscription)?;
            if statut != Some(Statut::Abandon) {
                return Err(Manque::Absent);
            }
            let pendant = derniere.date_debut.copie()? <= sortie && sortie < derniere.date_fin.copie()?;
            pendant.then_some((sortie, provenance)).ok_or(Manque::Absent)
        })
}

fn rupture_sifa(inscription: &Inscription) -> Trouve<NaiveDate> {
    let sifa = inscription.sifa.as_ref().ok_or(Manque::Absent)?;
    de(&sifa.date_rupture_contrat, Provenance::Sifa)
}

/// 2021: `sifa.date_entree_cfa ?? inscription.date_entree`
pub(super) fn date_debut(e: &mut Elements<'_>) -> Trouve<Valeur> {
    let sifa = e.sifa().and_then(|sifa| de(&sifa.date_entree_cfa, Provenance::Sifa));
    date(sifa.sinon(|| de(&e.inscription.date_entree, Provenance::Inscrit)))
}

/// 2021: `inscription.sortie_prevue`
pub(super) fn date_fin(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(de(&e.inscription.sortie_prevue, Provenance::Inscrit))
}

/// 2021: `sifa.date_rupture_contrat ??` (`inscription.sortie_reelle` if `motif_sortie` is filled)
pub(super) fn date_rupture(e: &mut Elements<'_>) -> Trouve<Valeur> {
    date(rupture_sifa(e.inscription).sinon(|| {
        let sortie = sortie_reelle(e.inscription);
        match (a_un_motif_de_sortie(e.inscription), sortie) {
            (Ok(false), _) | (_, Err(Manque::Absent)) => Err(Manque::Absent),
            (motif, sortie) => motif.and(sortie),
        }
    }))
}

/// v3: `date_debut` of the contract number `rang`, from 0.
pub(super) fn debut_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    if rang == 0 {
        conventions_sans_debut(e);
        conventions_illisibles(e);
        if e.contrats.de_trop > 0 {
            let detail = format!(
                "{} convention(s) plus ancienne(s) : l'API n'accepte que les quatre dernières.",
                e.contrats.de_trop
            );
            e.avertir(&PLUS_DE_QUATRE_CONTRATS, detail);
        }
    }
    date(de(&e.contrats.numero(rang)?.date_debut, Provenance::Convention))
}

/// v3: `date_fin` of the contract number `rang`.
pub(super) fn fin_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    date(de(&e.contrats.numero(rang)?.date_fin, Provenance::Convention))
}

/// v3: `date_rupture` of the contract number `rang`; the latest one has other sources too.
pub(super) fn rupture_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    let contrat = e.contrats.numero(rang)?;
    let derniere = rang + 1 == e.contrats.envoyes.len();
    date(if derniere {
        e.contrats.rupture.clone()
    } else {
        de(&contrat.date_rupture, Provenance::Convention)
    })
}

/// v3: `cause_rupture` of the contract number `rang`, with or without a date.
pub(super) fn cause_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    texte(e.contrats.numero(rang)?.cause_rupture.rempli()?, Provenance::Convention)
}

/// v3: the employer's SIRET of the contract number `rang`; the receiver would drop a malformed one.
pub(super) fn employeur_de(e: &mut Elements<'_>, rang: usize) -> Trouve<Valeur> {
    let contrat = e.contrats.numero(rang)?;
    let siret = contrat.siret_employeur.compact()?;
    if !codes::est_siret(&siret) {
        e.avertir(
            &SIRET_EMPLOYEUR_INVALIDE,
            format!(
                "Le SIRET de l'employeur n'a pas 14 chiffres : le corriger dans la convention {}.",
                numero(contrat.id)
            ),
        );
        return Err(Manque::Absent);
    }
    if !codes::cle_siret_juste(&siret) {
        e.avertir(
            &SIRET_CLE_FAUSSE,
            format!(
                "Le SIRET de l'employeur est envoyé, mais sa clé est fausse : le vérifier dans la convention {}.",
                numero(contrat.id)
            ),
        );
    }
    texte(siret, Provenance::Convention)
}

/// A contract whose start cannot be read may go out or not, and anywhere among the others: it does not, and is told.
fn conventions_illisibles(e: &mut Elements<'_>) {
    for convention in &e.inscription.conventions {
        if let Lecture::Illisible(valeur) = &convention.date_debut {
            e.avertir(&VALEUR_ILLISIBLE, motifs::illisible(valeur));
        }
    }
}

fn conventions_sans_debut(e: &mut Elements<'_>) {
    for convention in e.inscription.conventions.iter().filter(|c| c.date_debut.est_absente()) {
        e.avertir(
            &CONVENTION_SANS_DEBUT,
            format!(
                "Elle n'est pas envoyée comme contrat : saisir la date de début dans la convention {}.",
                numero(convention.id)
            ),
        );
    }
}
