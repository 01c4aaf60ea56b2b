//! The lists of the report, read from the journal a page at a time.

use chrono::{NaiveDate, NaiveDateTime};

use super::labels;
use crate::dossier::CodeMotif;
use crate::error::Error;
use crate::store::journal::{Erreur, EtablissementJournal, Execution, Journal, LotJournal, Rejet, RunId};
use crate::table::{Cell, Column, Kind};

/// Dossiers read at once.
const PAGE: usize = 500;

/// The columns that hold sentences.
pub const SENTENCES: &[&str] = &["message", "motifs", "causes"];

/// One cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Empty,
    Text(String),
    Integer(i64),
    Date(NaiveDate),
    /// A local date and time, and how it is shown.
    Moment(NaiveDateTime, String),
}

impl Value {
    /// As tables hold it.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Empty => Cell::Empty,
            Self::Text(text) | Self::Moment(_, text) => Cell::Text(text),
            Self::Integer(number) => Cell::Integer(*number),
            Self::Date(date) => Cell::Date(*date),
        }
    }
}

/// The cells of one line, in the order of the columns.
pub type Line = Vec<Value>;

/// The lists of one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    Etablissements,
    Lots,
    Rejets,
    Reprises,
    NonEnvoyes,
}

impl List {
    /// In the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Etablissements,
        Self::Lots,
        Self::Rejets,
        Self::Reprises,
        Self::NonEnvoyes,
    ];

    pub fn id(self) -> &'static str {
        match self {
            Self::Etablissements => "etablissements",
            Self::Lots => "lots",
            Self::Rejets => "rejets",
            Self::Reprises => "reprises",
            Self::NonEnvoyes => "non-envoyes",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Self::Etablissements => "Établissements",
            Self::Lots => "Lots",
            Self::Rejets => "Dossiers rejetés",
            Self::Reprises => "Acceptés au second envoi",
            Self::NonEnvoyes => "Non envoyés",
        }
    }

    pub fn columns(self) -> Vec<Column> {
        let (inscription, stagiaire) = (
            number("inscription_id", "Inscription"),
            text("id_erp_apprenant", "Stagiaire"),
        );
        let (uai, siret) = (text("uai", "UAI"), text("siret", "SIRET"));
        let remark = [text("champ", "Champ"), text("message", "Réponse du récepteur")];
        let mut columns = match self {
            Self::Etablissements => vec![
                uai,
                siret,
                text("protocole", "Protocole"),
                text("etat", "État"),
                number("lots", "Lots"),
                number("dossiers", "Dossiers"),
                number("http", "Dernier statut HTTP"),
                number("tentatives", "Tentatives"),
            ],
            Self::Lots => vec![
                uai,
                siret,
                number("numero", "Lot"),
                number("dossiers", "Dossiers"),
                text("etat", "État"),
                number("http", "Statut HTTP"),
                number("tentatives", "Tentatives"),
            ],
            Self::Rejets => vec![
                inscription,
                stagiaire,
                uai,
                number("lot", "Lot"),
                text("envoi", "Envoi"),
            ],
            Self::Reprises => vec![inscription, stagiaire, uai, number("lot", "Lot")],
            Self::NonEnvoyes => vec![inscription, stagiaire, text("motifs", "Motifs")],
        };
        if matches!(self, Self::Rejets | Self::Reprises) {
            columns.extend(remark);
        }
        columns
    }
}

fn number(id: &str, label: &str) -> Column {
    Column::new(id, label, Kind::Integer)
}

fn text(id: &str, label: &str) -> Column {
    Column::new(id, label, Kind::Text)
}

/// The columns of the list of runs.
pub fn execution_columns() -> Vec<Column> {
    vec![
        number("id", "Numéro"),
        Column::new("nuit", "Nuit", Kind::Date),
        text("verdict", "Verdict"),
        text("etat", "État"),
        text("debut", "Début"),
        text("fin", "Fin"),
        text("duree", "Durée"),
        number("lus", "Lus"),
        number("acceptes", "Acceptés"),
        number("rejetes", "Rejetés"),
        number("non_envoyes", "Non envoyés"),
        number("en_attente", "En attente"),
        text("causes", "Pourquoi"),
    ]
}

/// The line of a run.
pub fn execution(run: &Execution) -> Line {
    let comptes = run.comptes;
    vec![
        Value::Integer(run.id.0),
        Value::Date(run.nuit),
        optional(run.conclusion.map(|conclusion| conclusion.label().to_owned())),
        Value::Text(labels::execution(run.etat).to_owned()),
        moment(Some(&run.debut)),
        moment(run.fin.as_deref()),
        optional(labels::length(&run.debut, run.fin.as_deref())),
        Value::Integer(comptes.lus),
        Value::Integer(comptes.acceptes),
        Value::Integer(comptes.rejetes),
        Value::Integer(comptes.non_envoyes),
        Value::Integer(comptes.en_attente),
        Value::Text(run.causes.join("\n")),
    ]
}

/// Reads one list of one run, forwards.
pub struct Reader {
    list: List,
    run: RunId,
    // Of the last dossier read; of the establishments, how many were read.
    after: i64,
    read: usize,
    etablissements: Option<Vec<EtablissementJournal>>,
}

impl Reader {
    pub fn new(list: List, run: RunId) -> Self {
        Self {
            list,
            run,
            after: i64::MIN,
            read: 0,
            etablissements: None,
        }
    }

    /// The next lines; none after the last.
    ///
    /// # Errors
    /// The journal cannot be read.
    pub fn page(&mut self, journal: &Journal) -> Result<Vec<Line>, Error> {
        let etablissements = match self.etablissements.take() {
            Some(known) => known,
            None => journal.etablissements(self.run)?,
        };
        let lines = self.read_page(journal, &etablissements);
        self.etablissements = Some(etablissements);
        lines
    }

    fn read_page(&mut self, journal: &Journal, etablissements: &[EtablissementJournal]) -> Result<Vec<Line>, Error> {
        let (run, after) = (self.run, self.after);
        let rejets = match self.list {
            List::Etablissements | List::Lots => return self.read_establishment(journal, etablissements),
            List::NonEnvoyes => {
                let page = journal.non_envoyes_after(run, after, PAGE)?;
                self.after = page.last().map_or(after, |last| last.inscription_id);
                let line = |dossier: &crate::store::journal::NonEnvoyeJournal| {
                    let labels: Vec<_> = dossier.motifs.iter().map(|code| CodeMotif::libelle_de(code)).collect();
                    vec![
                        Value::Integer(dossier.inscription_id),
                        optional(dossier.id_erp_apprenant.clone()),
                        Value::Text(labels.join("\n")),
                    ]
                };
                return Ok(page.iter().map(line).collect());
            }
            List::Rejets => journal.rejets_after(run, after, PAGE)?,
            List::Reprises => journal.reprises_after(run, after, PAGE)?,
        };
        self.after = rejets.last().map_or(after, |last| last.inscription_id);
        let uai = |numero: Option<i64>| {
            let found = etablissements.iter().find(|line| Some(line.id.numero) == numero);
            optional(found.and_then(|line| line.etablissement.uai.clone()))
        };
        Ok(rejets
            .iter()
            .flat_map(|rejet| remarks(self.list, rejet, &uai(rejet.etablissement)))
            .collect())
    }

    /// The line, or the batches, of the next establishment that has any.
    fn read_establishment(
        &mut self,
        journal: &Journal,
        etablissements: &[EtablissementJournal],
    ) -> Result<Vec<Line>, Error> {
        while let Some(etablissement) = etablissements.get(self.read) {
            self.read += 1;
            let mut lots = Vec::new();
            let mut sums = Sums::default();
            journal.each_lot(etablissement.id, |lot| {
                match self.list {
                    List::Lots => lots.push(lot_line(etablissement, &lot)),
                    _ => sums.add(&lot),
                }
                Ok(())
            })?;
            if self.list != List::Lots {
                return Ok(vec![establishment(etablissement, &sums)]);
            }
            if !lots.is_empty() {
                return Ok(lots);
            }
        }
        Ok(Vec::new())
    }
}

/// What the batches of an establishment come to.
#[derive(Default)]
struct Sums {
    lots: i64,
    dossiers: i64,
    tentatives: i64,
    http: Option<i64>,
}

impl Sums {
    fn add(&mut self, lot: &LotJournal) {
        self.lots += 1;
        self.dossiers += lot.dossiers;
        self.tentatives += lot.tentatives;
        self.http = lot.http.or(self.http);
    }
}

fn establishment(line: &EtablissementJournal, sums: &Sums) -> Line {
    let access = &line.etablissement;
    vec![
        optional(access.uai.clone()),
        optional(access.siret.clone()),
        Value::Text(access.protocole.code().to_owned()),
        optional(line.etat.map(|etat| labels::etablissement(etat).to_owned())),
        Value::Integer(sums.lots),
        Value::Integer(sums.dossiers),
        sums.http.map_or(Value::Empty, Value::Integer),
        Value::Integer(sums.tentatives),
    ]
}

fn lot_line(line: &EtablissementJournal, lot: &LotJournal) -> Line {
    vec![
        optional(line.etablissement.uai.clone()),
        optional(line.etablissement.siret.clone()),
        Value::Integer(lot.id.numero),
        Value::Integer(lot.dossiers),
        Value::Text(labels::lot(lot.etat).to_owned()),
        lot.http.map_or(Value::Empty, Value::Integer),
        Value::Integer(lot.tentatives),
    ]
}

/// One line a remark of the receiver, of the first sending before those of the second.
fn remarks(list: List, rejet: &Rejet, uai: &Value) -> Vec<Line> {
    let line = |envoi: &str, remark: Option<&Erreur>| {
        let mut line = vec![
            Value::Integer(rejet.inscription_id),
            optional(rejet.id_erp_apprenant.clone()),
            uai.clone(),
            rejet.lot.map_or(Value::Empty, Value::Integer),
        ];
        if list == List::Rejets {
            line.push(Value::Text(envoi.to_owned()));
        }
        line.extend(remark.map_or([Value::Empty, Value::Empty], |remark| {
            let champ = match remark.champ.as_str() {
                "" => "dossier entier",
                champ => champ,
            };
            [Value::Text(champ.to_owned()), Value::Text(remark.message.clone())]
        }));
        line
    };
    let last = match (&rejet.premieres_erreurs, list) {
        (_, List::Reprises) => None,
        (None, _) => Some("unique"),
        (Some(_), _) => Some("second"),
    };
    let first = rejet
        .premieres_erreurs
        .iter()
        .flatten()
        .map(|remark| ("premier", remark));
    let mut lines: Vec<Line> = first
        .chain(
            last.into_iter()
                .flat_map(|envoi| rejet.erreurs.iter().map(move |remark| (envoi, remark))),
        )
        .map(|(envoi, remark)| line(envoi, Some(remark)))
        .collect();
    // Whoever was rejected without a word is told as well.
    if lines.is_empty() {
        lines.push(line(last.unwrap_or_default(), None));
    }
    lines
}

fn optional(text: Option<String>) -> Value {
    text.map_or(Value::Empty, Value::Text)
}

fn moment(text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Empty };
    match labels::parsed(text) {
        Some(moment) => Value::Moment(moment.naive_local(), moment.format("%d/%m/%Y %H:%M").to_string()),
        None => Value::Text(text.to_owned()),
    }
}
