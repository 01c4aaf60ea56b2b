//! A long call's progress on a terminal, and its wish to stop.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use passerelle_host_sdk::Run;

use super::Output;
use crate::cancel::Cancel;

/// What a long call reports to: a bar on a terminal, nothing elsewhere. Any thread.
pub struct Progress {
    cancel: Cancel,
    bar: ProgressBar,
}

impl Progress {
    /// A bar that says what is being done.
    pub fn new(output: &Output, cancel: &Cancel, text: &str) -> Self {
        let bar = if output.bars {
            ProgressBar::no_length()
        } else {
            ProgressBar::hidden()
        };
        bar.set_style(style("{spinner} {msg} {human_pos}"));
        bar.set_message(text.to_owned());
        if output.bars {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self {
            cancel: cancel.clone(),
            bar,
        }
    }

    /// Moves the bar; a `total` of 0 is an unknown one.
    pub fn at(&self, done: u64, total: u64) {
        if total > 0 && self.bar.length() != Some(total) {
            self.bar.set_length(total);
            self.bar
                .set_style(style("{msg} {wide_bar} {human_pos}/{human_len}, reste {eta}"));
        }
        self.bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Run for Progress {
    fn is_cancelled(&self) -> bool {
        self.cancel.asked()
    }

    fn progress(&self, done: u64, total: u64, text: &str) {
        if !text.is_empty() {
            self.bar.set_message(text.to_owned());
        }
        self.at(done, total);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
