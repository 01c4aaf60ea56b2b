//! The values that go to and come from the plugin.

use passerelle_abi as abi;

/// How much a log line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// Something failed.
    Error,
    /// Something needs a hand.
    Warn,
    /// What an operator wants to know of a normal night.
    Info,
    /// What a developer wants to know.
    Debug,
    /// Everything.
    Trace,
    /// The host broke a rule of the ABI; the line says which.
    HostMisbehaves,
}

impl Level {
    pub(crate) fn code(self) -> i32 {
        match self {
            Self::Error => abi::PASSERELLE_LOG_ERROR,
            Self::Warn => abi::PASSERELLE_LOG_WARN,
            Self::Info => abi::PASSERELLE_LOG_INFO,
            Self::Debug => abi::PASSERELLE_LOG_DEBUG,
            Self::Trace => abi::PASSERELLE_LOG_TRACE,
            Self::HostMisbehaves => abi::PASSERELLE_LOG_HOST_MISBEHAVES,
        }
    }

    pub(crate) fn from_code(code: i32) -> Option<Self> {
        match code {
            abi::PASSERELLE_LOG_ERROR => Some(Self::Error),
            abi::PASSERELLE_LOG_WARN => Some(Self::Warn),
            abi::PASSERELLE_LOG_INFO => Some(Self::Info),
            abi::PASSERELLE_LOG_DEBUG => Some(Self::Debug),
            abi::PASSERELLE_LOG_TRACE => Some(Self::Trace),
            abi::PASSERELLE_LOG_HOST_MISBEHAVES => Some(Self::HostMisbehaves),
            _ => None,
        }
    }
}

/// What a contribution is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContributionKind {
    /// Opening it shows a form.
    Form,
    /// Opening it shows one or more tables.
    Table,
    /// A job for the scheduler; there is nothing to open.
    Job,
}

/// One entry for the host's menus.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// What it is.
    pub kind: ContributionKind,
    /// Stable id, e.g. "complements-secteur".
    pub id: String,
    /// Label in French, exactly as to be shown.
    pub label: String,
    /// Where to put it: menu labels parted by " > ".
    pub menu: String,
}

/// Number of a shown form, given by the plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FormId(pub u64);

/// What the user did in a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormEvent<'a> {
    /// He changed a field.
    Changed {
        /// The field's id.
        field: &'a str,
        /// Its new value as JSON.
        value_json: &'a str,
    },
    /// He pressed a button. Of one that has a job run: tell it once the job has ended.
    Action {
        /// The button's id.
        button: &'a str,
        /// Id of the row that it acts on; none for a button of the form itself.
        row: Option<&'a str>,
    },
    /// He closed the form without a button; what was not saved is forgotten.
    Closed,
}

/// A job for the host's scheduler. The window is a suggestion: the host owns the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSpec {
    /// Stable id, for [`Worker::run_job`](crate::Worker::run_job).
    pub id: String,
    /// Label in French.
    pub label: String,
    /// How often, in French, e.g. "une fois par nuit".
    pub frequency: String,
    /// Local minute of the day at which the window opens: 1380 is 23:00.
    pub window_start_minute: u32,
    /// Local minute of the day at which it closes; before the start, it closes on the next day.
    pub window_end_minute: u32,
}

/// How a job ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OutcomeKind {
    /// Green: everything was accepted, or there was nothing to do.
    Done,
    /// Orange: something was rejected or left out for somebody to mend, the rest is done; the text and the report say what.
    ToMend,
    /// Red: nothing, or not everything, could go; the text and the report say why. While something is pending, another
    /// call within the window takes the night up.
    Problem,
    /// This night was done before; nothing was sent.
    AlreadyDone,
    /// Another run holds the night, here or on another server; nothing was sent.
    RunningElsewhere,
}

/// What a job came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it ended.
    pub kind: OutcomeKind,
    /// Number of the run in the journal; 0 if the job keeps none.
    pub run_id: i64,
    /// Dossiers read; always the sum of the four below.
    pub read: u64,
    /// Dossiers that the receiver accepted.
    pub accepted: u64,
    /// Dossiers that the receiver rejected.
    pub rejected: u64,
    /// Dossiers left out, each with its reasons.
    pub left_out: u64,
    /// Dossiers whose establishment could not be reached.
    pub pending: u64,
    /// One sentence in French for the scheduler's log.
    pub text: String,
}
