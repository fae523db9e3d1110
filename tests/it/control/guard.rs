use atlas_migration_mock::{Config, ControlAccess};
use insta::assert_snapshot;

use crate::support::Mock;

async fn with(control: ControlAccess) -> Mock {
    // Behind a proxy that is trusted, a caller may say that it is somewhere else.
    let trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
    Mock::with(Config {
        control,
        trusted_proxies,
        ..Config::default()
    })
    .await
}

#[tokio::test]
async fn callers_elsewhere_are_refused_by_default() {
    let (closed, open) = (
        with(ControlAccess::Loopback).await,
        with(ControlAccess::Open).await,
    );
    let ask = async |mock: &Mock, path: &str| {
        let request = mock.anonymous().request("GET", path);
        request.header("x-forwarded-for", "192.0.2.7").send().await
    };

    let refused = ask(&closed, "/__mock/v1/state").await;
    let probe = ask(&closed, "/readyz").await;
    let allowed = ask(&open, "/__mock/v1/state").await;

    assert_snapshot!(refused.line(), @r#"403 {"detail":"The control API is for callers on the same machine; see --control and --control-token.","status":403,"title":"Forbidden","type":"about:blank"}"#);
    assert_eq!(probe.status, 200);
    assert_eq!(allowed.status, 200);
}

#[tokio::test]
async fn a_token_is_asked_of_everybody() {
    let mock = with(ControlAccess::Token("secret".to_owned())).await;

    let without = mock.control("GET", "/state", "").await;
    let wrong = mock
        .bearer("secre")
        .request("GET", "/__mock/v1/state")
        .send()
        .await;
    let right = mock
        .bearer("secret")
        .request("GET", "/__mock/v1/state")
        .send()
        .await;

    assert_snapshot!(without.line(), @r#"401 {"detail":"The control API wants its token as Authorization: Bearer.","status":401,"title":"Unauthorized","type":"about:blank"}"#);
    assert_eq!(wrong.status, 401);
    assert_eq!(right.status, 200);
}
