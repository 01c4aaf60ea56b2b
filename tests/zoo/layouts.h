/* Every structure of the ABI as this compiler lays it out: what a plugin that is not written in Rust gives its host. */
#ifndef ZOO_LAYOUTS_H
#define ZOO_LAYOUTS_H

#include "passerelle.h"

#ifdef __cplusplus
#define ALIGNMENT(type) alignof(type)
#else
#define ALIGNMENT(type) _Alignof(type)
#endif
#define AT(type, field) (uint32_t)offsetof(type, field)

static const uint32_t passerelle_error_offsets[] = {
    AT(passerelle_error, struct_size),
    AT(passerelle_error, code),
    AT(passerelle_error, native_code),
    AT(passerelle_error, sqlstate),
    AT(passerelle_error, message),
    AT(passerelle_error, detail),
};
static const uint32_t passerelle_layout_offsets[] = {
    AT(passerelle_layout, name),
    AT(passerelle_layout, size),
    AT(passerelle_layout, alignment),
    AT(passerelle_layout, field_count),
    AT(passerelle_layout, offsets),
};
static const uint32_t passerelle_entry_offsets[] = {
    AT(passerelle_entry, struct_size),
    AT(passerelle_entry, abi_major),
    AT(passerelle_entry, abi_minor),
    AT(passerelle_entry, layout_count),
    AT(passerelle_entry, layouts),
    AT(passerelle_entry, product_version),
    AT(passerelle_entry, init),
    AT(passerelle_entry, deinit),
    AT(passerelle_entry, create),
};
static const uint32_t passerelle_time_offsets[] = {
    AT(passerelle_time, struct_size),
    AT(passerelle_time, year),
    AT(passerelle_time, month),
    AT(passerelle_time, day),
    AT(passerelle_time, hour),
    AT(passerelle_time, minute),
    AT(passerelle_time, second),
    AT(passerelle_time, utc_offset_minutes),
};
static const uint32_t passerelle_host_offsets[] = {
    AT(passerelle_host, struct_size),
    AT(passerelle_host, abi_major),
    AT(passerelle_host, abi_minor),
    AT(passerelle_host, host_data),
    AT(passerelle_host, name),
    AT(passerelle_host, get_interface),
    AT(passerelle_host, now),
};
static const uint32_t passerelle_host_log_offsets[] = {
    AT(passerelle_host_log, struct_size),
    AT(passerelle_host_log, max_level),
    AT(passerelle_host_log, log),
};
static const uint32_t passerelle_host_settings_offsets[] = {
    AT(passerelle_host_settings, struct_size),
    AT(passerelle_host_settings, get),
};
static const uint32_t passerelle_host_secrets_offsets[] = {
    AT(passerelle_host_secrets, struct_size),
    AT(passerelle_host_secrets, get),
    AT(passerelle_host_secrets, set),
};
static const uint32_t passerelle_host_forms_offsets[] = {
    AT(passerelle_host_forms, struct_size),
    AT(passerelle_host_forms, show),
    AT(passerelle_host_forms, close),
};
static const uint32_t passerelle_host_tables_offsets[] = {
    AT(passerelle_host_tables, struct_size),
    AT(passerelle_host_tables, show),
};
static const uint32_t passerelle_host_jobs_offsets[] = {
    AT(passerelle_host_jobs, struct_size),
    AT(passerelle_host_jobs, register_job),
};
static const uint32_t passerelle_host_mail_offsets[] = {
    AT(passerelle_host_mail, struct_size),
    AT(passerelle_host_mail, send),
};
static const uint32_t passerelle_plugin_offsets[] = {
    AT(passerelle_plugin, struct_size),
    AT(passerelle_plugin, plugin_data),
    AT(passerelle_plugin, init),
    AT(passerelle_plugin, destroy),
    AT(passerelle_plugin, get_interface),
};
static const uint32_t passerelle_contribution_offsets[] = {
    AT(passerelle_contribution, struct_size),
    AT(passerelle_contribution, kind),
    AT(passerelle_contribution, id),
    AT(passerelle_contribution, label),
    AT(passerelle_contribution, menu),
};
static const uint32_t passerelle_plugin_contributions_offsets[] = {
    AT(passerelle_plugin_contributions, struct_size),
    AT(passerelle_plugin_contributions, count),
    AT(passerelle_plugin_contributions, get),
    AT(passerelle_plugin_contributions, open),
};
static const uint32_t passerelle_form_event_offsets[] = {
    AT(passerelle_form_event, struct_size),
    AT(passerelle_form_event, kind),
    AT(passerelle_form_event, field),
    AT(passerelle_form_event, field_len),
    AT(passerelle_form_event, value_len),
    AT(passerelle_form_event, value),
};
static const uint32_t passerelle_plugin_forms_offsets[] = {
    AT(passerelle_plugin_forms, struct_size),
    AT(passerelle_plugin_forms, event),
};
static const uint32_t passerelle_column_data_offsets[] = {
    AT(passerelle_column_data, kind),
    AT(passerelle_column_data, present),
    AT(passerelle_column_data, integers),
    AT(passerelle_column_data, offsets),
    AT(passerelle_column_data, bytes),
};
static const uint32_t passerelle_batch_offsets[] = {
    AT(passerelle_batch, struct_size),
    AT(passerelle_batch, row_count),
    AT(passerelle_batch, column_count),
    AT(passerelle_batch, columns),
};
static const uint32_t passerelle_table_offsets[] = {
    AT(passerelle_table, struct_size),
    AT(passerelle_table, table_data),
    AT(passerelle_table, describe),
    AT(passerelle_table, next),
    AT(passerelle_table, progress),
    AT(passerelle_table, cancel),
    AT(passerelle_table, release),
};
static const uint32_t passerelle_run_offsets[] = {
    AT(passerelle_run, struct_size),
    AT(passerelle_run, run_data),
    AT(passerelle_run, is_cancelled),
    AT(passerelle_run, progress),
};
static const uint32_t passerelle_job_spec_offsets[] = {
    AT(passerelle_job_spec, struct_size),
    AT(passerelle_job_spec, window_start_minute),
    AT(passerelle_job_spec, window_end_minute),
    AT(passerelle_job_spec, id),
    AT(passerelle_job_spec, label),
    AT(passerelle_job_spec, frequency),
};
static const uint32_t passerelle_outcome_offsets[] = {
    AT(passerelle_outcome, struct_size),
    AT(passerelle_outcome, kind),
    AT(passerelle_outcome, run_id),
    AT(passerelle_outcome, read),
    AT(passerelle_outcome, accepted),
    AT(passerelle_outcome, rejected),
    AT(passerelle_outcome, left_out),
    AT(passerelle_outcome, pending),
    AT(passerelle_outcome, text),
};
static const uint32_t passerelle_plugin_jobs_offsets[] = {
    AT(passerelle_plugin_jobs, struct_size),
    AT(passerelle_plugin_jobs, run),
};
static const uint32_t passerelle_sink_offsets[] = {
    AT(passerelle_sink, struct_size),
    AT(passerelle_sink, sink_data),
    AT(passerelle_sink, write),
};
static const uint32_t passerelle_plugin_documents_offsets[] = {
    AT(passerelle_plugin_documents, struct_size),
    AT(passerelle_plugin_documents, write),
    AT(passerelle_plugin_documents, read),
};

#define LAYOUT(type)                                                                                          \
    {                                                                                                         \
        #type, (uint32_t)sizeof(type), (uint32_t)ALIGNMENT(type),                                             \
            (uint32_t)(sizeof(type##_offsets) / sizeof(uint32_t)), type##_offsets                             \
    }

static passerelle_layout zoo_layouts[] = {
    LAYOUT(passerelle_error),
    LAYOUT(passerelle_layout),
    LAYOUT(passerelle_entry),
    LAYOUT(passerelle_time),
    LAYOUT(passerelle_host),
    LAYOUT(passerelle_host_log),
    LAYOUT(passerelle_host_settings),
    LAYOUT(passerelle_host_secrets),
    LAYOUT(passerelle_host_forms),
    LAYOUT(passerelle_host_tables),
    LAYOUT(passerelle_host_jobs),
    LAYOUT(passerelle_host_mail),
    LAYOUT(passerelle_plugin),
    LAYOUT(passerelle_contribution),
    LAYOUT(passerelle_plugin_contributions),
    LAYOUT(passerelle_form_event),
    LAYOUT(passerelle_plugin_forms),
    LAYOUT(passerelle_column_data),
    LAYOUT(passerelle_batch),
    LAYOUT(passerelle_table),
    LAYOUT(passerelle_run),
    LAYOUT(passerelle_job_spec),
    LAYOUT(passerelle_outcome),
    LAYOUT(passerelle_plugin_jobs),
    LAYOUT(passerelle_sink),
    LAYOUT(passerelle_plugin_documents),
};

#endif
