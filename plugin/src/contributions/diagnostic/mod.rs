//! *Diagnostic*: what works, what does not, and what to do, all at once.

mod lignes;
mod nuit;
mod services;

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset};

use lignes::Lignes;
use services::Services;

use super::registry::{Contribution, Opens, text};
use super::reglages;
use crate::database::Database;
use crate::erp::{Erp, Mapping};
use crate::error::Error;
use crate::installation::Installation;
use crate::night::telling;
use crate::store::{Quand, Sealer, Store, StoreError};
use crate::table::{Batch, Cell, Column, Description, Kind, Progress, Rows, Table};

/// The screen.
pub const SCREEN: Contribution = Contribution {
    id: c"diagnostic",
    label: c"Diagnostic",
    menu: c"Administration",
    opens: Opens::Tables(|at, _| Ok(vec![table(Subject::of(at))])),
};
/// Its id.
pub const ID: &str = text(SCREEN.id);

/// What is looked at.
pub struct Subject {
    /// The ODBC connection string.
    pub connection_string: String,
    /// The mapping file.
    pub mapping: Option<PathBuf>,
    /// The key store.
    pub sealer: Result<Sealer, Error>,
    /// The host's clock.
    pub now: Result<DateTime<FixedOffset>, Error>,
    /// Whether the host sends e-mail itself.
    pub mail: bool,
    /// The host's proxy.
    pub proxy: Option<String>,
}

impl Subject {
    /// Taken when it is asked for: a wrong setting is a line of the diagnosis, not its end.
    pub fn of(installation: &Installation) -> Self {
        let host = installation.host();
        Self {
            connection_string: installation.connection_string().to_owned(),
            mapping: installation.mapping().map(PathBuf::from),
            sealer: installation.sealer(),
            now: host.now(),
            mail: host.mail().is_some(),
            proxy: installation.proxy().map(str::to_owned),
        }
    }
}

/// One line of the diagnosis.
struct Line {
    subject: String,
    problem: Option<String>,
    detail: String,
}

/// The table; the diagnosis is made when the host pulls it.
pub fn table(subject: Subject) -> Table {
    let columns = vec![
        Column::new("controle", "Contrôle", Kind::Text),
        Column::new("etat", "État", Kind::Text),
        Column::new("detail", "Détail", Kind::Text),
    ];
    let progress = Arc::new(Progress::default());
    Table {
        description: Description::new(ID, text(SCREEN.label), columns),
        rows: Box::new(Diagnosis {
            subject: Some(subject),
            remaining: Remaining::default(),
            progress: progress.clone(),
        }),
        progress,
    }
}

/// What is told at a glance comes at once; then, one by one, what may take its time.
struct Diagnosis {
    subject: Option<Subject>,
    remaining: Remaining,
    progress: Arc<Progress>,
}

/// The receivers, and then the ERP's rows.
#[derive(Default)]
struct Remaining {
    services: Services,
    lignes: Lignes,
}

impl Remaining {
    /// The lines that come next; none: all were told, or `cancelled` said so.
    fn next(&mut self, cancelled: &dyn Fn() -> bool) -> Vec<Line> {
        match self.services.call_next(cancelled) {
            Some(line) => vec![line],
            None => self.lignes.read_next(cancelled),
        }
    }
}

impl Rows for Diagnosis {
    fn next(&mut self, _: usize, batch: &mut Batch) -> Result<(), Error> {
        let lines = match self.subject.take() {
            Some(subject) => {
                let (lines, remaining) = diagnose(&subject);
                self.remaining = remaining;
                lines
            }
            None => self.remaining.next(&|| self.progress.is_cancelled()),
        };
        if self.progress.is_cancelled() {
            return Err(Error::cancelled());
        }
        for line in &lines {
            let (state, detail) = match &line.problem {
                None => ("OK", line.detail.as_str()),
                Some(problem) => ("À corriger", problem.as_str()),
            };
            batch.push([Cell::Text(&line.subject), Cell::Text(state), Cell::Text(detail)]);
        }
        Ok(())
    }
}

fn line<T>(subject: &str, checked: &Result<T, Error>, detail: impl Fn(&T) -> String) -> Line {
    let (problem, detail) = match checked {
        Ok(value) => (None, detail(value)),
        Err(error) => (Some(error.message.clone()), String::new()),
    };
    Line {
        subject: subject.to_owned(),
        problem,
        detail,
    }
}

/// What can be told at a glance, and what remains to be looked at.
fn diagnose(subject: &Subject) -> (Vec<Line>, Remaining) {
    let mut lines = vec![
        line("Horloge", &subject.now, |now| {
            now.format("%d/%m/%Y %H:%M %:z").to_string()
        }),
        line("Clé de scellement", &subject.sealer, |_| "disponible".to_owned()),
    ];
    let mapping = match &subject.mapping {
        Some(path) => Mapping::load(path).map_err(Error::from),
        None => Ok(Mapping::default()),
    };
    lines.push(line("Correspondance des tables", &mapping, |_| {
        match &subject.mapping {
            Some(path) => path.display().to_string(),
            None => "schéma de référence".to_owned(),
        }
    }));
    let database = Database::connect(&subject.connection_string).map_err(Error::from);
    lines.push(line("Base de données", &database, |database| {
        database.dialect().name().to_owned()
    }));
    let mut services = Services::default();
    let Ok(database) = database else {
        return (lines, Remaining::default());
    };
    let erp = mapping.ok().map(|mapping| Erp::new(database.clone(), mapping));
    lines.extend(erp.iter().flat_map(entities));
    let mut secteurs = Vec::new();
    let store = Store::open(&database).map_err(Error::from);
    lines.push(line("Tables mna_", &store, |_| "à jour".to_owned()));
    if let Ok(store) = store {
        // The verdict opens the diagnosis.
        lines.splice(0..0, nuit::last(&store));
        lines.extend(rights(&store));
        lines.extend(malformed_settings(&store));
        lines.extend(nuit::next(&store));
        if let Ok(sealer) = &subject.sealer {
            lines.extend(unreadable_keys(&store, sealer));
            lines.extend(courriel(&store, sealer, subject.mail));
            let acces = store.acces().unwrap_or_default();
            services = Services::of(&acces, sealer, subject.proxy.clone());
        }
        // Settings that cannot be read are told above.
        secteurs = named(&store).unwrap_or_default();
    }
    let lignes = Lignes::new(erp, secteurs);
    (lines, Remaining { services, lignes })
}

/// The sectors that the settings name.
fn named(store: &Store) -> Result<Vec<(i64, i64)>, StoreError> {
    let secteurs = store.secteurs()?.into_iter();
    Ok(secteurs
        .map(|secteur| (secteur.reglage.societe_id, secteur.reglage.secteur_id))
        .collect())
}

/// Whether the login may write where the settings and the journal are kept.
fn rights(store: &Store) -> Vec<Line> {
    let missing = store.missing_rights().map_err(Error::from);
    match missing {
        Ok(tables) if !tables.is_empty() => tables
            .into_iter()
            .map(|(table, error)| Line {
                subject: format!("Droits sur les tables mna_, {table}"),
                problem: Some(error.user_text()),
                detail: String::new(),
            })
            .collect(),
        checked => vec![line("Droits sur les tables mna_", &checked, |_| {
            "lecture et écriture".to_owned()
        })],
    }
}

fn entities(erp: &Erp) -> Vec<Line> {
    let checks = erp.diagnose().into_iter().map(|check| Line {
        subject: format!("Données de l'ERP : {}", check.entite),
        problem: check.probleme,
        detail: check.detail,
    });
    checks.collect()
}

/// Whether the report of the night could go by e-mail; nothing where nobody wants it.
fn courriel(store: &Store, sealer: &Sealer, through_host: bool) -> Option<Line> {
    let checked = match store.courriel() {
        Ok(courriel) if courriel.reglage.quand == Quand::Jamais => return None,
        Ok(courriel) => telling::check(&courriel, through_host, sealer).map(|()| courriel.reglage.destinataires.len()),
        Err(error) => Err(error.into()),
    };
    Some(line("Courriel du compte rendu", &checked, |recipients| {
        format!("{recipients} destinataire(s)")
    }))
}

/// Keys that this machine cannot open: the night would send nothing with them.
fn unreadable_keys(store: &Store, sealer: &Sealer) -> Vec<Line> {
    let acces = store.acces().map_err(Error::from);
    let Ok(acces) = acces else {
        return vec![line("Clés API", &acces, |_| String::new())];
    };
    let mut lines: Vec<Line> = acces
        .iter()
        .filter_map(|acces| {
            let error = acces.open_key(sealer).err()?;
            Some(Line {
                subject: format!("Clés API, établissement {}", acces.uai.as_deref().unwrap_or_default()),
                problem: Some(error.user_text()),
                detail: String::new(),
            })
        })
        .collect();
    if lines.is_empty() {
        let keys = acces.iter().filter(|acces| acces.cle_scellee.is_some()).count();
        lines.push(Line {
            subject: "Clés API".to_owned(),
            problem: None,
            detail: format!("{keys} clé(s)"),
        });
    }
    lines
}

/// Lines of the UAI list that an import stored as they were, and keys that none of them would use.
fn malformed_settings(store: &Store) -> Vec<Line> {
    let lignes = store.lignes_uai().map_err(Error::from);
    let Ok(lignes) = lignes else {
        return vec![line("Numéros UAI (CFA)", &lignes, |_| String::new())];
    };
    // Accesses that cannot be read are told elsewhere.
    let acces = store.acces().unwrap_or_default();
    let mut lines: Vec<Line> = reglages::doutes(&lignes, &acces)
        .into_iter()
        .map(|doute| Line {
            subject: doute.ou,
            problem: Some(doute.texte),
            detail: String::new(),
        })
        .collect();
    if lines.is_empty() {
        lines.push(Line {
            subject: "Numéros UAI (CFA)".to_owned(),
            problem: None,
            detail: format!("{} ligne(s)", lignes.len()),
        });
    }
    lines
}
