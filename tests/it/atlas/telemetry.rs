use crate::support::Mock;

#[tokio::test]
async fn reports_of_official_clients_are_swallowed() {
    let mock = Mock::start().await;
    let request = mock
        .anonymous()
        .request("POST", "/api/private/v1.0/telemetry/events");

    let reply = request
        .header("content-type", "application/json")
        .body("[{}]")
        .send()
        .await;

    assert_eq!(reply.line(), "204");
    let mut listed = Vec::new();
    for query in ["", "?operation=sendTelemetry"] {
        let journal = mock.control("GET", &format!("/requests{query}"), "").await;
        listed.push(journal.json()["requests"].as_array().unwrap().len());
    }
    assert_eq!(listed, [0, 1]);
}
