//! *Exemple de l'export automatique de nuit*: what would go out, and who would not, and why.
//!
//! It runs the night's own code up to the sending. Each table reads the ERP for itself when the host pulls it, so that
//! first rows come at once and nothing is kept.

mod depuis;
mod json;
mod lines;
mod resume;
mod sorted;
mod tables;
mod workbook;

use std::io::Write;
use std::sync::Arc;

use chrono::NaiveDate;

use super::registry::{Contribution, DocumentEntry, Opens, text};
use super::{Context, JSON, XLSX};
use crate::dossier::Protocole;
use crate::erp::Erp;
use crate::error::Error;
use crate::host::Run;
use crate::installation::Installation;
use crate::night::stream::{Choice, Plan};
use crate::store::{ReglageSecteur, Store};
use crate::table::{Action, Document, Table};

pub use resume::Resume;

/// The screen.
pub const SCREEN: Contribution = Contribution {
    id: c"exemple-export-nuit",
    label: c"Exemple de l'export automatique de nuit",
    menu: c"Inscriptions > Imprimer > Exemple Mission Apprentissage",
    opens: Opens::Tables(tables),
};
/// Its id.
pub const ID: &str = text(SCREEN.id);

/// What would go out, as the data of a program.
pub const APERCU_JSON: DocumentEntry = DocumentEntry {
    id: "apercu.json",
    write: write_json,
    read: None,
};

/// The preview as a workbook.
pub const APERCU_XLSX: DocumentEntry = DocumentEntry {
    id: "apercu.xlsx",
    write: write_workbook,
    read: None,
};

/// The tables of the preview: *Résumé*, *Données envoyées*, *Apprentis non envoyés*, *Depuis la dernière nuit*.
///
/// # Errors
/// The settings or the journal cannot be read.
pub fn tables(installation: &Installation, context: &Context) -> Result<Vec<Table>, Error> {
    let sources = Sources::of(installation)?;
    let plan = Arc::new(sources.plan(context)?);
    let documents = documents(context, plan.run_date);
    let actions = actions(context);
    let comparison = depuis::Comparison {
        plan: Arc::new(sources.tonight()?),
        last: sources.store.journal()?.last_finished()?,
        store: sources.store,
        sealer: installation.sealer(),
        context: context.clone(),
    };
    let mut tables = vec![
        tables::resume(plan.clone()),
        tables::donnees_envoyees(plan.clone()),
        tables::non_envoyes(plan),
    ];
    for table in &mut tables {
        table.description.documents.clone_from(&documents);
    }
    tables.push(depuis::table(comparison));
    for table in &mut tables {
        table.description.actions.clone_from(&actions);
    }
    Ok(tables)
}

/// What the preview can be saved as.
fn documents(context: &Context, run_date: NaiveDate) -> Vec<Document> {
    let document = |id, label, extension, media_type| Document {
        id,
        label,
        file_name: format!("apercu-{run_date}.{extension}"),
        media_type,
        parameters: context.to_json(),
    };
    vec![
        document("apercu.xlsx", "Classeur Excel", "xlsx", XLSX),
        document("apercu.json", "JSON de ce qui partirait", "json", JSON),
    ]
}

/// The same preview in the other ways.
fn actions(context: &Context) -> Vec<Action> {
    let ways = [
        ("Aperçu v3", Protocole::V3, false),
        ("Aperçu v3 avec les données SIFA", Protocole::V3, true),
        ("Aperçu statut-candidats (2021)", Protocole::StatutCandidats, false),
    ];
    let others = ways
        .into_iter()
        .filter(|(_, protocole, sifa)| (*protocole, *sifa) != (context.protocole, context.donnees_sifa));
    others
        .map(|(label, protocole, donnees_sifa)| Action {
            label: label.into(),
            opens: ID,
            context: Context {
                protocole,
                donnees_sifa,
                ..context.clone()
            }
            .to_json(),
        })
        .collect()
}

/// The document `apercu.json`.
///
/// # Errors
/// The settings or the ERP cannot be read, `run` was cancelled, or `to` failed.
pub fn write_json(
    installation: &Installation,
    context: &Context,
    run: &dyn Run,
    to: &mut dyn Write,
) -> Result<(), Error> {
    json::write(&Sources::of(installation)?.plan(context)?, run, to)
}

/// The document `apercu.xlsx`.
///
/// # Errors
/// As [`write_json`]; a temporary file failed.
pub fn write_workbook(
    installation: &Installation,
    context: &Context,
    run: &dyn Run,
    to: &mut dyn Write,
) -> Result<(), Error> {
    workbook::write(&Sources::of(installation)?.plan(context)?, run, to)
}

/// Where a preview comes from; each database is reached once.
struct Sources {
    erp: Erp,
    store: Store,
    run_date: NaiveDate,
}

impl Sources {
    fn of(installation: &Installation) -> Result<Self, Error> {
        Ok(Self {
            erp: installation.erp()?,
            store: installation.store()?,
            run_date: installation.host().now()?.date_naive(),
        })
    }

    /// All the sectors that the settings name, activated or not, within what the context asks for; one sector that the
    /// context names is shown though the settings do not name it.
    fn plan(&self, context: &Context) -> Result<Plan, Error> {
        let choice = Choice::Fixed {
            protocole: context.protocole,
            donnees_sifa: context.donnees_sifa,
        };
        let matches = |id: i64, asked: Option<i64>| asked.is_none_or(|asked| asked == id);
        let wanted = |secteur: &ReglageSecteur| {
            matches(secteur.societe_id, context.societe_id) && matches(secteur.secteur_id, context.secteur_id)
        };
        let mut plan = self.plan_of(choice, wanted)?;
        if let (Some(societe_id), Some(secteur_id), []) = (context.societe_id, context.secteur_id, &plan.secteurs[..]) {
            plan.secteurs.push(ReglageSecteur {
                societe_id,
                secteur_id,
                ..ReglageSecteur::default()
            });
        }
        Ok(plan)
    }

    /// What the night would read, and by which protocols.
    fn tonight(&self) -> Result<Plan, Error> {
        self.plan_of(Choice::ByAccess, ReglageSecteur::exporte_la_nuit)
    }

    fn plan_of(&self, choice: Choice, wanted: impl Fn(&ReglageSecteur) -> bool) -> Result<Plan, Error> {
        let named = self.store.secteurs()?.into_iter().map(|secteur| secteur.reglage);
        let named: Vec<_> = named.collect();
        let secteurs = named.iter().filter(|secteur| wanted(secteur)).copied().collect();
        let acces = self.store.acces()?;
        Plan::new(
            self.erp.clone(),
            &self.store,
            self.run_date,
            &named,
            secteurs,
            acces,
            choice,
        )
    }
}
