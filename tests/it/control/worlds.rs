use std::time::Duration;

use atlas_migration_mock::Config;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Caller, LINK_TOKENS, MIGRATION_LINK, Mock};

/// A new world: its name, and its credentials by what they stand for.
struct World(Value);

impl World {
    async fn create(mock: &Mock, body: &str) -> Self {
        let reply = mock.control("POST", "/worlds", body).await;
        assert_eq!(reply.status, 200, "{reply}");
        Self(reply.json())
    }

    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap()
    }

    /// The caller that stands for one of the default world.
    fn caller<'a>(&self, mock: &'a Mock, stands_for: &str) -> Caller<'a> {
        let credentials = self.0["credentials"].as_array().unwrap();
        let own = credentials
            .iter()
            .find(|credential| credential["standsFor"] == stands_for)
            .unwrap();
        mock.key(own["id"].as_str().unwrap(), own["secret"].as_str().unwrap())
    }
}

#[tokio::test]
async fn a_world_has_everything_of_its_own() {
    let mock = Mock::start().await;
    let world = World::create(&mock, "{}").await;
    let (owner, source) = (
        world.caller(&mock, "atlasown"),
        world.caller(&mock, "cloudown"),
    );

    let created = owner.post(LINK_TOKENS, "{}").await;
    let token = created.json()["linkToken"].as_str().unwrap().to_owned();
    let foreign = mock.source_owner().link(MIGRATION_LINK, &token).await;
    let linked = source.link(MIGRATION_LINK, &token).await;
    let outside = mock
        .source_owner()
        .get(&format!("{MIGRATION_LINK}/status"))
        .await;
    let deleted = mock.atlas_owner().delete(LINK_TOKENS).await;

    assert_eq!(created.header("ratelimit-remaining"), "499");
    assert_eq!(foreign.status, 400);
    assert_eq!(linked.line(), r#"201 {"status":"SYNCED"}"#);
    assert_eq!(outside.line(), r#"200 {"status":"NOT_SYNCED"}"#);
    assert_eq!(
        (deleted.status, deleted.header("ratelimit-remaining")),
        (404, "499")
    );
}

#[tokio::test]
async fn roles_and_access_lists_come_along() {
    let mock = Mock::start().await;
    let world = World::create(&mock, "{}").await;

    let member = world
        .caller(&mock, "atlasmem")
        .post(LINK_TOKENS, "{}")
        .await;
    let blocked = world
        .caller(&mock, "atlasblk")
        .get("/api/atlas/v2/orgs")
        .await;

    assert_eq!(member.status, 401);
    assert_eq!(blocked.status, 403);
}

#[tokio::test]
async fn a_service_account_leads_to_its_world() {
    let mock = Mock::start().await;
    let world = World::create(&mock, r#"{"fixture":"linked"}"#).await;
    let credentials = world.0["credentials"].as_array().unwrap();
    let account = credentials
        .iter()
        .find(|credential| credential["kind"] == "serviceAccount")
        .unwrap();
    let (id, secret) = (
        account["id"].as_str().unwrap(),
        account["secret"].as_str().unwrap(),
    );

    let token = mock.token_request().basic(id, secret).send().await.json()["access_token"].clone();
    let path = "/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/availableProjects";
    let available = mock.bearer(token.as_str().unwrap()).get(path).await;

    assert_eq!(available.json()[0]["name"], "Source Project");
    assert_eq!(mock.atlas_owner().get(path).await.json(), json!([]));
}

#[tokio::test]
async fn the_control_api_is_about_the_world_that_it_names() {
    let mock = Mock::start().await;
    let world = World::create(&mock, r#"{"name":"mine","fixture":"migrating"}"#).await;
    let frozen = r#"{"freeze":"2030-01-01T00:00:00Z"}"#;

    mock.control("POST", "/clock?world=mine", frozen).await;
    let header = mock
        .anonymous()
        .request("GET", "/__mock/v1/clock")
        .header("x-mock-world", "mine")
        .send()
        .await;
    let default = mock.control("GET", "/clock", "").await;
    let unknown = mock.control("GET", "/clock?world=other", "").await;
    let date = world
        .caller(&mock, "atlasown")
        .get("/api/atlas/v2/orgs")
        .await;

    assert_eq!(header.json()["now"], "2030-01-01T00:00:00Z");
    assert_eq!(default.json()["now"], crate::support::START);
    assert_snapshot!(unknown.line(), @r#"404 {"detail":"There is no world other.","status":404,"title":"Not Found","type":"about:blank"}"#);
    assert_eq!(date.header("date"), "Tue, 01 Jan 2030 00:00:00 GMT");
}

#[tokio::test]
async fn a_world_keeps_a_journal_of_its_own_and_challenges_stand_in_that_of_the_default_one() {
    let mock = Mock::start().await;
    let world = World::create(&mock, r#"{"name":"mine"}"#).await;
    world
        .caller(&mock, "atlasown")
        .post(LINK_TOKENS, "{}")
        .await;
    let mut statuses = Vec::new();
    for query in ["", "?world=mine"] {
        let reply = mock.control("GET", &format!("/requests{query}"), "").await;
        let listed = reply.json()["requests"].as_array().unwrap().clone();
        statuses.push(
            listed
                .iter()
                .map(|entry| entry["status"].clone())
                .collect::<Vec<_>>(),
        );
    }
    let expect = r#"{"expect":[{"operation":"createLinkToken","times":1}]}"#;

    assert_eq!(json!(statuses), json!([[401], [201]]));
    assert_eq!(
        mock.control("POST", "/verify?world=mine", expect)
            .await
            .status,
        200
    );
    assert_eq!(mock.control("POST", "/verify", expect).await.status, 409);
}

#[tokio::test]
async fn a_dropped_world_knows_nobody() {
    let mock = Mock::start().await;
    let world = World::create(&mock, "{}").await;

    let dropped = mock
        .control("DELETE", &format!("/worlds/{}", world.name()), "")
        .await;
    let request = world
        .caller(&mock, "atlasown")
        .get("/api/atlas/v2/orgs")
        .await;
    let again = mock
        .control("DELETE", &format!("/worlds/{}", world.name()), "")
        .await;
    let default = mock.control("DELETE", "/worlds/default", "").await;

    assert_eq!(dropped.status, 204);
    assert_eq!(request.status, 401);
    assert_eq!(again.status, 404);
    assert_eq!(default.status, 409);
}

#[tokio::test]
async fn wrong_requests_are_told_what_was_expected() {
    let config = Config {
        max_worlds: 2,
        ..Config::default()
    };
    let mock = Mock::with(config).await;
    World::create(&mock, r#"{"name":"one"}"#).await;
    let mut lines = String::new();
    for body in [
        r#"{"name":"two"}"#,
        r#"{"name":"one"}"#,
        r#"{"name":"a b"}"#,
        r#"{"fixture":"none"}"#,
        r#"{"fixture":{"organizations":[{"id":"555"}]}}"#,
        r#"{"fixtures":1}"#,
        "[]",
    ] {
        lines += &format!("{}\n", mock.control("POST", "/worlds", body).await.line());
    }

    assert_snapshot!(lines, @r#"
    409 {"detail":"There are 2 worlds, and no more may be. Drop some.","status":409,"title":"Conflict","type":"about:blank"}
    409 {"detail":"There is a world one already.","status":409,"title":"Conflict","type":"about:blank"}
    400 {"detail":"\"a b\" is not 1 to 64 letters, digits, - and _.","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"There is no fixture \"none\".","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"1:29: organizations[0].id: invalid value: string \"555\", expected 24 lowercase hexadecimal digits","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"The body is not as expected: unknown field `fixtures`, expected one of `name`, `fixture`, `seed` at line 1 column 11.","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"The body is not a JSON object.","status":400,"title":"Bad Request","type":"about:blank"}
    "#);
}

#[tokio::test]
async fn an_idle_world_makes_room_for_another() {
    let config = Config {
        max_worlds: 2,
        world_idle: Duration::ZERO,
        ..Config::default()
    };
    let mock = Mock::with(config).await;

    World::create(&mock, r#"{"name":"one"}"#).await;
    World::create(&mock, r#"{"name":"two"}"#).await;

    let names: Vec<_> = mock
        .control("GET", "/worlds", "")
        .await
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|world| world["name"].clone())
        .collect();
    assert_eq!(names, ["default", "two"]);
}

#[tokio::test]
async fn a_state_moves_between_worlds_but_for_its_credentials() {
    let mock = Mock::linked().await;
    World::create(&mock, r#"{"name":"mine"}"#).await;
    let state = mock.control("GET", "/state", "").await.body();

    let refused = mock.control("PUT", "/state?world=mine", &state).await;
    let inline = World::create(
        &mock,
        &json!({ "fixture": serde_json::from_str::<Value>(&state).unwrap() }).to_string(),
    )
    .await;
    let status = inline
        .caller(&mock, "cloudown")
        .get(&format!("{MIGRATION_LINK}/status"))
        .await;

    assert_snapshot!(refused.line(), @r#"409 {"detail":"Credential atlasblk belongs to world default.","status":409,"title":"Conflict","type":"about:blank"}"#);
    assert_eq!(status.json()["status"], "SYNCED");
}

#[tokio::test]
async fn a_seed_repeats_a_world() {
    let mock = Mock::start().await;
    let mut transcripts = Vec::new();
    for _ in 0..2 {
        let world = World::create(&mock, r#"{"name":"seeded","seed":7}"#).await;
        let token = world
            .caller(&mock, "atlasown")
            .post(LINK_TOKENS, "{}")
            .await
            .body();
        transcripts.push((world.0["credentials"].to_string(), token));
        mock.control("DELETE", "/worlds/seeded", "").await;
    }

    assert_eq!(transcripts[0], transcripts[1]);
}

#[tokio::test]
async fn info_tells_what_answers() {
    let mock = Mock::start().await;

    let info = mock.control("GET", "/info", "").await;

    assert_snapshot!(info.body().replace(env!("CARGO_PKG_VERSION"), "…"), @r#"{"admin":"http://mock/__mock","fixtures":["default","linked","migrating","ready_for_cutover","expired","failing_validation"],"truth":"recorded","url":"http://mock","version":"…","worlds":["default"]}"#);
}

/// One client's run in a world of its own; resets of others come in between.
async fn client(mock: &Mock, number: usize) {
    let world = World::create(mock, &format!(r#"{{"name":"world-{number}"}}"#)).await;
    let (owner, source) = (
        world.caller(mock, "atlasown"),
        world.caller(mock, "cloudown"),
    );
    for round in 0..2 {
        assert_eq!(
            owner.delete(LINK_TOKENS).await.status,
            404,
            "world {number}, round {round}"
        );
        let created = owner.post(LINK_TOKENS, "{}").await.json();
        let linked = source
            .link(MIGRATION_LINK, created["linkToken"].as_str().unwrap())
            .await;
        assert_eq!(
            linked.status, 201,
            "world {number}, round {round}: {linked}"
        );
        let reset = mock
            .control("POST", &format!("/reset?world=world-{number}"), "")
            .await;
        assert_eq!(reset.status, 204);
        let status = source.get(&format!("{MIGRATION_LINK}/status")).await;
        assert_eq!(
            status.json()["status"],
            "NOT_SYNCED",
            "world {number}, round {round}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_clients_in_two_hundred_worlds_never_meet() {
    let mock = std::sync::Arc::new(Mock::start().await);
    let clients: Vec<_> = (0..200)
        .map(|number| {
            let mock = mock.clone();
            tokio::spawn(async move { client(&mock, number).await })
        })
        .collect();
    for client in clients {
        client.await.unwrap();
    }
}
