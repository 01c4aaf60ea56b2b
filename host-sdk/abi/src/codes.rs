//! Result codes and levels: explicit, grouped by hundreds, never reused.

/// The call did what it says.
pub const PASSERELLE_OK: i32 = 0;

/// A pointer is NULL where the slot does not allow it.
pub const PASSERELLE_E_NULL: i32 = 100;
/// A `struct_size` is smaller than the structure of this ABI, or larger than any known one.
pub const PASSERELLE_E_STRUCT_SIZE: i32 = 101;
/// A text is not UTF-8.
pub const PASSERELLE_E_NOT_UTF8: i32 = 102;
/// An argument is not what the slot expects; the error's text says which and why.
pub const PASSERELLE_E_ARGUMENT: i32 = 103;
/// No contribution, job, document or form has this id.
pub const PASSERELLE_E_UNKNOWN_ID: i32 = 104;
/// The buffer is too small: nothing was written but the length needed.
pub const PASSERELLE_E_BUFFER_TOO_SMALL: i32 = 105;
/// The library and the host do not speak the same version of the ABI.
pub const PASSERELLE_E_VERSION: i32 = 106;
/// The host lacks an interface, or a slot of one, that this call needs.
pub const PASSERELLE_E_HOST_LACKS: i32 = 107;

/// The library or the instance has not been initialised, or no longer is; the table has been released.
pub const PASSERELLE_E_NOT_INITIALIZED: i32 = 200;
/// The instance has been initialised already.
pub const PASSERELLE_E_ALREADY_INITIALIZED: i32 = 201;
/// Another call on the same object is running, or the host's `log` is, and the slot is not `[any]`.
pub const PASSERELLE_E_BUSY: i32 = 202;
/// An earlier call panicked: the instance and its tables answer nothing else, but `cancel` and `release` of a table and
/// `destroy`, which work as ever.
pub const PASSERELLE_E_POISONED: i32 = 203;
/// A `[main]` slot was called on another thread.
pub const PASSERELLE_E_WRONG_THREAD: i32 = 204;

/// The database cannot be reached: driver, server, file or account.
pub const PASSERELLE_E_DATABASE_UNREACHABLE: i32 = 300;
/// A table or a column is missing, or has a type that cannot be read.
pub const PASSERELLE_E_SCHEMA: i32 = 301;
/// The database refused or broke off a query.
pub const PASSERELLE_E_DATABASE: i32 = 302;
/// The mapping file is wrong.
pub const PASSERELLE_E_MAPPING: i32 = 303;
/// The plugin's own tables are missing, or of another version: an administrator must run the migration.
pub const PASSERELLE_E_MIGRATION_NEEDED: i32 = 304;
/// Settings are missing, malformed, or were changed by somebody else in the meantime.
pub const PASSERELLE_E_SETTINGS: i32 = 305;
/// A key cannot be sealed or opened.
pub const PASSERELLE_E_SECRET: i32 = 306;

/// The receiving API cannot be reached, or did not answer as it should.
pub const PASSERELLE_E_NETWORK: i32 = 400;
/// The receiving API refused the key.
pub const PASSERELLE_E_KEY_REFUSED: i32 = 401;

/// The host asked to stop.
pub const PASSERELLE_E_CANCELLED: i32 = 500;
/// A callback of the host failed; the error's text repeats its own.
pub const PASSERELLE_E_HOST: i32 = 501;
/// A document or a file could not be written or read.
pub const PASSERELLE_E_IO: i32 = 502;

/// The plugin panicked; nothing crossed, and the instance is poisoned from now on.
pub const PASSERELLE_E_PANICKED: i32 = 900;

/// Log level: the host broke a rule of this ABI; the line says which. Below every other, so that it passes every filter.
/// Every 1xx code that a slot of an instance or of a table answers comes with such a line, and 200, 201 and 204 (but after
/// `destroy`, when the host may be gone).
pub const PASSERELLE_LOG_HOST_MISBEHAVES: i32 = 0;
/// Log level: something failed.
pub const PASSERELLE_LOG_ERROR: i32 = 1;
/// Log level: something needs a hand.
pub const PASSERELLE_LOG_WARN: i32 = 2;
/// Log level: what an operator wants to know of a normal night.
pub const PASSERELLE_LOG_INFO: i32 = 3;
/// Log level: what a developer wants to know.
pub const PASSERELLE_LOG_DEBUG: i32 = 4;
/// Log level: everything.
pub const PASSERELLE_LOG_TRACE: i32 = 5;
