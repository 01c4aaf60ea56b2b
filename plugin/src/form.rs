//! Forms as the plugin makes them: a JSON document, and what happens when the user acts.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;
use crate::table::Kind;

/// A text that the program holds, or that is made for one form.
pub type Text = Cow<'static, str>;

/// An open form.
pub trait Form: Send {
    /// Its description as it stands.
    fn describe(&self) -> Description;

    /// What the user did.
    ///
    /// # Errors
    /// The field or button is unknown, or what it does failed; the form stays as it was.
    fn act(&mut self, event: &Event<'_>) -> Result<Next, Error>;
}

/// What the user did in a form.
#[derive(Clone, PartialEq)]
pub enum Event<'a> {
    /// A field has a new value.
    Changed {
        /// Id of the field.
        field: &'a str,
        /// Its value.
        value: Value,
    },
    /// A button was pressed.
    Action {
        /// Id of the button.
        button: &'a str,
        /// The row that it acts on; none for a button of the form itself.
        row: Option<String>,
    },
    /// The form was closed without a button.
    Closed,
}

/// Without values: one may be a key, or name a person.
impl std::fmt::Debug for Event<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Changed { field, .. } => f.debug_struct("Changed").field("field", field).finish_non_exhaustive(),
            Self::Action { button, row } => f
                .debug_struct("Action")
                .field("button", button)
                .field("row", row)
                .finish(),
            Self::Closed => f.write_str("Closed"),
        }
    }
}

/// What becomes of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Draw it anew.
    Show,
    /// Take it off the screen.
    Close,
}

/// The document `passerelle.form/1`.
#[derive(Debug, Clone, Serialize)]
pub struct Description {
    schema: &'static str,
    /// Stable id.
    pub id: &'static str,
    /// Title in French.
    pub title: Text,
    /// What to say over the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
    /// The fields, in groups.
    pub groups: Vec<Group>,
    /// The buttons, the main one first.
    pub buttons: Vec<Button>,
}

impl Description {
    /// A description of this version.
    #[must_use]
    pub fn new(id: &'static str, title: impl Into<Text>, groups: Vec<Group>, buttons: Vec<Button>) -> Self {
        Self {
            schema: "passerelle.form/1",
            id,
            title: title.into(),
            message: None,
            groups,
            buttons,
        }
    }
}

/// What is said over the fields.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// How it is meant.
    pub kind: MessageKind,
    /// In French.
    pub text: Text,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageKind {
    /// Good to know.
    Info,
    /// Done as asked.
    Success,
    /// Done, or to be done, with something to look at.
    Warning,
    /// Not done.
    Error,
}

impl Message {
    /// Good to know.
    pub fn info(text: impl Into<Text>) -> Self {
        Self::new(MessageKind::Info, text)
    }

    /// Done as asked.
    pub fn success(text: impl Into<Text>) -> Self {
        Self::new(MessageKind::Success, text)
    }

    /// Something to look at.
    pub fn warning(text: impl Into<Text>) -> Self {
        Self::new(MessageKind::Warning, text)
    }

    /// Not done.
    pub fn error(text: impl Into<Text>) -> Self {
        Self::new(MessageKind::Error, text)
    }

    fn new(kind: MessageKind, text: impl Into<Text>) -> Self {
        Self {
            kind,
            text: text.into(),
        }
    }
}

/// Fields under one heading.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Heading; empty for none.
    pub label: Text,
    /// Whether it is drawn closed, for the user to open.
    #[serde(skip_serializing_if = "is_false")]
    pub folded: bool,
    /// The fields.
    pub fields: Vec<Field>,
}

impl Group {
    /// Fields under a heading, drawn open.
    pub fn new(label: impl Into<Text>, fields: Vec<Field>) -> Self {
        Self {
            label: label.into(),
            folded: false,
            fields,
        }
    }

    /// The same, drawn closed.
    #[must_use]
    pub fn folded(self) -> Self {
        Self { folded: true, ..self }
    }
}

/// One field.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Stable id.
    pub id: &'static str,
    /// Label in French.
    pub label: Text,
    /// Whether the user may change it.
    pub enabled: bool,
    /// How deep it sits under the field before it.
    pub indent: u8,
    /// Text under it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub help: Text,
    /// Why it cannot be saved as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Text>,
    /// What to look at; it can be saved all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<Text>,
    /// What kind it is, and what it holds.
    #[serde(flatten)]
    pub content: Content,
}

impl Field {
    /// A field that can be changed, with nothing said about it.
    pub fn new(id: &'static str, label: impl Into<Text>, content: Content) -> Self {
        Self {
            id,
            label: label.into(),
            enabled: true,
            indent: 0,
            help: Text::default(),
            error: None,
            warning: None,
            content,
        }
    }

    /// A box to tick.
    pub fn checkbox(id: &'static str, label: impl Into<Text>, value: bool) -> Self {
        Self::new(id, label, Content::Checkbox { value })
    }

    /// A line of text.
    pub fn text(id: &'static str, label: impl Into<Text>, value: impl Into<String>, max_length: u32) -> Self {
        let content = Content::Text {
            value: value.into(),
            max_length,
            suggestions: Vec::new(),
        };
        Self::new(id, label, content)
    }

    /// Text to read.
    pub fn note(id: &'static str, label: impl Into<Text>, value: impl Into<Text>) -> Self {
        Self::new(id, label, Content::Note { value: value.into() })
    }

    /// The same field with a text under it.
    #[must_use]
    pub fn help(self, help: impl Into<Text>) -> Self {
        Self {
            help: help.into(),
            ..self
        }
    }
}

/// What a field is and holds.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Content {
    /// A box to tick.
    Checkbox {
        /// Whether it is ticked.
        value: bool,
    },
    /// A line of text.
    Text {
        /// The text.
        value: String,
        /// Characters at most.
        max_length: u32,
        /// Values in use; any other is allowed.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        suggestions: Vec<String>,
    },
    /// A key or password: it can be given, never seen.
    Secret {
        /// Always null.
        value: (),
        /// Whether one is kept.
        stored: bool,
    },
    /// One of several.
    Choice {
        /// The one chosen, by its value.
        value: Option<String>,
        /// All of them.
        options: Vec<ChoiceOption>,
    },
    /// An address to open or to copy.
    Link {
        /// The URL.
        value: String,
    },
    /// Text to read.
    Note {
        /// The text.
        value: Text,
    },
    /// Lines, one of which may be picked for what can be done to it.
    List {
        /// The columns, in order.
        columns: Vec<ListColumn>,
        /// The lines.
        rows: Vec<Row>,
        /// What can be done to a line.
        row_actions: Vec<Button>,
    },
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChoiceOption {
    /// What is told when it is picked.
    pub value: String,
    /// Label in French.
    pub label: Text,
}

/// One column of a list.
#[derive(Debug, Clone, Serialize)]
pub struct ListColumn {
    /// Stable id.
    pub id: &'static str,
    /// Label in French.
    pub label: &'static str,
    /// What its cells hold.
    pub kind: Kind,
    /// Whether it is shown only when the user asks for it.
    #[serde(skip_serializing_if = "is_false")]
    pub folded: bool,
}

impl ListColumn {
    /// A column of texts.
    #[must_use]
    pub const fn text(id: &'static str, label: &'static str) -> Self {
        Self {
            id,
            label,
            kind: Kind::Text,
            folded: false,
        }
    }

    /// The same, shown only when the user asks for it.
    #[must_use]
    pub const fn folded(self) -> Self {
        Self { folded: true, ..self }
    }
}

/// One line of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// What names it in events and jobs.
    pub id: String,
    /// Its cells, in the order of the columns; dates as `YYYY-MM-DD`.
    pub cells: Vec<Value>,
}

/// A button.
#[derive(Debug, Clone, Serialize)]
pub struct Button {
    /// Stable id.
    pub id: &'static str,
    /// Label in French.
    pub label: Text,
    /// Whether it can be pressed.
    #[serde(skip_serializing_if = "is_true")]
    pub enabled: bool,
    /// What to ask first; only a yes presses it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm: Option<Text>,
    /// The job that the host runs first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<&'static str>,
}

impl Button {
    /// A button that acts at once.
    pub fn new(id: &'static str, label: impl Into<Text>) -> Self {
        Self {
            id,
            label: label.into(),
            enabled: true,
            confirm: None,
            job: None,
        }
    }

    /// The same, that asks first.
    #[must_use]
    pub fn confirm(self, text: impl Into<Text>) -> Self {
        Self {
            confirm: Some(text.into()),
            ..self
        }
    }

    /// The same, that has a job run first.
    #[must_use]
    pub fn job(self, job: &'static str) -> Self {
        Self { job: Some(job), ..self }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_false(value: &bool) -> bool {
    !*value
}

#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_true(value: &bool) -> bool {
    *value
}
