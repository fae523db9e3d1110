use insta::assert_snapshot;

use crate::support::{LIVE_MIGRATIONS, MIGRATION, Mock, Reply, migration_request};

async fn drive(mock: &Mock, body: &str) -> Reply {
    mock.control("PATCH", "/liveMigrations/7e68e12770616e75e6df43d0", body)
        .await
}

#[tokio::test]
async fn a_migration_is_driven_to_any_state_and_goes_on_from_there() {
    let mock = Mock::scenario("migrating").await;
    let mut table = String::new();
    for state in [
        "READY_FOR_CUTOVER",
        "COMPLETE",
        "NEW",
        "WORKING",
        "CUTTING_OVER",
        "FAILED",
        "EXPIRED",
    ] {
        let driven = drive(&mock, &format!(r#"{{"state":"{state}"}}"#)).await;
        assert_eq!(driven.status, 200, "{driven}");
        let shown = mock.atlas_owner().get(MIGRATION).await.body();
        mock.advance(1);
        let later = mock.atlas_owner().get(MIGRATION).await.json()["status"].clone();
        table += &format!("{state:<17} {shown}, a second later {later}\n");
    }

    assert_snapshot!(table, @r#"
    READY_FOR_CUTOVER {"_id":"7e68e12770616e75e6df43d0","lagTimeSeconds":0,"migrationHosts":["vm001.example.com"],"readyForCutover":true,"status":"WORKING"}, a second later "WORKING"
    COMPLETE          {"_id":"7e68e12770616e75e6df43d0","migrationHosts":["vm001.example.com"],"status":"COMPLETE"}, a second later "COMPLETE"
    NEW               {"_id":"7e68e12770616e75e6df43d0","migrationHosts":["vm001.example.com"],"status":"NEW"}, a second later "WORKING"
    WORKING           {"_id":"7e68e12770616e75e6df43d0","lagTimeSeconds":600,"migrationHosts":["vm001.example.com"],"readyForCutover":false,"status":"WORKING"}, a second later "WORKING"
    CUTTING_OVER      {"_id":"7e68e12770616e75e6df43d0","migrationHosts":["vm001.example.com"],"readyForCutover":false,"status":"WORKING"}, a second later "COMPLETE"
    FAILED            {"_id":"7e68e12770616e75e6df43d0","migrationHosts":["vm001.example.com"],"status":"FAILED"}, a second later "FAILED"
    EXPIRED           {"_id":"7e68e12770616e75e6df43d0","migrationHosts":["vm001.example.com"],"status":"EXPIRED"}, a second later "EXPIRED"
    "#);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let mock = Mock::scenario("expired").await;
    assert_eq!(
        mock.atlas_owner()
            .migrate(LIVE_MIGRATIONS, &migration_request())
            .await
            .status,
        201
    );
    let lines = [
        drive(&mock, r#"{"state":"WORKING"}"#).await.line(),
        drive(&mock, r#"{"state":"PAUSED"}"#).await.line(),
        mock.control(
            "PATCH",
            "/liveMigrations/111111111111111111111111",
            r#"{"state":"FAILED"}"#,
        )
        .await
        .line(),
        mock.control("PATCH", "/liveMigrations/555", r#"{"state":"FAILED"}"#)
            .await
            .line(),
    ];

    assert_snapshot!(lines.join("\n"), @r#"
    409 {"detail":"The request content produced the validation error: migration host vm001.example.com already carries live migration 611830d3641a68f94a690dcc.","status":409,"title":"Conflict","type":"about:blank"}
    400 {"detail":"The body is not as expected: unknown variant `PAUSED`, expected one of `NEW`, `WORKING`, `READY_FOR_CUTOVER`, `CUTTING_OVER`, `COMPLETE`, `FAILED`, `EXPIRED` at line 1 column 17.","status":400,"title":"Bad Request","type":"about:blank"}
    404 {"detail":"Cannot find resource Live migration with id 111111111111111111111111.","status":404,"title":"Not Found","type":"about:blank"}
    400 {"detail":"\"555\" is not 24 lowercase hexadecimal digits.","status":400,"title":"Bad Request","type":"about:blank"}
    "#);
}
