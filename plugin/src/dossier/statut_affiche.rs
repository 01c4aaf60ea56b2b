//! The status that the dashboard displays. It ignores `statut_apprenant` and computes its own for each day, from the
//! dates and the contracts of the v3 dossier.

use chrono::{Datelike, NaiveDate};

use super::avertissements::STATUT_DIFFERENT;
use super::elements::Elements;
use super::statut::Statut;
use super::{Champ, Valeur};

/// Days in a row without any contract after which the dashboard displays an abandon.
const ATTENTE_MAX: i64 = 90;
/// The same, after a contract.
const RUPTURE_MAX: i64 = 180;
/// Days between the last contract and the end of the training, within which the contract counts as having gone to its end.
const FIN_PROCHE: i64 = 60;

/// What the dashboard displays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatutAffiche {
    /// `INSCRIT`
    Inscrit,
    /// `APPRENTI`
    Apprenti,
    /// `RUPTURANT`
    Rupturant,
    /// `ABANDON`
    Abandon,
    /// `FIN_DE_FORMATION`
    FinDeFormation,
}

impl StatutAffiche {
    /// The dashboard's code, e.g. `FIN_DE_FORMATION`.
    pub fn code(self) -> &'static str {
        self.textes().0
    }

    /// The dashboard's label.
    pub fn libelle(self) -> &'static str {
        self.textes().1
    }

    fn textes(self) -> (&'static str, &'static str) {
        match self {
            Self::Inscrit => ("INSCRIT", "Inscrit sans contrat"),
            Self::Apprenti => ("APPRENTI", "Apprenti"),
            Self::Rupturant => ("RUPTURANT", "Rupture de contrat"),
            Self::Abandon => ("ABANDON", "Abandon"),
            Self::FinDeFormation => ("FIN_DE_FORMATION", "Fin de formation"),
        }
    }
}

/// What the dashboard reads of a v3 dossier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Dates {
    pub(super) entree: NaiveDate,
    pub(super) fin: NaiveDate,
    /// `date_exclusion_formation`; without it, for a statut 0, `date_metier_mise_a_jour_statut`.
    pub(super) exclusion: Option<NaiveDate>,
    /// In the order of their suffixes.
    pub(super) contrats: Vec<Contrat>,
}

/// One contract as it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Contrat {
    pub(super) debut: NaiveDate,
    pub(super) fin: Option<NaiveDate>,
    pub(super) rupture: Option<NaiveDate>,
}

impl Dates {
    /// Those of a v3 dossier's fields, which are in the protocol's order; none without its entry and its end.
    fn des_champs(champs: &[Champ]) -> Option<Self> {
        let (mut entree, mut fin, mut exclusion, mut metier) = (None, None, None, None);
        let mut abandon = false;
        let mut contrats: Vec<Contrat> = Vec::new();
        for champ in champs {
            let date = match champ.valeur {
                Valeur::Date(date) => date,
                Valeur::Entier(statut) if champ.nom == "statut_apprenant" => {
                    abandon = statut == Statut::Abandon as i64;
                    continue;
                }
                _ => continue,
            };
            match champ.nom {
                "date_entree_formation" => entree = Some(date),
                "date_fin_formation" => fin = Some(date),
                "date_exclusion_formation" => exclusion = Some(date),
                "date_metier_mise_a_jour_statut" => metier = Some(date),
                nom if nom.starts_with("contrat_date_debut") => contrats.push(Contrat {
                    debut: date,
                    fin: None,
                    rupture: None,
                }),
                nom => {
                    if let Some(contrat) = contrats.last_mut() {
                        if nom.starts_with("contrat_date_fin") {
                            contrat.fin = Some(date);
                        } else if nom.starts_with("contrat_date_rupture") {
                            contrat.rupture = Some(date);
                        }
                    }
                }
            }
        }
        Some(Self {
            entree: entree?,
            fin: fin?,
            exclusion: exclusion.or(metier.filter(|_| abandon)),
            contrats,
        })
    }
}

/// What the dashboard will display for a v3 dossier with these fields, on a day; none if it would refuse the dossier.
pub(super) fn statut_affiche(champs: &[Champ], jour: NaiveDate) -> Option<StatutAffiche> {
    let parcours = parcours(&Dates::des_champs(champs)?);
    (!parcours.is_empty()).then(|| statut_au(jour, &parcours))
}

/// Says where the dashboard will display another status than the one sent.
pub(super) fn comparer_au_statut_envoye(e: &mut Elements<'_>, affiche: StatutAffiche) {
    let Ok(envoye) = e.statut else {
        return;
    };
    let Some(raison) = difference(envoye, affiche) else {
        return;
    };
    let (affiche, envoye) = (affiche.libelle(), envoye.libelle());
    e.champ = "statut_apprenant";
    e.avertir(
        &STATUT_DIFFERENT,
        format!("Le tableau de bord affichera « {affiche} », et non « {envoye} » : {raison}"),
    );
}

/// Why the dashboard displays another status than the one sent, and where to put it right; none if they agree.
fn difference(envoye: Statut, affiche: StatutAffiche) -> Option<&'static str> {
    use StatutAffiche as Affiche;
    Some(match (affiche, envoye) {
        (Affiche::Apprenti, Statut::Apprenti)
        | (Affiche::Inscrit, Statut::Inscrit)
        | (Affiche::Abandon, Statut::Abandon) => return None,
        (Affiche::Abandon, _) => {
            "il compte plus de 90 jours sans aucun contrat, ou plus de 180 jours depuis le dernier. Saisir le contrat dans \
             une convention ; si l'apprenti est parti, saisir la sortie réelle et le motif de sortie dans la fiche Inscrit."
        }
        (Affiche::Rupturant, _) => {
            "le dernier contrat est fini ou rompu. Saisir le contrat suivant dans une convention, ou vérifier les dates de \
             fin et de rupture dans la convention et dans le SIFA."
        }
        (Affiche::FinDeFormation, _) => {
            "d'après ses dates, la formation est finie. Vérifier la date de sortie prévue dans la fiche Inscrit, et la date \
             de fin dans la convention."
        }
        (_, Statut::Abandon) => {
            "la sortie est à venir, et il ne la compte qu'à partir de ce jour. Vérifier la date de sortie réelle dans la \
             fiche Inscrit."
        }
        (Affiche::Inscrit, Statut::Apprenti) => {
            "aucun contrat ne court à ce jour. Vérifier les dates dans la convention."
        }
        (Affiche::Apprenti, Statut::Inscrit) => {
            "un contrat court à ce jour. Vérifier la case « sans contrat » dans le SIFA, et les dates dans la convention."
        }
    })
}

/// The status displayed on a day: that of the last change up to it, INSCRIT before the first one.
pub(super) fn statut_au(jour: NaiveDate, parcours: &[(NaiveDate, StatutAffiche)]) -> StatutAffiche {
    let dernier = parcours.iter().take_while(|(date, _)| *date <= jour).last();
    dernier.map_or(StatutAffiche::Inscrit, |(_, statut)| *statut)
}

/// Each change of the displayed status, from the earliest of the entry and the contracts' starts to the end of the
/// training. Empty where the training ends before it begins: such a dossier is refused.
///
/// The rule speaks of each day; between two days on which one of the dates falls, the status can only change where the
/// count of days without a contract passes its limit.
pub(super) fn parcours(dates: &Dates) -> Vec<(NaiveDate, StatutAffiche)> {
    if dates.fin < dates.entree {
        return Vec::new();
    }
    let dates = Jours::new(dates);
    let mut changements: Vec<(NaiveDate, StatutAffiche)> = Vec::new();
    let mut ajouter = |jour, statut| {
        if changements.last().is_none_or(|(_, dernier)| *dernier != statut) {
            changements.extend(date(jour).map(|date| (date, statut)));
        }
    };
    let mut contrat_vu = false;
    // Days in a row without a contract, since the beginning or since the last day of a contract.
    let mut sans_contrat = 0;
    let bornes = dates.bornes();
    for (rang, &jour) in bornes.iter().enumerate() {
        let suivant = bornes.get(rang + 1).map_or(jour + 1, |suivant| *suivant);
        if dates.exclusion.is_some_and(|exclusion| jour >= exclusion) {
            ajouter(jour, dates.affiche(jour, StatutAffiche::Abandon));
        } else if dates.sous_contrat(jour) {
            (contrat_vu, sans_contrat) = (true, 0);
            ajouter(jour, dates.affiche(jour, StatutAffiche::Apprenti));
        } else {
            let (attente, limite) = if contrat_vu {
                (StatutAffiche::Rupturant, RUPTURE_MAX)
            } else {
                (StatutAffiche::Inscrit, ATTENTE_MAX)
            };
            let premier_abandon = (jour + limite - sans_contrat).max(jour);
            if jour < premier_abandon {
                ajouter(jour, dates.affiche(jour, attente));
            }
            if premier_abandon < suivant {
                ajouter(premier_abandon, dates.affiche(premier_abandon, StatutAffiche::Abandon));
            }
            sans_contrat += suivant - jour;
        }
    }
    changements
}

/// The dates as numbers of days, which have room beyond both ends of the calendar.
struct Jours {
    debut: i64,
    fin: i64,
    exclusion: Option<i64>,
    /// Start and effective end of each contract. One that ends before its start has no day.
    contrats: Vec<(i64, i64)>,
    /// The latest effective end.
    dernier_jour: Option<i64>,
    /// The training goes to its end: no exclusion, and none of the contracts that end last was broken.
    fin_naturelle: bool,
}

impl Jours {
    fn new(dates: &Dates) -> Self {
        let fin = numero(dates.fin);
        let mut gardes: Vec<&Contrat> = Vec::with_capacity(dates.contrats.len());
        for contrat in &dates.contrats {
            // Of two contracts with one start, the later replaces the earlier entirely.
            gardes.retain(|autre| autre.debut != contrat.debut);
            gardes.push(contrat);
        }
        let fin_effective = |contrat: &Contrat| match (contrat.rupture, contrat.fin) {
            (Some(rupture), _) => numero(rupture) - 1,
            (None, Some(fin)) => numero(fin),
            (None, None) => fin,
        };
        let contrats: Vec<_> = gardes.iter().map(|c| (numero(c.debut), fin_effective(c))).collect();
        let dernier_jour = contrats.iter().map(|(_, fin)| *fin).max();
        let dernier_rompu = gardes
            .iter()
            .any(|c| c.rupture.is_some() && Some(fin_effective(c)) == dernier_jour);
        let debuts = contrats.iter().map(|(debut, _)| *debut);
        Self {
            debut: debuts.fold(numero(dates.entree), i64::min),
            fin,
            exclusion: dates.exclusion.map(numero),
            fin_naturelle: dates.exclusion.is_none() && dernier_jour.is_some() && !dernier_rompu,
            dernier_jour,
            contrats,
        }
    }

    /// The days, from the first to the last of the training, on which something can change.
    fn bornes(&self) -> Vec<i64> {
        let mut bornes = vec![self.debut, self.fin];
        bornes.extend(self.exclusion);
        bornes.extend(self.contrats.iter().flat_map(|(debut, fin)| [*debut, fin + 1]));
        bornes.retain(|jour| (self.debut..=self.fin).contains(jour));
        bornes.sort_unstable();
        bornes.dedup();
        bornes
    }

    fn sous_contrat(&self, jour: i64) -> bool {
        self.contrats.iter().any(|(debut, fin)| (*debut..=*fin).contains(&jour))
    }

    /// What is displayed instead, near the end of the training and on its last day.
    fn affiche(&self, jour: i64, statut: StatutAffiche) -> StatutAffiche {
        use StatutAffiche::{Apprenti, FinDeFormation, Inscrit, Rupturant};
        let apres_le_dernier_contrat = self
            .dernier_jour
            .is_some_and(|dernier| self.fin - dernier <= FIN_PROCHE && jour > dernier);
        let fini = self.fin_naturelle && apres_le_dernier_contrat && matches!(statut, Inscrit | Rupturant);
        let dernier_jour = jour == self.fin && (self.fin_naturelle || matches!(statut, Apprenti | Inscrit));
        if fini || dernier_jour { FinDeFormation } else { statut }
    }
}

fn numero(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce())
}

fn date(numero: i64) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(numero).ok()?)
}
