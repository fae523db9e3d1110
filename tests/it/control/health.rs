use insta::assert_snapshot;

use crate::support::Mock;

#[tokio::test]
async fn probes_need_no_credentials() {
    let mock = Mock::start().await;

    let ready = mock.anonymous().get("/readyz").await;
    let alive = mock.anonymous().request("HEAD", "/livez").send().await;

    assert_snapshot!(ready, @r#"
    200
    content-length: 18
    content-type: application/json
    date: Mon, 10 Aug 2026 03:03:05 GMT

    {"status":"ready"}
    "#);
    assert_eq!(alive.line(), "200");
}

#[tokio::test]
async fn what_the_control_api_does_not_have_is_a_problem_in_its_own_form() {
    let mock = Mock::start().await;

    let unknown = mock.anonymous().get("/__mock/v2/state").await;
    let method = mock.anonymous().delete("/__mock/v1/state").await;

    assert_snapshot!(unknown, @r#"
    404
    content-length: 111
    content-type: application/problem+json
    date: Mon, 10 Aug 2026 03:03:05 GMT

    {"detail":"The control API has no GET /__mock/v2/state.","status":404,"title":"Not Found","type":"about:blank"}
    "#);
    assert_snapshot!(method.line(), @r#"405 {"detail":"/__mock/v1/state does not take DELETE.","status":405,"title":"Method Not Allowed","type":"about:blank"}"#);
}
