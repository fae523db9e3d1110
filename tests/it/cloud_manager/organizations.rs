use insta::assert_snapshot;

use crate::support::{Mock, SOURCE_ORG};

#[tokio::test]
async fn a_caller_sees_its_own_source_organizations() {
    let mock = Mock::start().await;

    let list = mock.source_owner().get("/api/public/v1.0/orgs").await;
    let one = mock
        .source_member()
        .get(&format!("/api/public/v1.0/orgs/{SOURCE_ORG}?envelope=true"))
        .await;
    let foreign = mock.atlas_owner().get("/api/public/v1.0/orgs").await;

    assert_snapshot!(list.body(), @r#"{"links":[{"href":"http://mock/api/public/v1.0/orgs?pageNum=1&itemsPerPage=100","rel":"self"}],"results":[{"id":"5f1e0c9a7b3d4e2f8a6b1c0d","isDeleted":false,"links":[{"href":"http://mock/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d","rel":"self"}],"name":"Cloud Manager Source"}],"totalCount":1}"#);
    assert_snapshot!(one.body(), @r#"{"content":{"id":"5f1e0c9a7b3d4e2f8a6b1c0d","isDeleted":false,"links":[{"href":"http://mock/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d","rel":"self"}],"name":"Cloud Manager Source"},"status":200}"#);
    assert_eq!(foreign.json()["totalCount"], 0);
}
