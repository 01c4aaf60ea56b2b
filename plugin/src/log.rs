//! Forwards `tracing` events to the host's log, one line each.
//!
//! The subscriber belongs to an instance and is in force only while one of its calls runs, so that two instances in one
//! process write to their own hosts. Events hold identifiers and counts, never personal data.

use std::fmt::Write as _;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::Registry;

/// Where lines go.
pub trait Sink: Send + Sync + 'static {
    /// The most detailed level wanted.
    fn max_level(&self) -> LevelFilter;
    /// Take one line.
    fn line(&self, level: Level, target: &str, message: &str);
}

/// A host without a log: nothing is written.
impl<S: Sink> Sink for Option<S> {
    fn max_level(&self) -> LevelFilter {
        self.as_ref().map_or(LevelFilter::OFF, Sink::max_level)
    }

    fn line(&self, level: Level, target: &str, message: &str) {
        if let Some(sink) = self {
            sink.line(level, target, message);
        }
    }
}

/// A dispatcher that forwards to `sink`.
pub fn forward_to(sink: impl Sink) -> tracing::Dispatch {
    tracing::Dispatch::new(Registry::default().with(Forward(sink)))
}

struct Forward<S>(S);

impl<S: Sink, R: Subscriber> Layer<R> for Forward<S> {
    // The libraries below are left out: what they trace may hold a request's body or a query's values.
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, R>) -> bool {
        metadata.target().starts_with("passerelle") && *metadata.level() <= self.0.max_level()
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, R>) {
        let mut line = Line(String::new());
        event.record(&mut line);
        self.0
            .line(*event.metadata().level(), event.metadata().target(), &line.0);
    }
}

/// `message field=value field=value`.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let separator = if self.0.is_empty() { "" } else { " " };
        // Writing to a String cannot fail.
        let _ = if field.name() == "message" {
            let rest = std::mem::take(&mut self.0);
            write!(self.0, "{value:?}{separator}{rest}")
        } else {
            write!(self.0, "{separator}{}={value:?}", field.name())
        };
    }
}
