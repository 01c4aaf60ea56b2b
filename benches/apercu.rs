//! How fast a preview is, beside a bare read of the same columns by the same driver, and how much memory it takes.
//!
//! `cargo bench --bench apercu -- [INSCRIPTIONS] [DOSSIER]` (default 100000) makes the sample with demo-host's own
//! `seed` in a temporary folder, or takes the one that it made before in DOSSIER, and prints for each way of reading
//! it: wall time, processor time of all threads, inscriptions a second, peak memory, and both times as multiples of
//! the bare read's. Every measurement is a process of its own, and the best of three counts. Nothing here fails for
//! being slow: figures are for people to judge, and on a busy machine only the processor time means something.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/memory.rs"]
mod memory;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use odbc_api::buffers::TextRowSet;
use odbc_api::{ConnectionOptions, Cursor as _, ResultSetMetadata as _, environment};
use passerelle::database::Database;
use passerelle::dossier::Protocole;
use passerelle::erp::{Erp, Mapping, Scope};
use passerelle::night::stream::{Choice, Plan};
use passerelle::store::Store;

/// The day of the preview: in the middle of the sample's school year.
const DATE: &str = "2026-10-15";
/// Measurements of each kind.
const ROUNDS: usize = 3;
/// Rows of a block, and bytes of a value, of the bare read.
const BLOCK: (usize, usize) = (1000, 255);
/// Says that this process is a measurement: which, and the folder of its sample.
const CHILD: &str = "--mesure";

/// The measurements, from the least work to the most.
const MEASUREMENTS: [(&str, &str); 4] = [
    ("bare", "bare block-cursor read"),
    ("read", "read into records"),
    ("rules", "read + rules"),
    ("preview", "read + rules + JSON (demo-host preview --out)"),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [CHILD, name, folder] => measure(name, Path::new(folder)),
        [] => compare(100_000, None),
        [count] => compare(count.parse().expect("a number of inscriptions"), None),
        [count, folder] => compare(
            count.parse().expect("a number of inscriptions"),
            Some(PathBuf::from(folder)),
        ),
        _ => panic!("expected: [INSCRIPTIONS] [DOSSIER]"),
    }
    ExitCode::SUCCESS
}

// The parent: makes the sample, starts the measurements, prints the table.

fn compare(inscriptions: u32, kept: Option<PathBuf>) {
    let temporary = tempfile::tempdir().unwrap();
    let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
    if !database_file(&folder).is_file() {
        make_sample(inscriptions, &folder);
    }
    println!("{inscriptions} inscriptions, SQLite through its ODBC driver, StepAPI=1");
    println!(
        "{:<46} {:>8} {:>8} {:>9} {:>9} {:>7} {:>7}",
        "", "wall s", "cpu s", "rows/s", "peak MiB", "x wall", "x cpu"
    );
    let mut bare = None;
    for (name, label) in MEASUREMENTS {
        let figures = (0..ROUNDS)
            .map(|_| start(name, &folder))
            .reduce(|a, b| Figures {
                wall: a.wall.min(b.wall),
                cpu: a.cpu.min(b.cpu),
                peak_mib: a.peak_mib.max(b.peak_mib),
            })
            .unwrap();
        let bare = *bare.get_or_insert(figures);
        println!(
            "{label:<46} {:>8.2} {:>8.2} {:>9.0} {:>9.1} {:>7.2} {:>7.2}",
            figures.wall,
            figures.cpu,
            f64::from(inscriptions) / figures.wall,
            figures.peak_mib,
            figures.wall / bare.wall,
            figures.cpu / bare.cpu
        );
    }
}

fn make_sample(inscriptions: u32, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let count = inscriptions.to_string();
    let settings = folder.join("reglages.json");
    demo_host(folder, &["seed", "--inscriptions", &count]);
    demo_host(folder, &["migrate"]);
    demo_host(folder, &["settings", "import", settings.to_str().unwrap()]);
}

/// Figures of one measurement, in seconds and MiB.
#[derive(Clone, Copy)]
struct Figures {
    wall: f64,
    cpu: f64,
    peak_mib: f64,
}

fn start(name: &str, folder: &Path) -> Figures {
    let output = Command::new(env::current_exe().unwrap())
        .args([CHILD, name])
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "the measurement {name} failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let figures: Vec<f64> = text
        .lines()
        .last()
        .unwrap()
        .split_whitespace()
        .map(|figure| figure.parse().unwrap())
        .collect();
    let [wall, cpu, peak_mib] = figures.try_into().unwrap();
    Figures { wall, cpu, peak_mib }
}

// The children: one measurement each.

fn measure(name: &str, folder: &Path) {
    let started = Instant::now();
    match name {
        "bare" => bare(folder),
        "read" => read(folder),
        "rules" => rules(folder),
        "preview" => {
            let out = folder.join("apercu.json");
            demo_host(folder, &["--date", DATE, "preview", "--out", out.to_str().unwrap()]);
        }
        _ => panic!("no measurement {name}"),
    }
    let wall = started.elapsed();
    println!(
        "\n{} {} {}",
        wall.as_secs_f64(),
        processor_time().as_secs_f64(),
        memory::peak_mib()
    );
    io::stdout().flush().unwrap();
}

/// Every statement of the reader, one after the other, into block cursors that nobody looks into.
fn bare(folder: &Path) {
    let (erp, scope) = erp(folder);
    for sql in erp.statements(&scope) {
        let connection = environment()
            .unwrap()
            .connect_with_connection_string(&connection_string(folder), ConnectionOptions::default())
            .unwrap();
        let mut cursor = connection.into_cursor(&sql, (), None).unwrap().unwrap();
        let columns = usize::try_from(cursor.num_result_cols().unwrap()).unwrap();
        let buffer = TextRowSet::from_max_str_lens(BLOCK.0, std::iter::repeat_n(BLOCK.1, columns)).unwrap();
        let mut block = cursor.bind_buffer(buffer).unwrap();
        while block.fetch().unwrap().is_some() {}
    }
}

fn read(folder: &Path) {
    let (erp, scope) = erp(folder);
    let mut count = 0_u64;
    erp.inscriptions(&scope, &|| false, &mut |inscription| {
        count += u64::from(inscription.id != 0);
        std::ops::ControlFlow::Continue(())
    })
    .unwrap();
    assert!(count > 0);
}

fn rules(folder: &Path) {
    let (erp, scope) = erp(folder);
    let store = store(folder);
    let plan = Plan {
        erp,
        run_date: DATE.parse::<NaiveDate>().unwrap(),
        secteurs: store
            .secteurs()
            .unwrap()
            .into_iter()
            .map(|secteur| secteur.reglage)
            .collect(),
        named: scope.secteurs,
        lignes_uai: store.lignes_uai().unwrap(),
        acces: store.acces().unwrap(),
        choice: Choice::Fixed {
            protocole: Protocole::V3,
            donnees_sifa: false,
        },
    };
    let mut stream = plan.start();
    let mut count = 0;
    while let Some(group) = stream.next_group(&|| false).unwrap() {
        count += group.len();
    }
    assert!(count > 0);
}

fn erp(folder: &Path) -> (Erp, Scope) {
    let secteurs = store(folder)
        .secteurs()
        .unwrap()
        .into_iter()
        .map(|secteur| (secteur.reglage.societe_id, secteur.reglage.secteur_id))
        .collect();
    let database = Database::connect(&connection_string(folder)).unwrap();
    (Erp::new(database, Mapping::default()), Scope { secteurs })
}

fn store(folder: &Path) -> Store {
    Store::open(&Database::connect(&connection_string(folder)).unwrap()).unwrap()
}

fn connection_string(folder: &Path) -> String {
    demo_host::places::sqlite(&database_file(folder))
}

fn database_file(folder: &Path) -> PathBuf {
    folder.join("demo.db")
}

/// Runs demo-host's own `main` in this process, with the plugin loaded from its library file.
fn demo_host(folder: &Path, arguments: &[&str]) {
    let mut line: Vec<OsString> = vec!["demo-host".into(), "--dir".into(), folder.into()];
    line.extend(arguments.iter().map(OsString::from));
    let code = demo_host::run(line);
    assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS), "{arguments:?}");
}

/// User and system time of this process, all threads; 0 where the system does not tell it in `/proc`.
fn processor_time() -> Duration {
    let Ok(stat) = fs::read_to_string("/proc/self/stat") else {
        return Duration::ZERO;
    };
    // The name of the program, which may hold anything, ends with the last bracket.
    let ticks: u64 = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .skip(11)
        .take(2)
        .map(|ticks| ticks.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}
