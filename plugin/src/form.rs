//! Forms as the plugin makes them: a JSON document, and what happens when the user acts.

use serde::Serialize;
use serde_json::Value;

use crate::error::Error;

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
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'a> {
    /// A field has a new value.
    Changed {
        /// Id of the field.
        field: &'a str,
        /// Its value.
        value: Value,
    },
    /// A button was pressed: its id.
    Action(&'a str),
    /// The form was closed without a button.
    Closed,
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
    pub title: String,
    /// What to say over the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The fields, in groups.
    pub groups: Vec<Group>,
    /// The buttons, the main one first.
    pub buttons: Vec<Button>,
}

impl Description {
    /// A description of this version.
    #[must_use]
    pub fn new(id: &'static str, title: impl Into<String>, groups: Vec<Group>, buttons: Vec<Button>) -> Self {
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

/// Fields under one heading.
#[derive(Debug, Clone, Serialize)]
pub struct Group {
    /// Heading; empty for none.
    pub label: &'static str,
    /// The fields.
    pub fields: Vec<Field>,
}

/// One field: a box to tick.
#[derive(Debug, Clone, Serialize)]
pub struct Field {
    /// Stable id.
    pub id: &'static str,
    /// Always `checkbox` so far.
    pub kind: &'static str,
    /// Label in French.
    pub label: &'static str,
    /// Its value.
    pub value: Value,
    /// Whether the user may change it.
    pub enabled: bool,
    /// How deep it sits under the field before it.
    pub indent: u8,
    /// Text under it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub help: &'static str,
}

/// A button.
#[derive(Debug, Clone, Serialize)]
pub struct Button {
    /// Stable id.
    pub id: &'static str,
    /// Label in French.
    pub label: &'static str,
}
