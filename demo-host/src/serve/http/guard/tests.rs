#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use axum::body::Body;

fn guard() -> Guard {
    let pass = Pass {
        token: "t".repeat(64),
        session: "s".repeat(64),
    };
    Guard::new(pass, 8089)
}

/// The status that a request gets, 200 for one that is let through.
fn status(method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    match guard().check(&request.body(Body::empty()).unwrap()) {
        Ok(Entry::Inside) => 200,
        Ok(Entry::Exchange) => 303,
        Err((status, _)) => status.as_u16(),
    }
}

#[test]
fn only_a_page_of_this_server_with_the_sessions_cookie_is_let_in() {
    let host = ("host", "127.0.0.1:8089");
    let session = format!("other=1; passerelle-8089={}", "s".repeat(64));
    let cookie = ("cookie", session.as_str());
    let own = ("origin", "http://127.0.0.1:8089");
    let with_token = format!("/?jeton={}", "t".repeat(64));
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(&str, &str, Headers<'_>, u16)] = &[
        ("GET", "/", &[host, cookie], 200),
        ("GET", "/", &[("host", "localhost:8089"), cookie], 200),
        ("GET", "/", &[host, cookie, ("sec-fetch-site", "none")], 200),
        ("POST", "/api/start", &[host, cookie, own], 200),
        (
            "POST",
            "/api/start",
            &[host, cookie, own, ("sec-fetch-site", "same-origin")],
            200,
        ),
        ("GET", &with_token, &[host], 303),
        // Another name, as after a DNS rebinding.
        ("GET", "/", &[("host", "attaquant.example:8089"), cookie], 421),
        ("GET", "/", &[("host", "127.0.0.1:80"), cookie], 421),
        ("GET", "/", &[cookie], 421),
        // The target outdoes the header.
        ("GET", "http://attaquant.example/", &[host, cookie], 421),
        ("GET", "http://127.0.0.1:8089/", &[host, cookie], 200),
        // No token, or another one.
        ("GET", "/", &[host], 403),
        ("GET", "/api/1/events", &[host, ("cookie", "passerelle-8089=abc")], 403),
        ("GET", "/?jeton=abc", &[host, cookie], 403),
        ("GET", "/assets/app.js", &[host], 403),
        // Another site.
        (
            "POST",
            "/api/start",
            &[host, cookie, ("origin", "http://attaquant.example")],
            403,
        ),
        (
            "POST",
            "/api/start",
            &[host, cookie, ("origin", "http://127.0.0.1:9999")],
            403,
        ),
        ("POST", "/api/start", &[host, cookie, ("origin", "null")], 403),
        (
            "POST",
            "/api/start",
            &[host, cookie, own, ("origin", "http://attaquant.example")],
            403,
        ),
        ("POST", "/api/start", &[host, cookie], 403),
        ("POST", "/api/start", &[host, cookie, ("sec-fetch-site", "none")], 403),
        ("GET", "/", &[host, cookie, ("sec-fetch-site", "cross-site")], 403),
        ("GET", "/", &[host, cookie, ("sec-fetch-site", "same-site")], 403),
        ("GET", &with_token, &[host, ("sec-fetch-site", "cross-site")], 403),
    ];
    for (method, path, headers, expected) in cases {
        assert_eq!(status(method, path, headers), *expected, "{method} {path} {headers:?}");
    }
}

#[test]
fn secrets_are_long_and_new_each_time() {
    let (one, other) = (Pass::new().unwrap(), Pass::new().unwrap());
    assert_eq!(one.token.len(), 64);
    assert_ne!(one.token, other.token);
    assert_ne!(one.token, one.session);
    assert!(one.url(80).starts_with("http://127.0.0.1:80/?jeton="));
}

#[test]
fn the_cookie_is_for_this_server_alone() {
    let response = guard().exchange();
    let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
    for part in ["passerelle-8089=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert_eq!(response.headers()[header::LOCATION], "/");
}
