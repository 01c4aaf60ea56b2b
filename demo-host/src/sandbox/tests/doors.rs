//! Who is told what the sandbox holds, and whom it waits for.

use super::*;

/// The status of a request written by hand; `HOST` in it is where the sandbox is.
fn knock(sandbox: &Sandbox, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(sandbox.addr()).unwrap();
    let request = request
        .replace("HOST", &sandbox.addr().to_string())
        .replace('\n', "\r\n");
    write!(stream, "{request}Connection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    (answer.split(' ').nth(1).unwrap().parse().unwrap(), answer)
}

fn holding_one(options: Options) -> Sandbox {
    let sandbox = start(options);
    let dossier = json!([{"nom_apprenant": "MARTIN", "id_erp_apprenant": "7"}]);
    assert_eq!(post(&sandbox, V3, KEY, &dossier).status, 200);
    sandbox
}

/// What no sandbox answers, and with which status it refuses.
const FOREIGN: [(&str, u16); 11] = [
    ("Host: evil.example\n", 421),
    ("Host: evil.example:80\n", 421),
    ("Host: 127.0.0.1.evil.example\n", 421),
    ("Host: 127.0.0.1:1\n", 421),
    ("Host: HOST\nHost: evil.example\n", 421),
    ("Host: HOST\nOrigin: http://evil.example\n", 403),
    ("Host: HOST\nOrigin: null\n", 403),
    ("Host: HOST\nOrigin: http://HOST\nOrigin: http://evil.example\n", 403),
    (
        "Host: HOST\nSec-Fetch-Site: same-origin\nSec-Fetch-Site: cross-site\n",
        403,
    ),
    ("Host: HOST\nSec-Fetch-Site: cross-site\n", 403),
    ("Host: HOST\nSec-Fetch-Site: same-site\n", 403),
];

#[test]
fn what_it_holds_is_told_to_this_machine_and_to_no_other_site() {
    let sandbox = holding_one(Options::default());
    for (headers, status) in FOREIGN {
        for method in ["GET", "DELETE", "POST", "OPTIONS"] {
            let (got, answer) = knock(&sandbox, &format!("{method} /sandbox/recus HTTP/1.1\n{headers}"));
            // Two hosts are refused by HTTP itself.
            assert!(
                got == status || (got == 400 && headers.matches("Host").count() == 2),
                "{method} {headers}: {answer}"
            );
            assert!(
                !answer.contains("MARTIN") && !answer.to_lowercase().contains("access-control"),
                "{headers}: {answer}"
            );
        }
    }
    assert_eq!(sandbox.counts().0, 1, "nobody has emptied it");
    for headers in [
        "Host: HOST\n",
        "Host: localhost\n",
        "Host: HOST\nOrigin: http://HOST\n",
        "Host: HOST\nSec-Fetch-Site: none\n",
    ] {
        let (got, answer) = knock(&sandbox, &format!("GET /sandbox/recus HTTP/1.1\n{headers}"));
        assert!(got == 200 && answer.contains("MARTIN"), "{headers}: {answer}");
        assert!(answer.contains("no-store") && answer.contains("nosniff"), "{answer}");
    }
    let elsewhere = "GET http://evil.example/sandbox/recus HTTP/1.1\nHost: HOST\n";
    let (got, answer) = knock(&sandbox, elsewhere);
    assert!(got == 421 && !answer.contains("MARTIN"), "{answer}");
    // Whatever is no route of its own is the receiver's, which tells nothing.
    for path in [
        "/",
        "/sandbox",
        "//sandbox/recus",
        "/SANDBOX/RECUS",
        "/sandbox%2Frecus",
        "/api/sandbox/recus",
    ] {
        let (got, answer) = knock(&sandbox, &format!("GET {path} HTTP/1.1\nHost: evil.example\n"));
        assert!(
            (400..500).contains(&got) && !answer.contains("MARTIN"),
            "{path}: {answer}"
        );
    }
    assert_eq!(knock(&sandbox, "DELETE /sandbox/recus HTTP/1.1\nHost: HOST\n").0, 204);
    assert_eq!(sandbox.counts().0, 0);
}

#[test]
fn beside_the_mini_erp_only_its_session_is_told() {
    let pass = Pass::new().unwrap();
    let sandbox = holding_one(Options {
        pass: Some(pass.clone()),
        ..Options::default()
    });
    let shown = [
        format!("Cookie: a=b; {}\n", pass.cookie(8089)),
        format!("Authorization: Bearer {}\n", pass.token),
    ];
    let not_shown = [
        "",
        "Cookie: passerelle-8089=\n",
        "Cookie: passerelle-8089=0\n",
        "Authorization: Bearer \n",
        "Authorization: Bearer cle-de-test-1\n",
    ];
    for headers in not_shown {
        for method in ["GET", "DELETE"] {
            let (got, answer) = knock(
                &sandbox,
                &format!("{method} /sandbox/recus HTTP/1.1\nHost: HOST\n{headers}"),
            );
            assert!(got == 403 && !answer.contains("MARTIN"), "{method} {headers}: {answer}");
        }
    }
    for secret in &shown {
        for (headers, status) in FOREIGN {
            let (got, answer) = knock(&sandbox, &format!("DELETE /sandbox/recus HTTP/1.1\n{headers}{secret}"));
            assert!(got == status || got == 400, "{headers}: {answer}");
        }
        let (got, answer) = knock(&sandbox, &format!("GET /sandbox/recus HTTP/1.1\nHost: HOST\n{secret}"));
        assert!(got == 200 && answer.contains("MARTIN"), "{answer}");
    }
    assert_eq!(sandbox.counts().0, 1, "nobody has emptied it");
    // The receiver's own routes ask for the sender's key, and for nothing else.
    assert_eq!(post(&sandbox, V3, KEY, &json!([])).status, 200);
}

#[test]
fn whoever_does_not_go_on_speaking_loses_the_connection() {
    let sandbox = start(Options::default());
    let unfinished = [
        String::new(),
        "GET /sandbox/recus HT".to_owned(),
        format!("POST {V3} HTTP/1.1\r\nHost: localhost\r\nX: "),
        format!("POST {V3} HTTP/1.1\r\nHost: localhost\r\n{JSON}{KEY}Content-Length: 100\r\n\r\n[{{"),
    ];
    let waiting: Vec<_> = unfinished
        .into_iter()
        .map(|text| {
            let mut stream = TcpStream::connect(sandbox.addr()).unwrap();
            // Far more than the sandbox's patience: reached, it fails this test.
            stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
            stream.write_all(text.as_bytes()).unwrap();
            (text, stream)
        })
        .collect();
    for (text, mut stream) in waiting {
        let ended = stream.read_to_end(&mut Vec::new());
        let reset = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionReset;
        assert!(
            ended.as_ref().is_ok() || ended.as_ref().is_err_and(reset),
            "{text:?}: {ended:?}"
        );
    }
    assert_eq!(inbox(&sandbox)["dossiers"], json!([]));
}
