//! The status that the dashboard displays, computed day by day from the dates of a v3 dossier: a second opinion, written from
//! the rule alone.
//!
//! Days are counted from 1970-01-01. Between two days on which something begins or ends the status changes only where a
//! wait has lasted too long: those days are gone through, so that a course of eight thousand years costs as little as one of two.

use super::{dates, js};
use serde_json::Value;

/// Days without a contract after which somebody who never had one has given up, and somebody who had one.
const WAITS: [i64; 2] = [90, 180];
/// A contract that ended so many days before the end of the training, at most, has led to its end.
const NEAR_THE_END: i64 = 60;

/// What the dashboard says of an apprentice on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statut {
    /// Enrolled, without a contract.
    Inscrit,
    /// In a contract.
    Apprenti,
    /// After a contract.
    Rupturant,
    /// Excluded, or too long without a contract.
    Abandon,
    /// The training has come to its end.
    FinDeFormation,
}

impl Statut {
    /// Its French name, by the receiver's.
    pub fn label(code: &str) -> Option<&'static str> {
        Some(match code {
            "INSCRIT" => "Inscrit sans contrat",
            "APPRENTI" => "Apprenti",
            "RUPTURANT" => "Rupture de contrat",
            "ABANDON" => "Abandon",
            "FIN_DE_FORMATION" => "Fin de formation",
            _ => return None,
        })
    }

    /// The receiver's name for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Inscrit => "INSCRIT",
            Self::Apprenti => "APPRENTI",
            Self::Rupturant => "RUPTURANT",
            Self::Abandon => "ABANDON",
            Self::FinDeFormation => "FIN_DE_FORMATION",
        }
    }
}

struct Contract {
    start: i64,
    /// The last day that counts; may lie before the start.
    end: i64,
    broken: bool,
}

/// The statuses of a dossier one after the other, each with its first day; never empty, earliest first.
#[derive(Debug, PartialEq, Eq)]
pub struct Parcours(pub Vec<(i64, Statut)>);

impl Parcours {
    /// Of a dossier; `stored`: the day of an exclusion that an earlier night told, for Saturday's recomputation. `None` for
    /// a dossier that is refused.
    pub fn of(item: &Value, stored: Option<i64>) -> Option<Self> {
        let (entry, end) = (day(item, "date_entree_formation")?, day(item, "date_fin_formation")?);
        if end < entry {
            return None;
        }
        let contracts = contracts(item, end)?;
        let exclusion = exclusion(item).or(stored);
        let first = contracts
            .iter()
            .map(|contract| contract.start)
            .min()
            .map_or(entry, |start| start.min(entry));
        let last_end = contracts.iter().map(|contract| contract.end).max();
        let natural = exclusion.is_none()
            && last_end.is_some_and(|last| {
                contracts
                    .iter()
                    .all(|contract| contract.end != last || !contract.broken)
            });
        let near_end_from = last_end
            .filter(|last| natural && end - last <= NEAR_THE_END)
            .map(|last| last + 1);

        let mut turns: Vec<i64> = contracts
            .iter()
            .flat_map(|contract| [contract.start, contract.end + 1])
            .collect();
        turns.extend([first, end, end + 1]);
        turns.extend(exclusion.into_iter().chain(last_end.map(|last| last + 1)));
        turns.retain(|turn| (first..=end + 1).contains(turn));
        turns.sort_unstable();
        turns.dedup();

        let mut course = Self(Vec::new());
        let (mut seen, mut waited) = (false, 0);
        for (day, next) in turns.iter().zip(turns.iter().skip(1)) {
            let (day, next) = (*day, *next);
            let on_the_last = |status| {
                let ends = natural || matches!(status, Statut::Apprenti | Statut::Inscrit);
                if day == end && ends {
                    Statut::FinDeFormation
                } else {
                    status
                }
            };
            if exclusion.is_some_and(|exclusion| day >= exclusion) {
                course.add(day, on_the_last(Statut::Abandon));
            } else if contracts
                .iter()
                .any(|contract| (contract.start..=contract.end).contains(&day))
            {
                (seen, waited) = (true, 0);
                course.add(day, on_the_last(Statut::Apprenti));
            } else {
                let near = near_end_from.is_some_and(|from| day >= from);
                let waiting = if seen { Statut::Rupturant } else { Statut::Inscrit };
                let [short, long] = WAITS;
                // The first day of this stretch on which the wait is too long.
                let given_up = day + if seen { long } else { short } - waited;
                if given_up > day {
                    let shown = if near { Statut::FinDeFormation } else { waiting };
                    let status = on_the_last(waiting);
                    course.add(day, if status == waiting { shown } else { status });
                }
                if given_up < next {
                    course.add(given_up.max(day), on_the_last(Statut::Abandon));
                }
                waited += next - day;
            }
        }
        Some(course)
    }

    fn add(&mut self, day: i64, status: Statut) {
        if self.0.last().is_none_or(|(_, last)| *last != status) {
            self.0.push((day, status));
        }
    }

    /// How many days it goes over, at least: the receiver computes each of them.
    pub fn days(item: &Value) -> Option<i64> {
        let (entry, end) = (day(item, "date_entree_formation")?, day(item, "date_fin_formation")?);
        let starts = contracts(item, end)?.into_iter().map(|contract| contract.start);
        Some(end - starts.chain([entry]).min()? + 1)
    }

    /// The status on a day.
    pub fn on(&self, day: i64) -> Statut {
        let begun = self.0.iter().rev().find(|(from, _)| *from <= day);
        begun.map_or(Statut::Inscrit, |(_, status)| *status)
    }
}

/// The day of an exclusion, or of an exit that is told by the status alone.
pub fn exclusion(item: &Value) -> Option<i64> {
    day(item, "date_exclusion_formation").or_else(|| {
        let status = match item.get("statut_apprenant")? {
            Value::String(text) => js::parse_int(text),
            other => other.as_f64()?,
        };
        (status == 0.0).then(|| day(item, "date_metier_mise_a_jour_statut"))?
    })
}

/// The contracts, one for each start: the last one that has it. `None`: one without a start, which is refused.
fn contracts(item: &Value, end: i64) -> Option<Vec<Contract>> {
    let mut contracts: Vec<Contract> = Vec::new();
    for suffix in ["", "_2", "_3", "_4"] {
        let date = |name: &str| day(item, &format!("{name}{suffix}"));
        let Some(start) = date("contrat_date_debut") else {
            let rest = ["contrat_date_fin", "contrat_date_rupture", "cause_rupture_contrat"];
            if rest.iter().any(|name| js::truthy(item.get(format!("{name}{suffix}")))) {
                return None;
            }
            continue;
        };
        let rupture = date("contrat_date_rupture");
        contracts.retain(|known| known.start != start);
        contracts.push(Contract {
            start,
            end: rupture
                .map(|day| day - 1)
                .or_else(|| date("contrat_date_fin"))
                .unwrap_or(end),
            broken: rupture.is_some(),
        });
    }
    Some(contracts)
}

fn day(item: &Value, field: &str) -> Option<i64> {
    const DAY: i64 = 86_400_000;
    Some(dates::parse(item.get(field)?.as_str()?)?.div_euclid(DAY))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
    use super::*;
    use serde_json::json;

    fn number(date: &Value) -> i64 {
        day(&json!({"d": date}), "d").unwrap()
    }

    /// What a vector says: the status on its date, and the whole course.
    fn agrees(course: &Parcours, told: &Value, date: &Value, name: &Value) {
        assert_eq!(course.on(number(date)).code(), told["statut_affiche"], "{name}");
        let expected: Vec<_> = told["parcours"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| (number(&entry["date"]), entry["statut"].as_str().unwrap()))
            .collect();
        let found: Vec<_> = course.0.iter().map(|(day, status)| (*day, status.code())).collect();
        assert_eq!(found, expected, "{name}");
    }

    #[test]
    fn every_vector_of_the_dashboards_own_code_agrees() {
        let vectors: Vec<Value> = serde_json::from_str(include_str!("../../../../tests/golden/statuts.json")).unwrap();
        let mut saturdays = 0;
        for vector in &vectors {
            let dossier = &vector["dossier"];
            let (date, name) = (&vector["date"], &vector["nom"]);
            agrees(&Parcours::of(dossier, None).unwrap(), vector, date, name);
            if let Some(saturday) = vector.get("samedi") {
                let stored = vector.get("avant").and_then(exclusion);
                agrees(&Parcours::of(dossier, stored).unwrap(), saturday, date, name);
                saturdays += 1;
            }
        }
        assert!(
            vectors.len() > 140 && saturdays > 0,
            "{} vectors, {saturdays} Saturdays",
            vectors.len()
        );
    }

    #[test]
    fn a_refused_dossier_has_no_status_and_a_long_course_has_one_at_once() {
        let course = |item: Value| Parcours::of(&item, None);
        assert_eq!(
            course(json!({"date_entree_formation": "2025-09-02", "date_fin_formation": "2025-09-01"})),
            None
        );
        assert_eq!(course(json!({"date_entree_formation": "2025-09-02"})), None);
        let without_start = json!({"date_entree_formation": "2025-09-01", "date_fin_formation": "2026-09-01", "contrat_date_fin_3": "2026-01-01"});
        assert_eq!(course(without_start), None);
        for (from, to) in [("0001-01-01", "9999-12-31"), ("2025-09-01", "9999-12-31")] {
            let long = json!({"date_entree_formation": from, "date_fin_formation": to, "contrat_date_debut": from, "contrat_date_rupture": from});
            for _ in 0..1000 {
                assert_eq!(course(long.clone()).unwrap().0.len(), 2, "{from} {to}");
            }
        }
    }
}
