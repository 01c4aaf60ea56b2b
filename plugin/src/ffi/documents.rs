//! `passerelle.plugin.documents/1`.

use std::ffi::c_char;
use std::io;

use passerelle_abi as abi;

use super::funnel::Mark;
use super::host::ask;
use super::jobs::RunPointer;
use super::object::{call, size32};
use super::text;
use crate::error::Error;

/// The interface.
pub static INTERFACE: abi::passerelle_plugin_documents = abi::passerelle_plugin_documents {
    struct_size: size32::<abi::passerelle_plugin_documents>(),
    write: Some(write),
    read: Some(read),
};

/// Gathers what is written into calls of this size, so that the host is not called for every few bytes.
const CHUNK: usize = 64 * 1024;

/// The host's sink as a writer.
struct Sink<'a> {
    sink: &'a abi::passerelle_sink,
    // What the host answered when it took no more: it is not asked again.
    refusal: &'a mut Option<Error>,
}

impl io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.refusal.is_some() {
            return Err(io::Error::other("the sink has refused before"));
        }
        let slot = self.sink.write.ok_or_else(|| io::Error::other("sink.write is NULL"))?;
        let len = u32::try_from(bytes.len().min(CHUNK)).unwrap_or(0);
        // SAFETY: the sink is borrowed for the call that made this writer, and the bytes for this one.
        ask("sink.write", |error| unsafe {
            slot(self.sink, bytes.as_ptr(), len, error)
        })
        .map_err(|refusal| {
            let told = io::Error::other(refusal.detail.clone());
            *self.refusal = Some(refusal);
            told
        })?;
        Ok(len as usize)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

unsafe extern "C" fn write(
    plugin: *const abi::passerelle_plugin,
    id: *const c_char,
    id_len: u32,
    parameters: *const c_char,
    parameters_len: u32,
    run: *const abi::passerelle_run,
    sink: *const abi::passerelle_sink,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("documents.write", plugin, Mark::Job, error, |object, instance| {
            let id = text::borrow("id", id, id_len)?;
            let parameters = text::borrow("parameters", parameters, parameters_len)?;
            let (run, sink) = (RunPointer::new(run, object.callers())?, text::borrow_struct(sink)?);
            sink.write.ok_or_else(|| text::null("sink.write"))?;
            let mut refusal = None;
            let written = {
                let sink = Sink {
                    sink,
                    refusal: &mut refusal,
                };
                let mut writer = io::BufWriter::with_capacity(CHUNK, sink);
                instance
                    .write_document(id, parameters, &run, &mut writer)
                    .and_then(|()| io::Write::flush(&mut writer).map_err(|error| Error::io(&error)))
            };
            written.map_err(|error| refusal.unwrap_or(error))
        })
    }
}

unsafe extern "C" fn read(
    plugin: *const abi::passerelle_plugin,
    id: *const c_char,
    id_len: u32,
    bytes: *const u8,
    bytes_len: u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("documents.read", plugin, Mark::Job, error, |_, instance| {
            instance.read_document(
                text::borrow("id", id, id_len)?,
                text::borrow_bytes("bytes", bytes, bytes_len)?,
            )
        })
    }
}
