//! The recorded conversation of wire-facts B.1, reproduced: three calls over seven seconds.

use insta::assert_snapshot;

use crate::support::{LINK_TOKENS, Mock};

#[tokio::test]
async fn the_recorded_conversation_is_reproduced() {
    let mock = Mock::start().await;
    let owner = mock.atlas_owner();

    let nothing_to_delete = owner.delete(LINK_TOKENS).await;
    mock.advance(3);
    let created = owner
        .post(LINK_TOKENS, r#"{"accessListIps":["1.2.3.4","5.6.7.8"]}"#)
        .await;
    mock.advance(4);
    let deleted = owner.delete(LINK_TOKENS).await;

    assert_snapshot!(nothing_to_delete, @r#"
    404
    content-length: 151
    content-type: application/json
    date: Mon, 10 Aug 2026 03:03:05 GMT
    ratelimit-limit: 500
    ratelimit-remaining: 499
    referrer-policy: strict-origin-when-cross-origin
    server: mdbws
    strict-transport-security: max-age=31536000; includeSubdomains;
    x-content-type-options: nosniff
    x-envoy-upstream-service-time: 0
    x-error-code: UNEXPECTED_ERROR
    x-frame-options: DENY
    x-java-method: ApiLiveMigrationsLinkTokensResource::deleteOrgLink
    x-java-version: 17.0.19+10-LTS
    x-mongodb-service-version: gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master
    x-permitted-cross-domain-policies: none

    {"detail":"Could not find the requested external organization link.","error":404,"errorCode":"UNEXPECTED_ERROR","parameters":null,"reason":"Not Found"}
    "#);
    assert_snapshot!(created, @r#"
    201
    content-length: 208
    content-type: application/vnd.atlas.2023-01-01+json;charset=utf-8
    date: Mon, 10 Aug 2026 03:03:08 GMT
    ratelimit-limit: 500
    ratelimit-remaining: 498
    referrer-policy: strict-origin-when-cross-origin
    server: mdbws
    strict-transport-security: max-age=31536000; includeSubdomains;
    vary: Accept-Encoding
    x-content-type-options: nosniff
    x-envoy-upstream-service-time: 0
    x-frame-options: DENY
    x-java-method: ApiLiveMigrationsLinkTokensResource::createLinkToken
    x-java-version: 17.0.19+10-LTS
    x-mongodb-service-version: gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master
    x-permitted-cross-domain-policies: none

    {"linkToken":"YRgw02QaaPlKaQ3MJdH0sNrJSDJawY9t0yVkNxc18yxUdD3F4k0qQTsVlYTBIm327M/EyqjNe2PHy1b/Zs1gtaazsxwcPzWF6ojlJ6gZsGLGgEiKDXSyM9zEVmllie8P8TVHz1hhhO+jmv/NApXIbglAvSQl1rwxblQQXTXeYCTJdpo1+xNt5KT0VX8X/vhj"}
    "#);
    assert_snapshot!(deleted, @"
    204
    content-type: application/vnd.atlas.2023-01-01+json;charset=utf-8
    date: Mon, 10 Aug 2026 03:03:12 GMT
    ratelimit-limit: 500
    ratelimit-remaining: 497
    referrer-policy: strict-origin-when-cross-origin
    server: mdbws
    strict-transport-security: max-age=31536000; includeSubdomains;
    x-content-type-options: nosniff
    x-envoy-upstream-service-time: 0
    x-frame-options: DENY
    x-java-method: ApiLiveMigrationsLinkTokensResource::deleteOrgLink
    x-java-version: 17.0.19+10-LTS
    x-mongodb-service-version: gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master
    x-permitted-cross-domain-policies: none
    ");
    assert_eq!(created.json()["linkToken"].as_str().unwrap().len(), 192);
}

#[tokio::test]
async fn the_challenge_is_the_recorded_one_byte_for_byte() {
    let mock = Mock::start().await;

    let challenge = mock.anonymous().post(LINK_TOKENS, "{}").await;

    assert_snapshot!(challenge, @r#"
    401
    content-length: 142
    content-type: application/json
    date: Mon, 10 Aug 2026 03:03:05 GMT
    server: mdbws
    vary: Accept-Encoding
    www-authenticate: Digest realm="MMS Public API", domain="", nonce="o2O81wLLVCN0bKaiAM6oRA4RNfQSR6bY", algorithm=MD5, qop="auth", stale=false
    x-envoy-upstream-service-time: 0

    {
      "error" : 401,
      "reason" : "Unauthorized",
      "detail" : "You are not authorized for this resource.",
      "errorCode" : "UNEXPECTED_ERROR"
    }
    "#);
}

#[tokio::test]
async fn the_unknown_group_is_the_recorded_one() {
    let mock = Mock::start().await;

    let reply = mock
        .atlas_owner()
        .get("/api/atlas/v2/groups/111111111111111111111111")
        .await;

    assert_snapshot!(reply, @r#"
    404
    content-length: 167
    content-type: application/json
    date: Mon, 10 Aug 2026 03:03:05 GMT
    referrer-policy: strict-origin-when-cross-origin
    server: mdbws
    strict-transport-security: max-age=31536000; includeSubdomains;
    vary: Accept-Encoding
    x-content-type-options: nosniff
    x-envoy-upstream-service-time: 0
    x-error-code: GROUP_NOT_FOUND
    x-frame-options: DENY
    x-java-method: ApiAtlasGroupsResource::getGroup
    x-java-version: 17.0.19+10-LTS
    x-permitted-cross-domain-policies: none

    {"detail":"No group with ID 111111111111111111111111 exists.","error":404,"errorCode":"GROUP_NOT_FOUND","parameters":["111111111111111111111111"],"reason":"Not Found"}
    "#);
}

#[tokio::test]
async fn the_documented_migration_link_answers_as_documented() {
    let mock = Mock::start().await;
    let token = mock.link_token().await;
    let path = "/api/atlas/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink?pretty=true";

    let challenge = mock.anonymous().post(path, "{}").await;
    let linked = mock.source_owner().link(path, &token).await;

    assert_snapshot!(challenge, @r#"
    401
    content-length: 142
    content-type: application/json
    date: Mon, 10 Aug 2026 03:03:05 GMT
    www-authenticate: Digest realm="MMS Public API", domain="", nonce="4SCwVQ2Fb49tnypBw23kdHJcdI84GSe9", algorithm=MD5, qop="auth", stale=false

    {
      "error" : 401,
      "reason" : "Unauthorized",
      "detail" : "You are not authorized for this resource.",
      "errorCode" : "UNEXPECTED_ERROR"
    }
    "#);
    assert_snapshot!(linked, @r#"
    201
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
}
