//! Versions and media types of requests.

use std::collections::BTreeSet;

use atlas_migration_mock::Config;
use insta::assert_snapshot;

use crate::support::{LINK_TOKENS, MIGRATION_LINK, Mock, Reply};

const ORGS: &str = "/api/atlas/v2/orgs";

async fn accepting(mock: &Mock, accept: &str) -> Reply {
    mock.atlas_owner()
        .request("GET", ORGS)
        .header("accept", accept)
        .send()
        .await
}

#[tokio::test]
async fn a_date_is_served_the_version_that_the_resource_has() {
    let mock = Mock::start().await;
    for date in [
        "2023-01-01",
        "2023-11-15",
        "2024-03-03",
        "2025-03-12",
        "2031-01-01",
    ] {
        let reply = accepting(&mock, &format!("application/vnd.atlas.{date}+json")).await;
        assert_eq!(reply.status, 200, "{date}");
        assert_eq!(
            reply.header("content-type"),
            "application/vnd.atlas.2023-01-01+json;charset=utf-8"
        );
    }
}

#[tokio::test]
async fn whatever_names_no_version_is_not_acceptable() {
    let mock = Mock::start().await;
    let mut lines = BTreeSet::new();
    for accept in [
        "",
        "*/*",
        "application/json",
        "application/vnd.atlas.preview+json",
        "application/vnd.atlas.2023-01-01+csv",
        "application/vnd.atlas.2023-02-30+json",
        "application/vnd.atlas.2022-12-31+json",
    ] {
        lines.insert(accepting(&mock, accept).await.line());
    }

    assert_eq!(lines.len(), 1);
    assert_snapshot!(lines.first().unwrap(), @r#"406 {"detail":"Invalid accept header or version date.","error":406,"errorCode":"INVALID_VERSION_DATE","parameters":[],"reason":"Not Acceptable"}"#);
}

#[tokio::test]
async fn strict_servers_refuse_dates_that_were_never_published() {
    let mock = Mock::with(Config {
        strict_versions: true,
        ..Config::default()
    })
    .await;
    for (date, status) in [
        ("2023-11-15", 200),
        ("2024-03-03", 406),
        ("2031-01-01", 406),
    ] {
        let reply = accepting(&mock, &format!("application/vnd.atlas.{date}+json")).await;
        assert_eq!(reply.status, status, "{date}");
    }
}

#[tokio::test]
async fn v1_paths_take_and_give_plain_json() {
    let mock = Mock::start().await;
    let path = LINK_TOKENS.replace("/v2/", "/v1.0/");

    let reply = mock
        .atlas_owner()
        .post(&path, r#"{"accessListIps":["10.0.0.0/8"]}"#)
        .await;

    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("content-type"), "application/json");
}

#[tokio::test]
async fn bodies_are_json_by_any_of_its_names() {
    let mock = Mock::start().await;
    for (media_type, atlas, source) in [
        ("application/json", 201, 400),
        ("application/json; charset=UTF-8", 201, 400),
        ("application/vnd.atlas.2023-01-01+json", 201, 415),
        (
            "application/vnd.atlas.2025-03-12+json;charset=utf-8",
            201,
            415,
        ),
        ("text/plain", 415, 415),
        ("application/x-www-form-urlencoded", 415, 415),
    ] {
        let create = mock
            .atlas_owner()
            .request("POST", LINK_TOKENS)
            .header("content-type", media_type)
            .body("{}");
        assert_eq!(create.send().await.status, atlas, "{media_type}");
        let link = mock
            .source_owner()
            .request("POST", MIGRATION_LINK)
            .header("content-type", media_type)
            .body("{}");
        assert_eq!(link.send().await.status, source, "{media_type}");
    }
}

#[tokio::test]
async fn a_request_without_a_body_may_name_any_type() {
    let mock = Mock::start().await;
    let status = mock
        .source_owner()
        .request("GET", &format!("{MIGRATION_LINK}/status"));

    let reply = status.header("content-type", "text/plain").send().await;

    assert_eq!(reply.status, 200);
}
