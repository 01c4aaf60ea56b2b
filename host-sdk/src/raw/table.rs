//! A table of the plugin: the calls on it, and its end.

use passerelle_abi as abi;
use passerelle_abi::{passerelle_batch, passerelle_table};

use super::{
    batch::{self, Column},
    block::Block,
    call::{call, struct_size},
    text::{self, required},
};
use crate::{Error, Level};

/// A table that the plugin has shown: the host's, from then on. It may be called on for the life of the process; once it
/// was released, or its instance ended, it answers `PASSERELLE_E_NOT_INITIALIZED`.
#[derive(Clone, Copy)]
pub(crate) struct TablePointer(*const passerelle_table);

// SAFETY: the plugin takes `[job]` and `[any]` calls on any thread; those of `[job]` come one after the other, because
// only `Table`, which is not Sync, makes them.
unsafe impl Send for TablePointer {}
// SAFETY: as above.
unsafe impl Sync for TablePointer {}

impl TablePointer {
    /// A table with all its slots; one that lacks any is given back at once.
    ///
    /// # Safety
    /// `table` is NULL or a table that stays readable for the life of the process.
    pub(super) unsafe fn shown(table: *const passerelle_table, block: &Block) -> Result<Self, Error> {
        // SAFETY: passed on to the caller.
        let slots = unsafe { text::sized(table, "table") }?;
        let shown = Self(table);
        let complete = required(slots.describe, "passerelle_table.describe")
            .map(drop)
            .and(required(slots.next, "passerelle_table.next").map(drop))
            .and(required(slots.progress, "passerelle_table.progress").map(drop))
            .and(required(slots.cancel, "passerelle_table.cancel").map(drop))
            .and(required(slots.release, "passerelle_table.release").map(drop));
        complete.map(|()| shown).inspect_err(|_| shown.release(block))
    }

    /// End it.
    pub(super) fn release(self, block: &Block) {
        let Some(release) = self.slots().release else { return };
        // SAFETY: a table of the plugin's; nobody is in a `next` of it.
        if let Err(error) = call(|error| unsafe { release(self.0, error) }) {
            block.note(Level::Warn, &format!("a table could not be released: {error}"));
        }
    }

    pub(crate) fn describe(self) -> Result<String, Error> {
        let (mut description, mut len) = (std::ptr::null(), 0);
        let describe = required(self.slots().describe, "passerelle_table.describe")?;
        // SAFETY: a table of the plugin's.
        call(|error| unsafe { describe(self.0, &mut description, &mut len, error) })?;
        // SAFETY: borrowed until `release`, which only the drop of the `Table` calls that calls this.
        Ok(unsafe { text::text(description, len, "the table's description") }?.to_owned())
    }

    /// The next rows; 0 after the last.
    ///
    /// The columns borrow the plugin's memory until the next call: the caller, [`Table`](crate::Table), lends itself
    /// mutably for as long.
    pub(crate) fn next<'a>(self, max_rows: u32) -> Result<(usize, Vec<Column<'a>>), Error> {
        let next = required(self.slots().next, "passerelle_table.next")?;
        let mut batch = passerelle_batch {
            struct_size: struct_size::<passerelle_batch>(),
            row_count: 0,
            column_count: 0,
            columns: std::ptr::null(),
        };
        // SAFETY: a table of the plugin's.
        call(|error| unsafe { next(self.0, max_rows, &mut batch, error) })?;
        // SAFETY: the plugin keeps the rows until the table's next call; see above.
        unsafe { batch::read(&batch, max_rows) }
    }

    pub(crate) fn progress(self) -> Result<(u64, u64), Error> {
        let progress = required(self.slots().progress, "passerelle_table.progress")?;
        let (mut done, mut total) = (0, 0);
        // SAFETY: a table of the plugin's.
        call(|error| unsafe { progress(self.0, &mut done, &mut total, error) })?;
        Ok((done, total))
    }

    /// Does nothing to a table that has ended.
    pub(crate) fn cancel(self) -> Result<(), Error> {
        let cancel = required(self.slots().cancel, "passerelle_table.cancel")?;
        // SAFETY: a table of the plugin's.
        match call(|error| unsafe { cancel(self.0, error) }) {
            Err(error) if error.code == abi::PASSERELLE_E_NOT_INITIALIZED => Ok(()),
            cancelled => cancelled,
        }
    }

    fn slots(&self) -> &passerelle_table {
        // SAFETY: checked in `shown`; readable for the life of the process.
        unsafe { &*self.0 }
    }
}
