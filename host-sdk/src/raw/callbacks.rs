//! The host's slots. Each is a few lines around the funnel; what they are given is checked before it is used.

use std::{
    ffi::{c_char, c_void},
    sync::Weak,
};

use chrono::{Datelike, Timelike};
use passerelle_abi as abi;
use passerelle_abi::{passerelle_error, passerelle_host, passerelle_job_spec, passerelle_table, passerelle_time};

use super::{
    block::{self, Block, caught, funnel},
    table::TablePointer,
    text,
};
use crate::{Error, FormId, JobSpec, Level};

pub(super) unsafe extern "C" fn get_interface(
    host: *const passerelle_host,
    id: *const c_char,
    id_len: u32,
) -> *const c_void {
    // SAFETY: the plugin gives the host that it got.
    let Some(block) = (unsafe { block::block(host) }) else {
        return std::ptr::null();
    };
    // SAFETY: the plugin gives a text borrowed for the call.
    let Ok(id) = (unsafe { text::text(id, id_len, "id") }) else {
        return std::ptr::null();
    };
    let pairs: [(&std::ffi::CStr, *const c_void); 7] = [
        (abi::PASSERELLE_HOST_LOG, (&raw const block.log).cast()),
        (abi::PASSERELLE_HOST_SETTINGS, (&raw const block.settings).cast()),
        (abi::PASSERELLE_HOST_SECRETS, optional(block.secrets.as_ref())),
        (abi::PASSERELLE_HOST_FORMS, (&raw const block.forms).cast()),
        (abi::PASSERELLE_HOST_TABLES, (&raw const block.tables).cast()),
        (abi::PASSERELLE_HOST_JOBS, (&raw const block.jobs).cast()),
        (abi::PASSERELLE_HOST_MAIL, optional(block.mail.as_ref())),
    ];
    pairs
        .iter()
        .find(|(name, _)| name.to_bytes() == id.as_bytes())
        .map_or(std::ptr::null(), |(_, interface)| *interface)
}

/// An interface that the host may lack.
fn optional<T>(interface: Option<&T>) -> *const c_void {
    interface.map_or(std::ptr::null(), |interface| std::ptr::from_ref(interface).cast())
}

pub(super) unsafe extern "C" fn now(
    host: *const passerelle_host,
    time: *mut passerelle_time,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        // SAFETY: the plugin gives a time of its own, `struct_size` set.
        unsafe { text::sized(time.cast_const(), "time") }?;
        let now = block.user.now();
        // SAFETY: checked above.
        let time = unsafe { text::out(time, "time") }?;
        time.year = now.year();
        time.month = now.month();
        time.day = now.day();
        time.hour = now.hour();
        time.minute = now.minute();
        time.second = now.second();
        time.utc_offset_minutes = now.offset().local_minus_utc().div_euclid(60);
        Ok(())
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { funnel(host, error, "host.now", body) }
}

pub(super) unsafe extern "C" fn log(
    host: *const passerelle_host,
    level: i32,
    target: *const c_char,
    target_len: u32,
    message: *const c_char,
    message_len: u32,
) {
    // SAFETY: the plugin gives the host that it got.
    let Some(block) = (unsafe { block::block(host) }) else {
        return;
    };
    // SAFETY: the plugin gives texts borrowed for the call.
    let texts = unsafe {
        text::text(target, target_len, "target")
            .and_then(|target| Ok((target, text::text(message, message_len, "message")?)))
    };
    match (texts, Level::from_code(level)) {
        // A log that panics has already said so through the panic hook.
        (Ok((target, message)), Some(level)) => drop(caught(|| block.user.log(level, target, message))),
        (Ok(_), None) => block.note(
            Level::Warn,
            &format!("the plugin logged a line of unknown level {level}"),
        ),
        (Err(error), _) => block.note(Level::Warn, &format!("the plugin logged a malformed line: {error}")),
    }
}

pub(super) unsafe extern "C" fn settings_get(
    host: *const passerelle_host,
    key: *const c_char,
    key_len: u32,
    buffer: *mut c_char,
    buffer_size: u32,
    needed: *mut u32,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        // SAFETY: the plugin gives a text borrowed for the call.
        let key = unsafe { text::text(key, key_len, "key") }?;
        let value = block.user.setting(key).unwrap_or_default();
        // SAFETY: the plugin gives a buffer of that size and a number of its own.
        unsafe { give(value.as_bytes(), buffer.cast(), buffer_size, needed) }
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { quiet_when_too_small(host, error, "host.settings.get", body) }
}

pub(super) unsafe extern "C" fn secrets_get(
    host: *const passerelle_host,
    name: *const c_char,
    name_len: u32,
    buffer: *mut u8,
    buffer_size: u32,
    needed: *mut u32,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        // SAFETY: the plugin gives a text borrowed for the call.
        let name = unsafe { text::text(name, name_len, "name") }?;
        let secrets = block.user.secrets().ok_or_else(no_secrets)?;
        let value = secrets.get(name)?.unwrap_or_default();
        // SAFETY: the plugin gives a buffer of that size and a number of its own.
        unsafe { give(&value, buffer, buffer_size, needed) }
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { quiet_when_too_small(host, error, "host.secrets.get", body) }
}

pub(super) unsafe extern "C" fn secrets_set(
    host: *const passerelle_host,
    name: *const c_char,
    name_len: u32,
    bytes: *const u8,
    bytes_len: u32,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        let len = usize::try_from(bytes_len).map_err(|_| Error::too_long("bytes"))?;
        // SAFETY: the plugin gives a text and bytes borrowed for the call.
        let (name, bytes) = unsafe { (text::text(name, name_len, "name")?, text::slice(bytes, len, "bytes")?) };
        let secrets = block.user.secrets().ok_or_else(no_secrets)?;
        Ok(secrets.set(name, bytes)?)
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { funnel(host, error, "host.secrets.set", body) }
}

pub(super) unsafe extern "C" fn mail_send(
    host: *const passerelle_host,
    recipients: *const c_char,
    recipients_len: u32,
    subject: *const c_char,
    subject_len: u32,
    body: *const c_char,
    body_len: u32,
    error: *mut passerelle_error,
) -> i32 {
    let send = |block: &Block| {
        // SAFETY: the plugin gives texts borrowed for the call.
        let (recipients, subject, body) = unsafe {
            (
                text::text(recipients, recipients_len, "recipients")?,
                text::text(subject, subject_len, "subject")?,
                text::text(body, body_len, "body")?,
            )
        };
        let recipients: Vec<&str> = recipients.split(',').filter(|address| !address.is_empty()).collect();
        if recipients.is_empty() {
            return Err(Error::plugin_misbehaves(abi::PASSERELLE_E_ARGUMENT, "no recipients"));
        }
        let mail = block.user.mail().ok_or_else(|| no_longer("de messagerie", "mail"))?;
        Ok(mail.send(&recipients, subject, body)?)
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { funnel(host, error, "host.mail.send", send) }
}

fn no_secrets() -> Error {
    no_longer("de coffre pour les secrets", "secrets")
}

fn no_longer(french: &str, english: &str) -> Error {
    Error::new(
        abi::PASSERELLE_E_HOST_LACKS,
        format!("Cette application n'a plus {french} : redémarrez-la."),
        format!("the host no longer has the {english} that it had when the instance was made"),
    )
}

/// Asking for the length first is the protocol, not a failure: it is not logged.
///
/// # Safety
/// As for [`funnel`].
unsafe fn quiet_when_too_small(
    host: *const passerelle_host,
    error: *mut passerelle_error,
    slot: &str,
    body: impl FnOnce(&Block) -> Result<bool, Error>,
) -> i32 {
    let mut fits = true;
    // SAFETY: passed on to the caller.
    let code = unsafe {
        funnel(host, error, slot, |block| {
            fits = body(block)?;
            Ok(())
        })
    };
    if fits { code } else { abi::PASSERELLE_E_BUFFER_TOO_SMALL }
}

/// The buffer protocol: the length always, the bytes when they fit; whether they did.
///
/// # Safety
/// `buffer` is NULL or has `buffer_size` bytes, `needed` is NULL or a number; nobody else touches them meanwhile.
unsafe fn give(value: &[u8], buffer: *mut u8, buffer_size: u32, needed: *mut u32) -> Result<bool, Error> {
    let len = text::length(value, "the value")?;
    // SAFETY: passed on to the caller.
    let needed = unsafe { text::out(needed, "needed") }?;
    if len > buffer_size {
        *needed = len;
        return Ok(false);
    }
    if !value.is_empty() {
        if buffer.is_null() {
            return Err(Error::plugin_misbehaves(abi::PASSERELLE_E_NULL, "buffer is NULL"));
        }
        // SAFETY: not NULL, and it has at least `buffer_size` ≥ `len` bytes.
        unsafe { buffer.copy_from_nonoverlapping(value.as_ptr(), value.len()) };
    }
    *needed = len;
    Ok(true)
}

pub(super) unsafe extern "C" fn forms_show(
    host: *const passerelle_host,
    form: u64,
    description: *const c_char,
    description_len: u32,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        block.on_main("host.forms.show")?;
        // SAFETY: the plugin gives a text borrowed for the call.
        let description = unsafe { text::text(description, description_len, "description") }?;
        Ok(block.user.show_form(FormId(form), description)?)
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { funnel(host, error, "host.forms.show", body) }
}

pub(super) unsafe extern "C" fn forms_close(
    host: *const passerelle_host,
    form: u64,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        block.on_main("host.forms.close")?;
        Ok(block.user.close_form(FormId(form))?)
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { funnel(host, error, "host.forms.close", body) }
}

pub(super) unsafe extern "C" fn tables_show(
    host: *const passerelle_host,
    table: *const passerelle_table,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        // SAFETY: the plugin gives a table that is this host's from here on, whatever becomes of it.
        let table = unsafe { TablePointer::shown(table, block) }?;
        let instance = block.on_main("host.tables.show").and_then(|()| {
            block.instance.get().and_then(Weak::upgrade).ok_or_else(|| {
                Error::plugin_misbehaves(
                    abi::PASSERELLE_E_NOT_INITIALIZED,
                    "a table was shown while no instance lives",
                )
            })
        });
        let instance = instance.inspect_err(|_| table.release(block))?;
        Ok(block.user.show_table(crate::Table::new(table, instance))?)
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { funnel(host, error, "host.tables.show", body) }
}

pub(super) unsafe extern "C" fn register_job(
    host: *const passerelle_host,
    job: *const passerelle_job_spec,
    error: *mut passerelle_error,
) -> i32 {
    let body = |block: &Block| {
        block.on_main("host.jobs.register_job")?;
        // SAFETY: the plugin gives a structure and texts borrowed for the call.
        let job = unsafe {
            let job = text::sized(job, "job")?;
            JobSpec {
                id: text::ended_text(job.id, "job.id")?.to_owned(),
                label: text::ended_text(job.label, "job.label")?.to_owned(),
                frequency: text::ended_text(job.frequency, "job.frequency")?.to_owned(),
                window_start_minute: job.window_start_minute,
                window_end_minute: job.window_end_minute,
            }
        };
        Ok(block.user.register_job(job)?)
    };
    // SAFETY: the plugin gives the host that it got and an error of its own.
    unsafe { funnel(host, error, "host.jobs.register_job", body) }
}
