//! The structures of one long call: how the plugin tells how far it is, and where it writes a document.

use std::{
    cell::RefCell,
    ffi::c_char,
    io::Write,
    marker::PhantomData,
    thread::{self, ThreadId},
};

use passerelle_abi as abi;
use passerelle_abi::{passerelle_error, passerelle_run, passerelle_sink};

use super::{
    block::{Block, caught},
    call::{self, struct_size},
    text,
};
use crate::{Error, Level, Run};

/// A structure for the plugin, and the loan of what it points to.
pub(super) struct Lent<'a, T> {
    value: T,
    data: PhantomData<&'a ()>,
}

impl<T> Lent<'_, T> {
    fn new(value: T) -> Self {
        Self {
            value,
            data: PhantomData,
        }
    }

    /// Valid as long as this value stays where it is.
    pub(super) fn as_ptr(&self) -> *const T {
        &raw const self.value
    }
}

/// What a `passerelle_run` points to; it outlives the structure.
pub(super) struct RunData<'a> {
    pub(super) run: &'a dyn Run,
    pub(super) block: &'a Block,
}

/// The structure for one call.
pub(super) fn run<'a>(data: &'a RunData<'a>) -> Lent<'a, passerelle_run> {
    Lent::new(passerelle_run {
        struct_size: struct_size::<passerelle_run>(),
        run_data: std::ptr::from_ref(data).cast_mut().cast(),
        is_cancelled: Some(is_cancelled),
        progress: Some(progress),
    })
}

unsafe extern "C" fn is_cancelled(run: *const passerelle_run) -> i32 {
    // SAFETY: the plugin gives the run that it got, during its call.
    let Some(data) = (unsafe { run.as_ref().and_then(|run| run.run_data.cast::<RunData<'_>>().as_ref()) }) else {
        return 1;
    };
    match caught(|| data.run.is_cancelled()) {
        Ok(cancelled) => i32::from(cancelled),
        Err(panic) => {
            data.block.note(
                Level::Error,
                &format!("the host panicked in Run::is_cancelled: {panic}"),
            );
            1
        }
    }
}

unsafe extern "C" fn progress(run: *const passerelle_run, done: u64, total: u64, what: *const c_char, what_len: u32) {
    // SAFETY: the plugin gives the run that it got, during its call.
    let Some(data) = (unsafe { run.as_ref().and_then(|run| run.run_data.cast::<RunData<'_>>().as_ref()) }) else {
        return;
    };
    // SAFETY: the plugin gives a text borrowed for the call.
    let told = match unsafe { text::text(what, what_len, "text") } {
        Ok(text) => caught(|| data.run.progress(done, total, text)),
        Err(error) => Err(error.to_string()),
    };
    if let Err(reason) = told {
        data.block.note(Level::Error, &format!("run.progress: {reason}"));
    }
}

/// What a `passerelle_sink` points to; it outlives the structure.
pub(super) struct SinkData<'a> {
    to: RefCell<&'a mut dyn Write>,
    block: &'a Block,
    /// The only thread that may write: `to` need not be Send.
    thread: ThreadId,
}

impl<'a> SinkData<'a> {
    pub(super) fn new(to: &'a mut dyn Write, block: &'a Block) -> Self {
        Self {
            to: RefCell::new(to),
            block,
            thread: thread::current().id(),
        }
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        let mut to = self.to.try_borrow_mut().map_err(|_| {
            Error::plugin_misbehaves(
                abi::PASSERELLE_E_BUSY,
                "sink.write was called while another write is running",
            )
        })?;
        to.write_all(bytes).map_err(|error| {
            Error::new(
                abi::PASSERELLE_E_IO,
                format!("Le document ne peut pas être écrit : {error}. Vérifiez la place disponible et vos droits."),
                format!("the host's writer failed: {error}"),
            )
        })
    }
}

/// The structure for one call.
pub(super) fn sink<'a>(data: &'a SinkData<'a>) -> Lent<'a, passerelle_sink> {
    Lent::new(passerelle_sink {
        struct_size: struct_size::<passerelle_sink>(),
        sink_data: std::ptr::from_ref(data).cast_mut().cast(),
        write: Some(sink_write),
    })
}

unsafe extern "C" fn sink_write(
    sink: *const passerelle_sink,
    bytes: *const u8,
    bytes_len: u32,
    error: *mut passerelle_error,
) -> i32 {
    // SAFETY: the plugin gives the sink that it got, during its call.
    let data = unsafe {
        sink.as_ref()
            .and_then(|sink| sink.sink_data.cast::<SinkData<'_>>().as_ref())
    };
    let result = match data {
        None => Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_NULL,
            "sink.write: sink is NULL",
        )),
        // Looked at before anything else of it: the writer belongs to the calling thread.
        Some(data) if data.thread != thread::current().id() => Err(Error::plugin_misbehaves(
            abi::PASSERELLE_E_WRONG_THREAD,
            "sink.write was called on another thread than its call's",
        )),
        Some(data) => data.block.guarded("sink.write", |_| {
            let len = usize::try_from(bytes_len).map_err(|_| Error::too_long("bytes"))?;
            // SAFETY: the plugin gives bytes borrowed for the call.
            data.write(unsafe { text::slice(bytes, len, "bytes") }?)
        }),
    };
    match result {
        Ok(()) => abi::PASSERELLE_OK,
        Err(failed) => {
            // SAFETY: the plugin gives an error of its own.
            unsafe { call::fill(error, &failed) };
            failed.code
        }
    }
}
