//! Dates of real databases: those that stand for "no date", and those that nobody can mean.

use std::borrow::Cow;

use chrono::{Datelike, NaiveDate};

use super::avertissements::DATE_INVRAISEMBLABLE;
use super::motifs::Motifs;
use super::records::{Inscription, Lecture, numero};
use super::{Avertissement, CodeMotif, Protocole, annee};

/// What a date is about, which bounds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Genre {
    /// Course, contract, exit or rupture.
    Parcours,
    Naissance,
}

/// A date column, as texts name it, and the field that is told of it in each protocol; none: no rule of it reads the column.
#[derive(Debug)]
struct Colonne {
    libelle: &'static str,
    ecran: &'static str,
    genre: Genre,
    champ_v3: Option<&'static str>,
    champ_2021: Option<&'static str>,
}

const fn colonne(
    libelle: &'static str,
    ecran: &'static str,
    champ_v3: Option<&'static str>,
    champ_2021: Option<&'static str>,
) -> Colonne {
    Colonne {
        libelle,
        ecran,
        genre: Genre::Parcours,
        champ_v3,
        champ_2021,
    }
}

const INSCRIT: &str = "la fiche Inscrit";
const ACTION: &str = "la fiche Action";
const SIFA: &str = "le SIFA";
const CONVENTION: &str = "la convention";

static NAISSANCE: Colonne = Colonne {
    genre: Genre::Naissance,
    ..colonne(
        "date de naissance",
        "la fiche Stagiaire",
        Some("date_de_naissance_apprenant"),
        Some("date_de_naissance_apprenant"),
    )
};
static INSCRIPTION_LE: Colonne = colonne("date d'inscription", INSCRIT, Some("date_inscription_formation"), None);
static ENTREE: Colonne = colonne(
    "date d'entrée",
    INSCRIT,
    Some("date_entree_formation"),
    Some("contrat_date_debut"),
);
static ENTREE_GROUPE: Colonne = colonne(
    "date d'entrée dans le groupe",
    INSCRIT,
    Some("date_metier_mise_a_jour_statut"),
    Some("date_metier_mise_a_jour_statut"),
);
static SORTIE_PREVUE: Colonne = colonne(
    "date de sortie prévue",
    INSCRIT,
    Some("date_fin_formation"),
    Some("contrat_date_fin"),
);
static SORTIE_REELLE: Colonne = colonne(
    "date de sortie réelle",
    INSCRIT,
    Some("date_exclusion_formation"),
    Some("contrat_date_rupture"),
);
static ACTION_DEBUT: Colonne = colonne(
    "date de début",
    ACTION,
    Some("date_entree_formation"),
    Some("periode_formation"),
);
static ACTION_FIN: Colonne = colonne(
    "date de fin",
    ACTION,
    Some("date_fin_formation"),
    Some("periode_formation"),
);
static ENTREE_CFA: Colonne = colonne(
    "date d'entrée au CFA",
    SIFA,
    Some("date_entree_formation"),
    Some("contrat_date_debut"),
);
static RUPTURE_SIFA: Colonne = colonne(
    "date de rupture du contrat",
    SIFA,
    Some("contrat_date_rupture"),
    Some("contrat_date_rupture"),
);
static CONVENTION_DEBUT: Colonne = colonne("date de début", CONVENTION, Some("contrat_date_debut"), None);
static CONVENTION_FIN: Colonne = colonne("date de fin", CONVENTION, Some("contrat_date_fin"), None);
static CONVENTION_RUPTURE: Colonne = colonne("date de rupture", CONVENTION, Some("contrat_date_rupture"), None);

/// Every date column of an inscription and of what hangs on it, for readers and writers alike.
macro_rules! chaque_date {
    ($inscription:expr, $voir:expr, $valeur:ident, $iter:ident $(, $mutable:tt)?) => {
        if let Some(stagiaire) = $inscription.stagiaire.$valeur() {
            $voir(&NAISSANCE, None, & $($mutable)? stagiaire.date_naissance);
        }
        $voir(&INSCRIPTION_LE, None, & $($mutable)? $inscription.date_inscription);
        $voir(&ENTREE, None, & $($mutable)? $inscription.date_entree);
        $voir(&ENTREE_GROUPE, None, & $($mutable)? $inscription.date_entree_groupe);
        $voir(&SORTIE_PREVUE, None, & $($mutable)? $inscription.sortie_prevue);
        $voir(&SORTIE_REELLE, None, & $($mutable)? $inscription.sortie_reelle);
        if let Some(action) = $inscription.action.$valeur() {
            $voir(&ACTION_DEBUT, None, & $($mutable)? action.date_debut);
            $voir(&ACTION_FIN, None, & $($mutable)? action.date_fin);
        }
        for sifa in $inscription.sifa.$iter() {
            $voir(&ENTREE_CFA, None, & $($mutable)? sifa.date_entree_cfa);
            $voir(&RUPTURE_SIFA, None, & $($mutable)? sifa.date_rupture_contrat);
        }
        for convention in $inscription.conventions.$iter() {
            let id = Some(convention.id);
            $voir(&CONVENTION_DEBUT, id, & $($mutable)? convention.date_debut);
            $voir(&CONVENTION_FIN, id, & $($mutable)? convention.date_fin);
            $voir(&CONVENTION_RUPTURE, id, & $($mutable)? convention.date_rupture);
        }
    };
}

/// What a date is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Reelle,
    /// It stands for "no date".
    Fictive,
    /// Nobody can mean it.
    Invraisemblable,
}

/// A date that nobody can mean.
#[derive(Debug)]
pub(super) struct Invraisemblable {
    colonne: &'static Colonne,
    /// The convention, for one of its dates.
    convention: Option<Option<i64>>,
    date: NaiveDate,
}

/// Whether an ERP, or the database below it, writes this date for "no date".
pub fn est_fictive(date: NaiveDate) -> bool {
    let jour = (date.year(), date.month(), date.day());
    jour < (2, 1, 1)
        || jour == (1753, 1, 1)
        || ((1899, 12, 30)..=(1900, 12, 31)).contains(&jour)
        || jour >= (2079, 6, 6)
}

fn verdict(date: NaiveDate, genre: Genre, run_date: NaiveDate) -> Verdict {
    if est_fictive(date) {
        return Verdict::Fictive;
    }
    let vraisemblable = match genre {
        Genre::Parcours => (run_date.year() - 15..=run_date.year() + 10).contains(&date.year()),
        Genre::Naissance => (10..=80).contains(&annee::age(date, run_date)),
    };
    if vraisemblable {
        Verdict::Reelle
    } else {
        Verdict::Invraisemblable
    }
}

/// The inscription without the dates that are none, and those of them that nobody can mean.
pub(super) fn reelles(inscription: &Inscription, run_date: NaiveDate) -> (Cow<'_, Inscription>, Vec<Invraisemblable>) {
    let mut toutes_reelles = true;
    let mut regarder = |colonne: &Colonne, _: Option<Option<i64>>, date: &Lecture<NaiveDate>| {
        if let Lecture::Lue(date) = date {
            toutes_reelles &= verdict(*date, colonne.genre, run_date) == Verdict::Reelle;
        }
    };
    chaque_date!(inscription, regarder, valeur, iter);
    let mut invraisemblables = Vec::new();
    if toutes_reelles {
        return (Cow::Borrowed(inscription), invraisemblables);
    }
    let mut propre = inscription.clone();
    let mut ecarter = |colonne: &'static Colonne, convention: Option<Option<i64>>, lecture: &mut Lecture<NaiveDate>| {
        let Lecture::Lue(date) = *lecture else { return };
        let verdict = verdict(date, colonne.genre, run_date);
        if verdict == Verdict::Reelle {
            return;
        }
        *lecture = Lecture::Absente;
        if verdict == Verdict::Invraisemblable {
            invraisemblables.push(Invraisemblable {
                colonne,
                convention,
                date,
            });
        }
    };
    chaque_date!(propre, ecarter, valeur_mut, iter_mut, mut);
    (Cow::Owned(propre), invraisemblables)
}

impl Invraisemblable {
    /// The field that is told of it, where a rule of the protocol reads the column.
    fn champ(&self, protocole: Protocole) -> Option<&'static str> {
        match protocole {
            Protocole::V3 => self.colonne.champ_v3,
            Protocole::StatutCandidats => self.colonne.champ_2021,
        }
    }

    fn detail(&self) -> String {
        let Colonne { libelle, ecran, .. } = self.colonne;
        let date = self.date.format("%d/%m/%Y");
        let numero = self.convention.map(|id| format!(" {}", numero(id))).unwrap_or_default();
        format!("La {libelle} {date} est invraisemblable et compte comme absente : la corriger dans {ecran}{numero}.")
    }
}

/// Tells of the dates that nobody can mean: each in a warning, and in the reason that their absence gives.
pub(super) fn signaler(
    invraisemblables: &[Invraisemblable],
    protocole: Protocole,
    motifs: &mut Motifs,
    avertissements: &mut Vec<Avertissement>,
) {
    for date in invraisemblables {
        let Some(champ) = date.champ(protocole) else {
            continue;
        };
        let detail = date.detail();
        match (date.colonne.genre, date.convention) {
            (Genre::Naissance, _) => motifs.preciser(CodeMotif::DateNaissanceManquante, &detail),
            (Genre::Parcours, None) => motifs.preciser(CodeMotif::DatesFormationManquantes, &detail),
            (Genre::Parcours, Some(_)) => {}
        }
        avertissements.push(Avertissement {
            code: DATE_INVRAISEMBLABLE.code,
            champ,
            detail,
        });
    }
}
