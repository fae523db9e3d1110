use insta::assert_snapshot;

use crate::support::Mock;

#[tokio::test]
async fn a_caller_learns_who_it_is() {
    let mock = Mock::start().await;

    let reply = mock
        .atlas_blocked()
        .request("GET", "/api/atlas/v2")
        .send()
        .await;
    let owner = mock.atlas_owner().get("/api/atlas/v2").await;

    assert_eq!(reply.status, 403);
    assert_snapshot!(owner.body(), @r#"{"apiKey":{"accessList":[],"id":"65a4f0000000000000000001","publicKey":"atlasown","roles":[{"orgId":"4888442a3354817a7320eb61","roleName":"ORG_OWNER"}]},"appName":"MongoDB Atlas","build":"0.1.0","links":[{"href":"http://mock/api/atlas/v2","rel":"self"}],"throttling":false}"#);
}
