//! The origin of an address: scheme, machine and port, whatever the path.

use reqwest::Url;

/// What a key that was entered for this address belongs to: two addresses of one service have the same. One that cannot be
/// understood stands for itself; nothing is ever sent there.
#[must_use]
pub fn origin(url: Option<&str>) -> String {
    let text = url.unwrap_or_default().trim();
    match Url::parse(text) {
        Ok(url) if url.origin().is_tuple() => url.origin().ascii_serialization(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_machine_and_port() {
        let same = origin(Some("https://cfas.exemple.fr/api"));
        for url in [
            "https://cfas.exemple.fr",
            " https://CFAS.exemple.fr:443/api/v3/ ",
            "https://u:p@cfas.exemple.fr/?a#b",
        ] {
            assert_eq!(origin(Some(url)), same, "{url}");
        }
        for url in [
            "http://cfas.exemple.fr/api",
            "https://cfas.exemple.fr:8443/api",
            "https://cfas.exemple.fr.ailleurs.example/api",
            "https://exemple.fr/api",
            "cfas.exemple.fr/api",
            "",
        ] {
            assert_ne!(origin(Some(url)), same, "{url}");
        }
        assert_eq!(origin(None), "");
    }
}
