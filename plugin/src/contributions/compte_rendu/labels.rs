//! How the report says states, moments and lengths of time.

use chrono::{DateTime, FixedOffset, TimeDelta};

use crate::store::journal::{EtatEtablissement, EtatExecution, EtatLot};

pub fn execution(etat: EtatExecution) -> &'static str {
    match etat {
        EtatExecution::EnCours => "En cours",
        EtatExecution::Terminee => "Terminée",
        EtatExecution::Incomplete => "Incomplète",
        EtatExecution::Interrompue => "Interrompue",
        EtatExecution::Annulee => "Annulée",
    }
}

pub fn etablissement(etat: EtatEtablissement) -> &'static str {
    match etat {
        EtatEtablissement::Termine => "Terminé",
        EtatEtablissement::CleRefusee => "Clé refusée",
        EtatEtablissement::Injoignable => "Injoignable",
        EtatEtablissement::Annule => "Annulé",
    }
}

pub fn lot(etat: EtatLot) -> &'static str {
    match etat {
        EtatLot::Pret => "Prêt",
        EtatLot::Envoye => "Envoyé, sans réponse",
        EtatLot::Repondu => "Répondu",
        EtatLot::Refuse => "Refusé",
    }
}

/// A moment as the journal keeps it.
pub fn parsed(moment: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(moment).ok()
}

/// From a start to an end.
pub fn length(start: &str, end: Option<&str>) -> Option<String> {
    let length: TimeDelta = parsed(end?)? - parsed(start)?;
    let seconds = length.num_seconds().max(0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {seconds:02} s"),
        _ => format!("{hours} h {minutes:02} min"),
    })
}
