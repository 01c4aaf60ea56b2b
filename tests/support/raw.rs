//! The library as C sees it, and a host whose callbacks can be told to misbehave.

use std::{
    ffi::{CStr, c_char, c_void},
    path::Path,
    ptr::{null, null_mut},
    sync::{Mutex, RwLock},
};

use passerelle_abi as abi;

/// A host that lives to the end of the process.
pub struct RawHost {
    pub host: abi::passerelle_host,
    log: abi::passerelle_host_log,
    settings: abi::passerelle_host_settings,
    forms: abi::passerelle_host_forms,
    tables: abi::passerelle_host_tables,
    jobs: abi::passerelle_host_jobs,
    mail: abi::passerelle_host_mail,
    database: String,
    data_dir: String,
    /// What goes wrong; empty: nothing.
    pub wrong: Mutex<&'static str>,
    pub shown: Mutex<Vec<*const abi::passerelle_table>>,
    pub form: Mutex<u64>,
    pub lines: Mutex<Vec<String>>,
    /// What the log does besides taking a line.
    pub in_log: RwLock<Option<Box<dyn Fn()>>>,
}

// SAFETY: what can change stands behind locks, and the tables are used by the one thread that drives the library.
unsafe impl Sync for RawHost {}

fn of<'a>(host: *const abi::passerelle_host) -> &'a RawHost {
    // SAFETY: `new` leaked the whole structure and put its address there.
    unsafe { &*(*host).host_data.cast::<RawHost>() }
}

impl RawHost {
    /// A host that wants every line.
    pub fn new(database: &str, data_dir: &Path) -> &'static Self {
        Self::with_log(database, data_dir, abi::PASSERELLE_LOG_TRACE)
    }

    /// A host that wants lines of this level and below.
    pub fn with_log(database: &str, data_dir: &Path, max_level: i32) -> &'static Self {
        let host = Box::leak(Box::new(Self {
            host: abi::passerelle_host {
                struct_size: size::<abi::passerelle_host>(),
                abi_major: abi::PASSERELLE_ABI_MAJOR,
                abi_minor: abi::PASSERELLE_ABI_MINOR,
                host_data: null_mut(),
                name: c"raw 1.0".as_ptr(),
                get_interface: Some(get_interface),
                now: Some(now),
            },
            log: abi::passerelle_host_log {
                struct_size: size::<abi::passerelle_host_log>(),
                max_level,
                log: Some(log),
            },
            settings: abi::passerelle_host_settings {
                struct_size: size::<abi::passerelle_host_settings>(),
                get: Some(setting),
            },
            forms: abi::passerelle_host_forms {
                struct_size: size::<abi::passerelle_host_forms>(),
                show: Some(show_form),
                close: Some(close_form),
            },
            tables: abi::passerelle_host_tables {
                struct_size: size::<abi::passerelle_host_tables>(),
                show: Some(show_table),
            },
            jobs: abi::passerelle_host_jobs {
                struct_size: size::<abi::passerelle_host_jobs>(),
                register_job: Some(register_job),
            },
            mail: abi::passerelle_host_mail {
                struct_size: size::<abi::passerelle_host_mail>(),
                send: Some(send_mail),
            },
            database: database.to_owned(),
            data_dir: data_dir.display().to_string(),
            wrong: Mutex::new(""),
            shown: Mutex::default(),
            form: Mutex::default(),
            lines: Mutex::default(),
            in_log: RwLock::default(),
        }));
        host.host.host_data = std::ptr::from_mut(host).cast();
        host
    }

    fn is(&self, wrong: &str) -> bool {
        *self.wrong.lock().unwrap() == wrong
    }

    /// The error with which this host refuses: a French text, or bytes that are no text and have no end.
    fn refuse(&self, error: *mut abi::passerelle_error) -> i32 {
        let garbage = self.is("garbage");
        // SAFETY: the library allocated it, if it gave one.
        if let Some(error) = unsafe { error.as_mut() } {
            error.message = [if garbage { -1 } else { 0 }; 1024];
            error.detail = error.message;
            if !garbage {
                put(&mut error.message, "Le programme hôte ne peut pas.");
            }
        }
        4242
    }
}

fn put(buffer: &mut [c_char], text: &str) {
    for (slot, byte) in buffer.iter_mut().zip(text.bytes()) {
        *slot = byte as c_char;
    }
}

pub fn size<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap()
}

unsafe extern "C" fn get_interface(host: *const abi::passerelle_host, id: *const c_char, id_len: u32) -> *const c_void {
    let host = of(host);
    // SAFETY: the library lends a text of that length.
    let id = unsafe { std::slice::from_raw_parts(id.cast::<u8>(), id_len as usize) };
    let is = |known: &CStr| known.to_bytes() == id;
    if is(abi::PASSERELLE_HOST_LOG) {
        (&raw const host.log).cast()
    } else if is(abi::PASSERELLE_HOST_SETTINGS) {
        (&raw const host.settings).cast()
    } else if is(abi::PASSERELLE_HOST_FORMS) {
        (&raw const host.forms).cast()
    } else if is(abi::PASSERELLE_HOST_TABLES) {
        (&raw const host.tables).cast()
    } else if is(abi::PASSERELLE_HOST_JOBS) {
        (&raw const host.jobs).cast()
    } else if is(abi::PASSERELLE_HOST_MAIL) {
        (&raw const host.mail).cast()
    } else {
        null()
    }
}

unsafe extern "C" fn now(
    host: *const abi::passerelle_host,
    time: *mut abi::passerelle_time,
    error: *mut abi::passerelle_error,
) -> i32 {
    let host = of(host);
    if host.is("now") || host.is("garbage") {
        return host.refuse(error);
    }
    // SAFETY: the library allocated it.
    let time = unsafe { &mut *time };
    (time.year, time.month, time.day) = (2026, if host.is("13th month") { 13 } else { 11 }, 23);
    (time.hour, time.minute, time.second) = (23, 0, 0);
    time.utc_offset_minutes = if host.is("offset") { i32::MAX } else { 60 };
    abi::PASSERELLE_OK
}

unsafe extern "C" fn log(
    host: *const abi::passerelle_host,
    level: i32,
    target: *const c_char,
    target_len: u32,
    message: *const c_char,
    message_len: u32,
) {
    let text = |pointer: *const c_char, len: u32| {
        // SAFETY: the library lends a text of that length.
        let bytes = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), len as usize) };
        std::str::from_utf8(bytes).unwrap().to_owned()
    };
    let line = format!("{level} {}: {}", text(target, target_len), text(message, message_len));
    of(host).lines.lock().unwrap().push(line);
    if let Some(act) = &*of(host).in_log.read().unwrap() {
        act();
    }
}

unsafe extern "C" fn setting(
    host: *const abi::passerelle_host,
    key: *const c_char,
    key_len: u32,
    buffer: *mut c_char,
    buffer_size: u32,
    needed: *mut u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    let host = of(host);
    // SAFETY: the library lends a text of that length.
    let key = unsafe { std::slice::from_raw_parts(key.cast::<u8>(), key_len as usize) };
    let value: &[u8] = match key {
        b"database" if host.is("settings") => return host.refuse(error),
        b"database" if host.is("bytes") => b"\xff\xfe",
        b"database" => host.database.as_bytes(),
        b"data_dir" => host.data_dir.as_bytes(),
        _ => b"",
    };
    let len = u32::try_from(value.len()).unwrap();
    // SAFETY: the library gives room for `buffer_size` bytes and for the length.
    unsafe {
        *needed = match *host.wrong.lock().unwrap() {
            "lies" => buffer_size + 1,
            "grows" => buffer_size.saturating_mul(2),
            "huge" => u32::MAX,
            _ => len,
        };
        if host.is("grows") || host.is("huge") || len > buffer_size {
            return abi::PASSERELLE_E_BUFFER_TOO_SMALL;
        }
        std::ptr::copy_nonoverlapping(value.as_ptr(), buffer.cast(), value.len());
    }
    abi::PASSERELLE_OK
}

unsafe extern "C" fn show_form(
    host: *const abi::passerelle_host,
    form: u64,
    _: *const c_char,
    _: u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    let host = of(host);
    *host.form.lock().unwrap() = form;
    if host.is("forms") || host.is("garbage") {
        return host.refuse(error);
    }
    abi::PASSERELLE_OK
}

unsafe extern "C" fn close_form(host: *const abi::passerelle_host, _: u64, error: *mut abi::passerelle_error) -> i32 {
    let host = of(host);
    if host.is("close") {
        return host.refuse(error);
    }
    abi::PASSERELLE_OK
}

unsafe extern "C" fn show_table(
    host: *const abi::passerelle_host,
    table: *const abi::passerelle_table,
    error: *mut abi::passerelle_error,
) -> i32 {
    let host = of(host);
    if host.is("tables") || host.is("garbage") {
        return host.refuse(error);
    }
    host.shown.lock().unwrap().push(table);
    if host.is("tables, released") {
        // SAFETY: the table is this host's.
        let released = unsafe { (*table).release.unwrap()(table, null_mut()) };
        assert_eq!(released, abi::PASSERELLE_OK);
    }
    if host.is("tables, released") || host.is("tables, kept") {
        return host.refuse(error);
    }
    abi::PASSERELLE_OK
}

unsafe extern "C" fn register_job(
    host: *const abi::passerelle_host,
    _: *const abi::passerelle_job_spec,
    error: *mut abi::passerelle_error,
) -> i32 {
    let host = of(host);
    if host.is("jobs") {
        return host.refuse(error);
    }
    abi::PASSERELLE_OK
}

unsafe extern "C" fn send_mail(
    host: *const abi::passerelle_host,
    recipients: *const c_char,
    recipients_len: u32,
    subject: *const c_char,
    subject_len: u32,
    body: *const c_char,
    body_len: u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    let host = of(host);
    if host.is("mail") || host.is("garbage") {
        return host.refuse(error);
    }
    let text = |pointer: *const c_char, len: u32| {
        // SAFETY: the library lends a text of that length.
        let bytes = unsafe { std::slice::from_raw_parts(pointer.cast::<u8>(), len as usize) };
        std::str::from_utf8(bytes).unwrap().to_owned()
    };
    assert!(text(recipients, recipients_len).contains('@'));
    assert!(!text(subject, subject_len).contains('\n') && !text(body, body_len).is_empty());
    abi::PASSERELLE_OK
}

unsafe extern "C" fn never_cancelled(_: *const abi::passerelle_run) -> i32 {
    0
}

/// A long call that goes to its end.
pub fn run() -> abi::passerelle_run {
    abi::passerelle_run {
        struct_size: size::<abi::passerelle_run>(),
        run_data: null_mut(),
        is_cancelled: Some(never_cancelled),
        progress: None,
    }
}

/// How a sink takes bytes.
pub type Write = unsafe extern "C" fn(*const abi::passerelle_sink, *const u8, u32, *mut abi::passerelle_error) -> i32;

/// A sink that takes everything.
pub unsafe extern "C" fn take(
    _: *const abi::passerelle_sink,
    _: *const u8,
    _: u32,
    _: *mut abi::passerelle_error,
) -> i32 {
    abi::PASSERELLE_OK
}

/// A sink that takes nothing, and says so in bytes that are no text.
pub unsafe extern "C" fn refuse(
    _: *const abi::passerelle_sink,
    _: *const u8,
    _: u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the library allocated it, if it gave one.
    if let Some(error) = unsafe { error.as_mut() } {
        error.message = [-1; 1024];
    }
    -7
}

/// The real library, and an instance of it.
pub struct Raw {
    pub entry: &'static abi::passerelle_entry,
    pub plugin: *const abi::passerelle_plugin,
    pub host: &'static RawHost,
    pub error: abi::passerelle_error,
}

// SAFETY: the library says which of its slots may be called elsewhere, and the tests hold it to that.
unsafe impl Send for Raw {}

macro_rules! interface {
    ($($name:ident: $type:ident = $id:ident;)+) => {$(
        pub fn $name(&self) -> &'static abi::$type {
            let found = self.find(abi::$id).cast::<abi::$type>();
            // SAFETY: the library's interfaces live as long as the process.
            unsafe { found.as_ref() }.unwrap()
        }
    )+};
}

impl Raw {
    /// The library, not yet initialised.
    pub fn load(host: &'static RawHost) -> Self {
        type Entry = extern "C" fn() -> *const abi::passerelle_entry;
        // SAFETY: the library is ours, its entry is of that type, and it is never unloaded.
        let entry = unsafe {
            let library = Box::leak(Box::new(libloading::Library::new(super::library()).unwrap()));
            let entry = library.get::<Entry>(b"passerelle_plugin_entry_v1").unwrap();
            &*entry()
        };
        Self {
            entry,
            plugin: null(),
            host,
            // SAFETY: a structure of numbers.
            error: abi::passerelle_error {
                struct_size: size::<abi::passerelle_error>(),
                ..unsafe { std::mem::zeroed() }
            },
        }
    }

    /// The same instance, to be called from elsewhere.
    pub fn again(&self) -> Self {
        Self { ..*self }
    }

    /// The error that the next call fills.
    pub fn error(&mut self) -> *mut abi::passerelle_error {
        self.error.code = 0;
        self.error.message = [0; 1024];
        &raw mut self.error
    }

    /// What the last call that failed told the user.
    pub fn message(&self) -> String {
        let bytes: Vec<u8> = self.error.message.iter().map(|c| *c as u8).collect();
        CStr::from_bytes_until_nul(&bytes).unwrap().to_str().unwrap().to_owned()
    }

    pub fn library_init(&mut self) -> i32 {
        // SAFETY: as the header says.
        unsafe { self.entry.init.unwrap()(abi::PASSERELLE_ABI_MAJOR, abi::PASSERELLE_ABI_MINOR, self.error()) }
    }

    pub fn library_deinit(&mut self) -> i32 {
        // SAFETY: as the header says.
        unsafe { self.entry.deinit.unwrap()(self.error()) }
    }

    pub fn create(&mut self) -> i32 {
        let (mut plugin, host) = (null(), &raw const self.host.host);
        // SAFETY: as the header says.
        let code = unsafe { self.entry.create.unwrap()(host, &raw mut plugin, self.error()) };
        self.plugin = plugin;
        code
    }

    pub fn init(&mut self) -> i32 {
        // SAFETY: as the header says.
        unsafe { (*self.plugin).init.unwrap()(self.plugin, self.error()) }
    }

    pub fn destroy(&mut self) -> i32 {
        // SAFETY: as the header says.
        unsafe { (*self.plugin).destroy.unwrap()(self.plugin, self.error()) }
    }

    pub fn find(&self, id: &CStr) -> *const c_void {
        let len = u32::try_from(id.to_bytes().len()).unwrap();
        // SAFETY: as the header says.
        unsafe { (*self.plugin).get_interface.unwrap()(self.plugin, id.as_ptr(), len) }
    }

    interface! {
        contributions: passerelle_plugin_contributions = PASSERELLE_PLUGIN_CONTRIBUTIONS;
        forms: passerelle_plugin_forms = PASSERELLE_PLUGIN_FORMS;
        jobs: passerelle_plugin_jobs = PASSERELLE_PLUGIN_JOBS;
        documents: passerelle_plugin_documents = PASSERELLE_PLUGIN_DOCUMENTS;
    }

    pub fn count(&mut self) -> i32 {
        let (count, mut found) = (self.contributions().count.unwrap(), 0);
        // SAFETY: as the header says.
        unsafe { count(self.plugin, &raw mut found, self.error()) }
    }

    pub fn get(&mut self) -> i32 {
        let get = self.contributions().get.unwrap();
        // SAFETY: a structure of numbers and pointers; the call is as the header says.
        unsafe {
            let mut found = abi::passerelle_contribution {
                struct_size: size::<abi::passerelle_contribution>(),
                ..std::mem::zeroed()
            };
            get(self.plugin, 0, &raw mut found, self.error())
        }
    }

    pub fn open(&mut self, id: &str) -> i32 {
        let open = self.contributions().open.unwrap();
        let context = r#"{"societe_id":1,"secteur_id":1}"#;
        // SAFETY: as the header says.
        unsafe {
            open(
                self.plugin,
                id.as_ptr().cast(),
                u32::try_from(id.len()).unwrap(),
                context.as_ptr().cast(),
                u32::try_from(context.len()).unwrap(),
                self.error(),
            )
        }
    }

    pub fn press(&mut self, button: &str) -> i32 {
        let event = self.forms().event.unwrap();
        let pressed = abi::passerelle_form_event {
            struct_size: size::<abi::passerelle_form_event>(),
            kind: abi::PASSERELLE_FORM_ACTION,
            field: button.as_ptr().cast(),
            field_len: u32::try_from(button.len()).unwrap(),
            value_len: 0,
            value: null(),
        };
        let form = *self.host.form.lock().unwrap();
        // SAFETY: as the header says.
        unsafe { event(self.plugin, form, &raw const pressed, self.error()) }
    }

    pub fn job(&mut self, id: &str) -> i32 {
        let slot = self.jobs().run.unwrap();
        let run = run();
        // SAFETY: a structure of numbers; the call is as the header says.
        unsafe {
            let mut outcome = abi::passerelle_outcome {
                struct_size: size::<abi::passerelle_outcome>(),
                ..std::mem::zeroed()
            };
            let len = u32::try_from(id.len()).unwrap();
            let (id, outcome) = (id.as_ptr().cast(), &raw mut outcome);
            slot(self.plugin, id, len, null(), 0, &raw const run, outcome, self.error())
        }
    }

    pub fn write(&mut self, id: &str, write: Write) -> i32 {
        let slot = self.documents().write.unwrap();
        let run = run();
        let sink = abi::passerelle_sink {
            struct_size: size::<abi::passerelle_sink>(),
            sink_data: null_mut(),
            write: Some(write),
        };
        let len = u32::try_from(id.len()).unwrap();
        let (id, run, sink) = (id.as_ptr().cast(), &raw const run, &raw const sink);
        // SAFETY: as the header says.
        unsafe { slot(self.plugin, id, len, null(), 0, run, sink, self.error()) }
    }

    pub fn read(&mut self, bytes: &[u8]) -> i32 {
        let (slot, id) = (self.documents().read.unwrap(), "reglages.json");
        let (id, id_len) = (id.as_ptr().cast(), u32::try_from(id.len()).unwrap());
        let len = u32::try_from(bytes.len()).unwrap();
        // SAFETY: as the header says.
        unsafe { slot(self.plugin, id, id_len, bytes.as_ptr(), len, self.error()) }
    }

    /// The table that was shown last.
    pub fn table(&self) -> *const abi::passerelle_table {
        *self.host.shown.lock().unwrap().last().unwrap()
    }

    pub fn describe(&mut self) -> i32 {
        let (table, mut text, mut len) = (self.table(), null(), 0);
        // SAFETY: as the header says.
        unsafe { (*table).describe.unwrap()(table, &raw mut text, &raw mut len, self.error()) }
    }

    pub fn next(&mut self) -> i32 {
        let table = self.table();
        // SAFETY: a structure of numbers and pointers; the call is as the header says.
        unsafe {
            let mut batch = abi::passerelle_batch {
                struct_size: size::<abi::passerelle_batch>(),
                ..std::mem::zeroed()
            };
            (*table).next.unwrap()(table, 5, &raw mut batch, self.error())
        }
    }

    pub fn progress(&mut self) -> i32 {
        let (table, mut done, mut total) = (self.table(), 0, 0);
        // SAFETY: as the header says.
        unsafe { (*table).progress.unwrap()(table, &raw mut done, &raw mut total, self.error()) }
    }

    pub fn cancel(&mut self) -> i32 {
        let table = self.table();
        // SAFETY: as the header says.
        unsafe { (*table).cancel.unwrap()(table, self.error()) }
    }

    pub fn release(&mut self) -> i32 {
        let table = self.table();
        // SAFETY: as the header says.
        unsafe { (*table).release.unwrap()(table, self.error()) }
    }
}
