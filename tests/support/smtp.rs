//! A real SMTP server (aiosmtpd, of Debian's python3-aiosmtpd), in a process that ends with its owner.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use serde_json::Value;

/// A server that listens on 127.0.0.1.
pub struct Smtp {
    process: Child,
    pub port: u16,
    messages: Receiver<Value>,
}

impl Smtp {
    /// Start one; the options are those at the head of `smtp_server.py`.
    pub fn start(options: &Value) -> Self {
        // Debian's own: another Python first in the path would not have the package.
        let mut process = Command::new("/usr/bin/python3")
            .arg(super::source("tests/support/smtp_server.py"))
            .arg(options.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let (sender, messages) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _nobody_listens = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let first: Value = messages
            .recv_timeout(Duration::from_secs(30))
            .expect("aiosmtpd starts: install python3-aiosmtpd");
        Self {
            process,
            port: u16::try_from(first["port"].as_u64().unwrap()).unwrap(),
            messages,
        }
    }

    /// The messages taken since the last time. A message is told before its sender hears of it, so that none is late
    /// by more than a pipe's way.
    pub fn messages(&self, expected: usize) -> Vec<Value> {
        let wait = |_| {
            self.messages
                .recv_timeout(Duration::from_secs(10))
                .expect("a message is missing")
        };
        let mut found: Vec<Value> = (0..expected).map(wait).collect();
        found.extend(self.messages.try_iter());
        found
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _reaped = self.process.wait();
    }
}
