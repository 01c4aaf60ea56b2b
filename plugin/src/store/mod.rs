//! The plugin's own tables, prefix `mna_`.
