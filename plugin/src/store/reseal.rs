//! Everything sealed that the tables hold, sealed anew with the present key.

use serde::{Deserialize, Serialize};

use super::journal::EtatExecution;
use super::own::OwnConnection;
use super::read;
use super::seal::{Bound, SealError, Sealer};
use super::settings::Acces;
use super::{Store, StoreError};

/// What became of the sealed keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Resealed {
    /// Sealed anew.
    pub keys: usize,
    /// Neither the present nor the previous key opens them: left as they are.
    pub unopened: usize,
}

/// The part of a run's plan that holds keys.
#[derive(Serialize, Deserialize)]
struct Plan {
    acces: Vec<Acces>,
    #[serde(flatten)]
    rest: serde_json::Map<String, serde_json::Value>,
}

impl Store {
    /// Seals with the present key whatever the previous one has sealed: the accesses, the password of the
    /// e-mail, and the plans of the runs that may be resumed. All of it, or nothing.
    ///
    /// # Errors
    /// [`StoreError::Seal`], [`StoreError::Database`], [`StoreError::Unreadable`].
    pub fn reseal(&self, sealer: &Sealer) -> Result<Resealed, StoreError> {
        let mut done = Resealed::default();
        self.database.open()?.transaction(|connection| {
            done = Resealed::default();
            reseal_accesses(connection, sealer, &mut done)?;
            reseal_courriel(connection, sealer, &mut done)?;
            reseal_plans(connection, sealer, &mut done)
        })?;
        Ok(done)
    }
}

fn reseal_accesses(connection: &OwnConnection, sealer: &Sealer, done: &mut Resealed) -> Result<(), StoreError> {
    for mut acces in super::settings::read_acces(connection)? {
        if reseal_access(&mut acces, sealer, done)? {
            let sql = "UPDATE mna_acces SET cle_scellee = ? WHERE id = ?";
            connection.execute(sql, &[acces.cle_scellee.into(), acces.id.into()])?;
        }
    }
    Ok(())
}

fn reseal_courriel(connection: &OwnConnection, sealer: &Sealer, done: &mut Resealed) -> Result<(), StoreError> {
    let Some(courriel) = super::settings::read_courriel(connection)? else {
        return Ok(());
    };
    let sealed = courriel.mot_de_passe_scelle.as_deref();
    if let Some(anew) = anew(sealed, &courriel.context(), sealer, done)? {
        connection.execute("UPDATE mna_courriel SET mot_de_passe_scelle = ?", &[anew.into()])?;
    }
    Ok(())
}

fn reseal_plans(connection: &OwnConnection, sealer: &Sealer, done: &mut Resealed) -> Result<(), StoreError> {
    let sql = "SELECT id, plan FROM mna_execution WHERE etat <> ?";
    let ended = [EtatExecution::Terminee.code().into()];
    let plans = read::all(connection, "mna_execution", sql, &ended, |cells| {
        let plan = cells.parsed(1, "plan", |json| serde_json::from_str::<Plan>(json).ok())?;
        Ok((cells.required_integer(0, "id")?, plan))
    })?;
    for (id, mut plan) in plans {
        let mut changed = false;
        for acces in &mut plan.acces {
            changed |= reseal_access(acces, sealer, done)?;
        }
        if changed {
            let json = serde_json::to_string(&plan).map_err(|_| StoreError::unreadable("mna_execution", "plan"))?;
            let sql = "UPDATE mna_execution SET plan = ? WHERE id = ?";
            connection.execute(sql, &[json.into(), id.into()])?;
        }
    }
    Ok(())
}

/// Whether the line has changed.
fn reseal_access(acces: &mut Acces, sealer: &Sealer, done: &mut Resealed) -> Result<bool, StoreError> {
    let anew = anew(acces.cle_scellee.as_deref(), &acces.context(), sealer, done)?;
    let changed = anew.is_some();
    if changed {
        acces.cle_scellee = anew;
    }
    Ok(changed)
}

/// What is sealed, sealed anew; none if there is nothing to do, or nothing to be done.
fn anew(
    sealed: Option<&str>,
    context: &impl Bound,
    sealer: &Sealer,
    done: &mut Resealed,
) -> Result<Option<String>, StoreError> {
    let Some(sealed) = sealed.filter(|sealed| !sealer.is_present(sealed)) else {
        return Ok(None);
    };
    match sealer.reseal(sealed, context) {
        Ok(anew) => {
            done.keys += 1;
            Ok(Some(anew))
        }
        Err(SealError::OtherSealingKey { .. } | SealError::Altered | SealError::UnknownForm) => {
            done.unopened += 1;
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
