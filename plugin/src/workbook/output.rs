//! Puts a workbook together in a file, so that it stops when the host says so.

use std::any::Any;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use rust_xlsxwriter::Workbook;

use super::WorkbookError;
use crate::host::Run;

/// Writes the workbook.
pub(super) fn save(workbook: &mut Workbook, file: &mut File, run: &dyn Run) -> Result<(), WorkbookError> {
    let writer = Stoppable {
        file,
        run,
        stopped: false,
    };
    match catch_unwind(AssertUnwindSafe(|| workbook.save_to_writer(writer))) {
        Ok(result) => Ok(result?),
        Err(reason) => Err(reason_of(reason)),
    }
}

fn reason_of(reason: Box<dyn Any + Send>) -> WorkbookError {
    match reason.downcast::<WorkbookError>() {
        Ok(error) => *error,
        Err(_) => WorkbookError::TemporaryFile,
    }
}

/// A file whose writing unwinds once it failed or the host wants to stop: the library takes errors of its writer for
/// impossible and would panic with a message of its own.
struct Stoppable<'a> {
    file: &'a mut File,
    run: &'a dyn Run,
    stopped: bool,
}

impl Stoppable<'_> {
    fn stop(&mut self, error: WorkbookError) -> ! {
        self.stopped = true;
        resume_unwind(Box::new(error))
    }
}

impl Write for Stoppable<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // While the library unwinds it closes the file: that must not unwind again.
        if self.stopped {
            return Ok(bytes.len());
        }
        if self.run.is_cancelled() {
            self.stop(WorkbookError::Cancelled);
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
