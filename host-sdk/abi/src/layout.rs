//! Sizes, alignments and offsets of every type that crosses: the check that needs no Rust on the other side, and the
//! root that abi_stable compares on a Rust one.

use core::mem::{align_of, offset_of, size_of};

use crate::*;

/// Layout of one structure, comparable in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StructLayout {
    /// The structure's name in C.
    pub name: &'static core::ffi::CStr,
    /// `sizeof`, in bytes.
    pub size: u32,
    /// `alignof`, in bytes.
    pub alignment: u32,
    /// `offsetof` each field, in the order of declaration.
    pub offsets: &'static [u32],
}

macro_rules! layouts {
    ($($name:ident { $($field:ident),+ $(,)? })+) => {
        /// Every structure of this ABI.
        #[allow(clippy::cast_possible_truncation)]
        pub const LAYOUTS: &[StructLayout] = &[$(
            StructLayout {
                name: match core::ffi::CStr::from_bytes_with_nul(concat!(stringify!($name), "\0").as_bytes()) {
                    Ok(name) => name,
                    Err(_) => c"",
                },
                size: size_of::<$name>() as u32,
                alignment: align_of::<$name>() as u32,
                offsets: &[$(offset_of!($name, $field) as u32),+],
            },
        )+];

        /// Fails to compile when a field is missing from the table above.
        #[allow(dead_code)]
        mod every_field_is_listed {
            $(pub fn $name(value: super::$name) {
                let super::$name { $($field: _),+ } = value;
            })+
        }
    };
}

layouts! {
    passerelle_error { struct_size, code, native_code, sqlstate, message, detail }
    passerelle_layout { name, size, alignment, field_count, offsets }
    passerelle_entry { struct_size, abi_major, abi_minor, layout_count, layouts, product_version, init, deinit, create }
    passerelle_time { struct_size, year, month, day, hour, minute, second, utc_offset_minutes }
    passerelle_host { struct_size, abi_major, abi_minor, host_data, name, get_interface, now }
    passerelle_host_log { struct_size, max_level, log }
    passerelle_host_settings { struct_size, get }
    passerelle_host_secrets { struct_size, get, set }
    passerelle_host_forms { struct_size, show, close }
    passerelle_host_tables { struct_size, show }
    passerelle_host_jobs { struct_size, register_job }
    passerelle_host_mail { struct_size, send }
    passerelle_plugin { struct_size, plugin_data, init, destroy, get_interface }
    passerelle_contribution { struct_size, kind, id, label, menu }
    passerelle_plugin_contributions { struct_size, count, get, open }
    passerelle_form_event { struct_size, kind, field, field_len, value_len, value }
    passerelle_plugin_forms { struct_size, event }
    passerelle_column_data { kind, present, integers, offsets, bytes }
    passerelle_batch { struct_size, row_count, column_count, columns }
    passerelle_table { struct_size, table_data, describe, next, progress, cancel, release }
    passerelle_run { struct_size, run_data, is_cancelled, progress }
    passerelle_job_spec { struct_size, window_start_minute, window_end_minute, id, label, frequency }
    passerelle_outcome { struct_size, kind, run_id, read, accepted, rejected, left_out, pending, text }
    passerelle_plugin_jobs { struct_size, run }
    passerelle_sink { struct_size, sink_data, write }
    passerelle_plugin_documents { struct_size, write, read }
}

/// What abi_stable compares between a Rust host and the library: its one field drags in every type of the ABI.
#[cfg(feature = "layout-check")]
#[repr(C)]
#[derive(abi_stable::StableAbi)]
#[sabi(kind(Prefix(prefix_ref = LayoutRootRef)))]
#[sabi(missing_field(panic))]
pub struct LayoutRoot {
    /// Never called: its signature names the structures.
    #[sabi(last_prefix_field)]
    pub every_type: extern "C" fn() -> *const EveryType,
}

/// Every structure reached only through an untyped pointer, listed so that the comparison reaches it.
#[cfg(feature = "layout-check")]
#[repr(C)]
#[derive(abi_stable::StableAbi)]
pub struct EveryType {
    /// The entry, and through it the host, the plugin and the error.
    pub entry: *const passerelle_entry,
    /// Host side.
    pub host_log: *const passerelle_host_log,
    /// Host side.
    pub host_settings: *const passerelle_host_settings,
    /// Host side.
    pub host_secrets: *const passerelle_host_secrets,
    /// Host side.
    pub host_forms: *const passerelle_host_forms,
    /// Host side.
    pub host_tables: *const passerelle_host_tables,
    /// Host side.
    pub host_jobs: *const passerelle_host_jobs,
    /// Host side.
    pub host_mail: *const passerelle_host_mail,
    /// Plugin side.
    pub plugin_contributions: *const passerelle_plugin_contributions,
    /// Plugin side.
    pub plugin_forms: *const passerelle_plugin_forms,
    /// Plugin side.
    pub plugin_jobs: *const passerelle_plugin_jobs,
    /// Plugin side.
    pub plugin_documents: *const passerelle_plugin_documents,
}

#[cfg(feature = "layout-check")]
impl abi_stable::library::RootModule for LayoutRootRef {
    abi_stable::declare_root_module_statics! {LayoutRootRef}
    const BASE_NAME: &'static str = "passerelle";
    const NAME: &'static str = "passerelle";
    const VERSION_STRINGS: abi_stable::sabi_types::VersionStrings = abi_stable::package_version_strings!();
}
