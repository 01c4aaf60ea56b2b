//! What is doubtful in the ERP's rows, counted: one entity after the other, each read to its end.

use super::Line;
use crate::erp::{Apart, Erp, ErpError, Examined};
use crate::night::causes;

/// Those in apprenticeship that nobody reads are counted after its rows.
const INSCRIPTION: &str = "inscription";

/// What is still to be read; nothing without an ERP.
#[derive(Default)]
pub struct Lignes {
    erp: Option<Erp>,
    /// The sectors that the settings name.
    secteurs: Vec<(i64, i64)>,
    position: usize,
}

impl Lignes {
    /// Nothing is read yet.
    pub fn new(erp: Option<Erp>, secteurs: Vec<(i64, i64)>) -> Self {
        Self {
            erp,
            secteurs,
            position: 0,
        }
    }

    /// The lines of the next entity that has some; none: all were read, or `cancelled` said so.
    pub fn read_next(&mut self, cancelled: &dyn Fn() -> bool) -> Vec<Line> {
        let mut lines = Vec::new();
        while lines.is_empty() {
            let Some(erp) = &self.erp else { break };
            match erp.tally(self.position, cancelled) {
                Ok(Some(examined)) => {
                    self.position += 1;
                    lines.extend(told(&examined));
                    if examined.entite == INSCRIPTION && examined.lignes.is_some() && !cancelled() {
                        lines.extend(apart(erp.count_apart(&self.secteurs)));
                    }
                }
                Ok(None) => self.erp = None,
                Err(ErpError::Cancelled) => break,
                Err(error) => {
                    self.erp = None;
                    lines.push(problem("Lignes de l'ERP".to_owned(), error.user_text()));
                }
            }
        }
        lines
    }
}

fn problem(subject: String, text: String) -> Line {
    Line {
        subject,
        problem: Some(text),
        detail: String::new(),
    }
}

fn told(examined: &Examined) -> Vec<Line> {
    let (entite, source) = (examined.entite, &examined.source);
    if examined.absente {
        return Vec::new();
    }
    let mut lines: Vec<Line> = examined
        .problemes
        .iter()
        .map(|text| problem(format!("Lignes de l'ERP : {entite}"), text.clone()))
        .collect();
    if let Some(count) = examined.lignes {
        lines.push(Line {
            subject: format!("Lignes de l'ERP : {entite}"),
            problem: None,
            detail: counted(examined, count),
        });
    }
    let doubtful = examined.cles_douteuses().into_iter();
    lines.extend(doubtful.map(|text| problem(format!("Identifiants de l'ERP : {entite}"), text)));
    // Keys that cannot be read are among the rows without one.
    for (column, count) in examined.illisibles.iter().filter(|(column, _)| column != "id") {
        lines.push(problem(
            format!("Valeurs de l'ERP : {entite}.{column}"),
            format!(
                "Valeurs illisibles, ou de plus de 1 Mio : {count}, dans la {source}. Un dossier qui en a besoin n'est pas envoyé : \
                 l'aperçu le nomme, avec le motif « Valeur illisible ». Corrigez ces valeurs dans l'ERP, ou convertissez la \
                 colonne au moyen d'une requête dans le fichier de correspondance.",
            ),
        ));
    }
    lines
}

/// What hinders nobody.
fn counted(examined: &Examined, lines: u64) -> String {
    let mut told = vec![format!("Lignes : {lines}.")];
    if examined.repetees > 0 {
        told.push(format!(
            "Répétées à l'identique, comptées une seule fois : {}.",
            examined.repetees
        ));
    }
    if examined.sans_cle > 0 {
        told.push(format!("Sans identifiant lisible : {}.", examined.sans_cle));
    }
    if !examined.dates_fictives.is_empty() {
        let columns: Vec<String> = examined
            .dates_fictives
            .iter()
            .map(|(column, count)| format!("{column} ({count})"))
            .collect();
        told.push(format!(
            "Dates fictives, comptées comme absentes : {}.",
            columns.join(", ")
        ));
    }
    told.join(" ")
}

/// The inscriptions in apprenticeship that nobody reads.
fn apart(found: Result<Apart, ErpError>) -> Vec<Line> {
    let subject = || "Inscriptions en apprentissage".to_owned();
    let apart = match found {
        Ok(apart) => apart,
        Err(error) => return vec![problem(subject(), error.user_text())],
    };
    let outside = Line {
        subject: subject(),
        problem: None,
        detail: format!("Hors des secteurs paramétrés, non lues : {}.", apart.hors_secteur),
    };
    let unreadable = causes::unreadable(apart.illisibles).map(|text| problem(subject(), text));
    std::iter::once(outside).chain(unreadable).collect()
}
