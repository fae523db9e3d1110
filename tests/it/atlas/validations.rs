use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{LIVE_MIGRATIONS, Mock, migration_request};

const VALIDATE: &str = "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/liveMigrations/validate";

/// What a validation of this request comes to.
async fn outcome(mock: &Mock, body: &Value) -> Value {
    let begun = mock.atlas_owner().migrate(VALIDATE, body).await;
    assert_eq!(begun.status, 200, "{begun}");
    assert_eq!(begun.json()["status"], "PENDING");
    assert!(begun.json()["errorMessage"].is_null());
    mock.advance(1);
    let id = begun.json()["_id"].as_str().unwrap().to_owned();
    mock.atlas_owner()
        .get(&format!("{VALIDATE}/{id}"))
        .await
        .json()
}

#[tokio::test]
async fn a_right_request_succeeds_after_a_while() {
    let mock = Mock::linked().await;

    let found = outcome(&mock, &migration_request()).await;

    assert_snapshot!(found, @r#"{"_id":"a232f14ed878c8e1d9d87054","groupId":"32b6e34b3d91647abb20e7b8","sourceGroupId":"6a0d3f2e9b8c7a5d4e1f0b2c","status":"SUCCESS"}"#);
}

/// What a request is about, and how it is wrong there.
type Wrong = (&'static str, fn(&mut Value));

const WRONG: &[Wrong] = &[
    ("source project", |body| {
        body["source"]["groupId"] = json!("111111111111111111111111");
    }),
    ("source cluster", |body| {
        body["source"]["clusterName"] = json!("other");
    }),
    ("destination cluster", |body| {
        body["destination"]["clusterName"] = json!("other");
    }),
    ("host", |body| {
        body["migrationHosts"] = json!(["vm009.example.com"]);
    }),
    ("no credentials", |body| {
        body["source"]["managedAuthentication"] = json!(false);
    }),
    ("half of the credentials", |body| {
        body["source"]["managedAuthentication"] = json!(false);
        body["source"]["username"] = json!("user");
        body["source"]["password"] = json!("");
    }),
    ("credentials too many", |body| {
        body["source"]["username"] = json!("user");
    }),
    ("TLS that the source lacks", |body| {
        body["source"]["ssl"] = json!(true);
    }),
    ("CA without TLS", |body| {
        body["source"]["caCertificatePath"] = json!("/etc/ca.pem");
    }),
    (
        "sharding",
        |body| body["sharding"] = json!({ "createSupportingIndexes": true, "shardingEntries": [] }),
    ),
    ("sharded source", |body| {
        body["source"]["clusterName"] = json!("source-sharded");
        body["source"]["ssl"] = json!(true);
    }),
    ("no TLS", |body| {
        body["source"]["clusterName"] = json!("source-sharded");
        body["destination"]["clusterName"] = json!("destination-sharded");
    }),
    ("right after all", |body| {
        body["source"] = json!({
            "clusterName": "source-sharded", "groupId": "6a0d3f2e9b8c7a5d4e1f0b2c", "managedAuthentication": false,
            "ssl": true, "username": "user", "password": "secret", "caCertificatePath": "/etc/ca.pem",
        });
        body["destination"]["clusterName"] = json!("destination-sharded");
    }),
    ("empty texts are absent ones", |body| {
        body["destination"]["hostnameSchemaType"] = json!("");
        for name in ["username", "password", "caCertificatePath"] {
            body["source"][name] = json!("");
        }
    }),
];

#[tokio::test]
async fn whatever_stands_in_the_way_is_found_and_named() {
    let mock = Mock::linked().await;
    let mut table = String::new();
    for (what, change) in WRONG {
        let mut body = migration_request();
        change(&mut body);
        let found = outcome(&mock, &body).await;
        let message = found["errorMessage"].as_str().unwrap_or("");
        table += &format!(
            "{what:<27} {} {message}\n",
            found["status"].as_str().unwrap()
        );
    }

    assert_snapshot!(table, @"
    source project              FAILED No group with ID 111111111111111111111111 exists.
    source cluster              FAILED No cluster named other exists in group 6a0d3f2e9b8c7a5d4e1f0b2c.
    destination cluster         FAILED No cluster named other exists in group 32b6e34b3d91647abb20e7b8.
    host                        FAILED no migration host vm009.example.com in project 6a0d3f2e9b8c7a5d4e1f0b2c.
    no credentials              FAILED Source cluster source needs a username and a password.
    half of the credentials     FAILED Source cluster source needs a username and a password.
    credentials too many        FAILED Source cluster source uses managed authentication: no username and password may be given.
    TLS that the source lacks   FAILED Source cluster source does not take TLS connections.
    CA without TLS              FAILED A CA certificate is of use with TLS only.
    sharding                    FAILED Destination cluster destination is not sharded: no sharding may be asked for.
    sharded source              FAILED Source cluster source-sharded is sharded and destination cluster destination is not.
    no TLS                      FAILED Source cluster source-sharded takes TLS connections only.
    right after all             SUCCESS 
    empty texts are absent ones SUCCESS
    ");
}

#[tokio::test]
async fn without_a_link_and_with_an_older_destination_it_fails() {
    let unlinked = Mock::start().await;
    let mut fixture: Value =
        serde_json::from_str(include_str!("../../../fixtures/linked.json")).unwrap();
    fixture["projects"][0]["clusters"][0]["mongoDBVersion"] = json!("6.0.1");
    let fixture = atlas_migration_mock::Fixture::parse(&fixture.to_string()).unwrap();
    let config = atlas_migration_mock::Config {
        fixture,
        ..atlas_migration_mock::Config::default()
    };
    let older = Mock::with(config).await;

    let messages = [
        outcome(&unlinked, &migration_request()).await["errorMessage"].to_string(),
        outcome(&older, &migration_request()).await["errorMessage"].to_string(),
    ];

    assert_snapshot!(messages.join("\n"), @r#"
    "Could not find the requested external organization link."
    "Source cluster source runs MongoDB 7.0.14, destination cluster destination the older 6.0.1."
    "#);
}

#[tokio::test]
async fn a_busy_host_is_found() {
    let mock = Mock::scenario("migrating").await;
    let mut body = migration_request();
    body["destination"]["clusterName"] = json!("destination-sharded");

    let found = outcome(&mock, &body).await;

    let message =
        "migration host vm001.example.com already carries live migration 7e68e12770616e75e6df43d0.";
    assert_eq!(found["errorMessage"], message);
}

#[tokio::test]
async fn a_validation_belongs_to_its_project() {
    let mock = Mock::scenario("failing_validation").await;
    let owner = mock.atlas_owner();

    let failed = owner
        .get(&format!("{VALIDATE}/507f1f77bcf86cd799439011"))
        .await;
    let unknown = owner
        .get(&format!("{VALIDATE}/507f1f77bcf86cd799439012"))
        .await;
    let malformed = owner.get(&format!("{VALIDATE}/555")).await;
    let member = mock
        .atlas_member()
        .get(&format!("{VALIDATE}/507f1f77bcf86cd799439011"))
        .await;

    assert_snapshot!(failed.body(), @r#"{"_id":"507f1f77bcf86cd799439011","errorMessage":"Source cluster source needs a username and a password.","groupId":"32b6e34b3d91647abb20e7b8","sourceGroupId":"6a0d3f2e9b8c7a5d4e1f0b2c","status":"FAILED"}"#);
    assert_snapshot!(unknown.line(), @r#"404 {"detail":"Cannot find resource Live migration validation with id 507f1f77bcf86cd799439012.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["Live migration validation with id 507f1f77bcf86cd799439012"],"reason":"Not Found"}"#);
    assert_snapshot!(malformed.line(), @r#"400 {"detail":"Invalid path parameter validationId specified.","error":400,"errorCode":"INVALID_PATH_PARAMETER","parameters":["validationId"],"reason":"Bad Request"}"#);
    assert_eq!(member.status, 401);
    assert_eq!(owner.get(LIVE_MIGRATIONS).await.status, 405);
}
