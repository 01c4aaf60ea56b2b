//! The faults of a scenario, over real TCP connections.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use super::*;

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
