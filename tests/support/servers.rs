//! PostgreSQL and MariaDB from Debian's packages: started on a free port, in a temporary folder, and stopped again
//! however the test executable ends. The library's own tests use them too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code
)]

use std::{
    ffi::OsStr,
    fs,
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use odbc_api::{Connection, ConnectionOptions, Cursor as _, environment};

/// The account that the tests log in with; it may do everything.
const USER: &str = "passerelle";
/// With what a connection string has to put in braces.
pub const PASSWORD: &str = "mot;de}passe";

/// Waits until the pipe from the test executable closes, which it does even if that is killed; then stops the server
/// and removes its folder.
const KEEPER: &str = r#"
folder=$1; signal=$2; shift 2
"$@" >"$folder/log" 2>&1 </dev/null &
cat >/dev/null
kill -"$signal" $!
wait $!
rm -rf "$folder"
"#;

/// A running server. It stops when this is dropped, and when the process ends.
pub struct Server {
    keeper: Child,
    /// How a client reaches it, without the database.
    address: String,
    /// The database that is there from the start.
    first: &'static str,
    create: &'static str,
    databases: AtomicU32,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}

// Each test executable uses a part of it.
#[allow(dead_code)]
impl Server {
    /// The PostgreSQL of this test executable.
    pub fn postgresql() -> &'static Server {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| {
            driver("PostgreSQL Unicode", "odbc-postgresql");
            let folder = postgresql_binaries();
            let home = Home::new("postgres");
            let data = home.folder.join("data");
            let password = home.file("password", PASSWORD);
            home.run(
                home.command(folder.join("initdb"))
                    .args(["--pgdata".as_ref(), data.as_os_str()])
                    .args([
                        "--username",
                        USER,
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--locale=C.UTF-8",
                        "--no-sync",
                        &format!("--pwfile={}", password.display()),
                    ]),
            );
            let port = free_port();
            let server = home.command(folder.join("postgres"));
            let arguments = format!(
                "-D {} -k {} -h 127.0.0.1 -p {port} -F",
                data.display(),
                home.folder.display()
            );
            // QUIT: at once; nothing has to outlive the tests.
            home.keep(
                server,
                &arguments,
                "QUIT",
                "PostgreSQL Unicode",
                port,
                "postgres",
                "ENCODING 'UTF8' TEMPLATE template0",
            )
        })
    }

    /// The MariaDB of this test executable.
    pub fn mariadb() -> &'static Server {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| {
            driver("MariaDB Unicode", "odbc-mariadb");
            let install = binary("/usr/bin/mariadb-install-db", "mariadb-server-core");
            let program = binary("/usr/sbin/mariadbd", "mariadb-server-core");
            binary("/usr/bin/my_print_defaults", "mariadb-client-core");
            let home = Home::new("mysql");
            let data = home.folder.join("data");
            home.run(home.command(install).args([
                "--no-defaults".to_owned(),
                format!("--datadir={}", data.display()),
                "--auth-root-authentication-method=normal".to_owned(),
                "--skip-test-db".to_owned(),
            ]));
            let account = home.file(
                "account.sql",
                &format!("CREATE USER '{USER}'@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"),
            );
            let port = free_port();
            let server = home.command(program);
            let arguments = format!(
                // A server that starts deletes the temporary tables that it finds in its folder: not those of another.
                "--no-defaults --datadir={} --tmpdir={} --socket={} --port={port} --bind-address=127.0.0.1 \
                 --init-file={} --skip-name-resolve --innodb-flush-log-at-trx-commit=0",
                data.display(),
                home.folder.display(),
                home.folder.join("socket").display(),
                account.display()
            );
            home.keep(
                server,
                &arguments,
                "TERM",
                "MariaDB Unicode",
                port,
                "mysql",
                "CHARACTER SET utf8mb4",
            )
        })
    }

    /// Creates a database and gives its name.
    pub fn create_database(&self) -> String {
        let name = format!("essai_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        connect(&self.connection_string(self.first))
            .and_then(|connection| {
                connection
                    .execute(&format!("CREATE DATABASE {name} {}", self.create), (), None)
                    .map(drop)
            })
            .unwrap_or_else(|error| panic!("{name} cannot be created: {error}"));
        name
    }

    /// Creates a copy of a database to which nobody is connected, and gives its name.
    pub fn copy_database(&self, from: &str) -> String {
        let name = format!("essai_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let connection = connect(&self.connection_string(self.first)).unwrap();
        let run = |sql: &str| {
            drop(
                connection
                    .execute(sql, (), None)
                    .unwrap_or_else(|e| panic!("{sql}: {e}")),
            )
        };
        if self.first == "postgres" {
            run(&format!("CREATE DATABASE {name} TEMPLATE {from}"));
            return name;
        }
        run(&format!("CREATE DATABASE {name} {}", self.create));
        let sql = format!("SELECT table_name FROM information_schema.tables WHERE table_schema = '{from}'");
        let mut cursor = connection.execute(&sql, (), None).unwrap().unwrap();
        let mut tables = Vec::new();
        while let Some(mut row) = cursor.next_row().unwrap() {
            let mut table = Vec::new();
            row.get_text(1, &mut table).unwrap();
            tables.push(String::from_utf8(table).unwrap());
        }
        drop(cursor);
        for table in tables {
            run(&format!("CREATE TABLE {name}.{table} LIKE {from}.{table}"));
            run(&format!("INSERT INTO {name}.{table} SELECT * FROM {from}.{table}"));
        }
        name
    }

    /// How to reach a database as another user.
    pub fn connection_string_of(&self, user: &str, database: &str) -> String {
        self.connection_string(database)
            .replace(&format!("UID={USER};"), &format!("UID={user};"))
    }

    /// How to reach a database.
    pub fn connection_string(&self, database: &str) -> String {
        format!("{}Database={database};", self.address)
    }
}

/// Opens a connection.
pub fn connect(connection_string: &str) -> Result<Connection<'static>, odbc_api::Error> {
    environment()?.connect_with_connection_string(connection_string, ConnectionOptions::default())
}

/// Where a server lives, and the account that it runs as: neither runs as root.
struct Home {
    folder: PathBuf,
    account: Option<(u32, u32)>,
}

impl Home {
    /// `own` is the account that Debian's package makes; `nobody` where it is not there.
    fn new(own: &str) -> Home {
        let folder = tempfile::Builder::new()
            .prefix("passerelle-serveur-")
            .tempdir()
            .unwrap()
            .keep();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        let account = root.then(|| {
            account(own)
                .or_else(|| account("nobody"))
                .expect("an account that is not root's")
        });
        if let Some((user, group)) = account {
            chown(&folder, Some(user), Some(group)).unwrap();
        }
        Home { folder, account }
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let file = self.folder.join(name);
        fs::write(&file, text).unwrap();
        file
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = match self.account {
            Some((user, group)) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={user}"))
                    .arg(format!("--regid={group}"))
                    .arg("--clear-groups");
                command.arg(program);
                command
            }
            None => Command::new(program),
        };
        command.current_dir(&self.folder);
        command
    }

    fn run(&self, command: &mut Command) {
        let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let words = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{command:?}: {words}");
    }

    #[allow(clippy::too_many_arguments)]
    fn keep(
        self,
        server: Command,
        arguments: &str,
        signal: &str,
        driver: &str,
        port: u16,
        first: &'static str,
        create: &'static str,
    ) -> Server {
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper"])
            .arg(&self.folder)
            .arg(signal)
            .arg(server.get_program())
            .args(server.get_args())
            .args(arguments.split_whitespace())
            .current_dir(&self.folder)
            .stdin(Stdio::piped())
            // Whoever reads the tests' output does not wait for the server's end.
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Ctrl-C is for the tests.
            .process_group(0)
            .spawn()
            .unwrap();
        let password = PASSWORD.replace('}', "}}");
        let server = Server {
            keeper,
            address: format!("Driver={{{driver}}};Server=127.0.0.1;Port={port};UID={USER};PWD={{{password}}};"),
            first,
            create,
            databases: AtomicU32::new(1),
        };
        for _ in 0..600 {
            if connect(&server.connection_string(first)).is_ok() {
                return server;
            }
            thread::sleep(Duration::from_millis(100));
        }
        let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
        panic!(
            "the server does not answer ({:?}): {log}",
            connect(&server.connection_string(first)).err()
        );
    }
}

/// User and group of an account.
fn account(name: &str) -> Option<(u32, u32)> {
    let accounts = fs::read_to_string("/etc/passwd").ok()?;
    let fields: Vec<&str> = accounts
        .lines()
        .map(|line| line.split(':').collect::<Vec<_>>())
        .find(|f| f[0] == name)?;
    Some((fields[2].parse().ok()?, fields[3].parse().ok()?))
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn postgresql_binaries() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<_> = versions.map(|entry| entry.unwrap().path().join("bin")).collect();
    folders.retain(|folder| folder.join("postgres").is_file());
    folders.sort();
    folders
        .pop()
        .unwrap_or_else(|| panic!("PostgreSQL is missing: apt-get install postgresql"))
}

fn binary(path: &'static str, package: &str) -> &'static Path {
    assert!(
        Path::new(path).is_file(),
        "{path} is missing: apt-get install {package}"
    );
    Path::new(path)
}

fn driver(name: &str, package: &str) {
    let known = environment().unwrap().drivers().unwrap();
    assert!(
        known.iter().any(|driver| driver.description == name),
        "the ODBC driver {name} is missing: apt-get install {package}"
    );
}
