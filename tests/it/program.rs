//! The program itself, as a process: how it starts, what it prints, how it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use insta::assert_snapshot;
use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_atlas-migration-mock");

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).stdin(Stdio::null());
    // Settings of whoever runs the tests are none of the tests'.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ATLAS_MOCK_") {
            command.env_remove(name);
        }
    }
    command
}

fn run(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A file of this test's own, gone with it.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, text: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing to do about a file that is gone already.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A server process that has said that it is ready.
struct Running {
    child: Child,
    ready: Value,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut command = program(arguments);
        command
            .args(["--port", "0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            child,
            ready: serde_json::from_str(&line).unwrap(),
        }
    }

    fn address(&self) -> String {
        self.ready["url"]
            .as_str()
            .unwrap()
            .strip_prefix("http://")
            .unwrap()
            .to_owned()
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    /// Waits for the end; the exit code and what stands on standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let mut text = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        (self.child.wait().unwrap().code(), text)
    }
}

#[test]
fn the_ready_line_is_all_that_stands_on_standard_output() {
    let running = Running::start(&["--log-format", "text"]);

    let ready = running.ready.clone();
    let address = running.address();
    running.signal("TERM");
    let (code, banner) = running.end();

    assert_eq!(code, Some(0));
    let keys: Vec<_> = ready.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["admin", "boot_ms", "event", "pid", "url", "version"]);
    assert!(
        banner.contains("atlasown:00000000-0000-4000-8000-000000000001"),
        "{banner}"
    );
    assert!(
        banner.contains(&format!(
            "http://{address}/api/atlas/v2/orgs/4888442a3354817a7320eb61"
        )),
        "{banner}"
    );
}

#[test]
fn logs_are_one_json_object_a_line_when_asked() {
    let running = Running::start(&["--log-format", "json"]);

    let mut stream = TcpStream::connect(running.address()).unwrap();
    stream
        .write_all(b"GET /api/atlas/v2/orgs HTTP/1.0\r\n\r\n")
        .unwrap();
    stream.read_to_end(&mut Vec::new()).unwrap();
    running.signal("INT");
    let (code, log) = running.end();

    assert_eq!(code, Some(0));
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let exchange = lines
        .iter()
        .find(|line| line["operation"] == "listOrgs")
        .unwrap();
    assert_eq!(exchange["status"], 401);
}

#[test]
fn a_client_that_never_finishes_its_request_does_not_hold_the_end() {
    let running = Running::start(&[]);
    let mut idle = TcpStream::connect(running.address()).unwrap();
    let mut half = TcpStream::connect(running.address()).unwrap();
    half.write_all(b"POST /api/oauth/token HTTP/1.1\r\nContent-Length: 10\r\n")
        .unwrap();

    running.signal("TERM");
    let (code, _) = running.end();

    assert_eq!(code, Some(0));
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn health_finds_a_server_by_its_port_file() {
    let file = Scratch::new("port-file", "");
    let arguments = ["--port", "0", "--port-file", file.path()];
    let running = Running::start(&["--port-file", file.path()]);

    let written: Value =
        serde_json::from_str(&std::fs::read_to_string(file.path()).unwrap()).unwrap();
    let healthy = run(&[&["health"], &arguments[..]].concat());
    let ready = running.ready.clone();
    running.signal("TERM");
    running.end();
    let gone = run(&[&["health"], &arguments[..]].concat());

    assert_eq!(written, ready);
    assert_eq!(healthy.status.code(), Some(0));
    assert_eq!(gone.status.code(), Some(4));
    assert!(
        stderr(&gone).starts_with("not ready: "),
        "{}",
        stderr(&gone)
    );
}

#[test]
fn a_broken_fixture_stops_the_start_with_file_line_path_and_expectation() {
    let file = Scratch::new(
        "broken.json",
        "{\n  \"organizations\": [\n    { \"id\": \"555\" }\n  ]\n}\n",
    );

    let output = run(&["--fixture", file.path()]);

    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert_snapshot!(stderr(&output).replace(file.path(), "FILE"), @r#"error: --fixture FILE:3:17: organizations[0].id: invalid value: string "555", expected 24 lowercase hexadecimal digits"#);
}

#[test]
fn a_missing_fixture_a_wrong_flag_and_a_taken_port_have_their_exit_codes() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();

    assert_eq!(
        run(&["--fixture", "no-such-file.json"]).status.code(),
        Some(2)
    );
    assert_eq!(run(&["--truth", "other"]).status.code(), Some(2));
    assert_eq!(run(&["--host", "example.com"]).status.code(), Some(2));
    assert_eq!(run(&["--port", &port]).status.code(), Some(3));
    assert_eq!(
        program(&[])
            .env("ATLAS_MOCK_PORT", "many")
            .output()
            .unwrap()
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn settings_are_printed_with_their_origin() {
    let output = program(&["print-config", "--truth", "documented"])
        .env("ATLAS_MOCK_PORT", "4000")
        .output()
        .unwrap();

    assert_snapshot!(stdout(&output), @"
    host             127.0.0.1                default
    port             4000                     environment
    fixture          -                        default
    truth            documented               flag
    seed             -                        default
    strict-versions  false                    default
    rate-limits      on                       default
    control          loopback                 default
    control-token    -                        default
    max-worlds       1000                     default
    world-idle       3600                     default
    trusted-proxies  -                        default
    log-format       auto                     default
    port-file        -                        default
    ");
}

#[test]
fn a_seed_makes_two_servers_answer_alike() {
    let challenge = || {
        let running = Running::start(&["--seed", "7"]);
        let mut stream = TcpStream::connect(running.address()).unwrap();
        stream
            .write_all(b"GET /api/atlas/v2/orgs HTTP/1.0\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        running.signal("TERM");
        running.end();
        answer
            .lines()
            .find(|line| line.starts_with("www-authenticate"))
            .unwrap()
            .to_owned()
    };

    assert_eq!(challenge(), challenge());
}

#[test]
fn completions_name_the_commands() {
    let output = run(&["completions", "bash"]);

    assert!(
        stdout(&output).contains("print-config"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn exec_runs_a_command_beside_a_server_and_passes_its_exit_code_on() {
    let script =
        "printf '%s ' $ATLAS_MOCK_URL $MONGODB_ATLAS_PUBLIC_API_KEY $MCLI_PUBLIC_API_KEY; exit 7";

    let output = run(&["exec", "--fixture", "linked", "--", "sh", "-c", script]);
    let missing = run(&["exec", "--", "no-such-command"]);

    assert_eq!(output.status.code(), Some(7));
    let shown = stdout(&output);
    assert!(shown.starts_with("http://127.0.0.1:"), "{shown}");
    assert!(shown.ends_with(" atlasown cloudown "), "{shown}");
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn env_prints_what_a_shell_can_take_over() {
    let running = Running::start(&[]);
    let port = running.address().rsplit(':').next().unwrap().to_owned();

    let output = run(&["env", "--for", "mongocli", "--port", &port]);
    running.signal("TERM");
    running.end();
    let nobody = run(&["env", "--port", &port]);

    assert_snapshot!(stdout(&output).replace(&port, "PORT"), @"
    export MCLI_OPS_MANAGER_URL=http://127.0.0.1:PORT/
    export MCLI_PUBLIC_API_KEY=cloudown
    export MCLI_PRIVATE_API_KEY=00000000-0000-4000-8000-000000000011
    export MCLI_ORG_ID=5f1e0c9a7b3d4e2f8a6b1c0d
    ");
    assert_eq!(nobody.status.code(), Some(4));
}
