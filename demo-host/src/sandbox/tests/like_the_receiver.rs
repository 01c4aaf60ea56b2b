//! What the real receiver answered, request by request, where it is not what one would expect.

use super::*;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A request with a key; status and body.
fn told(sandbox: &Sandbox, headers: &str, body: &[u8]) -> (u16, Value) {
    let got = send(sandbox, "POST", V3, &format!("{KEY}{headers}"), body).unwrap();
    (got.status, got.json())
}

fn message(text: &str, error: &str) -> Value {
    json!({"error": error, "message": text})
}

#[test]
fn bodies_are_read_by_their_type_charset_and_encoding() {
    let sandbox = start(Options::default());
    let one = json!([dossier("1")]).to_string().into_bytes();
    for charset in ["", "; charset=utf-8", "; charset=\"UTF-8\"", "; x=y"] {
        let header = format!("Content-Type: application/json{charset}\r\n");
        assert_eq!(told(&sandbox, &header, &one).0, 200, "{charset}");
    }
    for (charset, told_as) in [
        ("latin1", "LATIN1"),
        ("iso-8859-1", "ISO-8859-1"),
        ("us-ascii", "US-ASCII"),
        ("windows-1252", "WINDOWS-1252"),
    ] {
        let header = format!("Content-Type: application/json; charset={charset}\r\n");
        // Before the key, and without a budget.
        for key in ["", KEY] {
            let got = send(&sandbox, "POST", V3, &format!("{header}{key}"), &one).unwrap();
            let expected = message(&format!("unsupported charset \"{told_as}\""), "Unsupported Media Type");
            assert_eq!((got.status, got.json()), (415, expected));
            assert_eq!(got.header("ratelimit-limit"), None);
        }
    }
    for charset in ["utf-16", "utf-16le"] {
        let header = format!("Content-Type: application/json; charset={charset}\r\n");
        assert_eq!(told(&sandbox, &header, &one).0, 400, "{charset}");
        let wide: Vec<u8> = "[]".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(told(&sandbox, &header, &wide).0, 200, "{charset}");
    }
    let (status, answer) = told(&sandbox, "Content-Type: application/json;\r\n", &one);
    assert_eq!((status, &answer["details"][0]["context"]["value"]), (400, &json!({})));

    for (encoding, body) in [
        ("gzip", gzip(&one)),
        ("GZip", gzip(&one)),
        ("deflate", deflate(&one)),
        ("identity", one.clone()),
    ] {
        let header = format!("{JSON}Content-Encoding: {encoding}\r\n");
        assert_eq!(told(&sandbox, &header, &body).0, 200, "{encoding}");
    }
    let long = gzip(&vec![b' '; (10 << 20) + 1]);
    assert!(long.len() < 1 << 20);
    let too_large = message("request entity too large", "Request Entity Too Large");
    assert_eq!(
        told(&sandbox, &format!("{JSON}Content-Encoding: gzip\r\n"), &long),
        (413, too_large)
    );
    let wrong = message("incorrect header check", "Bad Request");
    assert_eq!(
        told(&sandbox, &format!("{JSON}Content-Encoding: gzip\r\n"), &one),
        (400, wrong)
    );
    for encoding in ["br", "zstd"] {
        let expected = message(
            &format!("unsupported content encoding \"{encoding}\""),
            "Unsupported Media Type",
        );
        assert_eq!(
            told(&sandbox, &format!("{JSON}Content-Encoding: {encoding}\r\n"), &one),
            (415, expected)
        );
    }
}

#[test]
fn a_refused_body_comes_back_whole_and_bad_json_in_v8s_words() {
    let sandbox = start(Options::default());
    let (status, answer) = told(&sandbox, JSON, br#"{"nom_apprenant": "MARTIN"}"#);
    let detail = json!([{"message": "\"value\" must be an array", "path": [], "type": "array.base",
        "context": {"label": "value", "value": {"nom_apprenant": "MARTIN"}}}]);
    assert_eq!((status, &answer["details"]), (400, &detail));
    let many = json!(vec![1; 2001]);
    let (status, answer) = told(&sandbox, JSON, many.to_string().as_bytes());
    let context = json!({"label": "value", "value": many, "limit": 2000});
    assert_eq!((status, &answer["details"][0]["context"]), (400, &context));

    for (body, words) in [
        ("null", "Unexpected token 'n', \"null\" is not valid JSON"),
        ("1", "Unexpected token '1', \"1\" is not valid JSON"),
        ("\"a\"", "Unexpected token '\"', \"\"a\"\" is not valid JSON"),
        ("[1", "Unexpected end of JSON input"),
        ("  ", "Unexpected end of JSON input"),
        ("[{", "Expected property name or '}' in JSON at position 2"),
        ("[1]x", "Unexpected non-whitespace character after JSON at position 3"),
        ("[x]", "Unexpected token 'x', ...\"[x]\"... is not valid JSON"),
    ] {
        assert_eq!(
            told(&sandbox, JSON, body.as_bytes()),
            (400, message(words, "Bad Request")),
            "{body}"
        );
    }
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let odd = [
        r#"[{"annee_formation": 1e400, "x": [-1E999, 1]}]"#.to_owned(),
        r#"[{"cause_rupture_contrat": "\ud800", "y": "\udc00\ud83d\ude00 \\ud800 \u0041\""}]"#.to_owned(),
        format!(r#"[{{"x": {}, "z": 1}}]"#, deep(5000)),
        format!("[{},{}]", deep(200), deep(100)),
        deep(3_000_000),
    ];
    for body in odd {
        let (status, answer) = told(&sandbox, JSON, body.as_bytes());
        assert_eq!(status, 200, "{:.40}: {answer}", body);
    }
    let (_, answer) = told(
        &sandbox,
        JSON,
        r#"[{"annee_formation": 1e400, "cause_rupture_contrat": "a\ud800b"}]"#.as_bytes(),
    );
    assert_eq!(answer["data"][0].get("annee_formation"), None, "read as null");
    assert_eq!(answer["data"][0]["cause_rupture_contrat"], "a\u{fffd}b");
}

#[test]
fn methods_and_paths_are_expresss() {
    let sandbox = start(Options::default());
    let test = format!("{V3}/test");
    let unauthorized = message("Unauthorized", "Unauthorized");
    for path in [V3, &test, &format!("{V3}/autre"), &format!("{V3}/test/")] {
        for method in ["GET", "PUT", "PATCH", "DELETE", "HEAD"] {
            let got = send(&sandbox, method, path, KEY, b"").unwrap();
            assert_eq!(got.status, 401, "{method} {path}");
            assert!(got.header("ratelimit-limit").is_some(), "{method} {path}");
            assert!(method == "HEAD" || got.json() == unauthorized, "{method} {path}");
            assert_eq!(
                send(&sandbox, method, path, "", b"").unwrap().status,
                403,
                "{method} {path}"
            );
        }
    }
    let options = send(&sandbox, "OPTIONS", V3, KEY, b"").unwrap();
    assert_eq!(
        (options.status, options.body.as_str(), options.header("allow")),
        (200, "POST", Some("POST"))
    );
    assert!(options.header("content-type").unwrap().starts_with("text/html"));
    assert_eq!(send(&sandbox, "OPTIONS", V3, "", b"").unwrap().status, 403);

    for path in [
        format!("{V3}/"),
        format!("{V3}//"),
        V3.to_uppercase(),
        format!("{test}/"),
        test.to_uppercase(),
    ] {
        assert_eq!(post(&sandbox, &path, KEY, &json!([])).status, 200, "{path}");
    }
    for path in [
        "/",
        "/api",
        "/api/",
        "/nulle/part",
        "/api/v3",
        "/api/v3/dossiers-apprenantsx",
        "/api/dossiers-apprenants",
    ] {
        for method in ["GET", "POST"] {
            let got = send(&sandbox, method, path, KEY, b"").unwrap();
            assert_eq!((got.status, got.json()), (401, unauthorized.clone()), "{method} {path}");
        }
    }
    for path in ["/api/login", V2021, "/api/statut-candidats/test"] {
        let got = send(&sandbox, "GET", path, "", b"").unwrap();
        assert_eq!(got.status, 404, "{path}");
        assert!(
            got.body.contains(&format!("Cannot GET {path}"))
                && got.header("content-type").unwrap().starts_with("text/html")
        );
    }
    let empty = send(&sandbox, "POST", V3, &format!("{JSON}Authorization:\r\n"), b"[]").unwrap();
    assert_eq!(
        (empty.status, empty.json()),
        (403, message("Clé API manquante", "Forbidden"))
    );
    let anonymous = post(&sandbox, V2021, "", &json!([]));
    assert_eq!((anonymous.status, anonymous.header("content-type")), (401, None));
}

#[test]
fn the_directory_compares_as_it_is_and_says_what_is_malformed() {
    let sandbox = start(Options::default());
    let ask = |body: Value| {
        let got = post(&sandbox, "/api/v1/organismes/get-by-uai-siret/", "", &body);
        (got.status, got.json())
    };
    let (status, found) = ask(json!({"uai": "0123456A", "siret": "12345678901234"}));
    assert_eq!((status, found.get("nom")), (200, None));
    let known = [
        "_id",
        "siret",
        "uai",
        "enseigne",
        "raison_sociale",
        "ferme",
        "nature",
        "adresse",
    ];
    assert!(
        found
            .as_object()
            .unwrap()
            .keys()
            .all(|key| known.contains(&key.as_str())),
        "{found}"
    );
    let (status, without) = ask(json!({"uai": null, "siret": "12345678901234"}));
    assert_eq!((status, without.get("uai")), (200, None));
    for (uai, siret) in [
        ("0123456a", "12345678901234"),
        (" 0123456A", "12345678901234"),
        ("0123456A", "123 456 789 01234"),
    ] {
        let (status, answer) = ask(json!({"uai": uai, "siret": siret}));
        assert_eq!(
            (status, answer),
            (400, message("Aucun organisme trouvé", "Bad Request")),
            "{uai} {siret}"
        );
    }
    for (body, path) in [
        (json!({"uai": "0123456A"}), json!(["siret"])),
        (json!({"siret": "12345678901234"}), json!(["uai"])),
        (json!({"uai": 1, "siret": "12345678901234"}), json!(["uai"])),
        (json!({"uai": null, "siret": null}), json!(["siret"])),
    ] {
        let (status, answer) = ask(body.clone());
        assert_eq!(
            (status, &answer["message"], &answer["details"]),
            (400, &json!("Erreur de validation"), &json!("String attendu")),
            "{body}"
        );
        assert_eq!(answer["issues"][0]["path"], path, "{body}");
    }
    let (status, answer) = ask(json!({"uai": "0123456A", "siret": "12345678901234", "x": 1}));
    assert_eq!((status, &answer["issues"][0]["keys"]), (400, &json!(["x"])));
}

#[test]
fn what_is_found_later_is_told_in_the_inbox_with_the_displayed_status() {
    let sandbox = start(Options::default());
    let mut odd = dossier("1");
    odd["nom_apprenant"] = json!("*MARTIN");
    let (first, again) = (post(&sandbox, V3, KEY, &json!([odd])), inbox(&sandbox));
    assert!(first.json().get("detail").is_none(), "nothing is said at once");
    assert_eq!(
        again["dossiers"][0]["erreurs"],
        json!([{"message": "Invalid regular expression", "path": ["nom_apprenant"]}])
    );
    assert!(
        again["dossiers"][0]["statut_affiche"].is_string(),
        "it is kept all the same"
    );
    post(&sandbox, V3, KEY, &json!([odd]));
    assert_eq!(inbox(&sandbox)["dossiers"][0]["valide"], true, "the next night passes");

    let mut endless = dossier("2");
    endless["date_fin_formation"] = json!("9999-12-31");
    let mut excluded = dossier("3");
    excluded["date_exclusion_formation"] = json!("2000-01-01");
    post(&sandbox, V3, KEY, &json!([endless, excluded]));
    let dossiers = inbox(&sandbox)["dossiers"].clone();
    assert_eq!(dossiers[1]["valide"], false);
    assert_eq!(dossiers[2]["statut_affiche"], "ABANDON");
}
