use insta::assert_snapshot;
use serde_json::json;

use crate::support::{ATLAS_ORG, Mock};

/// A server with so many more Atlas organizations, named in the opposite order of their ids.
async fn with_organizations(count: usize) -> Mock {
    Mock::with_fixture(|fixture| {
        for number in 0..count {
            let id = format!("{number:024x}");
            let organization =
                json!({ "id": id, "name": format!("Org {}", count - number), "side": "ATLAS" });
            fixture["organizations"]
                .as_array_mut()
                .unwrap()
                .push(organization);
            fixture["apiKeys"][0]["roles"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "roleName": "ORG_MEMBER", "orgId": id }));
        }
    })
    .await
}

#[tokio::test]
async fn the_list_and_the_entity_have_the_recorded_form() {
    let mock = Mock::start().await;

    let list = mock
        .atlas_owner()
        .get("/api/atlas/v2/orgs?includeCount=true&itemsPerPage=100&name=&pageNum=1")
        .await;
    let one = mock
        .atlas_member()
        .get(&format!("/api/atlas/v2/orgs/{ATLAS_ORG}"))
        .await;

    assert_snapshot!(list, @r#"
    200
    content-length: 367
    content-type: application/vnd.atlas.2023-01-01+json;charset=utf-8
    date: Mon, 10 Aug 2026 03:03:05 GMT
    ratelimit-limit: 300
    ratelimit-remaining: 299
    referrer-policy: strict-origin-when-cross-origin
    server: mdbws
    strict-transport-security: max-age=31536000; includeSubdomains;
    vary: Accept-Encoding
    x-content-type-options: nosniff
    x-envoy-upstream-service-time: 0
    x-frame-options: DENY
    x-java-method: ApiOrganizationsResource::getAllOrgs
    x-java-version: 17.0.19+10-LTS
    x-mongodb-service-version: gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master
    x-permitted-cross-domain-policies: none

    {"links":[{"href":"http://mock/api/atlas/v2/orgs?includeCount=true&name=&pageNum=1&itemsPerPage=100","rel":"self"}],"results":[{"id":"4888442a3354817a7320eb61","isDeleted":false,"links":[{"href":"http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61","rel":"self"}],"name":"Atlas Destination","skipDefaultAlertsSettings":false}],"totalCount":1}
    "#);
    assert_snapshot!(one.body(), @r#"{"id":"4888442a3354817a7320eb61","isDeleted":false,"links":[{"href":"http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61","rel":"self"},{"href":"http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61/groups","rel":"https://cloud.mongodb.com/groups"},{"href":"http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61/teams","rel":"https://cloud.mongodb.com/teams"},{"href":"http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61/users","rel":"https://cloud.mongodb.com/users"}],"name":"Atlas Destination","skipDefaultAlertsSettings":false}"#);
}

#[tokio::test]
async fn pages_are_linked_and_sorted_by_name() {
    let mock = with_organizations(4).await;

    let page = mock
        .atlas_owner()
        .get("/api/atlas/v2/orgs?itemsPerPage=2&pageNum=2&includeCount=false")
        .await;

    let names: Vec<_> = page.json()["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|org| org["name"].clone())
        .collect();
    assert_eq!(names, ["Org 2", "Org 3"]);
    assert_snapshot!(page.body().split(",\"results").next().unwrap(), @r#"{"links":[{"href":"http://mock/api/atlas/v2/orgs?includeCount=false&pageNum=2&itemsPerPage=2","rel":"self"},{"href":"http://mock/api/atlas/v2/orgs?includeCount=false&pageNum=1&itemsPerPage=2","rel":"previous"},{"href":"http://mock/api/atlas/v2/orgs?includeCount=false&pageNum=3&itemsPerPage=2","rel":"next"}]"#);
    assert!(page.json()["totalCount"].is_null());
}

#[tokio::test]
async fn a_name_narrows_the_list_and_an_empty_list_is_no_error() {
    let mock = with_organizations(4).await;

    let one = mock
        .atlas_owner()
        .get("/api/atlas/v2/orgs?name=oRG+3")
        .await;
    let none = mock.source_owner().get("/api/atlas/v2/orgs").await;
    let beyond = mock
        .atlas_owner()
        .get("/api/atlas/v2/orgs?pageNum=99999999999")
        .await;

    assert_eq!(one.json()["totalCount"], 1);
    assert_eq!(none.json()["results"], json!([]));
    assert_eq!(beyond.json()["results"], json!([]));
}

#[tokio::test]
async fn page_parameters_out_of_bounds_are_refused() {
    let mock = Mock::start().await;
    for query in [
        "pageNum=0",
        "pageNum=x",
        "itemsPerPage=0",
        "itemsPerPage=501",
        "itemsPerPage=-1",
        "includeCount=yes",
        "pageNum=99999999999999999999999",
    ] {
        let reply = mock
            .atlas_owner()
            .get(&format!("/api/atlas/v2/orgs?{query}"))
            .await;
        let name = query.split('=').next().unwrap();
        assert_eq!(reply.json()["parameters"], json!([name]), "{query}");
        assert_eq!(reply.status, 400);
    }
}
