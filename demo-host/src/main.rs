//! The demo host's command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    demo_host::run(std::env::args_os())
}
