//! Real clients, unmodified, log in and complete the handshake. Each is a small program in `tests/clients`.
//!
//! A client whose tool is missing is skipped, with a line that says so; where `CLIENT_TESTS_REQUIRED` is
//! set, as in CI, it fails instead. `tests/clients/install` gets the tools ready.

use std::env::var_os;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use atlas_migration_mock::MockServer;

#[tokio::test]
async fn curl_completes_the_handshake() {
    completes_the_handshake(Client {
        name: "curl",
        probe: command("curl", "bash", &["-c", "curl --version"]),
        program: command("curl", "bash", &["handshake.sh"]),
    })
    .await;
}

#[tokio::test]
async fn requests_completes_the_handshake() {
    completes_the_handshake(Client {
        name: "requests",
        probe: command("python", python(), &["-c", "import requests"]),
        program: command("python", python(), &["handshake.py", "requests"]),
    })
    .await;
}

#[tokio::test]
async fn httpx_completes_the_handshake() {
    completes_the_handshake(Client {
        name: "httpx",
        probe: command("python", python(), &["-c", "import httpx"]),
        program: command("python", python(), &["handshake.py", "httpx"]),
    })
    .await;
}

#[tokio::test]
async fn the_go_digest_transport_completes_the_handshake() {
    completes_the_handshake(Client {
        name: "Go",
        probe: command("go-digest", "go", &["mod", "download"]),
        program: command("go-digest", "go", &["run", "-mod=readonly", "."]),
    })
    .await;
}

/// A client program, and a command that succeeds where its tool is there.
struct Client {
    name: &'static str,
    probe: Command,
    program: Command,
}

fn command(folder: &str, tool: impl Into<OsString>, arguments: &[&str]) -> Command {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients");
    let mut command = Command::new(tool.into());
    command.args(arguments).current_dir(clients.join(folder));
    command
}

fn python() -> OsString {
    var_os("CLIENT_TESTS_PYTHON").unwrap_or_else(|| "python3".into())
}

async fn completes_the_handshake(client: Client) {
    let mock = MockServer::start().await.expect("a port is free");
    let url = mock.url().to_owned();

    // The server runs on this thread.
    let run = tokio::task::spawn_blocking(move || client.run(&url));

    if let Err(reason) = run.await.expect("nothing in there panics") {
        panic!("{reason}");
    }
}

impl Client {
    fn run(mut self, url: &str) -> Result<(), String> {
        let name = self.name;
        if let Err(reason) = succeed(&mut self.probe) {
            if var_os("CLIENT_TESTS_REQUIRED").is_some() {
                return Err(format!("{name} is missing: {reason}"));
            }
            let last = reason.trim_end().lines().last().unwrap_or_default();
            // Unlike what `eprintln!` prints, this line is seen when the test passes.
            let _ = writeln!(std::io::stderr(), "SKIPPED: {name} is missing: {last}");
            return Ok(());
        }
        // A proxy that the environment names has no way to this machine's loopback address.
        self.program
            .env("ATLAS_MOCK_URL", url)
            .env("no_proxy", "127.0.0.1");
        succeed(&mut self.program).map_err(|output| format!("{name} failed: {output}"))
    }
}

/// Runs a command. The error is its status and what it printed, or why it could not be started.
fn succeed(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    Err(format!(
        "{}\n{}",
        output.status,
        String::from_utf8_lossy(&printed)
    ))
}
