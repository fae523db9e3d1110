use insta::assert_snapshot;

use crate::support::Mock;

#[tokio::test]
async fn an_owner_sees_the_projects_of_its_source_organization() {
    let mock = Mock::start().await;

    let list = mock.source_owner().get("/api/public/v1.0/groups").await;
    let other = mock.second_source().get("/api/public/v1.0/groups").await;

    assert_snapshot!(list.body(), @r#"{"links":[{"href":"http://mock/api/public/v1.0/groups?pageNum=1&itemsPerPage=100","rel":"self"}],"results":[{"activeAgentCount":2,"id":"6a0d3f2e9b8c7a5d4e1f0b2c","links":[{"href":"http://mock/api/public/v1.0/groups/6a0d3f2e9b8c7a5d4e1f0b2c","rel":"self"}],"name":"Source Project","orgId":"5f1e0c9a7b3d4e2f8a6b1c0d","publicApiEnabled":true,"replicaSetCount":1,"shardCount":2,"tags":[]}],"totalCount":1}"#);
    assert_eq!(other.json()["totalCount"], 0);
}
