//! Everything sealed that the tables hold, sealed anew with the present key.

use serde::{Deserialize, Serialize};

use super::journal::EtatExecution;
use super::own::OwnConnection;
use super::read;
use super::seal::{Adresse, Bound, SealError, Sealer, sealed_origin};
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
    /// Seals with the present key whatever the previous one has sealed, or was sealed for no address: the accesses, the
    /// password of the e-mail, and the plans of the runs that may be resumed. All of it, or nothing.
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
    let sealed = courriel
        .mot_de_passe_scelle
        .as_ref()
        .filter(|sealed| !sealer.is_present(sealed));
    let context = courriel.context();
    if let Some(anew) = anew(sealed, &context, &context, sealer, done)? {
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

/// Whether the line has changed. A key stays bound to the address that it was entered for; one that was sealed before keys
/// had one is bound to the address beside it.
fn reseal_access(acces: &mut Acces, sealer: &Sealer, done: &mut Resealed) -> Result<bool, StoreError> {
    let Some(sealed) = acces.cle_scellee.clone() else {
        return Ok(false);
    };
    let (before, after) = match sealed_origin(&sealed) {
        Some(origin) => (Adresse::Origine(origin), Adresse::Origine(origin)),
        None => (Adresse::Aucune, Adresse::Url(acces.url.as_deref())),
    };
    let stays = before == after && sealer.is_present(&sealed);
    let (before, after) = (acces.context_at(before), acces.context_at(after));
    let anew = anew(Some(&sealed).filter(|_| !stays), &before, &after, sealer, done)?;
    let changed = anew.is_some();
    if changed {
        acces.cle_scellee = anew;
    }
    Ok(changed)
}

/// What is sealed, sealed anew; none if there is nothing to do, or nothing to be done.
fn anew<B: Bound>(
    sealed: Option<&String>,
    before: &B,
    after: &B,
    sealer: &Sealer,
    done: &mut Resealed,
) -> Result<Option<String>, StoreError> {
    let Some(sealed) = sealed else {
        return Ok(None);
    };
    match sealer
        .open(sealed, before)
        .and_then(|secret| sealer.seal(&secret, after))
    {
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
