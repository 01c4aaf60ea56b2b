//! How fast a whole night is, where its time goes, and how much memory it takes.
//!
//! `cargo bench --bench nuit -- [INSCRIPTIONS…] [DOSSIER]` (default 100000) makes a sample of each size with demo-host's
//! own `seed`, in a temporary folder or in DOSSIER, where the next call finds it again; starts the sandbox of the
//! receiver in a process of its own; plays one night in another, through the real library, to its end; and prints the
//! dossiers sent a second, the night's peak memory, and its own account of the time spent reading, computing, waiting
//! for answers (the sum of all senders) and in the journal. `-- 100000 1000000` shows that memory does not grow with the
//! number. Nothing here fails for being slow: figures are for people to judge. The sandbox checks every dossier on the
//! same machine: a receiver elsewhere leaves more of it to the night.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "support/memory.rs"]
mod memory;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Instant;

use demo_host::sandbox::{Options, Sandbox};

/// The night: in the middle of the sample's school year.
const AT: &str = "2026-10-15T23:00+02:00";
const DATE: &str = "2026-10-15";
/// Says what this process is.
const SANDBOX: &str = "--bac-a-sable";
const NIGHT: &str = "--nuit";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [SANDBOX] => sandbox(),
        [NIGHT, folder] => night(Path::new(folder)),
        _ => measure(&arguments),
    }
    ExitCode::SUCCESS
}

/// The parent: makes the samples, starts the processes, prints the table.
fn measure(arguments: &[String]) {
    let (mut counts, mut kept) = (Vec::new(), None);
    for argument in arguments {
        match argument.parse::<u32>() {
            Ok(count) => counts.push(count),
            Err(_) => kept = Some(PathBuf::from(argument)),
        }
    }
    if counts.is_empty() {
        counts.push(100_000);
    }
    let temporary = tempfile::tempdir().unwrap();
    let folder = kept.unwrap_or_else(|| temporary.path().to_owned());
    println!("one night, SQLite through its ODBC driver, sandbox on loopback in a process of its own");
    println!(
        "{:>12} {:>9} {:>8} {:>11} {:>9}   {:>8} {:>10} {:>8} {:>8}",
        "inscriptions", "sent", "wall s", "dossiers/s", "peak MiB", "reading", "computing", "sending", "journal"
    );
    let mut first = None;
    for count in counts {
        let figures = figures(count, &folder.join(count.to_string()));
        let parts: f64 = figures.parts.iter().sum();
        let share = |part: f64| format!("{:.0} %", 100.0 * part / parts);
        let [reading, computing, sending, journal] = figures.parts.map(share);
        println!(
            "{count:>12} {:>9} {:>8.1} {:>11.0} {:>9.1}   {reading:>8} {computing:>10} {sending:>8} {journal:>8}",
            figures.sent,
            figures.wall,
            f64::from(figures.sent) / figures.wall,
            figures.peak_mib
        );
        let [reading, computing, sending, journal] = figures.parts;
        println!(
            "{:>54}   {reading:>6.1} s {computing:>8.1} s {sending:>6.1} s {journal:>6.1} s",
            ""
        );
        let first = *first.get_or_insert(figures.peak_mib);
        if (first - figures.peak_mib).abs() > f64::EPSILON {
            println!(
                "peak memory: {:+.0} % of the first",
                100.0 * (figures.peak_mib / first - 1.0)
            );
        }
    }
}

struct Figures {
    sent: u32,
    wall: f64,
    peak_mib: f64,
    /// Seconds of reading, computing, sending, journal.
    parts: [f64; 4],
}

fn figures(inscriptions: u32, folder: &Path) -> Figures {
    let fresh = folder.join("fresh.db");
    if !fresh.is_file() {
        fs::create_dir_all(folder).unwrap();
        let count = inscriptions.to_string();
        demo_host(folder, &["--date", DATE, "seed", "--inscriptions", &count]);
        demo_host(folder, &["migrate"]);
        fs::rename(folder.join("demo.db"), &fresh).unwrap();
    }
    fs::copy(&fresh, folder.join("demo.db")).unwrap();

    let mut receiver = child(&[SANDBOX.as_ref()]);
    let mut url = String::new();
    BufReader::new(receiver.stdout.take().unwrap())
        .read_line(&mut url)
        .unwrap();
    let settings = folder.join("reglages.json");
    let mut lines: serde_json::Value = serde_json::from_slice(&fs::read(&settings).unwrap()).unwrap();
    for acces in lines["acces"].as_array_mut().unwrap() {
        acces["url"] = url.trim().into();
    }
    fs::write(&settings, lines.to_string()).unwrap();
    demo_host(folder, &["settings", "import", settings.to_str().unwrap()]);

    let mut night = child(&[NIGHT.as_ref(), folder.as_os_str()]);
    let mut log = String::new();
    night.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    let mut said = String::new();
    night.stdout.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(night.wait().unwrap().success(), "{log}");
    drop(receiver.stdin.take());
    receiver.wait().unwrap();

    let closed = log.lines().find(|line| line.contains("night closed")).expect(&log);
    let logged = |name: &str| -> f64 {
        let rest = closed.split(&format!("{name}=")).nth(1).expect(closed);
        rest.split_whitespace().next().unwrap().parse().unwrap()
    };
    let own: Vec<f64> = said
        .lines()
        .last()
        .unwrap()
        .split_whitespace()
        .map(|f| f.parse().unwrap())
        .collect();
    let [wall, peak_mib] = own.try_into().unwrap();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let sent = (logged("acceptes") + logged("rejetes")) as u32;
    Figures {
        sent,
        wall,
        peak_mib,
        parts: ["reading_s", "computing_s", "sending_s", "journal_s"].map(logged),
    }
}

fn child(arguments: &[&std::ffi::OsStr]) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The receiver, until nobody holds its standard input any more.
fn sandbox() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    println!("{}", sandbox.url());
    let mut nothing = String::new();
    std::io::stdin().read_to_string(&mut nothing).unwrap();
}

/// The night; its log goes to standard error.
fn night(folder: &Path) {
    let started = Instant::now();
    let code = run(folder, &["--log", "info", "night", "--at", AT]);
    // Some dossiers of the sample are rejected.
    assert!(
        [0_u8, 1]
            .map(ExitCode::from)
            .map(|known| format!("{known:?}"))
            .contains(&code),
        "{code}"
    );
    println!("\n{} {}", started.elapsed().as_secs_f64(), memory::peak_mib());
}

/// Runs demo-host's own `main` in this process, with the plugin loaded from its library file.
fn demo_host(folder: &Path, arguments: &[&str]) {
    let code = run(folder, arguments);
    assert_eq!(code, format!("{:?}", ExitCode::SUCCESS), "{arguments:?}");
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let mut line: Vec<OsString> = vec!["demo-host".into(), "--dir".into(), folder.into()];
    line.extend(arguments.iter().map(OsString::from));
    format!("{:?}", demo_host::run(line))
}
