use serde_json::Value;

use crate::support::{LINK_TOKENS, Mock};

/// How often an outcome was met.
fn times(coverage: &Value, operation: &str, outcome: &str) -> u64 {
    let operations = coverage["operations"].as_array().unwrap();
    let operation = operations
        .iter()
        .find(|row| row["operation"] == operation)
        .unwrap();
    let outcomes = operation["outcomes"].as_array().unwrap();
    let outcome = outcomes
        .iter()
        .find(|row| row["outcome"] == outcome)
        .unwrap();
    outcome["times"].as_u64().unwrap()
}

#[tokio::test]
async fn what_clients_met_and_what_they_never_met_is_told() {
    let mock = Mock::start().await;
    let before = mock.control("GET", "/coverage", "").await.json();

    mock.link_token().await;
    mock.atlas_owner().post(LINK_TOKENS, "{").await;
    mock.atlas_member().delete(LINK_TOKENS).await;
    mock.atlas_owner().request("PUT", LINK_TOKENS).send().await;
    let after = mock.control("GET", "/coverage", "").await.json();

    assert_eq!(before["met"], 0);
    assert_eq!(times(&after, "createLinkToken", "success"), 1);
    assert_eq!(times(&after, "createLinkToken", "MalformedJson"), 1);
    assert_eq!(times(&after, "createLinkToken", "Unauthenticated"), 2);
    assert_eq!(times(&after, "deleteLinkTokens", "UserUnauthorized"), 1);
    assert_eq!(times(&after, "deleteLinkTokens", "success"), 0);
    assert!(after["of"].as_u64().unwrap() > 200, "{}", after["of"]);
}

#[tokio::test]
async fn a_reset_begins_anew() {
    let mock = Mock::start().await;
    mock.link_token().await;

    mock.control("POST", "/reset", "").await;

    assert_eq!(mock.control("GET", "/coverage", "").await.json()["met"], 0);
}
