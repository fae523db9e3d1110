use insta::assert_snapshot;
use serde_json::json;

use crate::support::{ATLAS_ORG, ATLAS_PROJECT, Mock};

#[tokio::test]
async fn lists_and_entity_have_the_recorded_form() {
    let mock = Mock::start().await;
    let owner = mock.atlas_owner();

    let all = owner.get("/api/atlas/v2/groups").await;
    let of_organization = owner
        .get(&format!("/api/atlas/v2/orgs/{ATLAS_ORG}/groups"))
        .await;
    let one = owner
        .get(&format!("/api/atlas/v2/groups/{ATLAS_PROJECT}?pretty=true"))
        .await;

    assert_snapshot!(all.body(), @r#"{"links":[{"href":"http://mock/api/atlas/v2/groups?pageNum=1&itemsPerPage=100","rel":"self"}],"results":[{"clusterCount":2,"created":"2026-01-15T09:00:00Z","id":"32b6e34b3d91647abb20e7b8","links":[{"href":"http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8","rel":"self"}],"name":"Destination Project","orgId":"4888442a3354817a7320eb61","tags":[],"withDefaultAlertsSettings":true}],"totalCount":1}"#);
    assert_eq!(of_organization.json()["results"], all.json()["results"]);
    assert_snapshot!(one.body(), @r#"
    {
      "clusterCount" : 2,
      "created" : "2026-01-15T09:00:00Z",
      "id" : "32b6e34b3d91647abb20e7b8",
      "links" : [ {
        "href" : "http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8",
        "rel" : "self"
      }, {
        "href" : "http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/containers",
        "rel" : "https://cloud.mongodb.com/containers"
      }, {
        "href" : "http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/clusters",
        "rel" : "https://cloud.mongodb.com/clusters"
      }, {
        "href" : "http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/databaseUsers",
        "rel" : "https://cloud.mongodb.com/databaseUsers"
      }, {
        "href" : "http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/peers",
        "rel" : "https://cloud.mongodb.com/peers"
      }, {
        "href" : "http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/processes",
        "rel" : "https://cloud.mongodb.com/processes"
      }, {
        "href" : "http://mock/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/whitelist",
        "rel" : "https://cloud.mongodb.com/whitelist"
      } ],
      "name" : "Destination Project",
      "orgId" : "4888442a3354817a7320eb61",
      "tags" : [ ],
      "withDefaultAlertsSettings" : true
    }
    "#);
}

#[tokio::test]
async fn a_member_of_the_organization_sees_a_project_by_its_own_role_only() {
    let role = json!({ "roleName": "GROUP_READ_ONLY", "groupId": ATLAS_PROJECT });
    let plain = Mock::start().await;
    let granted = Mock::with_fixture(|fixture| {
        fixture["apiKeys"][1]["roles"]
            .as_array_mut()
            .unwrap()
            .push(role);
    })
    .await;
    let path = format!("/api/atlas/v2/groups/{ATLAS_PROJECT}");

    assert_eq!(plain.atlas_member().get(&path).await.status, 401);
    assert_eq!(
        plain
            .atlas_member()
            .get("/api/atlas/v2/groups")
            .await
            .json()["totalCount"],
        0
    );
    assert_eq!(granted.atlas_member().get(&path).await.status, 200);
    assert_eq!(
        granted
            .atlas_member()
            .get("/api/atlas/v2/groups")
            .await
            .json()["totalCount"],
        1
    );
}

#[tokio::test]
async fn a_name_narrows_the_projects_of_an_organization() {
    let mock = Mock::start().await;
    for (name, count) in [("Dest", 1), ("Other", 0)] {
        let list = mock
            .atlas_owner()
            .get(&format!(
                "/api/atlas/v2/orgs/{ATLAS_ORG}/groups?name={name}"
            ))
            .await;
        assert_eq!(list.json()["totalCount"], count);
    }
}
