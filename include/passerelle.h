/* Passerelle Apprentissage: the C ABI between the plugin and its host.
 *
 * Generated from host-sdk/abi: edit there, then run `PASSERELLE_BLESS=1 cargo build`.
 *
 * Threads: [main] is the thread on which the host called the plugin's init, usually its user interface's; the host
 * makes [main] calls on no other. [job] is any thread of the host's choice, which may block for long; calls on one
 * object (a table, a run) come one after the other. [any] is any thread, also while another call is running.
 *
 * Callbacks: a slot of the host's is called only on a thread on which the host has called the plugin, and during that
 * call; what threads of the plugin's own need of the host is brought to it there.
 *
 *   callback                                       comes in a call of           on its thread
 *   host.get_interface                             create
 *   host.now, log, settings.get, secrets.get/set   any slot of the instance or of its tables
 *   forms.show, forms.close                        open, event                  [main]
 *   tables.show                                    open                         [main]
 *   jobs.register_job                              the instance's init          [main]
 *   mail.send                                      run                          [job]
 *   run.is_cancelled, run.progress                 run, write                   [job]
 *   sink.write                                     write                        [job]
 *
 * Texts are UTF-8, given as pointer and length in bytes, not ended by a zero, borrowed for the call; an empty one may
 * have a NULL pointer. Structures cross by pointer. Each struct_size is sizeof the structure as the one who allocated
 * it compiled it. Results are written on success only. Every error may be NULL. Nobody frees what the other made.
 */


#ifndef PASSERELLE_H
#define PASSERELLE_H

#include <stddef.h>
#include <stdint.h>
/* The calling convention of every function of this ABI, said aloud for compilers whose default is another. */
#if defined(_WIN32)
#define PASSERELLE_CALL __cdecl
#else
#define PASSERELLE_CALL
#endif

/**
 * Id of `passerelle_plugin_contributions`.
 */
#define PASSERELLE_PLUGIN_CONTRIBUTIONS "passerelle.plugin.contributions/1"

/**
 * Id of `passerelle_plugin_documents`.
 */
#define PASSERELLE_PLUGIN_DOCUMENTS "passerelle.plugin.documents/1"

/**
 * Id of `passerelle_host_forms`. Optional: without it forms cannot be opened.
 */
#define PASSERELLE_HOST_FORMS "passerelle.host.forms/1"

/**
 * Id of `passerelle_plugin_forms`.
 */
#define PASSERELLE_PLUGIN_FORMS "passerelle.plugin.forms/1"

/**
 * Id of `passerelle_host_log`. Optional: without it the plugin is silent.
 */
#define PASSERELLE_HOST_LOG "passerelle.host.log/1"

/**
 * Id of `passerelle_host_settings`. Required.
 */
#define PASSERELLE_HOST_SETTINGS "passerelle.host.settings/1"

/**
 * Id of `passerelle_host_secrets`. Optional: without it the sealing key lives in a file of `data_dir`.
 */
#define PASSERELLE_HOST_SECRETS "passerelle.host.secrets/1"

/**
 * Key of `passerelle_host_settings`: the ODBC connection string of the ERP's database. Required.
 */
#define PASSERELLE_SETTING_DATABASE "database"

/**
 * Key of `passerelle_host_settings`: absolute path of the mapping file (TOML). Optional.
 */
#define PASSERELLE_SETTING_MAPPING "mapping"

/**
 * Key of `passerelle_host_settings`: absolute path of a folder for the plugin's own files. Required without
 * `passerelle.host.secrets/1`.
 */
#define PASSERELLE_SETTING_DATA_DIR "data_dir"

/**
 * Key of `passerelle_host_settings`: URL of the HTTP proxy. Optional: without it the environment's applies.
 */
#define PASSERELLE_SETTING_PROXY "proxy"

/**
 * Key of `passerelle_host_settings`: the signed-in user's name, kept beside the boxes that he ticks. Optional.
 */
#define PASSERELLE_SETTING_USER "user"

/**
 * Key of `passerelle_host_settings`: after how many seconds a night whose server died may be taken over by another
 * call, 2 to 3600. Optional: 60.
 */
#define PASSERELLE_SETTING_LEASE "lease_seconds"

/**
 * Key of `passerelle_host_settings`: how many dossiers go out in one request at most; held within what the receiver
 * takes. Optional: 500, or 100 with the protocol of 2021.
 */
#define PASSERELLE_SETTING_BATCH "batch_dossiers"

/**
 * Key of `passerelle_host_settings`: the name by which the tableau de bord knows this ERP, in the address of the page
 * where an API key is to be had: letters, digits, `-` and `_`. Optional: `scform`.
 */
#define PASSERELLE_SETTING_ERP "erp"

/**
 * Id of `passerelle_host_jobs`. Optional: without it nothing is scheduled.
 */
#define PASSERELLE_HOST_JOBS "passerelle.host.jobs/1"

/**
 * Id of `passerelle_plugin_jobs`.
 */
#define PASSERELLE_PLUGIN_JOBS "passerelle.plugin.jobs/1"

/**
 * Id of `passerelle_host_mail`. Optional: without it the plugin speaks SMTP itself, to the server of its settings.
 */
#define PASSERELLE_HOST_MAIL "passerelle.host.mail/1"

/**
 * Id of `passerelle_host_tables`. Optional: without it tables cannot be opened.
 */
#define PASSERELLE_HOST_TABLES "passerelle.host.tables/1"


/**
 * The call did what it says.
 */
#define PASSERELLE_OK 0

/**
 * A pointer is NULL where the slot does not allow it.
 */
#define PASSERELLE_E_NULL 100

/**
 * A `struct_size` is smaller than the structure of this ABI, or larger than any known one.
 */
#define PASSERELLE_E_STRUCT_SIZE 101

/**
 * A text is not UTF-8.
 */
#define PASSERELLE_E_NOT_UTF8 102

/**
 * An argument is not what the slot expects; the error's text says which and why.
 */
#define PASSERELLE_E_ARGUMENT 103

/**
 * No contribution, job, document or form has this id.
 */
#define PASSERELLE_E_UNKNOWN_ID 104

/**
 * The buffer is too small: nothing was written but the length needed.
 */
#define PASSERELLE_E_BUFFER_TOO_SMALL 105

/**
 * The library and the host do not speak the same version of the ABI.
 */
#define PASSERELLE_E_VERSION 106

/**
 * The host lacks an interface, or a slot of one, that this call needs.
 */
#define PASSERELLE_E_HOST_LACKS 107

/**
 * The library or the instance has not been initialised, or no longer is; the table has been released.
 */
#define PASSERELLE_E_NOT_INITIALIZED 200

/**
 * The instance has been initialised already.
 */
#define PASSERELLE_E_ALREADY_INITIALIZED 201

/**
 * Another call on the same object is running, or the host's `log` is, and the slot is not `[any]`.
 */
#define PASSERELLE_E_BUSY 202

/**
 * An earlier call panicked: the instance and its tables answer nothing else, but `cancel` and `release` of a table and
 * `destroy`, which work as ever.
 */
#define PASSERELLE_E_POISONED 203

/**
 * A `[main]` slot was called on another thread.
 */
#define PASSERELLE_E_WRONG_THREAD 204

/**
 * The database cannot be reached: driver, server, file or account.
 */
#define PASSERELLE_E_DATABASE_UNREACHABLE 300

/**
 * A table or a column is missing, or has a type that cannot be read.
 */
#define PASSERELLE_E_SCHEMA 301

/**
 * The database refused or broke off a query.
 */
#define PASSERELLE_E_DATABASE 302

/**
 * The mapping file is wrong.
 */
#define PASSERELLE_E_MAPPING 303

/**
 * The plugin's own tables are missing, or of another version: an administrator must run the migration.
 */
#define PASSERELLE_E_MIGRATION_NEEDED 304

/**
 * Settings are missing, malformed, or were changed by somebody else in the meantime.
 */
#define PASSERELLE_E_SETTINGS 305

/**
 * A key cannot be sealed or opened.
 */
#define PASSERELLE_E_SECRET 306

/**
 * The receiving API cannot be reached, or did not answer as it should.
 */
#define PASSERELLE_E_NETWORK 400

/**
 * The receiving API refused the key.
 */
#define PASSERELLE_E_KEY_REFUSED 401

/**
 * The host asked to stop.
 */
#define PASSERELLE_E_CANCELLED 500

/**
 * A callback of the host failed; the error's text repeats its own.
 */
#define PASSERELLE_E_HOST 501

/**
 * A document or a file could not be written or read.
 */
#define PASSERELLE_E_IO 502

/**
 * The plugin panicked; nothing crossed, and the instance is poisoned from now on.
 */
#define PASSERELLE_E_PANICKED 900

/**
 * Log level: the host broke a rule of this ABI; the line says which. Below every other, so that it passes every filter.
 * Every 1xx code that a slot of an instance or of a table answers comes with such a line, and 200, 201 and 204 (but after
 * `destroy`, when the host may be gone).
 */
#define PASSERELLE_LOG_HOST_MISBEHAVES 0

/**
 * Log level: something failed.
 */
#define PASSERELLE_LOG_ERROR 1

/**
 * Log level: something needs a hand.
 */
#define PASSERELLE_LOG_WARN 2

/**
 * Log level: what an operator wants to know of a normal night.
 */
#define PASSERELLE_LOG_INFO 3

/**
 * Log level: what a developer wants to know.
 */
#define PASSERELLE_LOG_DEBUG 4

/**
 * Log level: everything.
 */
#define PASSERELLE_LOG_TRACE 5

/**
 * Kind of contribution: `open` shows a form.
 */
#define PASSERELLE_CONTRIBUTION_FORM 1

/**
 * Kind of contribution: `open` shows one or more tables.
 */
#define PASSERELLE_CONTRIBUTION_TABLE 2

/**
 * Kind of contribution: a job, for the host's scheduler; there is nothing to open.
 */
#define PASSERELLE_CONTRIBUTION_JOB 3

/**
 * Major version of this ABI: part of the entry's name; a library of another major is another product.
 */
#define PASSERELLE_ABI_MAJOR 1

/**
 * Minor version: grows when an interface is added; published structures never change.
 */
#define PASSERELLE_ABI_MINOR 0

/**
 * Bytes of each text of a `passerelle_error`, its final zero included.
 */
#define PASSERELLE_ERROR_TEXT_SIZE 1024

/**
 * Kind of form event: the user changed a field; `value` is its new value as JSON. Told when the editing of the field
 * ends (Enter, leaving it, a pick), and always before `PASSERELLE_FORM_ACTION`.
 */
#define PASSERELLE_FORM_CHANGED 1

/**
 * Kind of form event: the user pressed a button; `field` is the button's id, `value` the id of the row that it acts on
 * as a JSON string, or empty for a button of the form itself. Of a button that has a job run, told after that job.
 */
#define PASSERELLE_FORM_ACTION 2

/**
 * Kind of form event: the user closed the form without a button; what was not saved is forgotten.
 */
#define PASSERELLE_FORM_CLOSED 3

/**
 * Outcome, green: everything was accepted, or there was nothing to do.
 */
#define PASSERELLE_OUTCOME_DONE 1

/**
 * Outcome, orange: something was rejected or left out for somebody to mend, the rest is done; the text and the report say what.
 */
#define PASSERELLE_OUTCOME_TO_MEND 2

/**
 * Outcome: this night was done before; nothing was sent.
 */
#define PASSERELLE_OUTCOME_ALREADY_DONE 3

/**
 * Outcome: another run holds the night, here or on another server; nothing was sent.
 */
#define PASSERELLE_OUTCOME_RUNNING_ELSEWHERE 4

/**
 * Outcome, red: nothing, or not everything, could go, and it stays so until somebody acts; the text and the report say why.
 * While `pending` is not 0 the night is not done: another call within the window takes it up.
 */
#define PASSERELLE_OUTCOME_PROBLEM 5

/**
 * Kind of column: UTF-8 text, in `offsets` and `bytes`.
 */
#define PASSERELLE_COLUMN_TEXT 1

/**
 * Kind of column: a whole number, in `integers`.
 */
#define PASSERELLE_COLUMN_INTEGER 2

/**
 * Kind of column: 0 or 1, in `integers`.
 */
#define PASSERELLE_COLUMN_BOOLEAN 3

/**
 * Kind of column: a calendar date, in `integers`, as days since 1970-01-01.
 */
#define PASSERELLE_COLUMN_DATE 4

/**
 * Size, alignment and field offsets of one structure, as the library compiled it.
 *
 * A host in any language compares them with its own declarations before it calls anything.
 */
typedef struct passerelle_layout {
    /**
     * The structure's name in C, ended by a zero; valid for the life of the process.
     */
    const char *name;
    /**
     * `sizeof`, in bytes.
     */
    uint32_t size;
    /**
     * `alignof`, in bytes.
     */
    uint32_t alignment;
    /**
     * Number of fields.
     */
    uint32_t field_count;
    /**
     * `offsetof` each field in the order of declaration, in bytes; valid for the life of the process.
     */
    const uint32_t *offsets;
} passerelle_layout;

/**
 * What went wrong. Allocated by the caller, who sets `struct_size`; filled when a call fails, untouched when it succeeds.
 *
 * Texts are inline, ended by a zero and cut at a character boundary, so that nobody frees anything. They hold neither
 * keys nor personal data. A longer text is whole in the log.
 */
typedef struct passerelle_error {
    /**
     * `sizeof(passerelle_error)`, set by the caller.
     */
    uint32_t struct_size;
    /**
     * The code that the call returned.
     */
    int32_t code;
    /**
     * The driver's own number or the HTTP status behind the error; 0 if there is none.
     */
    int32_t native_code;
    /**
     * The SQLSTATE behind the error, five characters; empty if there is none.
     */
    char sqlstate[8];
    /**
     * One sentence in French for the user: what, where, and what to do.
     */
    char message[1024];
    /**
     * English detail for the log.
     */
    char detail[1024];
} passerelle_error;

/**
 * A local date and time with its offset from UTC.
 */
typedef struct passerelle_time {
    /**
     * `sizeof(passerelle_time)`, set by whoever allocates it.
     */
    uint32_t struct_size;
    /**
     * Year, e.g. 2026.
     */
    int32_t year;
    /**
     * Month, 1 to 12.
     */
    uint32_t month;
    /**
     * Day of the month, from 1.
     */
    uint32_t day;
    /**
     * Hour, 0 to 23.
     */
    uint32_t hour;
    /**
     * Minute, 0 to 59.
     */
    uint32_t minute;
    /**
     * Second, 0 to 59.
     */
    uint32_t second;
    /**
     * Offset from UTC in minutes, positive to the east: 60 for Paris in winter.
     */
    int32_t utc_offset_minutes;
} passerelle_time;

/**
 * The host. Owned by it; valid until the `destroy` of every instance that got it has returned.
 */
typedef struct passerelle_host {
    /**
     * `sizeof(passerelle_host)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * `PASSERELLE_ABI_MAJOR` of the host.
     */
    uint32_t abi_major;
    /**
     * `PASSERELLE_ABI_MINOR` of the host.
     */
    uint32_t abi_minor;
    /**
     * The host's own; the plugin does not look at it.
     */
    void *host_data;
    /**
     * The host's name and version, e.g. "SC-Form 25.1", ended by a zero. May be NULL.
     */
    const char *name;
    /**
     * Find an interface of the host by its id.
     * `[any]` · NULL if the host does not have it, else valid as long as the host · since 1.0
     */
    const void *(PASSERELLE_CALL *get_interface)(const struct passerelle_host *host, const char *id, uint32_t id_len);
    /**
     * The local date and time. The plugin has no other clock.
     * `[any]` · `time`: allocated by the plugin, `struct_size` set · since 1.0
     */
    int32_t (PASSERELLE_CALL *now)(const struct passerelle_host *host, struct passerelle_time *time, struct passerelle_error *error);
} passerelle_host;

/**
 * An instance. Owned by the plugin, which keeps it readable for the life of the process (less than 100 bytes of it, once
 * it has been destroyed).
 *
 * Its life: created → initialised → destroyed. Slots called in the wrong state answer `PASSERELLE_E_NOT_INITIALIZED`, also
 * after `destroy`, or `PASSERELLE_E_ALREADY_INITIALIZED`.
 */
typedef struct passerelle_plugin {
    /**
     * `sizeof(passerelle_plugin)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * The plugin's own; the host does not look at it.
     */
    void *plugin_data;
    /**
     * Initialise: read the host's settings and register the jobs. Opens no connection; the calling thread becomes
     * this instance's `[main]`.
     * `[main]` once · since 1.0
     */
    int32_t (PASSERELLE_CALL *init)(const struct passerelle_plugin *plugin, struct passerelle_error *error);
    /**
     * End the instance, in any state, and with it the tables that the host has not released. From then on each of its
     * slots, this one too, and each slot of its tables answers `PASSERELLE_E_NOT_INITIALIZED`.
     * `[any]` · `PASSERELLE_E_BUSY`, and nothing happens, while a call on the instance or on a table of it is running; the
     * instance is then still there, to be destroyed; a NULL `plugin` does nothing · since 1.0
     */
    int32_t (PASSERELLE_CALL *destroy)(const struct passerelle_plugin *plugin, struct passerelle_error *error);
    /**
     * Find an interface of the plugin by its id, one of `PASSERELLE_PLUGIN_*`.
     * `[any]` · NULL after `destroy`, or if the plugin does not have it; else valid for the life of the process ·
     * since 1.0
     */
    const void *(PASSERELLE_CALL *get_interface)(const struct passerelle_plugin *plugin, const char *id, uint32_t id_len);
} passerelle_plugin;

/**
 * What `passerelle_plugin_entry_v1` returns: a static table, valid for the life of the process.
 *
 * The sizes and versions may be read before anything else; `init` comes before `create`, `deinit` after the last
 * `destroy`. The library is never unloaded: replacing the file needs a restart of the host.
 */
typedef struct passerelle_entry {
    /**
     * `sizeof(passerelle_entry)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * `PASSERELLE_ABI_MAJOR` of the library.
     */
    uint32_t abi_major;
    /**
     * `PASSERELLE_ABI_MINOR` of the library.
     */
    uint32_t abi_minor;
    /**
     * Number of entries of `layouts`.
     */
    uint32_t layout_count;
    /**
     * Every structure of this ABI as the library compiled it.
     */
    const struct passerelle_layout *layouts;
    /**
     * The product's version, e.g. "0.1.0", ended by a zero.
     */
    const char *product_version;
    /**
     * Prepare the library; fast, opens nothing. Calls are counted: each successful one wants a `deinit`.
     * `[main]` · `abi_major`, `abi_minor`: the versions that the host was compiled with ·
     * `PASSERELLE_E_VERSION` for another major or a newer minor · since 1.0
     */
    int32_t (PASSERELLE_CALL *init)(uint32_t abi_major, uint32_t abi_minor, struct passerelle_error *error);
    /**
     * Undo one `init`. After the last one the library is as it was when it was loaded, and may be initialised again.
     * `[any]` after every instance was destroyed; tables have ended with theirs · `PASSERELLE_E_BUSY`, and nothing
     * happens, while an instance lives, `PASSERELLE_E_NOT_INITIALIZED` without an `init` · since 1.0
     */
    int32_t (PASSERELLE_CALL *deinit)(struct passerelle_error *error);
    /**
     * Make an instance; calls back nothing but `get_interface`. Several instances may live side by side.
     * `[main]` · `host`: the host's, valid until the instance's `destroy` returns · `plugin`: receives the instance,
     * to be ended by its `destroy` · since 1.0
     */
    int32_t (PASSERELLE_CALL *create)(const struct passerelle_host *host,
                      const struct passerelle_plugin **plugin,
                      struct passerelle_error *error);
} passerelle_entry;

/**
 * Host side of `passerelle.host.log/1`.
 */
typedef struct passerelle_host_log {
    /**
     * `sizeof(passerelle_host_log)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * The most detailed level that the host wants, one of `PASSERELLE_LOG_*`: lines of that number and below come.
     */
    int32_t max_level;
    /**
     * Write one line; holds identifiers only, never personal data. What is called on the plugin from inside it (a log
     * window that pumps messages does so by itself) works if it is `[any]`, and answers `PASSERELLE_E_BUSY` if not; it
     * writes no lines.
     * `[any]` · `level`: one of `PASSERELLE_LOG_*` · `target`: the part that speaks, e.g. "passerelle::night" ·
     * never fails · since 1.0
     */
    void (PASSERELLE_CALL *log)(const struct passerelle_host *host,
                int32_t level,
                const char *target,
                uint32_t target_len,
                const char *message,
                uint32_t message_len);
} passerelle_host_log;

/**
 * Host side of `passerelle.host.settings/1`: what the plugin must know to start.
 */
typedef struct passerelle_host_settings {
    /**
     * `sizeof(passerelle_host_settings)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * Read one value, one of `PASSERELLE_SETTING_*`. An absent one has the length 0.
     * `[any]` · `buffer`: receives UTF-8 without a final zero; may be NULL when `buffer_size` is 0 ·
     * `needed`: receives the value's length in bytes ·
     * `PASSERELLE_E_BUFFER_TOO_SMALL` when `buffer_size` is less · since 1.0
     */
    int32_t (PASSERELLE_CALL *get)(const struct passerelle_host *host,
                   const char *key,
                   uint32_t key_len,
                   char *buffer,
                   uint32_t buffer_size,
                   uint32_t *needed,
                   struct passerelle_error *error);
} passerelle_host_settings;

/**
 * Host side of `passerelle.host.secrets/1`: a place for a few secrets that only this installation can read, e.g. the
 * Windows Credential Manager. The plugin keeps its sealing key there; API keys are sealed with it in the database.
 */
typedef struct passerelle_host_secrets {
    /**
     * `sizeof(passerelle_host_secrets)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * Read a secret. An absent one has the length 0.
     * `[any]` · `buffer`: receives raw bytes · `needed`: receives the secret's length in bytes ·
     * `PASSERELLE_E_BUFFER_TOO_SMALL` when `buffer_size` is less · since 1.0
     */
    int32_t (PASSERELLE_CALL *get)(const struct passerelle_host *host,
                   const char *name,
                   uint32_t name_len,
                   uint8_t *buffer,
                   uint32_t buffer_size,
                   uint32_t *needed,
                   struct passerelle_error *error);
    /**
     * Keep a secret for good, in place of an earlier one of that name.
     * `[any]` · `bytes`: borrowed for the call · since 1.0
     */
    int32_t (PASSERELLE_CALL *set)(const struct passerelle_host *host,
                   const char *name,
                   uint32_t name_len,
                   const uint8_t *bytes,
                   uint32_t bytes_len,
                   struct passerelle_error *error);
} passerelle_host_secrets;

/**
 * Host side of `passerelle.host.forms/1`.
 */
typedef struct passerelle_host_forms {
    /**
     * `sizeof(passerelle_host_forms)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * Show a form, or draw a shown one anew.
     * `[main]` during `open` or `event` · `form`: number given by the plugin, in every event of this form ·
     * `description`: a JSON document, schema `passerelle.form/1` (docs/integration.md) · since 1.0
     */
    int32_t (PASSERELLE_CALL *show)(const struct passerelle_host *host,
                    uint64_t form,
                    const char *description,
                    uint32_t description_len,
                    struct passerelle_error *error);
    /**
     * Take a form off the screen; no event of it follows.
     * `[main]` during `event` · since 1.0
     */
    int32_t (PASSERELLE_CALL *close)(const struct passerelle_host *host, uint64_t form, struct passerelle_error *error);
} passerelle_host_forms;

/**
 * One column of a batch. Borrowed until the table's next `next`, or its `release`.
 */
typedef struct passerelle_column_data {
    /**
     * One of `PASSERELLE_COLUMN_*`, the same in every batch of the table.
     */
    int32_t kind;
    /**
     * One byte a row: 0 where the cell is empty.
     */
    const uint8_t *present;
    /**
     * One number a row; NULL for a text column.
     */
    const int64_t *integers;
    /**
     * One more than the rows: cell *r* is `bytes[offsets[r]]` to `bytes[offsets[r + 1]]`; NULL but for a text column.
     */
    const uint32_t *offsets;
    /**
     * The texts one after the other, UTF-8; NULL but for a text column.
     */
    const char *bytes;
} passerelle_column_data;

/**
 * A batch of rows, column by column. Allocated by the host; what it points to is borrowed until the table's next
 * `next`, or its `release`.
 */
typedef struct passerelle_batch {
    /**
     * `sizeof(passerelle_batch)`, set by the host.
     */
    uint32_t struct_size;
    /**
     * Rows of this batch; 0 after the last one.
     */
    uint32_t row_count;
    /**
     * Columns, in the order of the table's description.
     */
    uint32_t column_count;
    /**
     * `column_count` columns.
     */
    const struct passerelle_column_data *columns;
} passerelle_batch;

/**
 * A table that the plugin made and the host reads. It does nothing until the host pulls. Readable for the life of the
 * process (less than 100 bytes of it, once it has ended): after its `release`, or the `destroy` of its instance, each slot
 * answers `PASSERELLE_E_NOT_INITIALIZED`.
 */
typedef struct passerelle_table {
    /**
     * `sizeof(passerelle_table)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * The plugin's own; the host does not look at it.
     */
    void *table_data;
    /**
     * The table's description: a JSON document, schema `passerelle.table/1` (docs/integration.md): title, columns with
     * id, label, group and kind.
     * `[any]` · `description`, `description_len`: receive a text borrowed until `release` · since 1.0
     */
    int32_t (PASSERELLE_CALL *describe)(const struct passerelle_table *table,
                        const char **description,
                        uint32_t *description_len,
                        struct passerelle_error *error);
    /**
     * Read the next rows; blocks. The first call opens the database.
     * `[job]` · `max_rows`: from 1; fewer may come · `batch`: allocated by the host, `struct_size` set; `row_count` 0
     * says that there are no more · `PASSERELLE_E_CANCELLED` after `cancel`; after any error but
     * `PASSERELLE_E_BUSY` and those of a wrong argument (100 to 107) the table has ended · since 1.0
     */
    int32_t (PASSERELLE_CALL *next)(const struct passerelle_table *table,
                    uint32_t max_rows,
                    struct passerelle_batch *batch,
                    struct passerelle_error *error);
    /**
     * How far the reading is.
     * `[any]` · `done`: receives the records read so far · `total`: receives how many there are, 0 if unknown ·
     * since 1.0
     */
    int32_t (PASSERELLE_CALL *progress)(const struct passerelle_table *table,
                        uint64_t *done,
                        uint64_t *total,
                        struct passerelle_error *error);
    /**
     * Ask the table to stop: a `next` that is running returns `PASSERELLE_E_CANCELLED` within 2 s.
     * `[any]` · since 1.0
     */
    int32_t (PASSERELLE_CALL *cancel)(const struct passerelle_table *table, struct passerelle_error *error);
    /**
     * End the table, read to its end or not; releasing early cancels. A second time it answers
     * `PASSERELLE_E_NOT_INITIALIZED`.
     * `[job]` · `PASSERELLE_E_BUSY` while a `next` is running; the table is then still there, to be released; a NULL
     * `table` does nothing · since 1.0
     */
    int32_t (PASSERELLE_CALL *release)(const struct passerelle_table *table, struct passerelle_error *error);
} passerelle_table;

/**
 * Host side of `passerelle.host.tables/1`.
 */
typedef struct passerelle_host_tables {
    /**
     * `sizeof(passerelle_host_tables)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * Show a table. It is the host's from the moment of this call, whatever it answers: the host pulls the rows on a
     * thread of its choice, and ends the table with `release`, inside this call or later. One that it loses ends with the
     * instance.
     * `[main]` during `open` · an error: the host does not show it, and `open` answers `PASSERELLE_E_HOST` · since 1.0
     */
    int32_t (PASSERELLE_CALL *show)(const struct passerelle_host *host,
                    const struct passerelle_table *table,
                    struct passerelle_error *error);
} passerelle_host_tables;

/**
 * A job for the host's scheduler. Borrowed for `register_job`; its texts are UTF-8 and ended by a zero.
 */
typedef struct passerelle_job_spec {
    /**
     * `sizeof(passerelle_job_spec)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * Local minute of the day at which the suggested window opens: 1380 is 23:00.
     */
    uint32_t window_start_minute;
    /**
     * Local minute of the day at which it closes; before the start, it closes on the next day.
     */
    uint32_t window_end_minute;
    /**
     * Stable id, to be given to `run`.
     */
    const char *id;
    /**
     * Label in French.
     */
    const char *label;
    /**
     * How often, in French, e.g. "une fois par nuit".
     */
    const char *frequency;
} passerelle_job_spec;

/**
 * Host side of `passerelle.host.jobs/1`.
 */
typedef struct passerelle_host_jobs {
    /**
     * `sizeof(passerelle_host_jobs)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * Offer a job to the scheduler. The host owns the clock: the window is a suggestion.
     * `[main]` during the plugin's `init` · `job`: borrowed for the call · since 1.0
     */
    int32_t (PASSERELLE_CALL *register_job)(const struct passerelle_host *host,
                            const struct passerelle_job_spec *job,
                            struct passerelle_error *error);
} passerelle_host_jobs;

/**
 * Host side of `passerelle.host.mail/1`: e-mail as the ERP sends its own, from its own address.
 */
typedef struct passerelle_host_mail {
    /**
     * `sizeof(passerelle_host_mail)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * Send one e-mail of plain text to all the recipients, or queue it where it cannot get lost. The report of a night
     * goes this way: counts, reasons and the ERP's identifiers, no personal data.
     * `[job]` during `run`; should give up within 30 seconds · `recipients`: addresses separated by commas, at least
     * one, e.g. "cfa@example.org,dsi@example.org" · `subject`: one line · `body`: lines ended by `\n` · all borrowed
     * for the call · a failure is told in the job's outcome and never fails a night · since 1.0
     */
    int32_t (PASSERELLE_CALL *send)(const struct passerelle_host *host,
                    const char *recipients,
                    uint32_t recipients_len,
                    const char *subject,
                    uint32_t subject_len,
                    const char *body,
                    uint32_t body_len,
                    struct passerelle_error *error);
} passerelle_host_mail;

/**
 * One entry for the host's menus. Allocated by the host, filled by the plugin; its texts are valid for the life of
 * the process and ended by a zero.
 */
typedef struct passerelle_contribution {
    /**
     * `sizeof(passerelle_contribution)`, set by the host.
     */
    uint32_t struct_size;
    /**
     * One of `PASSERELLE_CONTRIBUTION_*`.
     */
    int32_t kind;
    /**
     * Stable id, e.g. "complements-secteur".
     */
    const char *id;
    /**
     * Label in French, exactly as to be shown.
     */
    const char *label;
    /**
     * Where to put it: menu labels parted by " > ".
     */
    const char *menu;
} passerelle_contribution;

/**
 * Plugin side of `passerelle.plugin.contributions/1`.
 */
typedef struct passerelle_plugin_contributions {
    /**
     * `sizeof(passerelle_plugin_contributions)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * How many contributions there are.
     * `[any]` · `count`: receives the number · since 1.0
     */
    int32_t (PASSERELLE_CALL *count)(const struct passerelle_plugin *plugin, uint32_t *count, struct passerelle_error *error);
    /**
     * Describe one of them.
     * `[any]` · `index`: from 0 · `contribution`: allocated by the host, `struct_size` set ·
     * `PASSERELLE_E_ARGUMENT` past the last · since 1.0
     */
    int32_t (PASSERELLE_CALL *get)(const struct passerelle_plugin *plugin,
                   uint32_t index,
                   struct passerelle_contribution *contribution,
                   struct passerelle_error *error);
    /**
     * The user picked one, or something that opens another: the plugin answers by calling `passerelle.host.forms/1` or
     * `passerelle.host.tables/1` before it returns. Ids that only forms and tables name are opened alike. Reads
     * settings only; rows are read when the host pulls them.
     * `[main]` · `context`: a JSON object that says where the user stands: `societe_id`, `secteur_id` (numbers) and,
     * for the preview, `protocole` ("v3", "statut-candidats") and `donnees_sifa` (boolean), for the report `run`
     * (number); each may be left out. A table's own actions bring theirs · since 1.0
     */
    int32_t (PASSERELLE_CALL *open)(const struct passerelle_plugin *plugin,
                    const char *id,
                    uint32_t id_len,
                    const char *context,
                    uint32_t context_len,
                    struct passerelle_error *error);
} passerelle_plugin_contributions;

/**
 * What the user did in a form. Borrowed for the call.
 */
typedef struct passerelle_form_event {
    /**
     * `sizeof(passerelle_form_event)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * One of `PASSERELLE_FORM_*`.
     */
    int32_t kind;
    /**
     * Id of the field or of the button; empty for `PASSERELLE_FORM_CLOSED`.
     */
    const char *field;
    /**
     * Length of `field` in bytes.
     */
    uint32_t field_len;
    /**
     * Length of `value` in bytes.
     */
    uint32_t value_len;
    /**
     * `PASSERELLE_FORM_CHANGED`: the field's new value as JSON; `PASSERELLE_FORM_ACTION`: the row's id as a JSON
     * string, or empty; else empty.
     */
    const char *value;
} passerelle_form_event;

/**
 * Plugin side of `passerelle.plugin.forms/1`.
 */
typedef struct passerelle_plugin_forms {
    /**
     * `sizeof(passerelle_plugin_forms)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * Tell the plugin what the user did; it may show the form anew, or close it, before it returns.
     * `[main]` · `form`: the number that `show` gave · `event`: borrowed for the call ·
     * `PASSERELLE_E_UNKNOWN_ID` for a form that is closed or was never shown · since 1.0
     */
    int32_t (PASSERELLE_CALL *event)(const struct passerelle_plugin *plugin,
                     uint64_t form,
                     const struct passerelle_form_event *event,
                     struct passerelle_error *error);
} passerelle_plugin_forms;

/**
 * The host's view of one long call. Owned by the host, borrowed for the call.
 */
typedef struct passerelle_run {
    /**
     * `sizeof(passerelle_run)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * The host's own; the plugin does not look at it.
     */
    void *run_data;
    /**
     * Whether the host wants the call to stop: anything but 0 ends it within 2 s. Asked often.
     * `[job]` on the calling thread · since 1.0
     */
    int32_t (PASSERELLE_CALL *is_cancelled)(const struct passerelle_run *run);
    /**
     * How far the call is; may be NULL.
     * `[job]` on the calling thread · `done`, `total`: records; `total` is 0 while unknown · `text`: in French, what
     * is being done · since 1.0
     */
    void (PASSERELLE_CALL *progress)(const struct passerelle_run *run,
                     uint64_t done,
                     uint64_t total,
                     const char *text,
                     uint32_t text_len);
} passerelle_run;

/**
 * What a job came to. Allocated by the host, filled on success.
 */
typedef struct passerelle_outcome {
    /**
     * `sizeof(passerelle_outcome)`, set by the host.
     */
    uint32_t struct_size;
    /**
     * One of `PASSERELLE_OUTCOME_*`.
     */
    int32_t kind;
    /**
     * Number of the run in the journal; 0 if the job keeps none.
     */
    int64_t run_id;
    /**
     * Dossiers read; always the sum of the four below.
     */
    uint64_t read;
    /**
     * Dossiers that the receiver accepted.
     */
    uint64_t accepted;
    /**
     * Dossiers that the receiver rejected.
     */
    uint64_t rejected;
    /**
     * Dossiers left out, each with its reasons.
     */
    uint64_t left_out;
    /**
     * Dossiers whose establishment could not be reached.
     */
    uint64_t pending;
    /**
     * One sentence in French for the scheduler's log, ended by a zero, cut at a character boundary.
     */
    char text[1024];
} passerelle_outcome;

/**
 * Plugin side of `passerelle.plugin.jobs/1`.
 */
typedef struct passerelle_plugin_jobs {
    /**
     * `sizeof(passerelle_plugin_jobs)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * Run a job to its end; blocks, and leaves no thread behind, but one in a look-up of a name that the system holds:
     * it touches nothing of the host's. Jobs: "export-de-nuit", the nightly export; "migration", which creates or
     * upgrades the `mna_` tables; and those that forms name: "essai-connexion", "verification-etablissement",
     * "rotation-scellement", "essai-courriel".
     * `[job]` · `parameters`: a JSON object, may be empty; for "export-de-nuit": `force` (boolean) sends a night that
     * is already done once more; for "essai-connexion" and "verification-etablissement": `ligne` (string), the row · `run`: borrowed for the call · `outcome`: allocated by the host, `struct_size` set ·
     * `PASSERELLE_E_CANCELLED` when `run` said so · since 1.0
     */
    int32_t (PASSERELLE_CALL *run)(const struct passerelle_plugin *plugin,
                   const char *id,
                   uint32_t id_len,
                   const char *parameters,
                   uint32_t parameters_len,
                   const struct passerelle_run *run,
                   struct passerelle_outcome *outcome,
                   struct passerelle_error *error);
} passerelle_plugin_jobs;

/**
 * Where a document goes. Owned by the host, borrowed for the call.
 */
typedef struct passerelle_sink {
    /**
     * `sizeof(passerelle_sink)` as the host compiled it.
     */
    uint32_t struct_size;
    /**
     * The host's own; the plugin does not look at it.
     */
    void *sink_data;
    /**
     * Take the next bytes; they follow those of the call before.
     * `[job]` on the calling thread · `bytes`: borrowed for the call · anything but `PASSERELLE_OK` ends the document
     * with `PASSERELLE_E_HOST` · since 1.0
     */
    int32_t (PASSERELLE_CALL *write)(const struct passerelle_sink *sink,
                     const uint8_t *bytes,
                     uint32_t bytes_len,
                     struct passerelle_error *error);
} passerelle_sink;

/**
 * Plugin side of `passerelle.plugin.documents/1`.
 *
 * | id | written | read |
 * |---|---|---|
 * | `apercu.json` | the preview, exactly what would go out | |
 * | `apercu.xlsx` | the preview as a workbook | |
 * | `compte-rendu.json` | the journal of the nights | |
 * | `compte-rendu.xlsx` | the same as a workbook | |
 * | `compte-rendu.html` | the same as one page that stands alone | |
 * | `reglages.json` | the settings, without keys | replaces the settings |
 * | `reglages-a-verifier.json` | what is doubtful in the settings, as a list of `ou` and `texte` | |
 * | `correspondance.toml` | a mapping file proposed from the tables and columns that the database has | |
 * | `schema.sql` | the DDL of the `mna_` tables for this database | |
 *
 * Parameters are a JSON object, may be empty: for the preview those of a contribution's context; for the report `run`
 * (number of one run).
 */
typedef struct passerelle_plugin_documents {
    /**
     * `sizeof(passerelle_plugin_documents)` as the library compiled it.
     */
    uint32_t struct_size;
    /**
     * Write a document; blocks, streams. What a failed call has written is to be thrown away.
     * `[job]` · `parameters`: see above · `run`, `sink`: borrowed for the call · since 1.0
     */
    int32_t (PASSERELLE_CALL *write)(const struct passerelle_plugin *plugin,
                     const char *id,
                     uint32_t id_len,
                     const char *parameters,
                     uint32_t parameters_len,
                     const struct passerelle_run *run,
                     const struct passerelle_sink *sink,
                     struct passerelle_error *error);
    /**
     * Read a document; all of it is taken, or nothing.
     * `[job]` · `bytes`: the whole document, borrowed for the call · since 1.0
     */
    int32_t (PASSERELLE_CALL *read)(const struct passerelle_plugin *plugin,
                    const char *id,
                    uint32_t id_len,
                    const uint8_t *bytes,
                    uint32_t bytes_len,
                    struct passerelle_error *error);
} passerelle_plugin_documents;

#endif  /* PASSERELLE_H */

#ifdef __cplusplus
extern "C" {
#endif

/* The one function that the library exports: its table, valid for the life of the process.
 * [any], also before init - never fails - since 1.0 */
const passerelle_entry *PASSERELLE_CALL passerelle_plugin_entry_v1(void);

/* Its type, for dlsym and GetProcAddress. */
typedef const passerelle_entry *(PASSERELLE_CALL *passerelle_plugin_entry_v1_fn)(void);

#ifdef __cplusplus
}
#endif
