//! The sandbox of the receiver, and what it holds.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use demo_host::sandbox::{Keys, Options, Sandbox, faults::Scenario};
use serde_json::Value;

/// A sandbox that takes these keys (any well-formed one without), and misbehaves as a scenario in TOML says.
pub fn start(keys: Keys, scenario: &str) -> Sandbox {
    Sandbox::start(Options {
        keys,
        faults: Scenario::from_toml(scenario).unwrap(),
        ..Options::default()
    })
    .unwrap()
}

/// What `GET /sandbox/recus` tells. HTTP/1.0, so that the answer's end is the connection's.
pub fn received(sandbox: &Sandbox) -> Value {
    let mut stream = TcpStream::connect(sandbox.addr()).unwrap();
    stream
        .write_all(b"GET /sandbox/recus HTTP/1.0\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    serde_json::from_slice(&answer[body..]).unwrap()
}

/// The dossiers that it holds, as texts, sorted.
pub fn dossiers(received: &Value) -> Vec<String> {
    let mut dossiers: Vec<_> = received["dossiers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["dossier"].to_string())
        .collect();
    dossiers.sort();
    dossiers
}
