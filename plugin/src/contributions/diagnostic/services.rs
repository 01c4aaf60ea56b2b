//! Whether the receivers answer: one exchange with each address that a key is stored for.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Line, line};
use crate::error::Error;
use crate::mission::{Access, Mission, Options, Transport};
use crate::night;
use crate::store::{Acces, Sealer};

/// A receiver that says nothing for so long is told as silent: somebody waits before the screen.
const PATIENCE: Duration = Duration::from_secs(15);

/// The receivers that are still to be called.
#[derive(Default)]
pub struct Services {
    accesses: VecDeque<Access>,
    proxy: Option<String>,
}

impl Services {
    /// One access for each address and protocol, the first whose key can be opened: an address that answers one answers all.
    pub fn of(acces: &[Acces], sealer: &Sealer, proxy: Option<String>) -> Self {
        let mut accesses: VecDeque<Access> = VecDeque::new();
        for acces in acces {
            let Ok(Some(key)) = acces.open_key(sealer) else {
                continue;
            };
            let access = night::access(acces, &key);
            let same = |known: &Access| known.url == access.url && known.protocole == access.protocole;
            if !accesses.iter().any(same) {
                accesses.push_back(access);
            }
        }
        Self { accesses, proxy }
    }

    /// Calls the next one; none: all were called.
    pub fn call_next(&mut self, cancelled: &dyn Fn() -> bool) -> Option<Line> {
        let access = self.accesses.pop_front()?;
        let subject = format!("API de la Mission, {}", access.url);
        Some(line(&subject, &self.call(access, cancelled), |uai| {
            format!("répond et accepte la clé de l'établissement {uai}")
        }))
    }

    fn call(&self, access: Access, cancelled: &dyn Fn() -> bool) -> Result<String, Error> {
        let transport = Transport::new(Options {
            read: PATIENCE,
            total: PATIENCE,
            proxy: self.proxy.clone(),
            ..Options::default()
        })?;
        let uai = access.uai.clone();
        Mission::new(&transport, access)?.test_connection(cancelled)?;
        Ok(uai)
    }
}
