//! The interfaces of an instance: contributions, forms, jobs, documents.

use std::{
    borrow::Cow,
    ffi::{CStr, c_char, c_void},
    io::Write,
};

use passerelle_abi as abi;
use passerelle_abi::{
    passerelle_contribution, passerelle_form_event, passerelle_outcome, passerelle_plugin_contributions,
    passerelle_plugin_documents, passerelle_plugin_forms, passerelle_plugin_jobs,
};

use super::{
    call::{call, struct_size},
    instance::Instance,
    long::{self, RunData, SinkData},
    text::{self, length, required},
};
use crate::{Contribution, ContributionKind, Error, FormEvent, FormId, Outcome, OutcomeKind, Run};

/// More contributions than any plugin has: the number is garbage.
const TOO_MANY: u32 = 10_000;

/// What the plugin offers; valid for the life of the process. One that it lacks is an error when it is needed.
pub(super) struct Interfaces {
    contributions: Option<&'static passerelle_plugin_contributions>,
    forms: Option<&'static passerelle_plugin_forms>,
    jobs: Option<&'static passerelle_plugin_jobs>,
    documents: Option<&'static passerelle_plugin_documents>,
}

impl Interfaces {
    /// Ask for each by its id; one that is there has all its slots.
    pub(super) fn find(get: impl Fn(*const c_char, u32) -> *const c_void) -> Result<Self, Error> {
        let found = Self {
            contributions: one(&get, abi::PASSERELLE_PLUGIN_CONTRIBUTIONS)?,
            forms: one(&get, abi::PASSERELLE_PLUGIN_FORMS)?,
            jobs: one(&get, abi::PASSERELLE_PLUGIN_JOBS)?,
            documents: one(&get, abi::PASSERELLE_PLUGIN_DOCUMENTS)?,
        };
        if let Some(interface) = found.contributions {
            required(interface.count, "passerelle_plugin_contributions.count")?;
            required(interface.get, "passerelle_plugin_contributions.get")?;
            required(interface.open, "passerelle_plugin_contributions.open")?;
        }
        if let Some(interface) = found.forms {
            required(interface.event, "passerelle_plugin_forms.event")?;
        }
        if let Some(interface) = found.jobs {
            required(interface.run, "passerelle_plugin_jobs.run")?;
        }
        if let Some(interface) = found.documents {
            required(interface.write, "passerelle_plugin_documents.write")?;
            required(interface.read, "passerelle_plugin_documents.read")?;
        }
        Ok(found)
    }
}

fn one<T>(get: impl Fn(*const c_char, u32) -> *const c_void, id: &CStr) -> Result<Option<&'static T>, Error> {
    let name = id.to_string_lossy();
    let interface = get(id.as_ptr(), length(id.to_bytes(), "id")?).cast::<T>();
    if interface.is_null() {
        return Ok(None);
    }
    // SAFETY: what the plugin gives for this id is this structure, valid for the life of the process.
    unsafe { text::sized(interface, &name) }.map(Some)
}

impl Instance {
    pub(crate) fn contributions(&self) -> Result<Vec<Contribution>, Error> {
        let interface = required(self.interfaces.contributions, "passerelle.plugin.contributions/1")?;
        let count = required(interface.count, "passerelle_plugin_contributions.count")?;
        let get = required(interface.get, "passerelle_plugin_contributions.get")?;
        let mut how_many = 0;
        // SAFETY: the instance lives.
        call(|error| unsafe { count(self.plugin(), &mut how_many, error) })?;
        if how_many > TOO_MANY {
            return Err(Error::plugin_misbehaves(
                abi::PASSERELLE_E_ARGUMENT,
                format!("{how_many} contributions"),
            ));
        }
        (0..how_many)
            .map(|index| {
                let mut raw = passerelle_contribution {
                    struct_size: struct_size::<passerelle_contribution>(),
                    kind: 0,
                    id: std::ptr::null(),
                    label: std::ptr::null(),
                    menu: std::ptr::null(),
                };
                // SAFETY: the instance lives.
                call(|error| unsafe { get(self.plugin(), index, &mut raw, error) })?;
                contribution(&raw)
            })
            .collect()
    }

    pub(crate) fn open(&self, id: &str, context: &str) -> Result<(), Error> {
        let interface = required(self.interfaces.contributions, "passerelle.plugin.contributions/1")?;
        let open = required(interface.open, "passerelle_plugin_contributions.open")?;
        let (id_len, context_len) = (length(id.as_bytes(), "id")?, length(context.as_bytes(), "context")?);
        let (id, context) = (id.as_ptr().cast(), context.as_ptr().cast());
        // SAFETY: the instance lives, and only `Plugin`, which is not Send, makes this call; the texts are borrowed.
        call(|error| unsafe { open(self.plugin(), id, id_len, context, context_len, error) })
    }

    pub(crate) fn form_event(&self, form: FormId, event: FormEvent<'_>) -> Result<(), Error> {
        let interface = required(self.interfaces.forms, "passerelle.plugin.forms/1")?;
        let slot = required(interface.event, "passerelle_plugin_forms.event")?;
        let (kind, field, value) = match event {
            FormEvent::Changed { field, value_json } => (abi::PASSERELLE_FORM_CHANGED, field, value_json.into()),
            FormEvent::Action { button, row } => {
                let row = row.map(|row| serde_json::Value::from(row).to_string());
                (abi::PASSERELLE_FORM_ACTION, button, Cow::from(row.unwrap_or_default()))
            }
            FormEvent::Closed => (abi::PASSERELLE_FORM_CLOSED, "", Cow::Borrowed("")),
        };
        let event = passerelle_form_event {
            struct_size: struct_size::<passerelle_form_event>(),
            kind,
            field: field.as_ptr().cast(),
            field_len: length(field.as_bytes(), "field")?,
            value_len: length(value.as_bytes(), "value")?,
            value: value.as_ptr().cast(),
        };
        // SAFETY: the instance lives, and only `Plugin`, which is not Send, makes this call; the event is borrowed.
        call(|error| unsafe { slot(self.plugin(), form.0, &event, error) })
    }

    pub(crate) fn run_job(&self, id: &str, parameters: &str, run: &dyn Run) -> Result<Outcome, Error> {
        let interface = required(self.interfaces.jobs, "passerelle.plugin.jobs/1")?;
        let slot = required(interface.run, "passerelle_plugin_jobs.run")?;
        let (id_len, parameters_len) = (
            length(id.as_bytes(), "id")?,
            length(parameters.as_bytes(), "parameters")?,
        );
        let (id, parameters) = (id.as_ptr().cast(), parameters.as_ptr().cast());
        let data = RunData {
            run,
            block: self.block(),
        };
        let run = long::run(&data);
        let mut raw = passerelle_outcome {
            struct_size: struct_size::<passerelle_outcome>(),
            kind: 0,
            run_id: 0,
            read: 0,
            accepted: 0,
            rejected: 0,
            left_out: 0,
            pending: 0,
            text: [0; 1024],
        };
        // SAFETY: the instance lives while `self` does; texts, run and outcome are borrowed for the call.
        call(|error| unsafe {
            slot(
                self.plugin(),
                id,
                id_len,
                parameters,
                parameters_len,
                run.as_ptr(),
                &mut raw,
                error,
            )
        })?;
        outcome(&raw)
    }

    pub(crate) fn write_document(
        &self,
        id: &str,
        parameters: &str,
        run: &dyn Run,
        to: &mut dyn Write,
    ) -> Result<(), Error> {
        let interface = required(self.interfaces.documents, "passerelle.plugin.documents/1")?;
        let write = required(interface.write, "passerelle_plugin_documents.write")?;
        let (id_len, parameters_len) = (
            length(id.as_bytes(), "id")?,
            length(parameters.as_bytes(), "parameters")?,
        );
        let (id, parameters) = (id.as_ptr().cast(), parameters.as_ptr().cast());
        let (run, sink) = (
            RunData {
                run,
                block: self.block(),
            },
            SinkData::new(to, self.block()),
        );
        let (run, sink) = (long::run(&run), long::sink(&sink));
        // SAFETY: the instance lives while `self` does; texts, run and sink are borrowed for the call.
        call(|error| unsafe {
            write(
                self.plugin(),
                id,
                id_len,
                parameters,
                parameters_len,
                run.as_ptr(),
                sink.as_ptr(),
                error,
            )
        })
    }

    pub(crate) fn read_document(&self, id: &str, bytes: &[u8]) -> Result<(), Error> {
        let interface = required(self.interfaces.documents, "passerelle.plugin.documents/1")?;
        let read = required(interface.read, "passerelle_plugin_documents.read")?;
        let (id_len, bytes_len) = (length(id.as_bytes(), "id")?, length(bytes, "bytes")?);
        let id = id.as_ptr().cast();
        // SAFETY: the instance lives while `self` does; text and bytes are borrowed for the call.
        call(|error| unsafe { read(self.plugin(), id, id_len, bytes.as_ptr(), bytes_len, error) })
    }
}

fn contribution(raw: &passerelle_contribution) -> Result<Contribution, Error> {
    let kind = match raw.kind {
        abi::PASSERELLE_CONTRIBUTION_FORM => ContributionKind::Form,
        abi::PASSERELLE_CONTRIBUTION_TABLE => ContributionKind::Table,
        abi::PASSERELLE_CONTRIBUTION_JOB => ContributionKind::Job,
        kind => {
            let detail = format!("a contribution of unknown kind {kind}");
            return Err(Error::plugin_misbehaves(abi::PASSERELLE_E_ARGUMENT, detail));
        }
    };
    // SAFETY: a contribution's texts are ended by a zero and valid for the life of the process.
    let text = |pointer, what| unsafe { text::ended_text(pointer, what) }.map(str::to_owned);
    Ok(Contribution {
        kind,
        id: text(raw.id, "contribution.id")?,
        label: text(raw.label, "contribution.label")?,
        menu: text(raw.menu, "contribution.menu")?,
    })
}

fn outcome(raw: &passerelle_outcome) -> Result<Outcome, Error> {
    let kind = match raw.kind {
        abi::PASSERELLE_OUTCOME_DONE => OutcomeKind::Done,
        abi::PASSERELLE_OUTCOME_TO_MEND => OutcomeKind::ToMend,
        abi::PASSERELLE_OUTCOME_PROBLEM => OutcomeKind::Problem,
        abi::PASSERELLE_OUTCOME_ALREADY_DONE => OutcomeKind::AlreadyDone,
        abi::PASSERELLE_OUTCOME_RUNNING_ELSEWHERE => OutcomeKind::RunningElsewhere,
        kind => {
            let detail = format!("the job ended with the unknown outcome {kind}");
            return Err(Error::plugin_misbehaves(abi::PASSERELLE_E_ARGUMENT, detail));
        }
    };
    let text = text::inline_bytes(&raw.text);
    Ok(Outcome {
        kind,
        run_id: raw.run_id,
        read: raw.read,
        accepted: raw.accepted,
        rejected: raw.rejected,
        left_out: raw.left_out,
        pending: raw.pending,
        text: text::utf8(&text, "the outcome's text")?.to_owned(),
    })
}
