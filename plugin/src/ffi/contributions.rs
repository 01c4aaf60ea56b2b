//! `passerelle.plugin.contributions/1`.

use std::ffi::c_char;

use passerelle_abi as abi;

use super::funnel::Mark;
use super::object::{call, size32};
use super::text;
use crate::contributions::{CONTRIBUTIONS, Opens};
use crate::error::Error;

/// The interface.
pub static INTERFACE: abi::passerelle_plugin_contributions = abi::passerelle_plugin_contributions {
    struct_size: size32::<abi::passerelle_plugin_contributions>(),
    count: Some(count),
    get: Some(get),
    open: Some(open),
};

unsafe extern "C" fn count(
    plugin: *const abi::passerelle_plugin,
    count: *mut u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("contributions.count", plugin, Mark::Any, error, |_, _| {
            *text::out("count", count)? = text::len32(CONTRIBUTIONS.len())?;
            Ok(())
        })
    }
}

unsafe extern "C" fn get(
    plugin: *const abi::passerelle_plugin,
    index: u32,
    contribution: *mut abi::passerelle_contribution,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("contributions.get", plugin, Mark::Any, error, |_, _| {
            let out = text::borrow_out(contribution)?;
            let known = CONTRIBUTIONS.get(index as usize).ok_or_else(|| {
                Error::argument(
                    format!("Il n'y a pas de contribution numéro {index}."),
                    format!(
                        "index {index} is past the last of {} contributions",
                        CONTRIBUTIONS.len()
                    ),
                )
            })?;
            out.kind = match known.opens {
                Opens::Form(_) => abi::PASSERELLE_CONTRIBUTION_FORM,
                Opens::Tables(_) => abi::PASSERELLE_CONTRIBUTION_TABLE,
                Opens::Nothing => abi::PASSERELLE_CONTRIBUTION_JOB,
            };
            out.id = known.id.as_ptr();
            out.label = known.label.as_ptr();
            out.menu = known.menu.as_ptr();
            Ok(())
        })
    }
}

unsafe extern "C" fn open(
    plugin: *const abi::passerelle_plugin,
    id: *const c_char,
    id_len: u32,
    context: *const c_char,
    context_len: u32,
    error: *mut abi::passerelle_error,
) -> i32 {
    // SAFETY: the host's promise on its pointers.
    unsafe {
        call("contributions.open", plugin, Mark::Main, error, |_, instance| {
            instance.open(
                text::borrow("id", id, id_len)?,
                text::borrow("context", context, context_len)?,
            )
        })
    }
}
