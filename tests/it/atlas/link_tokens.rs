use insta::assert_snapshot;

use crate::support::{LINK_TOKENS, MIGRATION_LINK, Mock};

#[tokio::test]
async fn tokens_are_192_characters_of_base64_and_never_the_same() {
    let mock = Mock::start().await;

    let (one, other) = (mock.link_token().await, mock.link_token().await);

    assert_ne!(one, other);
    assert_eq!(one.len(), 192);
    assert!(
        one.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(&byte)),
        "{one}"
    );
}

#[tokio::test]
async fn access_lists_of_every_right_form_are_taken() {
    let mock = Mock::start().await;
    for body in [
        "{}",
        r#"{"accessListIps":null}"#,
        r#"{"accessListIps":[]}"#,
        r#"{"accessListIps":["1.2.3.4","10.0.0.0/8","2001:db8::1","2001:db8::/32"]}"#,
        "{\"accessListIps\":[]}\n",
    ] {
        assert_eq!(
            mock.atlas_owner().post(LINK_TOKENS, body).await.status,
            201,
            "{body}"
        );
    }
}

#[tokio::test]
async fn wrong_bodies_are_refused_by_what_is_wrong_with_them() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for body in [
        "",
        "{",
        "[]",
        "\"text\"",
        r#"{"accessListIps":"1.2.3.4"}"#,
        r#"{"accessListIps":[1]}"#,
        r#"{"accessListIps":["1.2.3.4","string"]}"#,
        r#"{"accessListIps":["1.2.3.4/33"]}"#,
        r#"{"accessListIPs":[]}"#,
    ] {
        lines += &format!(
            "{body}\n{}\n",
            mock.atlas_owner().post(LINK_TOKENS, body).await.line()
        );
    }

    assert_snapshot!(lines, @r#"

    400 {"detail":"Received JSON is malformed.","error":400,"errorCode":"MALFORMED_JSON","parameters":[],"reason":"Bad Request"}
    {
    400 {"detail":"Received JSON is malformed.","error":400,"errorCode":"MALFORMED_JSON","parameters":[],"reason":"Bad Request"}
    []
    400 {"detail":"Received JSON does not match expected format.","error":400,"errorCode":"INVALID_JSON","parameters":[],"reason":"Bad Request"}
    "text"
    400 {"detail":"Received JSON does not match expected format.","error":400,"errorCode":"INVALID_JSON","parameters":[],"reason":"Bad Request"}
    {"accessListIps":"1.2.3.4"}
    400 {"detail":"Received JSON for the accessListIps attribute does not match expected format.","error":400,"errorCode":"INVALID_JSON_ATTRIBUTE","parameters":["accessListIps"],"reason":"Bad Request"}
    {"accessListIps":[1]}
    400 {"detail":"Received JSON for the accessListIps.java.util.ArrayList[0] attribute does not match expected format.","error":400,"errorCode":"INVALID_JSON_ATTRIBUTE","parameters":["accessListIps.java.util.ArrayList[0]"],"reason":"Bad Request"}
    {"accessListIps":["1.2.3.4","string"]}
    400 {"detail":"The address string must be in valid IP address or CIDR notation.","error":400,"errorCode":"INVALID_IP_ADDRESS_OR_CIDR_NOTATION","parameters":["string"],"reason":"Bad Request"}
    {"accessListIps":["1.2.3.4/33"]}
    400 {"detail":"The address 1.2.3.4/33 must be in valid IP address or CIDR notation.","error":400,"errorCode":"INVALID_IP_ADDRESS_OR_CIDR_NOTATION","parameters":["1.2.3.4/33"],"reason":"Bad Request"}
    {"accessListIPs":[]}
    400 {"detail":"Invalid attribute accessListIPs specified.","error":400,"errorCode":"INVALID_ATTRIBUTE","parameters":["accessListIPs"],"reason":"Bad Request"}
    "#);
}

#[tokio::test]
async fn deleting_revokes_all_tokens_at_once() {
    let mock = Mock::start().await;
    let tokens = [mock.link_token().await, mock.link_token().await];

    assert_eq!(mock.atlas_owner().delete(LINK_TOKENS).await.status, 204);

    for token in tokens {
        assert_eq!(
            mock.source_owner()
                .link(MIGRATION_LINK, &token)
                .await
                .status,
            400
        );
    }
    assert_eq!(mock.atlas_owner().delete(LINK_TOKENS).await.status, 404);
}

#[tokio::test]
async fn only_owners_create_and_delete() {
    let mock = Mock::start().await;

    let created = mock.atlas_member().post(LINK_TOKENS, "{}").await;
    let deleted = mock.source_owner().delete(LINK_TOKENS).await;

    assert_snapshot!(created.line(), @r#"401 {"detail":"Current user is not authorized to perform this action.","error":401,"errorCode":"USER_UNAUTHORIZED","parameters":[],"reason":"Unauthorized"}"#);
    assert_eq!(deleted.line(), created.line());
}
