//! Calls of the plugin to its host.

use std::ffi::{CStr, c_char};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, FixedOffset, NaiveDate};
use passerelle_abi as abi;
use zeroize::Zeroizing;

use super::callers::Callers;
use super::log::{Lines, LogPointer};
use super::mail::MailPointer;
use super::object::{Shell, size32};
use super::tables;
use super::text::{self, SharedPointer, Sized32};
use crate::error::{Error, ErrorKind};
use crate::host::{Host, Job, Mail, Secrets, Setting};
use crate::table::Table;

/// The host, and the interfaces of it that were found.
pub struct HostPointer {
    host: SharedPointer<abi::passerelle_host>,
    callers: Arc<Callers>,
    log: Option<LogPointer>,
    settings: Option<SharedPointer<abi::passerelle_host_settings>>,
    secrets: Option<SecretsPointer>,
    forms: Option<SharedPointer<abi::passerelle_host_forms>>,
    tables: Option<SharedPointer<abi::passerelle_host_tables>>,
    jobs: Option<SharedPointer<abi::passerelle_host_jobs>>,
    mail: Option<MailPointer>,
    // The instance made for this host: its tables are shown in its name.
    owner: OnceLock<&'static Shell>,
}

impl HostPointer {
    /// Check a host and find its interfaces. Calls back `get_interface` only.
    ///
    /// # Safety
    /// `host` is NULL, or valid until the `destroy` of the instance made for it has returned.
    pub unsafe fn new(host: *const abi::passerelle_host) -> Result<Self, Error> {
        // SAFETY: the caller's promise.
        let checked = unsafe { text::borrow_struct(host) }?;
        if checked.abi_major != abi::PASSERELLE_ABI_MAJOR {
            return Err(Error::new(
                ErrorKind::Version,
                "Le programme hôte et la Passerelle Apprentissage ne sont pas de la même version.",
                format!(
                    "host ABI {}.{} is not spoken here",
                    checked.abi_major, checked.abi_minor
                ),
            ));
        }
        checked.now.ok_or_else(|| lacks("passerelle_host.now"))?;
        checked
            .get_interface
            .ok_or_else(|| lacks("passerelle_host.get_interface"))?;
        let host = SharedPointer(host);
        let callers = Arc::<Callers>::default();
        // SAFETY: checked just now; each type is the one that the id stands for.
        unsafe {
            Ok(Self {
                host,
                log: find(host, abi::PASSERELLE_HOST_LOG)?.map(|log| LogPointer { host, log }),
                settings: find(host, abi::PASSERELLE_HOST_SETTINGS)?,
                secrets: find(host, abi::PASSERELLE_HOST_SECRETS)?.map(|secrets| SecretsPointer {
                    host,
                    secrets,
                    callers: Arc::clone(&callers),
                }),
                forms: find(host, abi::PASSERELLE_HOST_FORMS)?,
                tables: find(host, abi::PASSERELLE_HOST_TABLES)?,
                jobs: find(host, abi::PASSERELLE_HOST_JOBS)?,
                mail: find(host, abi::PASSERELLE_HOST_MAIL)?.map(|mail| MailPointer { host, mail }),
                owner: OnceLock::new(),
                callers,
            })
        }
    }

    /// Say which instance this host was given to.
    pub fn set_owner(&self, owner: &'static Shell) {
        let _ = self.owner.set(owner);
    }

    /// The threads that may call this host.
    pub fn callers(&self) -> Arc<Callers> {
        Arc::clone(&self.callers)
    }

    /// Where log lines go.
    pub fn lines(&self) -> impl crate::log::Sink + use<> {
        self.log.map(|pointer| Lines {
            pointer,
            callers: self.callers(),
        })
    }

    /// The host's log, if it has one.
    pub fn log(&self) -> Option<LogPointer> {
        self.log
    }
}

/// # Safety
/// `host` was checked, and gives a `T` under `id`.
unsafe fn find<T: Sized32>(
    host: SharedPointer<abi::passerelle_host>,
    id: &CStr,
) -> Result<Option<SharedPointer<T>>, Error> {
    // SAFETY: the caller's promise; the id is a text of ours, and what comes back starts with its size.
    unsafe {
        let Some(get_interface) = (*host.0).get_interface else {
            return Ok(None);
        };
        let found = get_interface(host.0, id.as_ptr(), text::len32(id.to_bytes().len())?).cast::<T>();
        if found.is_null() {
            return Ok(None);
        }
        text::check_size(found)?;
        Ok(Some(SharedPointer(found)))
    }
}

pub fn lacks(what: &str) -> Error {
    Error::new(
        ErrorKind::HostLacks,
        format!("Le programme hôte n'offre pas ce qu'il faut à la Passerelle Apprentissage ({what})."),
        format!("the host lacks {what}"),
    )
}

/// Call one slot of the host and turn what it answers into a `Result`.
pub fn ask(what: &str, call: impl FnOnce(*mut abi::passerelle_error) -> i32) -> Result<(), Error> {
    let mut error = abi::passerelle_error {
        struct_size: size32::<abi::passerelle_error>(),
        code: 0,
        native_code: 0,
        sqlstate: [0; 8],
        message: [0; 1024],
        detail: [0; 1024],
    };
    match call(&raw mut error) {
        abi::PASSERELLE_OK => Ok(()),
        code => Err(Error {
            native_code: error.native_code,
            ..Error::new(
                ErrorKind::Host,
                match told(&error.message) {
                    message if message.is_empty() => format!("Le programme hôte a échoué ({what}, code {code})."),
                    message => format!("Le programme hôte a échoué ({what}) : {message}"),
                },
                format!("host callback {what} failed with code {code}: {}", told(&error.detail)),
            )
        }),
    }
}

/// A text of the host's error: up to its zero, whatever it holds made UTF-8.
fn told(text: &[c_char]) -> String {
    #[allow(clippy::cast_sign_loss)]
    let bytes: Vec<u8> = text.iter().map(|c| *c as u8).take_while(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Read something of unknown length through `get(buffer, size, needed, error)`.
fn read(
    what: &str,
    get: impl Fn(*mut u8, u32, *mut u32, *mut abi::passerelle_error) -> i32,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut buffer = Zeroizing::new(vec![0_u8; 1024]);
    // The value may grow between two calls, but not for ever.
    for _ in 0..4 {
        let mut needed = 0_u32;
        let mut too_small = false;
        ask(what, |error| {
            let size = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
            let code = get(buffer.as_mut_ptr(), size, &raw mut needed, error);
            too_small = code == abi::PASSERELLE_E_BUFFER_TOO_SMALL;
            if too_small { abi::PASSERELLE_OK } else { code }
        })?;
        let needed = needed as usize;
        if !too_small && needed <= buffer.len() {
            buffer.truncate(needed);
            return Ok(buffer);
        }
        if needed <= buffer.len() || needed > 1 << 20 {
            break;
        }
        buffer = Zeroizing::new(vec![0; needed]);
    }
    Err(Error::new(
        ErrorKind::Host,
        format!("Le programme hôte a donné une longueur incohérente ({what})."),
        format!("host callback {what} gave an impossible length"),
    ))
}

fn now(host: SharedPointer<abi::passerelle_host>) -> Result<DateTime<FixedOffset>, Error> {
    let mut time = abi::passerelle_time {
        struct_size: size32::<abi::passerelle_time>(),
        ..abi::passerelle_time::default()
    };
    // SAFETY: the host is valid as long as the instance; the structures are ours.
    let now = unsafe { (*host.0).now }.ok_or_else(|| lacks("passerelle_host.now"))?;
    // SAFETY: as above.
    ask("now", |error| unsafe { now(host.0, &raw mut time, error) })?;
    local_time(&time).ok_or_else(|| {
        Error::new(
            ErrorKind::Host,
            "Le programme hôte a donné une date impossible.",
            "host callback now gave an impossible date",
        )
    })
}

impl Host for HostPointer {
    fn now(&self) -> Result<DateTime<FixedOffset>, Error> {
        let host = self.host;
        self.callers.ask(move || now(host))?
    }

    fn setting(&self, key: Setting) -> Result<Option<String>, Error> {
        let key = match key {
            Setting::Database => abi::PASSERELLE_SETTING_DATABASE,
            Setting::Mapping => abi::PASSERELLE_SETTING_MAPPING,
            Setting::DataDir => abi::PASSERELLE_SETTING_DATA_DIR,
            Setting::Proxy => abi::PASSERELLE_SETTING_PROXY,
            Setting::User => abi::PASSERELLE_SETTING_USER,
            Setting::Lease => abi::PASSERELLE_SETTING_LEASE,
            Setting::Batch => abi::PASSERELLE_SETTING_BATCH,
            Setting::Erp => abi::PASSERELLE_SETTING_ERP,
        };
        let settings = self.settings.ok_or_else(|| lacks("passerelle.host.settings/1"))?;
        // SAFETY: valid as long as the host.
        let get = unsafe { (*settings.0).get }.ok_or_else(|| lacks("passerelle.host.settings/1 get"))?;
        let key_len = text::len32(key.to_bytes().len())?;
        // SAFETY: as above; the texts and buffers are ours.
        let value = read("settings.get", |buffer, size, needed, error| unsafe {
            get(self.host.0, key.as_ptr(), key_len, buffer.cast(), size, needed, error)
        })?;
        // SAFETY: our own buffer.
        let value = unsafe { text::borrow("value", value.as_ptr().cast(), text::len32(value.len())?) }?;
        Ok(Some(value.to_owned()).filter(|value| !value.is_empty()))
    }

    fn secrets(&self) -> Option<&dyn Secrets> {
        self.secrets.as_ref().map(|secrets| secrets as &dyn Secrets)
    }

    fn mail(&self) -> Option<&dyn Mail> {
        self.mail.as_ref().map(|mail| mail as &dyn Mail)
    }

    fn show_form(&self, form: u64, description: &str) -> Result<(), Error> {
        let forms = self.forms.ok_or_else(|| lacks("passerelle.host.forms/1"))?;
        // SAFETY: valid as long as the host.
        let show = unsafe { (*forms.0).show }.ok_or_else(|| lacks("passerelle.host.forms/1 show"))?;
        let len = text::len32(description.len())?;
        // SAFETY: as above; the text is ours and lives through the call.
        ask("forms.show", |error| unsafe {
            show(self.host.0, form, description.as_ptr().cast(), len, error)
        })
    }

    fn close_form(&self, form: u64) -> Result<(), Error> {
        let forms = self.forms.ok_or_else(|| lacks("passerelle.host.forms/1"))?;
        // SAFETY: valid as long as the host.
        let close = unsafe { (*forms.0).close }.ok_or_else(|| lacks("passerelle.host.forms/1 close"))?;
        // SAFETY: as above.
        ask("forms.close", |error| unsafe { close(self.host.0, form, error) })
    }

    fn show_table(&self, table: Table) -> Result<(), Error> {
        let tables = self.tables.ok_or_else(|| lacks("passerelle.host.tables/1"))?;
        // SAFETY: valid as long as the host.
        let show = unsafe { (*tables.0).show }.ok_or_else(|| lacks("passerelle.host.tables/1 show"))?;
        let owner = self.owner.get().ok_or_else(|| text::null("plugin"))?;
        let table = tables::create(table, owner)?;
        // SAFETY: as above; the table is the host's from here on, whatever it answers.
        ask("tables.show", |error| unsafe { show(self.host.0, table, error) })
    }

    fn register_job(&self, job: &Job) -> Result<(), Error> {
        let Some(jobs) = self.jobs else { return Ok(()) };
        // SAFETY: valid as long as the host.
        let register = unsafe { (*jobs.0).register_job }.ok_or_else(|| lacks("passerelle.host.jobs/1 register_job"))?;
        let spec = abi::passerelle_job_spec {
            struct_size: size32::<abi::passerelle_job_spec>(),
            window_start_minute: job.window.0,
            window_end_minute: job.window.1,
            id: job.id.as_ptr(),
            label: job.label.as_ptr(),
            frequency: job.frequency.as_ptr(),
        };
        // SAFETY: as above; the structure and its texts are ours.
        ask("jobs.register_job", |error| unsafe {
            register(self.host.0, &raw const spec, error)
        })
    }
}

fn local_time(time: &abi::passerelle_time) -> Option<DateTime<FixedOffset>> {
    let offset = FixedOffset::east_opt(time.utc_offset_minutes.checked_mul(60)?)?;
    NaiveDate::from_ymd_opt(time.year, time.month, time.day)?
        .and_hms_opt(time.hour, time.minute, time.second)?
        .and_local_timezone(offset)
        .single()
}

struct SecretsPointer {
    host: SharedPointer<abi::passerelle_host>,
    secrets: SharedPointer<abi::passerelle_host_secrets>,
    callers: Arc<Callers>,
}

impl Secrets for SecretsPointer {
    fn get(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let (host, name) = (self.host, name.to_owned());
        // SAFETY: valid as long as the host.
        let get = unsafe { (*self.secrets.0).get }.ok_or_else(|| lacks("passerelle.host.secrets/1 get"))?;
        let name_len = text::len32(name.len())?;
        let secret = self.callers.ask(move || {
            // SAFETY: as above; the texts and buffers are ours.
            read("secrets.get", |buffer, size, needed, error| unsafe {
                get(host.raw(), name.as_ptr().cast(), name_len, buffer, size, needed, error)
            })
        })??;
        Ok(Some(secret).filter(|secret| !secret.is_empty()))
    }

    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let (host, name, bytes) = (self.host, name.to_owned(), Zeroizing::new(bytes.to_vec()));
        // SAFETY: valid as long as the host.
        let set = unsafe { (*self.secrets.0).set }.ok_or_else(|| lacks("passerelle.host.secrets/1 set"))?;
        let (name_len, bytes_len) = (text::len32(name.len())?, text::len32(bytes.len())?);
        self.callers.ask(move || {
            // SAFETY: as above; texts and bytes live through the call.
            ask("secrets.set", |error| unsafe {
                set(
                    host.raw(),
                    name.as_ptr().cast(),
                    name_len,
                    bytes.as_ptr(),
                    bytes_len,
                    error,
                )
            })
        })?
    }
}
