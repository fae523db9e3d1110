//! Rate limits: what the headers count, and when a request is one too many.

use atlas_migration_mock::Config;
use insta::assert_snapshot;

use crate::support::{LINK_TOKENS, Mock};

const ORGS: &str = "/api/atlas/v2/orgs";

#[tokio::test]
async fn the_request_beyond_the_limit_is_refused_until_the_bucket_refills() {
    let mock = Mock::start().await;
    let caller = mock.bearer(&mock.access_token().await);
    for left in (0..300).rev() {
        assert_eq!(
            caller.get(ORGS).await.header("ratelimit-remaining"),
            left.to_string()
        );
    }

    mock.advance(59);
    let refused = caller.get(ORGS).await;
    mock.advance(1);
    let refilled = caller.get(ORGS).await;

    assert_snapshot!(refused, @r#"
    429
    content-length: 350
    content-type: application/json
    date: Mon, 10 Aug 2026 03:04:04 GMT
    ratelimit-limit: 300
    ratelimit-remaining: 0
    referrer-policy: strict-origin-when-cross-origin
    retry-after: 1
    server: mdbws
    strict-transport-security: max-age=31536000; includeSubdomains;
    vary: Accept-Encoding
    x-content-type-options: nosniff
    x-envoy-upstream-service-time: 0
    x-error-code: RATE_LIMITED_TOKEN_BUCKET
    x-frame-options: DENY
    x-java-method: ApiOrganizationsResource::getAllOrgs
    x-java-version: 17.0.19+10-LTS
    x-mongodb-service-version: gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master
    x-permitted-cross-domain-policies: none

    {"detail":"Rate limit exceeded for api/atlas/v2/orgs. Please retry after 1 seconds. Request capacity: 300. Refill rate: 100 per 60 seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.","error":429,"errorCode":"RATE_LIMITED_TOKEN_BUCKET","parameters":["api/atlas/v2/orgs",1,300,100,60],"reason":"Too Many Requests"}
    "#);
    assert_eq!(refilled.status, 200);
    assert_eq!(refilled.header("ratelimit-remaining"), "99");
}

#[tokio::test]
async fn callers_of_one_organization_share_its_bucket_and_refusals_count() {
    let mock = Mock::start().await;

    let counted = [
        mock.atlas_owner().delete(LINK_TOKENS).await,
        mock.bearer(&mock.access_token().await)
            .post(LINK_TOKENS, "{}")
            .await,
        mock.atlas_owner().post(LINK_TOKENS, "broken").await,
    ];
    let early = mock.atlas_member().post(LINK_TOKENS, "{}").await;

    assert_eq!(
        counted.map(|reply| reply.header("ratelimit-remaining").to_owned()),
        ["499", "498", "497"]
    );
    assert_eq!(early.status, 401);
    assert_eq!(early.header("ratelimit-remaining"), "");
}

#[tokio::test]
async fn a_server_may_count_without_refusing() {
    let mock = Mock::with(Config {
        rate_limits: false,
        ..Config::default()
    })
    .await;
    for _ in 0..11 {
        assert_eq!(mock.token_request().send().await.status, 200);
    }
}

#[tokio::test]
async fn a_service_account_may_ask_for_ten_tokens_a_minute() {
    let mock = Mock::start().await;
    for _ in 0..10 {
        assert_eq!(mock.token_request().send().await.status, 200);
    }

    let refused = mock.token_request().send().await;
    mock.advance(60);
    let later = mock.token_request().send().await;

    assert_snapshot!(refused.line(), @r#"429 {"error_description":"Resource /api/oauth/token is limited to 10 requests every 1 minutes.","error":"rate_limited"}"#);
    assert_eq!(refused.header("retry-after"), "60");
    assert_eq!(later.status, 200);
}
