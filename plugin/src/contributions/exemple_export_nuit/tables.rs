//! The preview as tables.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Resume;
use crate::dossier::{Dossier, Genre, Valeur, colonnes};
use crate::error::Error;
use crate::night::stream::{Choice, DossierStream, Plan, Prepared};
use crate::table::{Batch, Cell, Column, Description, Kind, Progress, Rows, Table};

/// Dossiers in order, those that a table wants.
struct Selected {
    plan: Arc<Plan>,
    progress: Arc<Progress>,
    stream: Option<DossierStream>,
    waiting: VecDeque<Prepared>,
    wanted: fn(&Dossier) -> bool,
}

impl Selected {
    fn new(plan: Arc<Plan>, wanted: fn(&Dossier) -> bool) -> Self {
        Self {
            plan,
            progress: Arc::default(),
            stream: None,
            waiting: VecDeque::new(),
            wanted,
        }
    }

    fn next(&mut self) -> Result<Option<Prepared>, Error> {
        loop {
            if let Some(prepared) = self.waiting.pop_front() {
                return Ok(Some(prepared));
            }
            let stream = match &mut self.stream {
                Some(stream) => stream,
                None => self.stream.insert(self.plan.start()),
            };
            let progress = &self.progress;
            let Some(group) = stream.next_group(&|| progress.is_cancelled())? else {
                return Ok(None);
            };
            progress.done.fetch_add(group.len() as u64, Ordering::Relaxed);
            self.waiting
                .extend(group.into_iter().filter(|prepared| (self.wanted)(&prepared.dossier)));
        }
    }

    fn fill(&mut self, max_rows: usize, batch: &mut Batch, push: impl Fn(&Prepared, &mut Batch)) -> Result<(), Error> {
        while batch.rows() < max_rows {
            let Some(prepared) = self.next()? else { break };
            push(&prepared, batch);
        }
        Ok(())
    }
}

/// *Données envoyées*: all fields, each with its provenance.
pub fn donnees_envoyees(plan: Arc<Plan>) -> Table {
    let columns = match plan.choice {
        Choice::Fixed {
            protocole,
            donnees_sifa,
        } => colonnes(protocole, donnees_sifa),
        Choice::ByAccess => &[],
    };
    let mut description = vec![Column::new("inscription_id", "Inscription", Kind::Integer)];
    for colonne in columns {
        let kind = match colonne.genre {
            Genre::Texte => Kind::Text,
            Genre::Entier => Kind::Integer,
            Genre::Booleen => Kind::Boolean,
            Genre::Date => Kind::Date,
        };
        description.push(Column {
            group: Some(colonne.groupe),
            ..Column::new(colonne.nom, colonne.nom, kind)
        });
        description.push(Column {
            provenance_of: Some(colonne.nom.to_owned()),
            group: Some(colonne.groupe),
            ..Column::new(&format!("{}.provenance", colonne.nom), "Provenance", Kind::Text)
        });
    }
    description.push(Column::new("avertissements", "Avertissements", Kind::Text));
    let selected = Selected::new(plan, |dossier| dossier.motifs.is_empty());
    Table {
        description: Description::new("donnees-envoyees", "Données envoyées", description),
        progress: selected.progress.clone(),
        rows: Box::new(Envoyees {
            selected,
            noms: columns.iter().map(|colonne| colonne.nom).collect(),
        }),
    }
}

struct Envoyees {
    selected: Selected,
    noms: Vec<&'static str>,
}

impl Rows for Envoyees {
    fn next(&mut self, max_rows: usize, batch: &mut Batch) -> Result<(), Error> {
        let noms = &self.noms;
        self.selected.fill(max_rows, batch, |prepared, batch| {
            let dossier = &prepared.dossier;
            let warnings: Vec<_> = dossier
                .avertissements
                .iter()
                .map(|avertissement| avertissement.detail.as_str())
                .collect();
            let warnings = warnings.join("\n");
            let warnings = if warnings.is_empty() {
                Cell::Empty
            } else {
                Cell::Text(&warnings)
            };
            // Fields come in the order of the columns, absent ones left out.
            let mut champs = dossier.champs.iter().peekable();
            let cells = noms
                .iter()
                .flat_map(|nom| match champs.next_if(|champ| champ.nom == *nom) {
                    None => [Cell::Empty, Cell::Empty],
                    Some(champ) => {
                        let cell = match &champ.valeur {
                            Valeur::Texte(text) => Cell::Text(text),
                            Valeur::Entier(value) => Cell::Integer(*value),
                            Valeur::Booleen(value) => Cell::Boolean(*value),
                            Valeur::Date(date) => Cell::Date(*date),
                        };
                        [cell, Cell::Text(champ.provenance.libelle())]
                    }
                });
            batch.push(
                std::iter::once(Cell::Integer(dossier.inscription_id))
                    .chain(cells)
                    .chain([warnings]),
            );
        })
    }
}

/// *Apprentis non envoyés*: who, why, and what to do.
pub fn non_envoyes(plan: Arc<Plan>) -> Table {
    let columns = vec![
        Column::new("inscription_id", "Inscription", Kind::Integer),
        Column::new("id_erp_apprenant", "Stagiaire", Kind::Text),
        Column::new("nom_apprenant", "Nom", Kind::Text),
        Column::new("prenom_apprenant", "Prénom", Kind::Text),
        Column::new("motifs", "Motifs", Kind::Text),
        Column::new("a_faire", "À faire", Kind::Text),
    ];
    let selected = Selected::new(plan, |dossier| !dossier.motifs.is_empty());
    Table {
        description: Description::new("non-envoyes", "Apprentis non envoyés", columns),
        progress: selected.progress.clone(),
        rows: Box::new(NonEnvoyes(selected)),
    }
}

struct NonEnvoyes(Selected);

impl Rows for NonEnvoyes {
    fn next(&mut self, max_rows: usize, batch: &mut Batch) -> Result<(), Error> {
        self.0.fill(max_rows, batch, |prepared, batch| {
            let dossier = &prepared.dossier;
            let text = |nom| match dossier.champ(nom).map(|champ| &champ.valeur) {
                Some(Valeur::Texte(text)) => Cell::Text(text),
                _ => Cell::Empty,
            };
            let id = dossier.stagiaire_id.map(|id| id.to_string());
            let labels: Vec<_> = dossier.motifs.iter().map(|motif| motif.code.libelle()).collect();
            let details: Vec<_> = dossier.motifs.iter().map(|motif| motif.detail.as_str()).collect();
            batch.push([
                Cell::Integer(dossier.inscription_id),
                id.as_deref().map_or(Cell::Empty, Cell::Text),
                text("nom_apprenant"),
                text("prenom_apprenant"),
                Cell::Text(&labels.join("\n")),
                Cell::Text(&details.join("\n")),
            ]);
        })
    }
}

/// *Résumé*: what would go out, what would not and why, and what the night lacks.
pub fn resume(plan: Arc<Plan>) -> Table {
    let columns = vec![
        Column::new("libelle", "", Kind::Text),
        Column::new("nombre", "Nombre", Kind::Integer),
    ];
    let selected = Selected::new(plan, |_| true);
    Table {
        description: Description::new("resume", "Résumé", columns),
        progress: selected.progress.clone(),
        rows: Box::new(ResumeRows { selected, told: false }),
    }
}

struct ResumeRows {
    selected: Selected,
    told: bool,
}

impl Rows for ResumeRows {
    fn next(&mut self, _: usize, batch: &mut Batch) -> Result<(), Error> {
        if std::mem::replace(&mut self.told, true) {
            return Ok(());
        }
        let plan = self.selected.plan.clone();
        let mut resume = Resume {
            hors_secteur: plan.hors_secteur()?,
            ..Resume::default()
        };
        while let Some(prepared) = self.selected.next()? {
            resume.add(&prepared);
        }
        for secteur in plan.secteurs.iter().filter(|secteur| !secteur.exporte_la_nuit()) {
            let text = format!(
                "Attention : la nuit n'enverra rien du secteur {} de la société {} : cochez ses trois cases dans \
                 Compléments secteur",
                secteur.secteur_id, secteur.societe_id
            );
            batch.push([Cell::Text(&text), Cell::Empty]);
        }
        let mut line = |text: &str, count: u64| {
            batch.push([
                Cell::Text(text),
                Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX)),
            ]);
        };
        for (uai, count) in &resume.sans_acces {
            line(
                &format!("Attention : clé API manquante pour l'établissement {uai}, dossiers concernés"),
                *count,
            );
        }
        line("Dossiers lus", resume.lus);
        line("Dossiers envoyés", resume.envoyes);
        line("Dossiers non envoyés", resume.non_envoyes);
        for (motif, count) in &resume.motifs {
            line(&format!("  dont {}", motif.libelle()), *count);
        }
        line("Avertissements", resume.avertissements);
        line("Inscriptions hors des secteurs paramétrés", resume.hors_secteur);
        Ok(())
    }
}
