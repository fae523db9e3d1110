use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{LIVE_MIGRATIONS, MIGRATION, Mock, Reply, migration_request};

async fn shown(mock: &Mock, path: &str) -> Value {
    mock.atlas_owner().get(path).await.json()
}

async fn create(mock: &Mock, change: impl FnOnce(&mut Value)) -> Reply {
    let mut body = migration_request();
    change(&mut body);
    mock.atlas_owner().migrate(LIVE_MIGRATIONS, &body).await
}

#[tokio::test]
async fn a_migration_runs_its_course_to_the_cutover() {
    let mock = Mock::linked().await;

    let created = create(&mock, |_| ()).await;
    let id = created.json()["_id"].as_str().unwrap().to_owned();
    let path = format!("{LIVE_MIGRATIONS}/{id}");
    let mut course = format!("{}\n", created.line().replace(&id, "…"));
    for _ in 0..5 {
        mock.advance(1);
        course += &format!(
            "{}\n",
            mock.atlas_owner().get(&path).await.line().replace(&id, "…")
        );
    }
    let cutover = mock
        .atlas_owner()
        .request("PUT", &format!("{path}/cutover"))
        .send()
        .await;
    course += &format!(
        "{}\n{}\n",
        cutover.line(),
        shown(&mock, &path).await.to_string().replace(&id, "…")
    );
    mock.advance(1);
    course += &shown(&mock, &path).await.to_string().replace(&id, "…");

    assert_snapshot!(course, @r#"
    201 {"_id":"…","migrationHosts":["vm001.example.com"],"status":"NEW"}
    200 {"_id":"…","lagTimeSeconds":600,"migrationHosts":["vm001.example.com"],"readyForCutover":false,"status":"WORKING"}
    200 {"_id":"…","lagTimeSeconds":400,"migrationHosts":["vm001.example.com"],"readyForCutover":false,"status":"WORKING"}
    200 {"_id":"…","lagTimeSeconds":200,"migrationHosts":["vm001.example.com"],"readyForCutover":false,"status":"WORKING"}
    200 {"_id":"…","lagTimeSeconds":0,"migrationHosts":["vm001.example.com"],"readyForCutover":true,"status":"WORKING"}
    200 {"_id":"…","lagTimeSeconds":0,"migrationHosts":["vm001.example.com"],"readyForCutover":true,"status":"WORKING"}
    202 {}
    {"_id":"…","migrationHosts":["vm001.example.com"],"readyForCutover":false,"status":"WORKING"}
    {"_id":"…","migrationHosts":["vm001.example.com"],"status":"COMPLETE"}
    "#);
    assert_eq!(
        cutover.header("content-type"),
        "application/vnd.atlas.2023-01-01+json;charset=utf-8"
    );
}

#[tokio::test]
async fn nobody_who_waits_five_days_can_cut_over() {
    let mock = Mock::scenario("ready_for_cutover").await;

    mock.advance(120 * 3600 - 5 * 60);
    let open = shown(&mock, MIGRATION).await;
    mock.advance(5 * 60);
    let expired = shown(&mock, MIGRATION).await;
    let late = mock
        .atlas_owner()
        .request("PUT", &format!("{MIGRATION}/cutover"))
        .send()
        .await;

    assert_eq!(open["readyForCutover"], true);
    assert_eq!(expired["status"], "EXPIRED");
    assert_snapshot!(late.line(), @r#"400 {"detail":"The request content produced the validation error: live migration 7e68e12770616e75e6df43d0 is not ready for cutover.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["live migration 7e68e12770616e75e6df43d0 is not ready for cutover"],"reason":"Bad Request"}"#);
}

#[tokio::test]
async fn both_versions_of_the_request_are_read_and_the_older_one_is_deprecated() {
    let mock = Mock::linked().await;
    let mut older = migration_request();
    older.as_object_mut().unwrap().remove("dropDestinationData");
    older["dropEnabled"] = json!(true);
    let owner = mock.atlas_owner();
    let request = |accept: &str, content_type: &str, body: &Value| {
        let request = owner
            .request("POST", &format!("{LIVE_MIGRATIONS}/validate"))
            .header("accept", accept);
        request
            .header("content-type", content_type)
            .body(body.to_string())
            .send()
    };
    let (v2023, v2024) = (
        "application/vnd.atlas.2023-01-01+json",
        "application/vnd.atlas.2024-05-30+json",
    );
    let plain = "application/json";
    let mut table = String::new();
    for (accept, content_type, body) in [
        (v2023, plain, &older),
        (v2023, v2023, &older),
        (v2023, plain, &migration_request()),
        (v2024, plain, &migration_request()),
        (v2024, v2024, &migration_request()),
        (v2024, v2023, &older),
        (v2024, plain, &older),
    ] {
        let reply = request(accept, content_type, body).await;
        let error = reply.json()["parameters"].to_string();
        table += &format!(
            "{} {} deprecation={:?} sunset={:?} {error}\n",
            reply.status,
            reply.header("content-type"),
            reply.header("deprecation"),
            reply.header("sunset")
        );
    }

    assert_snapshot!(table, @r#"
    200 application/vnd.atlas.2023-01-01+json;charset=utf-8 deprecation="Thu, 30 May 2024 00:00:00 GMT" sunset="Thu, 1 Jul 2027 00:00:00 GMT" null
    200 application/vnd.atlas.2023-01-01+json;charset=utf-8 deprecation="Thu, 30 May 2024 00:00:00 GMT" sunset="Thu, 1 Jul 2027 00:00:00 GMT" null
    400 application/json deprecation="Thu, 30 May 2024 00:00:00 GMT" sunset="Thu, 1 Jul 2027 00:00:00 GMT" ["dropDestinationData"]
    200 application/vnd.atlas.2024-05-30+json;charset=utf-8 deprecation="" sunset="" null
    200 application/vnd.atlas.2024-05-30+json;charset=utf-8 deprecation="" sunset="" null
    200 application/vnd.atlas.2024-05-30+json;charset=utf-8 deprecation="" sunset="" null
    400 application/json deprecation="" sunset="" ["dropEnabled"]
    "#);
}

#[tokio::test]
async fn v1_takes_the_older_request_and_says_nothing_of_its_age() {
    let mock = Mock::linked().await;
    let mut older = migration_request();
    older.as_object_mut().unwrap().remove("dropDestinationData");
    older["dropEnabled"] = json!(true);

    let reply = mock
        .atlas_owner()
        .post(
            &LIVE_MIGRATIONS.replace("/v2/", "/v1.0/"),
            &older.to_string(),
        )
        .await;

    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("deprecation"), "");
}

#[tokio::test]
async fn what_names_nothing_or_is_taken_is_refused() {
    let mock = Mock::scenario("migrating").await;
    let elsewhere =
        |body: &mut Value| body["destination"]["clusterName"] = json!("destination-sharded");
    let mut lines = vec![
        create(&mock, |_| ()).await.line(),
        create(&mock, elsewhere).await.line(),
        create(&mock, |body| body["source"]["clusterName"] = json!("other")).await.line(),
        create(&mock, |body| body["source"]["groupId"] = json!("32b6e34b3d91647abb20e7b8")).await.line(),
        create(&mock, |body| body["destination"]["clusterName"] = json!("other")).await.line(),
        create(&mock, |body| body["destination"]["groupId"] = json!("6a0d3f2e9b8c7a5d4e1f0b2c")).await.line(),
        create(&mock, |body| body["source"]["groupId"] = json!("555")).await.line(),
        create(&mock, |body| body["source"]["ssl"] = json!("yes")).await.line(),
        create(&mock, |body| body["source"]["clusterName"] = json!("")).await.line(),
        create(&mock, |body| body["source"]["extra"] = json!(1)).await.line(),
        create(&mock, |body| body["migrationHosts"] = json!(["vm001.example.com", "vm002.example.com"])).await.line(),
        create(&mock, |body| body["sharding"] = json!({ "createSupportingIndexes": true, "shardingEntries": [{ "database": 1 }] })).await.line(),
    ];
    lines.push(create(&Mock::start().await, |_| ()).await.line());

    assert_snapshot!(lines.join("\n"), @r#"
    409 {"detail":"Cannot modify a cluster that is the target of a live import.","error":409,"errorCode":"CANNOT_MODIFY_CLUSTER_WITH_RUNNING_LIVE_IMPORT","parameters":[],"reason":"Conflict"}
    400 {"detail":"The request content produced the validation error: migration host vm001.example.com already carries live migration 7e68e12770616e75e6df43d0.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["migration host vm001.example.com already carries live migration 7e68e12770616e75e6df43d0"],"reason":"Bad Request"}
    404 {"detail":"No cluster named other exists in group 6a0d3f2e9b8c7a5d4e1f0b2c.","error":404,"errorCode":"CLUSTER_NOT_FOUND","parameters":["other","6a0d3f2e9b8c7a5d4e1f0b2c"],"reason":"Not Found"}
    404 {"detail":"No group with ID 32b6e34b3d91647abb20e7b8 exists.","error":404,"errorCode":"GROUP_NOT_FOUND","parameters":["32b6e34b3d91647abb20e7b8"],"reason":"Not Found"}
    404 {"detail":"No cluster named other exists in group 32b6e34b3d91647abb20e7b8.","error":404,"errorCode":"CLUSTER_NOT_FOUND","parameters":["other","32b6e34b3d91647abb20e7b8"],"reason":"Not Found"}
    400 {"detail":"Invalid attribute destination.groupId specified.","error":400,"errorCode":"INVALID_ATTRIBUTE","parameters":["destination.groupId"],"reason":"Bad Request"}
    400 {"detail":"Received JSON for the source.groupId attribute does not match expected format.","error":400,"errorCode":"INVALID_JSON_ATTRIBUTE","parameters":["source.groupId"],"reason":"Bad Request"}
    400 {"detail":"Received JSON for the source.ssl attribute does not match expected format.","error":400,"errorCode":"INVALID_JSON_ATTRIBUTE","parameters":["source.ssl"],"reason":"Bad Request"}
    400 {"detail":"The required attribute clusterName was not specified.","error":400,"errorCode":"MISSING_ATTRIBUTE","parameters":["clusterName"],"reason":"Bad Request"}
    400 {"detail":"Invalid attribute extra specified.","error":400,"errorCode":"INVALID_ATTRIBUTE","parameters":["extra"],"reason":"Bad Request"}
    400 {"detail":"The request content produced the validation error: migrationHosts must have exactly one item.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["migrationHosts must have exactly one item"],"reason":"Bad Request"}
    400 {"detail":"Received JSON for the sharding.shardingEntries.java.util.ArrayList[0].database attribute does not match expected format.","error":400,"errorCode":"INVALID_JSON_ATTRIBUTE","parameters":["sharding.shardingEntries.java.util.ArrayList[0].database"],"reason":"Bad Request"}
    404 {"detail":"Could not find the requested external organization link.","error":404,"errorCode":"UNEXPECTED_ERROR","parameters":null,"reason":"Not Found"}
    "#);
}

#[tokio::test]
async fn what_only_a_look_at_the_source_finds_lets_the_migration_fail() {
    let mock = Mock::linked().await;

    let created = create(&mock, |body| body["source"]["ssl"] = json!(true)).await;
    mock.advance(1);

    let path = format!(
        "{LIVE_MIGRATIONS}/{}",
        created.json()["_id"].as_str().unwrap()
    );
    assert_eq!(created.status, 201);
    assert_eq!(shown(&mock, &path).await["status"], "FAILED");
}

#[tokio::test]
async fn a_host_is_free_again_once_its_migration_ends() {
    let mock = Mock::scenario("ready_for_cutover").await;
    let elsewhere =
        |body: &mut Value| body["destination"]["clusterName"] = json!("destination-sharded");

    let busy = create(&mock, elsewhere).await;
    mock.atlas_owner()
        .request("PUT", &format!("{MIGRATION}/cutover"))
        .send()
        .await;
    mock.advance(1);
    let free = create(&mock, elsewhere).await;

    assert_eq!(busy.status, 400);
    assert_eq!(free.status, 201, "{free}");
}

#[tokio::test]
async fn links_cannot_be_removed_or_replaced_while_a_migration_needs_them() {
    use crate::support::{LINK_TOKENS, MIGRATION_LINK};
    let mock = Mock::scenario("migrating").await;
    let other = mock.link_token().await;

    let lines = [
        mock.atlas_owner().delete(LINK_TOKENS).await.line(),
        mock.source_owner().delete(MIGRATION_LINK).await.line(),
        mock.source_owner()
            .link(MIGRATION_LINK, &other)
            .await
            .line(),
    ];
    mock.control(
        "PATCH",
        "/liveMigrations/7e68e12770616e75e6df43d0",
        r#"{"state":"FAILED"}"#,
    )
    .await;
    let after = mock.source_owner().delete(MIGRATION_LINK).await;

    assert_snapshot!(lines.join("\n"), @r#"
    409 {"detail":"Cannot delete organization link while there is active migration in following project ids: 32b6e34b3d91647abb20e7b8","error":409,"errorCode":"CANNOT_DELETE_ORG_ACTIVE_LIVE_MIGRATION_ATLAS_ORG_LINK","parameters":["32b6e34b3d91647abb20e7b8"],"reason":"Conflict"}
    409 {"detail":"Cannot delete organization link while there is active migration in following project ids: 6a0d3f2e9b8c7a5d4e1f0b2c","error":409,"errorCode":"CANNOT_DELETE_ORG_LINK_WITH_RUNNING_LIVE_EXPORT","parameters":["6a0d3f2e9b8c7a5d4e1f0b2c"],"reason":"Conflict"}
    409 {"detail":"Cannot delete organization link while there is active migration in following project ids: 6a0d3f2e9b8c7a5d4e1f0b2c","error":409,"errorCode":"CANNOT_DELETE_ORG_LINK_WITH_RUNNING_LIVE_EXPORT","parameters":["6a0d3f2e9b8c7a5d4e1f0b2c"],"reason":"Conflict"}
    "#);
    assert_eq!(after.status, 204);
}

#[tokio::test]
async fn a_migration_fails_when_its_source_goes_away() {
    let mock = Mock::scenario("migrating").await;

    let path = "/organizations/5f1e0c9a7b3d4e2f8a6b1c0d/migrationLink";
    mock.control("PATCH", path, r#"{"status":"NOT_SYNCED"}"#)
        .await;

    assert_eq!(shown(&mock, MIGRATION).await["status"], "FAILED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_clients_racing_for_a_host_one_gets_it() {
    let mock = Mock::linked().await;
    let token = mock.access_token().await;
    let (first, second) = (mock.bearer(&token), mock.bearer(&token));
    let mut elsewhere = migration_request();
    elsewhere["destination"]["clusterName"] = json!("destination-sharded");

    let here = migration_request();
    let (first, second) = tokio::join!(
        first.migrate(LIVE_MIGRATIONS, &here),
        second.migrate(LIVE_MIGRATIONS, &elsewhere)
    );

    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 400]);
}

#[tokio::test]
async fn members_may_look_and_only_owners_act() {
    let mock = Mock::scenario("ready_for_cutover").await;
    let member = mock.atlas_member();

    assert_eq!(member.get(MIGRATION).await.status, 200);
    assert_eq!(
        member
            .request("PUT", &format!("{MIGRATION}/cutover"))
            .send()
            .await
            .status,
        401
    );
    assert_eq!(
        member
            .migrate(LIVE_MIGRATIONS, &migration_request())
            .await
            .status,
        401
    );
    assert_eq!(mock.source_owner().get(MIGRATION).await.status, 401);
}

#[tokio::test]
async fn sharding_is_read_as_published() {
    let mock = Mock::linked().await;
    let entry = json!({ "collection": "c", "database": "d", "shardCollection": { "key": [{ "a": 1, "b": null }] } });
    let sharded = |entries: Value| {
        move |body: &mut Value| {
            body["destination"]["clusterName"] = json!("destination-sharded");
            body["sharding"] =
                json!({ "createSupportingIndexes": true, "shardingEntries": entries });
        }
    };

    let twice = create(&mock, sharded(json!([entry, entry]))).await;
    let without_key = create(
        &mock,
        sharded(json!([{ "collection": "c", "database": "d", "shardCollection": {} }])),
    )
    .await;
    let right = create(&mock, sharded(json!([entry]))).await;

    assert_eq!(twice.json()["errorCode"], "VALIDATION_ERROR");
    assert_eq!(without_key.json()["parameters"], json!(["key"]));
    assert_eq!(right.status, 201, "{right}");
}

#[tokio::test]
async fn a_link_to_a_source_without_the_project_is_a_link() {
    let mock = Mock::start().await;
    let token = mock.link_token().await;
    mock.second_source()
        .link(crate::support::SECOND_MIGRATION_LINK, &token)
        .await;

    let refused = create(&mock, |_| ()).await;

    assert_eq!(refused.json()["errorCode"], "GROUP_NOT_FOUND");
}
