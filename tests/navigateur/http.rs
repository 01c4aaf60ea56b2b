//! Who may talk to the mini ERP, at the level of HTTP; and what becomes of a browser tab's screens when it goes away.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::erp::Erp;
use crate::support;

pub struct Answer {
    pub status: u16,
    head: String,
    pub body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// A request as somebody writes it who is not a browser.
pub fn ask(port: u16, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    let headers: String = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"))
        .collect();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    // Some servers leave the connection open whatever they are told.
    let (mut answer, mut chunk) = (Vec::new(), [0; 4096]);
    while !whole(&answer) {
        match stream.read(&mut chunk).unwrap() {
            0 => break,
            read => answer.extend(&chunk[..read]),
        }
    }
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer {
        status,
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// Whether an answer that says how long it is has come whole.
fn whole(answer: &[u8]) -> bool {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = |line: &str| {
        line.to_ascii_lowercase()
            .strip_prefix("content-length:")?
            .trim()
            .parse()
            .ok()
    };
    head.lines()
        .find_map(length)
        .is_some_and(|length: usize| body.len() >= length)
}

#[test]
fn only_a_page_of_the_mini_erp_is_answered() {
    let folder = support::scratch().join("http");
    let library = support::zoo("invented");
    let erp = Erp::start(&folder, Some(&library), &["--inscriptions", "40"]);
    let (address, token) = erp.url.rsplit_once("/?jeton=").unwrap();
    let host = address.strip_prefix("http://").unwrap();
    let port: u16 = host.rsplit_once(':').unwrap().1.parse().unwrap();
    loopback_only(port);

    let exchange = ask(port, "GET", &format!("/?jeton={token}"), &[("Host", host)], "");
    assert_eq!(exchange.status, 303);
    let cookie = exchange.header("set-cookie").unwrap();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    let cookie = cookie.split(';').next().unwrap();
    let json = ("Content-Type", "application/json");
    let own = [("Host", host), ("Cookie", cookie), ("Origin", address), json];
    let foreign = format!("attaquant.example:{port}");
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let refused: &[(&str, Headers<'_>, u16)] = &[
        ("no token", &[("Host", host), ("Origin", address), json], 403),
        (
            "another token",
            &[("Host", host), ("Cookie", "passerelle=0"), ("Origin", address), json],
            403,
        ),
        (
            "another host name",
            &[("Host", &foreign), ("Cookie", cookie), ("Origin", address), json],
            421,
        ),
        (
            "another site",
            &[
                ("Host", host),
                ("Cookie", cookie),
                ("Origin", "http://attaquant.example"),
                json,
            ],
            403,
        ),
        (
            "another site, as browsers say",
            &[
                ("Host", host),
                ("Cookie", cookie),
                ("Sec-Fetch-Site", "cross-site"),
                json,
            ],
            403,
        ),
        ("nobody's page", &[("Host", host), ("Cookie", cookie), json], 403),
    ];
    for (who, headers, status) in refused {
        for (method, path) in [
            ("POST", "/api/start"),
            ("POST", "/api/1/open"),
            ("POST", "/api/1/clock"),
        ] {
            let answer = ask(port, method, path, headers, "{}");
            assert_eq!(answer.status, *status, "{who}: {path}");
            assert!(!answer.body.contains("menus"), "{who}: {}", answer.body);
        }
    }
    let closed = ask(port, "GET", "/", &[("Host", host)], "");
    assert_eq!(closed.status, 403);
    assert!(closed.body.contains("Session fermée"), "{}", closed.body);
    assert_eq!(ask(port, "GET", "/assets/app.js", &[("Host", host)], "").status, 403);

    let page = ask(port, "GET", "/", &own, "");
    assert_eq!(page.status, 200);
    inbox(&erp, cookie);
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
    ] {
        assert_eq!(page.header(name), Some(value));
    }
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    outside(port, &own, &page.body);
    tabs(port, &own);
    assert_eq!(erp.interrupt(), Some(130));
}

/// What the sandbox beside it received is told to the same session, and to nobody else.
fn inbox(erp: &Erp, cookie: &str) {
    let place = erp.api.strip_prefix("http://").unwrap().strip_suffix("/api").unwrap();
    let port: u16 = place.rsplit_once(':').unwrap().1.parse().unwrap();
    let key = ("Authorization", "Bearer cle-de-test-1");
    let dossier = r#"[{"nom_apprenant": "MARTIN"}]"#;
    let sent = ask(
        port,
        "POST",
        "/api/v3/dossiers-apprenants",
        &[("Host", place), key, ("Content-Type", "application/json")],
        dossier,
    );
    assert_eq!(sent.status, 200, "the receiver asks for a key alone");
    let (host, session) = (("Host", place), ("Cookie", cookie));
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let refused: [(Headers<'_>, u16); 4] = [
        (&[host], 403),
        (&[host, ("Cookie", "passerelle=0")], 403),
        (&[("Host", "evil.example"), session], 421),
        (&[host, session, ("Origin", "http://attaquant.example")], 403),
    ];
    for (headers, status) in refused {
        for method in ["GET", "DELETE"] {
            let answer = ask(port, method, "/sandbox/recus", headers, "");
            assert_eq!(answer.status, status, "{method} {headers:?}");
            assert!(!answer.body.contains("MARTIN"), "{}", answer.body);
        }
    }
    let told = ask(port, "GET", "/sandbox/recus", &[host, session], "");
    assert!(told.status == 200 && told.body.contains("MARTIN"), "{}", told.body);
}

/// The page and its files name no other machine.
fn outside(port: u16, own: &[(&str, &str)], page: &str) {
    let files: Vec<_> = page.split('"').filter(|part| part.starts_with("/assets/")).collect();
    assert!(files.len() > 3, "{page}");
    for file in files {
        let answer = ask(port, "GET", file, own, "");
        assert_eq!(answer.status, 200, "{file}");
        assert!(
            !answer
                .body
                .replace("http://www.w3.org/2000/svg", "")
                .contains("http://"),
            "{file}"
        );
    }
    assert_eq!(ask(port, "GET", "/assets/..%2f..%2fCargo.toml", own, "").status, 404);
}

/// A form belongs to the browser tab that opened it, and is closed with it.
fn tabs(port: u16, own: &[(&str, &str)]) {
    let call = |path: &str, body: Value| ask(port, "POST", path, own, &body.to_string());
    let start = || call("/api/start", json!({})).json()["tab"].as_u64().unwrap();
    let (one, other) = (start(), start());
    let opened = call(&format!("/api/{one}/open"), json!({"id": "machines-a-bois"})).json();
    let form = opened["forms"][0]["number"].as_str().unwrap();
    let event = |tab: u64| {
        call(
            &format!("/api/{tab}/forms/{form}"),
            json!({"kind": "changed", "field": "marche", "value": true}),
        )
    };
    assert_eq!(event(one).status, 200);
    assert_eq!(event(other).status, 422, "another tab's form");
    let table =
        call(&format!("/api/{one}/open"), json!({"id": "erp.stagiaires"})).json()["tables"][0]["number"].clone();
    let rows = |tab: u64| {
        call(
            &format!("/api/{tab}/tables/{table}/rows"),
            json!({"start": 0, "count": 10}),
        )
    };
    assert_eq!(rows(one).json()["rows"].as_array().unwrap().len(), 10);
    assert_eq!(rows(other).status, 422, "another tab's table");
    assert_eq!(call(&format!("/api/{one}/leave"), json!({})).status, 204);
    for gone in [
        event(one),
        rows(one),
        call(&format!("/api/{one}/open"), json!({"id": "machines-a-bois"})),
    ] {
        assert_eq!(gone.status, 422);
        assert!(gone.json()["error"].as_str().unwrap().len() > 10);
    }
}

/// No socket of this port listens elsewhere than on 127.0.0.1.
fn loopback_only(port: u16) {
    let wanted = format!(":{port:04X}");
    let mut found = 0;
    for file in ["/proc/net/tcp", "/proc/net/tcp6"] {
        for line in std::fs::read_to_string(file).unwrap_or_default().lines() {
            let mut words = line.split_whitespace().skip(1);
            let (local, state) = (words.next().unwrap_or_default(), words.nth(1).unwrap_or_default());
            if local.ends_with(&wanted) && state == "0A" {
                assert_eq!(local, format!("0100007F{wanted}"));
                found += 1;
            }
        }
    }
    assert_eq!(found, 1);
}
