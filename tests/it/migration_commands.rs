//! The state machine under generated commands: no sequence leads where the machine has no way.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;

use crate::support::{LIVE_MIGRATIONS, Mock, migration_request};

#[derive(Clone, Debug)]
enum Command {
    Create,
    Cutover,
    Advance(u64),
    NextEvent,
    Fail,
    Look,
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let command = prop_oneof![
        2 => Just(Command::Create),
        2 => Just(Command::Cutover),
        3 => prop_oneof![0_u64..4, Just(432_000)].prop_map(Command::Advance),
        2 => Just(Command::NextEvent),
        1 => Just(Command::Fail),
        2 => Just(Command::Look),
    ];
    prop::collection::vec(command, 1..25)
}

/// How far a migration has come; it may stay or go up, never down.
fn rank(shown: &Value) -> usize {
    match (
        shown["status"].as_str().unwrap(),
        shown["readyForCutover"].as_bool(),
    ) {
        ("NEW", None) => 0,
        ("WORKING", Some(false)) if shown["lagTimeSeconds"].is_u64() => 1,
        ("WORKING", Some(true)) => 2,
        ("WORKING", Some(false)) => 3,
        ("COMPLETE" | "FAILED" | "EXPIRED", None) => 4,
        _ => panic!("no state of the machine: {shown}"),
    }
}

async fn check(mock: &Mock, commands: Vec<Command>) {
    let mut current: Option<(String, Value)> = None;
    for command in commands {
        // A new one each time: five days outlive a token.
        let token = mock.access_token().await;
        let caller = mock.bearer(&token);
        let before = current.as_ref().map(|(_, shown)| shown.clone());
        match &command {
            Command::Create => {
                let reply = caller.migrate(LIVE_MIGRATIONS, &migration_request()).await;
                let free = before.as_ref().is_none_or(|shown| rank(shown) == 4);
                assert_eq!(
                    reply.status,
                    if free { 201 } else { 409 },
                    "{command:?} after {before:?}"
                );
                if free {
                    let shown = reply.json();
                    assert_eq!(rank(&shown), 0);
                    current = Some((shown["_id"].as_str().unwrap().to_owned(), shown));
                    continue;
                }
            }
            Command::Cutover => {
                if let Some((id, shown)) = &current {
                    let request = caller.request("PUT", &format!("{LIVE_MIGRATIONS}/{id}/cutover"));
                    let expected = if rank(shown) == 2 { 202 } else { 400 };
                    assert_eq!(request.send().await.status, expected, "{shown}");
                }
            }
            Command::Advance(seconds) => mock.advance(*seconds),
            Command::NextEvent => {
                mock.control("POST", "/clock", r#"{"next":true}"#).await;
            }
            Command::Fail => {
                if let Some((id, shown)) = &current
                    && rank(shown) < 4
                {
                    mock.control(
                        "PATCH",
                        &format!("/liveMigrations/{id}"),
                        r#"{"state":"FAILED"}"#,
                    )
                    .await;
                }
            }
            Command::Look => {}
        }
        if let Some((id, shown)) = &mut current {
            let token = mock.access_token().await;
            let path = format!("{LIVE_MIGRATIONS}/{id}");
            let before = mock.control("GET", "/state", "").await.body();
            let now = mock.bearer(&token).get(&path).await.json();
            let after = mock.control("GET", "/state", "").await.body();
            assert_eq!(before, after, "reading changes nothing");
            assert!(
                rank(shown) <= rank(&now),
                "{command:?} led from {shown} to {now}"
            );
            if matches!(command, Command::Look | Command::Create) {
                assert_eq!(now, *shown, "only time and commands change it");
            }
            *shown = now;
        }
    }
}

#[test]
fn no_command_leads_where_the_machine_has_no_way() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let config = Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&commands(), |commands| {
        runtime.block_on(async {
            let mock = Mock::unlimited_scenario("linked").await;
            check(&mock, commands).await;
        });
        Ok(())
    });
    outcome.unwrap();
}
