//! The settings in their tables.

use std::collections::HashMap;

use super::courriel::{export_courriel, import_courriel};
use super::{Acces, Auteur, ReglageAcces, ReglageSecteur, Secteur, Settings};
use crate::database::Param;
use crate::dossier::records::LigneUai;
use crate::store::own::OwnConnection;
use crate::store::read::{self, Cells, flag};
use crate::store::schema::insert_into;
use crate::store::seal::{Adresse, SealContext, SealError, Sealer};
use crate::store::{Store, StoreError};

const SECTEURS: &str = "SELECT societe_id, secteur_id, passerelle_sifa, mission_apprentissage, transfert_nuit, \
                        donnees_sifa, modifie_par, modifie_le, revision, sans_email, sans_code_diplome FROM mna_secteur";
const SECTEUR_UPDATE: &str = "UPDATE mna_secteur SET passerelle_sifa = ?, mission_apprentissage = ?, \
                              transfert_nuit = ?, donnees_sifa = ?, modifie_par = ?, modifie_le = ?, revision = ?, \
                              sans_email = ?, sans_code_diplome = ? \
                              WHERE societe_id = ? AND secteur_id = ? AND revision = ?";
/// The lines of the UAI list with their revisions.
pub(super) const UAI: &str = "SELECT id, uai, nom, siret, organisme_gestionnaire, type_cfa, societe_id, secteur_id, \
                              uai_formateur, siret_formateur, revision FROM mna_uai ORDER BY id";
/// The accesses with their revisions.
pub(super) const ACCES: &str = "SELECT id, societe_id, secteur_id, uai, protocole, url, identifiant, cle_scellee, \
                                revision FROM mna_acces ORDER BY id";

impl Store {
    /// The sectors' boxes, by (société, secteur).
    ///
    /// # Errors
    /// [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn secteurs(&self) -> Result<Vec<Secteur>, StoreError> {
        read_secteurs(&self.database.open()?)
    }

    /// The boxes of one sector; none if they were never saved.
    ///
    /// # Errors
    /// As [`Store::secteurs`].
    pub fn secteur(&self, societe_id: i64, secteur_id: i64) -> Result<Option<Secteur>, StoreError> {
        read_secteur(&self.database.open()?, societe_id, secteur_id)
    }

    /// The UAI list, by number.
    ///
    /// # Errors
    /// As [`Store::secteurs`].
    pub fn lignes_uai(&self) -> Result<Vec<LigneUai>, StoreError> {
        read::all(&self.database.open()?, "mna_uai", UAI, &[], read_uai_line)
    }

    /// The API accesses, in the order in which they were entered, their keys sealed.
    ///
    /// # Errors
    /// As [`Store::secteurs`].
    pub fn acces(&self) -> Result<Vec<Acces>, StoreError> {
        read_acces(&self.database.open()?)
    }

    /// Saves a sector's boxes, with what follows from them, and gives them as they are stored now. `revision` is that
    /// of the [`Secteur`] that the user saw; none if there was none yet.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if somebody saved them since; as [`Store::secteurs`].
    pub fn save_secteur(
        &self,
        reglage: ReglageSecteur,
        revision: Option<i64>,
        auteur: &Auteur,
    ) -> Result<Secteur, StoreError> {
        let reglage = reglage.with_consequences();
        let conflict = || StoreError::Conflict {
            societe_id: reglage.societe_id,
            secteur_id: reglage.secteur_id,
        };
        self.database.open()?.transaction(|connection| {
            let Some(seen) = revision else {
                if read_secteur(connection, reglage.societe_id, reglage.secteur_id)?.is_some() {
                    return Err(conflict());
                }
                return insert_secteur(connection, reglage, auteur);
            };
            update_secteur(connection, reglage, seen, auteur)?.ok_or_else(conflict)
        })
    }

    /// Replaces all that is stored by the settings, lines as they are, in one transaction. The boxes of a sector that
    /// the import does not change keep who ticked them and when; a key that the import leaves out is gone.
    ///
    /// # Errors
    /// [`StoreError::Seal`], [`StoreError::Database`]; nothing is changed then.
    pub fn import(&self, settings: &Settings, sealer: &Sealer, auteur: &Auteur) -> Result<(), StoreError> {
        let mut acces = Vec::with_capacity(settings.acces.len());
        for (id, line) in (1_i64..).zip(&settings.acces) {
            acces.push(acces_row(id, line, sealer)?);
        }
        let uai: Vec<Vec<Param>> = settings.uai.iter().map(uai_row).collect();
        self.database.open()?.transaction(|connection| {
            import_secteurs(connection, &settings.secteurs, auteur)?;
            let uai = with_next_revision(connection, "mna_uai", &uai)?;
            connection.execute("DELETE FROM mna_uai", &[])?;
            connection.execute_many(&insert_into("mna_uai"), &uai)?;
            let acces = with_next_revision(connection, "mna_acces", &acces)?;
            connection.execute("DELETE FROM mna_acces", &[])?;
            connection.execute_many(&insert_into("mna_acces"), &acces)?;
            match &settings.courriel {
                Some(courriel) => import_courriel(connection, courriel, sealer, auteur),
                None => Ok(()),
            }
        })
    }

    /// Everything that is stored, without the keys.
    ///
    /// # Errors
    /// As [`Store::secteurs`].
    pub fn export(&self) -> Result<Settings, StoreError> {
        let acces = self.acces()?.into_iter().map(|acces| ReglageAcces {
            societe_id: acces.societe_id,
            secteur_id: acces.secteur_id,
            uai: acces.uai,
            protocole: acces.protocole,
            url: acces.url,
            identifiant: acces.identifiant,
            cle: None,
        });
        Ok(Settings {
            secteurs: self.secteurs()?.into_iter().map(|secteur| secteur.reglage).collect(),
            uai: self.lignes_uai()?,
            acces: acces.collect(),
            courriel: export_courriel(&self.database.open()?)?,
        })
    }
}

/// The accesses, by number.
pub(in crate::store) fn read_acces(connection: &OwnConnection) -> Result<Vec<Acces>, StoreError> {
    read::all(connection, "mna_acces", ACCES, &[], read_acces_line)
}

fn read_secteurs(connection: &OwnConnection) -> Result<Vec<Secteur>, StoreError> {
    let sql = format!("{SECTEURS} ORDER BY societe_id, secteur_id");
    read::all(connection, "mna_secteur", &sql, &[], read_secteur_line)
}

pub(super) fn read_secteur(
    connection: &OwnConnection,
    societe_id: i64,
    secteur_id: i64,
) -> Result<Option<Secteur>, StoreError> {
    let sql = format!("{SECTEURS} WHERE societe_id = ? AND secteur_id = ?");
    let found = read::all(
        connection,
        "mna_secteur",
        &sql,
        &[societe_id.into(), secteur_id.into()],
        read_secteur_line,
    )?;
    Ok(found.into_iter().next())
}

fn read_secteur_line(cells: &Cells<'_>) -> Result<Secteur, StoreError> {
    Ok(Secteur {
        reglage: ReglageSecteur {
            societe_id: cells.required_integer(0, "societe_id")?,
            secteur_id: cells.required_integer(1, "secteur_id")?,
            passerelle_sifa: cells.boolean(2, "passerelle_sifa")?,
            mission_apprentissage: cells.boolean(3, "mission_apprentissage")?,
            transfert_nuit: cells.boolean(4, "transfert_nuit")?,
            donnees_sifa: cells.boolean(5, "donnees_sifa")?,
            sans_email: cells.boolean(9, "sans_email")?,
            sans_code_diplome: cells.boolean(10, "sans_code_diplome")?,
        },
        modifie_par: cells.text(6, "modifie_par")?,
        modifie_le: cells.text(7, "modifie_le")?,
        revision: cells.required_integer(8, "revision")?,
    })
}

pub(super) fn read_uai_line(cells: &Cells<'_>) -> Result<LigneUai, StoreError> {
    Ok(LigneUai {
        id: cells.required_integer(0, "id")?,
        uai: cells.text(1, "uai")?,
        nom: cells.text(2, "nom")?,
        siret: cells.text(3, "siret")?,
        organisme_gestionnaire: cells.text(4, "organisme_gestionnaire")?,
        type_cfa: cells.text(5, "type_cfa")?,
        societe_id: cells.integer(6, "societe_id")?,
        secteur_id: cells.integer(7, "secteur_id")?,
        uai_formateur: cells.text(8, "uai_formateur")?,
        siret_formateur: cells.text(9, "siret_formateur")?,
    })
}

pub(super) fn read_acces_line(cells: &Cells<'_>) -> Result<Acces, StoreError> {
    Ok(Acces {
        id: cells.required_integer(0, "id")?,
        societe_id: cells.integer(1, "societe_id")?,
        secteur_id: cells.integer(2, "secteur_id")?,
        uai: cells.text(3, "uai")?,
        protocole: cells.parsed(4, "protocole", |code| code.parse().ok())?,
        url: cells.text(5, "url")?,
        identifiant: cells.text(6, "identifiant")?,
        cle_scellee: cells.text(7, "cle_scellee")?,
    })
}

/// Saves without regard to who saved before: an import replaces.
fn import_secteurs(connection: &OwnConnection, secteurs: &[ReglageSecteur], auteur: &Auteur) -> Result<(), StoreError> {
    let stored = read_secteurs(connection)?;
    let mut stored: HashMap<(i64, i64), Secteur> = stored
        .into_iter()
        .map(|s| ((s.reglage.societe_id, s.reglage.secteur_id), s))
        .collect();
    for secteur in secteurs {
        match stored.remove(&(secteur.societe_id, secteur.secteur_id)) {
            None => {
                insert_secteur(connection, *secteur, auteur)?;
            }
            Some(old) if old.reglage != *secteur => {
                update_secteur(connection, *secteur, old.revision, auteur)?;
            }
            Some(_) => {}
        }
    }
    let gone: Vec<Vec<Param>> = stored
        .into_keys()
        .map(|(societe, secteur)| vec![societe.into(), secteur.into()])
        .collect();
    connection.execute_many("DELETE FROM mna_secteur WHERE societe_id = ? AND secteur_id = ?", &gone)?;
    Ok(())
}

pub(super) fn insert_secteur(
    connection: &OwnConnection,
    reglage: ReglageSecteur,
    auteur: &Auteur,
) -> Result<Secteur, StoreError> {
    let secteur = saved(reglage, 1, auteur);
    let mut values: Vec<Param> = vec![reglage.societe_id.into(), reglage.secteur_id.into()];
    values.extend(changing(&secteur));
    connection.execute(&insert_into("mna_secteur"), &values)?;
    Ok(secteur)
}

/// None if the stored revision is another.
pub(super) fn update_secteur(
    connection: &OwnConnection,
    reglage: ReglageSecteur,
    seen: i64,
    auteur: &Auteur,
) -> Result<Option<Secteur>, StoreError> {
    let secteur = saved(reglage, seen.saturating_add(1), auteur);
    let mut values = changing(&secteur);
    values.extend([reglage.societe_id.into(), reglage.secteur_id.into(), seen.into()]);
    let changed = connection.change(SECTEUR_UPDATE, &values)?;
    Ok((changed == 1).then_some(secteur))
}

fn saved(reglage: ReglageSecteur, revision: i64, auteur: &Auteur) -> Secteur {
    Secteur {
        reglage,
        modifie_par: auteur.nom.clone(),
        modifie_le: Some(auteur.le.to_rfc3339()),
        revision,
    }
}

/// All but the key, in the table's order.
fn changing(secteur: &Secteur) -> Vec<Param> {
    let Secteur {
        reglage,
        modifie_par,
        modifie_le,
        revision,
    } = secteur;
    vec![
        flag(reglage.passerelle_sifa),
        flag(reglage.mission_apprentissage),
        flag(reglage.transfert_nuit),
        flag(reglage.donnees_sifa),
        modifie_par.clone().into(),
        modifie_le.clone().into(),
        (*revision).into(),
        flag(reglage.sans_email),
        flag(reglage.sans_code_diplome),
    ]
}

/// Gives new rows a higher revision than those that they replace: whoever still has one of these open is told when he saves.
fn with_next_revision(
    connection: &OwnConnection,
    table: &'static str,
    rows: &[Vec<Param>],
) -> Result<Vec<Vec<Param>>, StoreError> {
    let sql = format!("SELECT MAX(revision) FROM {table}");
    let highest = read::all(connection, table, &sql, &[], |cells| cells.integer(0, "revision"))?;
    let next = highest.into_iter().flatten().max().unwrap_or(0).saturating_add(1);
    let with_next = |row: &Vec<Param>| row.iter().cloned().chain([next.into()]).collect();
    Ok(rows.iter().map(with_next).collect())
}

/// The revision of a line that is added: any, so that a number which is used again after a deletion is not taken for the
/// line that had it.
pub(super) fn first_revision() -> Result<Param, StoreError> {
    let mut bytes = [0_u8; 4];
    getrandom::fill(&mut bytes).map_err(|error| SealError::Randomness(error.to_string()))?;
    Ok(Param::Integer(i64::from(u32::from_ne_bytes(bytes))))
}

/// All but the revision, in the table's order.
pub(super) fn uai_row(line: &LigneUai) -> Vec<Param> {
    vec![
        line.id.into(),
        line.uai.clone().into(),
        line.nom.clone().into(),
        line.siret.clone().into(),
        line.organisme_gestionnaire.clone().into(),
        line.type_cfa.clone().into(),
        line.societe_id.into(),
        line.secteur_id.into(),
        line.uai_formateur.clone().into(),
        line.siret_formateur.clone().into(),
    ]
}

/// All but the revision, in the table's order.
pub(super) fn acces_row(id: i64, line: &ReglageAcces, sealer: &Sealer) -> Result<Vec<Param>, StoreError> {
    let context = SealContext {
        societe_id: line.societe_id,
        secteur_id: line.secteur_id,
        uai: line.uai.as_deref(),
        protocole: line.protocole,
        adresse: Adresse::Url(line.url.as_deref()),
    };
    let sealed = line.cle.as_ref().map(|key| sealer.seal(key, &context)).transpose()?;
    Ok(vec![
        id.into(),
        line.societe_id.into(),
        line.secteur_id.into(),
        line.uai.clone().into(),
        line.protocole.code().into(),
        line.url.clone().into(),
        line.identifiant.clone().into(),
        sealed.into(),
    ])
}
