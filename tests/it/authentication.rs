//! Who gets in: HTTP Digest and bearer tokens, as clients send them and as they get them wrong.

use diqwest::WithDigestAuth;

use crate::support::digest::Answer;
use crate::support::{CLIENT, LINK_TOKENS, Mock, Reply, V2};

const OWNER: (&str, &str) = ("atlasown", "00000000-0000-4000-8000-000000000001");
const ORGS: &str = "/api/atlas/v2/orgs";

async fn get(mock: &Mock, authorization: &str) -> Reply {
    mock.anonymous()
        .request("GET", ORGS)
        .header("authorization", authorization)
        .once()
        .await
}

async fn fresh_nonce(mock: &Mock) -> String {
    mock.anonymous().get(ORGS).await.nonce()
}

/// Whether the challenge says that only the nonce was at fault.
fn stale(reply: &Reply) -> bool {
    assert_eq!(reply.status, 401, "{reply}");
    reply.header("www-authenticate").ends_with("stale=true")
}

#[tokio::test]
async fn a_nonce_serves_several_requests_with_rising_counts() {
    let mock = Mock::start().await;
    let mut answer = Answer::new(&fresh_nonce(&mock).await, "GET", ORGS);

    for count in ["00000001", "00000002", "0000000a"] {
        count.clone_into(&mut answer.nc);
        assert_eq!(
            get(&mock, &answer.header(OWNER.0, OWNER.1)).await.status,
            200,
            "{count}"
        );
    }
    let replayed = get(&mock, &answer.header(OWNER.0, OWNER.1)).await;

    assert!(!stale(&replayed));
}

#[tokio::test]
async fn a_nonce_goes_stale_by_the_clock_of_the_world() {
    let mock = Mock::start().await;
    let nonce = fresh_nonce(&mock).await;
    let mut answer = Answer::new(&nonce, "GET", ORGS);

    mock.advance(60);
    let in_time = get(&mock, &answer.header(OWNER.0, OWNER.1)).await;
    mock.advance(1);
    "00000002".clone_into(&mut answer.nc);
    let late = get(&mock, &answer.header(OWNER.0, OWNER.1)).await;
    let foreign = get(
        &mock,
        &Answer::new("never issued", "GET", ORGS).header(OWNER.0, OWNER.1),
    )
    .await;

    assert_eq!(in_time.status, 200);
    assert!(stale(&late));
    assert!(stale(&foreign));
    let answer = Answer::new(&late.nonce(), "GET", ORGS);
    assert_eq!(
        get(&mock, &answer.header(OWNER.0, OWNER.1)).await.status,
        200
    );
}

#[tokio::test]
async fn clients_that_share_a_counter_between_nonces_get_in() {
    let mock = Mock::start().await;

    for count in ["00000001", "00000002", "00001000", "ffffffff"] {
        let mut answer = Answer::new(&fresh_nonce(&mock).await, "GET", ORGS);
        count.clone_into(&mut answer.nc);
        assert_eq!(
            get(&mock, &answer.header(OWNER.0, OWNER.1)).await.status,
            200,
            "{count}"
        );
    }
}

#[tokio::test]
async fn every_way_to_write_the_same_answer_is_accepted() {
    let mock = Mock::start().await;
    let written: [fn(&str) -> String; 6] = [
        |header| header.replace(", ", ","),
        |header| {
            header
                .replace("qop=auth", "qop=\"auth\"")
                .replace("nc=00000001", "nc=\"00000001\"")
        },
        |header| header.replace("algorithm=\"MD5\", ", ""),
        |header| {
            header
                .replace("algorithm=\"MD5\"", "algorithm=MD5")
                .replace("Digest ", "DIGEST  ")
        },
        |header| {
            let mut parameters: Vec<&str> = header
                .strip_prefix("Digest ")
                .unwrap()
                .split(", ")
                .collect();
            parameters.reverse();
            format!("Digest {}", parameters.join(" ,  "))
        },
        |header| format!("{header}, opaque=\"\", charset=UTF-8"),
    ];
    for (index, write) in written.iter().enumerate() {
        let answer = Answer::new(&fresh_nonce(&mock).await, "GET", ORGS);
        let header = write(&answer.header(OWNER.0, OWNER.1));
        assert_eq!(get(&mock, &header).await.status, 200, "{index}: {header}");
    }
}

#[tokio::test]
async fn an_answer_without_a_protection_is_accepted() {
    let mock = Mock::start().await;
    let answer = Answer {
        qop: None,
        ..Answer::new(&fresh_nonce(&mock).await, "GET", ORGS)
    };

    assert_eq!(
        get(&mock, &answer.header(OWNER.0, OWNER.1)).await.status,
        200
    );
}

#[tokio::test]
async fn names_with_commas_quotes_and_foreign_letters_log_in() {
    let name = "Zoë, \"the owner\" \\ 老板";
    let mock = Mock::with_fixture(|fixture| fixture["apiKeys"][0]["publicKey"] = name.into()).await;
    let answer = Answer::new(&fresh_nonce(&mock).await, "GET", ORGS);

    let reply = get(&mock, &answer.header(name, OWNER.1)).await;

    assert_eq!(reply.status, 200, "{reply}");
}

#[tokio::test]
async fn wrong_answers_cannot_be_told_apart() {
    let mock = Mock::start().await;
    let right = |nonce: &str| Answer::new(nonce, "GET", ORGS);
    let mut refused = vec![mock.anonymous().get(ORGS).await];
    let wrong: [fn(Answer) -> String; 8] = [
        |answer| answer.header("nobody", OWNER.1),
        |answer| answer.header(OWNER.0, "wrong"),
        |answer| answer.header(OWNER.0, ""),
        |answer| {
            Answer {
                realm: "other".to_owned(),
                ..answer
            }
            .header(OWNER.0, OWNER.1)
        },
        |answer| {
            Answer {
                method: "PUT".to_owned(),
                ..answer
            }
            .header(OWNER.0, OWNER.1)
        },
        |answer| {
            answer
                .header(OWNER.0, OWNER.1)
                .replace("uri=\"/api", "uri=\"/other")
        },
        |answer| {
            answer
                .header(OWNER.0, OWNER.1)
                .replace("qop=auth", "qop=auth-int")
        },
        |answer| answer.header(OWNER.0, OWNER.1).replace("Digest", "Basic"),
    ];
    for write in wrong {
        let nonce = fresh_nonce(&mock).await;
        refused.push(get(&mock, &write(right(&nonce))).await);
    }
    for header in [
        "Digest",
        "Digest ",
        "Digest username",
        "Bearer",
        "Bearer nonsense",
        "Basic YTpi",
        "",
        ", ,",
    ] {
        refused.push(get(&mock, header).await);
    }

    let told = |reply: &Reply| {
        let challenge = reply.header("www-authenticate").replace(&reply.nonce(), "");
        (
            reply.status,
            challenge,
            reply.headers.keys().cloned().collect::<Vec<_>>(),
            reply.body(),
        )
    };
    let first = told(&refused[0]);
    for reply in &refused {
        assert_eq!(told(reply), first);
    }
}

#[tokio::test]
async fn authentication_comes_before_everything_else() {
    let mock = Mock::start().await;
    for (method, path) in [
        ("GET", "/api/atlas/v2/orgs/555"),
        ("GET", "/api/atlas/v2/nothing"),
        ("PATCH", ORGS),
        ("GET", "/api/atlas/v2/orgs?envelope=maybe"),
        (
            "DELETE",
            "/api/public/v1.0/orgs/555/liveExport/migrationLink",
        ),
        ("GET", "/api/public/v1.0/nothing"),
    ] {
        let request = mock.anonymous().request(method, path).header("accept", "");
        assert_eq!(request.once().await.status, 401, "{method} {path}");
    }
    let body = mock
        .anonymous()
        .request("POST", LINK_TOKENS)
        .header("content-type", "text/plain")
        .body("{");
    assert_eq!(body.once().await.status, 401);
}

#[tokio::test]
async fn a_rust_digest_client_logs_in() {
    let mock = Mock::start().await;

    let response = reqwest::Client::new()
        .post(format!("{}{LINK_TOKENS}", mock.server.url()))
        .header("accept", V2)
        .json(&serde_json::json!({ "accessListIps": [] }))
        .send_digest_auth(OWNER)
        .await
        .unwrap();

    assert_eq!(response.status(), 201);
}

#[tokio::test]
async fn a_bearer_token_works_for_an_hour_of_the_world() {
    let mock = Mock::start().await;
    let token = mock.access_token().await;

    mock.advance(3599);
    let in_time = mock.bearer(&token).get(ORGS).await;
    mock.advance(1);
    let late = mock.bearer(&token).get(ORGS).await;

    assert_eq!(in_time.status, 200);
    assert!(!stale(&late));
}

#[tokio::test]
async fn a_bearer_token_survives_a_newer_one_and_dies_by_revocation() {
    let mock = Mock::start().await;
    let (token, other) = (mock.access_token().await, mock.access_token().await);
    let revoke = mock
        .anonymous()
        .request("POST", "/api/oauth/revoke")
        .basic(CLIENT.0, CLIENT.1);
    let revoke = revoke.header("content-type", "application/x-www-form-urlencoded");

    let revoked = revoke
        .body(format!("token={token}&token_type_hint=access_token"))
        .once()
        .await;

    assert_eq!(revoked.line(), "200");
    assert_eq!(mock.bearer(&token).get(ORGS).await.status, 401);
    assert_eq!(mock.bearer(&other).get(ORGS).await.status, 200);
}

#[tokio::test]
async fn access_lists_hold_for_every_operation_of_a_credential() {
    let mock = Mock::start().await;

    let list = mock.atlas_blocked().get(ORGS).await;
    let create = mock.atlas_blocked().post(LINK_TOKENS, "{}").await;

    let detail = r#"{"detail":"IP address 127.0.0.1 is not allowed to access this resource.","error":403,"errorCode":"IP_ADDRESS_NOT_ON_ACCESS_LIST","parameters":["127.0.0.1"],"reason":"Forbidden"}"#;
    assert_eq!(list.line(), format!("403 {detail}"));
    assert_eq!(create.line(), format!("403 {detail}"));
}

#[tokio::test]
async fn a_forwarded_address_counts_only_behind_a_trusted_proxy() {
    use atlas_migration_mock::Config;
    let trusted = vec!["127.0.0.0/8".parse().unwrap()];
    let proxied = Mock::with(Config {
        trusted_proxies: trusted,
        ..Config::default()
    })
    .await;
    let direct = Mock::start().await;

    for (mock, status) in [(&proxied, 200), (&direct, 403)] {
        let request = mock
            .atlas_blocked()
            .request("GET", ORGS)
            .header("x-forwarded-for", "192.0.2.7");
        assert_eq!(request.send().await.status, status);
    }
}

#[tokio::test]
async fn a_service_account_is_bound_by_its_access_list_when_it_calls_and_not_when_it_asks_for_a_token()
 {
    let listed = serde_json::json!(["2001:db8::/32"]);
    let mock =
        Mock::with_fixture(|fixture| fixture["serviceAccounts"][0]["accessList"] = listed).await;

    let token = mock.access_token().await;

    assert_eq!(mock.bearer(&token).get(ORGS).await.status, 403);
}
