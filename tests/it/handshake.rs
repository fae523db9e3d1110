//! The table of the handshake: every state of a link met by every operation, and what follows.

use insta::assert_snapshot;

use crate::support::{LINK_TOKENS, MIGRATION_LINK, Mock, SECOND_MIGRATION_LINK};

/// How far a handshake has come.
#[derive(Clone, Copy, Debug)]
enum State {
    Nothing,
    TokenIssued,
    Linked,
    LinkedTokenRevoked,
    TokenExpired,
    TokenUsedByAnother,
    ForcedNotSynced,
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    CreateToken,
    DeleteTokens,
    Link,
    LinkWithNewToken,
    Unlink,
    Status,
}

const STATES: [State; 7] = [
    State::Nothing,
    State::TokenIssued,
    State::Linked,
    State::LinkedTokenRevoked,
    State::TokenExpired,
    State::TokenUsedByAnother,
    State::ForcedNotSynced,
];

const OPERATIONS: [Operation; 6] = [
    Operation::CreateToken,
    Operation::DeleteTokens,
    Operation::Link,
    Operation::LinkWithNewToken,
    Operation::Unlink,
    Operation::Status,
];

/// Leads a server to a state; the token that the state is about.
async fn reach(state: State) -> (Mock, String) {
    if matches!(state, State::TokenExpired) {
        let mock = Mock::with_fixture(|fixture| {
            fixture["linkTokens"] = serde_json::json!([{
                "token": "an expiring token", "orgId": crate::support::ATLAS_ORG,
                "createdAt": "2026-08-10T03:00:00Z", "expiresAt": "2026-08-10T03:03:06Z",
            }]);
        });
        let mock = mock.await;
        mock.advance(1);
        return (mock, "an expiring token".to_owned());
    }
    let mock = Mock::start().await;
    if matches!(state, State::Nothing) {
        return (mock, "never issued".to_owned());
    }
    let token = mock.link_token().await;
    match state {
        State::Nothing | State::TokenIssued | State::TokenExpired => {}
        State::TokenUsedByAnother => {
            assert_eq!(
                mock.second_source()
                    .link(SECOND_MIGRATION_LINK, &token)
                    .await
                    .status,
                201
            );
        }
        State::Linked | State::LinkedTokenRevoked | State::ForcedNotSynced => {
            assert_eq!(
                mock.source_owner()
                    .link(MIGRATION_LINK, &token)
                    .await
                    .status,
                201
            );
        }
    }
    if matches!(state, State::LinkedTokenRevoked) {
        assert_eq!(mock.atlas_owner().delete(LINK_TOKENS).await.status, 204);
    }
    if matches!(state, State::ForcedNotSynced) {
        let path = format!(
            "/__mock/v1/organizations/{}/migrationLink",
            crate::support::SOURCE_ORG
        );
        let forced = mock
            .anonymous()
            .request("PATCH", &path)
            .body(r#"{"status":"NOT_SYNCED"}"#)
            .send()
            .await;
        assert_eq!(forced.line(), r#"200 {"status":"NOT_SYNCED"}"#);
    }
    (mock, token)
}

async fn apply(mock: &Mock, token: &str, operation: Operation) -> String {
    let reply = match operation {
        Operation::CreateToken => mock.atlas_owner().post(LINK_TOKENS, "{}").await,
        Operation::DeleteTokens => mock.atlas_owner().delete(LINK_TOKENS).await,
        Operation::Link => mock.source_owner().link(MIGRATION_LINK, token).await,
        Operation::LinkWithNewToken => {
            let token = mock.link_token().await;
            mock.source_owner().link(MIGRATION_LINK, &token).await
        }
        Operation::Unlink => mock.source_owner().delete(MIGRATION_LINK).await,
        Operation::Status => {
            mock.source_owner()
                .get(&format!("{MIGRATION_LINK}/status"))
                .await
        }
    };
    match reply.json_or_null() {
        body if body["linkToken"].is_string() => format!("{} (token)", reply.status),
        body => format!(
            "{} {}",
            reply.status,
            body["errorCode"]
                .as_str()
                .or(body["status"].as_str())
                .unwrap_or("")
        ),
    }
}

#[tokio::test]
async fn every_operation_is_defined_in_every_state() {
    let mut table = String::new();
    for state in STATES {
        for operation in OPERATIONS {
            let (mock, token) = reach(state).await;
            let outcome = apply(&mock, &token, operation).await;
            let status = apply(&mock, &token, Operation::Status).await;
            let met = format!("{state:?}, {operation:?}:");
            table += &format!("{met:<38} {outcome:<22} then {status}\n");
        }
    }

    assert_snapshot!(table, @"
    Nothing, CreateToken:                  201 (token)            then 200 NOT_SYNCED
    Nothing, DeleteTokens:                 404 UNEXPECTED_ERROR   then 200 NOT_SYNCED
    Nothing, Link:                         400 INVALID_ATTRIBUTE  then 200 NOT_SYNCED
    Nothing, LinkWithNewToken:             201 SYNCED             then 200 SYNCED
    Nothing, Unlink:                       404 UNEXPECTED_ERROR   then 200 NOT_SYNCED
    Nothing, Status:                       200 NOT_SYNCED         then 200 NOT_SYNCED
    TokenIssued, CreateToken:              201 (token)            then 200 NOT_SYNCED
    TokenIssued, DeleteTokens:             204                    then 200 NOT_SYNCED
    TokenIssued, Link:                     201 SYNCED             then 200 SYNCED
    TokenIssued, LinkWithNewToken:         201 SYNCED             then 200 SYNCED
    TokenIssued, Unlink:                   404 UNEXPECTED_ERROR   then 200 NOT_SYNCED
    TokenIssued, Status:                   200 NOT_SYNCED         then 200 NOT_SYNCED
    Linked, CreateToken:                   201 (token)            then 200 SYNCED
    Linked, DeleteTokens:                  204                    then 200 NOT_SYNCED
    Linked, Link:                          201 SYNCED             then 200 SYNCED
    Linked, LinkWithNewToken:              201 SYNCED             then 200 SYNCED
    Linked, Unlink:                        204                    then 200 NOT_SYNCED
    Linked, Status:                        200 SYNCED             then 200 SYNCED
    LinkedTokenRevoked, CreateToken:       201 (token)            then 200 NOT_SYNCED
    LinkedTokenRevoked, DeleteTokens:      404 UNEXPECTED_ERROR   then 200 NOT_SYNCED
    LinkedTokenRevoked, Link:              400 INVALID_ATTRIBUTE  then 200 NOT_SYNCED
    LinkedTokenRevoked, LinkWithNewToken:  201 SYNCED             then 200 SYNCED
    LinkedTokenRevoked, Unlink:            204                    then 200 NOT_SYNCED
    LinkedTokenRevoked, Status:            200 NOT_SYNCED         then 200 NOT_SYNCED
    TokenExpired, CreateToken:             201 (token)            then 200 NOT_SYNCED
    TokenExpired, DeleteTokens:            204                    then 200 NOT_SYNCED
    TokenExpired, Link:                    400 INVALID_ATTRIBUTE  then 200 NOT_SYNCED
    TokenExpired, LinkWithNewToken:        201 SYNCED             then 200 SYNCED
    TokenExpired, Unlink:                  404 UNEXPECTED_ERROR   then 200 NOT_SYNCED
    TokenExpired, Status:                  200 NOT_SYNCED         then 200 NOT_SYNCED
    TokenUsedByAnother, CreateToken:       201 (token)            then 200 NOT_SYNCED
    TokenUsedByAnother, DeleteTokens:      204                    then 200 NOT_SYNCED
    TokenUsedByAnother, Link:              400 INVALID_ATTRIBUTE  then 200 NOT_SYNCED
    TokenUsedByAnother, LinkWithNewToken:  201 SYNCED             then 200 SYNCED
    TokenUsedByAnother, Unlink:            404 UNEXPECTED_ERROR   then 200 NOT_SYNCED
    TokenUsedByAnother, Status:            200 NOT_SYNCED         then 200 NOT_SYNCED
    ForcedNotSynced, CreateToken:          201 (token)            then 200 NOT_SYNCED
    ForcedNotSynced, DeleteTokens:         204                    then 200 NOT_SYNCED
    ForcedNotSynced, Link:                 201 NOT_SYNCED         then 200 NOT_SYNCED
    ForcedNotSynced, LinkWithNewToken:     201 SYNCED             then 200 SYNCED
    ForcedNotSynced, Unlink:               204                    then 200 NOT_SYNCED
    ForcedNotSynced, Status:               200 NOT_SYNCED         then 200 NOT_SYNCED
    ");
}

#[tokio::test]
async fn a_link_synchronizes_after_the_time_that_the_fixture_gives() {
    let mock =
        Mock::with_fixture(|fixture| fixture["settings"]["linkSyncSeconds"] = 30.into()).await;
    let token = mock.link_token().await;

    let linked = mock.source_owner().link(MIGRATION_LINK, &token).await;
    mock.advance(29);
    let before = mock
        .source_owner()
        .get(&format!("{MIGRATION_LINK}/status"))
        .await;
    mock.advance(1);
    let after = mock
        .source_owner()
        .get(&format!("{MIGRATION_LINK}/status"))
        .await;

    assert_eq!(linked.line(), r#"201 {"status":"NOT_SYNCED"}"#);
    assert_eq!(before.line(), r#"200 {"status":"NOT_SYNCED"}"#);
    assert_eq!(after.line(), r#"200 {"status":"SYNCED"}"#);
}

#[tokio::test]
async fn a_token_is_free_again_once_its_link_is_removed() {
    let mock = Mock::start().await;
    let token = mock.link_token().await;
    mock.source_owner().link(MIGRATION_LINK, &token).await;

    let in_use = mock
        .second_source()
        .link(SECOND_MIGRATION_LINK, &token)
        .await;
    mock.source_owner().delete(MIGRATION_LINK).await;
    let free = mock
        .second_source()
        .link(SECOND_MIGRATION_LINK, &token)
        .await;

    assert_eq!(in_use.status, 400);
    assert_eq!(free.status, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_racing_organizations_one_gets_the_token() {
    let mock = Mock::start().await;
    let token = mock.link_token().await;

    let (first, second) = (mock.source_owner(), mock.second_source());
    let (first, second) = tokio::join!(
        first.link(MIGRATION_LINK, &token),
        second.link(SECOND_MIGRATION_LINK, &token)
    );

    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
}
