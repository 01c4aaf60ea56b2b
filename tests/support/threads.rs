//! The threads of this process, where the system lists them.

use std::{fs, thread, time::Duration};

/// Looks at the list before a thread that has ended counts as left: the system takes one off a moment after its join.
const LOOKS: u32 = 2000;

/// The names of the threads of this process, the sandbox's own left out; it starts and ends some as it likes.
pub fn names() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .map(|name| name.trim().to_owned())
        .filter(|name| name != "sandbox")
        .collect();
    names.sort();
    names
}

/// Of the threads of this process, none is left that was not there before; others may have ended by themselves.
#[track_caller]
pub fn assert_back_to(before: &[String]) {
    let left = || {
        let mut left = names();
        for known in before {
            if let Some(at) = left.iter().position(|name| name == known) {
                left.remove(at);
            }
        }
        left
    };
    for _ in 0..LOOKS {
        if left().is_empty() {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    assert_eq!(left(), Vec::<String>::new(), "threads were left behind");
}
