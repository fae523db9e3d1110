use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{ATLAS_ORG, LINK_TOKENS, MIGRATION_LINK, Mock};

/// One line for each exchange that the control API shows.
async fn shown(mock: &Mock, query: &str) -> String {
    let reply = mock.control("GET", &format!("/requests?{query}"), "").await;
    assert_eq!(reply.status, 200, "{reply}");
    let listed = reply.json();
    let lines = listed["requests"].as_array().unwrap().iter().map(|entry| {
        format!(
            "{} {} {} {} {} {}",
            entry["sequence"],
            entry["method"].as_str().unwrap(),
            entry["path"].as_str().unwrap(),
            entry["operation"],
            entry["status"],
            entry["errorCode"]
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_exchange_of_the_apis_is_kept_once_and_none_of_the_control_api() {
    let mock = Mock::linked().await;
    mock.control("GET", "/clock", "").await;
    mock.anonymous().get("/livez").await;
    mock.anonymous().get("/api/atlas/v2/nowhere").await;
    mock.anonymous().get("/elsewhere").await;
    mock.atlas_owner()
        .request("PATCH", LINK_TOKENS)
        .send()
        .await;

    assert_snapshot!(shown(&mock, "").await, @r#"
    1 POST /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens "createLinkToken" 401 "UNEXPECTED_ERROR"
    2 POST /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens "createLinkToken" 201 null
    3 POST /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink "createMigrationLink" 401 "UNEXPECTED_ERROR"
    4 POST /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink "createMigrationLink" 201 null
    5 GET /api/atlas/v2/nowhere null 401 "UNEXPECTED_ERROR"
    6 GET /elsewhere null 404 "RESOURCE_NOT_FOUND"
    7 PATCH /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens null 401 "UNEXPECTED_ERROR"
    8 PATCH /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens null 405 "METHOD_NOT_ALLOWED"
    "#);
}

#[tokio::test]
async fn an_exchange_is_kept_whole_without_its_secrets() {
    let mock = Mock::linked().await;

    let reply = mock.control("GET", "/requests?since=3", "").await;

    let kept = serde_json::to_string_pretty(&reply.json()).unwrap();
    let host = mock.server.url().strip_prefix("http://").unwrap();
    let kept = kept.replace(host, "mock");
    assert_snapshot!(kept, @r#"
    {
      "dropped": 0,
      "requests": [
        {
          "durationMs": 0,
          "errorCode": null,
          "method": "POST",
          "operation": "createMigrationLink",
          "path": "/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink",
          "request": {
            "body": "{\"linkToken\":\"[masked]\"}",
            "headers": {
              "accept": "*/*",
              "authorization": "Digest username=\"cloudown\", [masked]",
              "content-length": "208",
              "content-type": "application/json",
              "host": "mock"
            }
          },
          "response": {
            "body": "{\"status\":\"SYNCED\"}",
            "headers": {
              "content-type": "application/json",
              "date": "Mon, 10 Aug 2026 03:03:05 GMT",
              "strict-transport-security": "max-age=300",
              "vary": "Accept-Encoding",
              "x-mongodb-service-version": "gitHash=203ac0360368239eed8f27b82e06b1be8429648c; versionString=master"
            }
          },
          "sequence": 4,
          "status": 201,
          "time": "2026-08-10T03:03:05Z"
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn no_secret_leaves_the_server_by_the_journal() {
    let mock = Mock::linked().await;
    let (token, link_token) = (mock.access_token().await, mock.link_token().await);
    let bearer = mock.bearer(&token);
    bearer
        .get(&format!(
            "/api/atlas/v2/orgs/{ATLAS_ORG}?access_token={token}"
        ))
        .await;
    let body = format!("token={token}");
    let revoke = mock.anonymous().request("POST", "/api/oauth/revoke");
    let revoke = revoke.basic(crate::support::CLIENT.0, crate::support::CLIENT.1);
    let revoke = revoke.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(revoke.body(body).send().await.status, 200);
    // A private key where a public one belongs, and a link-token in a body that is no JSON.
    let private = "00000000-0000-4000-8000-000000000001";
    mock.key(private, private)
        .get(&format!("/api/atlas/v2/orgs/{private}"))
        .await;
    let owner = mock.source_owner();
    owner
        .post(MIGRATION_LINK, &format!("{{'linkToken': '{link_token}'"))
        .await;

    for format in ["json", "ndjson", "har", "curl"] {
        let reply = mock
            .control("GET", &format!("/requests?format={format}"), "")
            .await;
        let text = reply.body();
        assert!(text.len() > 1000, "{text}");
        for secret in [
            &token,
            &link_token,
            private,
            crate::support::CLIENT.1,
            "bWRiX3NhX2lk",
        ] {
            assert!(!text.contains(secret), "{format}: {secret} in {text}");
        }
    }
}

#[tokio::test]
async fn filters_narrow_the_list() {
    let mock = Mock::linked().await;
    mock.atlas_owner().get("/api/atlas/v2/orgs").await;

    let mut lines = String::new();
    for query in [
        "operation=createMigrationLink",
        "status=401",
        "status=2xx",
        "operation=createLinkToken&status=2XX",
        "since=4",
        "since=99",
    ] {
        lines += &format!("{query}\n{}\n", shown(&mock, query).await);
    }

    assert_snapshot!(lines, @r#"
    operation=createMigrationLink
    3 POST /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink "createMigrationLink" 401 "UNEXPECTED_ERROR"
    4 POST /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink "createMigrationLink" 201 null
    status=401
    1 POST /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens "createLinkToken" 401 "UNEXPECTED_ERROR"
    3 POST /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink "createMigrationLink" 401 "UNEXPECTED_ERROR"
    5 GET /api/atlas/v2/orgs "listOrgs" 401 "UNEXPECTED_ERROR"
    status=2xx
    2 POST /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens "createLinkToken" 201 null
    4 POST /api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink "createMigrationLink" 201 null
    6 GET /api/atlas/v2/orgs "listOrgs" 200 null
    operation=createLinkToken&status=2XX
    2 POST /api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens "createLinkToken" 201 null
    since=4
    5 GET /api/atlas/v2/orgs "listOrgs" 401 "UNEXPECTED_ERROR"
    6 GET /api/atlas/v2/orgs "listOrgs" 200 null
    since=99
    "#);
}

#[tokio::test]
async fn wrong_filters_are_told_what_was_expected() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for query in [
        "operation=createLinkTokens",
        "status=600",
        "status=4x",
        "since=-1",
        "format=xml",
        "path=x",
    ] {
        let reply = mock.control("GET", &format!("/requests?{query}"), "").await;
        lines += &format!("{}\n", reply.line());
    }

    assert_snapshot!(lines, @r#"
    400 {"detail":"operation: there is no operation \"createLinkTokens\"; the most similar is createLinkToken.","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"status: expected a status such as 404 or a class such as 4xx, found \"600\".","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"status: expected a status such as 404 or a class such as 4xx, found \"4x\".","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"since: expected a sequence number, found \"-1\".","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"format: expected json, ndjson, har or curl, found \"xml\".","status":400,"title":"Bad Request","type":"about:blank"}
    400 {"detail":"path: expected operation, status, since or format in the query.","status":400,"title":"Bad Request","type":"about:blank"}
    "#);
}

#[tokio::test]
async fn ndjson_has_a_line_for_each_exchange() {
    let mock = Mock::linked().await;

    let reply = mock
        .control("GET", "/requests?format=ndjson&status=201", "")
        .await;

    assert_eq!(reply.header("content-type"), "application/x-ndjson");
    let body = reply.body();
    let lines = body
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let sequences: Vec<_> = lines.map(|entry| entry["sequence"].clone()).collect();
    assert_eq!(sequences, [2, 4]);
}

#[tokio::test]
async fn har_is_an_archive_that_other_tools_read() {
    let mock = Mock::linked().await;

    let reply = mock
        .control("GET", "/requests?format=har&since=3", "")
        .await;

    let mut archive = reply.json();
    for half in ["request", "response"] {
        archive["log"]["entries"][0][half]["headers"] = Value::Null; // as in the other form
    }
    let shown = serde_json::to_string_pretty(&archive).unwrap();
    assert_snapshot!(shown.replace(mock.server.url(), "http://mock"), @r#"
    {
      "log": {
        "comment": "0 older exchanges made room for these.",
        "creator": {
          "name": "atlas-migration-mock",
          "version": "0.1.0"
        },
        "entries": [
          {
            "_errorCode": null,
            "_operation": "createMigrationLink",
            "_sequence": 4,
            "cache": {},
            "request": {
              "bodySize": 24,
              "cookies": [],
              "headers": null,
              "headersSize": -1,
              "httpVersion": "HTTP/1.1",
              "method": "POST",
              "postData": {
                "mimeType": "application/json",
                "text": "{\"linkToken\":\"[masked]\"}"
              },
              "queryString": [],
              "url": "http://mock/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink"
            },
            "response": {
              "bodySize": -1,
              "content": {
                "mimeType": "application/json",
                "size": 19,
                "text": "{\"status\":\"SYNCED\"}"
              },
              "cookies": [],
              "headers": null,
              "headersSize": -1,
              "httpVersion": "HTTP/1.1",
              "redirectURL": "",
              "status": 201,
              "statusText": "Created"
            },
            "startedDateTime": "2026-08-10T03:03:05Z",
            "time": 0,
            "timings": {
              "receive": 0,
              "send": 0,
              "wait": 0
            }
          }
        ],
        "version": "1.2"
      }
    }
    "#);
}

#[tokio::test]
async fn curl_commands_repeat_a_request_with_variables_for_secrets() {
    let mock = Mock::linked().await;
    mock.access_token().await;
    mock.atlas_owner()
        .request("HEAD", "/api/atlas/v2/orgs?a='$(x)`")
        .once()
        .await;

    let reply = mock.control("GET", "/requests?format=curl", "").await;

    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    assert_snapshot!(reply.body(), @r#"
    curl -i -X POST -H 'accept: application/vnd.atlas.2023-01-01+json' -H 'content-type: application/json' --data-raw '{}' 'http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens'
    curl -i -X POST --digest -u 'atlasown:'"$PRIVATE_KEY" -H 'accept: application/vnd.atlas.2023-01-01+json' -H 'content-type: application/json' --data-raw '{}' 'http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens'
    curl -i -X POST -H 'content-type: application/json' -H 'accept: */*' --data-raw '{"linkToken":"'"$LINK_TOKEN"'"}' 'http://mock/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink'
    curl -i -X POST --digest -u 'cloudown:'"$PRIVATE_KEY" -H 'content-type: application/json' -H 'accept: */*' --data-raw '{"linkToken":"'"$LINK_TOKEN"'"}' 'http://mock/api/public/v1.0/orgs/5f1e0c9a7b3d4e2f8a6b1c0d/liveExport/migrationLink'
    curl -i -X POST -u "$CLIENT_ID:$CLIENT_SECRET" -H 'content-type: application/x-www-form-urlencoded' -H 'accept: */*' --data-raw 'grant_type=client_credentials' 'http://mock/api/oauth/token'
    curl -I -H 'accept: application/vnd.atlas.2023-01-01+json' 'http://mock/api/atlas/v2/orgs?a=%27$(x)`'
    "#);
}

#[tokio::test]
async fn the_journal_can_be_emptied_and_a_reset_empties_it() {
    let mock = Mock::linked().await;

    let deleted = mock.control("DELETE", "/requests", "").await;
    let empty = shown(&mock, "").await;
    mock.anonymous().get("/elsewhere").await;
    let next = shown(&mock, "").await;
    mock.control("POST", "/reset", "").await;

    assert_eq!((deleted.status, empty.as_str()), (204, ""));
    assert_snapshot!(next, @r#"5 GET /elsewhere null 404 "RESOURCE_NOT_FOUND""#);
    assert_eq!(shown(&mock, "").await, "");
}

#[tokio::test]
async fn what_was_dropped_is_told() {
    let mock = Mock::start().await;
    let body = format!("{{\"x\":\"{}\"}}", "y".repeat(900_000));
    for _ in 0..6 {
        mock.anonymous().post(LINK_TOKENS, &body).await;
    }

    let listed = mock.control("GET", "/requests", "").await.json();
    assert_eq!(listed["dropped"], 2);
    assert_eq!(listed["requests"][0]["sequence"], 3);
    let archive = mock.control("GET", "/requests?format=har", "").await.json();
    assert_eq!(
        archive["log"]["comment"],
        "2 older exchanges made room for these."
    );
}

/// A connection that follows the journal.
struct Follower {
    stream: TcpStream,
    /// What came so far.
    seen: String,
}

impl Follower {
    fn start(mock: &Mock, query: &str, header: &str) -> Self {
        let mut stream =
            TcpStream::connect(mock.server.url().strip_prefix("http://").unwrap()).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let head = format!(
            "GET /__mock/v1/requests/stream?{query} HTTP/1.1\r\nHost: mock\r\n{header}\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let seen = String::new();
        let mut follower = Self { stream, seen };
        let head = follower.until("new exchanges follow");
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        follower
    }

    /// All that came, once a text has come.
    fn until(&mut self, text: &str) -> String {
        let mut piece = [0; 16384];
        let mut looked = 0;
        while !self.seen[looked..].contains(text) {
            // What is long is looked through once; what is sought may begin before what comes next.
            looked = self.seen.len().saturating_sub(text.len());
            let length = self.stream.read(&mut piece).unwrap();
            assert!(length > 0, "the stream ended: {}", self.seen);
            self.seen += &String::from_utf8_lossy(&piece[..length]);
        }
        self.seen.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_shows_exchanges_as_they_come() {
    let mock = Mock::linked().await;
    let mut follower = Follower::start(&mock, "status=404", "");

    mock.anonymous().get("/elsewhere").await;
    let other = mock.source_owner().get("/api/public/v1.0/orgs").await;
    mock.anonymous().get("/nowhere").await;
    let events = follower.until("/nowhere");

    assert_eq!(other.status, 200);
    assert!(
        events.contains("id: 5\nevent: exchange\ndata: {"),
        "{events}"
    );
    assert!(
        events.contains("id: 8\nevent: exchange\ndata: {"),
        "{events}"
    );
    assert_eq!(events.matches("event: ").count(), 2, "{events}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_stream_can_be_taken_up_again() {
    let mock = Mock::linked().await;

    let since = Follower::start(&mock, "since=3", "").until("id: 4\n");
    let resumed = Follower::start(&mock, "since=1", "Last-Event-ID: 2\r\n").until("id: 4\n");

    assert!(!since.contains("id: 3\n"), "{since}");
    assert!(
        resumed.contains("id: 3\n") && !resumed.contains("id: 2\n"),
        "{resumed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_reader_is_told_what_it_lost() {
    let mock = Mock::start().await;
    mock.anonymous().get("/elsewhere").await;
    let body = format!("{{\"x\":\"{}\"}}", "y".repeat(900_000));
    for _ in 0..6 {
        mock.anonymous().post(LINK_TOKENS, &body).await;
    }

    let events = Follower::start(&mock, "since=0", "").until("id: 7\n");

    assert!(events.contains("event: lost\ndata: {\"lost\":3}\n\nid: 4\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_falls_behind_loses_exchanges_and_holds_up_nobody() {
    let mock = Mock::start().await;
    let mut follower = Follower::start(&mock, "", "");
    let body = format!("{{\"x\":\"{}\"}}", "y".repeat(1_000_000));
    // More than what two sockets and the journal hold together.
    for _ in 0..30 {
        mock.anonymous().post(LINK_TOKENS, &body).await;
    }

    let events = follower.until("id: 30\n");

    assert!(events.contains("event: lost\ndata: {\"lost\":"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_survives_a_reset_and_ends_with_the_server() {
    let mock = Mock::start().await;
    let mut follower = Follower::start(&mock, "", "");
    mock.control("POST", "/reset", "").await;
    mock.anonymous().get("/elsewhere").await;
    follower.until("/elsewhere");

    drop(mock);

    let mut rest = Vec::new();
    // Reading to the end succeeds only if the server ends the body as it should.
    follower.stream.read_to_end(&mut rest).unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "{rest:?}");
}
