use crate::support::Mock;

const VALIDATION: &str = "/api/atlas/v2/groups/32b6e34b3d91647abb20e7b8/liveMigrations/validate/507f1f77bcf86cd799439011";

#[tokio::test]
async fn a_validation_is_driven_to_any_state() {
    let mock = Mock::scenario("failing_validation").await;
    for (body, status, message) in [
        (r#"{"state":"PENDING"}"#, "PENDING", ""),
        (r#"{"state":"SUCCESS"}"#, "SUCCESS", ""),
        (
            r#"{"state":"FAILED","errorMessage":"no disk"}"#,
            "FAILED",
            "no disk",
        ),
    ] {
        let driven = mock
            .control("PATCH", "/validations/507f1f77bcf86cd799439011", body)
            .await;
        assert_eq!(driven.status, 200, "{driven}");
        let shown = mock.atlas_owner().get(VALIDATION).await.json();
        assert_eq!(shown["status"], status);
        assert_eq!(shown["errorMessage"].as_str().unwrap_or(""), message);
    }
    let unknown = mock
        .control(
            "PATCH",
            "/validations/111111111111111111111111",
            r#"{"state":"SUCCESS"}"#,
        )
        .await;
    assert_eq!(unknown.status, 404);
}
