//! `passerelle.plugin.forms/1`.

use passerelle_abi as abi;
use zeroize::Zeroize as _;

use super::funnel::Mark;
use super::object::{call, size32};
use super::text;
use crate::error::Error;
use crate::form::Event;

/// The interface.
pub static INTERFACE: abi::passerelle_plugin_forms = abi::passerelle_plugin_forms {
    struct_size: size32::<abi::passerelle_plugin_forms>(),
    event: Some(event),
};

/// The row that a button acts on: the JSON string of its id, or nothing.
fn row(button: &str, value: &str) -> Result<Option<String>, Error> {
    if value.is_empty() {
        return Ok(None);
    }
    serde_json::from_str(value).map(Some).map_err(|error| {
        Error::argument(
            format!("Le programme hôte a transmis une ligne illisible pour le bouton {button}."),
            format!("the row of button {button} is no JSON string: {error}"),
        )
    })
}

unsafe extern "C" fn event(
    plugin: *const abi::passerelle_plugin,
    form: u64,
    event: *const abi::passerelle_form_event,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("forms.event", plugin, Mark::Main, error, |_, instance| {
            let event = text::borrow_struct(event)?;
            let field = text::borrow("event.field", event.field, event.field_len)?;
            let value = text::borrow("event.value", event.value, event.value_len)?;
            let event = match event.kind {
                abi::PASSERELLE_FORM_CHANGED => Event::Changed {
                    field,
                    value: serde_json::from_str(value).map_err(|error| {
                        Error::argument(
                            format!("Le programme hôte a transmis une valeur illisible pour le champ {field}."),
                            format!("the value of field {field} is not JSON: {error}"),
                        )
                    })?,
                },
                abi::PASSERELLE_FORM_ACTION => Event::Action {
                    button: field,
                    row: row(field, value)?,
                },
                abi::PASSERELLE_FORM_CLOSED => Event::Closed,
                other => {
                    return Err(Error::argument(
                        "Le programme hôte a transmis un événement de formulaire inconnu.",
                        format!("form event kind {other} is unknown"),
                    ));
                }
            };
            let told = instance.form_event(form, &event);
            // It may be a key.
            if let Event::Changed {
                value: serde_json::Value::String(mut text),
                ..
            } = event
            {
                text.zeroize();
            }
            told
        })
    }
}
