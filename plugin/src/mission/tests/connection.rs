//! *Tester la connexion*: every fault has its own words.

use super::*;
use crate::error::{Error, ErrorKind};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

fn test(options: Options, url: String) -> Result<(), MissionError> {
    let transport = Transport::new(options)?;
    let result = Mission::new(&transport, access(Protocole::V3, url))?.test_connection(&|| false);
    if let Err(error) = &result {
        assert_discreet(error);
    }
    result
}

fn code(result: Result<(), MissionError>) -> &'static str {
    result.map_or_else(|error| error.code(), |()| "OK")
}

#[test]
fn answers() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>";
    for (answer, expected, words) in [
        (http(200, "", r#"{"msg":"ok"}"#), "OK", ""),
        (http(403, "", "{}"), "CLE_REFUSEE", "copiez la clé"),
        (http(401, "", "{}"), "CLE_REFUSEE", "ancien service"),
        (http(403, "", "<html>"), "REPONSE_ILLISIBLE", "portail"),
        (http(404, "", "{}"), "ADRESSE_INTROUVABLE", "adresse"),
        (page.into(), "REPONSE_ILLISIBLE", "page web"),
        (http(200, "", "{}"), "REPONSE_ILLISIBLE", "illisible"),
        (
            http(301, "Location: https://example.org/b?c=d\r\n", ""),
            "REDIRECTION",
            "https://example.org/b.",
        ),
        (http(301, "", ""), "REDIRECTION", "?"),
        (http(429, "", ""), "SERVICE_INDISPONIBLE", "plus tard"),
        (http(500, "", ""), "SERVICE_INDISPONIBLE", "panne"),
        (http(400, "", r#"{"status":"ERROR"}"#), "ENVOI_REFUSE", "inattendue"),
        (String::new(), "CONNEXION_COUPEE", "coupée"),
    ] {
        let server = Server::scripted(vec![answer.clone()]);
        let result = test(Options::default(), server.base());
        let text = result.as_ref().map_or_else(MissionError::user_text, |()| String::new());
        assert!(text.contains(words), "{text}");
        assert_eq!(code(result), expected, "{answer}");
        let seen = server.seen();
        assert_eq!(seen.len(), 1, "one attempt, no redirect followed");
        assert_eq!(
            (seen[0].path.as_str(), seen[0].body.as_str()),
            ("/api/v3/dossiers-apprenants/test", "[]")
        );
    }
}

#[test]
fn network_faults() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(
        code(test(Options::default(), format!("http://{closed}/api"))),
        "CONNEXION_REFUSEE"
    );
    // A resolver that nobody answers gives up by itself well before that.
    let patient = Options {
        connect: Duration::from_secs(120),
        ..Options::default()
    };
    assert_eq!(
        code(test(patient, "https://nulle-part.invalid/api".into())),
        "RESEAU_ABSENT"
    );
    assert_eq!(
        code(test(Options::default(), "http://example.org/api".into())),
        "ADRESSE_NON_CHIFFREE"
    );
    let silent = Server::start(|_, stream| hang(stream));
    assert_eq!(code(test(impatient(), silent.base())), "DELAI_DEPASSE");
    let clear = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = clear.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = clear.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(http(400, "", "").as_bytes());
        hang(&mut stream);
    });
    assert_eq!(code(test(Options::default(), format!("https://{address}/api"))), "TLS");
    thread.join().unwrap();
}

#[test]
fn a_cancelled_test_ends() {
    let cancelled = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancelled);
    let server = Server::start(move |_, stream| {
        flag.store(true, Ordering::SeqCst);
        hang(stream);
    });
    let transport = Transport::new(Options::default()).unwrap();
    let mut mission = Mission::new(&transport, access(Protocole::V3, server.base())).unwrap();
    let result = mission.test_connection(&|| cancelled.load(Ordering::SeqCst));
    assert_eq!(result, Err(MissionError::Cancelled));
}

#[test]
fn wrong_accesses_are_refused_before_anything_leaves() {
    let transport = Transport::new(Options::default()).unwrap();
    let make = |change: &dyn Fn(&mut Access)| {
        let mut access = access(Protocole::StatutCandidats, "https://x.fr/api".into());
        change(&mut access);
        Mission::new(&transport, access).err().map(|error| error.code())
    };
    assert_eq!(make(&|_| {}), None);
    assert_eq!(make(&|access| access.identifiant = None), Some("IDENTIFIANT_MANQUANT"));
    assert_eq!(
        make(&|access| access.identifiant = Some(" ".into())),
        Some("IDENTIFIANT_MANQUANT")
    );
    assert_eq!(make(&|access| access.cle = Cle::new(" \n")), Some("CLE_INVALIDE"));
    assert_eq!(
        make(&|access| access.url = "http://x.fr".into()),
        Some("ADRESSE_NON_CHIFFREE")
    );
    let v3 = |key: &'static str| {
        make(&move |access| {
            access.protocole = Protocole::V3;
            access.cle = Cle::new(key);
        })
    };
    assert_eq!(v3("a\nb"), Some("CLE_INVALIDE"));
    assert_eq!(v3("abc"), None);
}

#[test]
fn proxies() {
    let with = |proxy: String| Options {
        proxy: Some(proxy),
        ..Options::default()
    };
    let far = || "https://recepteur.invalid/api".to_owned();
    // Its own 403 is asked for anew; what may be gone in a moment is not final.
    for (refusal, expected) in [
        (407, "PROXY"),
        (403, "PROXY"),
        (500, "PROXY_INDISPONIBLE"),
        (502, "PROXY_INDISPONIBLE"),
        (503, "PROXY_INDISPONIBLE"),
    ] {
        let proxy = Server::scripted(vec![http(refusal, "", ""), http(refusal, "", "")]);
        let error = test(with(format!("http://{}", proxy.address)), far()).unwrap_err();
        assert_eq!(error.code(), expected, "{refusal}");
        assert_eq!(error.is_transient(), expected != "PROXY", "{refusal}");
        let head = &proxy.seen()[0].head;
        assert!(
            head.starts_with("CONNECT recepteur.invalid:443 ") && !head.contains(KEY),
            "{head}"
        );
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = test(with(format!("http://{closed}")), far()).unwrap_err();
    assert!(error.user_text().contains("proxy") && error.is_transient(), "{error:?}");
    assert_eq!(
        Transport::new(with("::".into())).err(),
        Some(MissionError::InvalidProxy)
    );
    // What is meant for this machine goes past the proxy.
    let server = Server::scripted(vec![http(200, "", r#"{"msg":"ok"}"#)]);
    assert_eq!(test(with(format!("http://{closed}")), server.base()), Ok(()));
}

/// A TLS server for one connection, with this certificate; answers the test request.
fn tls_server(chain: CertificateDer<'static>, key: &KeyPair) -> (SocketAddr, JoinHandle<()>) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![chain], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let connection = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        let mut tls = rustls::StreamOwned::new(connection, stream);
        if let Some((head, _)) = read_request(&mut tls) {
            assert!(head.contains(KEY));
            let _ = tls.write_all(http(200, "", r#"{"msg":"ok"}"#).as_bytes());
            tls.conn.send_close_notify();
            let _ = tls.flush();
        }
    });
    (address, thread)
}

#[test]
fn certificates() {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "autorité d'essai");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let trusting = |trusted: bool| Options {
        authority: trusted.then(|| authority.der().to_vec()),
        ..Options::default()
    };
    for (name, years, signed, trusted, expected) in [
        ("localhost", 1975..4096, true, true, Ok(())),
        ("localhost", 1975..4096, true, false, Err(CertificateFault::Unknown)),
        ("localhost", 1975..4096, false, true, Err(CertificateFault::Unknown)),
        ("localhost", 1975..2000, true, true, Err(CertificateFault::Expired)),
        ("localhost", 4000..4096, true, true, Err(CertificateFault::Expired)),
        (
            "autre.example",
            1975..4096,
            true,
            true,
            Err(CertificateFault::WrongName),
        ),
    ] {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(years.start, 1, 1);
        params.not_after = rcgen::date_time_ymd(years.end, 1, 1);
        let certificate = if signed {
            params.signed_by(&key, &authority)
        } else {
            params.self_signed(&key)
        }
        .unwrap();
        let (address, thread) = tls_server(certificate.der().clone(), &key);
        let host = format!("localhost:{}", address.port());
        let expected = expected.map_err(|fault| MissionError::Certificate {
            host: host.clone(),
            fault,
        });
        assert_eq!(
            test(trusting(trusted), format!("https://{host}/api")),
            expected,
            "{name} {years:?}"
        );
        thread.join().unwrap();
    }
    // An authority in the server's place.
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let (address, thread) = tls_server(params.self_signed(&key).unwrap().der().clone(), &key);
    let found = test(Options::default(), format!("https://localhost:{}/api", address.port()));
    assert!(
        matches!(
            found,
            Err(MissionError::Certificate {
                fault: CertificateFault::Unknown,
                ..
            })
        ),
        "{found:?}"
    );
    thread.join().unwrap();
}

#[test]
fn what_the_settings_lack_is_an_error_of_the_settings() {
    for error in [
        MissionError::MissingLogin,
        MissionError::InvalidKey,
        MissionError::InvalidProxy,
    ] {
        assert_eq!(Error::from(error).kind, ErrorKind::Settings);
    }
}
