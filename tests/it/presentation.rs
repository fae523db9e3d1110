//! The form of answers: pretty, enveloped, compressed, in both truths.

use std::io::Read;

use insta::assert_snapshot;

use crate::support::{ATLAS_ORG, LINK_TOKENS, LIVE_MIGRATIONS, MIGRATION_LINK, Mock};

const ORGS: &str = "/api/atlas/v2/orgs";

#[tokio::test]
async fn one_entity_in_every_form() {
    let mock = Mock::start().await;
    let mut forms = String::new();
    for query in [
        "",
        "pretty=true",
        "envelope=true",
        "envelope=TRUE&pretty=true",
        "envelope=false&pretty=",
    ] {
        let request = mock
            .source_owner()
            .request("GET", &format!("{MIGRATION_LINK}/status"))
            .query(query);
        forms += &format!("{query}\n{}\n\n", request.send().await.line());
    }

    assert_snapshot!(forms, @r#"

    200 {"status":"NOT_SYNCED"}

    pretty=true
    200 {
      "status" : "NOT_SYNCED"
    }

    envelope=true
    200 {"content":{"status":"NOT_SYNCED"},"status":200}

    envelope=TRUE&pretty=true
    200 {
      "content" : {
        "status" : "NOT_SYNCED"
      },
      "status" : 200
    }

    envelope=false&pretty=
    200 {"status":"NOT_SYNCED"}
    "#);
}

#[tokio::test]
async fn a_list_is_its_own_envelope() {
    let mock = Mock::start().await;

    let reply = mock
        .atlas_owner()
        .get(&format!("{ORGS}?envelope=true&pretty=true"))
        .await;

    assert_snapshot!(reply.body(), @r#"
    {
      "links" : [ {
        "href" : "http://mock/api/atlas/v2/orgs?envelope=true&pretty=true&pageNum=1&itemsPerPage=100",
        "rel" : "self"
      } ],
      "results" : [ {
        "id" : "4888442a3354817a7320eb61",
        "isDeleted" : false,
        "links" : [ {
          "href" : "http://mock/api/atlas/v2/orgs/4888442a3354817a7320eb61",
          "rel" : "self"
        } ],
        "name" : "Atlas Destination",
        "skipDefaultAlertsSettings" : false
      } ],
      "status" : 200,
      "totalCount" : 1
    }
    "#);
}

#[tokio::test]
async fn an_empty_answer_stays_empty_in_an_envelope() {
    let mock = Mock::start().await;
    mock.link_token().await;

    let reply = mock
        .atlas_owner()
        .delete(&format!("{LINK_TOKENS}?envelope=true"))
        .await;

    assert_eq!(reply.line(), "204");
    assert_eq!(reply.header("content-length"), "");
}

#[tokio::test]
async fn a_flag_that_is_no_boolean_is_refused_in_the_form_that_the_other_asks_for() {
    let mock = Mock::start().await;

    let plain = mock
        .atlas_owner()
        .get(&format!("{ORGS}?envelope=maybe"))
        .await;
    let enveloped = mock
        .atlas_owner()
        .get(&format!("{ORGS}?envelope=true&pretty=1"))
        .await;

    assert_snapshot!(plain.line(), @r#"400 {"detail":"Invalid query parameter envelope specified.","error":400,"errorCode":"INVALID_QUERY_PARAMETER","parameters":["envelope"],"reason":"Bad Request"}"#);
    assert_snapshot!(enveloped.line(), @r#"400 {"content":{"detail":"Invalid query parameter pretty specified.","error":400,"errorCode":"INVALID_QUERY_PARAMETER","parameters":["pretty"],"reason":"Bad Request"},"status":400}"#);
}

#[tokio::test]
async fn only_successes_of_some_size_are_compressed_and_only_on_request() {
    let mock = Mock::start().await;
    let owner = mock.atlas_owner();
    let asking = |method: &str, path: &str| {
        owner
            .request(method, path)
            .header("accept-encoding", "deflate, gzip;q=0.5")
    };

    let list = asking("GET", ORGS).send().await;
    let created = asking("POST", LINK_TOKENS)
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await;
    let refused = asking("GET", "/api/atlas/v2/orgs/555").send().await;
    let status = mock
        .source_owner()
        .request("GET", &format!("{MIGRATION_LINK}/status"))
        .header("accept-encoding", "gzip");
    let small = status.send().await;
    let declined = owner
        .request("GET", ORGS)
        .header("accept-encoding", "gzip;q=0, deflate")
        .send()
        .await;

    for (reply, compressed) in [
        (&list, true),
        (&created, true),
        (&refused, false),
        (&small, false),
        (&declined, false),
    ] {
        assert_eq!(
            reply.header("content-encoding") == "gzip",
            compressed,
            "{}",
            reply.status
        );
        assert_eq!(reply.header("vary"), "Accept-Encoding");
        assert_eq!(
            reply.header("content-length"),
            reply.bytes.len().to_string()
        );
    }
    let mut text = String::new();
    flate2::read::GzDecoder::new(list.bytes.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert!(text.starts_with(r#"{"links":[{"href":"#), "{text}");
    assert_eq!(owner.delete(LINK_TOKENS).await.header("vary"), "");
}

#[tokio::test]
async fn the_documented_truth_differs_where_the_table_says() {
    let mock = Mock::documented().await;
    let owner = mock.atlas_owner();
    let lines = [
        owner.post(LINK_TOKENS, "{}").await.status.to_string(),
        owner.get("/api/atlas/v2/orgs/555").await.line(),
        owner.get("/api/atlas/v2/groups/555").await.line(),
        owner.get(&format!("{LIVE_MIGRATIONS}/555")).await.line(),
        mock.atlas_member().post(LINK_TOKENS, "{}").await.line(),
        mock.anonymous()
            .get(ORGS)
            .await
            .header("content-type")
            .to_owned(),
        owner
            .request("GET", ORGS)
            .header("prefer", "code=429")
            .send()
            .await
            .line(),
    ];

    assert_snapshot!(lines.join("\n"), @r#"
    200
    400 {"detail":"The request content produced the validation error: 555 does not match ^([a-f0-9]{24})$.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["555"],"reason":"Bad Request"}
    400 {"detail":"The request content produced the validation error: 555 does not match ^([a-f0-9]{24})$.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["555"],"reason":"Bad Request"}
    400 {"detail":"The request content produced the validation error: liveMigrationId does not match ^([a-f0-9]{24})$.","error":400,"errorCode":"VALIDATION_ERROR","parameters":["liveMigrationId"],"reason":"Bad Request"}
    403 {"detail":"Current user is not authorized to perform this action.","error":403,"errorCode":"USER_UNAUTHORIZED","parameters":[],"reason":"Forbidden"}
    application/json;charset=ISO-8859-1
    429 {"detail":"Rate limit exceeded for api/atlas/v2/orgs. Please retry after 60 seconds. Request capacity: 300. Refill rate: 100 per 60 seconds.","error":429,"errorCode":"RATE_LIMITED_TOKEN_BUCKET","parameters":["api/atlas/v2/orgs",60,300,100,60],"reason":"Too Many Requests"}
    "#);
}

#[tokio::test]
async fn links_follow_the_address_that_the_client_used() {
    let mock = Mock::start().await;
    let request = mock
        .atlas_owner()
        .request("GET", &format!("{ORGS}/{ATLAS_ORG}"));

    let reply = request.header("host", "atlas.test:8080").send().await;

    let links = reply.json()["links"].to_string();
    assert!(
        links.contains(&format!(
            r#""href":"http://atlas.test:8080/api/atlas/v2/orgs/{ATLAS_ORG}/groups""#
        )),
        "{links}"
    );
}

#[tokio::test]
async fn head_tells_what_get_would() {
    let mock = Mock::start().await;

    let get = mock.atlas_owner().get(ORGS).await;
    let head = mock.atlas_owner().request("HEAD", ORGS).send().await;

    assert_eq!(head.line(), "200");
    assert_eq!(head.header("content-length"), get.header("content-length"));
}
