use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{CLIENT, LINK_TOKENS, MIGRATION_LINK, Mock, V2};

async fn fault(mock: &Mock, rule: &str) -> u64 {
    let reply = mock.control("POST", "/faults", rule).await;
    assert_eq!(reply.status, 200, "{rule} {reply}");
    reply.json()["id"].as_u64().unwrap()
}

/// All that a client sees of an answer before the connection ends.
fn seen(mock: &Mock, method: &str, path: &str, token: &str) -> String {
    let address = mock.server.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: mock\r\nAuthorization: Bearer {token}\r\nAccept: {V2}\r\n\
         Content-Type: application/json\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}"
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut seen = Vec::new();
    // A connection that is reset instead of closed has ended, too.
    let _ = stream.read_to_end(&mut seen);
    String::from_utf8(seen).unwrap()
}

#[tokio::test]
async fn rules_are_added_listed_and_lifted() {
    let mock = Mock::start().await;
    let rule = r#"{"operation":"createLinkToken","skip":1,"times":2,"action":{"error":"CLUSTER_NOT_FOUND"}}"#;
    let slow = r#"{"preset":"slow","operation":"getOrg"}"#;
    let lines = [
        mock.control("POST", "/faults", rule).await.line(),
        mock.control("POST", "/faults", slow).await.line(),
        mock.atlas_owner()
            .post(LINK_TOKENS, "{}")
            .await
            .status
            .to_string(),
        mock.atlas_owner().post(LINK_TOKENS, "{}").await.line(),
        mock.control("GET", "/faults", "").await.line(),
        mock.control("DELETE", "/faults/1", "").await.line(),
        mock.control("DELETE", "/faults/1", "").await.line(),
        mock.control("DELETE", "/faults/one", "").await.line(),
        mock.control("DELETE", "/faults", "").await.line(),
        mock.control("GET", "/faults", "").await.line(),
    ];

    assert_snapshot!(lines.join("\n"), @r#"
    200 {"action":{"error":"ClusterNotFound"},"fired":0,"id":1,"matched":0,"operation":"createLinkToken","probability":1.0,"skip":1,"times":2,"when":"BEFORE"}
    200 {"faults":[{"action":{"latency":{"logNormal":{"median":"300ms","sigma":0.6}}},"fired":0,"id":2,"matched":0,"operation":"getOrg","probability":1.0,"skip":0,"times":null,"when":"BEFORE"}]}
    201
    404 {"detail":"No cluster named (a fault) exists in group (a fault).","error":404,"errorCode":"CLUSTER_NOT_FOUND","parameters":["(a fault)","(a fault)"],"reason":"Not Found"}
    200 {"faults":[{"action":{"error":"ClusterNotFound"},"fired":1,"id":1,"matched":2,"operation":"createLinkToken","probability":1.0,"skip":1,"times":2,"when":"BEFORE"},{"action":{"latency":{"logNormal":{"median":"300ms","sigma":0.6}}},"fired":0,"id":2,"matched":0,"operation":"getOrg","probability":1.0,"skip":0,"times":null,"when":"BEFORE"}]}
    204
    404 {"detail":"There is no fault 1.","status":404,"title":"Not Found","type":"about:blank"}
    404 {"detail":"There is no fault one.","status":404,"title":"Not Found","type":"about:blank"}
    204
    200 {"faults":[]}
    "#);
}

#[tokio::test]
async fn wrong_rules_are_told_what_was_expected() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for body in [
        "",
        "{}",
        r#"{"action":{}}"#,
        r#"{"action":{"reset":false}}"#,
        r#"{"action":{"explode":true}}"#,
        r#"{"action":{"reset":true,"truncate":1}}"#,
        r#"{"action":{"status":200}}"#,
        r#"{"action":{"error":"NO_SUCH"}}"#,
        r#"{"operation":"requestToken","action":{"error":"ORG_NOT_FOUND"}}"#,
        r#"{"operation":"createLinkToken","action":{"error":"invalid_client"}}"#,
        r#"{"operation":"createLink","action":{"reset":true}}"#,
        r#"{"probability":2,"action":{"reset":true}}"#,
        r#"{"when":"BEFORE","action":{"truncate":1}}"#,
        r#"{"when":"before","action":{"reset":true}}"#,
        r#"{"action":{"contentType":"a\nb"}}"#,
        r#"{"action":{"latency":{"fixed":"-1s"}}}"#,
        r#"{"action":{"latency":{"fixed":"1h"}}}"#,
        r#"{"action":{"latency":{"uniform":["2s","1s"]}}}"#,
        r#"{"action":{"latency":{"logNormal":{"median":"1s","sigma":-1}}}}"#,
        r#"{"preset":"chaos"}"#,
        r#"{"preset":"outage","times":1}"#,
    ] {
        let reply = mock.control("POST", "/faults", body).await;
        assert_eq!(reply.status, 400, "{body}");
        lines += &format!("{body}\n    {}\n", reply.json()["detail"]);
    }

    assert_snapshot!(lines, @r#"

        "The body is not as expected: EOF while parsing a value at line 1 column 0."
    {}
        "The body is not as expected: missing field `action`."
    {"action":{}}
        "The body is not as expected: invalid value: map, expected map with a single key."
    {"action":{"reset":false}}
        "The body is not as expected: expected true."
    {"action":{"explode":true}}
        "The body is not as expected: unknown variant `explode`, expected one of `error`, `status`, `rateLimit`, `latency`, `reset`, `truncate`, `malformedJson`, `contentType`."
    {"action":{"reset":true,"truncate":1}}
        "The body is not as expected: invalid value: map, expected map with a single key."
    {"action":{"status":200}}
        "status: expected 400 to 599, found 200."
    {"action":{"error":"NO_SUCH"}}
        "The body is not as expected: no error is called \"NO_SUCH\"."
    {"operation":"requestToken","action":{"error":"ORG_NOT_FOUND"}}
        "error: requestToken has no such error."
    {"operation":"createLinkToken","action":{"error":"invalid_client"}}
        "error: createLinkToken has no such error."
    {"operation":"createLink","action":{"reset":true}}
        "The body is not as expected: no operation is called \"createLink\"."
    {"probability":2,"action":{"reset":true}}
        "probability: expected 0 to 1, found 2."
    {"when":"BEFORE","action":{"truncate":1}}
        "when: an answer can be spoilt only AFTER the operation."
    {"when":"before","action":{"reset":true}}
        "The body is not as expected: unknown variant `before`, expected `BEFORE` or `AFTER`."
    {"action":{"contentType":"a\nb"}}
        "contentType: expected the text of a header."
    {"action":{"latency":{"fixed":"-1s"}}}
        "The body is not as expected: failed to parse input in the \"friendly\" duration format: cannot parse negative duration into unsigned `std::time::Duration`."
    {"action":{"latency":{"fixed":"1h"}}}
        "latency: expected at most 600s."
    {"action":{"latency":{"uniform":["2s","1s"]}}}
        "latency: expected the shorter time first."
    {"action":{"latency":{"logNormal":{"median":"1s","sigma":-1}}}}
        "latency: expected a sigma from 0 to 10."
    {"preset":"chaos"}
        "The body is not as expected: unknown variant `chaos`, expected one of `flaky`, `slow`, `rate-limited`, `outage`."
    {"preset":"outage","times":1}
        "The body is not as expected: unknown field `times`, expected `preset` or `operation`."
    "#);
    assert_eq!(
        mock.control("GET", "/faults", "").await.json(),
        json!({ "faults": [] })
    );
}

#[tokio::test]
async fn errors_have_the_form_of_the_api() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for action in [
        r#"{"error":"ORG_NOT_FOUND"}"#,
        r#"{"error":"NoOrganizationLink"}"#,
        r#"{"error":"MISSING_ATTRIBUTE"}"#,
        r#"{"error":"invalid_client"}"#,
        r#"{"status":404}"#,
        r#"{"status":503}"#,
        r#"{"status":599}"#,
        r#"{"rateLimit":{"retryAfter":3}}"#,
    ] {
        mock.control("DELETE", "/faults", "").await;
        fault(&mock, &format!(r#"{{"action":{action}}}"#)).await;
        let create = mock.atlas_owner().post(LINK_TOKENS, "{}").await;
        let link = mock.source_owner().link(MIGRATION_LINK, "x").await;
        let token = mock.token_request().send().await;
        lines += &format!("{action}\n");
        for reply in [create, link, token] {
            if reply.status < 300 {
                lines += &format!("  {}\n", reply.status);
                continue;
            }
            lines += &format!("  {} {}\n", reply.header("retry-after"), reply.line());
        }
    }

    assert_snapshot!(lines, @r#"
    {"error":"ORG_NOT_FOUND"}
       404 {"detail":"No organization with ID 4888442a3354817a7320eb61 exists.","error":404,"errorCode":"ORG_NOT_FOUND","parameters":["4888442a3354817a7320eb61"],"reason":"Not Found"}
       404 {"detail":"No organization with ID 5f1e0c9a7b3d4e2f8a6b1c0d exists.","error":404,"errorCode":"ORG_NOT_FOUND","parameters":["5f1e0c9a7b3d4e2f8a6b1c0d"],"reason":"Not Found"}
      200
    {"error":"NoOrganizationLink"}
       404 {"detail":"Could not find the requested external organization link.","error":404,"errorCode":"UNEXPECTED_ERROR","parameters":null,"reason":"Not Found"}
       404 {"detail":"Could not find the requested external organization link.","error":404,"errorCode":"UNEXPECTED_ERROR","parameters":null,"reason":"Not Found"}
      200
    {"error":"MISSING_ATTRIBUTE"}
       400 {"detail":"The required attribute (a fault) was not specified.","error":400,"errorCode":"MISSING_ATTRIBUTE","parameters":["(a fault)"],"reason":"Bad Request"}
       400 {"detail":"The required attribute (a fault) was not specified.","error":400,"errorCode":"MISSING_ATTRIBUTE","parameters":["(a fault)"],"reason":"Bad Request"}
      200
    {"error":"invalid_client"}
      201
       400 {"detail":"Invalid attribute linkToken specified.","error":400,"errorCode":"INVALID_ATTRIBUTE","parameters":["linkToken"],"reason":"Bad Request"}
       401 {"error_description":"Invalid credentials provided.","error":"invalid_client"}
    {"status":404}
       404 {"detail":"Cannot find resource /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens"],"reason":"Not Found"}
       404 {"detail":"Cannot find resource /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink"],"reason":"Not Found"}
       404 {"error_description":"Unexpected error.","error":"server_error"}
    {"status":503}
       503 {"detail":"Unexpected error.","error":503,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":"Service Unavailable"}
       503 {"detail":"Unexpected error.","error":503,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":"Service Unavailable"}
       503 {"error_description":"Unexpected error.","error":"server_error"}
    {"status":599}
       599 {"detail":"Unexpected error.","error":599,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":""}
       599 {"detail":"Unexpected error.","error":599,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":""}
       599 {"error_description":"Unexpected error.","error":"server_error"}
    {"rateLimit":{"retryAfter":3}}
      3 429 {"detail":"Rate limit exceeded for api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens. Please retry after 3 seconds. Request capacity: 500. Refill rate: 250 per 60 seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.","error":429,"errorCode":"RATE_LIMITED_TOKEN_BUCKET","parameters":["api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens",3,500,250,60],"reason":"Too Many Requests"}
      3 429 {"detail":"Resource /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink is limited to 100 requests every 1 minutes.","error":429,"errorCode":"RATE_LIMITED","parameters":["/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink",100,1],"reason":"Too Many Requests"}
      3 429 {"error_description":"Resource /api/oauth/token is limited to 10 requests every 1 minutes.","error":"rate_limited"}
    "#);
}

#[tokio::test]
async fn an_error_keeps_the_form_that_was_asked_for() {
    let mock = Mock::start().await;
    fault(&mock, r#"{"action":{"status":503}}"#).await;
    let request = |query| {
        mock.atlas_owner()
            .request("GET", "/api/atlas/v2/orgs")
            .query(query)
    };

    let enveloped = request("envelope=true").send().await;
    let pretty = request("pretty=true").send().await;

    assert_snapshot!(format!("{}\n{}", enveloped.line(), pretty.line()), @r#"
    503 {"content":{"detail":"Unexpected error.","error":503,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":"Service Unavailable"},"status":503}
    503 {
      "detail" : "Unexpected error.",
      "error" : 503,
      "errorCode" : "UNEXPECTED_ERROR",
      "parameters" : [ ],
      "reason" : "Service Unavailable"
    }
    "#);
}

#[tokio::test]
async fn an_error_before_takes_no_effect_and_one_after_does() {
    let mock = Mock::start().await;
    mock.link_token().await;
    fault(
        &mock,
        r#"{"operation":"deleteLinkTokens","times":1,"action":{"status":500}}"#,
    )
    .await;
    fault(
        &mock,
        r#"{"operation":"deleteLinkTokens","times":1,"when":"AFTER","action":{"status":500}}"#,
    )
    .await;

    let before = mock.atlas_owner().delete(LINK_TOKENS).await;
    let after = mock.atlas_owner().delete(LINK_TOKENS).await;
    let again = mock.atlas_owner().delete(LINK_TOKENS).await;

    assert_eq!((before.status, after.status, again.status), (500, 500, 404));
}

#[tokio::test]
async fn a_link_token_exists_although_the_client_saw_an_error() {
    let mock = Mock::start().await;
    fault(
        &mock,
        r#"{"operation":"createLinkToken","when":"AFTER","action":{"status":500}}"#,
    )
    .await;

    let created = mock.atlas_owner().post(LINK_TOKENS, "{}").await;

    let state = mock.control("GET", "/state", "").await.json();
    assert_eq!(created.status, 500);
    assert_eq!(state["linkTokens"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_closes_the_connection_without_a_byte() {
    let mock = Mock::start().await;
    let token = mock.access_token().await;
    mock.link_token().await;
    fault(&mock, r#"{"times":1,"action":{"reset":true}}"#).await;
    fault(
        &mock,
        r#"{"times":1,"when":"AFTER","action":{"reset":true}}"#,
    )
    .await;

    // The second takes effect, and would have answered 204, which has no body.
    assert_eq!(seen(&mock, "DELETE", LINK_TOKENS, &token), "");
    assert_eq!(seen(&mock, "DELETE", LINK_TOKENS, &token), "");
    let third = seen(&mock, "DELETE", LINK_TOKENS, &token);
    assert!(third.starts_with("HTTP/1.1 404"), "{third}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_body_ends_early_and_tells_its_whole_length() {
    let mock = Mock::start().await;
    let token = mock.access_token().await;
    for length in [10, 0] {
        mock.control("DELETE", "/faults", "").await;
        fault(&mock, &format!(r#"{{"action":{{"truncate":{length}}}}}"#)).await;

        let answer = seen(&mock, "POST", LINK_TOKENS, &token);

        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 201 Created"), "{head}");
        // 192 characters of a token and 16 around them.
        assert!(head.contains("content-length: 208"), "{head}");
        assert_eq!(body, &r#"{"linkToken":"#[..length]);
    }
}

#[tokio::test]
async fn a_body_can_be_no_json_and_a_type_can_be_wrong() {
    let mock = Mock::start().await;
    fault(&mock, r#"{"times":2,"action":{"malformedJson":true}}"#).await;
    fault(&mock, r#"{"action":{"contentType":"text/html"}}"#).await;
    let request = || mock.atlas_owner().request("GET", "/api/atlas/v2/orgs");

    let malformed = request().send().await;
    let pretty = request().query("pretty=true").send().await;
    let html = request().send().await;

    for reply in [malformed, pretty] {
        assert_eq!(reply.status, 200);
        assert!(reply.body().starts_with('{'), "{reply}");
        assert!(
            serde_json::from_slice::<serde_json::Value>(&reply.bytes).is_err(),
            "{reply}"
        );
    }
    assert_eq!(html.header("content-type"), "text/html");
    assert!(html.json().is_object());
}

#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "the wait is a real one")]
async fn a_latency_holds_up_its_client_and_nobody_else() {
    let mock = Mock::start().await;
    let at_least = Duration::from_millis(200);
    fault(
        &mock,
        r#"{"operation":"getOrg","action":{"latency":{"uniform":["200ms","210ms"]}}}"#,
    )
    .await;
    let org = format!("/api/atlas/v2/orgs/{}", crate::support::ATLAS_ORG);
    let caller = mock.atlas_owner();
    let slow = async {
        let began = Instant::now();
        (caller.get(&org).await.status, began.elapsed())
    };
    let quick = async {
        let began = Instant::now();
        (
            caller.get("/api/atlas/v2/orgs").await.status,
            began.elapsed(),
        )
    };

    let (slow, quick) = tokio::join!(slow, quick);

    assert_eq!((slow.0, quick.0), (200, 200));
    assert!(slow.1 >= at_least, "{slow:?}");
    assert!(quick.1 < slow.1, "{quick:?} {slow:?}");
}

#[tokio::test]
async fn presets_are_sets_of_rules() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for preset in ["flaky", "slow", "rate-limited", "outage"] {
        let body = json!({ "preset": preset }).to_string();
        let reply = mock.control("POST", "/faults", &body).await;
        lines += &format!("{preset}\n");
        for rule in reply.json()["faults"].as_array().unwrap() {
            lines += &format!(
                "  {} {} {}\n",
                rule["when"], rule["probability"], rule["action"]
            );
        }
    }

    assert_snapshot!(lines, @r#"
    flaky
      "BEFORE" 0.1 {"reset":true}
      "BEFORE" 0.1 {"status":503}
      "AFTER" 0.1 {"status":500}
    slow
      "BEFORE" 1.0 {"latency":{"logNormal":{"median":"300ms","sigma":0.6}}}
    rate-limited
      "BEFORE" 0.5 {"rateLimit":{"retryAfter":1}}
    outage
      "BEFORE" 1.0 {"status":503}
    "#);
}

#[tokio::test]
async fn the_control_api_and_the_challenge_are_never_struck() {
    let mock = Mock::start().await;
    mock.control("POST", "/faults", r#"{"preset":"outage"}"#)
        .await;

    let challenge = mock.anonymous().get("/api/atlas/v2/orgs").await;
    let struck = mock.atlas_owner().get("/api/atlas/v2/orgs").await;
    let faults = mock.control("GET", "/faults", "").await;
    let ready = mock.anonymous().get("/readyz").await;
    let reset = mock.control("POST", "/reset", "").await;
    let after = mock.atlas_owner().get("/api/atlas/v2/orgs").await;

    assert_eq!((challenge.status, struck.status), (401, 503));
    assert_eq!(faults.json()["faults"][0]["fired"], 1);
    assert_eq!((ready.status, reset.status, after.status), (200, 204, 200));
}

#[tokio::test]
async fn a_struck_request_says_that_nothing_is_left_of_the_rate() {
    let mock = Mock::start().await;
    fault(
        &mock,
        r#"{"times":1,"action":{"rateLimit":{"retryAfter":3}}}"#,
    )
    .await;

    let struck = mock.atlas_owner().post(LINK_TOKENS, "{}").await;
    let next = mock.atlas_owner().post(LINK_TOKENS, "{}").await;

    assert_eq!(struck.header("ratelimit-remaining"), "0");
    assert_eq!(struck.header("retry-after"), "3");
    assert_eq!(
        (next.status, next.header("ratelimit-remaining")),
        (201, "498")
    );
}

#[tokio::test]
async fn faults_strike_in_their_world_only() {
    let mock = Mock::start().await;
    let world = mock.control("POST", "/worlds", r#"{"name":"other"}"#).await;
    assert_eq!(world.status, 200, "{world}");
    let outage = r#"{"preset":"outage"}"#;
    mock.control("POST", "/faults?world=other", outage).await;
    let credentials = world.json()["credentials"].clone();
    let own = |stands_for: &str| {
        let all = credentials.as_array().unwrap().iter();
        let found = all.clone().find(|one| one["standsFor"] == stands_for);
        let text = |name: &str| found.unwrap()[name].as_str().unwrap().to_owned();
        (text("id"), text("secret"))
    };
    let (key, client) = (own("atlasown"), own(CLIENT.0));

    let here = mock.atlas_owner().post(LINK_TOKENS, "{}").await;
    let granted = mock.token_request().send().await;
    let there = mock.key(&key.0, &key.1).post(LINK_TOKENS, "{}").await;
    let refused = mock
        .token_request()
        .basic(&client.0, &client.1)
        .send()
        .await;
    let wrong_secret = mock.token_request().basic(&client.0, "wrong").send().await;

    assert_eq!((here.status, granted.status), (201, 200));
    assert_eq!((there.status, refused.status), (503, 503));
    assert_eq!(wrong_secret.status, 401);
}
