use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{CLIENT, Mock};

#[tokio::test]
async fn a_token_is_given_in_the_documented_form() {
    let mock = Mock::start().await;

    let reply = mock.token_request().send().await;

    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    assert_snapshot!(reply.body().replace(&token, "…"), @r#"{"access_token":"…","expires_in":3600,"token_type":"Bearer"}"#);
    assert_eq!(reply.header("content-type"), "application/json");
    let claims = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims["sub"], CLIENT.0);
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3600
    );
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one table")]
async fn refusals_have_the_form_of_the_rfc() {
    let mock = Mock::start().await;
    let right = mock.token_request();
    let mut lines = String::new();
    for (what, request) in [
        ("no header", right.clone().header("authorization", "")),
        (
            "secret in the form",
            right
                .clone()
                .header("authorization", "")
                .body("grant_type=client_credentials&client_id=a&client_secret=b"),
        ),
        (
            "another scheme",
            right.clone().header("authorization", "Bearer x"),
        ),
        (
            "no base64",
            right.clone().header("authorization", "Basic ***"),
        ),
        (
            "no colon",
            right.clone().header("authorization", "Basic YWJj"),
        ),
        (
            "unknown client",
            right
                .clone()
                .basic("mdb_sa_id_ffffffffffffffffffffffff", CLIENT.1),
        ),
        ("wrong secret", right.clone().basic(CLIENT.0, "wrong")),
        (
            "secret and more",
            right.clone().basic(CLIENT.0, &format!("{}=junk", CLIENT.1)),
        ),
        (
            "secret and another",
            right.clone().basic(CLIENT.0, &format!("{}&x", CLIENT.1)),
        ),
        (
            "id and more",
            right.clone().basic(&format!("{}=q", CLIENT.0), CLIENT.1),
        ),
        ("no boolean", right.clone().query("pretty=maybe")),
        ("too much", right.clone().body(vec![b'a'; 1024 * 1024 + 1])),
        ("no grant", right.clone().body("")),
        ("another grant", right.clone().body("grant_type=password")),
        (
            "no form",
            right
                .clone()
                .header("content-type", "application/json")
                .body(r#"{"grant_type":"client_credentials"}"#),
        ),
        (
            "enveloped",
            right
                .clone()
                .basic(CLIENT.0, "wrong")
                .query("envelope=true"),
        ),
    ] {
        lines += &format!("{what:<19} {}\n", request.once().await.line());
    }

    assert_snapshot!(lines, @r#"
    no header           400 {"error_description":"No Authorization header provided","error":"invalid_request"}
    secret in the form  400 {"error_description":"No Authorization header provided","error":"invalid_request"}
    another scheme      400 {"error_description":"The provided credentials are not valid.","error":"invalid_request"}
    no base64           400 {"error_description":"The provided credentials are not valid.","error":"invalid_request"}
    no colon            400 {"error_description":"The provided credentials are not valid.","error":"invalid_request"}
    unknown client      401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}
    wrong secret        401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}
    secret and more     401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}
    secret and another  401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}
    id and more         401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}
    no boolean          400 {"error_description":"The provided credentials are not valid.","error":"invalid_request"}
    too much            400 {"error_description":"The provided credentials are not valid.","error":"invalid_request"}
    no grant            400 {"error_description":"Invalid grant type.","error":"unsupported_grant_type"}
    another grant       400 {"error_description":"Invalid grant type.","error":"unsupported_grant_type"}
    no form             400 {"error_description":"Invalid grant type.","error":"unsupported_grant_type"}
    enveloped           401 {"content":{"error_description":"Invalid credentials provided.","error":"invalid_client"},"status":401}
    "#);
}

#[tokio::test]
async fn ids_and_secrets_may_come_raw_or_encoded_as_in_a_form() {
    let secret = "mdb_sa_sk_with %2B+:/";
    let mock =
        Mock::with_fixture(|fixture| fixture["serviceAccounts"][0]["secret"] = json!(secret)).await;

    let raw = mock.token_request().basic(CLIENT.0, secret).send().await;
    let encoded = mock
        .token_request()
        .basic(
            &CLIENT.0.replace('_', "%5F"),
            "mdb_sa_sk_with+%252B%2B%3A%2F",
        )
        .send()
        .await;

    assert_eq!(raw.status, 200);
    assert_eq!(encoded.status, 200);
}

#[tokio::test]
async fn revoking_an_unknown_token_is_no_error_and_revoking_none_is() {
    let mock = Mock::start().await;
    let revoke = mock
        .anonymous()
        .request("POST", "/api/oauth/revoke")
        .basic(CLIENT.0, CLIENT.1);
    let revoke = revoke.header("content-type", "application/x-www-form-urlencoded");

    let unknown = revoke.clone().body("token=unknown").once().await;
    let none = revoke.clone().body("").once().await;
    let nobody = revoke
        .basic(CLIENT.0, "wrong")
        .body("token=unknown")
        .once()
        .await;

    assert_eq!(unknown.line(), "200");
    assert_snapshot!(none.line(), @r#"400 {"error_description":"The provided credentials are not valid.","error":"invalid_request"}"#);
    assert_snapshot!(nobody.line(), @r#"401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}"#);
}

#[tokio::test]
async fn another_method_is_refused_without_asking_who_calls() {
    let mock = Mock::start().await;

    let reply = mock.anonymous().get("/api/oauth/token").await;

    assert_eq!(reply.status, 405);
    assert_eq!(reply.header("allow"), "POST");
}
