//! The module against a misbehaving server: real TCP, a clock and a die that the tests hold.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod connection;
mod organisme;
mod sending;
mod statut_candidats;

use super::*;
use crate::dossier::Protocole;
use chrono::{DateTime, FixedOffset, TimeDelta};
use std::cell::{Cell, RefCell};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

pub(super) const KEY: &str = "c1e-tres-secrete";

/// One request as the server saw it.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    /// Requests before this one.
    index: usize,
    path: String,
    head: String,
    body: String,
}

impl Seen {
    fn items(&self) -> Vec<serde_json::Value> {
        serde_json::from_str(&self.body).unwrap()
    }

    fn ids(&self) -> Vec<u64> {
        self.items().iter().map(|item| item["id"].as_u64().unwrap()).collect()
    }
}

/// Reads one request; none when the peer closed or spoke something else.
fn read_request(stream: &mut (impl Read + ?Sized)) -> Option<(String, String)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let length = head
        .to_ascii_lowercase()
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8_lossy(&body).into_owned()))
}

/// One request per connection, answered by a closure that may write what it likes.
pub(super) struct Server {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub(super) fn start(answer: impl Fn(&Seen, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (seen, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (log, ended) = (Arc::clone(&seen), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let mut stream = stream.unwrap();
                let Some((head, body)) = read_request(&mut stream) else {
                    continue;
                };
                let index = log.lock().unwrap().len();
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                let request = Seen {
                    index,
                    path,
                    head,
                    body,
                };
                log.lock().unwrap().push(request.clone());
                answer(&request, &mut stream);
            }
        });
        Self {
            address,
            seen,
            stop,
            thread: Some(thread),
        }
    }

    /// The same raw answers in turn, the last one for ever.
    pub(super) fn scripted(answers: Vec<String>) -> Self {
        Self::start(move |seen, stream| {
            let answer = answers.get(seen.index).unwrap_or_else(|| answers.last().unwrap());
            let _ = stream.write_all(answer.as_bytes());
        })
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}/api", self.address)
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        let ended = self.thread.take().unwrap().join();
        if !std::thread::panicking() {
            ended.unwrap();
        }
    }
}

/// Keeps the connection open, silent, until the client closes it.
pub(super) fn hang(stream: &mut TcpStream) {
    let _ = stream.read(&mut [0]);
}

pub(super) fn http(status: u16, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
        body.len()
    )
}

/// The v3 answer to a request; `reject` gives the fields complained of.
pub(super) fn v3_answer(seen: &Seen, reject: impl Fn(&serde_json::Value) -> Vec<&'static str>) -> String {
    let data: Vec<serde_json::Value> = seen
        .items()
        .iter()
        .map(|item| {
            let errors: Vec<_> = reject(item)
                .iter()
                .map(|field| serde_json::json!({"message": format!("Format invalide ({field})"), "path": [field]}))
                .collect();
            serde_json::json!({"nom_apprenant": item["nom_apprenant"], "has_error": !errors.is_empty(), "validation_errors": errors})
        })
        .collect();
    http(
        200,
        "",
        &serde_json::json!({"status": "OK", "message": "Queued", "data": data}).to_string(),
    )
}

pub(super) fn all_right(seen: &Seen) -> String {
    v3_answer(seen, |_| vec![])
}

/// The world outside: an hour that passes only while one sleeps.
pub(super) struct World {
    now: Cell<DateTime<FixedOffset>>,
    deadline: DateTime<FixedOffset>,
    slept: Cell<Duration>,
    cancel: Arc<AtomicBool>,
    cancel_after: Cell<Duration>,
    patience: Cell<Duration>,
}

impl World {
    pub(super) fn new() -> Self {
        let now = DateTime::parse_from_rfc3339("2026-11-23T23:00:00+01:00").unwrap();
        Self {
            now: Cell::new(now),
            deadline: now + TimeDelta::hours(6),
            slept: Cell::new(Duration::ZERO),
            cancel: Arc::new(AtomicBool::new(false)),
            cancel_after: Cell::new(Duration::MAX),
            patience: Cell::new(Duration::MAX),
        }
    }

    pub(super) fn run<R>(&self, work: impl FnOnce(&Environment<'_>) -> R) -> R {
        work(&Environment {
            cancel: &|| self.cancel.load(Ordering::SeqCst),
            now: &|| self.now.get(),
            jitter: &|| 0.0,
            sleep: &|time| {
                assert!(time <= Duration::from_millis(100), "too long to hear a cancel");
                self.slept.set(self.slept.get() + time);
                self.now.set(self.now.get() + TimeDelta::from_std(time).unwrap());
                if self.slept.get() >= self.cancel_after.get() {
                    self.cancel.store(true, Ordering::SeqCst);
                }
            },
            deadline: self.deadline,
            patience: self.patience.get(),
        })
    }
}

/// What the journal heard.
#[derive(Default)]
pub(super) struct Journal {
    events: RefCell<Vec<String>>,
    stop_before: bool,
    stop_after: bool,
}

impl Observer for Journal {
    fn before(&mut self, part: Range<usize>) -> Result<(), Stop> {
        self.events.borrow_mut().push(format!("avant {part:?}"));
        if self.stop_before { Err(Stop) } else { Ok(()) }
    }

    fn after(&mut self, part: Range<usize>, answer: &PartAnswer<'_>) -> Result<(), Stop> {
        let outcome = match answer.outcome {
            PartOutcome::Verdicts(verdicts) => {
                assert_eq!(verdicts.len(), part.len());
                verdicts.iter().map(letter).collect()
            }
            PartOutcome::Divided => "divisé".to_owned(),
        };
        let event = format!("après {part:?} {} x{} {outcome}", answer.http, answer.attempts);
        self.events.borrow_mut().push(event);
        if self.stop_after { Err(Stop) } else { Ok(()) }
    }

    fn waiting(&mut self, wait: Duration, cause: &MissionError) {
        self.events
            .borrow_mut()
            .push(format!("attend {} {}", wait.as_secs(), cause.code()));
    }
}

/// A: accepted, H: healed, R: rejected, RR: rejected twice.
pub(super) fn letter(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepte => "A",
        Verdict::AccepteAllege { .. } => "H",
        Verdict::Rejete { seconde: None, .. } => "R",
        Verdict::Rejete { .. } => "RR",
    }
}

pub(super) fn letters(verdicts: &[Verdict]) -> String {
    verdicts.iter().map(letter).collect()
}

/// For servers that fall silent; the others get the usual time, however busy the machine.
pub(super) fn impatient() -> Options {
    Options {
        read: Duration::from_secs(1),
        ..Options::default()
    }
}

pub(super) fn access(protocole: Protocole, url: String) -> Access {
    Access {
        uai: "0570079B".into(),
        protocole,
        url,
        identifiant: Some("editeur".into()),
        cle: Cle::new(KEY),
    }
}

pub(super) fn batch(dossiers: usize) -> Batch<usize> {
    batch_of((0..dossiers).map(|id| serde_json::json!({"id": id, "nom_apprenant": "DUPONT"})))
}

pub(super) fn batch_of(items: impl IntoIterator<Item = serde_json::Value>) -> Batch<usize> {
    let mut splitter = Splitter::new(Limits::new(Protocole::V3, Some(2000)));
    for (tag, item) in items.into_iter().enumerate() {
        assert!(matches!(splitter.push(tag, item.to_string().as_bytes()), Pushed::Kept));
    }
    splitter.finish().unwrap()
}

/// Sends to a server; gives the outcome, and what the journal heard.
pub(super) fn send_to(
    server: &Server,
    protocole: Protocole,
    world: &World,
    batch: &Batch<usize>,
) -> (Result<Vec<Verdict>, MissionError>, Vec<String>) {
    send_with(Options::default(), server, protocole, world, batch)
}

pub(super) fn send_with(
    options: Options,
    server: &Server,
    protocole: Protocole,
    world: &World,
    batch: &Batch<usize>,
) -> (Result<Vec<Verdict>, MissionError>, Vec<String>) {
    let transport = Transport::new(options).unwrap();
    let mut mission = Mission::new(&transport, access(protocole, server.base())).unwrap();
    let mut journal = Journal::default();
    let result = world.run(|env| mission.send(batch, env, &mut journal));
    if let Err(error) = &result {
        assert_discreet(error);
    }
    (result, journal.events.into_inner())
}

/// No key, no name in anything that an error shows.
pub(super) fn assert_discreet(error: &MissionError) {
    for shown in [
        format!("{error:?}"),
        error.to_string(),
        error.user_text(),
        error.code().to_owned(),
    ] {
        assert!(!shown.is_empty());
        assert!(
            !shown.contains(KEY) && !shown.contains("DUPONT") && !shown.contains("jeton"),
            "{shown}"
        );
    }
}
