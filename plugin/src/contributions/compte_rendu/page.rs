//! The report as one HTML page that stands alone: no script, no outside asset; it prints as it shows.

use std::io::Write;

use super::charts;
use super::escape::{Escaped, Grouped};
use super::lines::{self, Line, List, Reader, SENTENCES, Value};
use super::{Told, labels};
use crate::dossier::CodeMotif;
use crate::error::Error;
use crate::host::Run;
use crate::store::journal::{Execution, RunId};
use crate::store::{Comptes, Journal};
use crate::table::{Column, Kind};

const STYLE: &str = include_str!("page.css");
const TITLE: &str = "Compte rendu des exports de nuit";

/// Lines of each list that runs other than the newest show: ninety nights must still open in a browser.
const OLDER: usize = 1000;

/// Columns of numbers that count nothing.
const NAMES: &[&str] = &["id", "inscription_id", "numero", "lot", "http"];

/// Write the page of these runs, newest first.
///
/// # Errors
/// The journal cannot be read, `run` was cancelled, or `to` failed.
pub fn write(journal: &Journal, executions: &[Execution], run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    let mut page = Page {
        journal,
        to,
        told: Told::new(run, executions),
    };
    page.head(executions)?;
    if let [_, _, ..] = executions {
        page.overview(executions)?;
    }
    for (number, execution) in executions.iter().enumerate() {
        let most = if number == 0 { usize::MAX } else { OLDER };
        page.run(execution, most)?;
    }
    page.put(format_args!(
        "</main>\n<footer><p>Passerelle Apprentissage. Inscriptions et stagiaires sont désignés par leurs numéros dans \
         l'ERP.</p></footer>\n</body>\n</html>\n"
    ))
}

struct Page<'a> {
    journal: &'a Journal,
    to: &'a mut dyn Write,
    told: Told<'a>,
}

impl Page<'_> {
    fn put(&mut self, text: std::fmt::Arguments<'_>) -> Result<(), Error> {
        self.to.write_fmt(text).map_err(|error| Error::io(&error))
    }

    fn head(&mut self, executions: &[Execution]) -> Result<(), Error> {
        let night = |run: &Execution| run.nuit.format("%d/%m/%Y").to_string();
        let which = match executions {
            [] => "Aucun export de nuit n'a encore eu lieu.".to_owned(),
            [run] => format!("Nuit du {}, exécution n° {}", night(run), run.id.0),
            [newest, .., oldest] => format!(
                "{} exécutions, de la nuit du {} à celle du {}",
                executions.len(),
                night(oldest),
                night(newest)
            ),
        };
        // Whatever a receiver's message holds, nothing in this page is loaded or run.
        self.put(format_args!(
            "<!DOCTYPE html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
             content=\"width=device-width, initial-scale=1\">\n<meta http-equiv=\"Content-Security-Policy\" \
             content=\"default-src 'none'; style-src 'unsafe-inline'\">\n<title>{TITLE}</title>\n<style>\n{STYLE}</style>\n\
             </head>\n<body>\n<header><h1>{TITLE}</h1>\n<p class=\"discret\">{which}</p>\n"
        ))?;
        if let Some((run, conclusion)) = executions.first().and_then(|run| Some((run, run.conclusion?))) {
            let (class, label) = (conclusion.code(), conclusion.label());
            self.put(format_args!(
                "<p class=\"verdict {class}\">Nuit du {} : {label}</p>\n",
                night(run)
            ))?;
        }
        self.put(format_args!("</header>\n<main>\n"))
    }

    /// The charts night by night, and the list of runs.
    fn overview(&mut self, executions: &[Execution]) -> Result<(), Error> {
        self.put(format_args!(
            "<section aria-labelledby=\"nuits\">\n<h2 id=\"nuits\">Nuit par nuit</h2>\n<p class=\"discret\">Chaque \
             graphique a sa propre échelle.</p>\n<div class=\"graphiques\">\n"
        ))?;
        let figures = [
            ("Dossiers acceptés", "acceptes"),
            ("Dossiers rejetés", "rejetes"),
            ("Dossiers non envoyés", "non-envoyes"),
        ];
        for (title, class) in figures {
            let figure = |comptes: Comptes| match class {
                "acceptes" => comptes.acceptes,
                "rejetes" => comptes.rejetes,
                _ => comptes.non_envoyes,
            };
            let nights: Vec<_> = executions
                .iter()
                .rev()
                .map(|run| (run.nuit, figure(run.comptes)))
                .collect();
            let chart = charts::per_night(title, class, &nights).unwrap_or_default();
            self.put(format_args!("{chart}"))?;
        }
        self.put(format_args!("</div>\n<h3>Exécutions</h3>\n"))?;
        let columns = lines::execution_columns();
        self.open_table("Les exports de nuit, du plus récent au plus ancien", &columns)?;
        for run in executions {
            self.row(&columns, &lines::execution(run), Some(run.id))?;
        }
        self.close_table()?;
        self.put(format_args!("</section>\n"))
    }

    /// One run, with at most so many lines of each list.
    fn run(&mut self, run: &Execution, most: usize) -> Result<(), Error> {
        let id = run.id.0;
        self.put(format_args!(
            "<section id=\"execution-{id}\" aria-labelledby=\"titre-{id}\">\n<h2 id=\"titre-{id}\">Nuit du {}</h2>\n",
            run.nuit.format("%d/%m/%Y"),
        ))?;
        if let Some(conclusion) = run.conclusion {
            let (class, label) = (conclusion.code(), conclusion.label());
            self.put(format_args!("<p class=\"verdict {class}\">{label}</p>\n"))?;
        }
        if !run.causes.is_empty() {
            self.put(format_args!("<ul class=\"causes\">\n"))?;
            for cause in &run.causes {
                self.put(format_args!("<li>{}</li>\n", Escaped(cause)))?;
            }
            self.put(format_args!("</ul>\n"))?;
        }
        self.put(format_args!("<p class=\"discret\">Exécution n° {id}"))?;
        let moment = |text: &str| labels::parsed(text).map(|moment| moment.format("%d/%m/%Y à %H:%M:%S").to_string());
        if let Some(start) = moment(&run.debut) {
            self.put(format_args!(", commencée le {start}"))?;
        }
        if let Some(length) = labels::length(&run.debut, run.fin.as_deref()) {
            self.put(format_args!(", durée {length}"))?;
        }
        self.put(format_args!(
            ", {}</p>\n<dl class=\"chiffres\">\n",
            labels::execution(run.etat).to_lowercase()
        ))?;
        let comptes = run.comptes;
        for (label, class, figure) in [
            ("Lus", "lus", comptes.lus),
            ("Acceptés", "acceptes", comptes.acceptes),
            ("Rejetés", "rejetes", comptes.rejetes),
            ("Non envoyés", "non-envoyes", comptes.non_envoyes),
            ("En attente", "en-attente", comptes.en_attente),
        ] {
            let figure = Grouped(figure);
            self.put(format_args!(
                "<div class=\"{class}\"><dt>{label}</dt><dd>{figure}</dd></div>\n"
            ))?;
        }
        self.put(format_args!("</dl>\n"))?;
        self.motifs(run.id)?;
        for list in List::ALL {
            self.list(list, run.id, most)?;
        }
        self.put(format_args!("</section>\n"))
    }

    fn motifs(&mut self, run: RunId) -> Result<(), Error> {
        let counts = self.journal.motifs(run)?;
        let mut bars: Vec<_> = counts
            .iter()
            .map(|(code, count)| (CodeMotif::libelle_de(code), "non-envoyes", *count))
            .collect();
        bars.sort_by_key(|bar| std::cmp::Reverse(bar.2));
        if bars.is_empty() {
            return Ok(());
        }
        let chart = charts::bars("Motifs de non-envoi (dossiers concernés)", &bars).unwrap_or_default();
        self.put(format_args!("{chart}"))
    }

    fn list(&mut self, list: List, run: RunId, most: usize) -> Result<(), Error> {
        let mut reader = Reader::new(list, run);
        let mut page = reader.page(self.journal)?;
        if page.is_empty() {
            // Only a few nights have any: nothing is said of them then.
            if list != List::Reprises {
                self.put(format_args!("<h3>{}</h3>\n<p>Aucun.</p>\n", list.title()))?;
            }
            return Ok(());
        }
        self.put(format_args!("<h3>{}</h3>\n", list.title()))?;
        let columns = list.columns();
        self.open_table(&format!("{} de l'exécution n° {}", list.title(), run.0), &columns)?;
        let mut written = 0;
        while !page.is_empty() && written < most {
            for line in page.iter().take(most - written) {
                self.row(&columns, line, None)?;
            }
            written = written.saturating_add(page.len());
            let dossiers = !matches!(list, List::Etablissements | List::Lots);
            self.told.page(if dossiers { page.len() } else { 0 })?;
            page = reader.page(self.journal)?;
        }
        self.close_table()?;
        if !page.is_empty() || written > most {
            self.put(format_args!(
                "<p>Seules les {most} premières lignes sont montrées ici. Pour les voir toutes, ouvrir le compte rendu de \
                 l'exécution n° {} seule, ou le classeur Excel.</p>\n",
                run.0
            ))?;
        }
        Ok(())
    }

    fn open_table(&mut self, caption: &str, columns: &[Column]) -> Result<(), Error> {
        self.put(format_args!(
            "<div class=\"defile\" role=\"region\" aria-label=\"{caption}\" tabindex=\"0\">\n<table>\n<caption>{caption}\
             </caption>\n<thead><tr>"
        ))?;
        for column in columns {
            let class = class(column);
            self.put(format_args!("<th scope=\"col\"{class}>{}</th>", Escaped(&column.label)))?;
        }
        self.put(format_args!("</tr></thead>\n<tbody>\n"))
    }

    fn close_table(&mut self) -> Result<(), Error> {
        self.put(format_args!("</tbody>\n</table>\n</div>\n"))
    }

    /// One line; its first cell names it, and leads to the run where there is one.
    fn row(&mut self, columns: &[Column], line: &Line, run: Option<RunId>) -> Result<(), Error> {
        self.put(format_args!("<tr>"))?;
        for (number, (column, value)) in columns.iter().zip(line).enumerate() {
            let (tag, scope) = if number == 0 {
                ("th", " scope=\"row\"")
            } else {
                ("td", "")
            };
            self.put(format_args!("<{tag}{scope}{}>", class(column)))?;
            match (run, number) {
                (Some(run), 0) => self.put(format_args!("<a href=\"#execution-{0}\">{0}</a>", run.0))?,
                _ => self.value(column, value)?,
            }
            self.put(format_args!("</{tag}>"))?;
        }
        self.put(format_args!("</tr>\n"))
    }

    fn value(&mut self, column: &Column, value: &Value) -> Result<(), Error> {
        match value {
            Value::Empty => self.put(format_args!("—")),
            Value::Integer(number) if NAMES.contains(&column.id.as_str()) => self.put(format_args!("{number}")),
            Value::Integer(number) => self.put(format_args!("{}", Grouped(*number))),
            Value::Date(date) => self.put(format_args!("{}", date.format("%d/%m/%Y"))),
            Value::Moment(_, shown) => self.put(format_args!("{}", Escaped(shown))),
            Value::Text(text) => {
                for (number, part) in text.split('\n').enumerate() {
                    let separator = if number == 0 { "" } else { "<br>" };
                    self.put(format_args!("{separator}{}", Escaped(part)))?;
                }
                Ok(())
            }
        }
    }
}

fn class(column: &Column) -> &'static str {
    match column.kind {
        Kind::Integer => " class=\"nombre\"",
        _ if SENTENCES.contains(&column.id.as_str()) => " class=\"long\"",
        _ => "",
    }
}
