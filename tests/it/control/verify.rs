use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{LINK_TOKENS, Mock, Reply};

async fn verify(mock: &Mock, verification: Value) -> Reply {
    mock.control("POST", "/verify", &verification.to_string())
        .await
}

/// One expectation alone.
async fn verify_one(mock: &Mock, expectation: Value, since: u64) -> Reply {
    verify(mock, json!({ "expect": [expectation], "since": since })).await
}

/// Status and answer, in a form for reading.
fn pretty(reply: &Reply) -> String {
    format!(
        "{}\n{}",
        reply.status,
        serde_json::to_string_pretty(&reply.json()).unwrap()
    )
}

/// Status and differences, line by line: met, what was seen, cannot know, nearest, difference.
fn differences(reply: &Reply) -> String {
    let answer = reply.json();
    let expectations = answer["expectations"].as_array().unwrap().iter();
    let lines = expectations.map(|outcome| {
        let nearest = &outcome["nearest"]["sequence"];
        format!(
            "{} {} {} {nearest} {}",
            outcome["met"], outcome["seen"], outcome["cannotKnow"], outcome["difference"]
        )
    });
    format!(
        "{}\n{}\n",
        reply.status,
        lines.collect::<Vec<_>>().join("\n")
    )
}

#[tokio::test]
async fn what_was_done_is_confirmed_with_the_exchanges() {
    let mock = Mock::linked().await;
    let expect = json!({ "inOrder": true, "expect": [
        { "operation": "createLinkToken", "status": 201, "times": 1 },
        { "operation": "createMigrationLink", "status": "2xx", "times": { "atLeast": 1, "atMost": 3 } },
    ] });

    let reply = verify(&mock, expect).await;

    assert_snapshot!(pretty(&reply), @r#"
    200
    {
      "dropped": 0,
      "expectations": [
        {
          "expected": {
            "operation": "createLinkToken",
            "status": 201,
            "times": 1
          },
          "met": true,
          "seen": [
            2
          ]
        },
        {
          "expected": {
            "operation": "createMigrationLink",
            "status": "2xx",
            "times": {
              "atLeast": 1,
              "atMost": 3
            }
          },
          "met": true,
          "seen": [
            4
          ]
        }
      ]
    }
    "#);
}

#[tokio::test]
async fn what_was_not_done_is_shown_beside_what_came_nearest() {
    let mock = Mock::start().await;
    let body = r#"{"accessListIps":["10.0.0.1"]}"#;
    mock.atlas_owner().post(LINK_TOKENS, body).await;
    let expected =
        json!({ "operation": "createLinkToken", "body": { "accessListIps": ["10.0.0.2"] } });

    let reply = verify_one(&mock, expected, 0).await;

    assert_eq!(reply.header("content-type"), "application/problem+json");
    assert_snapshot!(pretty(&reply), @r#"
    409
    {
      "cannotKnow": false,
      "detail": "Not met: 1 of 1 expectations.",
      "dropped": 0,
      "expectations": [
        {
          "cannotKnow": false,
          "difference": "body.accessListIps[0]: expected \"10.0.0.2\", found \"10.0.0.1\"",
          "expected": {
            "body": {
              "accessListIps": [
                "10.0.0.2"
              ]
            },
            "operation": "createLinkToken"
          },
          "met": false,
          "nearest": {
            "body": "{\"accessListIps\":[\"10.0.0.1\"]}",
            "errorCode": null,
            "method": "POST",
            "operation": "createLinkToken",
            "path": "/api/atlas/v2/orgs/4888442a3354817a7320eb61/liveMigrations/linkTokens",
            "sequence": 2,
            "status": 201
          },
          "seen": []
        }
      ],
      "status": 409,
      "title": "Conflict",
      "type": "about:blank"
    }
    "#);
}

#[tokio::test]
async fn numbers_are_counted_without_the_challenges_of_logins() {
    let mock = Mock::start().await;
    mock.link_token().await;
    mock.link_token().await;
    let mut lines = String::new();
    for times in [
        json!(null),
        json!(2),
        json!({ "atLeast": 2 }),
        json!({ "atLeast": 1, "atMost": 2 }),
        json!(1),
        json!(3),
        json!(0),
        json!({ "atMost": 1 }),
    ] {
        let expected = json!({ "operation": "createLinkToken", "times": times });
        lines += &format!(
            "{times} {}",
            differences(&verify_one(&mock, expected, 0).await)
        );
    }
    let challenges = json!({ "operation": "createLinkToken", "status": 401, "times": 2 });
    lines += &format!(
        "challenges {}",
        differences(&verify_one(&mock, challenges, 0).await)
    );
    let since = json!({ "operation": "createLinkToken", "times": 1 });
    lines += &format!("since {}", differences(&verify_one(&mock, since, 2).await));

    assert_snapshot!(lines, @r#"
    null 200
    true [2,4] null null null
    2 200
    true [2,4] null null null
    {"atLeast":2} 200
    true [2,4] null null null
    {"atLeast":1,"atMost":2} 200
    true [2,4] null null null
    1 409
    false [2,4] false 4 "times: expected 1, found 2"
    3 409
    false [2,4] false null "times: expected 3, found 2"
    0 409
    false [2,4] false 2 "times: expected 0, found 2"
    {"atMost":1} 409
    false [2,4] false 4 "times: expected at most 1, found 2"
    challenges 200
    true [1,3] null null null
    since 200
    true [4] null null null
    "#);
}

#[tokio::test]
async fn too_few_are_shown_beside_one_that_failed() {
    let mock = Mock::start().await;
    mock.link_token().await;
    mock.atlas_owner().post(LINK_TOKENS, r#"{"x":1}"#).await;
    let expected = json!({ "operation": "createLinkToken", "status": 201, "times": 2 });

    let reply = verify_one(&mock, expected, 0).await;

    assert_snapshot!(differences(&reply), @r#"
    409
    false [2] false 4 "times: expected 2, found 1; status: expected 201, found 400"
    "#);
}

#[tokio::test]
async fn order_is_kept_where_it_is_asked_for() {
    let mock = Mock::linked().await;
    mock.link_token().await;
    let token = json!({ "operation": "createLinkToken", "times": 1 });
    let link = json!({ "operation": "createMigrationLink" });
    let never = json!({ "operation": "deleteLinkTokens", "times": 0 });
    let mut lines = String::new();
    for (expect, in_order) in [
        (json!([token, link, token]), true),
        (json!([token, never, link]), true),
        (json!([link, token]), true),
        (json!([link, token, token]), true),
        (json!([token, token, link]), true),
        (json!([link, token]), false),
    ] {
        let reply = verify(&mock, json!({ "expect": expect, "inOrder": in_order })).await;
        lines += &differences(&reply);
    }

    assert_snapshot!(lines, @r#"
    200
    true [2] null null null
    true [4] null null null
    true [6] null null null
    200
    true [2] null null null
    true [] null null null
    true [4] null null null
    200
    true [4] null null null
    true [6] null null null
    409
    true [4] null null null
    true [6] null null null
    false [] false 6 "order: number 6 is all that is expected, but not in its turn"
    409
    true [2] null null null
    true [6] null null null
    false [] false 4 "order: number 4 is all that is expected, but not in its turn"
    409
    true [4] null null null
    false [2,6] false 6 "times: expected 1, found 2"
    "#);
}

#[tokio::test]
async fn bodies_are_matched_in_part_and_the_first_difference_is_named() {
    let mock = Mock::linked().await;
    mock.access_token().await;
    let body = r#"{"accessListIps":["10.0.0.1","10.0.0.2"]}"#;
    mock.atlas_owner().post(LINK_TOKENS, body).await;
    let mut lines = String::new();
    for (operation, body) in [
        ("createLinkToken", json!({})),
        (
            "createLinkToken",
            json!({ "accessListIps": ["10.0.0.1", "10.0.0.2"] }),
        ),
        (
            "createLinkToken",
            json!({ "accessListIps": ["10.0.0.1", "10.0.0.3"] }),
        ),
        ("createLinkToken", json!({ "accessListIps": ["10.0.0.1"] })),
        ("createLinkToken", json!({ "accessListIps": 1, "other": 2 })),
        ("createLinkToken", json!({ "other": null })),
        ("createMigrationLink", json!({ "linkToken": "[masked]" })),
        (
            "createMigrationLink",
            json!({ "linkToken": "a-link-token" }),
        ),
        (
            "requestToken",
            json!({ "grant_type": "client_credentials" }),
        ),
        ("requestToken", json!({ "grant_type": "password" })),
        ("listOrgs", json!({})),
    ] {
        let expected = json!({ "operation": operation, "body": body });
        let told = differences(&verify_one(&mock, expected, 0).await);
        lines += &format!("{operation} {body} {told}");
    }

    assert_snapshot!(lines, @r#"
    createLinkToken {} 200
    true [2,7] null null null
    createLinkToken {"accessListIps":["10.0.0.1","10.0.0.2"]} 200
    true [7] null null null
    createLinkToken {"accessListIps":["10.0.0.1","10.0.0.3"]} 409
    false [] false 7 "body.accessListIps[1]: expected \"10.0.0.3\", found \"10.0.0.2\""
    createLinkToken {"accessListIps":["10.0.0.1"]} 409
    false [] false 7 "body.accessListIps: expected a list of 1, found one of 2"
    createLinkToken {"accessListIps":1,"other":2} 409
    false [] false 7 "body.accessListIps: expected 1, found [\"10.0.0.1\",\"10.0.0.2\"]"
    createLinkToken {"other":null} 409
    false [] false 7 "body.other: expected null, found nothing"
    createMigrationLink {"linkToken":"[masked]"} 200
    true [4] null null null
    createMigrationLink {"linkToken":"a-link-token"} 409
    false [] false 4 "body.linkToken: expected \"a-link-token\", found a secret, which the journal does not keep; expect \"[masked]\""
    requestToken {"grant_type":"client_credentials"} 200
    true [5] null null null
    requestToken {"grant_type":"password"} 409
    false [] false 5 "body.grant_type: expected \"password\", found \"client_credentials\""
    listOrgs {} 409
    false [] false 7 "operation: expected listOrgs, found createLinkToken"
    "#);
}

#[tokio::test]
async fn an_absence_is_not_proved_once_something_was_dropped() {
    let mock = Mock::start().await;
    let body = format!("{{\"x\":\"{}\"}}", "y".repeat(900_000));
    for _ in 0..5 {
        mock.anonymous().post(LINK_TOKENS, &body).await;
    }
    let expected = |operation: &str, times: &Value| json!({ "operation": operation, "status": "4xx", "times": times });

    let absent = verify_one(&mock, expected("deleteLinkTokens", &json!(0)), 0).await;
    assert_snapshot!(pretty(&absent), @r#"
    409
    {
      "cannotKnow": true,
      "detail": "Cannot know: the journal dropped exchanges (1) that may have made the difference.",
      "dropped": 1,
      "expectations": [
        {
          "cannotKnow": true,
          "difference": "times: expected 0, found 0; dropped, and so not known: 1",
          "expected": {
            "operation": "deleteLinkTokens",
            "status": "4xx",
            "times": 0
          },
          "met": false,
          "nearest": null,
          "seen": []
        }
      ],
      "status": 409,
      "title": "Conflict",
      "type": "about:blank"
    }
    "#);
    let mut lines = String::new();
    for (operation, times, since) in [
        ("deleteLinkTokens", json!(1), 0),
        ("createLinkToken", json!({ "atLeast": 4 }), 0),
        ("createLinkToken", json!({ "atLeast": 5 }), 0),
        ("createLinkToken", json!(4), 0),
        ("createLinkToken", json!(3), 0),
        ("createLinkToken", json!(4), 1),
        ("deleteLinkTokens", json!(0), 1),
    ] {
        let reply = verify_one(&mock, expected(operation, &times), since).await;
        lines += &format!("{operation} {times} since {since}: {}", differences(&reply));
    }
    let in_order = json!({ "inOrder": true, "expect": [expected("createLinkToken", &json!(3))] });
    lines += &format!("in order: {}", differences(&verify(&mock, in_order).await));
    assert_snapshot!(lines, @r#"
    deleteLinkTokens 1 since 0: 409
    false [] true 5 "operation: expected deleteLinkTokens, found createLinkToken"
    createLinkToken {"atLeast":4} since 0: 200
    true [2,3,4,5] null null null
    createLinkToken {"atLeast":5} since 0: 409
    false [2,3,4,5] true null "times: expected at least 5, found 4; dropped, and so not known: 1"
    createLinkToken 4 since 0: 409
    false [2,3,4,5] true null "times: expected 4, found 4; dropped, and so not known: 1"
    createLinkToken 3 since 0: 409
    false [2,3,4,5] false 5 "times: expected 3, found 4; dropped, and so not known: 1"
    createLinkToken 4 since 1: 200
    true [2,3,4,5] null null null
    deleteLinkTokens 0 since 1: 200
    true [] null null null
    in order: 409
    false [2,3,4,5] true 5 "times: expected 3, found 4; dropped, and so not known: 1"
    "#);
}

#[tokio::test]
async fn wrong_expectations_are_told_what_was_expected() {
    let mock = Mock::start().await;
    let mut lines = String::new();
    for expect in [
        r#"{"expect":[{"operation":"createLinktoken"}]}"#,
        r#"{"expect":[{"status":201}]}"#,
        r#"{"expect":[{"operation":"createLinkToken","status":"many"}]}"#,
        r#"{"expect":[{"operation":"createLinkToken","times":-1}]}"#,
        r#"{"expect":[{"operation":"createLinkToken","times":{"atleast":1}}]}"#,
        r#"{"expect":[{"operation":"createLinkToken","times":{"atLeast":2,"atMost":1}}]}"#,
        r#"{"expect":[{"operation":"createLinkToken","path":"/"}]}"#,
        r#"{"expect":[["createLinkToken"]]}"#,
        r#"{"expect":[],"order":true}"#,
        "{}",
        r#"{"expect":[]}"#,
    ] {
        let told = mock.control("POST", "/verify", expect).await.line();
        lines += &format!("{expect}\n{told}\n");
    }

    assert_snapshot!(lines, @r#"
    {"expect":[{"operation":"createLinktoken"}]}
    400 {"detail":"expect[0].operation: there is no operation \"createLinktoken\"; the most similar is createLinkToken.","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[{"status":201}]}
    400 {"detail":"expect[0]: missing field `operation`.","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[{"operation":"createLinkToken","status":"many"}]}
    400 {"detail":"expect[0].status: expected a status such as 404 or a class such as 4xx, found \"many\".","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[{"operation":"createLinkToken","times":-1}]}
    400 {"detail":"expect[0]: times: expected a number or an object with atLeast, atMost or both.","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[{"operation":"createLinkToken","times":{"atleast":1}}]}
    400 {"detail":"expect[0]: times: expected a number or an object with atLeast, atMost or both.","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[{"operation":"createLinkToken","times":{"atLeast":2,"atMost":1}}]}
    400 {"detail":"expect[0].times: no number is 2 to 1.","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[{"operation":"createLinkToken","path":"/"}]}
    400 {"detail":"expect[0]: unknown field `path`, expected one of `operation`, `status`, `times`, `body`.","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[["createLinkToken"]]}
    400 {"detail":"expect[0]: expected an object, found [\"createLinkToken\"].","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[],"order":true}
    400 {"detail":"The body is not as expected: unknown field `order`, expected one of `expect`, `inOrder`, `since` at line 1 column 20.","status":400,"title":"Bad Request","type":"about:blank"}
    {}
    400 {"detail":"The body is not as expected: missing field `expect` at line 1 column 2.","status":400,"title":"Bad Request","type":"about:blank"}
    {"expect":[]}
    200 {"dropped":0,"expectations":[]}
    "#);
}
