//! An ERP with its database, a receiver, and hosts that run the night, here or in processes of their own.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::{DateTime, FixedOffset};
use demo_host::clock::Clock;
use demo_host::places::sqlite;
use demo_host::sandbox::faults::Scenario;
use demo_host::sandbox::{Options, Sandbox};
use demo_host::seed::{self, Plan};
use odbc_api::{ConnectionOptions, Cursor};
use passerelle_host_sdk::{Error, Host, HostError, JobSpec, Level, Library, Mail, Outcome, OutcomeKind, Plugin, Run};
use serde_json::{Value, json};

use crate::bases::Product;
use crate::support::desk::Outbox;
use crate::support::{library, scratch};

/// A night far from every edge.
pub const NIGHT: &str = "2026-11-24T01:00:00+01:00";
/// Shortly before the window closes.
pub const CLOSING: &str = "2026-11-24T04:59:20+01:00";
/// The very end of it.
pub const CLOSED: &str = "2026-11-24T04:59:59.900+01:00";

const JOB: &str = "export-de-nuit";

/// What a host is told.
#[derive(Clone)]
pub struct Installation {
    pub database: String,
    pub data_dir: PathBuf,
    pub at: String,
    pub lease: u32,
    pub batch: Option<u32>,
}

/// The host's side; its clock can be moved while the night runs.
struct TestHost {
    installation: Installation,
    clock: Arc<Clock>,
    outbox: Arc<Outbox>,
}

impl Host for TestHost {
    fn name(&self) -> String {
        "ERP d'essai 1.0".into()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        self.clock.now()
    }

    fn setting(&self, key: &str) -> Option<String> {
        match key {
            "database" => Some(self.installation.database.clone()),
            "data_dir" => Some(self.installation.data_dir.display().to_string()),
            "lease_seconds" => Some(self.installation.lease.to_string()),
            "batch_dossiers" => self.installation.batch.map(|batch| batch.to_string()),
            _ => None,
        }
    }

    fn mail(&self) -> Option<&dyn Mail> {
        Some(&*self.outbox)
    }

    fn max_log_level(&self) -> Level {
        Level::Warn
    }

    fn log(&self, level: Level, target: &str, message: &str) {
        // Shown by the test harness for a test that fails.
        println!("{level:?} {target}: {message}");
    }

    fn register_job(&self, _: JobSpec) -> Result<(), HostError> {
        Ok(())
    }
}

/// What no night of these tests comes near: one that hangs is to fail, not to hold up everything after it.
const ENDLESS: Duration = Duration::from_secs(300);

/// A run that asks a closure whether to stop.
pub struct Until<F>(pub F);

impl<F: Fn() -> bool + Send + Sync> Run for Until<F> {
    fn is_cancelled(&self) -> bool {
        (self.0)()
    }
}

/// A database, a receiver, a folder.
pub struct World {
    pub product: Product,
    /// The database's name on its server; empty where it is a file.
    pub name: String,
    pub folder: tempfile::TempDir,
    pub sandbox: Sandbox,
    pub installation: Installation,
    pub clock: Arc<Clock>,
    /// The e-mails that the host was given to send.
    pub outbox: Arc<Outbox>,
    /// For the test's own use.
    pub settings: Value,
}

impl World {
    /// A sample in SQLite whose establishments all send to one receiver with these faults.
    pub fn new(inscriptions: u32, faults: &str) -> Self {
        Self::on(Product::Sqlite, inscriptions, faults)
    }

    /// The same in another database.
    pub fn on(product: Product, inscriptions: u32, faults: &str) -> Self {
        Self::make(product, inscriptions, faults, |_, _| {})
    }

    /// The same in SQLite, with the settings changed before they are imported; the other argument is the receiver's
    /// address.
    pub fn with(inscriptions: u32, faults: &str, change: impl FnOnce(&mut Value, &str)) -> Self {
        Self::make(Product::Sqlite, inscriptions, faults, change)
    }

    fn make(product: Product, inscriptions: u32, faults: &str, change: impl FnOnce(&mut Value, &str)) -> Self {
        let folder = tempfile::Builder::new().tempdir_in(scratch()).unwrap();
        let sandbox = start_sandbox(faults);
        let (database, name) = sample(product, inscriptions).copy(folder.path());
        let installation = Installation {
            database,
            data_dir: folder.path().to_owned(),
            at: NIGHT.to_owned(),
            lease: 60,
            batch: None,
        };
        let world = Self {
            product,
            name,
            folder,
            sandbox,
            installation,
            clock: Arc::default(),
            outbox: Arc::default(),
            settings: Value::Null,
        };
        let mut settings = serde_json::to_value(seed::settings(plan(inscriptions), &world.sandbox.url())).unwrap();
        change(&mut settings, &world.sandbox.url());
        world.import(&settings);
        world
    }

    /// Another receiver in place of the one before, with these faults and nothing received.
    pub fn restart(&mut self, faults: &str) {
        self.sandbox = start_sandbox(faults);
    }

    pub fn file(&self) -> PathBuf {
        self.folder.path().join("erp.db")
    }

    pub fn import(&self, settings: &Value) {
        let (_library, plugin) = self.plugin();
        let bytes = settings.to_string();
        plugin
            .worker()
            .read_document("reglages.json", bytes.as_bytes())
            .unwrap();
    }

    fn plugin(&self) -> (Library, Plugin) {
        plugin(&self.installation, &self.clock, &self.outbox)
    }

    /// One call of the job, in this process, at that hour.
    pub fn night(&self, at: &str) -> Result<Outcome, Error> {
        self.job(at, "{}", &Until(|| false))
    }

    pub fn job(&self, at: &str, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
        self.clock.set(at.parse().unwrap());
        let (_library, plugin) = self.plugin();
        let begin = Instant::now();
        let patient = Until(|| begin.elapsed() > ENDLESS || run.is_cancelled());
        let outcome = plugin.worker().run_job(JOB, parameters, &patient);
        assert!(
            begin.elapsed() < ENDLESS,
            "a night without an end was stopped: {outcome:?}"
        );
        outcome
    }

    /// The journal's report, newest run first.
    pub fn report(&self) -> Vec<Value> {
        let (_library, plugin) = self.plugin();
        let mut bytes = Vec::new();
        let never = Until(|| false);
        plugin
            .worker()
            .write_document("compte-rendu.json", "{}", &never, &mut bytes)
            .unwrap();
        let report: Value = serde_json::from_slice(&bytes).unwrap();
        let runs = report["executions"].as_array().unwrap().clone();
        for run in &runs {
            let count = |name: &str| run["comptes"][name].as_i64().unwrap();
            let sum: i64 = ["acceptes", "rejetes", "non_envoyes", "en_attente"]
                .into_iter()
                .map(count)
                .sum();
            assert_eq!(count("lus"), sum, "{run}");
        }
        runs
    }

    /// The newest run of the report.
    pub fn last_run(&self) -> Value {
        self.report().swap_remove(0)
    }

    /// What the receiver holds: for each dossier how often it came, and the dossier itself, in a stable order.
    pub fn received(&self) -> BTreeMap<String, u64> {
        received(&self.sandbox)
    }

    /// The state of each inscription of a run: its primary key makes it one row each.
    pub fn states(&self, run: i64) -> BTreeMap<String, String> {
        let sql = format!("SELECT inscription_id, etat FROM mna_resultat WHERE execution_id = {run}");
        let rows = self.query(&sql);
        let count = rows.len();
        let states: BTreeMap<_, _> = rows.into_iter().map(|mut row| (row.remove(0), row.remove(0))).collect();
        assert_eq!(states.len(), count);
        states
    }

    pub fn query(&self, sql: &str) -> Vec<Vec<String>> {
        query(&self.installation.database, sql)
    }

    pub fn execute(&self, sql: &str) {
        query(&self.installation.database, sql);
    }

    pub fn try_execute(&self, sql: &str) -> Result<(), odbc_api::Error> {
        odbc_api::environment()
            .unwrap()
            .connect_with_connection_string(&self.installation.database, ConnectionOptions::default())?
            .execute(sql, (), None)
            .map(drop)
    }

    /// The server ends all the connections to this database.
    pub fn kill_connections(&self) {
        let name = &self.name;
        if self.product == Product::PostgreSql {
            let others = format!("FROM pg_stat_activity WHERE datname = '{name}' AND pid <> pg_backend_pid()");
            self.execute(&format!("SELECT pg_terminate_backend(pid) {others}"));
            return;
        }
        let others = "FROM information_schema.processlist WHERE id <> CONNECTION_ID()";
        for row in self.query(&format!("SELECT id {others} AND db = '{name}'")) {
            // Some end by themselves meanwhile.
            let _gone = self.try_execute(&format!("KILL {}", row[0]));
        }
    }

    /// A host in a process of its own that runs the night once; [`result`] tells what came of it.
    pub fn spawn(&self, name: &str) -> Child {
        self.child(Command::new(std::env::current_exe().unwrap()), name)
    }

    /// The same, but no file of that process may grow beyond so many blocks of 512 bytes.
    pub fn spawn_with_room(&self, name: &str, blocks: u64) -> Child {
        let mut shell = Command::new("sh");
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        shell.args(["-c", &script]).arg(std::env::current_exe().unwrap());
        self.child(shell, name)
    }

    fn child(&self, mut command: Command, name: &str) -> Child {
        let installation = &self.installation;
        let batch = installation.batch.map(|batch| batch.to_string()).unwrap_or_default();
        let result = self.result_file(name);
        let _absent = fs::remove_file(&result);
        command
            .args(["--exact", "child_host", "--nocapture", "--test-threads=1"])
            .env("NIGHT_DATABASE", &installation.database)
            .env("NIGHT_DATA_DIR", &installation.data_dir)
            .env("NIGHT_AT", &installation.at)
            .env("NIGHT_LEASE", installation.lease.to_string())
            .env("NIGHT_BATCH", batch)
            .env("NIGHT_RESULT", result)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// What a host's process wrote at its end.
    pub fn result(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.result_file(name)).unwrap()).unwrap()
    }

    fn result_file(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.json"))
    }
}

fn plugin(installation: &Installation, clock: &Arc<Clock>, outbox: &Arc<Outbox>) -> (Library, Plugin) {
    let library = Library::load(&library()).unwrap();
    let host = TestHost {
        installation: installation.clone(),
        clock: Arc::clone(clock),
        outbox: Arc::clone(outbox),
    };
    let plugin = library.create(host).unwrap();
    (library, plugin)
}

/// The child's side of [`World::spawn`].
pub fn child() {
    let var = |name: &str| std::env::var(name).ok();
    let Some(database) = var("NIGHT_DATABASE") else { return };
    let installation = Installation {
        database,
        data_dir: var("NIGHT_DATA_DIR").unwrap().into(),
        at: var("NIGHT_AT").unwrap(),
        lease: var("NIGHT_LEASE").unwrap().parse().unwrap(),
        batch: var("NIGHT_BATCH").unwrap().parse().ok(),
    };
    let clock = Arc::<Clock>::default();
    clock.set(installation.at.parse().unwrap());
    let (_library, plugin) = plugin(&installation, &clock, &Arc::default());
    let result = match plugin.worker().run_job(JOB, "{}", &Until(|| false)) {
        Ok(outcome) => json!({"kind": kind(outcome.kind), "text": outcome.text, "run": outcome.run_id}),
        Err(error) => json!({"kind": "error", "text": error.message, "detail": error.detail}),
    };
    fs::write(var("NIGHT_RESULT").unwrap(), result.to_string()).unwrap();
}

pub fn kind(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Done => "done",
        OutcomeKind::ToMend => "done, to mend",
        OutcomeKind::Problem => "problem",
        OutcomeKind::AlreadyDone => "already done",
        OutcomeKind::RunningElsewhere => "running elsewhere",
    }
}

pub fn start_sandbox(faults: &str) -> Sandbox {
    Sandbox::start(Options {
        faults: Scenario::from_toml(faults).unwrap(),
        ..Options::default()
    })
    .unwrap()
}

/// What a receiver holds, and how often each dossier came.
pub fn received(sandbox: &Sandbox) -> BTreeMap<String, u64> {
    let body = told(sandbox);
    let entry = |entry: &Value| (entry["dossier"].to_string(), entry["fois"].as_u64().unwrap());
    body["dossiers"].as_array().unwrap().iter().map(entry).collect()
}

/// How many requests a receiver has seen, answered or not.
pub fn requests(sandbox: &Sandbox) -> u64 {
    told(sandbox)["requetes"].as_u64().unwrap()
}

fn told(sandbox: &Sandbox) -> Value {
    let mut stream = TcpStream::connect(sandbox.addr()).unwrap();
    // HTTP/1.0: the answer ends with the connection, in one piece.
    stream
        .write_all(b"GET /sandbox/recus HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let head = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap();
    serde_json::from_slice(&answer[head + 4..]).unwrap()
}

fn plan(inscriptions: u32) -> Plan {
    Plan {
        seed: 7,
        inscriptions,
        year: 2026,
    }
}

/// A database with the sample and the plugin's tables, to be copied.
#[derive(Clone)]
enum Sample {
    File(PathBuf),
    Database(Product, String),
}

impl Sample {
    /// A copy: how to reach it, and its name on its server.
    fn copy(&self, folder: &Path) -> (String, String) {
        match self {
            Sample::File(sample) => {
                let file = folder.join("erp.db");
                fs::copy(sample, &file).unwrap();
                (sqlite(&file), String::new())
            }
            Sample::Database(product, sample) => {
                let server = product.server().unwrap();
                let name = server.copy_database(sample);
                (server.connection_string(&name), name)
            }
        }
    }
}

/// The sample, made once for each size and database.
fn sample(product: Product, inscriptions: u32) -> Sample {
    static MADE: Mutex<Option<HashMap<(Product, u32), Sample>>> = Mutex::new(None);
    let mut made = MADE.lock().unwrap();
    let made = made.get_or_insert_default();
    if let Some(sample) = made.get(&(product, inscriptions)) {
        return sample.clone();
    }
    let (database, sample) = match product.server() {
        None => {
            let file = scratch().join(format!("sample-{inscriptions}.db"));
            (sqlite(&file), Sample::File(file))
        }
        Some(server) => {
            let name = server.create_database();
            (server.connection_string(&name), Sample::Database(product, name))
        }
    };
    seed::fill(&database, plan(inscriptions), false, &|_| true).unwrap();
    let installation = Installation {
        database,
        data_dir: scratch().to_owned(),
        at: NIGHT.to_owned(),
        lease: 60,
        batch: None,
    };
    let clock = Arc::<Clock>::default();
    clock.set(NIGHT.parse().unwrap());
    let (_library, plugin) = plugin(&installation, &clock, &Arc::default());
    plugin.worker().run_job("migration", "{}", &Until(|| false)).unwrap();
    made.insert((product, inscriptions), sample.clone());
    sample
}

/// The driver takes the first of two attributes of one name.
fn patient(database: &str) -> String {
    database.replace("Driver=SQLite3;", "Driver=SQLite3;Timeout=20000;")
}

/// Runs a statement on a connection of its own; its rows as text.
pub fn query(database: &str, sql: &str) -> Vec<Vec<String>> {
    let connection = odbc_api::environment()
        .unwrap()
        .connect_with_connection_string(&patient(database), ConnectionOptions::default())
        .unwrap();
    let mut found = Vec::new();
    let Some(mut cursor) = connection.execute(sql, (), None).unwrap() else {
        return found;
    };
    let columns = u16::try_from(odbc_api::ResultSetMetadata::num_result_cols(&mut cursor).unwrap()).unwrap();
    while let Some(mut row) = cursor.next_row().unwrap() {
        let mut cells = Vec::new();
        for column in 1..=columns {
            let mut cell = Vec::new();
            row.get_text(column, &mut cell).unwrap();
            cells.push(String::from_utf8(cell).unwrap());
        }
        found.push(cells);
    }
    found
}

/// Keeps everybody else out of the batches' table, or of all of them where there is nothing smaller, while something is
/// done.
pub fn while_locked(product: Product, database: &str, work: &dyn Fn()) {
    let connection = odbc_api::environment()
        .unwrap()
        .connect_with_connection_string(&patient(database), ConnectionOptions::default())
        .unwrap();
    let (begin, end) = product.pick(
        (&["BEGIN EXCLUSIVE"][..], "ROLLBACK"),
        (&["BEGIN", "LOCK TABLE mna_lot IN ACCESS EXCLUSIVE MODE"], "ROLLBACK"),
        (&["LOCK TABLES mna_lot WRITE"], "UNLOCK TABLES"),
    );
    for sql in begin {
        connection.execute(sql, (), None).unwrap();
    }
    work();
    connection.execute(end, (), None).unwrap();
}

/// Gives the lease of a dead host back before its time.
pub fn end_lease(database: &str) {
    query(database, "UPDATE mna_verrou SET expire = 0");
}

/// Numbers that look random, the same for the same seed.
pub struct Dice(pub u64);

impl Dice {
    /// From 0 to `sides` - 1.
    pub fn roll(&mut self, sides: u64) -> u64 {
        // splitmix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}
