//! Puts a workbook together in a file, so that it stops when the host says so.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

use rust_xlsxwriter::Workbook;

use super::{WorkbookError, contained};
use crate::host::Run;

/// Writes the workbook.
pub(super) fn save(workbook: &mut Workbook, file: &mut File, run: &dyn Run) -> Result<(), WorkbookError> {
    let mut writer = Stoppable {
        file,
        run,
        reason: None,
    };
    let saved = contained(|| workbook.save_to_writer(&mut writer));
    match writer.reason {
        Some(reason) => Err(reason),
        None => saved,
    }
}

/// A file whose writing fails once, when it has to end; what comes after that is swallowed. The library panics on such a
/// failure and closes its archive while it unwinds: that must neither fail nor move the file's position again, since a
/// second panic would end the process.
struct Stoppable<'a> {
    file: &'a mut File,
    run: &'a dyn Run,
    reason: Option<WorkbookError>,
}

impl Stoppable<'_> {
    fn stop<T>(&mut self, reason: WorkbookError) -> io::Result<T> {
        self.reason = Some(reason);
        Err(io::Error::other("the workbook is given up"))
    }
}

impl Write for Stoppable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.reason.is_some() {
            return Ok(bytes.len());
        }
        if self.run.is_cancelled() {
            return self.stop(WorkbookError::Cancelled);
        }
        match self.file.write(bytes) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => self.stop(error.into()),
            result => result,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Stoppable<'_> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.file.seek(position)
    }
}
