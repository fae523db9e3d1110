//! What the README says is true: its commands work as printed, and it knows every setting.

use std::io::Write;
use std::process::{Command, Output};

use insta::assert_snapshot;

use crate::support::Mock;

const README: &str = include_str!("../../README.md");

/// Runs a script against a server, if the tools that it needs are there.
async fn shell(mock: &Mock, tools: &[&str], arguments: &[&str]) -> Option<Output> {
    let missing = tools
        .iter()
        .find(|tool| Command::new(tool).arg("--version").output().is_err());
    if let Some(tool) = missing {
        assert!(
            std::env::var_os("CLIENT_TESTS_REQUIRED").is_none(),
            "{tool} is missing"
        );
        // Unlike what `eprintln!` prints, this line is seen when the test passes.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {tool} is missing");
        return None;
    }
    let mut command = Command::new("bash");
    command
        .args(arguments)
        .arg(mock.server.url())
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = tokio::task::spawn_blocking(move || command.output());
    Some(output.await.unwrap().unwrap())
}

#[tokio::test]
async fn the_two_commands_link_an_organization() {
    let mock = Mock::start().await;
    let (_, rest) = README.split_once("```sh\nTOKEN=").unwrap();
    let commands = format!("TOKEN={}", rest.split("```").next().unwrap());
    let commands = commands.replace("http://127.0.0.1:27090", mock.server.url());

    let Some(output) = shell(&mock, &["curl"], &["-c", &commands]).await else {
        return;
    };

    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.ends_with(r#"{"status":"SYNCED"}"#), "{shown}");
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("HTTP/1.1 201 Created"), "{told}");
}

#[tokio::test]
async fn the_example_migrates_from_link_to_cutover() {
    let mock = Mock::start().await;

    let script = ["examples/shell/migrate.sh"];
    let Some(output) = shell(&mock, &["curl", "jq"], &script).await else {
        return;
    };

    assert!(output.status.success(), "{output:?}");
    assert_snapshot!(String::from_utf8(output.stdout).unwrap(), @r#"
    1. A link-token, and the link
    {"status":"SYNCED"}
    2. What can be migrated now
    {"name":"Source Project","deployments":["source","source-sharded"],"migrationHosts":["vm001.example.com","vm002.example.com"]}
    3. A validation
       … validation a232f14ed878c8e1d9d87054 becomes SUCCESS
    {"status":"SUCCESS"}
    4. The migration
       … live migration ed4c000b081f5b7d6c24c39b becomes WORKING
    {"status":"WORKING","readyForCutover":false,"lagTimeSeconds":600}
       … live migration ed4c000b081f5b7d6c24c39b becomes READY_FOR_CUTOVER
    5. The cutover
       … live migration ed4c000b081f5b7d6c24c39b becomes COMPLETE
    {"status":"COMPLETE"}
    "#);
}

#[tokio::test]
async fn the_three_faults_are_put_in_force() {
    let mock = Mock::start().await;
    let start = "```sh\ncurl http://127.0.0.1:27090/__mock/v1/faults";
    let block = &README[README.find(start).unwrap() + "```sh\n".len()..];
    let commands = block.split("```").next().unwrap();
    let commands = commands.replace("http://127.0.0.1:27090", mock.server.url());

    if shell(&mock, &["curl"], &["-c", &commands]).await.is_none() {
        return;
    }

    let faults = mock.control("GET", "/faults", "").await.json();
    assert_eq!(faults["faults"].as_array().unwrap().len(), 3);
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
