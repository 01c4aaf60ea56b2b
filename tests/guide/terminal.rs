//! A host that is nothing but a terminal: it writes what the plugin describes, and its user knows labels only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use chrono::{DateTime, FixedOffset};
use passerelle_host_sdk::{
    Cell, ContributionKind, Error, FormEvent, FormId, Host, HostError, JobSpec, Level, Library, Outcome, Plugin, Table,
};
use serde_json::{Value, json};

use crate::support::{self, base::Base, desk::patient, schemas};

/// What the plugin put on the screen, and what it may ask.
struct Screen {
    database: String,
    data_dir: PathBuf,
    user: String,
    now: Mutex<DateTime<FixedOffset>>,
    form: Mutex<Option<(FormId, Value)>>,
    tables: Mutex<Vec<Table>>,
    jobs: Mutex<Vec<JobSpec>>,
    /// Everything that was written, the log included.
    written: Mutex<String>,
}

struct Erp(Arc<Screen>);

impl Host for Erp {
    fn name(&self) -> String {
        "Terminal 1.0".into()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        *self.0.now.lock().unwrap()
    }

    fn setting(&self, key: &str) -> Option<String> {
        match key {
            "database" => Some(self.0.database.clone()),
            "data_dir" => Some(self.0.data_dir.display().to_string()),
            "user" => Some(self.0.user.clone()),
            _ => None,
        }
    }

    fn max_log_level(&self) -> Level {
        Level::Trace
    }

    fn log(&self, level: Level, target: &str, message: &str) {
        assert_ne!(level, Level::HostMisbehaves, "{message}");
        self.0.write(&format!("{level:?} {target}: {message}"));
    }

    fn show_form(&self, form: FormId, description: &str) -> Result<(), HostError> {
        let description: Value = serde_json::from_str(description).unwrap();
        schemas::check(&description, "a form");
        self.0.write(&drawn(&description));
        *self.0.form.lock().unwrap() = Some((form, description));
        Ok(())
    }

    fn close_form(&self, form: FormId) -> Result<(), HostError> {
        let closed = self.0.form.lock().unwrap().take();
        assert_eq!(closed.map(|(number, _)| number), Some(form));
        Ok(())
    }

    fn show_table(&self, table: Table) -> Result<(), HostError> {
        self.0.tables.lock().unwrap().push(table);
        Ok(())
    }

    fn register_job(&self, job: JobSpec) -> Result<(), HostError> {
        self.0.jobs.lock().unwrap().push(job);
        Ok(())
    }
}

impl Screen {
    fn write(&self, text: &str) {
        let mut written = self.written.lock().unwrap();
        writeln!(written, "{text}").unwrap();
    }
}

/// A table, read to its end.
pub struct Read {
    pub title: String,
    description: Value,
    /// Each row by the labels of its columns.
    pub rows: Vec<BTreeMap<String, String>>,
}

/// The terminal and its user.
pub struct Terminal {
    plugin: Plugin,
    screen: Arc<Screen>,
}

impl Terminal {
    /// Starts the plugin on a database; `data_dir` holds the sealing key.
    pub fn start(base: &Base, data_dir: &Path, user: &str, now: &str) -> Self {
        let screen = Arc::new(Screen {
            database: base.connection_string(),
            data_dir: data_dir.to_owned(),
            user: user.to_owned(),
            now: Mutex::new(now.parse().unwrap()),
            form: Mutex::default(),
            tables: Mutex::default(),
            jobs: Mutex::default(),
            written: Mutex::default(),
        });
        let library = Library::load(&support::library()).unwrap();
        let plugin = library.create(Erp(Arc::clone(&screen))).unwrap();
        Self { plugin, screen }
    }

    /// Sets the clock.
    pub fn set_clock(&self, now: &str) {
        *self.screen.now.lock().unwrap() = now.parse().unwrap();
    }

    /// Everything that was written so far, the log included.
    pub fn written(&self) -> String {
        self.screen.written.lock().unwrap().clone()
    }

    /// Picks a menu entry, by its label.
    pub fn pick(&self, label: &str, context: &Value) {
        let entries = self.plugin.contributions().unwrap();
        let entry = entries.iter().find(|entry| entry.label == label);
        let id = entry
            .unwrap_or_else(|| panic!("no menu entry {label}: {entries:?}"))
            .id
            .clone();
        self.open(&id, context).unwrap();
    }

    /// The ids of the menu entries that can be opened.
    pub fn contributions(&self) -> Vec<String> {
        let entries = self.plugin.contributions().unwrap().into_iter();
        let opened = entries.filter(|entry| entry.kind != ContributionKind::Job);
        opened.map(|entry| entry.id).collect()
    }

    /// Replaces the settings by those of a file.
    pub fn import(&self, settings: &Value) {
        let bytes = settings.to_string().into_bytes();
        self.plugin.worker().read_document("reglages.json", &bytes).unwrap();
    }

    /// Closes the form without a button.
    pub fn close(&self) {
        self.tell(FormEvent::Closed).unwrap();
        *self.screen.form.lock().unwrap() = None;
    }

    /// Opens a contribution by its id.
    pub fn open(&self, id: &str, context: &Value) -> Result<(), Error> {
        self.plugin.open(id, &context.to_string())
    }

    /// The form on the screen.
    pub fn form(&self) -> Value {
        let form = self.screen.form.lock().unwrap();
        form.as_ref().unwrap_or_else(|| panic!("no form is shown")).1.clone()
    }

    /// Whether a form is on the screen.
    pub fn shows_a_form(&self) -> bool {
        self.screen.form.lock().unwrap().is_some()
    }

    /// What is said over the fields.
    pub fn message(&self) -> String {
        let message = &self.form()["message"];
        message["text"].as_str().unwrap_or_default().to_owned()
    }

    fn field(&self, label: &str) -> Value {
        let form = self.form();
        let found = fields(&form).find(|field| field["label"] == label).cloned();
        found.unwrap_or_else(|| panic!("no field {label}:\n{}", drawn(&form)))
    }

    /// What stands in a field.
    pub fn value(&self, label: &str) -> Value {
        self.field(label)["value"].clone()
    }

    /// What is said under a field.
    pub fn under(&self, label: &str) -> String {
        let field = self.field(label);
        let texts = ["error", "warning"].map(|key| field[key].as_str().unwrap_or_default().to_owned());
        texts.concat()
    }

    /// Ticks a box.
    pub fn tick(&self, label: &str) {
        let field = self.field(label);
        assert_eq!(
            (&field["kind"], &field["enabled"]),
            (&json!("checkbox"), &json!(true)),
            "{label}"
        );
        self.change(&field, json!(true));
    }

    /// Types into a field, or picks the option of that label.
    pub fn fill(&self, label: &str, text: &str) {
        let field = self.field(label);
        assert_eq!(field["enabled"], true, "{label}");
        let value = match field["kind"].as_str().unwrap() {
            "text" | "secret" => text.to_owned(),
            "choice" => {
                let options = field["options"].as_array().unwrap();
                let option = options.iter().find(|option| option["label"] == text);
                option.unwrap_or_else(|| panic!("{label} has no option {text}: {options:?}"))["value"]
                    .as_str()
                    .unwrap()
                    .to_owned()
            }
            other => panic!("{label} is a {other}"),
        };
        self.change(&field, json!(value));
    }

    fn change(&self, field: &Value, value: Value) {
        let event = FormEvent::Changed {
            field: field["id"].as_str().unwrap(),
            value_json: &value.to_string(),
        };
        self.tell(event).unwrap();
    }

    fn tell(&self, event: FormEvent<'_>) -> Result<(), Error> {
        let number = self.screen.form.lock().unwrap().as_ref().unwrap().0;
        self.plugin.form_event(number, event)
    }

    /// Presses a button of the form; what its job came to, if it has one.
    pub fn press(&self, label: &str) -> Option<Result<String, String>> {
        let form = self.form();
        self.press_button(&form["buttons"], label, None)
    }

    /// Presses a button of the list's row that holds a text.
    pub fn press_on(&self, text: &str, label: &str) -> Option<Result<String, String>> {
        let form = self.form();
        let list = fields(&form).find(|field| field["kind"] == "list").unwrap();
        let rows = list["rows"].as_array().unwrap();
        let mut found = rows.iter().filter(|row| row["cells"].to_string().contains(text));
        let row = found
            .next()
            .unwrap_or_else(|| panic!("no row with {text}:\n{}", drawn(&form)));
        assert!(found.next().is_none(), "several rows with {text}:\n{}", drawn(&form));
        self.press_button(&list["row_actions"], label, row["id"].as_str())
    }

    fn press_button(&self, buttons: &Value, label: &str, row: Option<&str>) -> Option<Result<String, String>> {
        let mut buttons = buttons.as_array().unwrap().iter();
        let button = buttons.find(|button| button["label"] == label);
        let button = button.unwrap_or_else(|| panic!("no button {label}:\n{}", drawn(&self.form())));
        assert_ne!(button["enabled"], false, "{label}");
        if let Some(question) = button["confirm"].as_str() {
            self.screen.write(&format!("{question} (o/n) o"));
        }
        let told = button["job"].as_str().map(|job| {
            let parameters = row.map_or(json!({}), |row| json!({"ligne": row}));
            let ended = self.run(job, &parameters);
            let told = ended.map(|outcome| outcome.text).map_err(|error| error.message);
            self.screen.write(&format!("{told:?}"));
            told
        });
        let button = button["id"].as_str().unwrap();
        self.tell(FormEvent::Action { button, row }).unwrap();
        told
    }

    /// Runs a job on a thread of its own.
    pub fn run(&self, job: &str, parameters: &Value) -> Result<Outcome, Error> {
        let (worker, parameters) = (self.plugin.worker(), parameters.to_string());
        std::thread::scope(|scope| {
            let running = scope.spawn(|| worker.run_job(job, &parameters, &patient()));
            running.join().unwrap()
        })
    }

    /// Runs a job of the scheduler, by its label.
    pub fn run_scheduled(&self, label: &str) -> Outcome {
        let jobs = self.screen.jobs.lock().unwrap().clone();
        let job = jobs.iter().find(|job| job.label == label);
        self.run(
            &job.unwrap_or_else(|| panic!("no job {label}: {jobs:?}")).id,
            &json!({}),
        )
        .unwrap()
    }

    /// Reads the tables that were shown, all of them.
    pub fn tables(&self) -> Vec<Read> {
        let tables = std::mem::take(&mut *self.screen.tables.lock().unwrap());
        let read = tables.into_iter().map(|table| {
            let read = std::thread::scope(|scope| scope.spawn(|| read(table)).join().unwrap());
            self.screen.write(&format!("== {} ==", read.title));
            read
        });
        read.collect()
    }

    /// Does what a table offers, by its label: opens another contribution.
    pub fn act(&self, table: &Read, label: &str) {
        let action = labelled(&table.description["actions"], label);
        self.open(action["opens"].as_str().unwrap(), &action["context"])
            .unwrap();
    }

    /// Does what a table offers for one of its rows.
    pub fn act_on(&self, table: &Read, row: usize, label: &str) {
        let action = labelled(&table.description["row_actions"], label);
        let mut context = action["context"].clone();
        for (key, column) in action["context_columns"].as_object().unwrap() {
            let columns = table.description["columns"].as_array().unwrap();
            let column = columns.iter().find(|known| known["id"] == *column).unwrap();
            let cell = &table.rows[row][column["label"].as_str().unwrap()];
            context[key] = match column["kind"].as_str().unwrap() {
                "integer" => json!(cell.parse::<i64>().unwrap()),
                _ => json!(cell),
            };
        }
        self.open(action["opens"].as_str().unwrap(), &context).unwrap();
    }

    /// Saves a table as one of its documents, by its label: the file's name and content.
    pub fn save(&self, table: &Read, label: &str) -> (String, Vec<u8>) {
        let document = labelled(&table.description["documents"], label);
        let mut bytes = Vec::new();
        let (worker, id) = (self.plugin.worker(), document["id"].as_str().unwrap());
        worker
            .write_document(id, &document["parameters"].to_string(), &patient(), &mut bytes)
            .unwrap();
        (document["file_name"].as_str().unwrap().to_owned(), bytes)
    }
}

fn labelled(list: &Value, label: &str) -> Value {
    let mut list = list
        .as_array()
        .unwrap_or_else(|| panic!("nothing to do: {label}"))
        .iter();
    list.find(|one| one["label"] == label)
        .unwrap_or_else(|| panic!("no {label}"))
        .clone()
}

fn fields(form: &Value) -> impl Iterator<Item = &Value> {
    let groups = form["groups"].as_array().unwrap().iter();
    groups.flat_map(|group| group["fields"].as_array().unwrap())
}

/// A form as the terminal writes it.
fn drawn(form: &Value) -> String {
    let mut text = format!("--- {} ---\n", form["title"].as_str().unwrap());
    if let Some(message) = form["message"]["text"].as_str() {
        writeln!(text, "! {message}").unwrap();
    }
    for field in fields(form) {
        let label = field["label"].as_str().unwrap();
        match field["kind"].as_str().unwrap() {
            "checkbox" => writeln!(text, "[{}] {label}", if field["value"] == true { 'x' } else { ' ' }),
            "secret" => writeln!(
                text,
                "{label} : {}",
                if field["stored"] == true { "********" } else { "" }
            ),
            "list" => {
                let rows = field["rows"].as_array().unwrap().iter();
                let rows: Vec<_> = rows.map(|row| row["cells"].to_string()).collect();
                writeln!(text, "{label}\n  {}", rows.join("\n  "))
            }
            _ => writeln!(text, "{label} : {}", field["value"].as_str().unwrap_or_default()),
        }
        .unwrap();
        for key in ["help", "error", "warning"] {
            if let Some(said) = field[key].as_str() {
                writeln!(text, "    {said}").unwrap();
            }
        }
    }
    text
}

fn read(mut table: Table) -> Read {
    let description: Value = serde_json::from_str(&table.describe().unwrap()).unwrap();
    schemas::check(&description, "a table");
    let labels: Vec<_> = description["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| column["label"].as_str().unwrap().to_owned())
        .collect();
    let mut rows = Vec::new();
    while let Some(batch) = table.next(1000).unwrap() {
        for row in 0..batch.rows() {
            let cells = labels.iter().enumerate().map(|(column, label)| {
                let text = match batch.cell(row, column) {
                    None => String::new(),
                    Some(Cell::Text(text)) => text.to_owned(),
                    Some(Cell::Integer(number)) => number.to_string(),
                    Some(Cell::Boolean(value)) => value.to_string(),
                    Some(Cell::Date(date)) => date.format("%d/%m/%Y").to_string(),
                };
                (label.clone(), text)
            });
            rows.push(cells.collect());
        }
    }
    Read {
        title: description["title"].as_str().unwrap().to_owned(),
        description,
        rows,
    }
}
