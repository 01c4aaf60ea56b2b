//! The sandbox over real TCP connections.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod doors;
mod faults;
mod like_the_receiver;
mod routes;

use super::faults::Scenario;
use super::*;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;

const V3: &str = "/api/v3/dossiers-apprenants";
const V2021: &str = "/api/statut-candidats";
const KEY: &str = "Authorization: Bearer cle-de-test-1\r\n";
const JSON: &str = "Content-Type: application/json\r\n";

/// An answer as it came over the wire.
#[derive(Debug)]
struct Got {
    status: u16,
    head: String,
    body: String,
    /// Whether as many bytes came as were announced.
    complete: bool,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }
}

/// One request on a connection of its own; `Err` when there is no answer at all.
fn send(sandbox: &Sandbox, method: &str, path: &str, headers: &str, body: &[u8]) -> io::Result<Got> {
    let mut stream = TcpStream::connect(sandbox.addr())?;
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    )?;
    stream.write_all(body)?;
    let mut bytes = Vec::new();
    let end = stream.read_to_end(&mut bytes);
    let Some(middle) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else {
        end?;
        return Err(io::ErrorKind::UnexpectedEof.into());
    };
    let head = String::from_utf8(bytes[..middle].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let raw = &bytes[middle + 4..];
    let mut got = Got {
        status,
        head,
        body: String::new(),
        complete: true,
    };
    let body = if got.header("transfer-encoding") == Some("chunked") {
        unchunk(raw)
    } else {
        raw.to_vec()
    };
    got.complete = got
        .header("content-length")
        .is_none_or(|length| length.parse::<usize>().unwrap() == body.len());
    got.body = String::from_utf8(body).unwrap();
    Ok(got)
}

fn unchunk(mut raw: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = raw.windows(2).position(|window| window == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&raw[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&raw[line + 2..line + 2 + size]);
        raw = &raw[line + 4 + size..];
    }
}

fn post(sandbox: &Sandbox, path: &str, headers: &str, body: &Value) -> Got {
    send(
        sandbox,
        "POST",
        path,
        &format!("{JSON}{headers}"),
        body.to_string().as_bytes(),
    )
    .unwrap()
}

fn inbox(sandbox: &Sandbox) -> Value {
    send(sandbox, "GET", "/sandbox/recus", "", b"").unwrap().json()
}

fn start(options: Options) -> Sandbox {
    Sandbox::start(options).unwrap()
}

fn with_faults(scenario: &str) -> Sandbox {
    start(Options {
        faults: Scenario::from_json(scenario).unwrap(),
        ..Options::default()
    })
}

fn dossier(id: &str) -> Value {
    json!({
        "nom_apprenant": "LENÔTRE", "prenom_apprenant": "Gaston", "date_de_naissance_apprenant": "2004-05-28",
        "annee_scolaire": "2023-2024", "id_erp_apprenant": id,
        "date_inscription_formation": "2023-09-01", "date_entree_formation": "2023-09-01", "date_fin_formation": "2025-08-31",
        "etablissement_responsable_uai": "0123456A", "etablissement_responsable_siret": "12345678901234",
        "etablissement_formateur_uai": "0123456A", "etablissement_formateur_siret": "12345678901234",
    })
}

fn dossier_2021(nom: &str) -> Value {
    json!({
        "nom_apprenant": nom, "prenom_apprenant": "Gaston", "ne_pas_solliciter": false, "uai_etablissement": "0123456A",
        "nom_etablissement": "CFA", "id_formation": "50022141", "annee_scolaire": "2021-2022", "statut_apprenant": 3,
        "date_metier_mise_a_jour_statut": "2021-09-01",
    })
}

#[test]
fn many_dossiers_stay_readable() {
    let sandbox = start(Options::default());
    for batch in 0..10 {
        let items: Vec<Value> = (0..2000).map(|i| dossier(&format!("{batch}-{i}"))).collect();
        assert_eq!(post(&sandbox, V3, KEY, &Value::Array(items)).status, 200);
    }
    let list = inbox(&sandbox);
    assert_eq!(list["dossiers"].as_array().unwrap().len(), 20_000);
    assert_eq!(list["dossiers"][19_999]["dossier"]["id_erp_apprenant"], "9-1999");
}

/// A log that the test reads.
#[derive(Clone, Default)]
struct Shown(Arc<Mutex<Vec<u8>>>);

impl Write for Shown {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn log_has_a_line_per_request_without_secrets() {
    let shown = Shown::default();
    let mut sandbox = start(Options {
        log: Some(Log::Writer(Box::new(shown.clone()))),
        ..Options::default()
    });
    let body = json!([dossier("1"), dossier("2")]);
    post(&sandbox, &format!("{V3}?cle=secrete"), KEY, &body);
    post(&sandbox, V3, "", &json!([]));
    inbox(&sandbox);
    sandbox.stop();
    let text = String::from_utf8(shown.0.lock().unwrap().clone()).unwrap();
    let expected = format!(
        "POST {V3} 200 items=2 bytes={}\nPOST {V3} 403 items=- bytes=2\nGET /sandbox/recus 200 items=- bytes=0\n",
        body.to_string().len()
    );
    assert_eq!(text, expected);
}

#[test]
fn a_taken_port_is_told() {
    let sandbox = start(Options::default());
    let port = sandbox.addr().port();
    match Sandbox::start(Options {
        port,
        ..Options::default()
    }) {
        Err(error @ SandboxError::Port { .. }) => assert!(error.user_text().contains(&port.to_string())),
        _ => panic!("the port is taken"),
    }
    drop(sandbox);
    assert!(
        Sandbox::start(Options {
            port,
            ..Options::default()
        })
        .is_ok()
    );
}
