//! One message to one server, and everything that a server may do instead of taking it.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use demo_host::sandbox::tls::{Authority, Kind};
use passerelle::courriel::{CourrielError, Message, Options, Password, Security, Sent, Server, send};
use serde_json::{Value, json};

use crate::support::{program::alone, scratch, smtp::Smtp};

const FROM: &str = "erp@example.org";
const PASSWORD: &str = "mot de passe très secret";
const BODY: &str = "Nuit du 23/11/2026 : 3 dossiers rejetés.\n.\nÀ faire : l'été.\n";

fn recipients() -> Vec<String> {
    ["cfa@example.org", "dsi@example.org"].map(str::to_owned).to_vec()
}

fn server(port: u16, security: Security) -> Server {
    Server {
        name: "localhost".to_owned(),
        port,
        security,
        login: None,
    }
}

fn with_login(password: &str, server: Server) -> Server {
    Server {
        login: Some(("passerelle".to_owned(), Password::new(password))),
        ..server
    }
}

fn impatient() -> Options {
    Options {
        connect: Duration::from_secs(2),
        total: Duration::from_secs(2),
    }
}

fn post(server: &Server, options: Options) -> Result<Sent, CourrielError> {
    let to = recipients();
    let message = Message {
        from: FROM,
        to: &to,
        subject: "Passerelle Apprentissage : nuit du 23/11/2026, à revoir",
        body: BODY,
        date: "2026-11-24T02:04:05+01:00".parse().unwrap(),
    };
    let sent = send(server, &message, options, &|| false);
    if let Err(error) = &sent {
        let said = format!("{error} {error:?} {}", error.user_text());
        for secret in [PASSWORD, FROM, "cfa@", "dsi@"] {
            assert!(!said.contains(secret), "{secret} in {said}");
        }
    }
    sent
}

/// With encryption, in a process that trusts the tests' authority.
#[test]
fn encrypted_servers() {
    let folder = scratch().join("smtp");
    std::fs::create_dir_all(&folder).unwrap();
    let authority = Authority::new().unwrap();
    std::fs::write(folder.join("authority.pem"), authority.pem()).unwrap();
    for kind in Kind::ALL {
        let (certificate, key) = authority.issue(kind).unwrap().pem();
        std::fs::write(folder.join(format!("{kind:?}.pem")), certificate).unwrap();
        std::fs::write(folder.join(format!("{kind:?}.key")), key).unwrap();
    }
    let folder = folder.to_str().unwrap();
    let authority = format!("{folder}/authority.pem");
    let ended = alone(
        "smtp::with_the_authority",
        &[("SSL_CERT_FILE", &authority), ("SMTP_CERTIFICATES", folder)],
    );
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);
}

#[test]
#[ignore = "run by the test above, with its certificates"]
fn with_the_authority() {
    let folder = std::env::var("SMTP_CERTIFICATES").unwrap();
    let start = |encryption: &str, kind: Kind, login: bool| {
        let mut options = json!({
            "encryption": encryption,
            "certificate": Path::new(&folder).join(format!("{kind:?}.pem")),
            "key": Path::new(&folder).join(format!("{kind:?}.key")),
        });
        if login {
            options["login"] = json!(["passerelle", PASSWORD]);
        }
        Smtp::start(&options)
    };
    for (encryption, security) in [("tls", Security::Tls), ("starttls", Security::StartTls)] {
        for login in [false, true] {
            let smtp = start(encryption, Kind::Good, login);
            let mut to = server(smtp.port, security);
            if login {
                to = with_login(PASSWORD, to);
            }
            assert_eq!(post(&to, Options::default()), Ok(Sent::default()), "{encryption}");
            let messages = smtp.messages(1);
            assert_eq!(messages.len(), 1);
            assert_eq!(messages[0]["encrypted"], true, "{encryption}");
            assert_eq!(messages[0]["logged_in"], login);
        }
        for (kind, words) in [
            (Kind::Expired, "expiré"),
            (Kind::WrongName, "n'est pas celui de localhost"),
            (Kind::UnknownIssuer, "ne connaît pas"),
        ] {
            let smtp = start(encryption, kind, false);
            let error = post(&server(smtp.port, security), Options::default()).unwrap_err();
            assert!(
                matches!(error, CourrielError::Certificate { .. }) && error.user_text().contains(words),
                "{encryption} {kind:?}: {error:?}"
            );
            assert_eq!(smtp.messages(0), Vec::<Value>::new());
        }
        let smtp = start(encryption, Kind::Good, true);
        let wrong = post(&with_login("un autre", server(smtp.port, security)), Options::default());
        assert!(
            matches!(wrong, Err(CourrielError::LoginRefused { code: 535, .. })),
            "{wrong:?}"
        );
        let without = post(&server(smtp.port, security), Options::default());
        assert!(
            matches!(without, Err(CourrielError::SenderRefused { code: 530, .. })),
            "{without:?}"
        );
    }
    // The other encryption than the port's.
    let smtp = start("starttls", Kind::Good, false);
    let error = post(&server(smtp.port, Security::Tls), Options::default()).unwrap_err();
    assert!(matches!(error, CourrielError::Tls { .. }), "{error:?}");
    let smtp = start("tls", Kind::Good, false);
    let error = post(&server(smtp.port, Security::StartTls), impatient()).unwrap_err();
    assert!(matches!(error, CourrielError::TimedOut { .. }), "{error:?}");
}

#[test]
fn what_arrives_is_what_was_sent() {
    let smtp = Smtp::start(&json!({}));
    let mut to = server(smtp.port, Security::Clear);
    to.name = "127.0.0.1".to_owned();
    assert_eq!(post(&to, Options::default()), Ok(Sent::default()));
    let message = smtp.messages(1).remove(0);
    assert_eq!(message["from"], FROM);
    assert_eq!(message["to"], json!(recipients()));
    assert_eq!(
        message["text"].as_str().unwrap().replace("\r\n", "\n").trim_end(),
        BODY.trim_end()
    );
    let headers = &message["headers"];
    assert_eq!(
        headers["subject"],
        "Passerelle Apprentissage : nuit du 23/11/2026, à revoir"
    );
    assert_eq!(headers["from"], format!("Passerelle Apprentissage <{FROM}>"));
    assert_eq!(headers["to"], recipients().join(", "));
    assert_eq!(headers["auto-submitted"], "auto-generated");
    assert_eq!(headers["date"], "Tue, 24 Nov 2026 01:04:05 +0000");
    assert!(headers["message-id"].is_string());
    // Every relay takes ASCII.
    assert_eq!(message["ascii"], true);
}

#[test]
fn a_refused_recipient_keeps_it_from_nobody_else() {
    let smtp = Smtp::start(&json!({"refused": ["cfa@example.org"]}));
    let sent = post(&server(smtp.port, Security::Clear), Options::default());
    assert_eq!(sent, Ok(Sent { refused: vec![1] }));
    assert_eq!(smtp.messages(1)[0]["to"], json!(["dsi@example.org"]));

    let smtp = Smtp::start(&json!({"refused": recipients()}));
    let error = post(&server(smtp.port, Security::Clear), Options::default()).unwrap_err();
    assert!(
        matches!(
            error,
            CourrielError::RecipientsRefused {
                count: 2,
                code: 550,
                ..
            }
        ),
        "{error:?}"
    );
}

#[test]
fn servers_that_refuse() {
    for (answer, check) in [
        (json!({"MAIL": "553 not from there"}), "sender refused"),
        (json!({"MAIL": "451 later"}), "cannot take it now"),
        (json!({"DATA": "554 no"}), "message refused"),
        (json!({"DATA": "452 full"}), "cannot take it now"),
    ] {
        let smtp = Smtp::start(&json!({"answer": answer}));
        let error = post(&server(smtp.port, Security::Clear), Options::default()).unwrap_err();
        assert!(error.to_string().contains(check), "{answer}: {error:?}");
    }
    // Offers neither.
    let smtp = Smtp::start(&json!({}));
    let error = post(&server(smtp.port, Security::StartTls), Options::default()).unwrap_err();
    assert!(matches!(error, CourrielError::NoStartTls { .. }), "{error:?}");
    let error = post(
        &with_login(PASSWORD, server(smtp.port, Security::Clear)),
        Options::default(),
    )
    .unwrap_err();
    assert!(matches!(error, CourrielError::NoLogin { .. }), "{error:?}");
    assert_eq!(smtp.messages(0), Vec::<Value>::new());
}

/// Something that takes one connection and is no SMTP server; gives its port.
fn stranger(act: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || act(listener.accept().unwrap().0));
    port
}

/// Says something, then nothing more until the other side has gone.
fn says(text: &'static str) -> u16 {
    stranger(move |mut stream| {
        stream.write_all(text.as_bytes()).unwrap();
        let _gone = std::io::copy(&mut stream, &mut std::io::sink());
    })
}

#[test]
fn what_is_no_server() {
    for (name, port, check) in [
        ("silence", says(""), "did not answer in time"),
        (
            "a greeting, then silence",
            says("220 localhost ESMTP\r\n"),
            "did not answer in time",
        ),
        (
            "a web server",
            says("HTTP/1.1 400 Bad Request\r\n\r\n"),
            "does not answer as an SMTP server",
        ),
        ("closed at once", stranger(drop), "does not answer as an SMTP server"),
        ("refuses everybody", says("554 go away\r\n"), "connection refused"),
    ] {
        let error = post(&server(port, Security::Clear), impatient()).unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(check) || name == "closed at once" && error.contains("cut"),
            "{name}: {error}"
        );
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = post(&server(closed, Security::Clear), Options::default()).unwrap_err();
    assert!(matches!(error, CourrielError::ConnectionRefused { .. }), "{error:?}");
    for (name, security, expected) in [
        ("nulle-part.invalid", Security::Tls, "not found"),
        ("", Security::Tls, "missing or malformed"),
        ("deux mots", Security::StartTls, "missing or malformed"),
        ("smtp.example.org", Security::Clear, "clear-text"),
        ("192.0.2.1", Security::Clear, "clear-text"),
    ] {
        let to = Server {
            name: name.to_owned(),
            ..server(25, security)
        };
        let error = post(&to, Options::default()).unwrap_err();
        assert!(error.to_string().contains(expected), "{name}: {error:?}");
    }
}

#[test]
fn a_cancel_is_heard() {
    let asked = AtomicBool::new(false);
    let to = recipients();
    let message = Message {
        from: FROM,
        to: &to,
        subject: "s",
        body: "b",
        date: "2026-11-24T02:04:05+01:00".parse().unwrap(),
    };
    // Told to stop once it waits for an answer that never comes.
    let cancel = || asked.swap(true, Ordering::SeqCst);
    let error = send(
        &server(says(""), Security::Clear),
        &message,
        Options::default(),
        &cancel,
    );
    assert_eq!(error, Err(CourrielError::Cancelled));
}
