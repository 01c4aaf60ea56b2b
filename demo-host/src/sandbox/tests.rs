//! The sandbox over real TCP connections.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

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
fn v3_answers_item_by_item() {
    let sandbox = start(Options::default());
    assert_eq!(sandbox.url(), format!("http://127.0.0.1:{}/api", sandbox.addr().port()));
    let mut good = dossier("1");
    good["bidule"] = json!(1);
    good["tel_apprenant"] = Value::Null;
    good["nir_apprenant"] = json!(true);
    let mut bad = dossier("2");
    bad["tel_apprenant"] = json!("inconnu");
    let got = post(&sandbox, V3, KEY, &json!([good, bad, null]));
    assert_eq!(got.status, 200);
    assert_eq!(got.header("ratelimit-limit"), Some("3000"));
    assert_eq!(got.header("ratelimit-remaining"), Some("2999"));
    assert_eq!(got.header("ratelimit-policy"), Some("3000;w=60"));
    assert!(got.header("ratelimit-reset").is_some());
    let answer = got.json();
    assert_eq!(
        (&answer["status"], &answer["message"], &answer["detail"]),
        (&json!("OK"), &json!("Queued"), &json!("Some data are invalid"))
    );
    let data = answer["data"].as_array().unwrap();
    assert_eq!(data.len(), 3);
    for (field, expected) in [
        ("has_nir", json!(true)),
        ("has_error", json!(false)),
        ("validation_errors", json!([])),
        ("source", json!("ERP")),
        ("api_version", json!("v3")),
        ("nom_apprenant", json!("LENÔTRE")),
    ] {
        assert_eq!(data[0][field], expected, "{field}");
    }
    for absent in ["bidule", "tel_apprenant", "nir_apprenant", "processed_at"] {
        assert!(data[0].get(absent).is_none(), "{absent}");
    }
    for present in ["_id", "updated_at", "created_at", "source_organisme_id", "computed_day"] {
        assert!(data[0][present].is_string(), "{present}");
    }
    assert_ne!(data[0]["_id"], data[1]["_id"]);
    assert_eq!(
        data[1]["validation_errors"],
        json!([{"message": "Format invalide", "path": ["tel_apprenant"]}])
    );
    assert!(data[1]["processed_at"].is_string() && data[1]["has_error"] == true);
    assert_eq!(data[2]["validation_errors"].as_array().unwrap().len(), 12);

    let all_good = post(&sandbox, V3, KEY, &json!([dossier("1")])).json();
    assert!(all_good.get("detail").is_none());
    let empty = post(&sandbox, V3, KEY, &json!([])).json();
    assert_eq!(empty, json!({"status": "OK", "message": "Queued", "data": []}));
}

#[test]
fn v3_checks_in_order() {
    let sandbox = start(Options::default());
    let too_many = Value::Array(vec![Value::Null; 2001]);
    let long = vec![b' '; (10 << 20) + 1];
    let cases: [(&str, Vec<u8>, u16, &str); 9] = [
        (JSON, b"[{".to_vec(), 400, "Unexpected token at line 1 column 2"),
        (
            JSON,
            b"3".to_vec(),
            400,
            "Unexpected token, an object or an array was expected",
        ),
        (JSON, long, 413, "request entity too large"),
        (JSON, b"[]".to_vec(), 403, "Clé API manquante"),
        (
            "Content-Type: application/json\r\nAuthorization: Basic x\r\n",
            b"[]".to_vec(),
            403,
            "La clé API doit etre au format Bearer",
        ),
        (
            "Content-Type: application/json\r\nAuthorization: Bearer abc\r\n",
            b"[]".to_vec(),
            403,
            "La clé API n'est pas valide",
        ),
        (
            "Content-Type: application/json\r\nAuthorization: Bearer cle-de-test-1\r\n",
            b"{}".to_vec(),
            400,
            "Erreur de validation",
        ),
        (KEY, b"[]".to_vec(), 400, "Erreur de validation"),
        (
            "Content-Type: application/json\r\nAuthorization: Bearer cle-de-test-1\r\n",
            too_many.to_string().into_bytes(),
            400,
            "Erreur de validation",
        ),
    ];
    for (headers, body, status, message) in cases {
        let got = send(&sandbox, "POST", V3, headers, &body).unwrap();
        assert_eq!(
            (got.status, got.json()["message"].as_str().unwrap()),
            (status, message),
            "{headers}"
        );
    }
    assert_eq!(inbox(&sandbox)["lots"], 0);
    assert_eq!(inbox(&sandbox)["requetes"], 9);
    let most = Value::Array(vec![Value::Null; 2000]);
    assert_eq!(post(&sandbox, V3, KEY, &most).status, 200);
}

#[test]
fn v3_test_route_and_unknown_routes() {
    let sandbox = start(Options::default());
    let route = format!("{V3}/test");
    assert_eq!(
        send(&sandbox, "POST", &route, KEY, b"").unwrap().json(),
        json!({"msg": "ok"})
    );
    assert_eq!(
        post(&sandbox, &route, KEY, &json!({"anything": 1})).json(),
        json!({"msg": "ok"})
    );
    assert_eq!(send(&sandbox, "POST", &route, "", b"").unwrap().status, 403);
    assert_eq!(send(&sandbox, "GET", V3, KEY, b"").unwrap().status, 401);
    assert_eq!(post(&sandbox, "/api/dossiers-apprenants", KEY, &json!([])).status, 401);
    assert_eq!(send(&sandbox, "GET", "/", "", b"").unwrap().status, 404);
    assert_eq!(send(&sandbox, "GET", "/sandbox/autre", "", b"").unwrap().status, 404);
}

#[test]
fn inbox_tells_what_was_received() {
    let keys = Keys {
        unknown_organismes: [("0123456A".to_owned(), "99999999999999".to_owned())].into(),
        ..Keys::default()
    };
    let sandbox = start(Options {
        keys,
        ..Options::default()
    });
    let mut late = dossier("2");
    late["contrat_date_fin"] = json!("2024-01-01");
    late["etablissement_responsable_siret"] = json!("999 999 999 99999");
    post(&sandbox, V3, KEY, &json!([dossier("1"), late]));
    let mut same = dossier(" 1 ");
    same["annee_scolaire"] = json!("2023/2024");
    same["etablissement_formateur_uai"] = json!("0123456a");
    same["tel_apprenant"] = json!("inconnu");
    post(&sandbox, V3, KEY, &json!([same]));
    let list = inbox(&sandbox);
    assert_eq!((&list["requetes"], &list["lots"]), (&json!(2), &json!(2)));
    let dossiers = list["dossiers"].as_array().unwrap();
    assert_eq!(dossiers.len(), 2);
    assert_eq!(
        dossiers[0],
        json!({"fois": 2, "dossier": same, "valide": false, "erreurs": [{"message": "Format invalide", "path": ["tel_apprenant"]}]})
    );
    let messages: Vec<&str> = dossiers[1]["erreurs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["message"].as_str().unwrap())
        .collect();
    assert_eq!(
        messages,
        [
            "Un contrat est renseigné sans date de début",
            "Champ obligatoire",
            "organisme responsable non trouvé"
        ]
    );
    assert_eq!(sandbox.counts(), (2, 0));
    assert_eq!(send(&sandbox, "DELETE", "/sandbox/recus", "", b"").unwrap().status, 204);
    assert_eq!(inbox(&sandbox), json!({"requetes": 0, "lots": 0, "dossiers": []}));
}

#[test]
fn statut_candidats_needs_a_token_and_answers_in_detail() {
    let account = |identifiant: &str, permission| Account {
        identifiant: identifiant.into(),
        mot_de_passe: "secret".into(),
        permission,
    };
    let keys = Keys {
        accounts: vec![account("erp", true), account("autre", false)],
        ..Keys::default()
    };
    let sandbox = start(Options {
        keys,
        ..Options::default()
    });
    let login = |name: &str, password: &str| {
        post(
            &sandbox,
            "/api/login",
            "",
            &json!({"username": name, "password": password}),
        )
    };
    let wrong = login("erp", "faux");
    assert_eq!((wrong.status, wrong.body.as_str()), (401, ""));
    let token = |name: &str| {
        format!(
            "Authorization: Bearer {}\r\n",
            login(name, "secret").json()["access_token"].as_str().unwrap()
        )
    };
    let (good, bare) = (token("erp"), token("autre"));

    let anonymous = post(&sandbox, V2021, KEY, &json!([]));
    assert_eq!((anonymous.status, anonymous.body.as_str()), (401, "Unauthorized"));
    let refused = post(&sandbox, V2021, &bare, &json!([]));
    assert_eq!((refused.status, refused.body.as_str()), (403, "Not authorized"));
    assert_eq!(
        post(&sandbox, &format!("{V2021}/test"), &good, &json!({})).json(),
        json!({"msg": "ok"})
    );
    let empty = json!({"status": "OK", "message": "Success", "ok": 0, "ko": 0, "validationErrors": []});
    assert_eq!(post(&sandbox, V2021, &good, &json!([])).json(), empty);

    let mut bad = dossier_2021("X");
    bad["statut_apprenant"] = json!(1);
    let got = post(
        &sandbox,
        V2021,
        &good,
        &json!([dossier_2021("Martin"), bad, dossier_2021("MARTIN")]),
    );
    assert_eq!(got.status, 200);
    let answer = got.json();
    assert_eq!(
        (&answer["status"], &answer["message"]),
        (&json!("ERROR"), &json!("Error : 1 items not valid"))
    );
    assert_eq!((&answer["ok"], &answer["ko"]), (&json!(2), &json!(1)));
    assert_eq!(answer["validationErrors"][0]["_original"], bad);
    let detail = &answer["validationErrors"][0]["details"][0];
    assert_eq!(
        (&detail["type"], &detail["path"]),
        (&json!("any.only"), &json!(["statut_apprenant"]))
    );
    let list = inbox(&sandbox);
    assert_eq!(
        (&list["dossiers"][0]["fois"], &list["dossiers"][1]["valide"]),
        (&json!(2), &json!(false))
    );

    let many = post(&sandbox, V2021, &good, &Value::Array(vec![json!(0); 101]));
    assert_eq!(
        (many.status, many.json()["message"].clone()),
        (400, json!("Erreur de validation"))
    );
    let large = send(
        &sandbox,
        "POST",
        V2021,
        &format!("{JSON}{good}"),
        &vec![b' '; (100 << 10) + 1],
    )
    .unwrap();
    assert_eq!((large.status, large.json()["statusCode"].clone()), (413, json!(413)));
    let broken = send(&sandbox, "POST", V2021, JSON, b"[").unwrap();
    assert_eq!((broken.status, broken.json()["statusCode"].clone()), (400, json!(400)));
}

#[test]
fn directory_of_organisations() {
    let sandbox = with_faults(r#"{"unknown_organismes": [["0000000A", "00000000000000"]]}"#);
    let ask = |body: Value| {
        let got = post(&sandbox, "/api/v1/organismes/get-by-uai-siret", "", &body);
        (got.status, got.json())
    };
    let (status, found) = ask(json!({"uai": "0123456A", "siret": "12345678901234"}));
    assert_eq!(
        (status, &found["uai"], &found["ferme"]),
        (200, &json!("0123456A"), &json!(false))
    );
    for (body, message) in [
        (
            json!({"uai": "0000000A", "siret": "00000000000000"}),
            "Aucun organisme trouvé",
        ),
        (json!({"uai": "A", "siret": "12345678901234"}), "Aucun organisme trouvé"),
        (
            json!({"uai": "0123456A", "siret": "12345678901234", "x": 1}),
            "Erreur de validation",
        ),
        (json!({"uai": "0123456A"}), "Erreur de validation"),
    ] {
        let (status, answer) = ask(body);
        assert_eq!((status, answer["message"].as_str()), (400, Some(message)));
    }
}

#[test]
fn faults_that_replace_the_answer() {
    let sandbox = with_faults(
        r#"{"faults": [
            {"when": {"nth": 1}, "then": {"kind": "status", "code": 503, "retry_after": 7, "body": "{}", "headers": {"X-Test": "oui"}}},
            {"when": {"from": 2, "to": 3}, "then": {"kind": "status", "code": 429, "retry_after_date": 60}},
            {"when": {"nth": 4}, "then": {"kind": "html"}},
            {"when": {"nth": 5}, "then": {"kind": "redirect", "location": "http://127.0.0.1:9/ailleurs"}},
            {"when": {"nth": 6}, "then": {"kind": "wrong_json"}}]}"#,
    );
    let one = || post(&sandbox, V3, KEY, &json!([dossier("1")]));
    let busy = one();
    assert_eq!(
        (
            busy.status,
            busy.header("retry-after"),
            busy.header("x-test"),
            busy.body.as_str()
        ),
        (503, Some("7"), Some("oui"), "{}")
    );
    for _ in 0..2 {
        let storm = one();
        assert_eq!(storm.status, 429);
        let date = storm.header("retry-after").unwrap();
        assert!(
            chrono::DateTime::parse_from_rfc2822(date).is_ok() && date.ends_with(" GMT"),
            "{date}"
        );
    }
    let page = one();
    assert!(
        page.status == 200
            && page.body.starts_with("<!DOCTYPE html>")
            && page.header("content-type").unwrap().starts_with("text/html")
    );
    let moved = one();
    assert_eq!(
        (moved.status, moved.header("location")),
        (307, Some("http://127.0.0.1:9/ailleurs"))
    );
    assert_eq!(inbox(&sandbox)["lots"], 0);
    let wrong = one();
    assert!(wrong.status == 200 && serde_json::from_str::<Value>(&wrong.body).is_err());
    assert_eq!(one().status, 200);
    let list = inbox(&sandbox);
    assert_eq!(
        (&list["requetes"], &list["dossiers"][0]["fois"]),
        (&json!(7), &json!(2))
    );
}

#[test]
fn faults_that_break_the_connection() {
    let sandbox = with_faults(
        r#"{"faults": [
            {"when": {"nth": 1}, "then": {"kind": "reset", "process": false}},
            {"when": {"nth": 2}, "then": {"kind": "reset"}},
            {"when": {"nth": 3}, "then": {"kind": "cut", "after": 30}},
            {"when": {"nth": 4}, "then": {"kind": "cut", "after": 0}},
            {"when": {"nth": 5}, "then": {"kind": "drip", "bytes": 100, "every_ms": 1}}]}"#,
    );
    let one = || {
        send(
            &sandbox,
            "POST",
            V3,
            &format!("{JSON}{KEY}"),
            json!([dossier("1")]).to_string().as_bytes(),
        )
    };
    assert!(one().is_err());
    assert_eq!(sandbox.counts(), (0, 0));
    assert!(one().is_err());
    assert_eq!(sandbox.counts(), (1, 1));
    let cut = one().unwrap();
    assert_eq!((cut.status, cut.body.len(), cut.complete), (200, 30, false));
    let bare = one().unwrap();
    assert_eq!((bare.status, bare.body.len(), bare.complete), (200, 0, false));
    let slow = one().unwrap();
    assert!(slow.complete && slow.json()["status"] == "OK");
}

#[test]
fn silence_lasts_until_the_sandbox_stops() {
    let mut sandbox = with_faults(r#"{"faults": [{"then": {"kind": "silence"}}]}"#);
    let mut stream = TcpStream::connect(sandbox.addr()).unwrap();
    let body = json!([dossier("1")]).to_string();
    write!(
        stream,
        "POST {V3} HTTP/1.1\r\nHost: l\r\n{JSON}{KEY}Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    while sandbox.counts().0 == 0 {
        std::thread::yield_now();
    }
    sandbox.stop();
    let mut answer = Vec::new();
    // A plain end or a reset: either way not one byte of an answer.
    let _ = stream.read_to_end(&mut answer);
    assert!(answer.is_empty());
    assert!(TcpStream::connect(sandbox.addr()).is_err());
}

#[test]
fn rejections_reach_answer_and_inbox() {
    let sandbox = with_faults(r#"{"faults": [{"then": {"kind": "reject", "id_erp": ["2"], "message": "non"}}]}"#);
    let answer = post(&sandbox, V3, KEY, &json!([dossier("1"), dossier("2")])).json();
    assert_eq!(answer["data"][0]["validation_errors"], json!([]));
    assert_eq!(
        answer["data"][1]["validation_errors"],
        json!([{"message": "non", "path": ["id_erp_apprenant"]}])
    );
    assert_eq!(sandbox.counts(), (2, 1));
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
