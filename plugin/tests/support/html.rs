//! A strict reader of the HTML that the plugin writes: every element is closed, in order; every attribute is quoted.

/// Elements that have no end.
const VOID: &[&str] = &["meta", "br"];
/// SVG shapes, which end themselves.
const SHAPES: &[&str] = &["rect", "line"];

pub struct Page {
    elements: Vec<(String, Vec<(String, String)>)>,
    texts: Vec<String>,
}

impl Page {
    pub fn parse(mut rest: &str) -> Self {
        let mut page = Self {
            elements: Vec::new(),
            texts: Vec::new(),
        };
        rest = rest.strip_prefix("<!DOCTYPE html>").expect("a doctype");
        let mut open: Vec<String> = Vec::new();
        while let Some(start) = rest.find('<') {
            let (text, markup) = rest.split_at(start);
            if !text.trim().is_empty() {
                assert!(!open.is_empty(), "text outside of the page: {text}");
                page.texts.push(unescaped(text.trim()));
            }
            let end = markup.find('>').expect("a tag ends");
            let tag = &markup[1..end];
            rest = &markup[end + 1..];
            if let Some(name) = tag.strip_prefix('/') {
                assert_eq!(open.pop().as_deref(), Some(name), "{tag}");
                continue;
            }
            let empty = tag.ends_with('/');
            let (name, attributes) = attributes(tag.trim_end_matches('/'));
            assert!(!empty || SHAPES.contains(&name.as_str()), "{tag}");
            if name == "style" {
                rest = &rest[rest.find("</style>").expect("the style ends")..];
            }
            if !VOID.contains(&name.as_str()) && !empty {
                open.push(name.clone());
            }
            page.elements.push((name, attributes));
        }
        assert!(rest.trim().is_empty() && open.is_empty(), "left open: {open:?}");
        page
    }

    pub fn count(&self, element: &str) -> usize {
        self.elements.iter().filter(|(name, _)| name == element).count()
    }

    pub fn attributes(&self, element: &str, attribute: &str) -> Vec<String> {
        let of_element = self.elements.iter().filter(|(name, _)| name == element);
        of_element
            .flat_map(|(_, all)| all)
            .filter(|(name, _)| name == attribute)
            .map(|(_, value)| value.clone())
            .collect()
    }

    pub fn attributes_of_all(&self, attribute: &str) -> Vec<String> {
        let all = self.elements.iter().flat_map(|(_, all)| all);
        all.filter(|(name, _)| name == attribute)
            .map(|(_, value)| value.clone())
            .collect()
    }

    pub fn all_attributes(&self) -> impl Iterator<Item = &str> {
        self.elements
            .iter()
            .flat_map(|(_, all)| all)
            .map(|(name, _)| name.as_str())
    }

    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().map(String::as_str)
    }
}

fn attributes(tag: &str) -> (String, Vec<(String, String)>) {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut found = Vec::new();
    while !rest.trim().is_empty() {
        let (key, after) = rest.trim_start().split_once("=\"").unwrap_or_else(|| panic!("{tag}"));
        let (value, after) = after.split_once('"').unwrap_or_else(|| panic!("{tag}"));
        assert!(
            key.chars().all(|char| char.is_ascii_alphanumeric() || char == '-'),
            "{tag}"
        );
        found.push((key.to_owned(), unescaped(value)));
        rest = after;
    }
    (name.to_owned(), found)
}

fn unescaped(text: &str) -> String {
    assert!(!text.contains('>'), "unescaped: {text}");
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")];
    let mut text = text.to_owned();
    for (name, char) in plain {
        text = text.replace(name, char);
    }
    text.replace("&amp;", "&")
}
