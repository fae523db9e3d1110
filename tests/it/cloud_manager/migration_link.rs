use insta::assert_snapshot;

use crate::support::{MIGRATION_LINK, Mock};

#[tokio::test]
async fn both_documented_paths_lead_to_the_same_link() {
    let mock = Mock::start().await;
    let token = mock.link_token().await;
    let alias = MIGRATION_LINK.replace("/public/", "/atlas/");

    let linked = mock.source_owner().link(&alias, &token).await;
    let status = mock
        .source_owner()
        .get(&format!("{MIGRATION_LINK}/status?pretty=true"))
        .await;
    let deleted = mock.source_owner().delete(&alias).await;

    assert_eq!(linked.line(), r#"201 {"status":"SYNCED"}"#);
    assert_snapshot!(status, @r#"
    200
    content-length: 25
    content-type: application/json
    date: Mon, 10 Aug 2026 03:03:05 GMT
    strict-transport-security: max-age=300
    vary: Accept-Encoding
    x-mongodb-service-version: gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master

    {
      "status" : "SYNCED"
    }
    "#);
    assert_snapshot!(deleted, @"
    204
    content-type: application/json
    date: Mon, 10 Aug 2026 03:03:05 GMT
    strict-transport-security: max-age=300
    vary: Accept-Encoding
    x-mongodb-service-version: gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master
    ");
}

#[tokio::test]
async fn wrong_bodies_are_refused_by_what_is_wrong_with_them() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for body in [
        "",
        "{",
        "[]",
        "{}",
        r#"{"linkToken":null}"#,
        r#"{"linkToken":""}"#,
        r#"{"linkToken":5}"#,
        r#"{"linkToken":"unknown"}"#,
        r#"{"linkToken":"unknown","other":1}"#,
    ] {
        lines += &format!(
            "{body}\n{}\n",
            mock.source_owner().post(MIGRATION_LINK, body).await.line()
        );
    }

    assert_snapshot!(lines, @r#"

    400 {"detail":"Received JSON is malformed.","error":400,"errorCode":"MALFORMED_JSON","parameters":[],"reason":"Bad Request"}
    {
    400 {"detail":"Received JSON is malformed.","error":400,"errorCode":"MALFORMED_JSON","parameters":[],"reason":"Bad Request"}
    []
    400 {"detail":"Received JSON does not match expected format.","error":400,"errorCode":"INVALID_JSON","parameters":[],"reason":"Bad Request"}
    {}
    400 {"detail":"The required attribute linkToken was not specified.","error":400,"errorCode":"MISSING_ATTRIBUTE","parameters":["linkToken"],"reason":"Bad Request"}
    {"linkToken":null}
    400 {"detail":"The required attribute linkToken was not specified.","error":400,"errorCode":"MISSING_ATTRIBUTE","parameters":["linkToken"],"reason":"Bad Request"}
    {"linkToken":""}
    400 {"detail":"The required attribute linkToken was not specified.","error":400,"errorCode":"MISSING_ATTRIBUTE","parameters":["linkToken"],"reason":"Bad Request"}
    {"linkToken":5}
    400 {"detail":"Received JSON for the linkToken attribute does not match expected format.","error":400,"errorCode":"INVALID_JSON_ATTRIBUTE","parameters":["linkToken"],"reason":"Bad Request"}
    {"linkToken":"unknown"}
    400 {"detail":"Invalid attribute linkToken specified.","error":400,"errorCode":"INVALID_ATTRIBUTE","parameters":["linkToken"],"reason":"Bad Request"}
    {"linkToken":"unknown","other":1}
    400 {"detail":"Invalid attribute other specified.","error":400,"errorCode":"INVALID_ATTRIBUTE","parameters":["other"],"reason":"Bad Request"}
    "#);
}

#[tokio::test]
async fn all_three_operations_are_for_owners() {
    let mock = Mock::start().await;
    let member = mock.source_member();

    let replies = [
        member.link(MIGRATION_LINK, "x").await,
        member.delete(MIGRATION_LINK).await,
        member.get(&format!("{MIGRATION_LINK}/status")).await,
        mock.second_source().delete(MIGRATION_LINK).await,
    ];

    for reply in replies {
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json()["errorCode"], "USER_UNAUTHORIZED");
    }
}

#[tokio::test]
async fn the_alias_refuses_a_method_as_the_other_path_does() {
    let mock = Mock::start().await;
    let alias = MIGRATION_LINK.replace("/public/", "/atlas/");

    let here = mock
        .source_owner()
        .request("PUT", MIGRATION_LINK)
        .send()
        .await;
    let there = mock.source_owner().request("PUT", &alias).send().await;

    assert_eq!(here.status, 405);
    assert_eq!(
        here.headers.keys().collect::<Vec<_>>(),
        there.headers.keys().collect::<Vec<_>>()
    );
}
