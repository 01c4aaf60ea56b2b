//! The columns and lines of the preview, for tables and workbook alike.

use super::Resume;
use crate::contributions::complements_secteur::cases_de_la_nuit;
use crate::contributions::fields::Places;
use crate::dossier::{Dossier, Ecrans, Genre, Protocole, Provenance, Retenue, Valeur, colonnes};
use crate::night::stream::{Choice, Plan};
use crate::store::ReglageSecteur;
use crate::table::{Cell, Column, Kind};

/// The columns that hold sentences.
pub const SENTENCES: &[&str] = &["avertissements", "motifs", "a_faire", "libelle"];

/// Not sent: the dashboard computes it for itself.
const STATUT_AFFICHE: &str = "Statut affiché par le tableau de bord";

/// *Données envoyées*: the fields of a protocol, each with its provenance beside it.
pub struct Envoyees {
    /// The columns.
    pub columns: Vec<Column>,
    noms: Vec<&'static str>,
    ecrans: Ecrans,
    avec_statut_affiche: bool,
}

impl Envoyees {
    /// Those of the plan's protocol.
    pub fn new(plan: &Plan) -> Self {
        let fields = match plan.choice {
            Choice::Fixed {
                protocole,
                donnees_sifa,
            } => colonnes(protocole, donnees_sifa),
            Choice::ByAccess => &[],
        };
        let mut columns = vec![Column::new("inscription_id", "Inscription", Kind::Integer)];
        for colonne in fields {
            let kind = match colonne.genre {
                Genre::Texte => Kind::Text,
                Genre::Entier => Kind::Integer,
                Genre::Booleen => Kind::Boolean,
                Genre::Date => Kind::Date,
            };
            columns.push(Column {
                group: Some(colonne.groupe),
                ..Column::new(colonne.nom, colonne.nom, kind)
            });
            columns.push(Column {
                provenance_of: Some(colonne.nom.to_owned()),
                group: Some(colonne.groupe),
                ..Column::new(&format!("{}.provenance", colonne.nom), "Provenance", Kind::Text)
            });
        }
        let avec_statut_affiche = matches!(
            plan.choice,
            Choice::Fixed {
                protocole: Protocole::V3,
                ..
            }
        );
        if avec_statut_affiche {
            columns.push(Column::new("statut_affiche", STATUT_AFFICHE, Kind::Text));
            columns.push(Column {
                provenance_of: Some("statut_affiche".to_owned()),
                ..Column::new("statut_affiche.provenance", "Provenance", Kind::Text)
            });
        }
        columns.push(Column::new("retenu", "Retenu par un réglage", Kind::Text));
        columns.push(Column::new("avertissements", "Avertissements", Kind::Text));
        Self {
            avec_statut_affiche,
            columns,
            noms: fields.iter().map(|colonne| colonne.nom).collect(),
            ecrans: plan.erp.ecrans().clone(),
        }
    }

    /// Hands the cells of a dossier to `take`.
    pub fn line<R>(&self, dossier: &Dossier, take: impl FnOnce(&mut dyn Iterator<Item = Cell<'_>>) -> R) -> R {
        let warnings = joined(dossier.avertissements.iter().map(|warning| warning.detail.as_str()));
        // Fields come in the order of the columns, absent ones left out.
        let mut champs = dossier.champs.iter().peekable();
        let cells = self
            .noms
            .iter()
            .flat_map(|nom| match champs.next_if(|champ| champ.nom == *nom) {
                None => [Cell::Empty, Cell::Empty],
                Some(champ) => [
                    cell(&champ.valeur),
                    Cell::Text(self.ecrans.provenance(champ.provenance)),
                ],
            });
        let statut_affiche = match dossier.statut_affiche {
            Some(statut) => [Cell::Text(statut.libelle()), Cell::Text(Provenance::Calcul.libelle())],
            None => [Cell::Empty, Cell::Empty],
        };
        let statut_affiche = statut_affiche.into_iter().filter(|_| self.avec_statut_affiche);
        take(
            &mut std::iter::once(Cell::Integer(dossier.inscription_id))
                .chain(cells)
                .chain(statut_affiche)
                .chain([dossier
                    .retenu
                    .map_or(Cell::Empty, |retenu| Cell::Text(retenu.libelle()))])
                .chain([filled(&warnings)]),
        )
    }
}

/// The columns of *Apprentis non envoyés*: who, why, and what to do.
pub fn non_envoyes_columns() -> Vec<Column> {
    vec![
        Column::new("inscription_id", "Inscription", Kind::Integer),
        Column::new("id_erp_apprenant", "Stagiaire", Kind::Text),
        Column::new("nom_apprenant", "Nom", Kind::Text),
        Column::new("prenom_apprenant", "Prénom", Kind::Text),
        Column::new("motifs", "Motifs", Kind::Text),
        Column::new("a_faire", "À faire", Kind::Text),
    ]
}

/// Hands the cells of a dossier that is left out to `take`.
pub fn non_envoye<R>(dossier: &Dossier, take: impl FnOnce(&mut dyn Iterator<Item = Cell<'_>>) -> R) -> R {
    let field = |nom| field(dossier, nom);
    let id = dossier.stagiaire_id.map(|id| id.to_string());
    let labels = joined(dossier.motifs.iter().map(|motif| motif.code.libelle()));
    let details = joined(dossier.motifs.iter().map(|motif| motif.detail.as_str()));
    let cells = [
        Cell::Integer(dossier.inscription_id),
        id.as_deref().map_or(Cell::Empty, Cell::Text),
        field("nom_apprenant"),
        field("prenom_apprenant"),
        filled(&labels),
        filled(&details),
    ];
    take(&mut cells.into_iter())
}

/// The columns of *Résumé*; `title` stands over the lines.
pub fn resume_columns(title: &str) -> Vec<Column> {
    vec![
        Column::new("libelle", title, Kind::Text),
        Column::new("nombre", "Nombre", Kind::Integer),
    ]
}

/// A line of *Résumé*: what it says, and how many.
pub type ResumeLine = (String, Option<u64>);

/// What keeps the night from sending: known before anything is read, so said at once.
pub fn sans_envoi(plan: &Plan) -> Vec<ResumeLine> {
    if plan.secteurs.is_empty() {
        let text = "Attention : aucun secteur n'est paramétré : cochez ses cases dans Compléments secteur, ou enregistrez sa \
                    clé API";
        return vec![(text.to_owned(), None)];
    }
    let waiting: Vec<_> = plan
        .secteurs
        .iter()
        .filter(|secteur| !secteur.exporte_la_nuit())
        .collect();
    // Numbers are better than nothing.
    let places = if waiting.is_empty() {
        None
    } else {
        Places::read(&plan.erp).ok()
    };
    let name = |secteur: &ReglageSecteur| match &places {
        Some(places) => (places.secteur(secteur.secteur_id), places.societe(secteur.societe_id)),
        None => (
            format!("n° {}", secteur.secteur_id),
            format!("n° {}", secteur.societe_id),
        ),
    };
    let line = |secteur: &ReglageSecteur| {
        let missing: Vec<_> = cases_de_la_nuit(secteur)
            .into_iter()
            .filter(|(_, ticked)| !ticked)
            .map(|(label, _)| label)
            .collect();
        let (nom, societe) = name(secteur);
        format!(
            "Attention : la nuit n'enverra rien du secteur {nom} ({societe}), car une case n'est pas cochée dans Compléments \
             secteur : {}",
            missing.join(", ")
        )
    };
    waiting.into_iter().map(|secteur| (line(secteur), None)).collect()
}

/// The other lines of *Résumé*: what the night will send, what a setting holds back and where, what stays out and why.
pub fn resume(resume: &Resume) -> Vec<ResumeLine> {
    let mut lines = Vec::new();
    let mut line = |text: &str, count| lines.push((text.to_owned(), Some(count)));
    line("Partiront cette nuit", resume.partiront);
    line("Retenus par un réglage", resume.retenus.total());
    for ((retenue, uai), count) in &resume.retenus.0 {
        let remede = match retenue {
            Retenue::AccesManquant => "la saisir dans Gestion des accès aux API tierces",
            Retenue::SecteurNonActive => "cocher ses cases dans Compléments secteur",
        };
        line(
            &format!("  dont {}, établissement {uai} : {remede}", retenue.libelle()),
            *count,
        );
    }
    line("Dossiers lus", resume.lus);
    line("Dossiers envoyés", resume.envoyes);
    line("Dossiers non envoyés", resume.non_envoyes);
    for (motif, count) in &resume.motifs {
        line(&format!("  dont {}", motif.libelle()), *count);
    }
    for (statut, count) in &resume.statuts_affiches {
        line(&format!("{STATUT_AFFICHE} : {}", statut.libelle()), *count);
    }
    line("Avertissements", resume.avertissements);
    line("Inscriptions hors des secteurs paramétrés", resume.hors_secteur);
    line("Inscriptions sans numéro lisible, non lues", resume.illisibles);
    lines
}

/// The cells of a line of *Résumé*.
pub fn resume_cells(line: &ResumeLine) -> [Cell<'_>; 2] {
    let count = |count| Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX));
    [Cell::Text(&line.0), line.1.map_or(Cell::Empty, count)]
}

/// The cell of a field.
pub fn field<'a>(dossier: &'a Dossier, nom: &str) -> Cell<'a> {
    dossier.champ(nom).map_or(Cell::Empty, |champ| cell(&champ.valeur))
}

fn cell(valeur: &Valeur) -> Cell<'_> {
    match valeur {
        Valeur::Texte(text) => Cell::Text(text),
        Valeur::Entier(value) => Cell::Integer(*value),
        Valeur::Booleen(value) => Cell::Boolean(*value),
        Valeur::Date(date) => Cell::Date(*date),
    }
}

/// Texts, one under the other.
pub fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    texts.collect::<Vec<_>>().join("\n")
}

/// A text, if there is any.
pub fn filled(text: &str) -> Cell<'_> {
    if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
}
