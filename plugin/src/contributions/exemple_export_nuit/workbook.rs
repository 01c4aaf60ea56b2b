//! The preview as a workbook: *Résumé*, *Données envoyées*, *Non envoyés*; one pass over the ERP.

use std::io::Write;

use super::{Resume, lines};
use crate::dossier::Protocole;
use crate::error::Error;
use crate::host::Run;
use crate::night::stream::{Choice, Plan};
use crate::workbook::Book;

/// Write the workbook.
///
/// # Errors
/// The ERP cannot be read, `run` was cancelled, or `to` or a temporary file failed.
pub fn write(plan: &Plan, run: &dyn Run, to: &mut dyn Write) -> Result<(), Error> {
    let mut book = Book::new("Exemple de l'export automatique de nuit", plan.run_date)?;
    let columns = lines::Envoyees::new(plan);
    let mut envoyes = book.sheet("Données envoyées", &columns.columns, lines::SENTENCES)?;
    let mut non_envoyes = book.sheet("Non envoyés", &lines::non_envoyes_columns(), lines::SENTENCES)?;
    let mut resume = Resume::of(plan.apart()?);

    let mut stream = plan.start();
    while let Some(group) = stream.next_group(&|| run.is_cancelled())? {
        for prepared in &group {
            resume.add(prepared);
            let dossier = &prepared.dossier;
            if dossier.envoyable() {
                columns.line(dossier, |cells| envoyes.row(&mut book, cells))?;
            } else {
                lines::non_envoye(dossier, |cells| non_envoyes.row(&mut book, cells))?;
            }
            if resume.lus % 1000 == 0 {
                run.progress(resume.lus, 0, "Lecture des dossiers");
            }
        }
    }

    let mut summary = book.sheet("Résumé", &lines::resume_columns(&title(plan)), lines::SENTENCES)?;
    for line in lines::sans_envoi(plan).iter().chain(&lines::resume(&resume)) {
        summary.row(&mut book, lines::resume_cells(line))?;
    }
    run.progress(resume.lus, resume.lus, "Écriture du classeur");
    Ok(book.write([summary, envoyes, non_envoyes], run, to)?)
}

/// Of which day, and by which protocol.
fn title(plan: &Plan) -> String {
    let date = plan.run_date.format("%d/%m/%Y");
    match plan.choice {
        Choice::Fixed {
            protocole: Protocole::V3,
            donnees_sifa: true,
        } => format!("Aperçu du {date}, protocole v3 avec les données SIFA"),
        Choice::Fixed { protocole, .. } => format!("Aperçu du {date}, protocole {protocole}"),
        Choice::ByAccess => format!("Aperçu du {date}"),
    }
}
