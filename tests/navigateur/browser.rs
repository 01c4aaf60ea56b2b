//! A real browser: Debian's Chromium, driven through chromedriver, with what a test needs to play a user.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// How long something may take to appear before a test fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser in a window of its own, with an empty profile.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    driver: Child,
    port: u16,
    marks: std::cell::Cell<u32>,
    shots: PathBuf,
    /// Where it saves what it downloads.
    pub downloads: PathBuf,
}

impl Browser {
    /// Starts one; its files and screenshots go under a folder.
    pub fn start(folder: &Path) -> Self {
        let (driver, port) = chromedriver();
        let (downloads, shots) = (folder.join("telechargements"), folder.join("captures"));
        for made in [&downloads, &shots] {
            std::fs::create_dir_all(made).unwrap();
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            // A colour that is on its way to another has the contrast of neither.
            "--force-prefers-reduced-motion",
            "--lang=fr",
            "--window-size=1280,860",
        ];
        let profile = format!("--user-data-dir={}", folder.join("profil").display());
        let arguments: Vec<_> = arguments.iter().map(|&flag| flag.to_owned()).chain([profile]).collect();
        let options = json!({
            "goog:chromeOptions": {
                "binary": "/usr/bin/chromium", "args": arguments,
                "prefs": {"download.default_directory": downloads, "download.prompt_for_download": false},
            },
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(options.as_object().unwrap().clone());
            builder.connect(&format!("http://127.0.0.1:{port}")).await.unwrap()
        });
        Self {
            runtime,
            client,
            driver,
            port,
            marks: 0.into(),
            shots,
            downloads,
        }
    }

    /// Opens an address.
    pub fn open(&self, url: &str) {
        self.runtime.block_on(self.client.goto(url)).unwrap();
    }

    /// Gives the page a window of this size, whatever the smallest one of this browser is: at a zoom of 200 %, one of
    /// half the size.
    pub fn window(&self, width: u32, height: u32) {
        let session = self.runtime.block_on(self.client.session_id()).unwrap().unwrap();
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools(&session, "Emulation.setDeviceMetricsOverride", &size);
    }

    /// Has the page drawn with the system's own colours, as people with poor sight have it.
    pub fn forced_colours(&self, on: bool) {
        let session = self.runtime.block_on(self.client.session_id()).unwrap().unwrap();
        let value = if on { "active" } else { "none" };
        let media = json!({"features": [{"name": "forced-colors", "value": value}]});
        self.devtools(&session, "Emulation.setEmulatedMedia", &media);
    }

    fn devtools(&self, session: &str, command: &str, parameters: &Value) {
        let path = format!("/session/{session}/goog/cdp/execute");
        let body = json!({"cmd": command, "params": parameters}).to_string();
        let headers = [("Host", "127.0.0.1"), ("Content-Type", "application/json")];
        let answer = crate::http::ask(self.port, "POST", &path, &headers, &body);
        assert_eq!(answer.status, 200, "{command}: {}", answer.body);
    }

    /// Runs a script in the page.
    #[track_caller]
    pub fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.runtime
            .block_on(self.client.execute(script, arguments.to_vec()))
            .unwrap_or_else(|error| panic!("{error}: {script}"))
    }

    /// Runs a script that ends by calling its last argument.
    #[track_caller]
    pub fn script_async(&self, script: &str) -> Value {
        self.runtime
            .block_on(self.client.execute_async(script, Vec::new()))
            .unwrap()
    }

    /// Waits until a script says something else than null or false.
    #[track_caller]
    pub fn until(&self, what: &str, script: &str, arguments: &[Value]) -> Value {
        let asked = Instant::now();
        loop {
            let value = self.script(&format!("{WITHIN} {script}"), arguments);
            if !matches!(value, Value::Null | Value::Bool(false)) {
                return value;
            }
            if asked.elapsed() > PATIENCE {
                self.shot("echec");
                panic!("{what} did not come ({arguments:?}); the page says:\n{}", self.text());
            }
            std::thread::sleep(Duration::from_millis(40));
        }
    }

    /// What the page says in view.
    pub fn text(&self) -> String {
        let text = self.script(&format!("{WITHIN} return plain(within().innerText)"), &[]);
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page says something.
    #[track_caller]
    pub fn sees(&self, text: &str) {
        self.until(
            "a text",
            "return plain(within().innerText).includes(arguments[0])",
            &[text.into()],
        );
    }

    /// Waits until the screen in front is called so.
    #[track_caller]
    pub fn screen(&self, title: &str) {
        let script = "return document.querySelector('#tabs [aria-selected=true]').innerText.includes(arguments[0])";
        self.until("a screen", script, &[title.into()]);
    }

    /// The element that a script finds, once it is there.
    #[track_caller]
    fn element(&self, what: &str, script: &str, arguments: &[Value]) -> Element {
        let mark = self.marks.get() + 1;
        self.marks.set(mark);
        let script = format!(
            "const found = (() => {{ {script} }})(); if (found) {{ found.dataset.mark = '{mark}'; found.scrollIntoView({{ block: 'center', inline: 'nearest' }}); }} return Boolean(found);"
        );
        self.until(what, &script, arguments);
        let css = format!("[data-mark='{mark}']");
        self.runtime.block_on(self.client.find(Locator::Css(&css))).unwrap()
    }

    /// Presses the button, tab or heading that says a text.
    #[track_caller]
    pub fn press(&self, text: &str) {
        let script = "return visible('button, summary, [role=tab], [role=menuitem]')
            .filter((one) => !one.disabled && one.innerText.includes(arguments[0]))
            .sort((one, other) => one.innerText.length - other.innerText.length)[0];";
        let button = self.element("a button", script, &[text.into()]);
        self.runtime
            .block_on(button.click())
            .unwrap_or_else(|error| panic!("{text}: {error}"));
    }

    /// Clicks the element in view that a CSS selector finds.
    #[track_caller]
    pub fn click(&self, css: &str) {
        let element = self.element("an element", "return visible(arguments[0])[0];", &[css.into()]);
        self.runtime
            .block_on(element.click())
            .unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Opens an entry of the menus: its menu, then what it says.
    #[track_caller]
    pub fn menu(&self, path: &[&str]) {
        for label in path {
            self.press(label);
        }
    }

    /// The control with a label.
    #[track_caller]
    fn control(&self, label: &str) -> Element {
        let script = "return visible('input, select, textarea').find((one) => (one.labels?.[0]?.innerText ?? one.ariaLabel ?? '').trim() === arguments[0]);";
        self.element("a control", script, &[label.into()])
    }

    /// Whether there is a control with a label.
    pub fn has(&self, label: &str) -> bool {
        let script = format!(
            "{WITHIN} return visible('input, select').some((one) => one.labels?.[0]?.innerText.trim() === arguments[0])"
        );
        self.script(&script, &[label.into()]) == json!(true)
    }

    /// Ticks or unticks a box.
    #[track_caller]
    pub fn tick(&self, label: &str) {
        self.runtime.block_on(self.control(label).click()).unwrap();
    }

    /// Types a text into a control in place of what it holds, and leaves it.
    #[track_caller]
    pub fn fill(&self, label: &str, text: &str) {
        self.type_into(label, &format!("{text}{}", char::from(Key::Tab)));
    }

    /// Types a text into a control in place of what it holds, and stays there.
    #[track_caller]
    pub fn type_into(&self, label: &str, text: &str) {
        let control = self.control(label);
        self.runtime.block_on(async {
            let key = |key: Key| String::from(char::from(key));
            // As a user does: all of it is selected, then typed over.
            let all = format!("{}a{}{}", key(Key::Control), key(Key::Null), key(Key::Delete));
            control.send_keys(&all).await.unwrap();
            control.send_keys(text).await.unwrap();
        });
    }

    /// Types keys wherever the focus is.
    pub fn keys(&self, keys: &[Key]) {
        let text: String = keys.iter().map(|key| char::from(*key)).collect();
        let focused = self.runtime.block_on(self.client.active_element()).unwrap();
        self.runtime.block_on(focused.send_keys(&text)).unwrap();
    }

    /// Whether a control is off.
    #[track_caller]
    pub fn is_off(&self, label: &str) -> bool {
        let control = self.control(label);
        !self.runtime.block_on(control.is_enabled()).unwrap()
    }

    /// Picks what a pick list calls so.
    #[track_caller]
    pub fn choose(&self, label: &str, option: &str) {
        let there = "const box = visible('select').find((one) => one.labels[0]?.innerText.trim() === arguments[0]);
            return box && [...box.options].some((one) => one.text === arguments[1]);";
        self.until("an option", there, &[label.into(), option.into()]);
        let control = self.control(label);
        self.runtime.block_on(control.select_by_label(option)).unwrap();
    }

    /// The text under a control: help, error, warning.
    #[track_caller]
    pub fn told_of(&self, label: &str) -> String {
        let script = format!(
            "{WITHIN} const one = visible('input, select').find((one) => one.labels?.[0]?.innerText.trim() === arguments[0]);
             return (one.getAttribute('aria-describedby') ?? '').split(' ').map((id) => plain(document.getElementById(id)?.innerText ?? '')).join('\\n');"
        );
        self.script(&script, &[label.into()]).as_str().unwrap().to_owned()
    }

    /// Waits for a file in the downloads.
    pub fn downloaded(&self, ending: &str) -> PathBuf {
        let asked = Instant::now();
        loop {
            let mut files = std::fs::read_dir(&self.downloads)
                .unwrap()
                .map(|file| file.unwrap().path());
            if let Some(file) = files.find(|file| file.to_string_lossy().ends_with(ending)) {
                return file;
            }
            if asked.elapsed() > PATIENCE {
                self.shot("echec");
                panic!("no {ending} was downloaded; the page says:\n{}", self.text());
            }
            std::thread::sleep(Duration::from_millis(40));
        }
    }

    /// Takes a picture of the window.
    pub fn shot(&self, name: &str) -> PathBuf {
        let file = self.shots.join(format!("{name}.png"));
        std::fs::write(&file, self.runtime.block_on(self.client.screenshot()).unwrap()).unwrap();
        file
    }
}

/// What is in view: the dialog on top, or else the page, its main part first.
/// What may not part at the end of a line counts as a space.
const WITHIN: &str = "const plain = (text) => text.replace(/[\\u00a0\\u202f]/g, ' ');
    const within = () => [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
    const rank = (one) => Number(!one.closest('main, dialog'));
    const visible = (css) => [...within().querySelectorAll(css)].filter((one) => one.checkVisibility())
        .sort((one, other) => rank(one) - rank(other));";

impl Drop for Browser {
    fn drop(&mut self) {
        let client = self.client.clone();
        // A browser that is gone is closed.
        let _ = self.runtime.block_on(client.close());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// Starts chromedriver on a port of its choice.
fn chromedriver() -> (Child, u16) {
    let mut driver = Command::new("chromedriver")
        .arg("--port=0")
        // What the browser draws itself, such as dates, is French too.
        .env("LANGUAGE", "fr")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver is not there: scripts/test installs it");
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let port = lines
        .by_ref()
        .map_while(Result::ok)
        .filter(|line| line.contains("started successfully"))
        .find_map(|line| line.split("on port ").nth(1)?.trim_end_matches('.').parse().ok())
        .expect("chromedriver did not start");
    // Nobody may stop reading: a full pipe would stop the driver.
    std::thread::spawn(move || lines.for_each(drop));
    (driver, port)
}
