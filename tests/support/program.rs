//! The demo host as a program of its own.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// How a program ended and what it wrote.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Ended {
    /// Its standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Itself, once it has ended as it should.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n{}", self.stdout, self.stderr);
        self
    }
}

/// The demo host in a folder.
pub struct DemoHost {
    pub folder: PathBuf,
}

impl DemoHost {
    /// In a folder of its own.
    pub fn new(name: &str) -> Self {
        Self {
            folder: super::scratch().join(name),
        }
    }

    /// A file of its folder.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A command on the date of the worked example.
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.command_with(&super::library(), arguments)
    }

    /// A command with another library.
    pub fn command_with(&self, library: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .arg("--plugin")
            .arg(library)
            .arg("--dir")
            .arg(&self.folder)
            .args(["--date", super::base::GOLDEN_DATE])
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Run a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let output = self.command(arguments).output().unwrap();
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

/// The very program, which cargo builds as an example beside the tests.
pub fn program() -> PathBuf {
    let tests = env::current_exe().unwrap();
    let programs = tests.parent().and_then(Path::parent).unwrap().join("examples");
    programs.join(format!("demo-host{}", env::consts::EXE_SUFFIX))
}

/// Run one ignored test of this executable in a process of its own, and give what it came to.
pub fn alone(test: &str, variables: &[(&str, &str)]) -> Ended {
    super::scratch();
    let output = Command::new(env::current_exe().unwrap())
        .env(super::CHILD, "1")
        .args([test, "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let ended = Ended {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    };
    assert!(ended.stdout.contains("running 1 test"), "there is no test {test}");
    ended
}
