//! What the README says is true: its commands work as printed, and it knows every setting.

use std::process::Command;

use crate::support::Mock;

const README: &str = include_str!("../../README.md");

#[tokio::test(flavor = "multi_thread")]
async fn the_two_commands_link_an_organization() {
    if Command::new("curl").arg("--version").output().is_err() {
        use std::io::Write;
        // Not through the macros: those are captured by the test harness.
        writeln!(std::io::stderr(), "SKIPPED: curl is missing").unwrap();
        return;
    }
    let mock = Mock::start().await;
    let (_, rest) = README.split_once("```sh\nTOKEN=").unwrap();
    let commands = format!("TOKEN={}", rest.split("```").next().unwrap());
    let commands = commands.replace("http://127.0.0.1:27090", mock.server.url());

    let run = || Command::new("bash").args(["-c", &commands]).output();
    let output = tokio::task::block_in_place(run).unwrap();

    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.ends_with(r#"{"status":"SYNCED"}"#), "{shown}");
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("HTTP/1.1 201 Created")
    );
}

#[test]
fn every_setting_is_in_the_table_with_its_twin() {
    let output = Command::new(env!("CARGO_BIN_EXE_atlas-migration-mock"))
        .arg("print-config")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    for line in printed.lines() {
        let name = line.split_whitespace().next().unwrap();
        let twin = format!("ATLAS_MOCK_{}", name.replace('-', "_").to_uppercase());
        let known = README
            .lines()
            .any(|row| row.contains(&format!("`--{name}`")) && row.contains(&twin));
        assert!(known, "--{name}");
    }
}
