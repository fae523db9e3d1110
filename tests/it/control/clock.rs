use insta::assert_snapshot;

use crate::support::Mock;

#[tokio::test]
async fn the_clock_is_read_moved_frozen_and_scaled() {
    let mock = Mock::start().await;
    let lines = [
        mock.control("GET", "/clock", "").await.line(),
        mock.control("POST", "/clock", r#"{"advance":90}"#)
            .await
            .line(),
        mock.control("POST", "/clock", r#"{"advance":"120h"}"#)
            .await
            .line(),
        mock.control("POST", "/clock", r#"{"advance":"PT1M"}"#)
            .await
            .line(),
        mock.control("POST", "/clock", r#"{"freeze":"2027-01-01T00:00:00Z"}"#)
            .await
            .line(),
        mock.control("POST", "/clock", r#"{"next":true}"#)
            .await
            .line(),
    ];

    assert_snapshot!(lines.join("\n"), @r#"
    200 {"frozen":true,"now":"2026-08-10T03:03:05Z","scale":0.0}
    200 {"frozen":true,"now":"2026-08-10T03:04:35Z","scale":0.0}
    200 {"frozen":true,"now":"2026-08-15T03:04:35Z","scale":0.0}
    200 {"frozen":true,"now":"2026-08-15T03:05:35Z","scale":0.0}
    200 {"frozen":true,"now":"2027-01-01T00:00:00Z","scale":0.0}
    200 {"events":[],"frozen":true,"now":"2027-01-01T00:00:00Z","scale":0.0}
    "#);
    let running = mock.control("POST", "/clock", r#"{"scale":3600}"#).await;
    assert_eq!(running.json()["frozen"], false);
    assert_eq!(running.json()["scale"], 3600.0);
}

#[tokio::test]
async fn next_jumps_from_event_to_event_and_says_what_they_were() {
    let mock = Mock::scenario("failing_validation").await;
    mock.server.freeze("2026-08-10T03:00:00Z".parse().unwrap());
    mock.access_token().await;
    let mut events = String::new();
    for _ in 0..3 {
        let reply = mock.control("POST", "/clock", r#"{"next":true}"#).await;
        events += &format!("{} {}\n", reply.json()["now"], reply.json()["events"]);
    }

    assert_snapshot!(events, @r#"
    "2026-08-10T03:00:01Z" [{"at":"2026-08-10T03:00:01Z","what":"validation 507f1f77bcf86cd799439011 becomes FAILED"}]
    "2026-08-10T04:00:00Z" [{"at":"2026-08-10T04:00:00Z","what":"a bearer token of mdb_sa_id_000000000000000000000001 expires"}]
    "2026-08-10T04:00:00Z" []
    "#);
}

#[tokio::test]
async fn wrong_commands_are_told_what_was_expected() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for body in [
        "",
        "{}",
        r#"{"advance":-1}"#,
        r#"{"freeze":"2020-01-01T00:00:00Z"}"#,
        r#"{"advance":"-1h"}"#,
        r#"{"advance":"soon"}"#,
        r#"{"scale":-1}"#,
        r#"{"freeze":"then"}"#,
        r#"{"rewind":1}"#,
        r#"{"advance":1,"next":true}"#,
    ] {
        lines += &format!(
            "{body}\n{}\n",
            mock.control("POST", "/clock", body).await.line()
        );
    }

    assert_snapshot!(lines, @r#"

    400 {"detail":"The body is not as expected: EOF while parsing a value at line 1 column 0.","status":400,"title":"Bad Request","type":"about:blank"}
    {}
    400 {"detail":"The body is not as expected: expected value at line 1 column 2.","status":400,"title":"Bad Request","type":"about:blank"}
    {"advance":-1}
    400 {"detail":"The body is not as expected: expected a number of seconds or a text such as 120h.","status":400,"title":"Bad Request","type":"about:blank"}
    {"freeze":"2020-01-01T00:00:00Z"}
    409 {"detail":"freeze: it is 2026-08-10T03:03:05Z, and a clock goes forward only.","status":409,"title":"Conflict","type":"about:blank"}
    {"advance":"-1h"}
    400 {"detail":"advance: a clock goes forward only.","status":400,"title":"Bad Request","type":"about:blank"}
    {"advance":"soon"}
    400 {"detail":"The body is not as expected: expected a number of seconds or a text such as 120h.","status":400,"title":"Bad Request","type":"about:blank"}
    {"scale":-1}
    400 {"detail":"scale: expected 0 or more, found -1.","status":400,"title":"Bad Request","type":"about:blank"}
    {"freeze":"then"}
    400 {"detail":"The body is not as expected: expected true, false or a time such as 2026-08-10T03:00:00Z.","status":400,"title":"Bad Request","type":"about:blank"}
    {"rewind":1}
    400 {"detail":"The body is not as expected: unknown variant `rewind`, expected one of `advance`, `next`, `freeze`, `scale` at line 1 column 9.","status":400,"title":"Bad Request","type":"about:blank"}
    {"advance":1,"next":true}
    400 {"detail":"The body is not as expected: expected value at line 1 column 12.","status":400,"title":"Bad Request","type":"about:blank"}
    "#);
    assert_eq!(
        mock.control("GET", "/clock", "").await.json()["now"],
        crate::support::START
    );
}

#[tokio::test]
async fn events_at_one_time_come_together_and_those_that_cannot_be_do_not_come() {
    let mock =
        Mock::with_fixture(|fixture| fixture["settings"]["linkSyncSeconds"] = 7200.into()).await;
    let token = mock.link_token().await;
    mock.source_owner()
        .link(crate::support::MIGRATION_LINK, &token)
        .await;

    let revoked = mock.atlas_owner().delete(crate::support::LINK_TOKENS).await;
    let nothing = mock.control("POST", "/clock", r#"{"next":true}"#).await;
    mock.access_token().await;
    mock.access_token().await;
    let both = mock.control("POST", "/clock", r#"{"next":true}"#).await;

    assert_eq!(revoked.status, 204);
    assert_eq!(nothing.json()["events"], serde_json::json!([]));
    assert_eq!(both.json()["events"].as_array().unwrap().len(), 2);
}
