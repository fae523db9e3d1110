use insta::assert_snapshot;
use serde_json::json;

use crate::support::{MIGRATION_LINK, Mock};

const AVAILABLE: &str =
    "/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/availableProjects";

#[tokio::test]
async fn a_link_shows_the_projects_of_its_source_organization() {
    let mock = Mock::linked().await;

    let reply = mock
        .atlas_owner()
        .get(&format!("{AVAILABLE}?pretty=true"))
        .await;

    assert_snapshot!(reply.body(), @r#"
    [ {
      "deployments" : [ {
        "agentVersion" : "13.30.0.9350-1",
        "clusterId" : "6a0d3f2e9b8c7a5d4e1f0c01",
        "dbSizeBytes" : 5368709120,
        "featureCompatibilityVersion" : "7.0",
        "managed" : true,
        "mongoDBVersion" : "7.0.14",
        "name" : "source",
        "oplogSizeMB" : 2048,
        "sharded" : false,
        "tlsEnabled" : false
      }, {
        "agentVersion" : "13.30.0.9350-1",
        "clusterId" : "6a0d3f2e9b8c7a5d4e1f0c02",
        "dbSizeBytes" : 53687091200,
        "featureCompatibilityVersion" : "7.0",
        "managed" : true,
        "mongoDBVersion" : "7.0.14",
        "name" : "source-sharded",
        "oplogSizeMB" : 4096,
        "sharded" : true,
        "shardsSize" : 2,
        "tlsEnabled" : true
      } ],
      "migrationHosts" : [ "vm001.example.com", "vm002.example.com" ],
      "name" : "Source Project",
      "projectId" : "6a0d3f2e9b8c7a5d4e1f0b2c"
    } ]
    "#);
}

#[tokio::test]
async fn an_array_has_an_envelope_like_any_entity() {
    let mock = Mock::start().await;

    let reply = mock
        .atlas_owner()
        .get(&format!("{AVAILABLE}?envelope=true"))
        .await;

    assert_eq!(reply.line(), r#"200 {"content":[],"status":200}"#);
}

#[tokio::test]
async fn nothing_is_seen_without_a_synchronized_link() {
    let mock = Mock::linked().await;
    let force = |status: &'static str| {
        let path = "/organizations/5f1e0c9a7b3d4e2f8a6b1c0d/migrationLink";
        mock.control("PATCH", path, status)
    };

    force(r#"{"status":"NOT_SYNCED"}"#).await;
    let unsynchronized = mock.atlas_owner().get(AVAILABLE).await;
    force(r#"{"status":null}"#).await;
    let synchronized = mock.atlas_owner().get(AVAILABLE).await;
    mock.source_owner().delete(MIGRATION_LINK).await;
    let unlinked = mock.atlas_owner().get(AVAILABLE).await;

    assert_eq!(unsynchronized.json(), json!([]));
    assert_eq!(synchronized.json()[0]["name"], "Source Project");
    assert_eq!(unlinked.json(), json!([]));
}
