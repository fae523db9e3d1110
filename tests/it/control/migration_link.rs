use insta::assert_snapshot;

use crate::support::{MIGRATION_LINK, Mock, Reply, SOURCE_ORG};

async fn force(mock: &Mock, org: &str, body: &str) -> Reply {
    let path = format!("/__mock/v1/organizations/{org}/migrationLink");
    mock.anonymous()
        .request("PATCH", &path)
        .body(body)
        .send()
        .await
}

#[tokio::test]
async fn a_status_is_forced_until_it_is_given_back_to_the_rules() {
    let mock = Mock::start().await;
    let token = mock.link_token().await;
    mock.source_owner().link(MIGRATION_LINK, &token).await;

    for (body, status) in [
        (r#"{"status":"NOT_SYNCED"}"#, "NOT_SYNCED"),
        (r#"{"status":null}"#, "SYNCED"),
        (r#"{"status":"SYNCED"}"#, "SYNCED"),
    ] {
        assert_eq!(
            force(&mock, SOURCE_ORG, body).await.json()["status"],
            status
        );
        let seen = mock
            .source_owner()
            .get(&format!("{MIGRATION_LINK}/status"))
            .await;
        assert_eq!(seen.json()["status"], status);
    }
}

#[tokio::test]
async fn wrong_requests_are_told_what_was_expected() {
    let mock = Mock::start().await;
    let lines = [
        force(&mock, SOURCE_ORG, r#"{"status":"SYNCED"}"#)
            .await
            .line(),
        force(&mock, "555", r#"{"status":"SYNCED"}"#).await.line(),
        force(&mock, "%FF", r#"{"status":"SYNCED"}"#).await.line(),
        force(&mock, SOURCE_ORG, r#"["SYNCED"]"#).await.line(),
        force(&mock, SOURCE_ORG, r#"{"status":"LINKED"}"#)
            .await
            .line(),
        force(&mock, SOURCE_ORG, "{}").await.line(),
    ];

    assert_snapshot!(lines.join("\n"), @r#"
    404 {"detail":"Organization 5f1e0c9a7b3d4e2f8a6b1c0d has no migration link.","status":404,"title":"Not Found","type":"about:blank"}
    400 {"detail":"\"555\" is not 24 lowercase hexadecimal digits.","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"Invalid URL: Invalid UTF-8 in `id`","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"The body is not a JSON object.","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"The body is not as expected: unknown variant `LINKED`, expected `SYNCED` or `NOT_SYNCED` at line 1 column 18.","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"The body is not as expected: missing field `status` at line 1 column 2.","status":400,"title":"Bad Request","type":"about:blank"}
    "#);
}
