use insta::assert_snapshot;

use crate::support::{LINK_TOKENS, MIGRATION_LINK, Mock, Reply};

async fn control(mock: &Mock, method: &str, path: &str, body: &str) -> Reply {
    mock.anonymous()
        .request(method, path)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
}

#[tokio::test]
async fn a_reset_leads_back_to_the_fixture() {
    let mock = Mock::start().await;
    let token = mock.link_token().await;
    mock.source_owner().link(MIGRATION_LINK, &token).await;
    let bearer = mock.access_token().await;

    let reset = control(&mock, "POST", "/__mock/v1/reset", "").await;

    assert_eq!(reset.line(), "204");
    assert_eq!(mock.source_owner().delete(MIGRATION_LINK).await.status, 404);
    assert_eq!(
        mock.bearer(&bearer).get("/api/atlas/v2/orgs").await.status,
        401
    );
    let deleted = mock.atlas_owner().delete(LINK_TOKENS).await;
    assert_eq!(
        (deleted.status, deleted.header("ratelimit-remaining")),
        (404, "499")
    );
}

#[tokio::test]
async fn an_exported_state_imports_as_itself_and_tokens_go_on_working() {
    let mock = Mock::start().await;
    let (used, unused) = (mock.link_token().await, mock.link_token().await);
    mock.source_owner().link(MIGRATION_LINK, &used).await;
    let bearer = mock.access_token().await;
    let mut unknown = crate::support::migration_request();
    unknown["source"]["groupId"] = serde_json::json!("111111111111111111111111");
    let validate = format!("{}/validate", crate::support::LIVE_MIGRATIONS);
    assert_eq!(
        mock.atlas_owner().migrate(&validate, &unknown).await.status,
        200
    );

    let exported = control(&mock, "GET", "/__mock/v1/state", "").await.body();
    control(&mock, "POST", "/__mock/v1/reset", "").await;
    mock.server.freeze(crate::support::START.parse().unwrap());
    let imported = control(&mock, "PUT", "/__mock/v1/state", &exported).await;

    assert_eq!(imported.line(), "204");
    assert_eq!(
        control(&mock, "GET", "/__mock/v1/state", "").await.body(),
        exported
    );
    assert_eq!(
        mock.source_owner()
            .get(&format!("{MIGRATION_LINK}/status"))
            .await
            .json()["status"],
        "SYNCED"
    );
    assert_eq!(
        mock.source_owner()
            .link(MIGRATION_LINK, &unused)
            .await
            .status,
        201
    );
    assert_eq!(
        mock.bearer(&bearer).get("/api/atlas/v2/orgs").await.status,
        200
    );
    assert!(!exported.contains(&unused), "tokens are kept as hashes");
}

#[tokio::test]
async fn a_broken_import_is_explained_and_changes_nothing() {
    let mock = Mock::start().await;
    let before = control(&mock, "GET", "/__mock/v1/state", "").await.body();

    let refused = control(
        &mock,
        "PUT",
        "/__mock/v1/state",
        "{\n \"organizations\": [{\"id\": \"X\"}]}",
    )
    .await;

    assert_snapshot!(refused.line(), @r#"400 {"detail":"2:29: organizations[0].id: invalid value: string \"X\", expected 24 lowercase hexadecimal digits","status":400,"title":"Bad Request","type":"about:blank"}"#);
    assert_eq!(
        control(&mock, "GET", "/__mock/v1/state", "").await.body(),
        before
    );
}

#[tokio::test]
async fn an_array_is_no_state() {
    let mock = Mock::start().await;

    let refused = control(&mock, "PUT", "/__mock/v1/state", "[]").await;

    assert_eq!(refused.status, 400);
    assert_eq!(
        mock.atlas_owner().get("/api/atlas/v2/orgs").await.status,
        200
    );
}

#[tokio::test]
async fn a_state_may_be_larger_than_a_request() {
    let mock = Mock::start().await;
    let mut state = control(&mock, "GET", "/__mock/v1/state", "").await.json();
    let projects = state["projects"].as_array_mut().unwrap();
    for number in 0..12_000 {
        projects.push(serde_json::json!({
            "id": format!("{number:024x}"), "orgId": crate::support::ATLAS_ORG, "name": format!("Project {number}"),
            "created": "2026-01-15T09:00:00Z",
        }));
    }
    let state = state.to_string();
    assert!(state.len() > 1024 * 1024);

    let imported = control(&mock, "PUT", "/__mock/v1/state", &state).await;

    assert_eq!(imported.status, 204);
    assert_eq!(
        mock.atlas_owner().get("/api/atlas/v2/groups").await.json()["totalCount"],
        12_001
    );
}

#[tokio::test]
async fn a_reset_keeps_the_credentials_that_were_made_up_and_repeats_no_token() {
    use atlas_migration_mock::{Config, Fixture, MockServer};
    let text = r#"{
        "organizations": [{ "id": "4888442a3354817a7320eb61", "name": "Atlas", "side": "ATLAS" }],
        "serviceAccounts": [{ "clientId": "made-up", "roles": [{ "roleName": "ORG_OWNER", "orgId": "4888442a3354817a7320eb61" }] }]
    }"#;
    let fixture = Fixture::parse(text).unwrap();
    let server = MockServer::start_with(Config {
        fixture,
        ..Config::default()
    })
    .await
    .unwrap();
    let secret = server.credentials()[0].secret.clone();
    let token = async || {
        let request = reqwest::Client::new().post(format!("{}/api/oauth/token", server.url()));
        let request = request
            .basic_auth("made-up", Some(&secret))
            .body("grant_type=client_credentials");
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send().await.unwrap().text().await.unwrap()
    };

    let before = token().await;
    server.reset();
    let after = token().await;

    assert!(before.starts_with("{\"access_token\""), "{before}");
    assert_ne!(before, after);
}
