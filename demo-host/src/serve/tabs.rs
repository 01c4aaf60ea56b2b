//! The browser tabs that are open, and the tables that each reads.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::reading::Reading;

/// How long a browser tab may be out of reach before what it holds is closed: a page that is loading, a laptop that
/// wakes up.
const GRACE: Duration = Duration::from_secs(20);

struct Tab {
    /// Open event streams.
    streams: u32,
    seen: Instant,
    tables: HashMap<u64, Arc<Reading>>,
}

/// All open browser tabs. Any thread.
#[derive(Default)]
pub struct Tabs {
    next: AtomicU64,
    open: Mutex<HashMap<u64, Tab>>,
}

impl Tabs {
    fn lock(&self) -> MutexGuard<'_, HashMap<u64, Tab>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new browser tab; gives its number.
    pub fn enter(&self) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        let tab = Tab {
            streams: 0,
            seen: Instant::now(),
            tables: HashMap::new(),
        };
        self.lock().insert(number, tab);
        number
    }

    /// Whether a browser tab is open.
    pub fn is_open(&self, tab: u64) -> bool {
        self.lock().contains_key(&tab)
    }

    /// Counts an event stream of a browser tab in or out.
    pub fn stream(&self, tab: u64, opened: bool) {
        if let Some(tab) = self.lock().get_mut(&tab) {
            tab.seen = Instant::now();
            tab.streams = if opened {
                tab.streams + 1
            } else {
                tab.streams.saturating_sub(1)
            };
        }
    }

    /// Keeps a table for a browser tab; gives its number.
    pub fn keep(&self, tab: u64, table: Arc<Reading>) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed) + 1;
        if let Some(tab) = self.lock().get_mut(&tab) {
            tab.tables.insert(number, table);
        }
        number
    }

    /// A table of a browser tab.
    pub fn table(&self, tab: u64, number: u64) -> Option<Arc<Reading>> {
        self.lock().get(&tab)?.tables.get(&number).cloned()
    }

    /// Takes a table off a browser tab.
    pub fn take(&self, tab: u64, number: u64) -> Option<Arc<Reading>> {
        self.lock().get_mut(&tab)?.tables.remove(&number)
    }

    /// Takes a browser tab away, with its tables.
    pub fn leave(&self, tab: u64) -> Vec<Arc<Reading>> {
        let tab = self.lock().remove(&tab);
        tab.map(|tab| tab.tables.into_values().collect()).unwrap_or_default()
    }

    /// The browser tabs that are out of reach for too long.
    pub fn lost(&self) -> Vec<u64> {
        let open = self.lock();
        let lost = open
            .iter()
            .filter(|(_, tab)| tab.streams == 0 && tab.seen.elapsed() > GRACE);
        lost.map(|(number, _)| *number).collect()
    }

    /// All browser tabs.
    pub fn all(&self) -> Vec<u64> {
        self.lock().keys().copied().collect()
    }
}
